"""Cross-entropy, from probabilities and from logits (chapter 03)."""

import numpy as np

from .validation import (
    check_array,
    check_finite,
    check_labels,
    check_logits,
    check_one_hot,
    checked,
)


def _check_cross_entropy(A, Y):
    check_array(A, "A", ndim=2)
    low, high = check_finite(A, "A")
    if low < 0 or high > 1 + 1e-5 or not np.allclose(A.sum(axis=1), 1, atol=1e-3):
        raise ValueError(
            "each row of A must be probabilities that sum to 1; "
            "for logits use cross_entropy_from_logits"
        )
    check_one_hot(Y, shape=A.shape)


def _check_cross_entropy_from_logits(Z, y):
    check_array(Z, "Z", ndim=2)
    check_finite(Z, "Z")
    check_labels(y, m=len(Z), classes=Z.shape[1])


@checked(_check_cross_entropy)
def cross_entropy(A, Y):
    """Mean cross-entropy of predicted probabilities, in nats.

    Eqs. (3.2), (3.3).

    Parameters
    ----------
    A : ndarray, shape (m, classes)
        Predicted probabilities; each row sums to 1.
    Y : ndarray, shape (m, classes)
        One-hot labels (or any target rows that sum to 1).

    Returns
    -------
    float
        The mean over the m examples; `inf` where a true class was given probability 0. For large
        logits `cross_entropy_from_logits` stays exact.

    Examples
    --------
    >>> round(cross_entropy(np.array([[0.25, 0.75]]), np.array([[0.0, 1.0]])), 4)
    0.2877
    """
    wanted = Y > 0  # elsewhere y log a is 0, also for a = 0
    with np.errstate(divide="ignore"):  # log 0 = -inf is the right answer here
        log_A = np.log(A, out=np.zeros(A.shape), where=wanted)
    return float(-(Y * log_A).sum() / len(Y)) + 0.0  # for a perfect one 0.0, not -0.0


@checked(check_logits)
def log_sum_exp(Z):
    """Logarithm of Σ_k exp(z_k) for each row, without overflow.

    Eq. (3.4).

    Parameters
    ----------
    Z : ndarray, shape (..., classes)
        Logits.

    Returns
    -------
    ndarray, shape (...)
        One number per row.

    Examples
    --------
    >>> log_sum_exp(np.array([[10_000.0, 10_000.0]])) - 10_000
    array([0.69314718])
    """
    largest = Z.max(axis=-1, keepdims=True)
    return largest[..., 0] + np.log(np.exp(Z - largest).sum(axis=-1))


@checked(_check_cross_entropy_from_logits)
def cross_entropy_from_logits(Z, y):
    """Mean cross-entropy straight from the logits, in nats; exact for logits of any size.

    Eq. (3.5).

    Parameters
    ----------
    Z : ndarray, shape (m, classes)
        Logits of the output layer.
    y : ndarray of int, shape (m,)
        True labels in 0 … classes-1.

    Returns
    -------
    float
        The mean over the m examples.

    Examples
    --------
    >>> cross_entropy_from_logits(np.array([[0.0, 40.0]]), np.array([0]))
    40.0
    """
    true_logits = Z[np.arange(len(y)), y]
    return float((log_sum_exp.unchecked(Z) - true_logits).mean())
