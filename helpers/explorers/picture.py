"""A figure that is drawn again and again: what stays the same is drawn only once."""

import io

from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image


class Picture:
    """A figure whose changing artists are drawn over a kept background.

    Axes, ticks and labels take most of the time of a drawing and seldom change: they are drawn
    when the limits of an axis change, and otherwise kept as pixels. `start(figure)` fills an empty
    figure and returns a dict of the artists that will change, or lists of them; `draw(artists,
    result)` makes them show a result. `size` is in inches, of a hundred pixels each.
    """

    def __init__(self, start, draw, size):
        self.figure = Figure(figsize=size, dpi=100)  # not pyplot's: nothing to close
        self.canvas = FigureCanvasAgg(self.figure)
        self.artists = start(self.figure)
        self.draw = draw
        self._changing = sorted(_flat(self.artists), key=lambda a: a.get_zorder())
        for artist in self._changing:
            artist.set_animated(True)
        self._background = self._view = None

    def png(self, result):
        """Draw a result; return the picture as the bytes of a PNG."""
        self.draw(self.artists, result)
        view = [(*ax.get_xlim(), *ax.get_ylim()) for ax in self.figure.axes]
        if view != self._view:
            self.canvas.draw()
            self.figure.set_layout_engine("none")  # from now on the axes stay where they are
            self._background = self.canvas.copy_from_bbox(self.figure.bbox)
            self._view = view
        self.canvas.restore_region(self._background)
        for artist in self._changing:
            artist.axes.draw_artist(artist)
        size = self.canvas.get_width_height()
        image = Image.frombuffer("RGBA", size, self.canvas.buffer_rgba(), "raw", "RGBA", 0, 1)
        buffer = io.BytesIO()
        image.convert("RGB").save(buffer, "png", compress_level=1)
        return buffer.getvalue()


def _flat(artists):
    """Yield the artists in nested dicts, lists and containers."""
    if isinstance(artists, Artist):
        yield artists
    else:
        for part in artists.values() if isinstance(artists, dict) else artists:
            yield from _flat(part)
