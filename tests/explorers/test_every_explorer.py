"""What every explorer does: each control changes picture and words, and any setting is answered."""

import inspect
import re
from contextlib import suppress
from itertools import islice

import pytest
from explorer_grid import one_at_a_time, pairwise_grid, start_and_values, untouched

from helpers import explorers

DPI = 50  # of pictures that are only compared


def answer(name, settings, steps=3):
    """Compute the result for some settings; of a training, after so many of its yields."""
    outcome = untouched(name)._compute(**settings)
    if inspect.isgenerator(outcome):
        *_, measure = islice(outcome, steps)
        return measure()
    return outcome


@pytest.mark.parametrize("name", explorers.__all__)
def test_the_controls_are_what_is_computed_with(name):
    explorer = untouched(name)
    inspect.signature(explorer._compute).bind(**explorer.settings)
    assert re.match(r"helpers\.explorers\.ch\d\d_", getattr(explorers, name).__module__)


@pytest.mark.parametrize("name", explorers.__all__)
def test_the_words_tell_every_value_from_every_other(name):
    """But for the same bug once more, which adds nothing."""
    for control, many in one_at_a_time(name).items():
        many = many[:: {"race": 3, "warps": 4}.get(name, 1)]  # these take long
        many = [one for one in many if name != "bugs" or one["bug"] != one["other"]]
        texts = {answer(name, settings, steps=1)["text"] for settings in many}
        assert len(texts) == len(many), control


@pytest.mark.parametrize("name", explorers.__all__)
def test_the_picture_follows_every_control_and_keeps_nothing_of_the_last(name):
    picture = untouched(name)._picture
    for control, many in one_at_a_time(name).items():
        first, last = answer(name, many[0]), answer(name, many[-1])
        before = picture.png(first, DPI)
        assert picture.png(last, DPI) != before, control
        assert picture.png(first, DPI) == before, control


@pytest.mark.parametrize("name", explorers.__all__)
def test_any_two_values_of_any_two_controls_give_a_picture_or_advice(name):
    grid = pairwise_grid(name, count=2) if len(start_and_values(name)[1]) > 1 else []
    pictures = 0
    for settings in grid:
        with suppress(FloatingPointError):  # advice
            result = answer(name, settings)
            assert not re.search(r"\b(nan|inf)\b", result["text"])
            assert untouched(name)._picture.png(result, DPI)
            pictures += 1
    assert pictures >= len(grid) / 2
