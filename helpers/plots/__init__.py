"""Pictures of what the other modules return, for screens, gray print and color-blind eyes.

Every function returns the matplotlib Figure or Axes it drew on; `show` puts a figure into a
notebook with a description for screen readers. Importing this module sets matplotlib's style.
"""

from .diagrams import graph, layouts, network
from .images import batch, digits, journey, pixels, prediction, weights
from .results import confusion, layer_spread, learning_curves
from .style import BLUE, GRAY, GREEN, ORANGE, PINK, SCALE, SKY, YELLOW, show
from .surfaces import contours, decision_boundary

__all__ = [
    "BLUE",
    "GRAY",
    "GREEN",
    "ORANGE",
    "PINK",
    "SCALE",
    "SKY",
    "YELLOW",
    "batch",
    "confusion",
    "contours",
    "decision_boundary",
    "digits",
    "graph",
    "journey",
    "layer_spread",
    "layouts",
    "learning_curves",
    "network",
    "pixels",
    "prediction",
    "show",
    "weights",
]
