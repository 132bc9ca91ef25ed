"""A class that the workers of a Dask cluster grade."""

import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import dask_commands
import nbformat
import pytest
from distributed import Client
from student_notebooks import solved
from troubled_class import NUMBER, with_cells

from coursework.grading import cluster
from coursework.grading.grade import grade
from coursework.grading.limits import Limits

ANOTHER_COURSE = {
    "coursework/__init__.py": "",
    "coursework/course.py": "def version(number, checks): return 'of last year'",
    "coursework/grading/__init__.py": "",
    "coursework/grading/limits.py": "",
    "coursework/grading/room.py": "",
}


def test_an_address_at_which_nothing_is_gives_a_sentence(monkeypatch):
    monkeypatch.setattr("helpers.cluster.client.SECONDS", 0.5)
    for address in ("tcp://127.0.0.1:9", "nonsense"):
        there = cluster.cluster(address, NUMBER, "", False, print)
        with pytest.raises(ValueError, match=f"no Dask scheduler answers at {address}"), there:
            pass


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_worker_that_is_killed_costs_nothing_and_one_of_another_course_is_refused(tmp_path):
    other, submissions = tmp_path / "other", tmp_path / "class"
    for file, text in ANOTHER_COURSE.items():
        (other / file).parent.mkdir(parents=True, exist_ok=True)
        (other / file).write_text(text)
    submissions.mkdir()
    nap = f"4.{os.getpid()}"  # seconds; no other run of this test has it
    for student in ("Anna", "Ben", "Cem"):
        cell = f"import subprocess\nsubprocess.run(['sleep', '{nap}'])"
        nbformat.write(with_cells(solved(NUMBER), cell), submissions / f"{student}.ipynb")
    lines = []
    with dask_commands.cluster(tmp_path, "one", "two") as (address, running):
        running["old"] = dask_commands.start_worker(address, "old", tmp_path, other)
        with Client(address, set_as_default=False) as client:
            client.wait_for_workers(3, timeout=dask_commands.SECONDS)
        with ThreadPoolExecutor(1) as pool:
            grading = pool.submit(
                grade,
                submissions,
                NUMBER,
                tmp_path / "out",
                Limits(seconds=30, megabytes=1500),
                scheduler=address,
                tell=lines.append,
            )
            [asleep, *_] = wait_until(lambda: having(nap) or (grading.done() and grading.result()))
            victim = next(each for each in running.values() if each.pid in above(asleep))
            started = [asleep, *having("coursework.grading.checker", below=victim.pid)]
            victim.kill()
            victim.wait()
            wait_until(lambda: not any(map(lives, started)))
            grades = grading.result()
        pids = [each.pid for each in running.values()]
        started = [one for pid in pids for one in having("coursework.grading.checker", below=pid)]
    earned = {one.student: {verdict.kind for verdict in one.verdicts.values()} for one in grades}
    assert earned == {student: {"right"} for student in ("Anna", "Ben", "Cem")}
    assert any(line.startswith("worker old is not used: it has another version") for line in lines)
    wait_until(lambda: not any(map(lives, started)))


def having(argument, below=None):
    """Return the numbers of the processes with this argument, of all or those below one."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if argument.encode() in path.read_bytes().split(b"\0"):
                found.append(int(path.parent.name))
    return [number for number in found if below in (None, *above(number))]


def above(number):
    """Return the numbers of the processes above one, its own included."""
    found = [number]
    with suppress(OSError):
        while found[-1] > 0:
            status = Path(f"/proc/{found[-1]}/stat").read_text().rpartition(")")[2]
            found.append(int(status.split()[1]))
    return found


def lives(number):
    return Path("/proc", str(number)).exists()


def wait_until(condition):
    """Return what the condition gives once it is true."""
    end = time.monotonic() + 300  # a busy machine takes a minute to import what is needed
    while not (found := condition()):
        assert time.monotonic() < end
        time.sleep(0.1)
    return found
