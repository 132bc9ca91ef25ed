"""The way to the workers: started here, reached elsewhere, or refused in a sentence."""

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import dask_commands
import psutil
import pytest
from distributed import Client, LocalCluster, get_worker

from helpers.cluster import client as room
from helpers.cluster import connect

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow


def descendants():
    return {process.pid for process in psutil.Process().children(recursive=True)}


HERE = """
import os
from helpers.cluster import connect

if __name__ == "__main__":
    with connect(workers=2) as client:
        print(len({*client.run(os.getpid).values()} - {os.getpid()}))
        print(*client.run(os.getenv, "OPENBLAS_NUM_THREADS").values(), *client.nthreads().values())
"""


def test_workers_of_this_machine_have_a_thread_each_say_nothing_and_end(tmp_path):
    script = tmp_path / "here.py"
    script.write_text(HERE)
    before = descendants()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-W", "error::UserWarning", script],
        capture_output=True,
        text=True,
        env=environment,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == ["2", "1", "1", "1", "1"]
    assert descendants() == before
    time.sleep(0.5)
    assert not [p for p in psutil.process_iter(["environ"])
                if (p.info["environ"] or {}).get("TMPDIR") == str(tmp_path)]  # fmt: skip


def sentence_within_ten_seconds(address):
    begin = time.monotonic()
    with pytest.raises(ConnectionError) as caught:
        connect(address)
    assert time.monotonic() - begin < 10
    return str(caught.value)


def test_a_wrong_address_gives_a_sentence_within_ten_seconds():
    said = sentence_within_ten_seconds("tcp://127.0.0.1:1")
    assert "no Dask scheduler answers at tcp://127.0.0.1:1" in said
    assert "dask scheduler" in said
    assert "no Dask scheduler answers at nonsense" in sentence_within_ten_seconds("nonsense")


def test_a_server_that_is_no_scheduler_does_not_keep_one_waiting():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        assert "no Dask scheduler answers" in sentence_within_ten_seconds(address)


def test_a_scheduler_without_workers_gives_a_sentence(monkeypatch):
    monkeypatch.setattr(room, "SECONDS", 1)
    settings = {"n_workers": 0, "processes": False, "dashboard_address": "127.0.0.1:0"}
    with LocalCluster(protocol="tcp://", **settings) as empty:
        said = sentence_within_ten_seconds(empty.scheduler_address)
    assert f"dask worker {empty.scheduler_address}" in said


def test_workers_are_not_asked_for_where_a_cluster_has_its_own():
    with pytest.raises(ValueError, match="leave out workers"):
        connect("tcp://127.0.0.1:1", workers=3)


@pytest.fixture
def another_course(tmp_path):
    """The folder of a course in which one line is another."""
    ignored = shutil.ignore_patterns("__pycache__", "*.css", "*.js")
    shutil.copytree(ROOT / "helpers", tmp_path / "old" / "helpers", ignore=ignored)
    with open(tmp_path / "old" / "helpers" / "network.py", "a") as file:
        file.write("# changed\n")
    return tmp_path / "old"


@pytest.fixture
def patient(monkeypatch):
    monkeypatch.setattr(room, "SECONDS", dask_commands.SECONDS)


def test_a_worker_with_another_version_of_the_course_is_refused_by_name(
    tmp_path, another_course, patient, recwarn
):
    def where(_):  # made here, so that it travels whole
        time.sleep(0.01)
        return get_worker().name

    with dask_commands.cluster(tmp_path, "fresh") as (address, running):
        with connect(address) as client:
            late = dask_commands.start_worker(address, "late", tmp_path, another_course)
            running["late"] = late
            futures = client.map(where, range(400), pure=False)
            assert late.wait(dask_commands.SECONDS) == 0
            assert {*client.gather(futures)} == {"fresh"}
            assert "worker late has" in str(recwarn.pop(UserWarning).message)
        # nobody is connected now, so nobody refuses it yet
        running["stale"] = dask_commands.start_worker(address, "stale", tmp_path, another_course)
        with Client(address, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=dask_commands.SECONDS)
        with pytest.raises(ConnectionError, match="worker stale has") as caught:
            connect(address)
        assert "fresh" not in str(caught.value)
        assert room.version() in str(caught.value)
