"""Pictures of what the other modules return, for screens, gray print and color-blind eyes.

As in seaborn, what draws on one pair of axes returns these Axes (`confusion`, `contours`,
`decision_boundary`, `dependencies`, `digits`, `graph`, `layer_spread`, `layouts`, `network`,
`weights`), and what arranges several returns their Figure (`batch`, `journey`, `learning_curves`,
`pixels`, `prediction`). `mosaic` returns an array to draw; `show` puts either into a notebook with
a description for screen readers. The pictures of one chapter, each with its description, are in
`ch00` to `ch12`. Importing this module sets matplotlib's style.
"""

from .diagrams import dependencies, graph, layouts, network
from .images import batch, digits, journey, mosaic, pixels, prediction, weights
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
    "dependencies",
    "digits",
    "graph",
    "journey",
    "layer_spread",
    "layouts",
    "learning_curves",
    "mosaic",
    "network",
    "pixels",
    "prediction",
    "show",
    "weights",
]
