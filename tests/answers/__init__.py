"""Answers to the exercises: wrong ones that people give, and right ones unlike the solution.

Each file has `WRONG`, which maps the name of an exercise to {description: (answer, a phrase that
the check's sentence must contain, the points that it earns in spite of it, if any)}, and `RIGHT`,
which maps it to other answers that must pass. `REMARKED` has, in the form of `WRONG`, answers that
pass with a remark.
"""
