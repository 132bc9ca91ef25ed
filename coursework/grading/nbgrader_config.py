"""Settings for nbgrader: copy this file into the root of an nbgrader course.

nbgrader's own settings would empty whole answer cells and leave the solutions in: it looks for
solutions between BEGIN SOLUTION and END SOLUTION, where this course has them in cells of their own.
"""

from nbconvert.preprocessors import TagRemovePreprocessor
from nbgrader.converters import GenerateAssignment
from nbgrader.preprocessors import ClearSolutions

c = get_config()  # noqa: F821 - nbgrader provides it

default = GenerateAssignment().preprocessors
c.GenerateAssignment.preprocessors = [
    TagRemovePreprocessor,
    *(step for step in default if step is not ClearSolutions),
]
c.TagRemovePreprocessor.enabled = True
c.TagRemovePreprocessor.remove_cell_tags = {"solution", "solutions"}

# a check that a student has deleted comes back, and earns nothing by its absence
c.OverwriteCells.add_missing_cells = True

# seconds for each cell, and then the next one: an endless loop costs its own exercise only
c.Execute.timeout = 300
c.Execute.interrupt_on_timeout = True
