"""Install and test the course with several Pythons, and its oldest and newest dependencies.

    python tests/matrix.py python3.11 python3.13

For each Python, a virtual environment in a temporary folder gets the lowest versions that
pyproject.toml allows (up to Python 3.12: for later ones they were never built), then one the
newest; the quick tests run in each, and a few chapters. The table goes to the README.
"""

import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
SHOWN = ("numpy", "pandas", "matplotlib", "jupyterlab", "ipywidgets")
CHAPTERS = ("00", "03", "09")
COURSE = "neural-network-from-scratch"
BUILT_FOR = (3, 12)  # the last Python that the lowest versions were built for


def lowest():
    """The course's own dependencies, each at its lowest version: lines for pip."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return [bound.replace(">=", "==") for bound in project["dependencies"]]


def last_line(command, log, **settings):
    """Run a command; return whether it succeeded and the last line that it printed."""
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, **settings)
    log.write(done.stdout + done.stderr)
    lines = (done.stdout + done.stderr).strip().splitlines() or ["it printed nothing"]
    return done.returncode == 0, lines[-1]


def version(python):
    """The version of a Python, as "3.12.1"."""
    ask = [python, "-c", "import platform; print(platform.python_version())"]
    return subprocess.run(ask, capture_output=True, text=True, check=True).stdout.strip()


def row(python, versions, folder):
    """The cells of the table for one Python and "oldest" or "newest" versions."""
    environment = folder / "venv"
    own = environment / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    bounds = lowest() if versions == "oldest" else []
    with open(folder / "log.txt", "w", encoding="utf-8") as log:
        fine, said = last_line([python, "-m", "venv", environment], log)
        if fine:
            # pip would try for a quarter of an hour which versions fit the lowest ones
            _, said = last_line([own, "-m", "pip", "install", "--quiet", "uv"], log)
            install = [own, "-m", "uv", "pip", "install", "--python", own]
            install += ["--quiet", "--only-binary", ":all:", "--no-binary", COURSE]
            # the course stays where it is, so that its tests find the notebooks and the data
            needs = [f"{ROOT}[test]"] if versions == "newest" else [f"{ROOT}[test]", *bounds]
            fine, said = last_line([*install, *needs], log)
        if not fine:
            return "–", f"not installed: {said}"
        list_of = [own, "-m", "pip", "list", "--format=freeze", "--disable-pip-version-check"]
        found = subprocess.run(list_of, capture_output=True, text=True, check=True).stdout
        installed = dict(line.split("==") for line in found.splitlines() if "==" in line)
        chapters = [next((ROOT / "notebooks").glob(f"{chapter}_*.ipynb")) for chapter in CHAPTERS]
        pytest = [own, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        _, tests = last_line([*pytest, "tests", "helpers", "-m", "not slow"], log)
        _, cells = last_line([*pytest, "--nbval-lax", *chapters], log)
    shown = ", ".join(f"{name} {installed[name]}" for name in SHOWN)
    return shown, f"{result(tests)}; chapters {', '.join(CHAPTERS)}: {result(cells)}"


def result(line):
    """What pytest's last line says, without its seconds."""
    return re.sub(r" in [\d.]+s.*", "", line.strip("= "))


def main(pythons):
    """Print a line of the table for each environment, as soon as it is known; count what failed."""
    failed = 0
    print("| Python | versions | tests |", "|---|---|---|", sep="\n", flush=True)
    for python in pythons or [sys.executable]:
        number = version(python)
        old = tuple(map(int, number.split(".")[:2])) <= BUILT_FOR
        for versions in ("oldest", "newest") if old else ("newest",):
            folder = Path(tempfile.mkdtemp(prefix="matrix-"))
            shown, tests = row(python, versions, folder)
            print(f"| {number} | {versions}: {shown} | {tests} |", flush=True)
            if re.search("failed|error|not installed", tests):
                failed += 1
                print(f"  see {folder / 'log.txt'}", file=sys.stderr)
                shutil.rmtree(folder / "venv", ignore_errors=True)
            else:
                shutil.rmtree(folder)
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
