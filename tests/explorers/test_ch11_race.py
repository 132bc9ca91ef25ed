"""The race of chapter 11: its surfaces, its paths, its losses on MNIST."""

import re
from functools import cache

import numpy as np
import pytest
from explorer_grid import last, start_and_values
from matplotlib.figure import Figure

from helpers import cross_entropy_from_logits, forward, initialize, train
from helpers.explorers.ch11_race import (
    BATCH_SIZE,
    DEV,
    EVERY,
    MNIST_STEPS,
    OPTIMIZERS,
    SIZES,
    STEPS,
    SURFACES,
    TRAIN,
    compute,
    descend,
    draw,
    learn,
    start,
)
from helpers.explorers.picture import Picture
from helpers.explorers.runs import some_images

START, _ = start_and_values("race")


@pytest.mark.parametrize("surface", SURFACES)
def test_gradients_are_those_of_the_surface(surface, rng):
    J, gradient, *_ = SURFACES[surface]
    h = 1e-6 * np.eye(2)
    for point in rng.uniform(-2, 2, (20, 2)):
        measured = [(J(point + step) - J(point - step)) / 2e-6 for step in h]
        assert np.allclose(gradient(point), measured, atol=1e-6)


@pytest.mark.parametrize("surface", SURFACES)
def test_the_lowest_point_is_the_lowest(surface):
    axis = np.linspace(-3, 3, 601)
    values = SURFACES[surface].loss(np.stack(np.meshgrid(axis, axis), axis=-1))
    assert values.min() == pytest.approx(SURFACES[surface].lowest, abs=1e-4)


@pytest.mark.parametrize("surface", SURFACES)
def test_the_start_is_in_the_picture(surface):
    _, _, limits, (x, y), _ = SURFACES[surface]
    assert limits["xlim"][0] < x < limits["xlim"][1]
    assert limits["ylim"][0] < y < limits["ylim"][1]


def textbook(name, rate, mu, surface):
    """Return the path, written with one vector and no state but what the book names."""
    _, gradient, _, start, _ = SURFACES[surface]
    p, v, s = np.array(start), np.zeros(2), np.zeros(2)
    path = [p]
    for t in range(1, STEPS + 1):
        g = gradient(p)
        if name == "plain":
            step = g
        elif name in ("momentum", "Nesterov"):
            v = mu * v + g
            step = v if name == "momentum" else g + mu * v
        elif name == "RMSProp":
            s = 0.9 * s + 0.1 * g**2
            step = g / (np.sqrt(s) + 1e-8)
        else:
            v, s = mu * v + (1 - mu) * g, 0.999 * s + 0.001 * g**2
            step = v / (1 - mu**t) / (np.sqrt(s / (1 - 0.999**t)) + 1e-8)
        p = p - rate * step
        path.append(p)
    return np.array(path)


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_paths_are_those_of_the_textbook(name, surface):
    for rate, mu in ((0.01, 0.9), (0.02, 0.5), (0.03, 0.0)):
        assert np.allclose(descend(name, rate, mu, surface), textbook(name, rate, mu, surface))


def test_the_losses_are_those_of_train():
    (X, y), (X_dev, y_dev) = some_images(TRAIN, DEV)
    weights_rng, order_rng = np.random.default_rng(3).spawn(2)
    params = initialize(SIZES, rng=weights_rng)
    losses = []

    def measure(step=0, params=params):
        _, cache = forward(X_dev, params)
        losses.append(cross_entropy_from_logits(cache.Z[-1], y_dev))
        return step == MNIST_STEPS

    measure()
    settings = {"learning_rate": 0.1, "batch_size": BATCH_SIZE, "epochs": 1, "progress": False}
    train(X, y, params, **settings, rng=order_rng, callback=measure, callback_every=EVERY)
    assert np.allclose(list(learn("plain", 0.1, 0.9, seed=3)), losses, rtol=1e-5)


@cache
def usual():
    return last(compute, START)


def test_words_state_the_numbers():
    text = usual()["text"]
    numbers = [float(n) for n in re.findall(r"(?:: | images )([\d.e-]+)", text)[1:]]
    heights = [h[-1] for h in usual()["heights"]]
    losses = [loss[-1] for loss in usual()["losses"]]
    expected = [heights[0], losses[0], heights[1], losses[1]]
    assert numbers[-4:] == pytest.approx(expected, rel=1e-2)
    assert len(usual()["losses"][0]) == len(usual()["losses"][1]) == MNIST_STEPS // EVERY + 1


def test_a_run_that_leaves_for_infinity_gives_a_picture():
    wild = last(compute, START | {"first_rate": 1.0, "first": "momentum", "momentum": 0.99})
    assert "over a million" in wild["text"]
    assert Picture(start, draw, (9, 3.9)).png(wild)


@pytest.mark.parametrize("surface", SURFACES)
def test_the_picture_shows_the_paths_on_their_surface(surface):
    artists = start(Figure())
    outcome = last(compute, START | {"surface": surface})
    draw(artists, outcome)
    for name, lines in artists["paths"].items():
        assert lines[0].axes.get_visible() == (name == surface)
        assert all(line.get_visible() == (name == surface) for line in lines)
    for i in range(2):
        assert np.allclose(artists["paths"][surface][i].get_xydata(), outcome["paths"][i])
        assert np.allclose(artists["heights"][i].get_ydata(), outcome["heights"][i])
        assert np.allclose(artists["losses"][i].get_ydata(), outcome["losses"][i])
        assert artists["losses"][i].get_xdata()[-1] == MNIST_STEPS
    names = [text.get_text() for text in artists["names"].get_texts()]
    assert names == ["plain, 0.03", "momentum, 0.03"]
