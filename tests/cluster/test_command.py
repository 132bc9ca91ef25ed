"""`python -m helpers --sweep`: a file of settings, from the terminal to the workers."""

import json

import pandas as pd
import pytest
from distributed import LocalCluster

from helpers.__main__ import main
from helpers.cluster import command

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def here():
    """A scheduler whose worker is a thread of this process, so that fixtures reach it."""
    where = {"dashboard_address": "127.0.0.1:0", "protocol": "tcp://"}
    with LocalCluster(n_workers=1, threads_per_worker=1, processes=False, **where) as cluster:
        yield cluster.scheduler_address


@pytest.fixture
def trained(mnist, monkeypatch):
    """Train on few images, and note with which settings."""
    X, y, *rest = mnist
    monkeypatch.setattr(command, "load_mnist", lambda: (X[:6000], y[:6000], *rest))
    command._images.cache_clear()
    calls, train = [], command.train

    def noted(*args, **settings):
        calls.append(settings)
        return train(*args, **settings)

    monkeypatch.setattr(command, "train", noted)
    yield calls
    command._images.cache_clear()


def sweep_of(tmp_path, settings, *more):
    file = tmp_path / "settings.json"
    file.write_text(settings if isinstance(settings, str) else json.dumps(settings))
    return main(["--sweep", str(file), "--output", str(tmp_path / "results"), *more])


def test_settings_are_ranked_and_the_first_is_measured_on_fresh_seeds(
    here, trained, tmp_path, capsys
):
    settings = {"learning_rate": [1e-6, 0.2], "hidden": [[8]], "epochs": [1]}
    for _ in range(2):  # the second time nothing is missing
        assert sweep_of(tmp_path, settings, "--batch-size", "25", "--scheduler", here) == 0
        printed = capsys.readouterr().out
        assert printed.index(" 0.200000 ") < printed.index(" 0.000001 ")
        assert "the first of them on fresh seeds" in printed
    assert len(trained) == 2 * 3 + 3
    assert {call["batch_size"] for call in trained} == {25}
    kept = pd.read_csv(tmp_path / "results" / "sweep.csv")
    seeds = kept[kept["learning_rate"] == 0.2]["seed"]
    assert sorted(seeds) == [0, 1, 2, 3, 4, 5]  # kept as they arrive


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("{", "is not JSON"),
        ({"lr": [0.1]}, "expected lists of values"),
        ({"learning_rate": 0.1}, "expected lists of values"),
        ([0.1], "expected lists of values"),
        ({"learning_rate": []}, "expected lists of values"),
    ],
)
def test_a_file_that_holds_no_settings_is_told_before_any_worker_starts(
    tmp_path, capsys, settings, said
):
    assert sweep_of(tmp_path, settings) == 1
    assert said in capsys.readouterr().err


def test_a_scheduler_without_a_sweep_is_asked_about(capsys):
    assert main(["--scheduler", "tcp://127.0.0.1:1"]) == 1
    assert "goes with --sweep" in capsys.readouterr().err
