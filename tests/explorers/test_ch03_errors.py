"""The explorer of the loss, against logarithms and slopes found in another way."""

import math
import re

import numpy as np
import pytest
from explorer_grid import coarse_grid, one_at_a_time, start_and_values

from helpers import cross_entropy_from_logits
from helpers.explorers.ch03_errors import HIGHEST, compute, draw, start
from helpers.explorers.picture import Picture

ONE_AT_A_TIME = one_at_a_time("errors")
GRID = [*coarse_grid("errors"), *(one for many in ONE_AT_A_TIME.values() for one in many)]
START, _ = start_and_values("errors")
LOGITS = ("z0", "z1", "z2")


def numbers(line):
    return [float(number) for number in re.findall(r"(?<![\d.])[-+]?\d+\.\d+", line)]


def test_a_probability_costs_its_logarithm():
    for settings in GRID:
        a = settings["a"]
        result = compute(**settings)
        stated = numbers(result["text"].splitlines()[0])
        if a == 0:
            assert result["loss"] == math.inf
            assert "loss −ln a = ∞ nats" in result["text"]
            assert stated == [0, 1]
        else:
            assert result["loss"] == pytest.approx(math.log(1 / a))
            assert stated == pytest.approx([a, math.log(1 / a), (1 - a) ** 2], abs=5.1e-5)


def test_the_loss_of_the_logits_is_that_of_their_probability():
    for settings in GRID:
        result = compute(**settings)
        powers = [math.exp(settings[name]) for name in LOGITS]
        by_hand = [power / sum(powers) for power in powers]
        assert result["A"] == pytest.approx(by_hand, abs=1e-12)
        assert result["J"] == pytest.approx(-math.log(by_hand[settings["y"]]), abs=1e-9)
        *logits, p0, p1, p2, J = numbers(result["text"].splitlines()[1])
        assert logits == pytest.approx([settings[name] for name in LOGITS])
        assert [p0, p1, p2] == pytest.approx(by_hand, abs=5.1e-5)
        assert abs(J - result["J"]) < 5.1e-5


def test_the_slopes_are_those_of_the_loss():
    h = 1e-5
    for settings in GRID:
        result = compute(**settings)
        Z, y = np.array([[settings[name] for name in LOGITS]]), np.array([settings["y"]])
        quotients = [
            (cross_entropy_from_logits(Z + step, y) - cross_entropy_from_logits(Z - step, y))
            / (2 * h)
            for step in h * np.eye(3)
        ]
        assert result["slopes"] == pytest.approx(quotients, abs=1e-8)
        *stated, total = numbers(result["text"].splitlines()[2])
        assert stated == pytest.approx(quotients, abs=5.2e-5)
        assert total == 0


def test_no_logit_is_minus_zero():
    near_zero = compute(**START | {"z0": -1e-17})["text"]
    assert "z = (0.0, " in near_zero


def check_dot(dot, a, loss):
    """A dot lies on the curve; where that is above the picture, a triangle lies at its edge."""
    [[x], [y]] = dot.get_data()
    assert x == a
    assert (dot.get_marker() == "^") == (loss > HIGHEST)
    assert y == (HIGHEST if loss > HIGHEST else loss)
    assert dot.axes.get_ylim()[1] > HIGHEST


def test_the_picture_shows_the_numbers():
    picture = Picture(start, draw, (9, 3.6))
    for settings in [*coarse_grid("errors")[::5], *ONE_AT_A_TIME["a"][::10]]:
        result = compute(**settings)
        picture.png(result)
        shown, a, y = picture.artists, settings["a"], settings["y"]
        check_dot(shown["point"], a, result["loss"])
        check_dot(shown["of logits"], result["A"][y], result["J"])
        assert shown["square"].get_ydata() == [(a - 1) ** 2]
        target = shown["target"]
        assert target.get_x() + target.get_width() / 2 == pytest.approx(y)
        for bars, words in (("A", "A numbers"), ("slopes", "slope numbers")):
            heights = [bar.get_height() for bar in shown[bars]]
            assert heights == result[bars].tolist()
            colors = [bar.get_facecolor() for bar in shown[bars]]
            assert [colors.count(color) for color in colors].index(1) == y
            for word, height in zip(shown[words], heights, strict=True):
                assert abs(float(word.get_text()) - height) < 5.1e-4
                beyond = word.get_position()[1] - height  # words never lie on their bar
                assert beyond < 0 if height < 0 else beyond > 0
