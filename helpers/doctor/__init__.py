"""What is wrong with a gradient: the part of `check_gradients` that names the bug.

`shapes` refuses what does not fit, `bugs` lists the mistakes that people make, `patterns` knows
what a ratio of numbers tells, `diagnosis` searches among them from the last layer down,
`second_look` excuses what is no bug, and `verdict` puts it into words.
"""
