"""Run submissions: each in a room of its own, its checks in a process that never runs its code.

checker.py is that process. It is kept for the next submission, since it takes a second to start. It
reads the notebooks, too: one that takes a gigabyte to read takes none of the grader's.
"""

import atexit
import json
import os
import queue
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field

from coursework.course import ROOT
from coursework.grading.limits import START_UP, TOTAL
from coursework.grading.room import why_not_locked
from coursework.grading.submissions import Cell
from helpers.exercises.frame import Verdict


@dataclass
class Result:
    """What has come out.

    `verdicts` maps exercises to `Verdict`s; `remarks` are lines on what went wrong, of which a
    verdict says those in `told` already; `broken` maps exercises to such a line and to the error in
    their cell; `missing` are names that were used and not defined.
    """

    verdicts: dict = field(default_factory=dict)
    remarks: list = field(default_factory=list)
    told: set = field(default_factory=set)
    broken: dict = field(default_factory=dict)
    missing: set = field(default_factory=set)

    def better(self, exercise, verdict):
        """Enter a verdict unless another answer to the exercise was found better; tell whether."""
        before = self.verdicts.get(exercise)
        if before and _share(before) > _share(verdict):
            return False
        self.verdicts[exercise] = verdict
        return True


def _share(verdict):
    """Return which share of the points a verdict is worth."""
    if verdict.kind == "part":
        return verdict.earned / verdict.of
    return float(verdict.kind == "right")


_idle = queue.LifoQueue()  # checkers that wait for a job
_busy, _stopping = set(), threading.Event()
_reading = threading.Lock()  # one at a time: a large one takes many times its size


def run(chapter, steps, seed, limits):
    """Run a chapter's steps and return the `Result`; `limits` are those of each process."""
    job = {
        "chapter": chapter,
        "steps": [asdict(step) for step in steps],
        "seed": seed,
        "limits": asdict(limits),
        "locked": not why_not_locked(),
    }
    done = _do("run", job, 3 * START_UP + 2 * TOTAL * limits.seconds)
    result = Result(**done["result"])
    result.verdicts = {name: Verdict(*verdict) for name, verdict in result.verdicts.items()}
    result.told, result.missing = set(result.told), set(result.missing)
    return result


def read(path):
    """Do what `submissions.read` does, elsewhere: return the code cells, and a remark."""
    with _reading:
        done = _do("read", {"path": str(path)}, START_UP)
    if "refused" in done:
        raise ValueError(done["refused"])
    return tuple(Cell(*cell) for cell in done["cells"]), done["remark"]


def _do(what, job, seconds):
    """Let a checker do something and return what came out."""
    if _stopping.is_set():
        raise InterruptedError("the run was stopped")
    checker = _waiting() or _start()
    _busy.add(checker)
    try:
        done = _ask(checker, {"do": what, **job}, seconds)
    finally:
        _busy.discard(checker)
    _idle.put(checker)
    if "failed" in done:
        raise RuntimeError(done["failed"])
    return done


def _waiting():
    """Return a checker that waits for a job, if there is one."""
    with suppress(queue.Empty):
        while True:
            checker = _idle.get_nowait()
            if not checker.stdin.closed:
                return checker
            _dismiss(checker)  # it had just answered when the run was stopped
    return None


@atexit.register
def end():
    """End the checkers that wait for a job."""
    while not _idle.empty():
        checker = _idle.get_nowait()
        checker.stdin.close()
        checker.stdout.close()
        checker.wait()


@contextmanager
def stopped_at_errors():
    """End all that runs when the block raises, such as at Ctrl-C."""
    _stopping.clear()
    try:
        yield
    except BaseException:
        _stopping.set()
        for checker in list(_busy):
            with suppress(OSError):
                checker.stdin.close()  # by which it ends what runs in its room, and itself
        raise


def _start():
    """Start a checker; it ends when this process does."""
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "coursework.grading.checker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "PYTHONUTF8": "1"},
        start_new_session=True,  # so that Ctrl-C is this process's alone
        text=True,
        encoding="utf-8",
    )


def _ask(checker, job, seconds):
    """Give a checker a job and return its answer; a check that never ends is ended."""
    timer = threading.Timer(seconds, checker.kill)
    timer.start()
    try:
        checker.stdin.write(json.dumps(job) + "\n")
        checker.stdin.flush()
        answer = checker.stdout.readline()
    except BaseException:
        _dismiss(checker)
        raise
    finally:
        timer.cancel()
    if not answer:
        status = _dismiss(checker)
        raise RuntimeError(f"the process with the checks has ended (exit status {status})")
    return json.loads(answer)


def _dismiss(checker):
    """End a checker for good, leaving nothing open; return its exit status."""
    checker.kill()
    checker.stdout.close()
    with suppress(OSError):  # what was not sent yet finds no one
        checker.stdin.close()
    return checker.wait()
