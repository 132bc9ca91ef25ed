"""Training that can be watched: the same numbers as `helpers.train`, and code that repeats them."""

import numpy as np
import pytest
from explorer_grid import last, start_and_values

import helpers
from helpers.explorers import ch07_training, ch09_playground
from helpers.explorers.runs import run, some_images


def test_images_are_the_first_for_training_and_the_next_and_no_test_images(mnist):
    (X, y), (X_dev, y_dev) = some_images(300, 20)
    assert (len(X), len(X_dev)) == (300, 20)
    assert np.array_equal(np.vstack([X, X_dev]), mnist[0][:320])
    assert np.array_equal(np.concatenate([y, y_dev]), mnist[1][:320])


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
    steps = list(run(data, dev, ours, ours_history, None, **settings, rng=np.random.default_rng(5)))
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
    steps = run((X, y), (X, y), params, [], None, **settings, rng=np.random.default_rng(0))
    before = np.geterr()
    next(steps)
    assert np.geterr() == before
    with pytest.raises(FloatingPointError, match=r"epoch 1: training diverged.*rate 1e\+20"):
        list(steps)


@pytest.mark.parametrize("name", ["playground", "training"])
def test_the_code_to_copy_repeats_the_run(name):
    """In the reduced form of the table: another seed and activation, three epochs."""
    module = {"playground": ch09_playground, "training": ch07_training}[name]
    settings = start_and_values(name)[0] | {
        "seed": 3,
        "hidden": "tanh",
        "epochs": 3,
        "learning_rate": 0.2,
    }
    if name == "playground":
        settings["own"] = "0.5 -0.2 1; -0.25 0.1 0"
    code = module.code(**settings)
    names = {}
    exec(code.replace("    epochs=", "    progress=False, epochs="), names)
    history, ours = names["history"], last(module.compute, settings)["history"]
    assert len(history) == 3
    assert list(history["dev_loss"]) == [row["dev_loss"] for row in ours[1:]]
    assert list(history["train_accuracy"]) == [row["train_accuracy"] for row in ours[1:]]
