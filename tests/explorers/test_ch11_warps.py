"""The explorer of augmentation in chapter 11: the grid is where the ink comes from."""

import re

import numpy as np
import pytest
from explorer_grid import untouched
from matplotlib.figure import Figure

from helpers import accuracy, load_mnist, predict
from helpers.augmentation import bilinear, random_warps
from helpers.explorers.ch11_warps import (
    COLUMNS,
    LINES,
    ROWS,
    SIDE,
    TRAIN,
    compute,
    draw,
    images_and_network,
    read_from,
    start,
)

STRENGTHS = random_warps.__kwdefaults__
START = {"digit": 2, "seed": 0, **STRENGTHS}
STILL = dict.fromkeys(STRENGTHS, 0) | {"smoothness": 4.0}


def test_it_begins_with_the_strengths_that_training_uses():
    assert untouched("warps").settings == START


@pytest.mark.parametrize("seed", range(3))
def test_the_copy_is_read_where_the_grid_says(seed):
    outcome = compute(**START | {"seed": seed})
    x, y = (np.where(np.isnan(part), -9, part).reshape(1, -1) for part in outcome["read_from"])
    read = bilinear(outcome["image"][None], x, y)[0]
    assert np.allclose(read, outcome["copies"][0], atol=1e-3)


def test_without_strength_nothing_moves():
    outcome = compute(**START | STILL)
    assert np.array_equal(
        outcome["copies"], np.tile(outcome["image"], (ROWS * COLUMNS, 1)), equal_nan=True
    )
    x, y = outcome["read_from"]
    assert np.allclose(x, np.arange(SIDE), atol=1e-4)
    assert np.allclose(y, np.arange(SIDE)[:, None], atol=1e-4)
    X, labels, params = images_and_network()
    assert outcome["right"] == accuracy(labels, predict(X, params))


def test_outside_of_the_image_is_no_coordinate():
    x, y = read_from(0, STILL | {"shift": 8.0})
    assert 0 < np.isnan(x).sum() < x.size
    assert np.array_equal(np.isnan(x), np.isnan(y))


def test_copies_differ_and_show_the_digit_asked_for():
    outcome = compute(**START)
    assert len({copy.tobytes() for copy in outcome["copies"]}) == ROWS * COLUMNS
    X, y, _ = images_and_network()
    for digit in range(10):
        image = compute(**START | {"digit": digit})["image"]
        assert y[(image == X).all(axis=1)] == digit


def test_the_network_has_not_seen_the_images_and_reads_them():
    X, y, params = images_and_network()
    seen = {image.tobytes() for image in load_mnist()[0][:TRAIN]}
    assert not seen & {image.tobytes() for image in X}
    assert accuracy(y, predict(X, params)) > 0.9


def test_words_state_the_numbers():
    outcome = compute(**START)
    X, y, params = images_and_network()
    plain, warped = re.findall(r"([\d.]+)% of", outcome["text"])
    assert float(plain) == pytest.approx(100 * accuracy(y, predict(X, params)), abs=0.05)
    assert float(warped) == pytest.approx(100 * outcome["right"], abs=0.05)
    _, rng = np.random.default_rng(0).spawn(2)
    again = accuracy(y, predict(random_warps(X, rng, **STRENGTHS), params))
    assert outcome["right"] == again < 0.8


def test_the_picture_shows_copies_and_grid():
    artists = start(Figure())
    outcome = compute(**START)
    draw(artists, outcome)
    mosaic = artists["copies"].get_array()
    for k, copy in enumerate(outcome["copies"]):
        row, column = (SIDE + 1) * (k // COLUMNS), (SIDE + 1) * (k % COLUMNS)
        tile = mosaic[row : row + SIDE, column : column + SIDE]
        assert np.array_equal(tile, copy.reshape(SIDE, SIDE))
    x, y = outcome["read_from"]
    across, down = artists["lines"][0], artists["lines"][len(LINES)]
    assert np.allclose(across.get_ydata(), y[LINES[0]], equal_nan=True)
    assert np.allclose(down.get_xdata(), x[:, LINES[0]], equal_nan=True)
