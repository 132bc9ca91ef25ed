"""Compare derivatives with finite differences (chapter 04)."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .validation import (
    check_count,
    check_function,
    check_grads,
    check_params,
    check_positive,
    check_rng,
)

TOLERANCE = 1e-6


@dataclass(frozen=True)
class GradientReport:
    """The result of `check_gradients`: one row per array in `table`, `ok` if all agree."""

    table: pd.DataFrame

    @property
    def ok(self):
        """True if every array agrees with the finite differences."""
        return bool(self.table["ok"].all())

    def __str__(self):
        wrong = list(self.table.index[~self.table["ok"]])
        verdict = "all gradients agree" if self.ok else f"these disagree: {', '.join(wrong)}"
        return f"{self.table}\n{verdict}"

    def _repr_html_(self):
        return f"{self.table.to_html()}<p>{str(self).splitlines()[-1]}</p>"


def _check_float64(params):
    check_params(params)
    if params[0][0].dtype != np.float64:
        raise TypeError(
            f"finite differences need float64 parameters, got {params[0][0].dtype}; "
            "use initialize(..., dtype=np.float64)"
        )


def _central_difference(loss, params, array, index, h):
    value = array[index]
    try:
        array[index] = value + h
        above = loss(params)
        array[index] = value - h
        below = loss(params)
    finally:
        array[index] = value
    return (above - below) / (2 * h)


def numerical_gradients(loss, params, h=1e-5):
    """Derivatives by central differences, (J(p + h) - J(p - h)) / 2h, for every parameter.

    Eq. (4.11).

    Parameters
    ----------
    loss : callable
        `loss(params)` returns the loss as a float.
    params : list of (W, b)
        In float64. Each entry is moved by ±h and put back.
    h : float
        Step.

    Returns
    -------
    list of (dW, db)
        Same shapes as `params`.

    Examples
    --------
    >>> params = [(np.array([[3.0]]), np.array([1.0]))]
    >>> (dW, db), = numerical_gradients(lambda p: float(p[0][0][0, 0] ** 2), params)
    >>> dW.round(6), db
    (array([[6.]]), array([0.]))
    """
    check_function(loss, "loss")
    _check_float64(params)
    check_positive(h, "h")
    return [
        tuple(
            np.array(
                [_central_difference(loss, params, array, i, h) for i in np.ndindex(array.shape)]
            ).reshape(array.shape)
            for array in pair
        )
        for pair in params
    ]


def check_gradients(loss, params, grads, h=1e-5, sample=None, rng=None):
    """Compare derivatives with central differences, array by array.

    Eqs. (4.11), (4.12).

    Parameters
    ----------
    loss : callable
        `loss(params)` returns the loss as a float.
    params : list of (W, b)
        In float64.
    grads : list of (dW, db)
        The derivatives to check, at `params`.
    h : float
        Step of the central differences.
    sample : int, optional
        Check this many entries of each array, drawn by `rng`, instead of all.
    rng : numpy.random.Generator, optional
        Needed with `sample`.

    Returns
    -------
    GradientReport
        `report.ok`, and `report.table` with one row per array: its shape, how many entries were
        checked, the largest difference relative to the largest derivative in that array, the
        place of that difference, and both values there.

    Examples
    --------
    >>> params = [(np.array([[3.0]]), np.array([1.0]))]
    >>> square = lambda params: float(params[0][0][0, 0] ** 2)
    >>> check_gradients(square, params, [(np.array([[6.0]]), np.array([0.0]))]).ok
    True
    >>> check_gradients(square, params, [(np.array([[3.0]]), np.array([0.0]))]).ok
    False
    """
    check_function(loss, "loss")
    _check_float64(params)
    check_grads(grads)
    if len(grads) != len(params):
        raise ValueError(f"grads has {len(grads)} layer(s), params has {len(params)}")
    check_positive(h, "h")
    if sample is not None:
        check_count(sample, "sample")
        check_rng(rng)
    rows = {}
    for layer, (pair, grad_pair) in enumerate(zip(params, grads, strict=True), start=1):
        for name, array, grad in zip("Wb", pair, grad_pair, strict=True):
            if grad.shape != array.shape:
                raise ValueError(f"d{name}{layer} has shape {grad.shape}, expected {array.shape}")
            places = list(np.ndindex(array.shape))
            if sample is not None and sample < len(places):
                places = [places[i] for i in rng.choice(len(places), sample, replace=False)]
            numeric = [_central_difference(loss, params, array, place, h) for place in places]
            analytic = [float(grad[place]) for place in places]
            rows[f"d{name}{layer}"] = _compare(array.shape, places, analytic, numeric)
    return GradientReport(pd.DataFrame.from_dict(rows, orient="index"))


def _compare(shape, places, analytic, numeric):
    difference = np.abs(np.subtract(analytic, numeric))
    # relative to the array, not to the entry: near-zero entries have no digits to compare
    scale = max(np.abs(analytic).max(), np.abs(numeric).max(), 1e-4)
    worst = int(difference.argmax())
    return {
        "shape": shape,
        "checked": len(places),
        "relative error": difference[worst] / scale,
        "worst at": places[worst],
        "analytic": analytic[worst],
        "numeric": numeric[worst],
        "ok": bool(difference[worst] / scale < TOLERANCE),
    }
