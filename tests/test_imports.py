"""What `import helpers` brings: names, documentation, and nothing that takes long to load."""

import ast
import inspect
import json
import os
import re
import subprocess
import sys
import types
from pathlib import Path

import pytest

import helpers
from helpers import plots

ROOT = Path(__file__).resolve().parent.parent


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
    assert "helpers.training" in loaded
    assert not slow & set(loaded)


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


def imports(path):
    """Return every module that a file imports, `from . import x` as `.x`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield module
            yield from (f"{module.rstrip('.')}.{alias.name}" for alias in node.names)


MODULES = sorted(
    path.relative_to(ROOT / "helpers").as_posix()
    for folder in ("helpers", "helpers/gradients")
    for path in (ROOT / folder).glob("*.py")
    if path.stem not in ("__init__", "train_mnist")
)


@pytest.mark.parametrize("module", MODULES)
def test_mathematics_knows_nothing_of_pictures_and_the_command_line(module):
    found = set(imports(ROOT / "helpers" / module))
    above = re.compile(r"(matplotlib|PIL|IPython|ipywidgets|(helpers)?\.(plots|train_mnist))\b")
    assert not [name for name in found if above.match(name)]


# Public names

PUBLIC = [getattr(helpers, name) for name in helpers.__all__] + [
    value for name, value in vars(plots).items() if isinstance(value, types.FunctionType)
]
names_of = pytest.mark.parametrize("function", PUBLIC, ids=lambda function: function.__name__)


def test_all_names_what_can_be_imported():
    importable = {
        name
        for name, value in vars(helpers).items()
        if isinstance(value, types.FunctionType | type) and value.__module__.startswith("helpers.")
    }
    assert helpers.__all__ == sorted(importable)


def sections(function):
    """Split a docstring into its underlined sections."""
    parts = re.split(r"^(\w+)\n-+\n", inspect.getdoc(function), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@names_of
def test_the_docstring_lists_the_parameters_in_order(function):
    text = sections(function).get("Parameters", "")
    lines = re.findall(r"^(\w[\w, ]*) : ", text, re.MULTILINE)
    documented = [name for line in lines for name in line.split(", ")]
    assert documented == list(inspect.signature(function).parameters)


# these return nothing
CHANGES_ONLY = {"update", "add_l2", "decay_weights", "save_params", "show", "write_submission"}


@names_of
def test_the_docstring_says_what_comes_back(function):
    assert bool({"Returns", "Yields"} & set(sections(function))) == (
        function.__name__ not in CHANGES_ONLY and not isinstance(function, type)
    )


# these need files or a notebook
WITHOUT_EXAMPLE = {"load_mnist", "load_idx", "read_idx", "load_params", "save_params", "show"}


@pytest.mark.parametrize(
    "function",
    [function for function in PUBLIC if function.__name__ not in WITHOUT_EXAMPLE],
    ids=lambda function: function.__name__,
)
def test_the_docstring_has_an_example_that_is_run(function):
    assert ">>> " in sections(function).get("Examples", "")


checked = pytest.mark.parametrize(
    "function",
    [function for function in PUBLIC if hasattr(function, "unchecked")],
    ids=lambda function: function.__name__,
)


@checked
def test_a_check_takes_the_arguments_of_its_function(function):
    check = inspect.getclosurevars(function).nonlocals["check"]
    given, expected = (list(inspect.signature(f).parameters.values()) for f in (check, function))
    assert given[: len(expected)] == expected
