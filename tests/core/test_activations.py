"""Activation functions and their derivatives."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

import helpers
from helpers import relu_derivative, sigmoid, softmax

ACTIVATIONS = ["relu", "sigmoid", "tanh"]
ALL = ["softmax", *ACTIVATIONS, *(f"{name}_derivative" for name in ACTIVATIONS)]


def logits(dtype=np.float64, bound=1e4):
    numbers = st.floats(-bound, bound, width=8 * np.dtype(dtype).itemsize)
    return arrays(dtype, array_shapes(min_dims=2, max_dims=2, max_side=6), elements=numbers)


# the second row is far below the first: minus the maximum of all would leave it 0 / 0
FAR_APART = np.float32([[1e4, 0], [-1e4, -1e4]])


@given(logits(np.float32))
@example(FAR_APART)
def test_softmax_rows_are_probabilities(Z):
    A = softmax(Z)
    assert (A >= 0).all()
    np.testing.assert_allclose(A.sum(axis=1), 1, rtol=1e-6)


@given(logits(), st.floats(-1e4, 1e4))
def test_softmax_does_not_change_when_a_row_is_shifted(Z, shift):
    np.testing.assert_allclose(softmax(Z + shift), softmax(Z), atol=1e-9)


@given(logits(np.float32))
def test_softmax_treats_each_row_by_itself(Z):
    np.testing.assert_array_equal(softmax(Z)[-1:], softmax(Z[-1:]))


def test_softmax_raises_e_to_the_logits():
    np.testing.assert_allclose(softmax(np.log([[1.0, 3.0, 4.0]])), [[1 / 8, 3 / 8, 4 / 8]])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sigmoid_of_huge_numbers_is_exact(dtype):
    np.testing.assert_array_equal(sigmoid(dtype([-1e4, 0, 1e4])), dtype([0, 0.5, 1]), strict=True)


@given(logits(np.float32))
def test_sigmoid_is_symmetric(Z):
    np.testing.assert_allclose(sigmoid(-Z), 1 - sigmoid(Z), atol=1e-6)


def test_sigmoid_is_the_logistic_function():
    z = np.linspace(-20, 20, 41)
    np.testing.assert_allclose(sigmoid(z), 1 / (1 + np.exp(-z)), rtol=1e-14)


@pytest.mark.parametrize("name", ACTIVATIONS)
@given(Z=logits(bound=20))
def test_derivative_is_the_slope(name, Z):
    if name == "relu":
        Z = np.where(np.abs(Z) < 1e-3, 1, Z)  # at the kink there is no slope
    function, derivative = getattr(helpers, name), getattr(helpers, f"{name}_derivative")
    slope = (function(Z + 1e-5) - function(Z - 1e-5)) / 2e-5
    np.testing.assert_allclose(derivative(Z), slope, atol=1e-9)


def test_relu_gate_is_closed_at_zero():
    assert not relu_derivative(np.zeros(1)).any()


@pytest.mark.parametrize("name", ALL)
@given(Z=logits(np.float32))
def test_float32_stays_float32(name, Z):
    A = getattr(helpers, name)(Z)
    assert A.shape == Z.shape
    assert (A * Z).dtype == np.float32  # a gate is bool, and multiplies without changing the type


@pytest.mark.parametrize("name", ALL)
def test_the_argument_is_not_written_to(name):
    Z = np.array([[-1.0, 2.0]])
    getattr(helpers, name)(Z)
    assert Z.tolist() == [[-1, 2]]


@pytest.mark.parametrize("name", ["softmax", "sigmoid", "sigmoid_derivative"])
def test_small_whole_numbers_do_not_wrap_around(name):
    function = getattr(helpers, name)
    for dtype in np.uint8, np.int8:
        with pytest.raises(TypeError, match=rf"Z.*{np.dtype(dtype)}"):
            function(np.array([1, 2, 3], dtype))
