"""Activation functions and their derivatives (chapter 02; derivatives: chapter 04).

Each takes the pre-activations `Z`, of any shape, and keeps the dtype of a floating `Z`.
"""

import numpy as np

from .validation import check_logits, checked


@checked(check_logits)
def relu(Z):
    """Rectified linear unit: max(0, z), element by element.

    Eq. (2.5).

    Parameters
    ----------
    Z : ndarray
        Pre-activations, any shape.

    Returns
    -------
    ndarray
        Same shape as `Z`.

    Examples
    --------
    >>> relu(np.array([-2.0, 0.0, 3.0]))
    array([0., 0., 3.])
    """
    return np.maximum(Z, 0)


@checked(check_logits)
def relu_derivative(Z):
    """Derivative of ReLU: 1 where z > 0, else 0. At z = 0 the value 0 is a convention.

    Eq. (4.8).

    Parameters
    ----------
    Z : ndarray
        Pre-activations (not the activations), any shape.

    Returns
    -------
    ndarray of bool
        Same shape as `Z`; multiplying by it closes the gate where it is False.

    Examples
    --------
    >>> relu_derivative(np.array([-2.0, 0.0, 3.0])).astype(int)
    array([0, 0, 1])
    """
    return np.greater(Z, 0)


@checked(check_logits)
def sigmoid(Z):
    """Logistic function 1 / (1 + exp(-z)), element by element, for any finite z.

    Eqs. (2.6), (2.7).

    exp is only taken of numbers ≤ 0, so nothing overflows, in float32 too.

    Parameters
    ----------
    Z : ndarray
        Pre-activations, any shape.

    Returns
    -------
    ndarray
        Values in [0, 1], same shape as `Z`.

    Examples
    --------
    >>> sigmoid(np.array([-10_000.0, 0.0, 10_000.0]))
    array([0. , 0.5, 1. ])
    """
    E = np.exp(-np.abs(Z))
    return np.where(np.greater_equal(Z, 0), 1, E) / (1 + E)


@checked(check_logits)
def sigmoid_derivative(Z):
    """Derivative of the sigmoid: a (1 - a) with a = sigmoid(z).

    Eq. (4.9).

    Parameters
    ----------
    Z : ndarray
        Pre-activations (not the activations), any shape.

    Returns
    -------
    ndarray
        Values in [0, 0.25], same shape as `Z`.

    Examples
    --------
    >>> sigmoid_derivative(np.array([0.0]))
    array([0.25])
    """
    A = sigmoid.unchecked(Z)
    return A * (1 - A)


@checked(check_logits)
def tanh(Z):
    """Hyperbolic tangent, element by element.

    Eq. (2.8).

    Parameters
    ----------
    Z : ndarray
        Pre-activations, any shape.

    Returns
    -------
    ndarray
        Values in [-1, 1], same shape as `Z`.

    Examples
    --------
    >>> tanh(np.array([0.0]))
    array([0.])
    """
    return np.tanh(Z)


@checked(check_logits)
def tanh_derivative(Z):
    """Derivative of tanh: 1 - tanh(z)².

    Eq. (4.10).

    Parameters
    ----------
    Z : ndarray
        Pre-activations (not the activations), any shape.

    Returns
    -------
    ndarray
        Values in [0, 1], same shape as `Z`.

    Examples
    --------
    >>> tanh_derivative(np.array([0.0]))
    array([1.])
    """
    return 1 - np.tanh(Z) ** 2


@checked(check_logits)
def softmax(Z):
    """Turn each row of logits into probabilities: exp(z_j) / Σ_k exp(z_k).

    Eqs. (2.9), (2.10).

    The largest logit of a row is subtracted first. That leaves the result unchanged, and exp is
    only taken of numbers ≤ 0, so nothing overflows.

    Parameters
    ----------
    Z : ndarray, shape (..., classes)
        Logits; the last axis runs over the classes.

    Returns
    -------
    ndarray
        Same shape as `Z`; each row is non-negative and sums to 1.

    Examples
    --------
    >>> softmax(np.array([[10_000.0, 10_000.0], [0.0, np.log(3)]]))
    array([[0.5 , 0.5 ],
           [0.25, 0.75]])
    """
    E = np.exp(Z - Z.max(axis=-1, keepdims=True))
    return E / E.sum(axis=-1, keepdims=True)


# name of a hidden activation -> the function and its derivative; without their checks, because
# `forward` and `backward` call them in the inner loop
HIDDEN = {
    "relu": (relu.unchecked, relu_derivative.unchecked),
    "sigmoid": (sigmoid.unchecked, sigmoid_derivative.unchecked),
    "tanh": (tanh.unchecked, tanh_derivative.unchecked),
}
