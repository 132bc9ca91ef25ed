"""A function of a chapter is the one in `helpers`: the same syntax tree, docstring aside."""

import ast
import inspect
import textwrap
from collections import defaultdict
from functools import partial
from pathlib import Path

import nbformat
import numpy as np
import pytest

import helpers
from helpers import cluster, moments

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
OF_EXERCISES = {"stub", "check", "solution"}

# what chapters define too: the public functions, and one more
SHARED = {name: getattr(room, name) for room in (helpers, cluster) for name in room.__all__} | {
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


@pytest.fixture(scope="module")
def beyond():
    """The functions of chapter 11, by name."""
    (path,) = NOTEBOOKS.glob("11_*.ipynb")
    cells = nbformat.read(path, as_version=4).cells
    sources = (cell.source for cell in cells if cell.cell_type == "code")
    functions = [
        node
        for source in sources
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef)
    ]
    names = {"np": np, "defaultdict": defaultdict, "helpers": helpers}
    exec(compile(ast.Module(functions, []), path.name, "exec"), names)
    return names


@pytest.mark.parametrize(
    ("name", "optimizer"),
    [
        ("momentum", helpers.Momentum),
        ("nesterov", partial(helpers.Momentum, nesterov=True)),
        ("rmsprop", helpers.RMSProp),
        ("adam", helpers.Adam),
    ],
)
def test_a_step_on_one_array_is_that_of_the_optimizer(beyond, name, optimizer):
    rng = np.random.default_rng(0)
    params = [(rng.standard_normal((3, 4)), rng.standard_normal(4))]
    mine = [(array.copy(), defaultdict(float)) for array in params[0]]
    update = optimizer(params).update
    for _ in range(10):
        grads = [(rng.standard_normal((3, 4)), rng.standard_normal(4))]
        update(params, grads, learning_rate=0.1)
        for (W, state), dW, array in zip(mine, grads[0], params[0], strict=True):
            beyond[name](W, dW, state)
            assert np.allclose(W, array, rtol=1e-12)


def test_one_image_is_read_like_all_of_them(beyond):
    rng = np.random.default_rng(0)
    image = rng.random(784, dtype=np.float32)
    x, y = rng.uniform(-3, 31, size=(2, 784))
    one = beyond["bilinear"](image.reshape(28, 28), x, y)
    assert np.allclose(one, helpers.bilinear(image[None], x[None], y[None])[0], atol=1e-6)


def test_the_epoch_to_stop_at_is_that_of_early_stopping(beyond):
    params = [(np.zeros((1, 1)), np.zeros(1))]
    for losses in np.random.default_rng(0).random((20, 30)):
        stop, best = beyond["stop_epoch"](losses, patience=3)
        early = helpers.EarlyStopping(patience=3)
        told = [early.stop(loss, params) for loss in losses[:stop]]
        assert told == [False] * (stop - 1) + [True]
        assert early.best_loss == losses[best - 1]


def test_dropout_in_two_layers_is_that_of_helpers(beyond):
    rng = np.random.default_rng(0)
    params = helpers.initialize([5, 4, 3], rng=rng, dtype=np.float64)
    X, Y = rng.standard_normal((6, 5)), helpers.one_hot(rng.integers(3, size=6), 3)
    masks = helpers.dropout_masks(6, params, 0.5, rng)
    A, grads = beyond["two_layers"](X, Y, params, masks[0])
    expected, cache = helpers.forward_dropout(X, params, masks)
    assert np.allclose(A, expected)
    for pair, other in zip(grads, helpers.backward_dropout(cache, Y, params, masks), strict=True):
        assert all(np.allclose(*arrays) for arrays in zip(pair, other, strict=True))
