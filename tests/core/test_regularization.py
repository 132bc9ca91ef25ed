"""L2, weight decay, smooth labels, early stopping."""

import copy

import numpy as np
import pytest

from helpers import (
    Adam,
    EarlyStopping,
    add_l2,
    backward,
    check_gradients,
    cross_entropy,
    decay_weights,
    forward,
    initialize,
    l2_loss,
    one_hot,
    smooth_labels,
    update,
)


@pytest.fixture
def problem(rng):
    """A network in float64 with biases, a batch, one-hot labels."""
    params = initialize([3, 5, 4], "tanh", rng=rng, dtype=np.float64)
    params = [(W, b + rng.normal(size=b.shape)) for W, b in params]
    return params, rng.normal(size=(6, 3)), one_hot(rng.integers(0, 4, 6), classes=4)


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


def test_the_penalty_is_half_the_strength_times_the_squares_of_weights_only(rng):
    params = [(rng.normal(size=(3, 2)), rng.normal(size=2)), (np.ones((2, 4)), np.full(4, 9.0))]
    squares = sum(w**2 for w in params[0][0].ravel()) + 8
    assert l2_loss(params, 0.3) == pytest.approx(0.15 * squares)
    assert l2_loss(params, 0) == 0
    assert type(l2_loss([(W.astype("f4"), b.astype("f4")) for W, b in params], 0.3)) is float


def test_add_l2_works_in_place_and_leaves_biases_and_params_alone(problem):
    params, X, Y = problem
    grads = gradients(params, X, Y)
    same, params_before, (_, before) = sum(grads, ()), copy.deepcopy(params), copy.deepcopy(grads)
    add_l2(grads, params, 0.7)
    assert all(array is old for array, old in zip(sum(grads, ()), same, strict=True))
    np.testing.assert_equal(params, params_before)
    np.testing.assert_equal(grads[1][1], before[1])
    np.testing.assert_allclose(grads[1][0], before[0] + 0.7 * params[1][0])


# Weight decay


def test_decay_shrinks_weights_in_place_and_leaves_biases_alone(problem):
    params, *_ = problem
    before, same = copy.deepcopy(params), sum(params, ())
    decay_weights(params, 0.25)
    assert all(array is old for array, old in zip(sum(params, ()), same, strict=True))
    for (W, b), (old_W, old_b) in zip(params, before, strict=True):
        np.testing.assert_allclose(W, 0.75 * old_W)
        np.testing.assert_equal(b, old_b)


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
