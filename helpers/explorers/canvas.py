"""The part of an explorer that the browser paints: a picture and its words."""

from importlib import resources

import anywidget
import traitlets

HERE = resources.files(__package__)  # a folder, or a place in a zip file


class Canvas(anywidget.AnyWidget):
    """A picture with its words; `show` replaces all of them at once, without a flicker."""

    _esm = HERE.joinpath("canvas.js").read_text("utf-8")
    _css = HERE.joinpath("canvas.css").read_text("utf-8")

    picture = traitlets.Bytes(b"").tag(sync=True)  # PNG or JPEG
    width = traitlets.Int(800).tag(sync=True)  # of the picture on the page, in its pixels …
    least = traitlets.Int(0).tag(sync=True)  # … and where there is less space, until it is redrawn
    text = traitlets.Unicode().tag(sync=True)
    numbers = traitlets.List().tag(sync=True)  # [label, value, value of the last setting]
    problem = traitlets.Unicode().tag(sync=True)
    code = traitlets.Unicode().tag(sync=True)
    settings = traitlets.Unicode("{}").tag(sync=True)  # JSON; what the picture belongs to
    state = traitlets.Unicode("done").tag(sync=True)  # "working" while better pictures may follow
    lists = traitlets.Dict().tag(sync=True)  # the values of each slider over a list, by its label
    pointable = traitlets.Bool(False).tag(sync=True)  # whether it answers to pointing and clicks
    view = traitlets.Dict().tag(sync=True)  # from the browser: {"space", "ratio", "colors"}
    number = traitlets.Int(0).tag(sync=True)  # counts the pictures; the browser listens to it

    def show(self, **traits):
        """Send everything that changed in one message."""
        with self.hold_sync():
            for name, value in traits.items():
                setattr(self, name, value)
            self.number += 1
