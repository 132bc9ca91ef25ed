"""The explorer of the shared step, against the sum of its three terms written out."""

import json
import math
import re
from pathlib import Path

import numpy as np
from explorer_grid import coarse_grid, one_at_a_time

from helpers.explorers.ch12_speedup import MOST, SECONDS_PER_IMAGE, compute, draw, start
from helpers.explorers.picture import Picture

ONE_AT_A_TIME = one_at_a_time("speedup")
GRID = [*coarse_grid("speedup"), *(one for many in ONE_AT_A_TIME.values() for one in many)]
BYTES = 4 * (784 * 128 + 128 + 128 * 64 + 64 + 64 * 10 + 10)  # each way


def seconds(workers, batch_size, bandwidth, latency):
    compute = SECONDS_PER_IMAGE * batch_size
    if workers == 1:
        return compute
    return compute / workers + 2 * BYTES * workers / bandwidth + latency


def test_words_and_curve_are_the_quotient_of_both_times():
    for settings in GRID:
        result = compute(**settings)
        alone = seconds(**settings | {"workers": 1})
        stated = float(re.search(r"Speed-up (\S+)\.\s", result["text"])[1])
        assert math.isclose(stated, alone / seconds(**settings), rel_tol=0.01)
        for K, gain in zip(result["many"][::20], result["speedups"][::20], strict=True):
            assert math.isclose(gain, alone / seconds(**settings | {"workers": K}), rel_tol=1e-9)


def test_no_number_of_workers_beats_the_best_one():
    for settings in GRID:
        best = compute(**settings)["best"]
        if 2 < best < MOST:
            near = [seconds(**settings | {"workers": best * factor}) for factor in (0.99, 1.01)]
            assert seconds(**settings | {"workers": best}) < min(near)


def test_it_says_where_sharing_does_not_pay():
    told = {"does not pay" in compute(**settings)["text"] for settings in GRID}
    assert told == {True, False}
    for settings in GRID:
        slower = seconds(**settings) >= seconds(**settings | {"workers": 1})
        assert ("does not pay" in compute(**settings)["text"]) == (
            slower and settings["workers"] > 1
        )


def test_dots_are_what_the_benchmark_has_kept():
    kept = json.loads((Path(__file__).parents[2] / "benchmarks" / "shards.json").read_text())
    picture = Picture(start, draw, (9, 3.9))
    for settings in ONE_AT_A_TIME["batch_size"]:
        result = compute(**settings)
        picture.png(result)
        expected = [
            [one["workers"], one["alone"] / one["shared"]]
            for one in kept["steps"]
            if one["batch_size"] == settings["batch_size"]
        ]
        dots = picture.artists["dots"].get_xydata()
        assert np.array_equal(dots, np.reshape(expected, (-1, 2)))
        assert ("Measured" in result["text"]) == bool(expected)
