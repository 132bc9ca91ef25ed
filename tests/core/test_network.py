"""What the network does at the edges of its equations, which tests/notebooks spells out."""

import copy

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

import helpers
from helpers import (
    backward,
    cross_entropy,
    cross_entropy_from_logits,
    forward,
    initialize,
    log_sum_exp,
    minibatches,
    network,
    one_hot,
    predict,
    sigmoid,
    softmax,
)

HIDDEN = ["relu", "sigmoid", "tanh"]
FUNCTIONS = ["softmax", *HIDDEN, *(f"{name}_derivative" for name in HIDDEN)]


def logits(dtype=np.float64, bound=1e4):
    numbers = st.floats(-bound, bound, width=8 * np.dtype(dtype).itemsize)
    return arrays(dtype, array_shapes(min_dims=2, max_dims=2, max_side=6), elements=numbers)


# Activations


# the second row is far below the first: minus the maximum of all would leave it 0 / 0
@given(logits(np.float32))
@example(np.float32([[1e4, 0], [-1e4, -1e4]]))
def test_softmax_rows_are_probabilities_each_by_itself(Z):
    A = softmax(Z)
    assert (A >= 0).all()
    np.testing.assert_allclose(A.sum(axis=1), 1, rtol=1e-6)
    np.testing.assert_array_equal(A[-1:], softmax(Z[-1:]))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sigmoid_of_huge_numbers_is_exact(dtype):
    np.testing.assert_array_equal(sigmoid(dtype([-1e4, 0, 1e4])), dtype([0, 0.5, 1]), strict=True)


@pytest.mark.parametrize("name", FUNCTIONS)
@given(Z=logits(np.float32))
def test_float32_stays_float32_and_the_argument_as_it_was(name, Z):
    before = Z.copy()
    A = getattr(helpers, name)(Z)
    assert A.shape == Z.shape
    assert (A * Z).dtype == np.float32  # a gate is bool, and multiplies without changing the type
    np.testing.assert_array_equal(Z, before)


# Losses


@st.composite
def batches(draw, dtype=np.float64):
    Z = draw(logits(dtype))
    return Z, draw(arrays(np.int64, len(Z), elements=st.integers(0, Z.shape[1] - 1)))


def test_soft_targets_weigh_each_class():
    Y = np.array([[0.3, 0.7]])
    assert cross_entropy(Y, Y) == pytest.approx(-0.3 * np.log(0.3) - 0.7 * np.log(0.7))


def test_a_true_class_with_probability_0_costs_infinity():
    assert cross_entropy(np.eye(2), np.eye(2)[::-1]) == np.inf


@pytest.mark.parametrize("dtype", [int, float])
def test_a_perfect_prediction_costs_zero_without_a_minus_sign(dtype):
    certain = np.eye(2, dtype=dtype)  # 0 · log 0 of the other class would be NaN
    assert str(cross_entropy(certain, certain)) == "0.0"
    assert str(cross_entropy_from_logits(1e4 * certain, np.array([0, 1]))) == "0.0"


@given(batches(np.float32))
def test_no_loss_is_negative(batch):
    Z, y = batch
    assert cross_entropy_from_logits(Z, y) >= 0
    assert cross_entropy(softmax(Z), one_hot(y, Z.shape[1])) >= 0


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("z", "loss"), [([0, 40], 40), ([0, 1e4], 1e4), ([-1e4, -1e4, 0], 1e4)])
def test_huge_logits_lose_nothing(z, loss, dtype):
    assert cross_entropy_from_logits(dtype([z]), np.array([0])) == loss


@given(batches(), st.floats(-1e4, 1e4))
def test_neither_loss_nor_probabilities_change_when_rows_are_shifted(batch, shift):
    Z, y = batch
    shifted = cross_entropy_from_logits(Z + shift, y)
    assert shifted == pytest.approx(cross_entropy_from_logits(Z, y), abs=1e-9)
    np.testing.assert_allclose(softmax(Z + shift), softmax(Z), atol=1e-9)


def test_log_sum_exp_takes_the_maximum_of_each_row():
    Z = np.array([[1e4, 1e4], [-1e4, -1e4]])
    np.testing.assert_allclose(log_sum_exp(Z), [1e4 + np.log(2), -1e4 + np.log(2)])


# Starting values


@pytest.mark.parametrize(
    ("settings", "stds"),
    [
        ({"hidden": "relu"}, [np.sqrt(2 / 400), np.sqrt(1 / 300)]),  # the last layer has no ReLU
        ({"hidden": "tanh"}, [np.sqrt(1 / 400), np.sqrt(1 / 300)]),
        ({"hidden": "sigmoid"}, [np.sqrt(1 / 400), np.sqrt(1 / 300)]),
        ({"scheme": "he"}, [np.sqrt(2 / 400), np.sqrt(2 / 300)]),
        ({"scheme": "glorot"}, [np.sqrt(2 / 700), np.sqrt(2 / 500)]),
        ({"scheme": "zeros"}, [0, 0]),
        ({"scheme": 0.3}, [0.3, 0.3]),
    ],
    ids=str,
)
def test_each_scheme_has_its_standard_deviation_in_each_layer(settings, stds, rng):
    params = initialize([400, 300, 200], **settings, rng=rng)
    assert [W.std() for W, b in params] == pytest.approx(stds, rel=0.02)
    assert [W.mean() for W, b in params] == pytest.approx([0, 0], abs=0.01)


@pytest.mark.parametrize("settings", [{}, {"dtype": np.float32}, {"dtype": np.float64}], ids=str)
def test_shapes_chain_biases_are_zero_and_all_have_the_dtype(settings, rng):
    params = initialize([4, 3, 2, 5], rng=rng, **settings)
    assert [W.shape for W, b in params] == [(4, 3), (3, 2), (2, 5)]
    assert [b.tolist() for W, b in params] == [[0] * 3, [0] * 2, [0] * 5]
    assert {array.dtype for array in sum(params, ())} == {
        np.dtype(settings.get("dtype", np.float32))
    }


def test_the_seed_decides_and_no_two_layers_start_alike():
    first, again, other = (
        initialize([5, 5, 5], "tanh", rng=np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    np.testing.assert_equal(first, again)
    assert (first[0][0] != other[0][0]).any()
    assert (first[0][0] != first[1][0]).all()


# Forward and backward


@pytest.fixture
def params(rng):
    return [
        (W, b + rng.normal(size=b.shape).astype(b.dtype))  # zero biases would hide that they count
        for W, b in initialize([4, 3, 5, 2], rng=rng)
    ]


@pytest.fixture
def X(rng):
    return rng.normal(size=(6, 4)).astype(np.float32)


def test_cache_is_numbered_like_the_equations(X, params):
    A_L, (A, Z, hidden) = forward(X, params, "tanh")
    assert A[0] is X
    assert Z[0] is None
    assert A[3] is A_L
    for l in 1, 2:
        np.testing.assert_array_equal(A[l], np.tanh(Z[l]))
    assert hidden == "tanh"


@given(m=st.integers(1, 9), sizes=st.lists(st.integers(1, 6), min_size=2, max_size=5))
def test_gradients_have_the_shapes_of_the_parameters(m, sizes):
    rng = np.random.default_rng(0)
    params = initialize(sizes, rng=rng)
    A_L, cache = forward(rng.random((m, sizes[0])), params)
    assert A_L.shape == (m, sizes[-1])
    grads = backward(cache, one_hot(np.zeros(m, int), sizes[-1]), params)
    shapes = [[(W.shape, b.shape) for W, b in layers] for layers in (params, grads)]
    assert shapes[0] == shapes[1]


@pytest.mark.parametrize("hidden", HIDDEN)
def test_both_passes_stay_float32_and_write_into_nothing(X, params, hidden):
    X.flags.writeable = False
    for array in sum(params, ()):
        array.flags.writeable = False
    _, cache = forward(X, params, hidden)
    before = copy.deepcopy(cache)
    grads = backward(cache, one_hot(np.zeros(6, int), 2), params)
    np.testing.assert_equal(cache, before)
    computed = [*cache.A, *cache.Z[1:], *sum(grads, ())]
    assert {array.dtype for array in computed} == {np.dtype(np.float32)}


@pytest.mark.parametrize(
    ("hidden", "classes"),
    [("relu", [1, 0, 0, 0]), ("tanh", [1, 1, 0, 0]), ("sigmoid", [1, 1, 1, 0])],
)
def test_predict_takes_the_most_probable_class(hidden, classes):
    # one hidden unit; class 0 wins where its activation is above 0.97
    params = [(np.array([[1.0]]), np.zeros(1)), (np.array([[1.0, 0.0]]), np.array([-0.97, 0.0]))]
    X = np.array([[0.5], [1.2], [3.0], [9.0]])
    assert predict(X, params, hidden).tolist() == classes


# Examples


def test_one_hot_is_float32_with_one_column_per_class():
    expected = np.float32([[0, 0, 1, 0], [1, 0, 0, 0]])  # class 3 has a column though none is 3
    np.testing.assert_array_equal(one_hot(np.array([2, 0]), classes=4), expected, strict=True)


def epoch(m, batch_size, rng):
    X, y = np.arange(m)[:, None] * 10.0, np.arange(m)
    return list(minibatches(X, y, batch_size, rng))


@given(m=st.integers(1, 30), batch_size=st.integers(1, 35), seed=st.integers(0, 99))
def test_minibatches_hold_every_example_once_with_its_label(m, batch_size, seed):
    batches = epoch(m, batch_size, np.random.default_rng(seed))
    sizes = [len(y) for X, y in batches]
    assert sizes == [batch_size] * (m // batch_size) + [m % batch_size] * (m % batch_size > 0)
    assert sorted(np.concatenate([y for X, y in batches])) == list(range(m))
    assert all((X[:, 0] == 10 * y).all() for X, y in batches)


def test_each_epoch_has_its_own_order_and_the_seed_decides():
    rng, same = np.random.default_rng(7), np.random.default_rng(7)
    first, second = (np.concatenate([y for _, y in epoch(50, 8, rng)]) for _ in range(2))
    assert (first != second).any()
    assert (first != np.arange(50)).any()
    np.testing.assert_array_equal(first, epoch(50, 50, same)[0][1])


# Steps


def test_steps_are_the_loop_of_the_chapters_written_by_hand(rng):
    X, y = rng.normal(size=(20, 4)), rng.integers(0, 3, 20)
    params = initialize([4, 5, 3], rng=rng, dtype=np.float64)
    (W1, b1), (W2, b2) = copy.deepcopy(params)
    settings = {"learning_rate": 0.5, "batch_size": 8}
    taken = network.steps(X, np.eye(3)[y], params, **settings, rng=np.random.default_rng(2))
    for X_batch, y_batch in minibatches(X, y, 8, np.random.default_rng(2)):
        A1 = np.maximum(X_batch @ W1 + b1, 0)
        # by the size of this batch: the last one has 4 examples, not 8
        dZ2 = (softmax(A1 @ W2 + b2) - np.eye(3)[y_batch]) / len(y_batch)
        dZ1 = dZ2 @ W2.T * (A1 > 0)
        W2 -= 0.5 * A1.T @ dZ2
        b2 -= 0.5 * dZ2.sum(axis=0)
        W1 -= 0.5 * X_batch.T @ dZ1
        b1 -= 0.5 * dZ1.sum(axis=0)
        next(taken)  # and not a step further
        for array, expected in zip(sum(params, ()), (W1, b1, W2, b2), strict=True):
            np.testing.assert_allclose(array, expected, atol=1e-12)
    assert list(taken) == []


def test_steps_take_other_gradients_and_another_update(X, params):
    Y, calls = one_hot(np.array([0, 1, 0, 1, 0, 1]), 2), []

    def gradients(X_batch, Y_batch, given):
        assert given is params
        calls.append((X_batch.tolist(), Y_batch.tolist()))
        return len(calls)

    def move(given, grads, learning_rate):
        assert given is params
        calls.append((grads, learning_rate))

    before, settings = copy.deepcopy(params), {"learning_rate": 0.5, "batch_size": 4}
    rng, same = np.random.default_rng(3), np.random.default_rng(3)
    for _ in network.steps(X, Y, params, **settings, rng=rng, gradients=gradients, update=move):
        pass
    first, second = ((A.tolist(), B.tolist()) for A, B in network.minibatches(X, Y, 4, same))
    assert calls == [first, (1, 0.5), second, (3, 0.5)]
    np.testing.assert_equal(params, before)
