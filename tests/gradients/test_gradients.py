"""The backward pass against automatic differentiation and finite differences; update."""

import copy

import autograd
import autograd.numpy as anp
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from helpers import (
    backward,
    check_gradients,
    cross_entropy_from_logits,
    forward,
    initialize,
    numerical_gradients,
    one_hot,
    update,
)

G = {
    "relu": lambda Z: anp.maximum(Z, 0),
    "sigmoid": lambda Z: 1 / (1 + anp.exp(-Z)),
    "tanh": anp.tanh,
}


def independent_loss(params, X, y, hidden):
    """Mean cross-entropy, written anew: shares no code with helpers."""
    A = X
    for W, b in params[:-1]:
        A = G[hidden](anp.dot(A, W) + b)
    W, b = params[-1]
    E = anp.exp(anp.dot(A, W) + b)
    return -anp.mean(anp.log(E[np.arange(len(y)), y] / anp.sum(E, axis=1)))


def loss_of(X, y, hidden):
    return lambda params: cross_entropy_from_logits(forward(X, params, hidden)[1].Z[-1], y)


def problem(sizes, m, hidden, seed=0):
    """Draw a network in float64, with biases, and a batch."""
    rng = np.random.default_rng(seed)
    params = initialize(sizes, hidden, rng=rng, dtype=np.float64)
    params = [(W, b + rng.normal(size=b.shape)) for W, b in params]
    return params, rng.normal(size=(m, sizes[0])), rng.integers(0, sizes[-1], m), hidden


problems = st.builds(
    problem,
    sizes=st.lists(st.integers(1, 6), min_size=2, max_size=6),  # 0 to 4 hidden layers
    m=st.sampled_from([1, 2, 3, 7]),
    hidden=st.sampled_from(list(G)),
    seed=st.integers(0, 10_000),
)


def gradients(params, X, y, hidden):
    _, cache = forward(X, params, hidden)
    return backward(cache, one_hot(y, len(params[-1][1])), params)


def assert_close(grads, expected):
    for pair, expected_pair in zip(grads, expected, strict=True):
        for array, expected_array in zip(pair, expected_pair, strict=True):
            np.testing.assert_allclose(array, expected_array, rtol=1e-9, atol=1e-12)


@given(problems)
def test_backward_agrees_with_automatic_differentiation(problem):
    params, X, y, hidden = problem
    assert_close(gradients(*problem), autograd.grad(independent_loss)(params, X, y, hidden))


@given(problems)
def test_backward_agrees_with_finite_differences(problem):
    params, X, y, hidden = problem
    if hidden == "relu":
        Z = forward(X, params, hidden)[1].Z[1:-1]
        assume(all(np.abs(Z_l).min() > 1e-3 for Z_l in Z))  # ±h must not cross a kink
    report = check_gradients(loss_of(X, y, hidden), params, gradients(*problem))
    assert report.ok, report


@given(problems)
def test_the_gradient_of_a_batch_is_the_mean_over_its_examples(problem):
    params, X, y, hidden = problem
    single = [gradients(params, X[[i]], y[[i]], hidden) for i in range(len(y))]
    mean = [
        tuple(np.mean(arrays, axis=0) for arrays in zip(*pairs, strict=True))
        for pairs in zip(*single, strict=True)
    ]
    assert_close(gradients(*problem), mean)


@given(problems)
def test_the_order_of_the_examples_does_not_matter(problem):
    params, X, y, hidden = problem
    assert_close(gradients(params, X[::-1], y[::-1], hidden), gradients(*problem))


# Finite differences


def test_numerical_gradients_are_derivatives():
    params, X, y, hidden = problem([3, 4, 2], m=5, hidden="tanh")
    numeric = numerical_gradients(loss_of(X, y, hidden), params)
    expected = autograd.grad(independent_loss)(params, X, y, hidden)
    for pair, exact in zip(numeric, expected, strict=True):
        for array, exact_array in zip(pair, exact, strict=True):
            np.testing.assert_allclose(array, exact_array, atol=1e-9)


M = 5


def missing_1_over_m(grads):
    return [(dW * M, db * M) for dW, db in grads]


def doubled(grads):
    return [(2 * dW, 2 * db) for dW, db in grads]


def wrong_sign(grads):
    return [(-dW, -db) for dW, db in grads]


def layers_in_wrong_order(grads):
    return grads[::-1]


WRONG_EVERYWHERE = [missing_1_over_m, doubled, wrong_sign, layers_in_wrong_order]


@pytest.fixture
def square():
    """A problem whose layers all have one shape, so that wrong orders have right shapes."""
    params, X, y, hidden = problem([3, 3, 3], m=M, hidden="tanh")
    return loss_of(X, y, hidden), params, gradients(params, X, y, hidden)


def test_check_gradients_accepts_what_is_right(square):
    report = check_gradients(*square)
    assert report.ok
    assert list(report.table.index) == ["dW1", "db1", "dW2", "db2"]
    assert report.table["checked"].tolist() == [9, 3, 9, 3]
    assert "all gradients agree" in str(report)


@pytest.mark.parametrize("mistake", WRONG_EVERYWHERE)
def test_check_gradients_notices_what_is_wrong_everywhere(square, mistake):
    loss, params, grads = square
    report = check_gradients(loss, params, mistake(grads))
    assert not report.ok
    assert not report.table["ok"].any()


def transposed(dW, db):
    return dW.T, db


def bias_forgotten(dW, db):
    return dW, np.zeros_like(db)


def bias_summed_over_units(dW, db):
    return dW, np.full_like(db, db.sum())


def one_entry_1_percent_off(dW, db):
    dW = dW.copy()
    dW.flat[np.abs(dW).argmax()] *= 1.01
    return dW, db


@pytest.mark.parametrize(
    ("mistake", "array"),
    [
        (transposed, "dW1"),
        (bias_forgotten, "db1"),
        (bias_summed_over_units, "db1"),
        (one_entry_1_percent_off, "dW1"),
    ],
)
def test_check_gradients_names_the_wrong_array(square, mistake, array):
    loss, params, grads = square
    report = check_gradients(loss, params, [mistake(*grads[0]), grads[1]])
    assert list(report.table.index[~report.table["ok"]]) == [array]
    assert str(report).endswith(f"these disagree: {array}")


def test_check_gradients_reports_where_and_by_how_much(square):
    loss, params, grads = square
    right = grads[1][0][2, 0]
    grads[1][0][2, 0] += 0.25
    row = check_gradients(loss, params, grads).table.loc["dW2"]
    assert row["worst at"] == (2, 0)
    assert row["analytic"] == right + 0.25
    assert row["numeric"] == pytest.approx(right, abs=1e-8)


def test_a_small_gradient_is_compared_relative_to_its_size(square):
    loss, params, grads = square
    small = [(1e-4 * dW, 1e-4 * db) for dW, db in grads]
    assert check_gradients(lambda params: 1e-4 * loss(params), params, small).ok
    small[0] = one_entry_1_percent_off(*small[0])
    assert not check_gradients(lambda params: 1e-4 * loss(params), params, small).ok


def test_a_gradient_that_is_nan_does_not_pass(square):
    loss, params, grads = square
    assert not check_gradients(lambda params: np.nan, params, grads).ok


def test_parameters_are_put_back_bit_by_bit(square):
    loss, params, grads = square
    before = copy.deepcopy(params)
    check_gradients(loss, params, grads)
    numerical_gradients(loss, params)
    np.testing.assert_equal(params, before)


def test_parameters_are_put_back_when_the_loss_fails(square):
    _, params, _ = square
    before = copy.deepcopy(params)
    with pytest.raises(ZeroDivisionError):
        numerical_gradients(lambda params: 1 / 0, params)
    np.testing.assert_equal(params, before)


def test_a_sample_checks_so_many_entries_of_each_array(square):
    report = check_gradients(*square, sample=4, rng=np.random.default_rng(0))
    assert report.table["checked"].tolist() == [4, 3, 4, 3]  # a bias has no more than 3


def test_a_sample_is_drawn_by_its_seed(square):
    def places(seed):
        loss, params, grads = square
        grads = [(np.zeros_like(dW), db) for dW, db in grads]  # the worst place is a drawn one
        report = check_gradients(loss, params, grads, sample=1, rng=np.random.default_rng(seed))
        return report.table["worst at"].tolist()

    assert places(0) == places(0)
    assert any(places(0) != places(seed) for seed in (1, 2, 3))


def test_a_sample_holds_no_place_twice(square):
    _, params, grads = square
    W1, moved = params[0][0].copy(), set()

    def loss(params):
        moved.update(np.flatnonzero(params[0][0] != W1))
        return 0.0

    check_gradients(loss, params, grads, sample=8, rng=np.random.default_rng(0))
    assert len(moved) == 8


# One step


def test_update_steps_downhill_in_place():
    W, b = np.ones((1, 2), np.float32), np.ones(2, np.float32)
    params, grads = [(W, b)], [(np.float32([[1, -2]]), np.float32([0, 4]))]
    update(params, grads, learning_rate=0.5)
    assert params[0][0] is W
    assert params[0][1] is b
    assert (W.tolist(), b.tolist()) == ([[0.5, 2]], [1, -1])
    assert (grads[0][0].tolist(), grads[0][1].tolist()) == ([[1, -2]], [0, 4])
