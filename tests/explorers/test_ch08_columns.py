"""The explorer of Kaggle's walk-throughs."""

import numpy as np
from explorer_grid import last, start_and_values

from helpers.explorers.ch08_columns import compute, starting_params

START, _ = start_and_values("columns")


def test_columns_starts_like_the_walk_throughs_with_a_row_for_each_unit():
    (W1, b1), (W2, b2) = starting_params("rand() - 0.5", 6, np.random.default_rng(0))
    rng = np.random.default_rng(0)
    assert np.array_equal(W1.T, rng.random((6, 784), dtype=np.float32) - np.float32(0.5))
    assert [a.shape for a in (W1, b1, W2, b2)] == [(784, 6), (6,), (6, 10), (10,)]


def test_columns_states_what_it_read():
    result = last(compute, START)
    right = sum(result["read"] == result["labels"])
    assert f"of the twelve images on the right, {right} are read correctly" in result["text"]
    assert 0.7 < result["accuracies"][-1] < 0.9  # the classic
    better = last(compute, START | {"start": "He, Xavier"})
    assert better["accuracies"][-1] > result["accuracies"][-1] + 0.03


def test_columns_hopeless_is_said():
    result = last(compute, START | {"alpha": 10, "steps": 100})
    assert "hardly better than guessing" in result["text"]
