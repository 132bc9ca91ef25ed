"""Pictures show the data they were given. How they reach a reader: test_show.py."""

import re
import types

import matplotlib.colors
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from helpers import forward, initialize, plots, predict

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
    plt.close("all")


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


def test_a_mosaic_leaves_gaps_below_and_right_and_fills_them():
    X = images(3, side=2)
    a, b, c = X.reshape(3, 2, 2)
    grid = plots.mosaic(X, 2, rows=3, gap=(2, 1), fill=-1)
    assert grid.shape == (3 * 4, 2 * 3)
    for (top, left), image in {(0, 0): a, (0, 3): b, (4, 0): c}.items():
        np.testing.assert_array_equal(grid[top : top + 2, left : left + 2], image)
    assert np.count_nonzero(grid == -1) == grid.size - X.size
    assert plots.mosaic(X.astype(np.float32), 3).dtype == np.float32  # as the images


@pytest.mark.parametrize(("m", "columns"), [(1, 10), (5, 2), (6, 3)])
def test_every_digit_is_drawn_once_row_by_row(m, columns):
    X = images(m)
    ax = plots.digits(X, columns=columns)
    np.testing.assert_array_equal(list(tiles(ax, X, min(columns, m))), X)
    assert np.count_nonzero(ax.images[0].get_array()) == X.size


@pytest.mark.parametrize(
    "draw",
    [
        lambda X: plots.digits(X),
        lambda X: plots.batch(X, np.eye(2)),
        lambda X: plots.prediction(X[0], np.ones(2) / 2),
    ],
    ids=["digits", "batch", "prediction"],
)
def test_raw_pixels_bring_a_warning_that_points_to_the_call(draw):
    with pytest.warns(UserWarning, match="values up to .*raw pixels.*normalize") as warnings:
        draw(255 * images(2))
    assert warnings[0].filename == __file__


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


def test_weights_above_zero_are_orange_and_below_purple():
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


def test_the_numbers_of_many_classes_have_room():
    figure = plots.confusion(np.full((47, 47), 88)).figure
    figure.canvas.draw()
    first, second = (text.get_window_extent() for text in figure.axes[0].texts[:2])
    assert first.x1 < second.x0
    figure = plots.prediction(np.zeros(9), np.full(47, 1 / 47))
    figure.canvas.draw()
    first, second = (text.get_window_extent() for text in figure.axes[1].texts[:2])
    assert first.y0 > second.y1 - 3  # pixels that letters leave free


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


# Networks


def test_network_names_the_shape_of_every_array():
    texts = [text.get_text() for text in plots.network([784, 128, 10]).texts]
    arrays = ["$W^{[1]}$ (784, 128)", "$b^{[1]}$ (128,)", "$W^{[2]}$ (128, 10)", "$b^{[2]}$ (10,)"]
    assert {*arrays, "(m, 784)", "(m, 128)", "(m, 10)"} <= set(texts)
    assert [name for name in texts if name in ("relu", "softmax")] == ["relu", "softmax"]


def test_network_draws_large_layers_with_a_gap_and_joins_what_is_drawn():
    ax = plots.network([7, 8, 2])
    # 7 units; of 8 units six, with three small dots in the gap; 2 units
    assert [len(dots.get_offsets()) for dots in ax.collections] == [7, 6, 3, 2]
    assert len(ax.lines) == 7 * 6 + 6 * 2


def test_layouts_fills_one_example_and_one_unit_in_both_forms():
    ax = plots.layouts()
    colors = [matplotlib.colors.to_hex(square.get_facecolor()).upper() for square in ax.patches]
    assert len(colors) == 2 * (6 * 4 + 4 * 3 + 3 + 6 * 3 + 1)
    assert colors.count(plots.ORANGE) == 2 * (4 + 3)  # in X and in Z
    assert colors.count(plots.BLUE) == 2 * (4 + 1 + 1)  # in W, in b, and half an entry of Z
    words = [text.get_text() for text in ax.texts]
    assert {"$X$  $(m, n_\\mathrm{in})$", "$X$  $(n_\\mathrm{in}, m)$"} <= set(words)


def test_journey_follows_the_first_example_through_the_layers():
    params = initialize([9, 6, 3], rng=np.random.default_rng(0), dtype=np.float64)
    _, cache = forward(images(3), params)
    first, second, last = plots.journey(cache).axes
    np.testing.assert_array_equal(first.images[0].get_array(), images(3)[0].reshape(3, 3))
    np.testing.assert_array_equal(second.images[0].get_array().ravel(), cache.A[1][0])
    assert [bar.get_width() for bar in last.patches] == cache.A[2][0].tolist()
    assert [bar.get_y() + bar.get_height() / 2 for bar in last.patches] == [0, 1, 2]
    titles = [ax.get_title() for ax in (first, second, last)]
    assert [title.split(": ")[1] for title in titles] == ["9 numbers", "6 numbers", "3 numbers"]


# Functions of two variables


def bowl(theta):
    return ((theta - [0.5, -0.2]) ** 2).sum(axis=-1)


def test_contours_are_low_where_the_loss_is_low():
    lowest = plots.contours(bowl).collections[0].get_paths()[0]
    assert lowest.contains_point((0.5, -0.2))
    assert not lowest.contains_point((-0.2, 0.5))


def test_contours_draw_the_path_from_its_start():
    path = np.array([[0.9, 0.8], [0.1, -0.5], [0.4, -0.1]])
    line, dots, start = plots.contours(bowl, path).lines
    np.testing.assert_array_equal(line.get_xydata(), path)
    np.testing.assert_array_equal(dots.get_xydata(), path[1:])
    np.testing.assert_array_equal(start.get_xydata(), path[:1])


def test_contours_leave_out_what_has_diverged():
    path = np.array([[0.9, 0.8], [1e9, 0], [np.nan, np.nan], [0, 0]])
    line = plots.contours(bowl, path).lines[0]
    assert np.isnan(line.get_xydata()).all(axis=1).tolist() == [False, True, True, False]


def test_contours_of_a_plane_that_is_flat_can_be_drawn():
    plots.contours(lambda theta: np.zeros(theta.shape[:-1])).figure.canvas.draw()


DIAGONAL = [(10 * np.eye(2), np.zeros(2))]  # class 0 where x1 > x2
POINTS, CLASSES = np.array([[3.0, 1.0], [2.0, 0.0], [0.0, 1.0]]), np.array([0, 0, 1])


def test_decision_boundary_colors_the_regions_as_the_network_predicts():
    image = plots.decision_boundary(DIAGONAL, POINTS, CLASSES).images[0]
    left, right, bottom, top = image.get_extent()
    assert (left, right, bottom, top) == pytest.approx((-0.4, 3.4, -0.4, 1.4))
    assert image.origin == "lower"
    colors = np.array([matplotlib.colors.to_rgb(color) for color in (plots.BLUE, plots.ORANGE)])
    for x in np.array([[3, 0], [1, 1.3], [0, 1], [0.2, -0.3], [-0.3, 0.2]]):
        row, column = (x[::-1] - [bottom, left]) / [top - bottom, right - left] * 160
        color = image.get_array()[round(row), round(column)]
        nearest = np.abs(colors - color).sum(axis=1).argmin()
        assert nearest == predict(x[None], DIAGONAL)[0]


def test_decision_boundary_runs_where_the_prediction_changes():
    line = plots.decision_boundary(DIAGONAL, POINTS, CLASSES).collections[0]
    x1, x2 = line.get_paths()[0].vertices.T
    np.testing.assert_allclose(x1, x2, atol=0.02)


def test_decision_boundary_shows_every_example_with_its_class():
    ax = plots.decision_boundary(DIAGONAL, POINTS, CLASSES)
    for k, dots in enumerate(ax.collections[1:]):
        np.testing.assert_array_equal(dots.get_offsets(), POINTS[k == CLASSES])
        assert dots.get_label() == f"class {k}"


@pytest.mark.parametrize(
    "draw",
    [
        lambda ax: plots.contours(bowl, ax=ax),
        lambda ax: plots.decision_boundary(DIAGONAL, POINTS, CLASSES, ax=ax),
        lambda ax: plots.layer_spread(MEASURED, PREDICTED, ax=ax),
    ],
)
def test_panels_can_stand_in_a_figure_of_ones_own(draw):
    _, axes = plt.subplots(1, 2)
    assert draw(axes[1]) is axes[1]
    assert plt.get_fignums() == [axes[1].figure.number]


# Arrays


def test_pixels_prints_the_numbers_of_the_framed_part():
    image = 8 * np.arange(30, dtype=np.uint8).reshape(5, 6)
    whole, part = plots.pixels(image, top=1, left=2, height=3, width=2).axes
    printed = {text.get_position(): int(text.get_text()) for text in part.texts}
    assert printed == {(j, i): image[i, j] for i in (1, 2, 3) for j in (2, 3)}
    [frame] = whole.patches
    assert (*frame.get_xy(), frame.get_width(), frame.get_height()) == (1.5, 0.5, 2, 3)
    assert (*part.get_xlim(), *part.get_ylim()) == (1.5, 3.5, 3.5, 0.5)
    white = {int(text.get_text()) for text in part.texts if text.get_color() == "white"}
    assert white == {value for value in printed.values() if value > 127}


def test_batch_draws_both_matrices_and_the_first_example():
    X, Y = images(4), np.eye(5)[:4]
    figure = plots.batch(X, Y)
    for ax, values in zip(figure.axes, (X[0].reshape(3, 3), X, Y), strict=True):
        np.testing.assert_array_equal(ax.images[0].get_array(), values)


MEASURED = {"he": np.array([[1.0, 0.9, 1.1], [1.2, 1.0, 0.8]]), "small": np.array([[1, 0.5, 0.2]])}
PREDICTED = {"he": np.array([1.0, 1.0, 1.0]), "small": np.array([1, 0.5, 0.25])}


def test_layer_spread_draws_each_seed_over_the_theory():
    ax = plots.layer_spread(MEASURED, PREDICTED, first=1)
    lines = [line for line in ax.lines if len(line.get_xdata())]  # the others are for the legend
    assert all(line.get_xdata().tolist() == [1, 2, 3] for line in lines)
    drawn = [line.get_ydata().tolist() for line in lines]
    he, small = MEASURED["he"].tolist(), MEASURED["small"].tolist()
    assert drawn == [PREDICTED["he"].tolist(), *he, PREDICTED["small"].tolist(), *small]
    assert ax.get_yscale() == "log"
    assert ax.get_legend_handles_labels()[1] == ["he", "small", "theory"]


def test_graph_points_forward_and_writes_values_above_derivatives_below():
    places = {"x": (0, 0), "w": (0, 1), "z": (1, 0)}
    ax = plots.graph(places, [("x", "z"), ("w", "z")], {"x": "2"}, {"z": "-3"})
    arrows = [text for text in ax.texts if getattr(text, "arrow_patch", None)]
    assert [(a.xyann, a.xy) for a in arrows] == [(places[name], places["z"]) for name in "xw"]
    written = {text.get_text(): text for text in ax.texts}
    assert [written[f"${name}$"].get_position() for name in places] == list(places.values())
    assert (written["2"].xy, written["2"].xyann) == (places["x"], (0, 19))
    assert (written["-3"].xy, written["-3"].xyann) == (places["z"], (0, -19))


def test_dependencies_lead_from_the_loss_back_to_every_weight():
    ax = plots.dependencies()
    nodes = {
        t.get_text(): t.get_position()
        for t in ax.texts
        if re.fullmatch(r"\$\w\^\{\[\d\]\}\$", t.get_text())
    }
    back = {t.xy: t.get_text() for t in ax.texts if getattr(t, "xy", None)}
    into_first, into_second = (
        r"$dW^{[1]} = X^{\top} dZ^{[1]}$",
        r"$dW^{[2]} = A^{[1]\top} dZ^{[2]}$",
    )
    for l, formula in (1, into_first), (2, into_second):
        (x, y), (_, y_of_z) = nodes[f"$W^{{[{l}]}}$"], nodes[f"$Z^{{[{l}]}}$"]
        assert back[x, (y + y_of_z) / 2] == formula


# What a picture refuses

EIGHT = [(np.ones((8, 2)), np.zeros(2))]  # a network for inputs that are no square images
BAD_CALLS = [
    ("digits(np.zeros(784))", ValueError, r"X .*\(784,\)"),
    ("digits(np.zeros((2, 783)))", ValueError, "X .*783 columns"),
    ("digits(images(3) + [np.nan] * 9)", ValueError, r"X must be finite, got nan at .*\(0, 0\)"),
    ("digits([[0.0]])", TypeError, "X must be a NumPy array"),
    ("digits(images(3), captions=['a'])", ValueError, "1 captions for 3 images"),
    ("digits(images(3), columns=0)", ValueError, "columns must be at least 1"),
    ("mosaic([[1.0]], 1)", TypeError, "images must be a NumPy array"),
    ("mosaic(np.zeros((2, 8)), 1)", ValueError, "images .*8 columns"),
    ("mosaic(images(2), 0)", ValueError, "columns must be at least 1"),
    ("weights([[1.0]])", TypeError, "W must be a NumPy array"),
    ("weights(np.zeros(784))", ValueError, r"W .*\(784,\)"),
    ("weights(np.zeros((783, 2)))", ValueError, "W .*783"),
    ("weights(images(9) * np.nan)", ValueError, "^W must be finite, got nan"),
    ("weights(images(4), columns=1.5)", TypeError, "columns must be a whole number"),
    ("learning_curves(HISTORY[['dev_loss']])", ValueError, "history .*train_loss"),
    ("learning_curves([0.9, 0.4])", ValueError, "history must come from train"),
    ("confusion([[1]])", TypeError, "counts must be a NumPy array"),
    ("confusion(np.zeros(9))", ValueError, r"counts must have 2 .*\(9,\)"),
    ("confusion(np.zeros((3, 2)))", ValueError, "counts must be square"),
    ("prediction(images(1), np.ones(3))", ValueError, r"x .*\(1, 9\)"),
    ("prediction(np.ones(8), np.ones(3))", ValueError, "x .*8 columns"),
    ("prediction(np.ones(9), np.eye(3))", ValueError, r"probabilities .*\(3, 3\)"),
    ("network(3)", TypeError, "sizes must be a list"),
    ("network([3])", ValueError, "sizes needs at least inputs and outputs"),
    ("network([3, 0])", ValueError, r"sizes\[1\] must be at least 1"),
    ("journey(images(2))", TypeError, "cache must be the second result of forward"),
    ("journey(forward(np.eye(8), EIGHT)[1])", ValueError, r"A\[0\] .*8 columns"),
    ("contours(bowl, xlim=(1, -1))", ValueError, "xlim must be .*low < high"),
    ("contours(bowl, xlim=(1, 2, 3))", ValueError, r"xlim must be \(low, high\) .*\(1, 2, 3\)"),
    ("contours(bowl, ylim=('a', 'b'))", ValueError, r"ylim must be \(low, high\) .*'a', 'b'"),
    ("contours(bowl, ylim=None)", ValueError, r"ylim must be \(low, high\) .*None"),
    ("contours(bowl, ylim=(0, np.inf))", ValueError, "ylim must be .*low < high"),
    ("contours(np.sum)", ValueError, r"loss must take points .* it returned shape \(\)"),
    ("contours(lambda theta: theta[..., 0] * np.nan)", ValueError, "loss must be finite"),
    ("contours(bowl, np.zeros((4, 3)))", ValueError, r"path must have shape .*got \(4, 3\)"),
    ("contours(bowl, [[0, 0]])", TypeError, "path must be a NumPy array"),
    ("decision_boundary([], POINTS, CLASSES)", TypeError, "params must be"),
    ("decision_boundary(DIAGONAL, images(2), CLASSES)", ValueError, "X has 9 columns"),
    ("decision_boundary(DIAGONAL, POINTS, CLASSES + 1)", ValueError, "y must hold labels"),
    ("decision_boundary(DIAGONAL, POINTS, CLASSES[1:])", ValueError, "y has 2 labels for 3"),
    ("decision_boundary(DIAGONAL, POINTS, CLASSES, 'step')", ValueError, "hidden must be one"),
    ("decision_boundary([(np.eye(3), np.ones(3))], np.eye(3), CLASSES)", ValueError, "two columns"),
    (
        "decision_boundary([(np.ones((2, 7)), np.ones(7))], POINTS, CLASSES)",
        ValueError,
        "6 classes",
    ),
    ("pixels(np.zeros(9), 0, 0, 1, 1)", ValueError, r"image .*\(9,\)"),
    ("pixels(np.zeros((5, 5)), 3, 0, 3, 1)", ValueError, "rows 3 to 5 .*not lie inside"),
    ("pixels(np.zeros((5, 5)), 0, 3, 1, 3)", ValueError, "columns 3 to 5 .*not lie inside"),
    ("pixels(np.zeros((5, 5)), -1, 0, 1, 1)", ValueError, "top must be at least 0"),
    ("pixels(np.zeros((5, 5)), 0, -1, 1, 1)", ValueError, "left must be at least 0"),
    ("pixels(np.zeros((5, 5)), 0, 0, 0, 1)", ValueError, "height must be at least 1"),
    ("pixels(np.zeros((5, 5)), 0, 0, 1, 0)", ValueError, "width must be at least 1"),
    ("batch(np.zeros((2, 8)), np.eye(2))", ValueError, "X .*8 columns"),
    ("batch(images(3), np.eye(2))", ValueError, "X has 3 examples, Y has 2"),
    ("batch(images(3), np.arange(3))", ValueError, "Y must have 2 dimension"),
    ("layer_spread([], {})", TypeError, "measured must be a dict"),
    ("layer_spread(MEASURED, {})", ValueError, "predicted must be a dict with the keys"),
    ("layer_spread({'he': np.ones(3)}, PREDICTED | MEASURED)", ValueError, "predicted must be"),
    (
        "layer_spread({'a': np.ones(3)}, {'a': np.ones(3)})",
        ValueError,
        r"measured\['a'\] must have",
    ),
    ("layer_spread({'a': images(1)}, {'a': images(1)})", ValueError, r"predicted\['a'\] must have"),
    ("layer_spread({'a': images(1)}, {'a': np.ones(3)})", ValueError, "9 layers, predicted 3"),
    ("layer_spread({'a': 0 * images(1)}, {'a': np.ones(9)})", ValueError, "'a': a log axis needs"),
    ("layer_spread(MEASURED, PREDICTED, first=-1)", ValueError, "first must be at least 0"),
    ("layer_spread(MEASURED, PREDICTED, ax=1)", TypeError, "ax must be an Axes, got int 1"),
    ("graph({'x': (0, 0)}, [('x', 'y')])", ValueError, r"edges name the nodes \['y'\]"),
    ("show('figure', 'a line')", TypeError, "figure must be a Figure or Axes"),
    ("show(plt.figure(), '')", ValueError, "alt must say"),
    ("show(plt.figure(), ' \\n')", ValueError, "alt must say"),
    ("show(plt.figure(), None)", ValueError, "alt must say"),
]


@pytest.mark.parametrize(("call", "error", "message"), BAD_CALLS, ids=[c[0] for c in BAD_CALLS])
def test_bad_input_is_refused_by_name(call, error, message):
    names = {**vars(plots), **globals()}
    with pytest.raises(error, match=message):
        eval(call, names)


def test_no_picture_is_left_out_above():
    public = {name for name, value in vars(plots).items() if isinstance(value, types.FunctionType)}
    asks_nothing = {"dependencies", "layouts"}
    assert {call.partition("(")[0] for call, *_ in BAD_CALLS} == public - asks_nothing
