"""The look of all pictures, and how one gets into a notebook with words beside it."""

import base64
import html
import io

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from ..checks import describe

# Okabe and Ito's colors, which color-blind readers can tell apart; line style and marker say the
# same again for gray print
BLUE, ORANGE, GREEN, PINK, SKY, YELLOW = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#56B4E9",
    "#F0E442",
)
GRAY = "#595959"

plt.rcParams.update(
    {
        "axes.axisbelow": True,
        "axes.grid": True,
        "axes.prop_cycle": plt.cycler(
            color=[BLUE, ORANGE, GREEN, PINK, SKY, "black"],
            linestyle=["-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1))],
        ),
        "axes.spines.right": False,
        "axes.spines.top": False,
        "figure.constrained_layout.use": True,
        "figure.figsize": (6.4, 3.6),
        "font.size": 11,
        "grid.color": "#dddddd",
        "legend.frameon": False,
        "lines.linewidth": 2,
    }
)

# in a dark theme a white picture is a card with a margin, not a slab
CARD = "background: white; border-radius: 6px; padding: 8px; box-sizing: border-box"
SCALE = 1.6  # pictures hold this many pixels per displayed pixel, to be sharp on fine screens


def show(figure, alt):
    """Show a Figure or Axes in a notebook, described for those who cannot see it; then close it.

    `alt` says in a sentence or two what the picture shows. It reaches screen readers in JupyterLab
    and in built pages, and stands in for the picture where there are only words.
    """
    if not isinstance(figure, (Figure, Axes)):
        raise TypeError(f"figure must be a Figure or Axes, got {describe(figure)}")
    if not isinstance(alt, str) or not alt.strip():
        raise ValueError("alt must say in words what the picture shows")
    from IPython.display import display

    figure = figure.figure
    data, metadata = bundle(figure, alt)
    plt.close(figure)
    display(data, metadata=metadata, raw=True)


def bundle(figure, alt, note=""):
    """Return a figure in all forms that viewers of notebooks take, and metadata to go with them.

    The words `alt` are the picture's alternative text and the plain form; the HTML shows `note`,
    line by line, below the picture.
    """
    png, width = _png(figure)
    encoded = base64.b64encode(png).decode()
    image = (
        f'<img alt="{html.escape(alt)}" width="{width}" style="{CARD}" '
        f'src="data:image/png;base64,{encoded}">'
    )
    below = html.escape(note).replace("\n", "<br>")
    # image/png is for viewers that know no HTML; of the two, JupyterLab takes the HTML
    data = {
        "text/html": image + (below and f"<p><em>{below}</em></p>"),
        "image/png": encoded,
        "text/plain": alt,
    }
    return data, {"image/png": {"alt": alt, "width": width}}


def _png(figure):
    """Return a figure's PNG, reduced to 256 colors, and its display width in pixels."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=100 * SCALE, bbox_inches="tight", facecolor="white")
    image = Image.open(buffer).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    small = io.BytesIO()
    image.save(small, format="png", optimize=True)
    return small.getvalue(), round(image.width / SCALE)
