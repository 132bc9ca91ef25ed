"""Sweeps: every run a row, whatever happens to it or to its worker."""

import os
import signal
import sys
import time
import types

import dask_commands
import numpy as np
import pandas as pd
import pytest

from helpers.cluster import connect, ranking, sweep
from helpers.plots import ch12

pytestmark = pytest.mark.slow
SETTINGS = {"rate": [0.1, 0.25], "hidden": [[8], [16, 8]]}


@pytest.fixture(scope="module")
def client():
    with connect(workers=2) as client:
        yield client


@pytest.fixture
def run(tmp_path):
    """A run that leaves a file, by which one can count; made here, so that it travels whole."""
    folder = tmp_path / "made"
    folder.mkdir()

    def run(rate, hidden, seed):
        import tempfile

        tempfile.mkstemp(dir=folder)
        return {"score": np.float64(rate * sum(hidden) + seed), "deep": len(hidden) > 1}

    run.times = lambda: len(os.listdir(folder))
    return run


def test_each_combination_and_seed_is_a_row_in_order_whoever_is_first(client, run):
    tables = []
    table = sweep(SETTINGS, run, [3, 5], client, callback=tables.append, progress=False)
    assert [*table] == ["rate", "hidden", "seed", "score", "deep", "seconds", "error"]
    assert [*zip(table["rate"], table["hidden"], table["seed"], strict=True)] == [
        (rate, hidden, seed)
        for seed in (3, 5)
        for rate in (0.1, 0.25)
        for hidden in ((8,), (16, 8))
    ]
    assert table["score"].tolist() == [
        r * sum(h) + s
        for r, h, s in zip(table["rate"], table["hidden"], table["seed"], strict=True)
    ]
    assert table["error"].isna().all()
    assert [len(t) for t in tables] == [*range(1, 9)]


def test_a_second_call_makes_only_what_is_missing(client, run, tmp_path):
    path = tmp_path / "runs.csv"
    first = sweep(SETTINGS, run, [0], client, path, progress=False)
    both = sweep(SETTINGS, run, [0, 1], client, path, progress=False)
    assert run.times() == 8
    pd.testing.assert_frame_equal(both[:4], first)
    pd.testing.assert_frame_equal(
        sweep(SETTINGS, run, [0, 1], client, path, progress=False), both, check_exact=True
    )
    assert run.times() == 8


def test_a_line_cut_short_is_a_run_to_make_again(client, run, tmp_path):
    path = tmp_path / "runs.csv"
    whole = sweep(SETTINGS, run, [0], client, path, progress=False)
    path.write_text(path.read_text()[:-9])
    again = sweep(SETTINGS, run, [0], client, path, progress=False)
    assert run.times() == 5
    pd.testing.assert_frame_equal(again.drop(columns="seconds"), whole.drop(columns="seconds"))
    assert len(pd.read_csv(path)) == 4


def test_a_file_of_another_sweep_is_refused(client, run, tmp_path):
    path = tmp_path / "runs.csv"
    sweep({"rate": [1], "hidden": [[8]]}, run, [0], client, path, progress=False)
    with pytest.raises(ValueError, match="another sweep; give another path"):
        sweep({"rate": [1], "units": [8]}, run, [0], client, path, progress=False)


def test_a_run_that_fails_is_a_row_and_ends_nothing(client, tmp_path):
    def run(rate, seed):
        if rate > 1:
            raise FloatingPointError("diverged,\nat once")
        return {"score": rate}

    path = tmp_path / "runs.csv"
    table = sweep({"rate": [2, 0.5]}, run, [0, 1], client, path, progress=False)
    failed = table[table["rate"] == 2]
    assert failed["error"].tolist() == ["FloatingPointError: diverged, at once"] * 2
    assert table["score"].dropna().tolist() == [0.5, 0.5]
    pd.testing.assert_frame_equal(
        sweep({"rate": [2, 0.5]}, run, [0, 1], client, path, progress=False), table
    )
    ranks = ranking(table, "score")
    assert ranks["rate"].tolist() == [0.5, 2]
    assert ranks["mean"].isna().tolist() == [False, True]


def test_a_setting_of_which_a_run_failed_cannot_win():
    table = pd.DataFrame({"rate": [1, 1, 2, 2], "seed": [0, 1] * 2, "score": [0.1, None, 0.5, 0.7]})
    assert ranking(table, "score")["rate"].tolist() == [2, 1]


@pytest.mark.parametrize(
    ("returned", "said"),
    [(0.5, "must return a dict"), ({"seed": 1}, "give these results other names")],
)
def test_results_without_names_of_their_own_are_told(client, returned, said):
    table = sweep({"rate": [1]}, lambda rate, seed: returned, [0], client, progress=False)
    assert said in table["error"][0]


def test_a_function_that_workers_cannot_load_is_told(client, monkeypatch):
    module = types.ModuleType("only_here")
    exec("def run(rate, seed): ...", vars(module))
    monkeypatch.setitem(sys.modules, "only_here", module)
    with pytest.raises(ConnectionError, match=r"workers cannot load run .*only_here"):
        sweep({"rate": [1]}, module.run, [0], client, progress=False)


def test_the_map_shows_what_is_there_and_says_so():
    settings = {"rate": [0.1, 0.2], "hidden": [8, 16]}
    live = ch12.SweepMap(settings, "rate", "hidden", "score", "error (%)")
    empty = pd.DataFrame({"rate": [0.1], "hidden": [8], "seed": [0], "error": ["it failed"]})
    assert live.draw(empty)[1].endswith("1 runs, over rate and hidden: empty.")
    table = pd.DataFrame(
        {"rate": [0.1, 0.1, 0.2], "hidden": [8, 8, 16], "seed": [0, 1, 0], "score": [4.0, 6.0, 9]}
    )
    figure, alt = live.draw(table)
    assert "The lowest mean, 5.0, is at rate 0.1 and hidden 8; the highest is 9.0." in alt
    texts = {text.get_position(): text.get_text() for text in figure.axes[0].texts}
    assert texts == {(0, 0): "5.0\n±1.4", (1, 1): "9.0"}


# What ends in the middle: the commands that a reader starts, killed


def slow_run(folder):
    def run(rate, seed):
        import pathlib
        import time

        time.sleep(0.1)
        pathlib.Path(folder, f"{seed}").touch()
        return {"score": float(np.random.default_rng(seed).random())}

    return run


def test_a_killed_worker_costs_its_runs_only(tmp_path):
    (tmp_path / "made").mkdir()
    with dask_commands.cluster(tmp_path, "left", "right") as (address, running):
        with connect(address) as client:

            def kill(table):
                if len(table) == 5:
                    running["left"].send_signal(signal.SIGKILL)

            run = slow_run(tmp_path / "made")
            table = sweep({"rate": [1]}, run, range(20), client, callback=kill, progress=False)
            assert len(client.nthreads()) == 1
        assert running["left"].wait() != 0
    assert table["error"].isna().all()
    assert table["score"].tolist() == [np.random.default_rng(seed).random() for seed in range(20)]
    assert all(process.poll() is not None for process in running.values())


def test_a_dead_scheduler_is_told_within_ten_seconds_and_what_is_finished_stays(client, tmp_path):
    (tmp_path / "made").mkdir()
    run, path = slow_run(tmp_path / "made"), tmp_path / "runs.csv"
    killed = []

    with dask_commands.cluster(tmp_path, "only") as (address, running):
        lost = connect(address)

        def kill(table):
            if len(table) == 3:
                running["scheduler"].kill()
                killed.append(time.monotonic())

        with pytest.raises(ConnectionError, match=r"scheduler is gone after \d+ of 10 runs"):
            sweep({"rate": [1]}, run, range(10), lost, path, callback=kill, progress=False)
        lost.close()
        assert time.monotonic() - killed[0] < 10
    kept = len(pd.read_csv(path))
    assert 3 <= kept < 10
    for file in (tmp_path / "made").iterdir():
        file.unlink()
    table = sweep({"rate": [1]}, run, range(10), client, path, progress=False)
    assert len(table) == 10
    assert len(list((tmp_path / "made").iterdir())) == 10 - kept
