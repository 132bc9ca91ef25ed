"""Compare gradients with finite differences, and say what is wrong with them (chapters 04, 10).

`compare` measures and reports. Where something disagrees, the doctor names the bug: `shapes`
refuses what does not fit, `second_look` excuses what is no bug, `bugs` lists the mistakes that
people make, `patterns` knows what a ratio of numbers tells, `diagnosis` searches among them from
the last layer down, and `verdict` puts it into words.
"""

from .compare import GradientReport, check_gradients, numerical_gradients

__all__ = ["GradientReport", "check_gradients", "numerical_gradients"]
