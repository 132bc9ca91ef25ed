"""A figure that is drawn again and again: what stays the same is drawn only once."""

import io

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, to_hex, to_rgb, to_rgba_array
from matplotlib.contour import ContourSet
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon
from PIL import Image

from ..plots import BLUE, GRAY, ORANGE

DPI = 100  # of a picture as it is laid out; text has its own size then
KEPT = 4  # backgrounds: the limits before and after a training, as a draft and as the last picture
STACKED = 4.6  # inches: the width of a picture with its panels one below the other
# what is drawn in one of these colors takes one of the theme's instead
ROLES = {"#000000": "text", GRAY: "muted", "#dddddd": "grid", "#ffffff": "background"}
BLUE_ON_DARK = "#4da6e8"  # the other colors can be seen on white and on black
SHADES = {  # instead of those from white, or through it
    "contours": ["#ffffff", "#055582"],
    "gray_r": ["#ffffff", "#000000"],
    "Oranges": ["#ffffff", ORANGE],
    "PuOr_r": ["#9c8fe0", "#ffffff", ORANGE],
}
COLORED = ("color", "facecolor", "edgecolor", "markerfacecolor", "markeredgecolor")


class Picture:
    """A figure whose changing artists are drawn over a kept background.

    Axes, ticks and labels take most of the time of a drawing and seldom change: they are drawn
    when the limits of an axis are new, and otherwise kept as pixels. `start(figure)` fills an empty
    figure and returns a dict of the artists that will change, or lists of them; `draw(artists,
    result)` makes them show a result. `size` is in inches, of a hundred pixels each.

    The lines under the name "curves" can leave a pale ghost, `was`, as `curves()` returned it, and
    can have a `band` around them. With `narrow` the panels stand one below the other. `colors` are
    those of a theme, by the names in ROLES.
    """

    def __init__(self, start, draw, size, *, narrow=False, colors=None):
        self.figure = Figure(figsize=size, dpi=DPI)  # not pyplot's: nothing to close
        self.canvas = FigureCanvasAgg(self.figure)
        self.artists = start(self.figure)
        self.draw = draw
        if narrow and _can_be_stacked(self.figure):
            _stack(self.figure)
        self.size = tuple(DPI * self.figure.get_size_inches())  # in pixels, as it is laid out
        self._curves = [
            one for one in _flat(self.artists.get("curves", ())) if isinstance(one, Line2D)
        ]
        self._ghosts = [_beside(line) for line in self._curves]
        self._strips = [_around(line) for line in self._curves]
        self.was = self.band = ()
        changing = dict.fromkeys([*_flat(self.artists), *self._ghosts, *self._strips])
        self._changing = sorted(changing, key=lambda a: a.get_zorder())
        for artist in self._changing:
            artist.set_animated(True)
        self._colors = _mapping(colors) if colors else {}
        if colors:  # ticks may be made later
            text, grid = self._colors["#000000"], self._colors["#dddddd"]
            for ax in self.figure.axes:
                ax.tick_params(which="both", color=text, labelcolor=text, grid_color=grid)
        self._backgrounds = {}  # pixels, for each resolution and the limits of the axes

    @property
    def has_curves(self):
        """Whether there are lines to compare."""
        return bool(self._curves)

    def curves(self, result):
        """Return the data of the lines that show a result."""
        if not self._curves:
            return []
        self.draw(self.artists, result)
        return [tuple(np.array(data, float) for data in line.get_data()) for line in self._curves]

    def place(self, x, y):
        """Return the label of the axes at a place and the place in its units, or None.

        x and y are parts of the picture's width and height, from the upper left.
        """
        pixel = x * self.figure.bbox.width, (1 - y) * self.figure.bbox.height
        for ax in self.figure.axes:
            if ax.bbox.contains(*pixel):
                return ax.get_label(), *map(float, ax.transData.inverted().transform(pixel))
        return None

    def png(self, result, dpi=DPI):
        """Draw a result; return the picture as the bytes of a PNG."""
        return self._encoded(result, dpi, format="png", compress_level=1)

    def jpeg(self, result, dpi):
        """Draw a result; return the bytes of a JPEG, which is made in a fifth of the time."""
        return self._encoded(result, dpi, format="jpeg", quality=80, subsampling=0)

    def _encoded(self, result, dpi, **kind):
        self.draw(self.artists, result)
        for i, line in enumerate(self._curves):
            self._ghosts[i].set_data(*(self.was[i] if self.was else ([], [])))
            self._ghosts[i].set_visible(line.get_visible())
            self._strips[i].set_xy(self.band[i] if self.band else np.zeros((1, 2)))
        self.figure.set_dpi(dpi)
        view = dpi, *((*ax.get_xlim(), *ax.get_ylim()) for ax in self.figure.axes)
        background = self._backgrounds.pop(view, None)
        if background is None:
            self._recolor(self.figure.findobj())
            self.canvas.draw()
            self.figure.set_layout_engine("none")  # from now on the axes stay where they are
            background = self.canvas.copy_from_bbox(self.figure.bbox)
        self._backgrounds[view] = background  # the last one is the newest
        if len(self._backgrounds) > KEPT:
            del self._backgrounds[next(iter(self._backgrounds))]
        self._recolor(part for artist in self._changing for part in artist.findobj())
        self.canvas.restore_region(background)
        for artist in self._changing:
            artist.axes.draw_artist(artist)
        size = self.canvas.get_width_height()
        image = Image.frombuffer("RGBA", size, self.canvas.buffer_rgba(), "raw", "RGBA", 0, 1)
        buffer = io.BytesIO()
        image.convert("RGB").save(buffer, **kind)
        return buffer.getvalue()

    def _recolor(self, artists):
        if self._colors:
            for artist in artists:
                _recolor(artist, self._colors)
                if arrow := getattr(artist, "arrow_patch", None):
                    _recolor(arrow, self._colors)


def band(runs):
    """Return the corners of a band around the `curves` of some runs, for each line."""
    corners = []
    for lines in zip(*runs, strict=True):
        x = lines[0][0]
        Y = np.stack([np.interp(x, *line) for line in lines]) if len(x) else np.empty((1, 0))
        around = np.concatenate([x, x[::-1]]), np.concatenate([Y.min(0), Y.max(0)[::-1]])
        corners.append(np.stack(around, axis=1))
    return corners


def _beside(line):
    look = {"color": line.get_color(), "alpha": 0.35, "linewidth": 2.5, "linestyle": "-"}
    [ghost] = line.axes.plot([], [], scalex=False, scaley=False, **look)
    ghost.set_zorder(line.get_zorder() - 0.1)
    return ghost


def _around(line):
    look = {"facecolor": line.get_color(), "alpha": 0.2, "linewidth": 0}
    strip = Polygon(np.zeros((1, 2)), zorder=line.get_zorder() - 0.2, **look)
    strip.set_transform(line.axes.transData)
    return line.axes.add_artist(strip)


def _place(ax):
    """Return the first column and row of an axes in its grid, and those behind its last."""
    place = ax.get_subplotspec()
    return place.colspan.start, place.rowspan.start, place.colspan.stop, place.rowspan.stop


def _can_be_stacked(figure):
    return not figure.subfigs and len({_place(ax) for ax in figure.axes}) > 1


def _stack(figure):
    """Put the panels one below the other: the columns of the grid from left to right."""
    places = sorted({_place(ax) for ax in figure.axes})
    grid = figure.axes[0].get_subplotspec().get_gridspec()
    shares = np.array(grid.get_height_ratios(), float)
    shares /= shares.sum()
    heights = [shares[top:bottom].sum() for _, top, _, bottom in places]
    figure.set_size_inches(STACKED, figure.get_size_inches()[1] * sum(heights))
    below = figure.add_gridspec(len(places), 1, height_ratios=heights)
    for ax, place in [(ax, _place(ax)) for ax in figure.axes]:
        ax.set_subplotspec(below[places.index(place)])


def _mapping(colors):
    """Return the color of a theme that takes the place of each."""
    mapping = {old.lower(): colors[role] for old, role in ROLES.items()}
    if sum(to_rgb(colors["background"])) < 1.5:
        mapping[BLUE.lower()] = BLUE_ON_DARK
    # what has been replaced is not replaced once more: white words on black stay
    almost = {"#ffffff": "#fefefe", "#000000": "#010101"}
    return {old: almost.get(new, new) for old, new in mapping.items()}


def _recolor(artist, mapping):
    """Replace the colors of an artist that are in the mapping."""
    if isinstance(artist, ScalarMappable) and artist.get_array() is not None:
        shades = artist.get_cmap()
        kind = "contours" if isinstance(artist, ContourSet) and artist.filled else shades.name
        if BLUE.lower() in mapping and kind in SHADES and shades.name != "darkened":
            ends = [mapping.get(color, color) for color in SHADES[kind]]
            artist.set_cmap(LinearSegmentedColormap.from_list("darkened", ends, shades.N))
        return
    for name in COLORED:
        old = getattr(artist, f"get_{name}", lambda: None)()
        if old is None or not hasattr(artist, f"set_{name}"):
            continue
        before = to_rgba_array(old)
        after = [_replaced(color, mapping) for color in before]
        if after != [to_hex(color, keep_alpha=True) for color in before]:
            getattr(artist, f"set_{name}")(after if len(after) > 1 else after[0])


def _replaced(color, mapping):
    """Return the color that takes the place of this one."""
    name = to_hex(color, keep_alpha=True)
    seen = name[7:] != "00"
    return mapping[name[:7]] + name[7:] if seen and name[:7] in mapping else name


def _flat(artists):
    """Yield the artists in nested dicts, lists and containers."""
    if isinstance(artists, Artist):
        yield artists
    else:
        for part in artists.values() if isinstance(artists, dict) else artists:
            yield from _flat(part)
