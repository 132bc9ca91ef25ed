"""Explorers that train: the same numbers as `helpers.train`, over all of their settings."""

import re
from importlib import import_module

import numpy as np
import pytest
from explorer_grid import coarse_grid, one_at_a_time, start_and_values

import helpers
from helpers import explorers
from helpers.datasets import SHAPES
from helpers.explorers.picture import Picture
from helpers.explorers.runs import run

# in the package, these names are the functions that make the explorers
columns, playground, reading, training = (
    import_module(f"helpers.explorers.{name}")
    for name in ("columns", "playground", "reading", "training")
)

MODULES = {
    "playground": (explorers.playground, playground, (9, 3.1)),
    "training": (explorers.training, training, (9, 3.5)),
    "columns": (explorers.columns, columns, (8.5, 3.3)),
}


def parts(name):
    """The explorer itself, and its compute, start and draw."""
    make, module, size = MODULES[name]
    functions = [getattr(module, f"{part}_{name}") for part in ("compute", "start", "draw")]
    return make, *functions, size


def last(compute, settings):
    """Run to the end and measure."""
    for measure in compute(**settings):  # noqa: B007
        pass
    return measure()


@pytest.mark.parametrize("hidden", ["relu", "tanh"])
@pytest.mark.parametrize("batch_size", [7, 32, 500])
def test_a_run_is_training_with_the_same_numbers(hidden, batch_size):
    rng = np.random.default_rng(0)
    X, y = helpers.points("moons", 200, 0.1, rng)
    params = helpers.initialize([2, 8, 2], rng=rng, hidden=hidden)
    ours, theirs = ([(W.copy(), b.copy()) for W, b in params] for _ in range(2))
    settings = {"learning_rate": 0.3, "batch_size": batch_size, "epochs": 3, "hidden": hidden}
    data, dev = (X[:150], y[:150]), (X[150:], y[150:])
    ours_history = []
    steps = list(run(data, dev, ours, ours_history, **settings, rng=np.random.default_rng(5)))
    history = helpers.train(
        *data,
        theirs,
        **settings,
        rng=np.random.default_rng(5),
        X_dev=dev[0],
        y_dev=dev[1],
        progress=False,
    )
    assert len(steps) == 2 + history["step"].iloc[-1]
    for name in ("train_loss", "train_accuracy", "dev_loss", "dev_accuracy"):
        assert [row[name] for row in ours_history[1:]] == list(history[name])
    for mine, yours in zip(ours, theirs, strict=True):
        assert np.array_equal(mine[0], yours[0])
        assert np.array_equal(mine[1], yours[1])


def test_a_run_that_diverges_says_so_and_changes_no_error_state():
    X, y = helpers.points("moons", 100, 0.1, np.random.default_rng(0))
    params = helpers.initialize([2, 8, 8, 2], rng=np.random.default_rng(0))
    settings = {"learning_rate": 1e20, "batch_size": 10, "epochs": 2, "hidden": "relu"}
    steps = run((X, y), (X, y), params, [], **settings, rng=np.random.default_rng(0))
    before = np.geterr()
    next(steps)
    assert np.geterr() == before
    with pytest.raises(FloatingPointError, match=r"epoch 1: training diverged.*rate 1e\+20"):
        list(steps)


@pytest.mark.parametrize("name", ["playground", "training"])
def test_the_code_to_copy_repeats_the_run(name):
    """In the reduced form of the table: another seed and activation, three epochs."""
    make, compute, *_ = parts(name)
    start, _ = start_and_values(make)
    settings = start | {"seed": 3, "hidden": "tanh", "epochs": 3, "learning_rate": 0.2}
    code = getattr(MODULES[name][1], f"code_{name}")(**settings)
    names = {}
    exec(code.replace("    epochs=", "    progress=False, epochs="), names)
    history, ours = names["history"], last(compute, settings)["history"]
    assert len(history) == 3
    assert list(history["dev_loss"]) == [row["dev_loss"] for row in ours[1:]]
    assert list(history["train_accuracy"]) == [row["train_accuracy"] for row in ours[1:]]


def reduced(name, settings):
    """The same settings with less work."""
    less = {"epochs": 1, "m": 20} if name == "playground" else {"epochs": 1}
    less = {"steps": 10} if name == "columns" else less
    return settings | {key: min(value, settings[key]) for key, value in less.items()}


@pytest.mark.parametrize("name", MODULES)
def test_every_value_of_every_control_gives_a_picture_or_advice(name):
    make, compute, start, draw, size = parts(name)
    picture = Picture(start, draw, size)
    for control, grid in one_at_a_time(make).items():
        texts = set()
        for settings in grid:
            few = settings if control in ("epochs", "steps", "m") else reduced(name, settings)
            few = reduced(name, few) if control != "m" and name == "training" else few
            try:
                result = next(iter(compute(**few)))()
                assert picture.png(result)
                texts.add(result["text"])
            except FloatingPointError as problem:
                texts.add(str(problem))
        if name != "training" or control != "epochs":  # there, only one epoch is trained
            assert len(texts) == len(grid), f"{control} does not change the words"


@pytest.mark.parametrize("name", ["playground", "columns"])
def test_combinations_of_extreme_settings(name):
    make, compute, start, draw, size = parts(name)
    picture = Picture(start, draw, size)
    grid = coarse_grid(make, count=2)
    rng = np.random.default_rng(0)
    diverged = 0
    for index in rng.choice(len(grid), 60):
        settings = reduced(name, grid[index])
        try:
            result = last(compute, settings)
        except FloatingPointError:
            diverged += 1
        else:
            assert picture.png(result)
    assert diverged < 30


PLAYGROUND = start_and_values(explorers.playground)[0]


@pytest.mark.parametrize("shape", SHAPES)
def test_the_playground_learns_every_shape_as_it_starts(shape):
    result = last(playground.compute_playground, PLAYGROUND | {"shape": shape})
    assert result["history"][-1]["dev_accuracy"] > 0.95
    stated = re.search(r"on 300 other points loss [\d.]+, accuracy ([\d.]+)%", result["text"])
    assert float(stated[1]) / 100 == pytest.approx(
        result["history"][-1]["dev_accuracy"], abs=0.0006
    )


def test_probabilities_of_the_plane_are_those_of_the_network():
    result = last(playground.compute_playground, PLAYGROUND | {"epochs": 5})
    P = result["probabilities"]
    assert np.allclose(P.sum(axis=2), 1, atol=1e-5)
    X, y = result["X"], result["y"]
    step = 2 * playground.EDGE / (playground.FINE - 1)
    column, row = np.round((X + playground.EDGE) / step).astype(int).T
    hits = P[row, column].argmax(axis=1) == y  # rows of the picture are the second input
    assert hits.mean() == pytest.approx(result["history"][-1]["train_accuracy"], abs=0.05)


def test_what_the_playground_says_of_settings_that_ask_for_too_much():
    def words(**change):
        return last(playground.compute_playground, PLAYGROUND | {"epochs": 1} | change)["text"]

    assert "the boundaries are straight lines" in words(layers=0)
    assert "There is no hidden layer 4; you look into layer 2" in words(seen=4)
    assert "each step uses all 20 points" in words(m=20, batch_size=500)
    assert "worse than guessing, which has ln 2" in words(learning_rate=10, batch_size=1)
    with pytest.raises(FloatingPointError, match="training diverged"):
        words(layers=4, learning_rate=10, epochs=20, units=32)


def test_hidden_units_are_looked_at_in_the_layer_that_was_asked_for():
    results = {
        seen: last(playground.compute_playground, PLAYGROUND | {"epochs": 3, "seen": seen})
        for seen in (1, 2)
    }
    assert not np.allclose(results[1]["units"], results[2]["units"])
    # a ReLU of a linear function does not bend on either side of its line
    first = results[1]["units"][..., 0].astype(float)
    bends = np.abs(np.diff(first, 2, axis=1)) > 1e-3
    assert bends.sum(axis=1).max() <= 2


TRAINING = start_and_values(explorers.training)[0]


def test_training_states_what_it_measured():
    result = last(training.compute, TRAINING)
    counts, text = result["confusion"], result["text"]
    assert counts.sum() == training.DEV
    accuracy = result["history"][-1]["dev_accuracy"]
    assert np.trace(counts) / training.DEV == pytest.approx(accuracy)
    assert accuracy > 0.92
    assert f"{np.trace(counts):,} of the 2,000" in text
    true, read, times = map(int, re.search(r"(\d) read as (\d), (\d+) times", text).groups())
    off = counts - np.diag(np.diag(counts))
    assert off[true, read] == off.max() == times
    assert result["W"].shape == (784, 48)


def test_training_never_opens_the_test_set():
    (X, y), (X_dev, y_dev) = training.images(training.TRAIN, training.DEV)
    X_train, y_train, *_ = helpers.load_mnist()
    assert np.array_equal(np.vstack([X, X_dev]), X_train[:12_000])
    assert np.array_equal(np.concatenate([y, y_dev]), y_train[:12_000])


def test_training_worse_than_guessing_is_said():
    settings = TRAINING | {"learning_rate": 10, "epochs": 1}
    assert "worse than guessing" in last(training.compute, settings)["text"]


COLUMNS = start_and_values(explorers.columns)[0]


def test_columns_is_row_form_transposed():
    rng = np.random.default_rng(0)
    X, Y, *_ = columns.images()
    X, Y = X[:, :50].astype(float), Y[:, :50].astype(float)
    rows = helpers.initialize([784, 6, 10], rng=rng, dtype=np.float64)
    params = [array for W, b in rows for array in (W.T.copy(), b[:, None].copy())]
    A, cache = helpers.forward(X.T, rows)
    Z1, A1, A2 = columns.forward_prop(X, *params)
    assert np.allclose(A2, A.T)
    grads = columns.backward_prop(X, Y, Z1, A1, A2, params[2])
    for ours, theirs in zip(
        grads, [g for pair in helpers.backward(cache, Y.T, rows) for g in pair], strict=True
    ):
        assert np.allclose(ours, theirs.T if theirs.ndim == 2 else theirs[:, None])


def test_columns_states_what_it_read():
    result = last(columns.compute_columns, COLUMNS)
    right = sum(result["read"] == result["labels"])
    assert f"of the twelve images on the right, {right} are read correctly" in result["text"]
    assert 0.7 < result["accuracies"][-1] < 0.9  # the classic
    better = last(columns.compute_columns, COLUMNS | {"start": "He, Xavier"})
    assert better["accuracies"][-1] > result["accuracies"][-1] + 0.03


def test_columns_hopeless_is_said():
    result = last(columns.compute_columns, COLUMNS | {"alpha": 10, "steps": 100})
    assert "hardly better than guessing" in result["text"]


def test_reading_tells_right_from_wrong():
    X, y = np.eye(3), np.array([0, 1, 1])
    A = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.1, 0.2, 0.7]])
    X = np.pad(X, ((0, 0), (0, 781)))
    texts = [reading.compute_reading(X, y, A, i)["text"] for i in range(3)]
    assert "a handwritten 0, is read as 0: right" in texts[0]
    assert "a handwritten 1, is read as 2: wrong" in texts[2]
    assert "2 with 0.700, 1 with 0.200, 0 with 0.100" in texts[2]
