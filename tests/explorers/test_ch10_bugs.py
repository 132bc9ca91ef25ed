"""The explorer of chapter 10: each bug is in the gradient it names, and the doctor finds it."""

import re
from functools import cache

import numpy as np
import pytest
from explorer_grid import last, start_and_values
from matplotlib.figure import Figure

from helpers import backward, evaluate, forward, initialize, one_hot, train
from helpers.explorers.ch10_bugs import (
    BATCH_SIZE,
    BUGS,
    DEV,
    EPOCHS,
    EVERY,
    NONE,
    STEPS,
    TRAIN,
    compute,
    draw,
    examine,
    learn,
    start,
    wrong_backward,
)
from helpers.explorers.runs import some_images

START, _ = start_and_values("bugs")
AROUND = ("labels in another order", "every batch the same", "not normalized")
SIZES = (784, 24, 24, 10)


def arrays(grads):
    return [array for pair in grads for array in pair]


@cache
def usual():
    return last(compute, START)


@pytest.mark.parametrize("hidden", ["relu", "sigmoid", "tanh"])
def test_without_bugs_it_is_the_backward_pass(hidden, rng):
    X, Y = rng.random((5, 784)), one_hot(rng.integers(10, size=5))
    params = initialize(SIZES, hidden=hidden, rng=rng)
    _, cache = forward(X, params, hidden)
    wrong, right = wrong_backward(cache, Y, params, set(), 0.1), backward(cache, Y, params)
    assert all(map(np.array_equal, arrays(wrong), arrays(right)))


VERDICTS = {
    "dZ: not divided by m": ["dZ3 is 12.000 times", "number of examples"],
    "dZ: mean over all entries": ["0.100 times", "classes"],
    "dZ: Y - A": ["sign"],
    "slope of g missing": ["gate of ReLU is always open in layer 2", "the same in dZ1"],
    "slope of g twice": ["twice"],
    "W not transposed": ["W2 is not transposed"],
    "W already updated": ["after its update with a learning rate of 0.1"],
    "db: mean, not sum": ["db3", "mean"],
    "db: of one example": ["db3"],
    "first layer forgotten": ["dW1 is zero everywhere"],
    "L2 in the gradient only": ["dW"],
} | {bug: ["all gradients agree"] for bug in (NONE, *AROUND)}


@pytest.mark.parametrize("bug", BUGS)
def test_the_doctor_finds_what_a_gradient_shows(bug):
    hidden = "tanh" if bug == "slope of g twice" else "relu"  # twice a gate is a gate
    report, wrong, right = examine(frozenset({bug}), SIZES, hidden, 0.1, 0)
    assert report.ok == (bug in (NONE, *AROUND))
    assert all(map(np.allclose, arrays(wrong), arrays(right))) == report.ok
    for phrase in VERDICTS[bug]:
        assert phrase in report.verdict


def test_the_curve_without_bugs_is_that_of_train():
    (X, y), (X_dev, y_dev) = some_images(TRAIN, DEV)
    rng = np.random.default_rng(4)
    params, again = (initialize(SIZES, rng=np.random.default_rng(1)) for _ in range(2))
    curve = []

    def measure(step=0, params=params):
        curve.append(evaluate(X_dev, y_dev, params)[1])

    measure()
    settings = {"learning_rate": 0.1, "batch_size": BATCH_SIZE, "epochs": EPOCHS}
    order_rng = rng.spawn(1)[0]
    train(
        X,
        y,
        params,
        **settings,
        rng=order_rng,
        progress=False,
        callback=measure,
        callback_every=EVERY,
    )
    assert list(learn(set(), again, "relu", 0.1, 4)) == curve
    assert len(curve) == STEPS // EVERY + 1


def final(bug):
    params = initialize(SIZES, rng=np.random.default_rng(0))
    *_, accuracy = learn({bug}, params, "relu", 0.1, 0)
    return accuracy, params


def test_bugs_around_the_gradient_cost_what_they_should():
    right, _ = final(NONE)
    chance, _ = final("labels in another order")
    few, params = final("every batch the same")
    assert right > 0.75
    assert chance < 0.25
    assert 0.3 < few < 0.7  # it has seen 32 images
    (X, y), _ = some_images(TRAIN, DEV)
    batch = np.random.default_rng(0).permutation(len(X))[:BATCH_SIZE]
    assert evaluate(X[batch], y[batch], params)[1] == 1


def test_pixels_to_255_explode():
    large, _ = final("not normalized")
    assert not large > 0.5  # NaN, or as good as guessing


def test_a_run_that_leaves_for_infinity_ends_in_words():
    result = last(
        compute, START | {"learning_rate": 3, "bug": "L2 in the gradient only", "hidden": "tanh"}
    )
    assert result["text"]
    wild = last(compute, START | {"bug": "dZ: Y - A"})
    assert "steps the loss is no longer finite; without bugs" in wild["text"]
    curve = np.array(wild["curves"]["wrong"])
    gone = np.isnan(curve)
    assert not gone[:-1][~gone[1:]].any()  # once gone, it stays so


def test_words_state_the_numbers():
    result = usual()
    wrong, right = re.findall(r"([\d.]+)% of|bugs ([\d.]+)%", result["text"])
    assert float(wrong[0]) == pytest.approx(100 * result["curves"]["wrong"][-1], abs=0.05)
    assert float(right[1]) == pytest.approx(100 * result["curves"]["right"][-1], abs=0.05)
    assert f"After {STEPS} of {STEPS} steps" in result["text"]
    assert "dZ = dZ @ W.T" in result["text"]


def test_no_gradient_check_finds_the_others():
    result = next(compute(**START | {"bug": AROUND[0]}))()
    assert "No gradient check finds" in result["text"]
    assert "No gradient check finds" not in usual()["text"]
    assert "No gradient check" not in next(compute(**START | {"bug": NONE}))()["text"]


def test_the_gradients_are_examined_at_the_learning_rate_where_they_depend_on_it():
    settings = START | {"bug": "W already updated"}
    rates = (settings | {"learning_rate": rate} for rate in (0.1, 1.0))
    slow, fast = (next(compute(**one))()["ratios"][0] for one in rates)
    assert not np.array_equal(slow, fast)


@pytest.mark.parametrize(
    ("settings", "agree"),
    [
        ({"bug": "slope of g twice"}, True),
        ({"bug": "slope of g twice", "hidden": "tanh"}, False),
        ({"bug": "W not transposed", "layers": 1}, True),
        ({"bug": "W not transposed"}, False),
        ({"other": "slope of g twice", "hidden": "tanh"}, True),
    ],
)
def test_a_bug_that_changes_nothing_is_said_to(settings, agree):
    """And no gradient check is blamed for not finding it."""
    text = next(compute(**START | settings))()["text"]
    assert ("Here it makes no difference" in text) == ("all gradients agree" in text) == agree
    assert "No gradient check" not in text


def test_the_picture_shows_curves_and_derivatives():
    artists = start(Figure())
    result = usual()
    draw(artists, result)
    for name, line in artists["curves"].items():
        assert list(line.get_ydata()) == result["curves"][name]
        assert line.get_xdata()[-1] == STEPS
    *_, third, fourth = artists["points"]
    x, y = third.get_xydata().T  # the last layer is right
    assert np.allclose(x, y)
    assert abs(x).max() == 1
    assert not len(fourth.get_xdata())
    x, y = artists["points"][0].get_xydata().T  # the first is not
    assert not np.allclose(x, y, atol=0.1)


def test_large_ratios_are_in_the_picture():
    artists = start(Figure())
    for bug, least, most in [("dZ: not divided by m", 12, 15), (NONE, 1, 2.1)]:
        draw(artists, next(compute(**START | {"bug": bug}))())
        largest = max(abs(line.get_ydata()).max(initial=0) for line in artists["points"])
        assert largest == pytest.approx(least)
        assert artists["points"][0].axes.get_ylim() == (-most, most)
