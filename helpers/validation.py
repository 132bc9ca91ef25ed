"""Checks at the door: every public function looks at what it was given before it computes.

The checks stand apart from the mathematics, so that a function's body shows its equation and
nothing else. `checked` joins the two; the bare function stays available as `function.unchecked`,
which `train` uses in its inner loop after it has checked all of the data once.
"""

import functools
import math
import sys
import warnings
from numbers import Integral, Real
from types import MethodType

import numpy as np


def checked(check):
    """Decorate a function so that `check(*args, **kwargs)` runs before it.

    `check` takes the same arguments as the function and raises `TypeError` or `ValueError` for bad
    input. The function without its check is kept as the attribute `unchecked`.
    """

    def decorate(function):
        @functools.wraps(function)
        def function_with_check(*args, **kwargs):
            try:
                check(*args, **kwargs)
            except TypeError as error:  # of a forgotten argument: name the function, not its check
                error.args = (str(error).replace(f"{check.__name__}()", f"{function.__name__}()"),)
                raise
            return function(*args, **kwargs)

        function_with_check.unchecked = function
        return function_with_check

    return decorate


def without_check(function):
    """Return a function, or a method of an object, without its check; as it is, if it has none."""
    bare = getattr(function, "unchecked", function)
    if bare is not function and hasattr(function, "__self__"):
        return MethodType(bare, function.__self__)
    return bare


def describe(value):
    """Say in a few words what a value is, for error messages."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape} and dtype {value.dtype}"
    text = repr(value)
    return f"{type(value).__name__} {text if len(text) <= 60 else text[:57] + '...'}"


def warn(message, category):
    """Warn at the line that called this package."""
    frame, level = sys._getframe(1), 2
    while frame.f_back and f"{frame.f_globals.get('__package__')}.".startswith(f"{__package__}."):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, category, stacklevel=level)


def check_array(array, name, ndim=None):
    """Check for a NumPy array of real numbers, not empty, with `ndim` dimensions if given."""
    if not isinstance(array, np.ndarray):
        raise TypeError(f"{name} must be a NumPy array, got {describe(array)}")
    if array.dtype.kind not in "fiu":
        raise TypeError(f"{name} must hold real numbers, got dtype {array.dtype}")
    if ndim is not None and array.ndim != ndim:
        raise ValueError(f"{name} must have {ndim} dimension(s), got shape {array.shape}")
    if array.size == 0:
        raise ValueError(f"{name} is empty: its shape is {array.shape}")


def check_finite(array, name):
    """Check for an array without NaN or infinity; return its smallest and largest value."""
    low, high = array.min(), array.max()  # NaN and infinity survive min and max
    if not (math.isfinite(low) and math.isfinite(high)):
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise ValueError(f"{name} must be finite, got {array[where]} at index {where}")
    return low, high


def check_logits(Z):
    """Check the argument of an activation function: real, finite numbers."""
    check_array(Z, "Z")
    if Z.dtype.kind == "u" or Z.dtype == np.int8:  # 1 - 3 would be 254, -128 - 127 would be 1
        raise TypeError(
            f"Z must hold floats or larger signed integers, got {Z.dtype}; use Z.astype(float)"
        )
    check_finite(Z, "Z")


def check_examples(X, n_features=None, name="X"):
    """Check a batch of examples as rows: shape (m, n_features), finite; warn about raw pixels."""
    if isinstance(X, np.ndarray) and X.ndim == 1 and X.size:
        raise ValueError(
            f"{name} must have one example per row, shape (m, n), got shape {X.shape}; "
            f"for a single example pass {name}[None, :], of shape (1, {X.size})"
        )
    check_array(X, name, ndim=2)
    if n_features is not None and X.shape[1] != n_features:
        raise ValueError(
            f"{name} has {X.shape[1]} columns, but the first layer expects {n_features} inputs"
        )
    low, high = check_finite(X, name)
    if low >= 0 and 100 < high <= 255:
        warn(
            f"{name} has values up to {high:g}: these look like raw pixels 0-255. "
            "Pass normalize(pixels) instead, which divides by 255.",
            UserWarning,
        )


def check_labels(y, m=None, classes=None, name="y"):
    """Check integer labels of shape (m,) in 0 … classes-1."""
    if isinstance(y, np.ndarray) and y.ndim == 2:
        raise ValueError(
            f"{name} must be labels of shape (m,), got shape {y.shape}: is this a one-hot matrix? "
            f"{name}.argmax(axis=1) gives the labels"
        )
    check_array(y, name, ndim=1)
    if y.dtype.kind == "f":
        check_finite(y, name)
        broken = y[y != np.floor(y)]
        if broken.size:
            raise ValueError(f"{name} must hold whole numbers, got {broken[0]}")
        raise TypeError(f"{name} must have an integer dtype, got {y.dtype}; use {name}.astype(int)")
    if m is not None and len(y) != m:
        raise ValueError(f"{name} has {len(y)} labels for {m} examples")
    low, high = int(y.min()), int(y.max())
    if low < 0 or (classes is not None and high >= classes):
        upper = "" if classes is None else f" to {classes - 1}"
        raise ValueError(f"{name} must hold labels from 0{upper}, got {low} to {high}")


def check_one_hot(Y, shape=None, name="Y"):
    """Check target rows of shape (m, classes): not negative, each summing to 1."""
    if isinstance(Y, np.ndarray) and Y.ndim == 1:
        raise ValueError(
            f"{name} must be one-hot rows of shape (m, classes), got shape {Y.shape}: are these "
            f"labels? one_hot({name.lower()}) gives the rows"
        )
    check_array(Y, name, ndim=2)
    if shape is not None and Y.shape != shape:
        raise ValueError(f"{name} has shape {Y.shape}, expected {shape} like the outputs")
    if Y.min() < 0 or not np.allclose(Y.sum(axis=1), 1, atol=1e-5):
        raise ValueError(f"each row of {name} must be non-negative and sum to 1")


def check_params(params, name="params", d=""):
    """Check a list of (W, b) pairs whose shapes chain, all of one floating dtype and finite.

    With d="d" the messages speak of dW and db.
    """
    pairs = f"({d}W, {d}b)"
    if not isinstance(params, list) or not params:
        raise TypeError(f"{name} must be a non-empty list of {pairs} pairs, got {describe(params)}")
    previous = None
    for layer, pair in enumerate(params, start=1):
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            raise TypeError(f"{name}[{layer - 1}] must be a pair {pairs}, got {describe(pair)}")
        W, b = pair
        name_W, name_b = f"{d}W of layer {layer}", f"{d}b of layer {layer}"
        check_array(W, name_W, ndim=2)
        check_array(b, name_b, ndim=1)
        if W.dtype.kind != "f" or W.dtype != b.dtype or W.dtype != params[0][0].dtype:
            raise TypeError(
                f"all {d}W and {d}b must share one floating dtype; "
                f"layer {layer} has {W.dtype}, {b.dtype}"
            )
        if previous is not None and W.shape[0] != previous:
            raise ValueError(
                f"{name_W} has shape {W.shape}, but the layer before it has {previous} outputs"
            )
        if b.shape != (W.shape[1],):
            raise ValueError(f"{name_b} has shape {b.shape}, expected ({W.shape[1]},)")
        check_finite(W, name_W)
        check_finite(b, name_b)
        previous = W.shape[1]


def check_grads(grads):
    """Check a list of (dW, db) pairs as `check_params` does."""
    check_params(grads, "grads", d="d")


def check_learning_rate(value, params):
    """Check for a positive number that the dtype of the parameters can hold."""
    check_positive(value, "learning_rate")
    dtype = params[0][0].dtype
    largest = float(np.finfo(dtype).max)
    if value > largest:
        raise ValueError(
            f"learning_rate must be at most {largest:.4g}, the largest {dtype}, got {value}"
        )


def check_function(value, name):
    """Check for something that can be called."""
    if not callable(value):
        raise TypeError(f"{name} must be a function, got {describe(value)}")


def check_positive(value, name):
    """Check for a positive, finite real number."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name} must be a number, got {describe(value)}")
    if not (value > 0 and math.isfinite(value)):
        raise ValueError(f"{name} must be positive and finite, got {value}")


def check_not_negative(value, name):
    """Check for a finite real number that is 0 or more."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name} must be a number, got {describe(value)}")
    if not (value >= 0 and math.isfinite(value)):
        raise ValueError(f"{name} must be at least 0 and finite, got {value}")


def check_fraction(value, name):
    """Check for a real number from 0 up to, but not including, 1."""
    check_not_negative(value, name)
    if value >= 1:
        raise ValueError(f"{name} must be below 1, got {value}")


def check_count(value, name, minimum=1):
    """Check for a whole number that is at least `minimum`."""
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise TypeError(f"{name} must be a whole number, got {describe(value)}")
    if value < minimum:
        raise ValueError(f"{name} must be at least {minimum}, got {value}")


def check_sizes(sizes):
    """Check the units per layer: a list of at least two positive whole numbers."""
    if not isinstance(sizes, (list, tuple)):
        raise TypeError(f"sizes must be a list such as [784, 128, 64, 10], got {describe(sizes)}")
    if len(sizes) < 2:
        raise ValueError(f"sizes needs at least inputs and outputs, got {sizes}")
    for place, size in enumerate(sizes):
        check_count(size, f"sizes[{place}]")


def check_choice(value, name, choices):
    """Check that a value is one of the named choices."""
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}; got {value!r}")


def check_rng(rng):
    """Check for a NumPy random generator."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            f"rng must be a generator from np.random.default_rng(seed), got {describe(rng)}"
        )
