"""A pad to draw on, with the mouse, a finger, a pen or the arrow keys."""

from importlib import resources

import anywidget
import traitlets

HERE = resources.files(__package__)  # a folder, or a place in a zip file
SIDE = 112  # pixels, four times those of an image of MNIST


class DrawingPad(anywidget.AnyWidget):
    """A square of paper; `value` is the ink on it while it is being drawn.

    It holds SIDE * SIDE bytes, row by row, 0 for paper to 255; setting it draws it. `pen` is the
    width of the pen where the pad is 280 wide.
    """

    _esm = HERE.joinpath("pad.js").read_text("utf-8")
    _css = HERE.joinpath("pad.css").read_text("utf-8")

    value = traitlets.Bytes(bytes(SIDE * SIDE)).tag(
        sync=True,
        echo_update=False,  # the pad knows what it has sent
        from_json=lambda value, widget: bytes(value),
    )
    side = traitlets.Int(SIDE).tag(sync=True)
    description = traitlets.Unicode("drawing").tag(sync=True)
    pen = traitlets.Int(24, min=4, max=48).tag(sync=True)

    @traitlets.validate("value")
    def _check(self, proposal):
        ink = proposal["value"]
        if len(ink) != SIDE * SIDE:
            raise ValueError(f"value must hold {SIDE * SIDE} bytes, got {len(ink)}")
        return ink
