"""Cross-entropy, from probabilities and from logits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from helpers import cross_entropy, cross_entropy_from_logits, log_sum_exp, one_hot, softmax


@st.composite
def batches(draw, dtype=np.float64, bound=30):
    numbers = st.floats(-bound, bound, width=8 * np.dtype(dtype).itemsize)
    Z = draw(arrays(dtype, array_shapes(min_dims=2, max_dims=2, max_side=6), elements=numbers))
    return Z, draw(arrays(np.int64, len(Z), elements=st.integers(0, Z.shape[1] - 1)))


def test_cross_entropy_is_the_mean_of_minus_log_of_the_true_probability():
    A, Y = np.array([[0.25, 0.75], [0.5, 0.5]]), np.array([[0.0, 1.0], [1.0, 0.0]])
    assert cross_entropy(A, Y) == pytest.approx((np.log(4 / 3) + np.log(2)) / 2)


def test_soft_targets_weigh_each_class():
    Y = np.array([[0.3, 0.7]])
    assert cross_entropy(Y, Y) == pytest.approx(-0.3 * np.log(0.3) - 0.7 * np.log(0.7))


def test_a_true_class_with_probability_0_costs_infinity():
    assert cross_entropy(np.eye(2), np.eye(2)[::-1]) == np.inf


def test_a_false_class_with_probability_0_costs_nothing():
    assert cross_entropy(np.eye(2), np.eye(2)) == 0  # 0 · log 0 would be NaN


def test_a_perfect_prediction_costs_zero_without_a_minus_sign():
    assert str(cross_entropy(np.eye(2), np.eye(2))) == "0.0"
    assert str(cross_entropy_from_logits(np.array([[1e4, 0.0]]), np.array([0]))) == "0.0"


def test_probabilities_may_be_whole_numbers():
    assert cross_entropy(np.eye(2, dtype=int), np.eye(2, dtype=int)) == 0


@given(batches())
def test_both_ways_to_the_loss_agree(batch):
    Z, y = batch
    loss = cross_entropy(softmax(Z), one_hot(y, Z.shape[1]))
    assert cross_entropy_from_logits(Z, y) == pytest.approx(loss, rel=1e-9, abs=1e-12)


@given(batches(np.float32, bound=1e4))
def test_no_loss_is_negative(batch):
    Z, y = batch
    assert cross_entropy_from_logits(Z, y) >= 0
    assert cross_entropy(softmax(Z), one_hot(y, Z.shape[1])) >= 0


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("z", "loss"), [([0, 40], 40), ([0, 1e4], 1e4), ([-1e4, -1e4, 0], 1e4)])
def test_huge_logits_lose_nothing(z, loss, dtype):
    assert cross_entropy_from_logits(dtype([z]), np.array([0])) == loss


@given(batches(bound=1e4), st.floats(-1e4, 1e4))
def test_loss_does_not_change_when_a_row_is_shifted(batch, shift):
    Z, y = batch
    shifted = cross_entropy_from_logits(Z + shift, y)
    assert shifted == pytest.approx(cross_entropy_from_logits(Z, y), abs=1e-9)


@given(batches(), st.randoms(use_true_random=False))
def test_the_order_of_the_examples_does_not_matter(batch, random):
    Z, y = batch
    order = random.sample(range(len(y)), len(y))
    loss = cross_entropy_from_logits(Z[order], y[order])
    assert loss == pytest.approx(cross_entropy_from_logits(Z, y), abs=1e-12)


@given(batches())
def test_log_sum_exp_has_one_number_per_row(batch):
    Z, _ = batch
    np.testing.assert_allclose(log_sum_exp(Z), np.log(np.exp(Z).sum(axis=1)), atol=1e-12)


def test_log_sum_exp_takes_the_maximum_of_each_row():
    Z = np.array([[1e4, 1e4], [-1e4, -1e4]])
    np.testing.assert_allclose(log_sum_exp(Z), [1e4 + np.log(2), -1e4 + np.log(2)])
