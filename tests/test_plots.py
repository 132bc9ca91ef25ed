"""Pictures: they show the data they were given, and reach those who cannot see them."""

import base64
import io
from html.parser import HTMLParser

import IPython.display
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from helpers import plots

HISTORY = pd.DataFrame(
    {
        "train_loss": [0.9, 0.4, 0.2],
        "train_accuracy": [0.7, 0.8, 0.95],
        "dev_loss": [1.0, 0.5, 0.4],
        "dev_accuracy": [0.6, 0.75, 0.9],
    },
    index=pd.RangeIndex(1, 4, name="epoch"),
)
COUNTS = np.array([[50, 1, 2], [3, 60, 0], [0, 4, 70]])


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plots.plt.close("all")


def images(m, side=3):
    """Images whose pixels all differ, none of them 0."""
    return np.arange(1, m * side * side + 1).reshape(m, side * side) / (m * side * side)


# Digits and weights


def tiles(ax, X, columns):
    """Cut the drawn canvas where each image should be: row by row, from the top left."""
    canvas = np.asarray(ax.images[0].get_array())
    side, rows = int(np.sqrt(X.shape[1])), -(-len(X) // columns)
    height, width = canvas.shape[0] // rows, canvas.shape[1] // columns
    for i in range(len(X)):
        top, left = height * (i // columns), width * (i % columns)
        yield canvas[top : top + side, left : left + side].ravel()


@pytest.mark.parametrize(("m", "columns"), [(1, 10), (5, 2), (6, 3)])
def test_every_digit_is_drawn_once_row_by_row(m, columns):
    X = images(m)
    ax = plots.digits(X, columns=columns)
    np.testing.assert_array_equal(list(tiles(ax, X, min(columns, m))), X)
    assert np.count_nonzero(ax.images[0].get_array()) == X.size


def test_digits_are_black_on_white():
    image = plots.digits(images(2)).images[0]
    assert image.cmap(image.norm([0.0, 1.0]))[:, :3].tolist() == [[1, 1, 1], [0, 0, 0]]


def test_each_caption_stands_below_its_image():
    ax = plots.digits(images(5), captions=list("abcde"), columns=2)
    assert [text.get_text() for text in ax.texts] == list("abcde")
    canvas = np.asarray(ax.images[0].get_array())
    for text, row in zip(ax.texts, images(5), strict=True):
        x, y = text.get_position()
        # 2.5 pixels above the caption's top is the middle of the bottom row of its image
        assert canvas[int(y - 1.5), int(x)] == row.reshape(3, 3)[2, 1]


def test_labels_may_be_captions():
    ax = plots.digits(images(2), captions=np.array([7, 2]))
    assert [text.get_text() for text in ax.texts] == ["7", "2"]


def test_each_units_weights_have_their_own_scale():
    W = np.array([[1.0, -2, 3, -4], [0.001, 0, 0, -0.002], [0, 0, 0, 0]]).T
    ax = plots.weights(W, columns=3)
    expected = [[0.25, -0.5, 0.75, -1], [0.5, 0, 0, -1], [0, 0, 0, 0]]
    np.testing.assert_allclose(list(tiles(ax, W.T, columns=3)), expected)


def test_weights_above_zero_are_orange_and_below_blue():
    image = plots.weights(np.ones((4, 1))).images[0]
    (r, _, b, _), (r0, g0, b0, _), (r1, _, b1, _) = image.cmap(image.norm([1.0, 0.0, -1.0]))
    assert r > b
    assert b1 > r1
    assert min(r0, g0, b0) > 0.95


# Curves and confusion matrix


def test_learning_curves_are_the_history():
    figure = plots.learning_curves(HISTORY)
    for ax, quantity in zip(figure.axes, ("loss", "accuracy"), strict=True):
        assert quantity in ax.get_ylabel()
        for line, part in zip(ax.lines, ("train", "dev"), strict=True):
            assert line.get_xdata().tolist() == [1, 2, 3]
            assert line.get_ydata().tolist() == HISTORY[f"{part}_{quantity}"].tolist()
    assert [text.get_text() for text in figure.axes[0].get_legend().texts] == ["training", "dev"]
    styles = {(line.get_linestyle(), line.get_marker()) for line in figure.axes[0].lines}
    assert len(styles) == 2  # not by color alone


def test_learning_curves_do_without_dev_data():
    figure = plots.learning_curves(HISTORY[["train_loss", "train_accuracy"]])
    assert [len(ax.lines) for ax in figure.axes] == [1, 1]


def test_confusion_writes_each_count_into_its_cell():
    ax = plots.confusion(COUNTS)
    drawn = np.full((3, 3), -1)
    for text in ax.texts:
        column, row = text.get_position()
        drawn[row, column] = text.get_text()
    assert drawn.tolist() == COUNTS.tolist()
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("predicted", "true")


def test_confusion_shades_only_mistakes():
    shades = plots.confusion(COUNTS).images[0].get_array()
    assert shades.tolist() == [[0, 1, 2], [3, 0, 0], [0, 4, 0]]


def test_numbers_on_dark_shades_are_white():
    texts = plots.confusion(COUNTS).texts
    assert {t.get_text() for t in texts if t.get_color() == "white"} == {"3", "4"}


def test_a_perfect_confusion_matrix_can_be_drawn():
    plots.confusion(np.diag([3, 4])).figure.canvas.draw()  # all shades 0: warnings are errors


def test_prediction_draws_the_image_and_a_bar_per_class():
    x, probabilities = images(1)[0], np.array([0.1, 0.7, 0.2])
    left, right = plots.prediction(x, probabilities).axes
    np.testing.assert_array_equal(left.images[0].get_array(), x.reshape(3, 3))
    assert [bar.get_width() for bar in right.patches] == probabilities.tolist()
    assert [text.get_text() for text in right.texts] == ["0.100", "0.700", "0.200"]
    assert [bar.get_y() + bar.get_height() / 2 for bar in right.patches] == [0, 1, 2]
    assert len({bar.get_facecolor() for bar in right.patches}) == 2
    assert [text.get_weight() for text in right.texts] == ["normal", "bold", "normal"]


# What a picture refuses


@pytest.mark.parametrize(
    ("draw", "error", "message"),
    [
        (lambda: plots.digits(np.zeros(784)), ValueError, r"X .*\(784,\)"),
        (lambda: plots.digits(np.zeros((2, 783))), ValueError, "X .*783 columns"),
        (lambda: plots.digits([[0.0]]), TypeError, "X must be a NumPy array"),
        (lambda: plots.digits(images(3), captions=["a"]), ValueError, "1 captions for 3 images"),
        (lambda: plots.digits(images(3), columns=0), ValueError, "columns must be at least 1"),
        (lambda: plots.weights(np.zeros(784)), ValueError, r"W .*\(784,\)"),
        (lambda: plots.weights(np.zeros((783, 2))), ValueError, "W .*783"),
        (lambda: plots.weights(images(4), columns=1.5), TypeError, "columns must be a whole"),
        (lambda: plots.learning_curves(HISTORY[["dev_loss"]]), ValueError, "history .*train_loss"),
        (lambda: plots.learning_curves([0.9, 0.4]), ValueError, "history must come from train"),
        (lambda: plots.confusion(np.zeros(9)), ValueError, r"counts .*\(9,\)"),
        pytest.param(
            lambda: plots.confusion(np.zeros((3, 2))),
            ValueError,
            "counts must be square",
        ),
        (lambda: plots.prediction(images(1), np.ones(3)), ValueError, r"x .*\(1, 9\)"),
        (lambda: plots.prediction(np.ones(8), np.ones(3)), ValueError, "x .*8 columns"),
        (lambda: plots.prediction(np.ones(9), np.eye(3)), ValueError, r"probabilities .*\(3, 3\)"),
        (lambda: plots.show("figure", "a line"), TypeError, "figure must be a Figure or Axes"),
        (lambda: plots.show(plots.plt.figure(), ""), ValueError, "alt must say"),
        (lambda: plots.show(plots.plt.figure(), " \n"), ValueError, "alt must say"),
        (lambda: plots.show(plots.plt.figure(), None), ValueError, "alt must say"),
    ],
)
def test_bad_input_is_named(draw, error, message):
    with pytest.raises(error, match=message):
        draw()


# show

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
    plots.show(plots.learning_curves(HISTORY), ALT)
    picture = Image.open(io.BytesIO(base64.b64decode(shown[0][0]["image/png"])))
    drawn = np.asarray(picture.convert("RGB")).reshape(-1, 3).astype(int)
    for color in plots.BLUE, plots.ORANGE, "#ffffff":
        rgb = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)])
        assert np.abs(drawn - rgb).max(axis=1).min() <= 4


def test_show_closes_the_figure(shown):
    figure = plots.learning_curves(HISTORY)
    plots.show(figure, ALT)  # an open figure would be drawn once more at the end of the cell
    assert not plots.plt.fignum_exists(figure.number)


def test_the_same_picture_has_the_same_bytes(shown):
    for _ in range(2):
        plots.show(plots.learning_curves(HISTORY), ALT)
    assert shown[0] == shown[1]  # or every run of a notebook would be a change in git
