"""How a picture reaches a reader: as an image, and in words."""

import base64
import io
from html.parser import HTMLParser

import IPython.display
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from helpers import plots

HISTORY = pd.DataFrame({"train_loss": [0.9, 0.4, 0.2], "train_accuracy": [0.7, 0.8, 0.95]})

ALT = 'Loss "falls" & stays <0.5, since α > 0'


@pytest.fixture
def shown(monkeypatch):
    """Collect what `show` hands to the notebook."""
    calls = []
    monkeypatch.setattr(
        IPython.display, "display", lambda bundle, **options: calls.append((bundle, options))
    )
    return calls


class Attributes(HTMLParser):
    """The attributes of the one tag in a piece of HTML."""

    def __init__(self, html):
        super().__init__()
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        assert tag == "img"
        self.found = dict(attributes)


@pytest.mark.parametrize("of", [lambda figure: figure, lambda figure: figure.axes[0]])
def test_show_gives_every_reader_picture_and_words(shown, of):
    plots.show(of(plots.learning_curves(HISTORY)), ALT)
    [(bundle, options)] = shown
    img = Attributes(bundle["text/html"]).found
    assert img["alt"] == ALT
    assert img["src"] == f"data:image/png;base64,{bundle['image/png']}"
    assert bundle["text/plain"] == ALT
    assert options["raw"] is True
    assert options["metadata"]["image/png"]["alt"] == ALT
    picture = Image.open(io.BytesIO(base64.b64decode(bundle["image/png"])))
    assert picture.format == "PNG"
    # more pixels than it is wide on the page: sharp on fine screens
    assert int(img["width"]) == options["metadata"]["image/png"]["width"]
    assert int(img["width"]) == pytest.approx(picture.width / plots.SCALE, abs=1)
    assert picture.width > 1.5 * int(img["width"])


def test_the_colors_survive_the_reduction_to_256(shown):
    figure, ax = plt.subplots()
    ax.bar([0, 1], [1, 2], color=[plots.BLUE, plots.GREEN])
    plots.show(figure, ALT)
    picture = Image.open(io.BytesIO(base64.b64decode(shown[0][0]["image/png"])))
    drawn = np.asarray(picture.convert("RGB")).reshape(-1, 3).astype(int)
    for color in plots.BLUE, plots.GREEN, "#ffffff":
        rgb = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)])
        assert np.abs(drawn - rgb).max(axis=1).min() <= 4


def test_show_closes_the_figure(shown):
    figure = plots.learning_curves(HISTORY)
    plots.show(figure, ALT)  # an open figure would be drawn once more at the end of the cell
    assert not plt.fignum_exists(figure.number)


def test_the_same_picture_has_the_same_bytes(shown):
    for _ in range(2):
        plots.show(plots.learning_curves(HISTORY), ALT)
    assert shown[0] == shown[1]  # or every run of a notebook would be a change in git
