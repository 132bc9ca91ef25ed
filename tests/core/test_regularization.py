"""L2, weight decay, smooth labels, early stopping, dropout."""

import copy

import numpy as np
import pytest

from helpers import (
    Adam,
    EarlyStopping,
    add_l2,
    backward,
    backward_dropout,
    check_gradients,
    cross_entropy,
    decay_weights,
    dropout_masks,
    forward,
    forward_dropout,
    initialize,
    l2_loss,
    one_hot,
    smooth_labels,
    update,
)


def network(sizes, hidden, rng, dtype=np.float64):
    params = initialize(sizes, hidden, rng=rng, dtype=dtype)
    return [(W, b + rng.normal(size=b.shape).astype(dtype)) for W, b in params]


def batch(rng, m=6):
    return rng.normal(size=(m, 3)), one_hot(rng.integers(0, 4, m), classes=4)


@pytest.fixture
def problem(rng):
    """A network in float64 with biases, a batch, one-hot labels."""
    return network([3, 5, 4], "tanh", rng), *batch(rng)


def gradients(params, X, Y):
    _, cache = forward(X, params, "tanh")
    return backward(cache, Y, params)


# L2


def test_l2_gradients_agree_with_finite_differences_of_loss_and_penalty(problem):
    params, X, Y = problem
    grads = gradients(params, X, Y)
    add_l2(grads, params, 0.7)

    def loss(params):
        return cross_entropy(forward(X, params, "tanh")[0], Y) + l2_loss(params, 0.7)

    report = check_gradients(loss, params, grads)
    assert report.ok, report


def test_the_penalty_is_a_python_number():
    params = initialize([3, 2], rng=np.random.default_rng(0))
    assert type(l2_loss(params, 0.3)) is float
    assert l2_loss(params, 0) == 0


def test_l2_and_decay_work_in_place_and_leave_biases_alone(problem):
    params, X, Y = problem
    grads = gradients(params, X, Y)
    arrays, before = sum(grads + params, ()), copy.deepcopy(grads + params)
    add_l2(grads, params, 0.7)
    np.testing.assert_equal(params, before[2:])
    decay_weights(params, 0.25)
    assert all(array is old for array, old in zip(sum(grads + params, ()), arrays, strict=True))
    for (dW, db), (W, b), (old_dW, old_db), (old_W, old_b) in zip(
        grads, params, before[:2], before[2:], strict=True
    ):
        np.testing.assert_allclose(dW, old_dW + 0.7 * old_W)
        np.testing.assert_allclose(W, 0.75 * old_W)
        np.testing.assert_equal([db, b], [old_db, old_b])


def after_a_step(step, problem, regularize):
    params, X, Y = copy.deepcopy(problem)
    grads = gradients(params, X, Y)
    if regularize == "l2":
        add_l2(grads, params, 0.5)
    if regularize == "decay":
        decay_weights(params, 0.1 * 0.5)
    step(params)(params, grads, 0.1)
    return params


def test_decay_is_l2_for_gradient_descent_but_not_for_adam(problem):
    def largest_difference(step):
        first, second = (after_a_step(step, problem, kind) for kind in ("l2", "decay"))
        return max(
            np.abs(a - b).max() for a, b in zip(sum(first, ()), sum(second, ()), strict=True)
        )

    assert largest_difference(lambda params: update) < 1e-14
    assert largest_difference(lambda params: Adam(params).update) > 0.01


def test_float64_numbers_leave_float32_arrays_as_they_are(rng):
    W = rng.normal(size=(20, 20)).astype(np.float32)
    params = [(W.copy(), np.zeros(20, np.float32))]
    decay_weights(params, np.float64(0.3))
    np.testing.assert_array_equal(params[0][0], W * np.float32(0.7))  # rounded as float32 rounds
    assert smooth_labels(one_hot(np.array([1])), np.float64(0.1)).dtype == np.float32


# Smooth labels


def test_smooth_rows_sum_to_1_and_share_the_amount_alike():
    Y = smooth_labels(one_hot(np.array([2, 0]), classes=5), 0.1)
    assert Y.sum(axis=1) == pytest.approx(1)
    assert Y[0] == pytest.approx([0.02, 0.02, 0.92, 0.02, 0.02])


def test_smoothing_by_0_changes_nothing_and_the_input_stays(problem):
    *_, Y = problem
    before = Y.copy()
    np.testing.assert_equal(smooth_labels(Y, 0), Y)
    smooth_labels(Y, 0.3)
    np.testing.assert_equal(Y, before)


def test_gradients_for_smooth_labels_agree_with_finite_differences(problem):
    params, X, Y = problem
    Y = smooth_labels(Y.astype(np.float64), 0.2)
    report = check_gradients(
        lambda params: cross_entropy(forward(X, params, "tanh")[0], Y),
        params,
        gradients(params, X, Y),
    )
    assert report.ok, report


# Early stopping


def stopped(losses, patience):
    """The number of measurements until stop says so; None if it never does."""
    params, early = [(np.zeros((1, 1)), np.zeros(1))], EarlyStopping(patience)
    for n, loss in enumerate(losses, start=1):
        if early.stop(loss, params):
            return n
    return None


@pytest.mark.parametrize(
    ("losses", "patience", "expected"),
    [
        ([5, 4, 3, 2, 1], 1, None),
        ([5, 6], 1, 2),
        ([5, 6, 6, 6], 2, 3),
        ([5, 6, 4, 5, 3, 4], 2, None),  # a new lowest one starts the count again
        ([5, 6, 5.5, 5.2], 3, 4),  # falling, but never below 5
        ([5, 5, 5], 2, 3),  # as low as before is not lower
    ],
)
def test_it_stops_after_so_many_measurements_without_a_new_lowest(losses, patience, expected):
    assert stopped(losses, patience) == expected


def test_restore_puts_back_in_place_what_the_parameters_were_at_the_lowest_loss(rng):
    params, early = initialize([3, 4, 2], rng=rng), EarlyStopping(5)
    same, seen = sum(params, ()), {}
    for loss in 0.5, 0.2, 0.2, 0.4:
        for array in same:
            array += 1
        early.stop(loss, params)
        seen.setdefault(loss, copy.deepcopy(params))
    early.restore(params)
    np.testing.assert_equal(params, seen[0.2])
    assert early.best_loss == 0.2
    assert all(array is old for array, old in zip(sum(params, ()), same, strict=True))
    params[0][0][:] = 7  # training may go on: the copy is another array
    assert (early.best_params[0][0] != 7).all()


def test_early_stopping_refuses_what_makes_no_sense(rng):
    params, early = initialize([3, 4, 2], rng=rng), EarlyStopping(1)
    with pytest.raises(ValueError, match=r"no best params yet: call stop\(dev_loss, params\)"):
        early.restore(params)
    with pytest.raises(ValueError, match="dev_loss must be finite, got nan"):
        early.stop(float("nan"), params)
    with pytest.raises(TypeError, match="dev_loss must be a number, got list"):
        early.stop([0.1], params)
    early.stop(0.5, params)
    with pytest.raises(ValueError, match=r"params have shapes .*, the best ones have"):
        early.restore(initialize([3, 5, 2], rng=rng))


# Dropout

SIZES = [[3, 4], [3, 5, 4], [3, 5, 6, 4], [3, 5, 6, 5, 4]]  # 0 to 3 hidden layers


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
