"""How long Kaggle's `train.csv` takes to read, and how much memory, next to pandas alone.

`python benchmarks/kaggle.py`, from the root of the project. Each measurement is made in a fresh
process, so that none finds memory that another has left. This script itself never imports NumPy:
on Linux a new process starts with the peak memory of the one that has started it.
"""

import argparse
import json
import statistics
import time

from shared import command_line, in_fresh_process, peak_memory, show

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
    return seconds, peak_memory()


# ---- in the process that you start ---------------------------------------------------------------


def main(options):
    """Measure and print, or do what another process has asked for."""
    if options.find:
        print(json.dumps(find_file()))
        return
    if options.task:
        print(json.dumps(measure(*options.task)))
        return
    path, m = in_fresh_process(__file__, "--find")
    rounds = 1 if options.quick else ROUNDS
    measured = {task: [] for task in TASKS}
    for _ in range(rounds):
        for task, results in measured.items():
            results.append(in_fresh_process(__file__, "--task", task, path))
    rows = []
    for task, results in measured.items():
        seconds, memory = zip(*results, strict=True)
        peak = "not available" if None in memory else f"{statistics.median(memory):.0f} MB"
        median = statistics.median(seconds)
        rows.append([task, f"{min(seconds):.2f}", f"{median:.2f}", f"{max(seconds):.2f}", peak])
    header = ["", "seconds", "median", "slowest", "peak memory"]
    show(f"Reading {m:,} rows of train.csv, rounds: {rounds}", header, rows, options.markdown)


if __name__ == "__main__":
    parser = command_line("Time reading Kaggle's train.csv.")
    parser.add_argument("--find", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--task", nargs=2, help=argparse.SUPPRESS)
    main(parser.parse_args())
