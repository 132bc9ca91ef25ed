"""Learning-rate schedules: where they start, end and turn."""

import math
from itertools import pairwise

import pytest

from helpers import cosine_decay, linear_decay

both = pytest.mark.parametrize("schedule", [linear_decay, cosine_decay])


@both
@pytest.mark.parametrize("steps", [1, 2, 1000])
def test_from_1_down_to_almost_0(schedule, steps):
    factors = [schedule(step, steps) for step in range(steps)]
    assert factors[0] == 1
    assert factors == sorted(factors, reverse=True)
    assert len(set(factors)) == steps
    assert 0 < factors[-1] <= 1 / steps  # the last step is not wasted


@both
def test_the_decay_goes_half_way_in_half_of_the_steps_after_the_warm_up(schedule):
    assert schedule(50, 100) == pytest.approx(0.5)
    assert schedule(60, 100, warmup=20) == pytest.approx(0.5)


@both
def test_warm_up_rises_evenly_to_1_then_the_decay_begins(schedule):
    rise = [schedule(step, 10, warmup=4) for step in range(4)]
    assert rise == [0.25, 0.5, 0.75, 1]
    fall = [schedule(step, 10, warmup=4) for step in range(4, 10)]
    assert fall == [schedule(step, 6) for step in range(6)]


def test_linear_falls_by_the_same_amount_each_step():
    factors = [linear_decay(step, 7) for step in range(7)]
    assert [a - b for a, b in pairwise(factors)] == pytest.approx([1 / 7] * 6)


def test_cosine_is_flat_at_both_ends_and_steepest_in_the_middle():
    factors = [cosine_decay(step, 100) for step in range(100)]
    assert factors[25] == pytest.approx((1 + math.sqrt(0.5)) / 2)
    assert factors[75] == pytest.approx((1 - math.sqrt(0.5)) / 2)
    assert factors[99] == pytest.approx((math.pi / 100) ** 2 / 4, rel=1e-3)  # cos x ≈ 1 - x²/2
