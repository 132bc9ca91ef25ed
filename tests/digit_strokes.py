"""The ten digits as a person draws them: strokes of a pen in a unit square, y pointing down."""

import math

import numpy as np
from PIL import Image, ImageDraw


def arc(x, y, rx, ry, start, end, points=16):
    """Points on an ellipse around (x, y); degrees, 0 to the right and 90 down."""
    turns = [math.radians(start + (end - start) * i / (points - 1)) for i in range(points)]
    return [(x + rx * math.cos(t), y + ry * math.sin(t)) for t in turns]


# several ways to write each digit; each is a list of strokes, each stroke a list of points
DIGITS = {
    0: [
        [arc(0.5, 0.5, 0.34, 0.5, -90, -455, 32)],
        [arc(0.5, 0.5, 0.26, 0.5, -60, -410, 32)],
    ],
    1: [
        [[(0.5, 0.0), (0.5, 0.3), (0.49, 0.7), (0.5, 1.0)]],
        [[(0.32, 0.22), (0.45, 0.1), (0.54, 0.0), (0.53, 0.5), (0.53, 1.0)]],
    ],
    2: [
        [
            [
                *arc(0.47, 0.28, 0.33, 0.28, -170, 50),
                (0.5, 0.68),
                (0.14, 1.0),
                (0.5, 0.98),
                (0.86, 1),
            ]
        ],
        [[*arc(0.47, 0.25, 0.3, 0.25, -150, 60), (0.4, 0.75), (0.18, 0.97), (0.85, 0.95)]],
    ],
    3: [
        [[*arc(0.45, 0.25, 0.33, 0.25, -150, 80), *arc(0.45, 0.74, 0.37, 0.26, -80, 150)]],
        [[*arc(0.48, 0.23, 0.27, 0.23, -165, 95), *arc(0.46, 0.73, 0.35, 0.27, -95, 160)]],
    ],
    4: [
        [
            [(0.3, 0.0), (0.24, 0.3), (0.15, 0.58), (0.5, 0.57), (0.85, 0.55)],
            [(0.68, 0.05), (0.66, 0.5), (0.64, 1.0)],
        ],
        [[(0.62, 0.0), (0.35, 0.35), (0.08, 0.66), (0.92, 0.66)], [(0.66, 0.3), (0.66, 1.0)]],
    ],
    5: [
        [
            [(0.3, 0.02), (0.26, 0.25), (0.24, 0.45), *arc(0.44, 0.69, 0.36, 0.3, -130, 150)],
            [(0.3, 0.02), (0.55, 0.02), (0.82, 0.0)],
        ],
        [[(0.8, 0.0), (0.32, 0.03), (0.27, 0.46), *arc(0.46, 0.7, 0.33, 0.29, -120, 155)]],
    ],
    6: [
        [[(0.7, 0.0), (0.45, 0.2), (0.25, 0.5), *arc(0.47, 0.71, 0.27, 0.28, 180, -180, 32)]],
        [[(0.6, 0.0), (0.34, 0.25), (0.22, 0.6), *arc(0.48, 0.74, 0.27, 0.25, 170, -200, 32)]],
    ],
    7: [
        [[(0.12, 0.04), (0.5, 0.02), (0.88, 0.03), (0.62, 0.5), (0.42, 1.0)]],
        [[(0.15, 0.06), (0.84, 0.0), (0.6, 0.45), (0.45, 1.0)], [(0.36, 0.52), (0.8, 0.48)]],
    ],
    8: [
        [
            [
                *arc(0.5, 0.25, 0.27, 0.25, -30, -270, 20),
                *arc(0.5, 0.75, 0.31, 0.25, -90, 270, 32),
                *arc(0.5, 0.25, 0.27, 0.25, 90, -30, 12),
            ]
        ],
        [
            arc(0.5, 0.25, 0.28, 0.25, -90, -450, 32),
            arc(0.5, 0.75, 0.33, 0.25, -90, 270, 32),
        ],
    ],
    9: [
        [[*arc(0.48, 0.28, 0.3, 0.28, 0, -360, 32), (0.78, 0.3), (0.75, 0.65), (0.68, 1.0)]],
        [[*arc(0.46, 0.27, 0.26, 0.27, -20, -375, 32), (0.71, 0.5), (0.66, 0.75), (0.5, 1.0)]],
    ],
}

# left, top, width, height, slant, pen; in pixels of a sheet of 112 by 112
STYLES = {
    "plain": (30, 18, 52, 76, 0, 9.6),
    "thin": (28, 14, 56, 84, 0, 4),
    "thick": (26, 16, 60, 80, 0, 15),
    "leaning right": (30, 18, 50, 74, 0.35, 9.6),
    "leaning left": (30, 18, 50, 74, -0.25, 9.6),
    "small, at the bottom left": (10, 62, 26, 38, 0, 6),
    "small, at the top right": (64, 10, 32, 44, 0.1, 9.6),
    "wide": (12, 20, 88, 72, 0, 9.6),
}


def place(strokes, left, top, width, height, slant=0.0):
    """Move strokes from the unit square into a rectangle; a slant leans the top to the right."""
    return [
        [(left + width * (x + slant * (0.5 - y)), top + height * y) for x, y in stroke]
        for stroke in strokes
    ]


def rasterize(strokes, pen, side=112):
    """Ink in [0, 1] of strokes in a square of this side, drawn with a round pen."""
    fine = 4  # times finer, then averaged
    image = Image.new("L", (fine * side, fine * side))
    draw = ImageDraw.Draw(image)
    for stroke in strokes:
        points = [(fine * x, fine * y) for x, y in stroke]
        draw.line(points, fill=255, width=round(fine * pen), joint="curve")
        for x, y in points:
            r = fine * pen / 2
            draw.ellipse([x - r, y - r, x + r, y + r], fill=255)
    image = image.resize((side, side), Image.Resampling.BOX)
    return np.asarray(image, dtype=np.float32) / 255
