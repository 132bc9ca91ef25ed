"""A function of a chapter is the one in `helpers`: the same syntax tree, docstring aside."""

import ast
import inspect
import textwrap
from pathlib import Path

import nbformat
import pytest

import helpers
from helpers import moments

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
OF_EXERCISES = {"stub", "check", "solution"}

# what chapters define too: the public functions, and one more
SHARED = {name: getattr(helpers, name) for name in helpers.__all__} | {
    "mean_squares": moments.mean_squares
}
# (chapter, function): why the chapter's is another one
DIFFERENT = {
    ("03", "cross_entropy"): "adds up the true entries only; the helper's sum keeps its last bits",
    ("08", "softmax"): "examples are columns there",
    ("09", "shift"): "moves all images alike, by slices",
    ("09", "center_digit"): "tries boxes of other sizes than MNIST's",
    ("11", "bilinear"): "one image on the page, all of them at once in the helper",
}


def tree(function):
    """Return a function's syntax tree as text, without docstring and decorators."""
    body = function.body
    if ast.get_docstring(function) is not None:
        body = body[1:]
    bare = ast.FunctionDef(function.name, function.args, body, [], type_params=[])
    return ast.unparse(ast.fix_missing_locations(bare))


def in_helpers(name):
    source = textwrap.dedent(inspect.getsource(inspect.unwrap(SHARED[name])))
    return tree(ast.parse(source).body[0])


def defined():
    """Yield chapter, name and tree of each function of a chapter that `helpers` has, too."""
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type != "code" or OF_EXERCISES & set(cell.metadata.get("tags", [])):
                continue
            for node in ast.parse(cell.source).body:
                if isinstance(node, ast.FunctionDef) and node.name in SHARED:
                    yield path.stem[:2], node.name, tree(node)


FUNCTIONS = list(defined())


@pytest.mark.parametrize(
    ("chapter", "name", "code"), FUNCTIONS, ids=[f"{c}-{name}" for c, name, _ in FUNCTIONS]
)
def test_the_chapter_and_the_helper_are_one(chapter, name, code):
    if (chapter, name) in DIFFERENT:
        assert code != in_helpers(name), "they are the same now: take it off the list"
    else:
        assert code == in_helpers(name)


def test_nothing_else_is_on_the_list():
    assert set(DIFFERENT) <= {(chapter, name) for chapter, name, _ in FUNCTIONS}
