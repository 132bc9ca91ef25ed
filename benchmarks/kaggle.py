"""How long Kaggle's `train.csv` takes to read, and how much memory, next to pandas alone.

`python benchmarks/kaggle.py`, from the root of the project. Each measurement is made in a fresh
process, so that none finds memory that another has left. This script itself never imports NumPy:
on Linux a new process starts with the peak memory of the one that has started it.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time

from tables import show

ROUNDS = 9


# ---- in the processes that this script starts ----------------------------------------------------


def find_file():
    """Make the file if need be; return its path and the number of its rows."""
    from helpers import kaggle_files, load_kaggle

    path, _ = kaggle_files()
    return str(path), len(load_kaggle(path)[0])


def read(path):
    """Read with pandas: a table of int64."""
    import pandas as pd

    return pd.read_csv(path)


def read_and_convert(path):
    """Read with pandas, then convert to float32; nothing is checked."""
    import numpy as np

    return read(path).to_numpy(np.float32)


def load(path):
    """Read, check and normalize."""
    from helpers import load_kaggle

    return load_kaggle(path)


TASKS = {
    "`pandas.read_csv`": read,
    "`pandas.read_csv`, conversion to float32": read_and_convert,
    "`load_kaggle`": load,
}


def measure(task, path):
    """Return the seconds of a task, without imports, and the peak memory of the process in MB."""
    import helpers  # noqa: F401  so that all of them start from the same

    start = time.perf_counter()
    kept = TASKS[task](path)
    seconds = time.perf_counter() - start
    del kept
    try:
        import resource
    except ModuleNotFoundError:
        return seconds, None  # Windows
    unit = 1 if sys.platform == "darwin" else 1024
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


# ---- in the process that you start ---------------------------------------------------------------


def in_fresh_process(*arguments):
    """Start this script again; return the last line that it prints, read as JSON."""
    command = [sys.executable, __file__, *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    *notes, result = done.stdout.splitlines()
    print(*notes, sep="\n", end="\n" * bool(notes))
    return json.loads(result)


def parse():
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Time reading Kaggle's train.csv.")
    parser.add_argument("--quick", action="store_true", help="a short run: does it work at all?")
    parser.add_argument("--markdown", action="store_true", help="print Markdown tables")
    parser.add_argument("--find", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--task", nargs=2, help=argparse.SUPPRESS)
    return parser.parse_args()


def main():
    """Measure and print, or do what another process has asked for."""
    options = parse()
    if options.find:
        print(json.dumps(find_file()))
        return
    if options.task:
        print(json.dumps(measure(*options.task)))
        return
    path, m = in_fresh_process("--find")
    rounds = 1 if options.quick else ROUNDS
    measured = {task: [] for task in TASKS}
    for _ in range(rounds):
        for task, results in measured.items():
            results.append(in_fresh_process("--task", task, path))
    rows = []
    for task, results in measured.items():
        seconds, memory = zip(*results, strict=True)
        peak = "not available" if None in memory else f"{statistics.median(memory):.0f} MB"
        median = statistics.median(seconds)
        rows.append([task, f"{min(seconds):.2f}", f"{median:.2f}", f"{max(seconds):.2f}", peak])
    header = ["", "seconds", "median", "slowest", "peak memory"]
    show(f"Reading {m:,} rows of train.csv, rounds: {rounds}", header, rows, options.markdown)


if __name__ == "__main__":
    main()
