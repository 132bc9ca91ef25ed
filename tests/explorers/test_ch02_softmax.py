"""The explorer of softmax, against sums written out by hand."""

import math
import re

import numpy as np
import pytest
from explorer_grid import assert_no_minus_zero, coarse_grid, one_at_a_time

from helpers.explorers.ch02_softmax import SIZE, compute, draw, start
from helpers.explorers.picture import Picture

ONE_AT_A_TIME = one_at_a_time("softmax")
GRID = [*coarse_grid("softmax"), *(one for many in ONE_AT_A_TIME.values() for one in many)]


def softmax_by_hand(logits, temperature):
    powers = [math.exp(z / temperature) for z in logits]
    return [power / sum(powers) for power in powers]


def test_softmax_divides_by_the_temperature_first():
    for settings in GRID:
        result = compute(**settings)
        logits = [settings[name] for name in ("z1", "z2", "z3")]
        by_hand = softmax_by_hand(logits, settings["temperature"])
        assert result["A"] == pytest.approx(by_hand, abs=1e-9)
        assert result["A at 1"] == pytest.approx(softmax_by_hand(logits, 1), abs=1e-9)
        stated = re.findall(r"-?\d+\.\d+", result["text"])
        expected = [*logits, settings["temperature"], *by_hand, 1]
        assert [float(number) for number in stated] == pytest.approx(expected, abs=5.1e-5)


def test_a_higher_temperature_makes_the_probabilities_more_equal():
    largest = [compute(**one)["A"].max() for one in ONE_AT_A_TIME["temperature"]]
    assert all(np.diff(largest) < 0)
    assert largest[0] > 0.9999
    assert largest[-1] < 0.45


def test_no_number_is_minus_zero():
    assert_no_minus_zero(compute, GRID)


def test_the_picture_shows_the_numbers_and_nothing_leaves_it():
    picture = Picture(start, draw, SIZE)
    for settings in coarse_grid("softmax")[::7]:
        result = compute(**settings)
        picture.png(result)
        shown = picture.artists
        for j, (bar, bar_at_1) in enumerate(zip(shown["bars"], shown["bars at 1"], strict=True)):
            assert bar.get_height() == result["A"][j]
            assert bar_at_1.get_height() == result["A at 1"][j]
            number = shown["numbers"][j]
            assert number.get_text() == f"{result['A'][j]:.3f}"
            assert max(bar.get_height(), bar_at_1.get_height()) < number.get_position()[1] < 1.05
