"""The tests of `helpers` in Pyodide: 32 bits, no BLAS, threads, processes or floating point flags.

Node runs it, so no browser is needed. Left out, for their time there: the tests of plots, of the
gradients' diagnosis and of whole training runs; and whatever starts a process, reads notebooks or
needs a package with compiled code that Pyodide lacks.
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
RUN = [
    "helpers",
    "tests/core",
]
OPTIONS = [
    *("-q", "-p", "no:cacheprovider", "--tb=short", "--override-ini=addopts="),
    *("--doctest-modules", "--import-mode=importlib", "-m", "not slow"),
    "--capture=sys",  # there are no file descriptors to capture
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
    assert int(re.search(r"(\d+) passed", done.stdout)[1]) > 300
