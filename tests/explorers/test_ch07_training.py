"""The explorer of training: it states what it measured, on images that it may see."""

import re

import numpy as np
import pytest
from explorer_grid import last, start_and_values
from matplotlib.figure import Figure

from helpers.explorers.ch07_training import DEV, _outline, compute, draw, start

START, _ = start_and_values("training")


@pytest.fixture(scope="module")
def result():
    return last(compute, START)


def test_training_states_what_it_measured(result):
    counts, text = result["confusion"], result["text"]
    assert counts.sum() == DEV
    accuracy = result["history"][-1]["dev_accuracy"]
    assert np.trace(counts) / DEV == pytest.approx(accuracy)
    assert accuracy > 0.92
    assert f"{np.trace(counts):,} of the 2,000" in text
    true, read, times = map(int, re.search(r"(\d) read as (\d), (\d+) times", text).groups())
    off = counts - np.diag(np.diag(counts))
    assert off[true, read] == off.max() == times
    assert result["W"].shape == (784, 48)


def test_each_number_stands_in_its_cell_and_only_mistakes_have_shades(result):
    artists = start(Figure())
    draw(artists, result)
    shown = artists["numbers"]
    cells = dict(zip(map(tuple, shown.get_offsets().astype(int)), shown.get_paths(), strict=True))
    counts = result["confusion"]
    assert cells == {(k, j): _outline(counts[j, k], j == k) for j, k in np.argwhere(counts)}
    shades = artists["confusion"].get_array()
    assert not np.diag(shades).any()
    assert (shades > 0).sum() == np.count_nonzero(counts) - 10


def test_training_worse_than_guessing_is_said():
    settings = START | {"learning_rate": 10, "epochs": 1}
    assert "worse than guessing" in last(compute, settings)["text"]
