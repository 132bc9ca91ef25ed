"""The explorer of layers' sizes, against `backward`, products written out, and random numbers."""

import math
import re
from itertools import pairwise, product

import numpy as np
import pytest
from explorer_grid import one_at_a_time, pairwise_grid, start_and_values

import helpers
from helpers.explorers.ch06_spread import (
    HIGH,
    LOW,
    compute,
    draw,
    start,
)
from helpers.explorers.picture import Picture
from helpers.moments import measure_moments, predict_moments

START, VALUES = start_and_values("spread")
ONE_AT_A_TIME = one_at_a_time("spread")
GRID = [
    *pairwise_grid("spread"),
    *(one for many in ONE_AT_A_TIME.values() for one in many),
    *(
        START | {"scheme": scheme, "hidden": hidden, "scale": scale, "depth": depth, "even": 10}
        for scheme, hidden in product(VALUES["scheme"], VALUES["hidden"])
        for scale, depth in product((VALUES["scale"][0], 1.4, 10.0), (1, 2, 30))
    ),
]
FUNCTIONS = {
    "relu": (helpers.relu, helpers.relu_derivative),
    "sigmoid": (helpers.sigmoid, helpers.sigmoid_derivative),
    "tanh": (helpers.tanh, helpers.tanh_derivative),
}


@pytest.fixture(scope="module")
def results():
    """A result for each setting of the grid; warnings are errors here."""
    return [compute(**settings) for settings in GRID]


@pytest.fixture(scope="module")
def batch(mnist):
    X, y, _, _ = mnist
    return X[:64].astype(float), helpers.one_hot(y[:64])


def variance_of(scheme, scale, n_in, n_out):
    """(6.3), (6.4), (6.6), or a plain standard deviation; all multiplied by scale²."""
    named = {"he": 2 / n_in, "xavier": 1 / n_in, "glorot": 2 / (n_in + n_out), "zeros": 0}
    return scale**2 * (named[scheme] if scheme in named else scheme**2)


def sizes_of(depth, odd, even):
    return [784, *(odd if l % 2 else even for l in range(1, depth + 1)), 10]


def verdict(ratio):
    return "vanishes" if ratio < 1 / 5 else "explodes" if ratio > 5 else "keeps its size"


def test_all_numbers_are_finite_and_start_at_one(results):
    for settings, result in zip(GRID, results, strict=True):
        for name, first in (("a2", 0), ("dz2", -1)):
            for values in result[name]:
                assert values.shape == (settings["depth"] + 1,)
                assert np.isfinite(values).all()
                assert (values >= 0).all()
                assert values[first] == 1


def test_the_words_state_the_numbers_of_the_first_and_last_hidden_layer(results):
    for settings, result in zip(GRID, results, strict=True):
        depth = settings["depth"]
        ways = (
            (result["a2"][0][1:], "Forward, E[a²]", (1, depth)),
            (result["dz2"][0][:-1][::-1], "Backward, E[dz²]", (depth, 1)),
        )
        for way, (numbers, begin, (first, last)) in enumerate(ways):
            line, title = result["text"].splitlines()[way + 1], result["titles"][way]
            assert line.startswith(f"{begin} is {numbers[0]:.2g} in layer {first}")
            if numbers[0] == 0:
                assert "nothing comes through" in line
                assert "nothing comes through" in title
            elif depth == 1:
                assert "only hidden layer" in line
            else:
                ratio = numbers[-1] / numbers[0]
                assert f" and {numbers[-1]:.2g} in layer {last}:" in line
                stated = float(re.search(r"factor of (\S+) per layer", line)[1])
                assert math.isclose(stated ** (depth - 1), ratio, rel_tol=0.2)
                assert line.endswith(f"It {verdict(ratio)}.")
                assert title.endswith(verdict(ratio))
                assert f"× {stated:.3g} per" in title


def test_the_words_count_what_lies_beyond_the_axis(results):
    counts = []
    for settings, result in zip(GRID, results, strict=True):
        dots = [*result["a2"][0], *result["dz2"][0]]
        counts.append(sum(dot < LOW or dot > HIGH for dot in dots))
        stated = re.search(r"edge: (\d+) of (\d+) dots", result["text"])
        assert (int(stated[1]) if stated else 0) == counts[-1]
        assert not stated or int(stated[2]) == 2 * settings["depth"] + 2
    assert 0 in counts
    assert max(counts) > 40


def test_the_words_name_every_setting():
    for settings in ONE_AT_A_TIME.values():
        for one in settings:
            named = "N(0, 0.1)" if one["scheme"] == 0.1 else one["scheme"]
            assert compute(**one)["text"].startswith(
                f"{one['hidden']}, {named} × {one['scale']:.1f}, hidden layers: {one['depth']}, "
                f"widths {one['odd']} and {one['even']}, seed {one['seed']}."
            )


def test_the_words_state_what_the_weights_of_layer_2_do():
    for scheme, scale in product(VALUES["scheme"], (0.5, 1.4)):
        text = compute(**START | {"scheme": scheme, "scale": scale, "even": 20})["text"]
        down, up = map(float, re.search(r"n_in .*? = (\S+), n_out .* = (\S+)", text).groups())
        variance = variance_of(scheme, scale, 100, 20)
        assert math.isclose(down, 100 * variance, rel_tol=0.01)
        assert math.isclose(up, 20 * variance, rel_tol=0.01)


@pytest.mark.parametrize("hidden", FUNCTIONS)
def test_measured_moments_are_those_of_forward_and_backward(hidden, batch):
    """With a batch of one example, db[l] of `backward` is dZ[l]."""
    images, Y = batch
    rng = np.random.default_rng(1)
    params = helpers.initialize([784, 30, 20, 25, 10], hidden, rng=rng, dtype=np.float64)
    a2, dz2 = measure_moments(images, Y, params, hidden)
    A_all, dZ_all = [], []
    for x, label in zip(images[:, None], Y[:, None], strict=True):
        _, cache = helpers.forward(x, params, hidden)
        A_all.append([np.mean(A**2) for A in cache.A[:-1]])
        dZ_all.append([np.mean(db**2) for _, db in helpers.backward(cache, label, params)])
    A_mean, dZ_mean = np.mean(A_all, axis=0), np.mean(dZ_all, axis=0)
    np.testing.assert_allclose(a2, A_mean / A_mean[0], rtol=1e-9)
    np.testing.assert_allclose(dz2, dZ_mean / dZ_mean[-1], rtol=1e-5)


def test_what_is_measured_is_the_network_of_the_settings(batch):
    settings = START | {"scheme": "glorot", "scale": 1.4, "depth": 5, "odd": 30, "even": 20}
    rng = np.random.default_rng(settings["seed"])
    params = helpers.initialize(
        [784, 30, 20, 30, 20, 30, 10], rng=rng, scheme="glorot", dtype=np.float64
    )
    by_hand = measure_moments(*batch, [(1.4 * W, b) for W, b in params], "relu")
    result = compute(**settings)
    np.testing.assert_allclose(result["a2"][0], by_hand[0], rtol=1e-12)
    np.testing.assert_allclose(result["dz2"][0], by_hand[1], rtol=1e-12)


def test_the_theory_of_relu_is_a_product_of_halves():
    """(6.8) forward and backward, with c = c' = 1/2, layer by layer."""
    for settings in GRID:
        if settings["hidden"] == "relu":
            result = compute(**settings)
            n = sizes_of(settings["depth"], settings["odd"], settings["even"])
            v = [None] + [
                variance_of(settings["scheme"], settings["scale"], *pair) for pair in pairwise(n)
            ]
            L = len(n) - 1
            for l in range(L):
                forward = math.prod(n[k - 1] * v[k] / 2 for k in range(1, l + 1))
                assert math.isclose(result["a2"][1][l], forward, rel_tol=1e-6)
            for l in range(1, L + 1):
                backward = math.prod(n[k] * v[k] / 2 for k in range(l + 1, L + 1))
                assert math.isclose(result["dz2"][1][l - 1], backward, rel_tol=1e-6)


@pytest.mark.parametrize("hidden", ["sigmoid", "tanh"])
@pytest.mark.parametrize("scale", [0.3, 1.0, 10.0])
def test_the_theory_of_curved_functions_is_a_mean_over_normal_numbers(hidden, scale, batch, rng):
    sizes = [784, 60, 30, 60, 10]
    v = [variance_of("he", scale, *pair) for pair in pairwise(sizes)]
    g, g_prime = FUNCTIONS[hidden]
    moment = start = np.mean(batch[0] ** 2)
    a2, dz2 = predict_moments(sizes, np.sqrt(v), hidden, start)
    slopes = []
    for l in (1, 2, 3):
        z = rng.normal(0, math.sqrt(sizes[l - 1] * v[l - 1] * moment), 400_000)
        moment = np.mean(g(z) ** 2)
        slopes.append(np.mean(g_prime(z) ** 2))
        assert math.isclose(a2[l], moment / start, rel_tol=0.02)
    for l in (1, 2, 3):
        assert math.isclose(dz2[l - 1], dz2[l] * slopes[l - 1] * sizes[l + 1] * v[l], rel_tol=0.03)
    assert dz2[-1] == 1


@pytest.mark.parametrize("scheme", ["he", "xavier", "glorot", 0.1])
@pytest.mark.parametrize("hidden", FUNCTIONS)
def test_dots_lie_near_the_theory(hidden, scheme):
    """In wide layers, for a typical seed; ten layers, so that luck has no time to add up."""
    settings = START | {"hidden": hidden, "scheme": scheme, "depth": 10, "even": 80}
    runs = [compute(**settings | {"seed": seed}) for seed in range(7)]
    for name in ("a2", "dz2"):
        off = [np.log(run[name][0] / run[name][1]) for run in runs]
        assert np.abs(np.median(off, axis=0)).max() < math.log(1.6)


def test_what_the_chapter_asks_the_reader_to_find():
    def verdicts(**changes):
        titles = compute(**START | changes)["titles"]
        return [title.partition(": ")[2] for title in titles]

    assert START["scheme"] == "xavier"
    assert START["hidden"] == "relu"
    assert verdicts() == ["vanishes", "vanishes"]
    level = [s for s in VALUES["scale"] if verdicts(scale=s) == ["keeps its size"] * 2]
    assert 1.4 in level  # whose square is about 2
    assert max(level) < 1.8
    assert verdicts(scheme="he") == ["keeps its size"] * 2
    assert verdicts(hidden="tanh", scale=3.0) == ["keeps its size", "explodes"]
    assert verdicts(hidden="sigmoid") == ["keeps its size", "vanishes"]
    assert verdicts(hidden="sigmoid", scale=10.0) == ["keeps its size"] * 2

    def luck(width):
        runs = [
            compute(**START | {"scheme": "he", "odd": width, "even": width, "seed": s})
            for s in range(10)
        ]
        return max(abs(np.log(run["a2"][0][-1])) for run in runs)

    assert luck(10) > 2 * luck(100)


def test_the_picture_shows_each_number_once():
    """As a dot where the axis reaches, as a triangle at the edge where it does not."""
    picture = Picture(start, draw, (9, 3.9))
    for settings in GRID[::7]:
        result = compute(**settings)
        picture.png(result)
        for first, name, title in zip((0, 1), ("a2", "dz2"), result["titles"], strict=True):
            assert picture.artists["titles"][first].get_text() == title
            measured, expected = result[name]
            theory, dots, above, below = picture.artists[name]
            layers = np.arange(first, first + settings["depth"] + 1)
            np.testing.assert_array_equal(theory.get_xydata(), np.c_[layers, expected])
            inside = (measured >= LOW) & (measured <= HIGH)
            np.testing.assert_array_equal(
                dots.get_xydata(), np.c_[layers[inside], measured[inside]]
            )
            for marker, which in ((above, measured > HIGH), (below, measured < LOW)):
                np.testing.assert_array_equal(marker.get_xdata(), layers[which])
                bottom, top = marker.axes.get_ylim()
                assert all(bottom < y < top for y in marker.get_ydata())
            limits = theory.axes.get_xlim()
            assert limits[0] < layers[0] < layers[-1] < limits[1]
            assert (above.get_ydata() > 1).all()
            assert (below.get_ydata() < 1).all()
