"""The course away from home: as a wheel, in odd folders, without home, threads or 64 bits."""

import logging
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from types import SimpleNamespace

import nbformat
import numpy as np
import pandas as pd
import pytest
from nbclient import NotebookClient

from helpers import data, kaggle, load_mnist, write_submission

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
NO_HOME = {"HOME": os.devnull, "USERPROFILE": os.devnull}  # not even root can write there


def run(*arguments, cwd=ROOT, path=ROOT, **environment):
    """Run Python in a folder, with this course on its path; return what it did."""
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(path)} | environment,
        capture_output=True,
        text=True,
        errors="replace",
    )


# Installed


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The names in wheel and sdist, and where the wheel is installed."""
    source, dist = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("dist")
    for name in "benchmarks", "data", "helpers":
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, source / name, ignore=ignore)
    for name in "LICENSE", "MANIFEST.in", "README.md", "pyproject.toml", "setup.py":
        shutil.copy(ROOT / name, source)
    done = run("-m", "build", "--no-isolation", "--outdir", dist, cwd=source)
    assert done.returncode == 0, done.stdout + done.stderr
    [wheel], [sdist] = dist.glob("*.whl"), dist.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        in_sdist = {name.partition("/")[2] for name in archive.getnames()}
    place = tmp_path_factory.mktemp("Größe & Co") / "site-packages"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(place)  # all that installing a wheel of pure Python does
        in_wheel = set(archive.namelist())
    for path in [place, *place.rglob("*")]:
        path.chmod(path.stat().st_mode & 0o555)  # which does not keep root out
    yield SimpleNamespace(wheel=in_wheel, sdist=in_sdist, place=place, zip=wheel)
    for path in [place, *place.rglob("*")]:
        path.chmod(path.stat().st_mode | 0o200)


def files_asked_for():
    """Return the files of the project that chapters and helpers read, from its root."""
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "helpers").rglob("*.py")]
    for path in NOTEBOOKS:
        sources += [cell.source for cell in nbformat.read(path, as_version=4).cells]
    found = re.findall(r'PROJECT((?: / "[^"]+")+)', "\n".join(sources))
    names = {"/".join(re.findall('"(.+?)"', names)) for names in found}
    return names - {"data/kaggle", ".git"}  # the reader's own


@pytest.mark.slow
def test_a_wheel_has_all_that_running_needs(built):
    assert {"benchmarks/recipes.json", "data/mnist.npz"} <= files_asked_for()
    for path in files_asked_for():
        assert f"helpers/project/{path}" in built.wheel
        assert path in built.sdist
    own = [path for path in (ROOT / "helpers").rglob("*.*") if path.suffix != ".pyc"]
    assert {path.relative_to(ROOT).as_posix() for path in own} <= built.wheel
    assert {name.partition("/")[0] for name in built.wheel if "dist-info" not in name} == {
        "helpers"
    }


@pytest.mark.slow
def test_the_command_runs_where_the_wheel_is_installed(built, tmp_path):
    """Without a home, and into a folder whose name the output cannot show."""
    options = ["--hidden", "16", "--epochs", "1", "--output", "Łódź"]
    there = {"cwd": tmp_path, "path": built.place}
    done = run("-m", "helpers", *options, **there, **NO_HOME, LC_ALL="C", PYTHONIOENCODING="cp1252")
    assert done.returncode == 0, done.stderr
    assert float(re.search(r"test accuracy ([\d.]+)%", done.stdout)[1]) > 85
    assert "results are in \\u0141" in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["Łódź"]
    code = "import helpers; print(helpers.__file__)"
    assert Path(run("-c", code, **there).stdout.strip()).is_relative_to(built.place)


@pytest.mark.slow
def test_the_course_runs_from_a_zip_file(built, tmp_path):
    code = "import helpers; print(helpers.__file__, len(helpers.load_mnist()[0])); "
    code += "import helpers.explorers.pad"
    done = run("-P", "-c", code, cwd=tmp_path, path=built.zip)
    assert done.stdout.startswith(str(built.zip)), done.stderr
    assert (done.returncode, done.stdout.split()[-1]) == (0, "60000"), done.stderr


@pytest.mark.slow
def test_a_chapter_runs_where_the_wheel_is_installed(built, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(built.place))
    notebook = nbformat.read(NOTEBOOKS[1], as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell("import helpers; print(helpers.__file__)"))
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": tmp_path}}).execute()
    assert str(built.place) in notebook.cells[-1].outputs[0].text
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize("name", ["project", "clone"])
def test_advice_on_a_lost_file_fits_where_the_course_is(tmp_path, monkeypatch, name):
    monkeypatch.setattr(data, "PROJECT", tmp_path / name)
    monkeypatch.setattr(data, "MNIST_PATH", tmp_path / name / "data" / "mnist.npz")
    if name == "clone":
        (tmp_path / name / ".git").mkdir(parents=True)
    with pytest.raises(FileNotFoundError) as caught:
        load_mnist()
    advice = str(caught.value).partition("; ")[2]
    if name == "clone":
        assert advice == f"restore it: git -C '{tmp_path / name}' checkout data/mnist.npz"
    else:
        assert advice == "this copy of the course is not whole; install it again"


# Odd places


COMMANDS = {
    "grading": ["-m", "coursework.grading", "Łódź", "--chapter", "03", "--output", "out"],
    "handouts": ["-m", "coursework.handouts", "--no-pdf", "--chapters", "00", "--output", "Łódź"],
    "copies": [ROOT / "notebooks" / "copies.py", "Łódź"],
}


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_a_name_that_cannot_be_printed_ends_nothing(tmp_path, command):
    if command == "grading":
        (tmp_path / "Łódź").mkdir()
        (tmp_path / "Łódź" / "Łódź.ipynb").write_text("")
    done = run(*COMMANDS[command], cwd=tmp_path, PYTHONIOENCODING="cp1252")
    assert done.returncode == 0, done.stderr
    assert "\\u0141\xf3d\\u017a" in done.stdout or "\\u0141\ufffdd\\u017a" in done.stdout
    if command == "grading":
        assert "Łódź" in (tmp_path / "out" / "totals.csv").read_text(encoding="utf-8-sig")


def test_pictures_are_silent_where_nothing_can_be_cached():
    done = run("-c", "from helpers.plots import ch01", **NO_HOME, MPLCONFIGDIR="")
    assert (done.returncode, done.stderr) == (0, "")


def test_only_the_notices_are_silenced(caplog):
    for name in "matplotlib", "matplotlib.font_manager":
        logging.getLogger(name).warning("Matplotlib is building the font cache; this may take a")
        logging.getLogger(name).warning("findfont: Font family not found")
    assert [record.message[:8] for record in caplog.records] == 2 * ["findfont"]


ALONE = """
import os, subprocess, sys, threading
def no_thread(*args, **kwargs):
    raise RuntimeError("can't start new thread")
def no_process(*args, **kwargs):
    raise OSError("Resource temporarily unavailable")
threading.Thread.start, subprocess.Popen.__init__, os.fork = no_thread, no_process, no_process
sys.modules["multiprocessing"] = None
import numpy as np
from helpers import evaluate, initialize, train
rng = np.random.default_rng(0)
X, y = rng.random((50, 4), dtype=np.float32), rng.integers(0, 2, 50)
train(X, y, initialize([4, 2], rng=rng), learning_rate=0.1, batch_size=10, epochs=1, rng=rng)
"""


def test_training_needs_no_thread_and_no_process_and_says_nothing_of_it():
    done = run("-c", ALONE)
    assert done.returncode == 0, done.stderr
    assert "monitor" not in done.stderr
    assert "5/5" in done.stderr  # the bar


@pytest.mark.skipif(not shutil.which("make"), reason="there is no make here")
def test_a_helpers_py_beside_the_notebook_is_not_taken_for_the_course(tmp_path, monkeypatch):
    (tmp_path / "helpers.py").write_text("x = 1")
    lab = subprocess.run(["make", "-n", "lab"], cwd=ROOT, capture_output=True, text=True).stdout
    set_by_make = re.search(r'env PYTHONPATH="(.*?)\$\{', lab)[1]
    monkeypatch.setenv("PYTHONPATH", set_by_make)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("import helpers.data")])
    NotebookClient(notebook, timeout=60, resources={"metadata": {"path": tmp_path}}).execute()


# 32 bits: NumPy counts in int32 there, and indexes with nothing larger


def test_labels_are_of_the_type_that_numpy_counts_in(tmp_path, monkeypatch):
    narrow = SimpleNamespace(**vars(np) | {"intp": np.int32})
    monkeypatch.setattr(data, "np", narrow)
    monkeypatch.setattr(kaggle, "np", narrow)
    assert [array.dtype for array in load_mnist()[1::2]] == [np.int32, np.int32]
    row = pd.DataFrame([[7, *[0] * 784]], columns=["label", *kaggle.PIXELS])
    row.to_csv(tmp_path / "train.csv", index=False)
    assert kaggle.load_kaggle(tmp_path / "train.csv")[1].dtype == np.int32


def test_a_submission_is_read_back_by_its_values_not_by_its_types(tmp_path, monkeypatch):
    read_csv = pd.read_csv
    monkeypatch.setattr(pd, "read_csv", lambda path: read_csv(path).astype(np.int32))
    write_submission(tmp_path / "submission.csv", np.array([7, 0]))
