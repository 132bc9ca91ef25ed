"""Dropout: the masks, and both passes through a network with some units left out."""

import numpy as np
import pytest

from helpers import (
    backward,
    backward_dropout,
    check_gradients,
    cross_entropy,
    dropout_masks,
    forward,
    forward_dropout,
    initialize,
    one_hot,
)

SIZES = [[3, 4], [3, 5, 4], [3, 5, 6, 4], [3, 5, 6, 5, 4]]  # 0 to 3 hidden layers


def network(sizes, hidden, rng, dtype=np.float64):
    params = initialize(sizes, hidden, rng=rng, dtype=dtype)
    return [(W, b + rng.normal(size=b.shape).astype(dtype)) for W, b in params]


def batch(rng, m=6):
    return rng.normal(size=(m, 3)), one_hot(rng.integers(0, 4, m), classes=4)


# Masks


@pytest.mark.parametrize("keep", [0.2, 0.5, 0.9])
def test_a_unit_stays_with_probability_keep_and_is_scaled_so_that_the_mean_is_1(keep, rng):
    params = network([3, 100, 50, 4], "relu", rng)
    masks = dropout_masks(1000, params, keep, rng)
    assert [mask.shape for mask in masks] == [(1000, 100), (1000, 50)]
    for mask in masks:
        assert set(np.unique(mask)) == {0, 1 / keep}
        # so far off by chance once in a million draws
        assert mask.mean() == pytest.approx(1, abs=5 * np.sqrt((1 / keep - 1) / mask.size))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_masks_have_the_dtype_of_the_network(dtype, rng):
    # a keep from NumPy, a float64, would promote the whole batch
    (mask,) = dropout_masks(2, network([3, 5, 4], "relu", rng, dtype), np.float64(0.5), rng)
    assert mask.dtype == dtype


def test_masks_differ_between_examples_layers_and_draws(rng):
    params = network([3, 50, 50, 4], "relu", rng)
    first, second = dropout_masks(20, params, 0.5, rng)
    again, _ = dropout_masks(20, params, 0.5, rng)
    assert len(np.unique(first, axis=0)) == 20
    assert len(np.unique(first, axis=1).T) == 50
    assert (first != second).any()
    assert (first != again).any()


def test_keep_1_keeps_all(rng):
    for mask in dropout_masks(500, network(SIZES[2], "relu", rng), 1, rng):
        assert (mask == 1).all()


# Passes


@pytest.mark.parametrize("hidden", ["relu", "sigmoid", "tanh"])
@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_backward_dropout_agrees_with_finite_differences(sizes, hidden, rng):
    params, (X, Y) = network(sizes, hidden, rng), batch(rng)
    masks = dropout_masks(len(X), params, 0.6, rng)
    _, cache = forward_dropout(X, params, masks, hidden)
    assert all(np.abs(Z).min() > 1e-4 for Z in cache.Z[1:])  # ±h does not cross a kink
    report = check_gradients(
        lambda params: cross_entropy(forward_dropout(X, params, masks, hidden)[0], Y),
        params,
        backward_dropout(cache, Y, params, masks),
    )
    assert report.ok, report


@pytest.mark.parametrize("hidden", ["relu", "tanh"])
def test_masks_of_ones_give_the_network_of_chapter_02_and_04(hidden, rng):
    params, (X, Y) = network(SIZES[2], hidden, rng), batch(rng)
    masks = dropout_masks(len(X), params, 1.0, rng)
    A, cache = forward_dropout(X, params, masks, hidden)
    expected_A, expected_cache = forward(X, params, hidden)
    np.testing.assert_equal(A, expected_A)
    np.testing.assert_equal(
        backward_dropout(cache, Y, params, masks), backward(expected_cache, Y, params)
    )


def test_a_unit_that_is_left_out_has_no_say_and_gets_no_gradient(rng):
    params, (X, Y) = network([3, 5, 4], "tanh", rng), batch(rng)
    masks = [np.full((6, 5), 2.0)]
    masks[0][:, 1] = 0
    A, cache = forward_dropout(X, params, masks, "tanh")
    (dW1, db1), (dW2, db2) = backward_dropout(cache, Y, params, masks)
    assert not dW1[:, 1].any()
    assert db1[1] == 0
    assert not dW2[1].any()
    others = [0, 2, 3, 4]
    assert dW1[:, others].all()
    smaller = [
        (params[0][0][:, others], params[0][1][others]),
        (2 * params[1][0][others], params[1][1]),
    ]
    np.testing.assert_allclose(A, forward(X, smaller, "tanh")[0], rtol=1e-12)


def test_the_mean_over_masks_is_the_layer_without_dropout(rng):
    params = network([3, 4], "relu", rng) + network([4, 4], "relu", rng)
    X, _ = batch(rng, m=1)
    X = np.repeat(X, 100_000, axis=0)
    _, cache = forward_dropout(X, params, dropout_masks(len(X), params, 0.5, rng))
    _, expected = forward(X[:1], params)
    np.testing.assert_allclose(cache.Z[2].mean(axis=0), expected.Z[2][0], atol=0.03)


def test_dropout_leaves_its_input_alone(rng):
    params, (X, Y) = network([3, 5, 4], "relu", rng), batch(rng)
    masks = dropout_masks(6, params, 0.5, rng)
    for array in (X, Y, masks[0], *sum(params, ())):
        array.flags.writeable = False
    _, cache = forward_dropout(X, params, masks)
    backward_dropout(cache, Y, params, masks)
