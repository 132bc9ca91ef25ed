"""Run a submission in a process of its own, with limits, and collect the verdicts.

This keeps mistakes apart: a crash or an endless loop costs the cell in which it happens. It does
not keep out someone who means harm; grading.md says what to do about that.
"""

import json
import os
import queue
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from coursework.course import ROOT
from coursework.grading.limits import (
    START_UP,
    TOTAL,
    copy_fonts,
    environment,
    resource_limits,
)
from helpers.exercises.frame import Verdict

RUNNER = Path(__file__).resolve().with_name("runner.py")
LINE = 100_000  # characters of the report that are taken at once
stopping = threading.Event()  # when it is set, all that runs is ended


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


def run(chapter, steps, seed, limits):
    """Run a chapter's steps and return the `Result`; `limits` are those of each process.

    After a crash or an endless loop all but the culprit are run again.
    """
    end = time.monotonic() + TOTAL * limits.seconds
    left, fatal = dict(enumerate(steps)), {}
    while True:
        result, culprit, reason = _run_once(chapter, left, seed, limits, end)
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
            sentence = f"{begin} {reason}{end}{question}"
            result.verdicts[step.exercise] = Verdict("wrong", sentence)
            result.told.add(result.remarks[-1])
    return result


def _run_once(chapter, steps, seed, limits, end):
    """Run steps {number: Step}; return the result and, if it died, in which step and why."""
    token, result = secrets.token_hex(16), Result()
    job = {
        "token": token,
        "course": str(ROOT),
        "chapter": chapter,
        "limits": resource_limits(limits),
        "steps": [(number, asdict(step)) for number, step in steps.items()],
    }
    with _process(job, seed) as (process, lines, errors):
        current, deadline = None, time.monotonic() + START_UP
        while True:
            line = _next(lines, process, deadline)
            if line is None:
                break
            event = _parse(line, token)
            if "begin" in event:
                current = event["begin"]
                deadline = min(time.monotonic() + limits.seconds, end)
            elif "done" in event:
                return result, None, ""
            elif event:
                _note(result, steps, event)
        if current is None:
            raise RuntimeError(f"the course's modules cannot be imported:\n{errors()}")
        return result, current, _cause(process, deadline, limits)


def _note(result, steps, event):
    """Enter what a cell or a check has reported."""
    if event.get("missing"):
        result.missing.add(event["missing"])
    if "cell" in event:
        if "error" in event:
            step = steps[event["cell"]]
            result.remarks.append(f"{step.label} does not run: {event['error']}")
            if step.exercise:
                result.broken[step.exercise] = result.remarks[-1], event["error"]
        return
    step = steps[event["check"]]
    verdict = Verdict(*event["verdict"])
    if verdict.kind == "open" and step.exercise in result.broken:
        remark, error = result.broken[step.exercise]
        verdict = Verdict("wrong", f"Your cell does not run: {error}")
        result.told.add(remark)
    result.verdicts[step.exercise] = verdict
    if event["replaced"]:
        names = ", ".join(event["replaced"])
        result.remarks.append(f"the notebook had replaced {names}; the course's own was put back")


def _cause(process, deadline, limits):
    """Say why a process has ended before its time: what it did, and a question or ""."""
    if time.monotonic() < deadline:
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=1)  # its channel may have closed a moment earlier
    code = process.poll()
    if code is None:
        if time.monotonic() < deadline:
            return "closed the channel to the grader", ""
        return f"ran for more than {limits.seconds:g} s", ": is there an endless loop?"
    if code >= 0:
        return f"ended Python (exit status {code})", ": does it call exit?"
    name = signal.Signals(-code).name
    if name == "SIGKILL":
        return "was killed by the system (SIGKILL)", ": did it use too much memory?"
    return f"crashed Python ({name})", ""


@contextmanager
def _process(job, seed):
    """Start a runner in a temporary folder; give it, its lines and its errors; then end it."""
    folder = Path(tempfile.mkdtemp(prefix="grading-"))
    try:
        copy_fonts(folder)
        with open(folder / "errors.txt", "w+", encoding="utf-8", errors="replace") as errors:
            process = subprocess.Popen(
                [sys.executable, "-P", str(RUNNER)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=folder,
                env=environment(folder, seed),
                start_new_session=True,
                text=True,
                encoding="utf-8",
                errors="replace",
            )
            try:
                lines = queue.Queue()
                pump = threading.Thread(target=_pump, args=(process, job, lines), daemon=True)
                pump.start()
                yield process, lines, lambda: errors.seek(0) or errors.read()[-2000:]
            finally:
                _kill(process)
                pump.join(timeout=1)  # longer only if a process has left the group with the pipe
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _pump(process, job, lines):
    """Hand over the job, then all lines that come back."""
    try:
        with process.stdin as job_file:
            job_file.write(json.dumps(job))
        with process.stdout as report:
            while line := report.readline(LINE):
                lines.put(line)
    except (OSError, ValueError):
        pass  # the process has ended, or was ended
    lines.put(None)


def _next(lines, process, deadline):
    """Wait for a line; None when the process has ended or the time is up."""
    while time.monotonic() < deadline:
        if stopping.is_set():
            raise InterruptedError("the run was stopped")
        ended = process.poll() is not None
        try:
            return lines.get(timeout=0.2)
        except queue.Empty:
            if ended:
                break
    return None


def _parse(line, token):
    """Return an event, {} for a line that is not from the runner."""
    try:
        event = json.loads(line)
    except ValueError:
        return {}
    return event if isinstance(event, dict) and event.get("token") == token else {}


def _kill(process):
    """End the process and all that it has started, unless they have left its group."""
    if os.name == "nt":
        process.kill()
    else:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
