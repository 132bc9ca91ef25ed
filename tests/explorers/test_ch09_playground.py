"""The playground learns every shape, and shows what its network sees."""

import re
from itertools import pairwise

import numpy as np
import pytest
from explorer_grid import last, start_and_values, untouched

from helpers.data import SHAPES
from helpers.explorers.ch09_playground import (
    COARSE,
    EDGE,
    FINE,
    HEIGHT,
    LINES,
    WIDTH,
    borders,
    compute,
    layout,
    point,
    sizes_of,
)

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
    P = result["seen"][-1]
    assert np.allclose(P.sum(axis=0), 1, atol=1e-5)
    X, y = result["training"]
    step = 2 * EDGE / (FINE - 1)
    column, row = np.round((X + EDGE) / step).astype(int).T
    hits = P[:, row, column].argmax(axis=0) == y  # rows of the picture are the second input
    assert hits.mean() == pytest.approx(result["history"][-1]["train_accuracy"], abs=0.05)


def test_what_the_playground_says_of_settings_that_ask_for_too_much():
    def words(**change):
        return last(compute, START | {"epochs": 1} | change)["text"]

    assert "the boundaries are straight lines" in words(layers=0)
    assert "unit 16 of layer 2; points shown: training. There is no unit 33" in words(unit=33)
    assert "There is no unit 1: none at all" in words(layers=0, unit=1)
    for own in ("0.5 -0.2", "0.5 -0.2 2", "0 1.7 0", "nan 0 0", "0 0 -1", "0 0 0, 1 1 1"):
        with pytest.raises(ValueError, match="is not a point"):
            words(own=own)
    advice = "0.5 -0.2 1"
    assert "300 points and 2 of yours" in words(own=f"{advice}; {advice};")
    assert "each step uses all 20 points" in words(m=20, batch_size=500)
    assert "worse than guessing, which has ln 2" in words(learning_rate=10, batch_size=1)
    with pytest.raises(FloatingPointError, match="training diverged"):
        words(layers=4, learning_rate=10, epochs=20, units=32)


@pytest.fixture(scope="module")
def measure():
    """What measures the network of the start after a few epochs."""
    *_, measure = compute(**START | {"epochs": 3})
    return measure


def test_tiles_lines_and_the_frame_are_those_of_the_network(measure):
    result, picture = measure(unit=18), untouched("playground")._picture
    picture.png(result)
    artists = picture.artists
    assert "The large picture shows unit 2 of layer 2" in result["text"]
    tiles = [
        (x, y, side, tile)
        for left, below, side, colors in artists["tiles"].layers
        for x, y, tile in zip(left, below, colors, strict=True)
    ]
    assert len(tiles) == 2 + 16 + 16 + 2
    seen = tiles[2 + 17]
    large = artists["picture"].layers[0][3][0, ::COARSE, ::COARSE].astype(int)
    assert np.abs(large - seen[3]).mean() < 3
    x, y = artists["frame"].get_data()
    side = seen[2]
    assert (np.nanmin(x), np.nanmin(y)) == pytest.approx(seen[:2])
    # a tile is bright where its unit is loudest
    brightness = seen[3][..., :3].sum(axis=2)
    loudness = result["seen"][2][1, ::COARSE, ::COARSE]
    assert np.corrcoef(brightness.ravel(), loudness.ravel())[0, 1] > 0.9

    lines = artists["lines"]
    weights = np.concatenate([W.ravel() for W in result["weights"]])
    assert len(lines.get_segments()) == LINES < len(weights)
    W = result["weights"][0]
    i, j = np.unravel_index(np.abs(W).argmax(), W.shape)
    ends = [
        [tiles[i][0] + side, tiles[i][1] + side / 2],
        [tiles[2 + j][0], tiles[2 + j][1] + side / 2],
    ]
    [k] = [k for k, one in enumerate(lines.get_segments()) if np.allclose(one, ends)]
    assert lines.get_array()[k] == np.sign(W[i, j])
    assert lines.get_linewidths()[k] == pytest.approx(min(4, 1.2 * abs(W[i, j])))


def test_above_in_a_tile_is_above_in_the_plane(measure):
    picture = untouched("playground")._picture
    picture.png(measure())
    pixels = np.array(picture.canvas.buffer_rgba()).astype(int)
    network = picture.artists["tiles"].axes
    (_, left), (_, below), side, _ = picture.artists["tiles"].layers[0]  # the input x₂

    def bright(height):
        x, y = network.transData.transform((left + side / 2, below + height * side))
        return pixels[len(pixels) - 1 - round(y), round(x), :3].sum()

    assert bright(0.9) > bright(0.1) + 200


def test_the_boundary_runs_where_the_logits_are_equal(measure):
    result = measure()
    step = 2 * EDGE / (FINE - 1)
    lead = result["logits"][..., 0] - result["logits"][..., 1]
    places = (np.concatenate(borders(result["logits"]))[:, ::-1] + EDGE) / step  # row, column
    corners = np.minimum(places, FINE - 2).astype(int)
    (r, c), (s, t) = corners.T, (places - corners).T
    across = [lead[i, c] * (1 - t) + lead[i, c + 1] * t for i in (r, r + 1)]
    assert np.abs(across[0] * (1 - s) + across[1] * s).max() < 1e-3 * np.abs(lead).max()
    straight = last(compute, START | {"layers": 0, "shape": "moons", "epochs": 3})
    [line] = borders(straight["logits"])
    direction = line[-1] - line[0]
    off = (line - line[0]) @ (direction[::-1] * (1, -1)) / np.hypot(*direction)
    assert np.abs(off).max() < 1e-3


@pytest.mark.parametrize("layers", [0, 1, 4])
@pytest.mark.parametrize("units", [1, 16, 17, 32])
def test_every_unit_has_a_place_of_its_own_and_is_found_there(layers, units):
    settings = START | {"layers": layers, "units": units, "shape": "clusters"}
    places = layout(sizes_of("clusters", layers, units))
    found = []
    for left, below, side in places[1:]:
        for x, y in zip(left, below, strict=True):
            assert 0 < x < x + side < WIDTH
            assert 0 < y < y + side < HEIGHT
            found.append(point(("network", x + side / 2, y + side / 2), False, **settings)["unit"])
    assert found == [*range(1, 1 + layers * units), 0, 0, 0]
    assert point(("network", 5.0, 5.0), True, **settings) == {}
    for (left, _, side), (following, _, _) in pairwise(places):
        assert left.max() + side + 15 < following.min()  # room for the lines


def test_a_click_adds_a_point_then_changes_its_class_then_takes_it_away():
    def click(own, x=0.5, y=-0.2, click=True):
        return point(("plane", x, y), click, **START | {"own": own})

    assert click("", click=False) == {}
    steps = [click("")["own"]]
    for _ in range(3):
        steps.append(click(steps[-1], 0.52, -0.19)["own"])
    assert steps == ["0.50 -0.20 0", "0.50 -0.20 1", "", "0.52 -0.19 0"]
    assert click("0.50 -0.20 0", 0.9, 0.9)["own"] == "0.50 -0.20 0; 0.90 0.90 0"


def test_own_points_are_trained_on_and_unseen_ones_are_shown(measure):
    own = last(compute, START | {"epochs": 1, "own": "0.5 -0.2 1"})
    X, y = own["training"]
    assert (len(X), y[-1]) == (301, 1)
    assert X[-1] == pytest.approx([0.5, -0.2])
    shown = {name: measure(shown=name) for name in ("training", "unseen", "both")}
    counts = {name: [len(r["training"][1]), len(r["unseen"][1])] for name, r in shown.items()}
    assert counts == {"training": [300, 0], "unseen": [0, 300], "both": [300, 300]}
