"""The tests of `helpers` in Pyodide: 32 bits, no BLAS, threads, processes or floating point flags.

Node runs it, so no browser is needed. Left out, for the minutes that they take there: tests that
train for long (advice, diagnosis), read long files (kaggle) or draw (photos, plots, explorers); a
chapter that runs in a browser draws. And whatever starts a process or reads notebooks.
"""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from pyodide_folder import CannotFetchError, pyodide_folder
from tools import missing

ROOT = Path(__file__).resolve().parents[2]
NODE = shutil.which("node")
CORE = "augmentation checks data drawings files metrics network optimizers regularization training"
RUN = [
    "helpers",
    *(f"tests/core/test_{name}.py" for name in CORE.split()),
    "tests/exercises/test_exercise_frame.py",
    "tests/gradients/test_verdicts.py",
    "--ignore=helpers/cluster",  # no processes, no Dask
]
TRAINING = "tests/core/test_training.py::test_"
OPTIONS = [
    *("-q", "-p", "no:cacheprovider", "--tb=short", "--override-ini=addopts="),
    *("--doctest-modules", "--import-mode=importlib", "-m", "not slow"),
    "--capture=sys",  # there are no file descriptors to capture
    f"--deselect={TRAINING}training_works_in_a_thread_where_signals_cannot_be_handled",  # no thread
    f"--deselect={TRAINING}progress_bar_counts_the_steps",  # tqdm takes it for a notebook
    *("-W", "ignore::tqdm.std.TqdmMonitorWarning"),  # it would be an error: there is no thread
]


@pytest.mark.slow
def test_helpers_in_pyodide():
    if not NODE:
        missing("there is no Node here, so nothing was run as a browser runs it")
    try:
        folder = pyodide_folder()
    except CannotFetchError as error:
        missing(f"nothing was run as a browser runs it: {error}")
    script = Path(__file__).parent.parent / "pytest_in_pyodide.mjs"
    command = [NODE, script, folder, ROOT, *OPTIONS, *RUN]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout[-10_000:] + done.stderr[-2_000:]
    assert int(re.search(r"(\d+) passed", done.stdout)[1]) > 700
