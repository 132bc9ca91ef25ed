"""A class is graded by the workers of a Dask cluster, one of which is killed in the middle."""

import functools
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import nbformat
import pytest
from distributed import Client
from student_notebooks import solved
from troubled_class import NUMBER, with_cells

from coursework.course import ROOT
from coursework.grading import cluster
from coursework.grading.grade import grade
from coursework.grading.limits import Limits

LIMITS = Limits(seconds=30, megabytes=1500)
ANOTHER_COURSE = {
    "coursework/__init__.py": "",
    "coursework/course.py": "def version(number, checks): return 'of last year'",
    "coursework/grading/__init__.py": "",
    "coursework/grading/limits.py": "",
    "coursework/grading/room.py": "",
}
STUDENTS = ("Anna", "Ben", "Cem")


def test_an_address_at_which_nothing_is_gives_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "CONNECT", 0.5)
    for address in ("tcp://127.0.0.1:9", "nonsense"):
        there = cluster.cluster(address, NUMBER, "", False, print)
        with pytest.raises(ValueError, match=f"no Dask scheduler answers at {address}"), there:
            pass


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_worker_that_is_killed_costs_nothing_and_one_of_another_course_is_refused(tmp_path):
    for file, text in ANOTHER_COURSE.items():
        Path(tmp_path, "other", file).parent.mkdir(parents=True, exist_ok=True)
        Path(tmp_path, "other", file).write_text(text)
    (tmp_path / "class").mkdir()
    sleep = f"4.{os.getpid()}"  # no other run of this test has it
    napping = f"import subprocess\nsubprocess.run(['sleep', '{sleep}'])"
    for student in STUDENTS:
        notebook = with_cells(solved(NUMBER), napping)
        nbformat.write(notebook, tmp_path / "class" / f"{student}.ipynb")
    file, lines = tmp_path / "scheduler.json", []
    with ExitStack() as stack:
        start = functools.partial(dask, file)
        stack.enter_context(start(ROOT, "scheduler", "--host=127.0.0.1", "--port=0"))
        folders = {"one": ROOT, "two": ROOT, "old": tmp_path / "other"}
        workers = [
            stack.enter_context(
                start(folder, "worker", f"--name={name}", "--nthreads=1", "--no-nanny")
            )
            for name, folder in folders.items()
        ]
        address = address_of(file, len(workers))
        pool = stack.enter_context(ThreadPoolExecutor(1))
        grading = pool.submit(
            grade,
            tmp_path / "class",
            NUMBER,
            tmp_path / "out",
            LIMITS,
            scheduler=address,
            tell=lines.append,
        )
        [at_work, *_] = wait_until(
            lambda: processes(sleep) or (grading.done() and grading.result())
        )
        victim = next(worker for worker in workers if worker.pid in above(at_work))
        started = [at_work, *processes("coursework.grading.checker", below=victim.pid)]
        victim.kill()
        victim.wait()
        wait_until(lambda: not any(Path("/proc", str(number)).exists() for number in started))
        grades = grading.result(timeout=180)
        started = [n for one in workers for n in processes("coursework.grading.checker", one.pid)]
    earned = {one.student: {v.kind for v in one.verdicts.values()} for one in grades}
    assert earned == {student: {"right"} for student in STUDENTS}
    assert any(line.startswith("worker old is not used: it has another version") for line in lines)
    wait_until(lambda: not any(Path("/proc", str(number)).exists() for number in started))


@contextmanager
def dask(file, folder, *arguments):
    """Run the command `dask` in a folder whose modules it can import."""
    with subprocess.Popen(
        [sys.executable, "-m", "dask", *arguments, f"--scheduler-file={file}", "--no-dashboard"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


def address_of(file, workers):
    """Return the address of the scheduler that writes this file, when its workers are there."""
    wait_until(file.exists)
    with Client(scheduler_file=str(file), set_as_default=False) as client:
        client.wait_for_workers(workers, timeout=180)
        return client.scheduler.address


def processes(argument, below=None):
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


def wait_until(condition):
    end = time.monotonic() + 180  # a busy machine takes a minute to import what is needed
    while not (found := condition()):
        assert time.monotonic() < end
        time.sleep(0.1)
    return found
