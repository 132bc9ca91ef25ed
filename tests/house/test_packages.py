"""The packages: environment.yml (conda) and pyproject.toml (pip) ask for the same."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml
from rattler import MatchSpec

ROOT = Path(__file__).resolve().parents[2]
PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
ENVIRONMENT = (ROOT / "environment.yml").read_text(encoding="utf-8")


def parse(specs):
    """Map the name of each package to its bounds, as conda reads them."""
    parsed = [MatchSpec(spec) for spec in specs]
    return {spec.name.normalized: str(spec.version) for spec in parsed}


def packages(pyproject, environment):
    """Return what each of the two files asks for, Python included."""
    project = tomllib.loads(pyproject)["project"]
    python = f"python{project['requires-python']}"
    conda = [spec for spec in yaml.safe_load(environment)["dependencies"] if spec != "pip"]
    [pip] = [spec["pip"] for spec in conda if isinstance(spec, dict)]
    assert pip == ["-e .[test]"]
    specs = [spec for spec in conda if isinstance(spec, str)]
    return parse([python, *project["dependencies"]]), parse(specs)


def test_both_files_ask_for_the_same():
    by_pip, by_conda = packages(PYPROJECT, ENVIRONMENT)
    assert by_pip == by_conda
    assert all(re.fullmatch(r">=[\d.]+", bound) for bound in by_pip.values())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("python>=3.11", "python>=3.12"),
        ("numpy>=2.0", "numpy>=1.26"),
        ("numpy>=2.0", "numpy"),
        ("  - tqdm>=4.69\n", ""),
        ("  - pip\n", "  - scipy>=1.10\n  - pip\n"),
        ("matplotlib>", "matplotlib-base>"),
    ],
)
def test_a_difference_would_be_noticed(old, new):
    assert old in ENVIRONMENT
    by_pip, by_conda = packages(PYPROJECT, ENVIRONMENT.replace(old, new))
    assert by_pip != by_conda


CLUSTER = ROOT / "helpers" / "cluster"  # the one room of helpers that asks for an extra
IN_BROWSERS = ROOT / "book" / "static"  # where Pyodide has what they import


def imported(folder):
    """Return the packages outside the standard library that a folder's modules import."""
    names = set()
    own = {"book", "coursework", "helpers", *(path.stem for path in folder.glob("*.py"))}
    for path in folder.rglob("*.py"):
        if (CLUSTER in path.parents and folder != CLUSTER) or IN_BROWSERS in path.parents:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names.add(node.module.split(".")[0])
    return names - sys.stdlib_module_names - own


DISTRIBUTIONS = packages_distributions()


def distribution_names(requirements):
    # dask[distributed] brings the package distributed
    names = (name for one in requirements for name in re.findall(r"^[\w.-]+|(?<=\[)\w+(?=\])", one))
    return {re.sub(r"[-_.]+", "-", name).lower() for name in names}


@pytest.mark.parametrize(
    ("folder", "extras"),
    [
        ("helpers", ""),
        ("helpers/cluster", "cluster"),
        ("tests", "test"),
        ("coursework", "instructor cluster demo"),
        ("book", "book"),
    ],
)
def test_every_imported_package_is_declared(folder, extras):
    project = tomllib.loads(PYPROJECT)["project"]
    declared = distribution_names(project["dependencies"])
    for extra in extras.split():
        declared |= distribution_names(project["optional-dependencies"][extra])
    names = imported(ROOT / folder)
    found = {name: distribution_names(DISTRIBUTIONS.get(name, [name])) for name in names}
    assert {name for name in names if not found[name] & declared} == set()


def test_the_tests_have_what_the_cluster_needs():
    extras = tomllib.loads(PYPROJECT)["project"]["optional-dependencies"]
    assert set(extras["cluster"]) <= set(extras["test"])
