"""Compare gradients with finite differences, and say what is wrong with them (chapters 04, 10).

`adapter` reads a network in any form, and `convention` speaks in the code of that network.
`compare` measures and reports. Where something disagrees, the doctor names the bug: `shapes`
refuses what does not fit, `second_look` excuses what is no bug and says what cannot be measured,
`losses` finds out which loss it is, `bugs` lists the mistakes that people make, `patterns` knows
what a ratio of numbers tells, `recovered` looks at the dZ behind a dW, `diagnosis` searches among
all of these from the last layer down, and `verdict` puts it into words.
"""

from .adapter import as_pairs
from .compare import GradientReport, check_gradients, numerical_gradients

__all__ = ["GradientReport", "as_pairs", "check_gradients", "numerical_gradients"]
