"""Live explorers: move a control and see at once what it changes, one or more for each chapter.

`explorers.neuron()` as the last line of a cell shows that explorer.
"""

from .ch00_reading import reading
from .ch01_images import images
from .ch02_neuron import neuron
from .ch02_softmax import softmax
from .ch03_errors import errors
from .ch04_graph import graph
from .ch05_descent import batches, descent
from .ch06_spread import spread
from .ch07_training import training
from .ch08_columns import columns
from .ch09_drawing import drawing_pad
from .ch09_playground import playground
from .ch10_bugs import bugs
from .ch11_race import race
from .ch11_warps import warps
from .ch12_speedup import speedup

__all__ = [
    "batches",
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
    "softmax",
    "speedup",
    "spread",
    "training",
    "warps",
]
