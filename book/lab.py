"""The course in a browser, with nothing installed: JupyterLite, and Python in WebAssembly.

    python -m book.lab SITE --pyodide FOLDER

makes SITE/lab. FOLDER, or an address, is a distribution of Pyodide, which has NumPy, pandas and
Matplotlib for a browser. Without it, the official one is fetched that belongs to the installed
kernel. Only what the course needs is taken along, and no page asks another host for anything.
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.request import urlopen

import nbformat
from jupyter_core.paths import jupyter_path
from jupyterlite_pyodide_kernel.constants import PYODIDE_VERSION

from book.smaller import for_lab

ROOT = Path(__file__).resolve().parent.parent
OFFICIAL = f"https://cdn.jsdelivr.net/pyodide/v{PYODIDE_VERSION}/full"
KERNELS = {  # which of them runs which Python; both take the same configuration
    "3.12": '"jupyterlite-core==0.6.4" "jupyterlite-pyodide-kernel==0.6.1"',
    "3.14": '"jupyterlite-core==0.8.6" "jupyterlite-pyodide-kernel==0.8.6"',
}
BY_KERNEL = ("ipython", "jedi", "micropip", "sqlite3", "ssl")  # asked for before any cell runs
COURSE = "neural-network-from-scratch"
# what the course needs, and what of it a distribution may lack, each with its own needs
NEEDS = (
    *("anywidget", "ipython", "ipywidgets", "matplotlib", "numpy", "pandas", "pillow"),
    *("platformdirs", "threadpoolctl", "tqdm", "traitlets"),
)
WHEELS = {
    "anywidget": ("ipywidgets", "psygnal", "typing-extensions"),
    "comm": (),
    "ipywidgets": ("comm", "ipython", "traitlets"),
    "platformdirs": (),
    "psygnal": (),
    "tqdm": (),
    "typing-extensions": (),
}
# what of the installed JupyterLab the lab takes along; others may ask for a server
EXTENSIONS = (
    "@jupyterlite/pyodide-kernel-extension",
    "@jupyter-widgets/jupyterlab-manager",
    "anywidget",
)
# JupyterLite's own start page forgets which chapter to open
FORGETS = "await import('./config-utils.js');"
KEEPS = 'location.replace("lab/index.html" + location.search);'


def build(site, pyodide=None, chapters=None):
    """Make the folder `lab` of a site; return how many MB a visitor loads.

    `lab/index.html?path=03_….ipynb` opens a chapter.

    `pyodide` is a folder or an address; `chapters` are notebooks by their file names, all of the
    course's if None.
    """
    if chapters is None:
        paths = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
        chapters = {path.name: nbformat.read(path, as_version=4) for path in paths}
    with tempfile.TemporaryDirectory() as temporary:
        source = Path(temporary).resolve()
        distribution = source / "static" / "pyodide"
        distribution.mkdir(parents=True)
        megabytes = take_pyodide(pyodide or OFFICIAL, distribution)
        (source / "content").mkdir()
        for name, notebook in chapters.items():
            nbformat.write(for_lab(notebook, name[:2], megabytes), source / "content" / name)
        settings = {"@jupyterlite/pyodide-kernel-extension:kernel": {"disablePyPIFallback": True}}
        page = {
            "appName": "Neural network from scratch",
            "exposeAppInBrowser": True,
            "litePluginSettings": settings,
        }
        _write(
            source / "jupyter-lite.json",
            {"jupyter-lite-schema-version": 0, "jupyter-config-data": page},
        )
        options = {
            "contents": ["content"],
            "output_dir": "lab",
            "apps": ["lab"],
            "no_sourcemaps": True,
            "ignore_sys_prefix": ["federated_extensions"],
            "federated_extensions": [str(_extension(name)) for name in EXTENSIONS],
        }
        _write(source / "jupyter_lite_config.json", {"LiteBuildConfig": options})
        _run("-m", "jupyterlite_core", "build", cwd=source)
        start = source / "lab" / "index.html"
        page = start.read_text(encoding="utf-8")
        if FORGETS not in page:
            raise RuntimeError(f"JupyterLite's start page has changed: mend {__file__}")
        start.write_text(page.replace(FORGETS, KEEPS), encoding="utf-8")
        target = Path(site) / "lab"
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(source / "lab", target)
    return megabytes


def take_pyodide(pyodide, folder):
    """Put what the course needs of a distribution into a folder; return its size in MB."""
    base = str(pyodide)
    if "://" not in base:
        if not Path(pyodide, "pyodide-lock.json").is_file():
            raise FileNotFoundError(
                f"{pyodide} has no pyodide-lock.json, so it is no distribution of Pyodide; "
                "without --pyodide the official one is fetched"
            )
        base = Path(pyodide).resolve().as_uri()
    lock = json.loads(_fetch(f"{base}/pyodide-lock.json"))
    python = lock["info"]["python"].rpartition(".")[0]
    _check_kernel(pyodide, python)
    packages = {_normal(name): package for name, package in lock["packages"].items()}
    own = _own_wheels(set(WHEELS) - set(packages), python, folder)
    packages |= own
    needed = set()
    todo = [COURSE, *(name for name in BY_KERNEL if name in packages)]
    while todo:
        name = todo.pop()
        if name not in needed:
            needed.add(name)
            todo += map(_normal, packages[name]["depends"])
    for name in needed - set(own):
        file = packages[name]["file_name"]
        content = _fetch(f"{base}/{file}")
        if hashlib.sha256(content).hexdigest() != packages[name]["sha256"]:
            raise ValueError(f"{base}/{file} is not what pyodide-lock.json names; fetch it again")
        (folder / file).write_bytes(content)
    for file in _core(lock):
        (folder / file).write_bytes(_fetch(f"{base}/{file}"))
    lock["packages"] = {name: packages[name] for name in sorted(needed)}
    _write(folder / "pyodide-lock.json", lock)
    return round(sum(path.stat().st_size for path in folder.iterdir()) / 1e6)


def _check_kernel(pyodide, python):
    """Raise ValueError where the kernel was made for another Python than that of Pyodide."""
    fits = "3.14" if PYODIDE_VERSION.startswith("314.") else "3.12"
    if python != fits:
        advice = KERNELS.get(python, "the jupyterlite-pyodide-kernel made for it")
        raise ValueError(
            f"{pyodide} is Python {python}; the installed jupyterlite-pyodide-kernel runs Pyodide "
            f"{PYODIDE_VERSION}: python -m pip install {advice}"
        )


def _core(lock):
    """The files that Pyodide itself consists of."""
    module = "js" if lock["info"]["python"] < "3.13" else "mjs"
    return (
        *("pyodide.js", "pyodide.mjs", f"pyodide.asm.{module}", "pyodide.asm.wasm"),
        "python_stdlib.zip",
    )


def _own_wheels(missing, python, folder):
    """Put the course's wheel and those of these packages into a folder; return their entries."""
    anywhere = ("--platform=any", "--implementation=py", "--abi=none", "--only-binary=:all:")
    version = f"--python-version={python}"
    target = f"--dest={folder}"
    _run("-m", "pip", "download", "--quiet", "--no-deps", target, version, *anywhere, *missing)
    with tempfile.TemporaryDirectory() as source:  # pip leaves its traces where it builds
        for name in ("benchmarks", "data", "helpers"):
            ignore = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, Path(source) / name, ignore=ignore)
        for name in ("LICENSE", "MANIFEST.in", "README.md", "pyproject.toml", "setup.py"):
            shutil.copy(ROOT / name, source)
        wheel = ("pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation")
        _run("-m", *wheel, f"--wheel-dir={folder}", source)
    entries = {}
    for path in folder.glob("*.whl"):
        name, version = path.name.split("-")[:2]
        name = _normal(name)
        entries[name] = {
            "name": name,
            "version": version,
            "file_name": path.name,
            "install_dir": "site",
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "package_type": "package",
            "imports": ["helpers" if name == COURSE else name.replace("-", "_")],
            "depends": NEEDS if name == COURSE else WHEELS[name],
            "unvendored_tests": False,
        }
    return entries


def _extension(name):
    """Return the folder of an extension of JupyterLab."""
    for folder in jupyter_path("labextensions"):
        if Path(folder, name, "package.json").is_file():
            return Path(folder, name)
    raise RuntimeError(f'{name} is missing here: python -m pip install -e ".[book]"')


def _normal(name):
    """A package's name as lock files have it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _fetch(address):
    with urlopen(address) as response:
        return response.read()


def _write(path, content):
    path.write_text(json.dumps(content), encoding="utf-8")


def _run(*arguments, cwd=None):
    command = [sys.executable, *map(str, arguments)]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, env=os.environ)
    if done.returncode:
        raise RuntimeError(
            f"{' '.join(command)} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
        )


def main():
    """Make the lab as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m book.lab", description=__doc__.split("\n")[0])
    parser.add_argument("site", metavar="SITE", help="the folder to make `lab` in")
    parser.add_argument("--pyodide", metavar="FOLDER", help="a distribution, or its address")
    arguments = parser.parse_args()
    try:
        megabytes = build(arguments.site, arguments.pyodide)
        print(f"{Path(arguments.site, 'lab')} is ready: a visitor loads {megabytes} MB")
    except (OSError, RuntimeError, ValueError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
