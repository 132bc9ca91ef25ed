"""What stands where: what `import helpers` brings, and which room may know which."""

import ast
import json
import os
import shutil
import subprocess
import sys
import tomllib
import types
from pathlib import Path

import pytest

import helpers
from helpers import cluster, plots

ROOT = Path(__file__).resolve().parents[2]


def fresh(code, **environment):
    """Run code in a new Python; return what it printed, read as JSON."""
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(result.stdout)


def test_import_loads_nothing_that_only_pictures_and_widgets_need():
    loaded = fresh("import helpers, json, sys; print(json.dumps(list(sys.modules)))")
    slow = {"matplotlib", "PIL", "IPython", "ipywidgets", "tqdm", "helpers.plots"}
    slow |= {"dask", "distributed", "helpers.cluster"}
    assert "helpers.training" in loaded
    assert not slow & set(loaded)


def test_reading_notebooks_loads_no_grammar_of_addresses():
    """It takes longer than all else, at each start of a grader."""
    code = "import book.build, coursework.grading.checker, json, sys"
    loaded = fresh(f"{code}; print(json.dumps(list(sys.modules)))")
    assert "nbformat" in loaded
    assert "lark" not in loaded


THREADS = """
import json, numpy, threadpoolctl
threads = lambda: [lib["num_threads"] for lib in threadpoolctl.threadpool_info()]
before = threads()
import helpers
print(json.dumps([before, threads()]))
"""


def test_blas_runs_on_one_thread(monkeypatch):
    for name in "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS":
        monkeypatch.delenv(name, raising=False)
    _, after = fresh(THREADS)
    assert set(after) <= {1}


def test_a_number_of_threads_that_you_have_set_stays():
    before, after = fresh(THREADS, OPENBLAS_NUM_THREADS="2")
    assert after == before


ALONE = """
import json, numpy as np, network
rng = np.random.default_rng(0)
X = rng.normal(size=(300, 2))
Y = network.one_hot((X[:, 0] * X[:, 1] > 0).astype(int), classes=2)
params = network.initialize([2, 16, 2], rng=rng, dtype=np.float64)
before = network.cross_entropy(network.forward(X, params)[0], Y)
for epoch in range(30):
    for _ in network.steps(X, Y, params, learning_rate=0.5, batch_size=20, rng=rng):
        pass
right = float((network.predict(X, params) == Y.argmax(axis=1)).mean())
print(json.dumps([before, network.cross_entropy(network.forward(X, params)[0], Y), right]))
"""


def test_the_file_of_the_network_runs_without_the_house(tmp_path):
    shutil.copy(ROOT / "helpers" / "network.py", tmp_path)
    command = [sys.executable, "-c", ALONE]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    before, after, right = json.loads(result.stdout)
    assert before > 0.6
    assert after < 0.2
    assert right > 0.95


def test_the_network_is_one_page():
    assert len((ROOT / "helpers" / "network.py").read_text(encoding="utf-8").splitlines()) < 200


# Rooms, from the ground up: each may import from those below it, and from itself
FLOORS = (
    {"network"},
    {"advice", "checks"},
    {"files", "progress"},
    {"data", "metrics", "optimizers", "regularization", "augmentation", "drawings", "moments"},
    {"training", "kaggle", "photos"},
    {"gradients", "cluster"},
    {"plots"},
    {"exercises", "explorers", "__main__"},
)
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
FILES = [path.relative_to(ROOT / "helpers") for path in (ROOT / "helpers").rglob("*.py")]


def room_of(path):
    return path.parts[0].removesuffix(".py")


def rooms_that(path):
    """Return the rooms of `helpers` that a file imports from, lazily or not."""
    here = path.parent.parts
    for node in ast.walk(ast.parse((ROOT / "helpers" / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            above = here[: len(here) - node.level + 1]
            names = [node.module] if node.module else [alias.name for alias in node.names]
            yield from ((*above, *name.split("."))[0] for name in names)
        elif isinstance(node, ast.ImportFrom) and node.module.startswith("helpers."):
            yield node.module.split(".")[1]


@pytest.mark.parametrize("path", FILES, ids=str)
def test_imports_only_run_downwards(path):
    room = room_of(path)
    if path.name in ("__init__.py", "train_mnist.py") and len(path.parts) == 1:
        return  # the door, and the old name of the command, stand outside
    for other in rooms_that(path):
        assert other == room or FLOOR[other] < FLOOR[room], f"{path} imports from {other}"


# Public names

PUBLIC = [getattr(room, name) for room in (helpers, cluster) for name in room.__all__] + [
    value for name, value in vars(plots).items() if isinstance(value, types.FunctionType)
]


def test_all_names_what_can_be_imported():
    importable = {
        name
        for name, value in vars(helpers).items()
        if isinstance(value, types.FunctionType | type) and value.__module__.startswith("helpers.")
    }
    assert helpers.__all__ == sorted(importable - {"guarded", "guarded_class"})


@pytest.mark.parametrize("function", PUBLIC, ids=lambda function: function.__name__)
def test_help_says_something(function):
    assert len((function.__doc__ or "").split()) > 3


WITHOUT_DASK = """
import json, sys
sys.modules["distributed"] = None
try:
    import helpers.cluster
except ImportError as error:
    print(json.dumps(str(error)))
"""


def test_without_dask_the_room_says_how_to_get_it():
    said = fresh(WITHOUT_DASK)
    extra = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    [asked] = extra["project"]["optional-dependencies"]["cluster"]
    assert f'{sys.executable} -m pip install "{asked}"' in said
