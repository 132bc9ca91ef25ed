"""The explorer of chapter 05: its paths follow measured gradients, its bound is sharp."""

import math
import re
from functools import cache
from itertools import product
from pathlib import Path

import nbformat
import numpy as np
import pytest
from explorer_grid import start_and_values
from matplotlib.figure import Figure

from helpers.explorers.ch05_descent import (
    LIMITS,
    STEPS,
    bottom,
    compute,
    descend,
    draw,
    examples,
    loss,
    start,
)

START = {"learning_rate": 1.0, "batch_size": 8, "w": -2.0, "b": 2.0, "seed": 0}
CHAPTER = Path(__file__).parents[2] / "notebooks" / "05_update_the_parameters.ipynb"


@cache
def chapter():
    """Run the cells of the chapter that make its examples, their loss and its gradient."""
    cells = [c.source for c in nbformat.read(CHAPTER, as_version=4).cells if c.cell_type == "code"]
    begin = next(i for i, cell in enumerate(cells) if "def gradient(theta" in cell) - 1
    names = {}
    for cell in [cells[0], *cells[begin : begin + 2]]:
        exec(cell, names)
    return names


def test_examples_and_loss_are_those_of_the_chapter(rng):
    x, y = examples()
    assert np.array_equal(x, chapter()["x"])
    assert np.array_equal(y, chapter()["y"])
    theta = rng.uniform(-4, 4, (50, 2))
    assert np.allclose(loss(theta), chapter()["loss"](theta), rtol=1e-12)


def measured_gradient(theta, x, y, h=1e-6):
    """Central differences of the mean cross-entropy, written out."""

    def J(w, b):
        return np.mean(np.logaddexp(0, np.where(y == 1, -1, 1) * (w * x + b)))

    w, b = theta
    return np.array([J(w + h, b) - J(w - h, b), J(w, b + h) - J(w, b - h)]) / (2 * h)


def check(settings):
    """Check where the paths go, and every number in the words."""
    result = compute(**settings)
    path, full, alpha = result["path"], result["full"], settings["learning_rate"]
    k, (x, y) = settings["batch_size"], examples()
    for points in (path, full):
        assert points.shape == (STEPS + 1, 2)
        assert points[0].tolist() == [settings["w"], settings["b"]]
    for t in (0, 1, STEPS - 1):
        step = measured_gradient(full[t], x, y)
        assert np.allclose((full[t] - full[t + 1]) / alpha, step, atol=1e-7)
    if k == len(x):
        assert np.array_equal(path, full)
    if k == 1:
        each = [measured_gradient(path[1], x[[i]], y[[i]]) for i in range(len(x))]
        assert np.isclose((path[1] - path[2]) / alpha, each, atol=1e-6).all(axis=1).any()
    assert np.allclose(result["losses"], chapter()["loss"](path), rtol=1e-9)
    assert np.allclose(result["full_losses"], chapter()["loss"](full), rtol=1e-9)

    lowest, c = bottom()
    first, second, third = result["text"].split("\n", 2)
    w, b = settings["w"], settings["b"]
    ends = [chapter()["loss"](theta) for theta in (path[-1], full[-1], lowest)]
    losses = f"{ends[1]:.3f}"
    if k < 60:
        seed = settings["seed"]
        losses = f"{ends[0]:.3f} with batches of {k} (seed {seed}), {losses} with all 60"
    assert first.replace("−", "-") == (
        f"{STEPS} steps from ({w:z.1f}, {b:z.1f}) with α = {alpha:.3g}: loss "
        f"{losses}; lowest {ends[2]:.3f}."
    )
    numbers = re.findall(r"= ([-−]?\d+\.\d+)", second + third)
    stated_c, bound, factor = (float(number.replace("−", "-")) for number in numbers)
    assert math.isclose(stated_c, c, abs_tol=5e-4)
    assert math.isclose(bound, 2 / c, abs_tol=5e-3)
    assert math.isclose(factor, 1 - alpha * c, abs_tol=5e-3 + 1e-9)
    verdict = "too large" if alpha > bound else "side to side" if factor < 0 else "own side"
    assert verdict in third
    assert ("wander" in third) == (k < len(x))
    (left, right), (low, high) = LIMITS.values()
    outside = sum(not (left <= p <= right and low <= q <= high) for p, q in path)
    assert (f" {outside} of the {STEPS} steps end outside" in third) == (outside > 0)
    return result


@pytest.fixture(scope="module")
def control_values():
    """The values of all settings: each explorer has some of them, and both have the rest."""
    (one, values), (other, more) = start_and_values("descent"), start_and_values("batches")
    assert one.keys() | other.keys() == START.keys()
    assert {**START, **one, **other} == START
    return {name: (values | more)[name] for name in START}


@pytest.mark.parametrize("name", START)
def test_everything_is_right_at_every_value_of_each_control(name, control_values):
    for value in control_values[name]:
        check(START | {name: value})


def test_everything_is_right_all_over_the_grid(control_values):
    few = [values[:: max(1, (len(values) - 1) // 3)] for values in control_values.values()]
    for settings in product(*few):
        check(dict(zip(START, settings, strict=True)))


def test_nothing_is_lower_than_the_star_and_no_direction_more_curved():
    x, y = examples()
    lowest, c = bottom()
    assert np.allclose(measured_gradient(lowest, x, y), 0, atol=1e-9)
    around = np.stack([np.cos(np.linspace(0, np.pi, 181)), np.sin(np.linspace(0, np.pi, 181))], 1)
    h = 1e-4
    above = loss(lowest + h * around) + loss(lowest - h * around) - 2 * loss(lowest)
    assert (above > 0).all()
    assert math.isclose((above / h**2).max(), c, rel_tol=1e-3)


@pytest.mark.parametrize(("part", "settles"), [(0.95, True), (1.05, False)])
def test_the_bound_is_sharp(part, settles, rng):
    lowest, c = bottom()
    path = descend(lowest + 0.01, part * 2 / c, 60, rng, steps=1000)
    assert (np.linalg.norm(path[-1] - lowest) < 1e-6) == settles


def test_a_batch_is_right_on_average_and_its_noise_falls_with_its_size(rng):
    x, y = examples()
    theta = np.array([-2.0, 2.0])
    full, noise = measured_gradient(theta, x, y), {}
    for k in (3, 12):
        draws = [theta - descend(theta, 1.0, k, rng, steps=1)[1] for _ in range(2000)]
        noise[k] = np.std(draws, axis=0)
        assert np.allclose(np.mean(draws, axis=0), full, atol=4 * noise[k].max() / 2000**0.5)
    drawn_without_repetition = (60 / 3 - 1) / (60 / 12 - 1)  # 4 of independent draws, a bit more
    assert np.allclose(noise[3] / noise[12], drawn_without_repetition**0.5, rtol=0.08)


def test_the_seed_alone_decides_what_is_drawn():
    one, same, other = (compute(**START | {"seed": seed}) for seed in (1, 1, 2))
    assert np.array_equal(one["path"], same["path"])
    assert not np.allclose(one["path"][1], other["path"][1])
    assert np.array_equal(one["full"], other["full"])


# The picture


@pytest.fixture(scope="module")
def artists():
    return start(Figure(figsize=(9, 3.9)))


@pytest.mark.parametrize("changes", [{}, {"learning_rate": 20.0, "batch_size": 1}, {"w": 4.0}])
def test_paths_curves_and_learning_rate_are_drawn(changes, artists):
    settings = START | changes
    result = compute(**settings)
    axes = artists["start"].axes, artists["rate"].axes, artists["curves"][0].axes
    limits = [(ax.get_xlim(), ax.get_ylim()) for ax in axes]
    draw(artists, result)
    assert [(ax.get_xlim(), ax.get_ylim()) for ax in axes] == limits
    full, mini = artists["paths"]
    assert np.array_equal(mini.get_xydata(), result["path"])
    assert np.array_equal(full.get_xydata(), result["full"])
    assert artists["start"].get_xydata().tolist() == [[settings["w"], settings["b"]]]
    full, mini = artists["curves"]
    steps = np.arange(STEPS + 1)
    assert np.array_equal(mini.get_xydata(), np.stack([steps, result["losses"]], axis=1))
    assert np.array_equal(full.get_xydata(), np.stack([steps, result["full_losses"]], axis=1))
    assert artists["rate"].get_xdata() == [settings["learning_rate"]]


def test_the_scale_of_learning_rates_changes_color_at_the_bound(artists, control_values):
    lowest, c = bottom()
    ax = artists["rate"].axes
    ticks = dict(zip([t.get_text() for t in ax.get_xticklabels()], ax.get_xticks(), strict=True))
    assert math.isclose(ticks["2/κ"], 2 / c)
    assert math.isclose(ticks["1/κ"], 1 / c)
    # from left to right; a patch is a rectangle or, in Matplotlib 3.8, a polygon
    below, above = (
        patch.get_path().transformed(patch.get_patch_transform()) for patch in ax.patches
    )
    rates = control_values["learning_rate"]
    (first, *_, bound), (same, *_, last) = (np.unique(p.vertices[:, 0]) for p in (below, above))
    assert bound == same == 2 / c
    assert (first, last) == (rates[0], rates[-1])
    assert artists["lowest"].get_xydata().tolist() == [lowest.tolist()]
