"""The playground learns every shape, and shows what its network sees."""

import re

import numpy as np
import pytest
from explorer_grid import last, start_and_values

from helpers.data import SHAPES
from helpers.explorers.ch09_playground import EDGE, FINE, compute

START, _ = start_and_values("playground")


@pytest.mark.parametrize("shape", SHAPES)
def test_the_playground_learns_every_shape_as_it_starts(shape):
    result = last(compute, START | {"shape": shape})
    assert result["history"][-1]["dev_accuracy"] > 0.95
    stated = re.search(r"on 300 unseen points loss [\d.]+, accuracy ([\d.]+)%", result["text"])
    assert float(stated[1]) / 100 == pytest.approx(
        result["history"][-1]["dev_accuracy"], abs=0.0006
    )


def test_probabilities_of_the_plane_are_those_of_the_network():
    result = last(compute, START | {"epochs": 5})
    P = result["probabilities"]
    assert np.allclose(P.sum(axis=2), 1, atol=1e-5)
    X, y = result["X"], result["y"]
    step = 2 * EDGE / (FINE - 1)
    column, row = np.round((X + EDGE) / step).astype(int).T
    hits = P[row, column].argmax(axis=1) == y  # rows of the picture are the second input
    assert hits.mean() == pytest.approx(result["history"][-1]["train_accuracy"], abs=0.05)


def test_what_the_playground_says_of_settings_that_ask_for_too_much():
    def words(**change):
        return last(compute, START | {"epochs": 1} | change)["text"]

    assert "the boundaries are straight lines" in words(layers=0)
    assert "There is no hidden layer 4; you look into layer 2" in words(seen=4)
    assert "each step uses all 20 points" in words(m=20, batch_size=500)
    assert "worse than guessing, which has ln 2" in words(learning_rate=10, batch_size=1)
    with pytest.raises(FloatingPointError, match="training diverged"):
        words(layers=4, learning_rate=10, epochs=20, units=32)


def test_hidden_units_are_looked_at_in_the_layer_that_was_asked_for():
    results = {seen: last(compute, START | {"epochs": 3, "seen": seen}) for seen in (1, 2)}
    assert not np.allclose(results[1]["units"], results[2]["units"])
    # a ReLU of a linear function does not bend on either side of its line
    first = results[1]["units"][..., 0].astype(float)
    bends = np.abs(np.diff(first, 2, axis=1)) > 1e-3
    assert bends.sum(axis=1).max() <= 2
