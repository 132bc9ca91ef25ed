"""Compare gradients with finite differences, and say what is wrong with them (chapters 04, 10).

`adapter` reads a network in any form, and `convention` speaks the language of its code. `compare`
measures and reports. Where something disagrees, the doctor names the bug: `shapes`
refuses what does not fit, `second_look` excuses what is no bug, `bugs` lists the mistakes that
people make, `patterns` knows what a ratio of numbers tells, `diagnosis` searches among them from
the last layer down, and `verdict` puts it into words.
"""

from .adapter import as_pairs
from .compare import GradientReport, check_gradients, numerical_gradients

__all__ = ["GradientReport", "as_pairs", "check_gradients", "numerical_gradients"]
