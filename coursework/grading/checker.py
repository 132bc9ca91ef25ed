"""Check submissions, one after the other: the student's code runs in a room, the checks run here.

sandbox.py starts this process and gives it jobs, a line of JSON each; the result of each is a line.
"""

import functools
import importlib
import importlib.util
import json
import os
import queue
import re
import signal
import threading
import time
import traceback
from contextlib import contextmanager
from dataclasses import asdict, astuple
from pathlib import Path

from coursework.course import ROOT
from coursework.grading import submissions
from coursework.grading.limits import START_UP, TOTAL, Limits, resource_limits
from coursework.grading.restore import Step
from coursework.grading.room import end_all, room
from coursework.grading.runner import in_words, shorten
from coursework.grading.sandbox import Result
from coursework.grading.wire import Gone, Peer, missing_name
from helpers.exercises.frame import NotAttempted, Verdict, Wrong, verdict_on

SLOW = re.compile(r"\b(plt|pyplot|explorers|pd|pandas|ch\d\d)\b")  # what takes time to import
REMARKS = 100  # of one notebook


def main():
    """Do what is asked until no one asks any more; then end, and the student's code with it."""
    answers, jobs = os.fdopen(os.dup(1), "w", encoding="utf-8"), queue.Queue()
    os.dup2(os.open(os.devnull, os.O_RDWR), 1)  # what a check prints
    requests = os.fdopen(os.dup(0), encoding="utf-8")
    threading.Thread(target=listen, args=(requests, jobs), daemon=True).start()
    while True:
        try:
            done = do(json.loads(jobs.get()))
        except Exception as error:
            done = {"failed": f"{error}\n{traceback.format_exc()}"}
        answers.write(json.dumps(done) + "\n")
        answers.flush()


def listen(requests, jobs):
    """Hand over jobs; end this process, in whatever it is, when the grader has ended."""
    for line in requests:
        jobs.put(line)
    end_all()
    os._exit(0)


def do(job):
    """Do what a job says; return what is to be told of it."""
    if job.pop("do") == "run":
        return {"result": as_job(run(**from_job(job)))}
    try:
        cells, remark = submissions.read(Path(job["path"]))
    except ValueError as error:
        return {"refused": str(error)}
    return {"cells": [astuple(cell) for cell in cells], "remark": remark}


def from_job(job):
    """Return the arguments of `run`."""
    os.environ["EXERCISE_SEED"] = str(job.pop("seed"))
    steps = [Step(**step) for step in job.pop("steps")]
    return job | {"steps": steps, "limits": Limits(**job.pop("limits"))}


def as_job(result):
    """Return a result as what JSON can hold."""
    return asdict(result) | {"told": sorted(result.told), "missing": sorted(result.missing)}


def run(chapter, steps, limits, locked):
    """Run a chapter's steps and return the `Result`; `limits` are those of each process.

    After a crash or an endless loop all but the culprit are run again.
    """
    end = time.monotonic() + TOTAL * limits.seconds
    left, fatal = dict(enumerate(steps)), {}
    while True:
        result, culprit, reason = _run_once(chapter, left, limits, locked, end)
        if culprit is None:
            break
        if time.monotonic() > end:
            over = f"not checked: the notebook took more than {TOTAL * limits.seconds:g} s in all"
            for step in left.values():
                if step.check:
                    result.verdicts.setdefault(step.exercise, Verdict("wrong", over))
            result.remarks.append(over)
            break
        fatal[culprit] = reason
        del left[culprit]
    for culprit, (reason, question) in fatal.items():
        step = steps[culprit]
        first = step.source.strip().partition("\n")[0][:40]
        label = step.label if step.exercise else f"{step.label} (`{first}`)"
        result.remarks.append(f"{label} {reason}{question}")
        if step.exercise:
            begin, end = ("Your function", " in the check") if step.check else ("Your cell", "")
            verdict = Verdict("wrong", f"{begin} {reason}{end}{question}")
            if result.better(step.exercise, verdict):
                result.told.add(result.remarks[-1])
    return result


def _run_once(chapter, steps, limits, locked, end):
    """Run steps {number: Step}; return the result and, if it died, in which step and why."""
    result, current = Result(), None
    with _started(steps, limits, locked) as (student, peer):
        try:
            for number, step in steps.items():
                current = number
                student.deadline = min(time.monotonic() + limits.seconds, end)
                if step.check:
                    check = find_check(chapter, step.check, limits.checks)
                    verdict, missing = judge(check, step.answers, peer)
                    _note_check(result, step, verdict)
                else:
                    came = peer.ask("cell", source=step.source)
                    missing = came.get("missing")
                    _note_cell(result, step, came.get("stopped"))
                if missing:
                    result.missing.add(str(missing))
        except Gone:
            return result, current, _cause(student.why_gone(), limits)
    return result, None, ""


@contextmanager
def _started(steps, limits, locked):
    """Give a room in which the runner waits, and the peer there; try twice."""
    start = {"course": str(ROOT), "limits": resource_limits(limits)}
    cells = (step.source for step in steps.values() if step.label != "the set-up cell")
    slow = any(map(SLOW.search, cells))
    for last in (False, True):
        with room(start, locked) as (student, errors):
            student.deadline = time.monotonic() + START_UP
            peer = Peer(student.send, student.receive)
            try:
                peer.ask("start", slow=slow)
            except Gone as gone:
                if last:
                    text = f"the course's modules cannot be imported:\n{errors()}"
                    raise RuntimeError(text) from gone
                continue
            yield student, peer
            return


def find_check(chapter, name, folder):
    """Return a check; one in a folder of the grading machine goes before the course's."""
    own = Path(folder, f"chapter_{chapter}.py") if folder else None
    if own and own.is_file() and hasattr(_load(own), name):
        return getattr(_load(own), name)
    return getattr(importlib.import_module(f"helpers.exercises.chapter_{chapter}"), name)


@functools.cache
def _load(path):
    spec = importlib.util.spec_from_file_location(f"checks_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def judge(check, answers, peer):
    """Return the verdict of a check, and a name that was missing or None."""
    try:
        values = peer.values(peer.ask("answers", answers=answers))
        return Verdict("right", check.judge(*values)), None
    except NotAttempted:
        return Verdict("open", ""), None
    except Wrong as wrong:
        verdict = verdict_on(wrong)
        missing = filter(None, map(missing_name, wrong.faults))
        return verdict._replace(sentence=shorten(verdict.sentence)), next(missing, None)
    except Gone:
        raise
    except BaseException as error:  # SystemExit is the student's too
        return Verdict("wrong", f"the check was stopped by {in_words(error)}"), missing_name(error)
    finally:
        peer.forget()


def _note_cell(result, step, stopped):
    """Enter what a cell has reported."""
    if not stopped:
        return
    line = f"{step.label} does not run: {stopped}"
    if len(result.remarks) < REMARKS:
        result.remarks.append(line)
    elif len(result.remarks) == REMARKS:
        result.remarks.append("more cells do not run")
    if step.exercise:
        result.broken[step.exercise] = line, stopped


def _note_check(result, step, verdict):
    """Enter what a check has found."""
    if verdict.kind == "open" and step.exercise in result.broken:
        remark, error = result.broken[step.exercise]
        verdict = Verdict("wrong", f"Your cell does not run: {error}")
        result.told.add(remark)
    result.better(step.exercise, verdict)


def _cause(why, limits):
    """Say why a process has ended before its time: what it did, and a question or ""."""
    if why == "closed":
        return "closed the channel to the grader", ""
    if why == "late":
        return f"ran for more than {limits.seconds:g} s", ": is there an endless loop?"
    if why >= 0:
        return f"ended Python (exit status {why})", ": does it call exit?"
    name = signal.Signals(-why).name
    if name == "SIGKILL":
        return "was killed by the system (SIGKILL)", ": did it use too much memory?"
    return f"crashed Python ({name})", ""


if __name__ == "__main__":
    main()
