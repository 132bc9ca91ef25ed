"""What a submission may use and what it sees: limits, environment variables, fonts."""

import os
import site
import sys
from dataclasses import dataclass
from pathlib import Path

START_UP = 120  # seconds for importing NumPy and Matplotlib, on the slowest machine
TOTAL = 5  # a submission may take this many times as long as a cell
FILE_MEGABYTES = 500
MORE_PROCESSES = 200  # threads count too


@dataclass(frozen=True)
class Limits:
    """What a submission may use: `seconds` for each cell, `megabytes` of memory.

    `checks` is a folder with checks that only this machine has, or "".
    """

    seconds: float
    megabytes: int
    checks: str = ""


def what_is_missing():
    """Return in words what this system cannot limit, "" where all limits hold."""
    if os.name == "nt":
        return (
            "On Windows there is no limit on memory, size of files or number of processes, and "
            "processes that a submission has started may live on."
        )
    missing = []
    if sys.platform == "darwin":
        missing.append("macOS does not limit memory.")
    if os.geteuid() == 0:
        missing.append("You are root, who may start any number of processes and write any file.")
    return " ".join(missing)


def environment(folder):
    """Return the few variables that a submission sees."""
    kept = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "LD_LIBRARY_PATH")
    return {name: os.environ[name] for name in kept if name in os.environ} | {
        **{name: str(folder) for name in ("HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP")},
        "IPYTHONDIR": str(Path(folder, ".ipython")),
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": str(Path(folder, ".matplotlib")),
        "OPENBLAS_NUM_THREADS": "1",
        "PIP_NO_INDEX": "1",  # !pip install must not change the grader's Python
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONUSERBASE": site.getuserbase(),
        "PYTHONUTF8": "1",
    }


def resource_limits(limits):
    """Return the limits in the terms of `resource.setrlimit`."""
    named = {
        "RLIMIT_AS": limits.megabytes * 2**20,
        "RLIMIT_CORE": 0,
        "RLIMIT_CPU": START_UP + int(TOTAL * limits.seconds),
        "RLIMIT_FSIZE": FILE_MEGABYTES * 2**20,
    }
    running = _count_running()
    return named | ({"RLIMIT_NPROC": running + MORE_PROCESSES} if running else {})


def _count_running():
    """Count the user's threads, as Linux does for its limit; 0 where that cannot be known."""
    total = 0
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if path.stat().st_uid == os.getuid():
                total += len(os.listdir(path / "task"))
        except OSError:
            continue  # it has ended meanwhile
    return total
