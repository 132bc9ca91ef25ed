"""The explorer of one neuron, against a sum written out by hand."""

import re

import numpy as np
import pytest
from explorer_grid import assert_no_minus_zero, coarse_grid, one_at_a_time

from helpers.explorers.ch02_neuron import SIZE, compute, draw, start
from helpers.explorers.picture import Picture

ONE_AT_A_TIME = one_at_a_time("neuron")
GRID = [*coarse_grid("neuron", 5), *(one for many in ONE_AT_A_TIME.values() for one in many)]


def test_the_neuron_weighs_adds_and_bends():
    for settings in GRID:
        result = compute(**settings)
        z = settings["x"] * settings["w"] + settings["b"]
        assert result["z"] == pytest.approx(z, abs=1e-12)
        assert result["a"] == pytest.approx(max(0, z), abs=1e-12)
        at_x = np.interp(settings["x"], np.linspace(-2, 2, 161), result["line"])
        assert at_x == pytest.approx(z, abs=1e-12)
        assert np.array_equal(result["bent"], np.clip(result["line"], 0, None))


def test_the_words_state_the_neuron_and_its_corner():
    for settings in GRID:
        words = compute(**settings)["text"]
        x, w, b, z, a, *corner = map(float, re.findall(r"(?<![\d.])-?\d+\.\d+", words))
        assert (x, w, b) == pytest.approx([settings[name] for name in ("x", "w", "b")])
        assert z == pytest.approx(x * w + b, abs=0.0051)
        assert a == pytest.approx(max(0, x * w + b), abs=0.0051)
        if w == 0:
            assert "no corner" in words
        else:  # there z passes through zero
            assert corner[0] * w + b == pytest.approx(0, abs=0.0051 * abs(w))


def test_no_number_is_minus_zero():
    assert_no_minus_zero(compute, GRID)


def test_the_picture_shows_the_numbers_and_no_dot_leaves_it():
    picture = Picture(start, draw, SIZE)
    for settings in coarse_grid("neuron"):
        result = compute(**settings)
        picture.png(result)
        shown = picture.artists
        for name in ("z", "a"):
            [[x], [y]] = shown[name].get_data()
            assert (x, y) == (settings["x"], result[name])
            low, high = shown[name].axes.get_ylim()
            assert low < y < high
        assert shown["lift"].get_ydata() == [result["z"], result["a"]]
        assert np.array_equal(shown["curves"][0].get_ydata(), result["line"])
        assert np.array_equal(shown["curves"][1].get_ydata(), result["bent"])
