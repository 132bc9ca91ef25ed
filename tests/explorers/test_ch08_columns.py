"""The explorer of the column form, against the row form of the helpers."""

import numpy as np
from explorer_grid import last, start_and_values

import helpers
from helpers.explorers.ch08_columns import backward_prop, compute, forward_prop
from helpers.explorers.runs import some_images

START, _ = start_and_values("columns")


def test_columns_is_row_form_transposed():
    rng = np.random.default_rng(0)
    (X, y), _ = some_images(50)
    X, Y = X.T.astype(float), helpers.one_hot(y).T.astype(float)
    rows = helpers.initialize([784, 6, 10], rng=rng, dtype=np.float64)
    params = [array for W, b in rows for array in (W.T.copy(), b[:, None].copy())]
    A, cache = helpers.forward(X.T, rows)
    Z1, A1, A2 = forward_prop(X, *params)
    assert np.allclose(A2, A.T)
    grads = backward_prop(X, Y, Z1, A1, A2, params[2])
    for ours, theirs in zip(
        grads, [g for pair in helpers.backward(cache, Y.T, rows) for g in pair], strict=True
    ):
        assert np.allclose(ours, theirs.T if theirs.ndim == 2 else theirs[:, None])


def test_columns_states_what_it_read():
    result = last(compute, START)
    right = sum(result["read"] == result["labels"])
    assert f"of the twelve images on the right, {right} are read correctly" in result["text"]
    assert 0.7 < result["accuracies"][-1] < 0.9  # the classic
    better = last(compute, START | {"start": "He, Xavier"})
    assert better["accuracies"][-1] > result["accuracies"][-1] + 0.03


def test_columns_hopeless_is_said():
    result = last(compute, START | {"alpha": 10, "steps": 100})
    assert "hardly better than guessing" in result["text"]
