"""Live explorers: move a control and see at once what it changes, one or more for each chapter.

`explorers.neuron()` as the last line of a cell shows that explorer.
"""

from .bugs import bugs
from .columns import columns
from .descent import descent
from .drawing import drawing_pad
from .errors import errors
from .graphs import graph
from .images import images
from .neurons import neuron
from .playground import playground
from .race import race
from .reading import reading
from .spread import spread
from .training import training
from .warps import warps

__all__ = [
    "bugs",
    "columns",
    "descent",
    "drawing_pad",
    "errors",
    "graph",
    "images",
    "neuron",
    "playground",
    "race",
    "reading",
    "spread",
    "training",
    "warps",
]
