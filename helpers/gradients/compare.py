"""Compare derivatives with finite differences (chapter 04)."""

from dataclasses import dataclass
from html import escape

import numpy as np
import pandas as pd

from ..checks import (
    check_array,
    check_choice,
    check_count,
    check_examples,
    check_function,
    check_one_hot,
    check_params,
    check_positive,
    check_rng,
)
from ..network import ACTIVATIONS
from .bugs import run
from .diagnosis import diagnose
from .measured import Measured, central_differences, places_in
from .second_look import excuses, say
from .shapes import check_shapes
from .verdict import listed

TOLERANCE = 1e-6
TOLERANCE_FLOAT32 = 1e-3
AGREE = "all gradients agree"


@dataclass(frozen=True)
class GradientReport:
    """The result of `check_gradients`: one row per array in `table`, `ok` if all agree.

    `verdict` says what is likely wrong, in which arrays, and how to repair it.
    """

    table: "pd.DataFrame"  # in quotes, so that pandas can be imported later
    verdict: str

    @property
    def ok(self):
        """True if every array agrees with the finite differences."""
        return bool(self.table["ok"].all())

    @property
    def _lines(self):
        wrong = self.table.index[~self.table["ok"]]
        last = AGREE if self.ok else f"these disagree: {', '.join(wrong)}"
        return [last] if self.verdict == AGREE else [self.verdict, last]

    def __str__(self):
        return "\n".join([self.table.to_string(), *self._lines])

    def _repr_html_(self):
        return self.table.to_html() + "".join(f"<p>{escape(line)}</p>" for line in self._lines)


def _check_float64(params):
    check_params(params)
    if params[0][0].dtype != np.float64:
        raise TypeError(
            f"finite differences need float64 parameters, got {params[0][0].dtype}; "
            "use initialize(..., dtype=np.float64)"
        )


def numerical_gradients(loss, params, h=1e-5):
    """Derivatives of `loss(params)` by central differences, as a list of (dW, db).

    Central differences (4.11). `params` are in float64; each entry is moved by ±h and put back.

    >>> params = [(np.array([[3.0]]), np.array([1.0]))]
    >>> (dW, db), = numerical_gradients(lambda p: float(p[0][0][0, 0] ** 2), params)
    >>> dW.round(6), db
    (array([[6.]]), array([0.]))
    """
    check_function(loss, "loss")
    _check_float64(params)
    check_positive(h, "h")

    def numeric(param):
        places = places_in(param.shape)
        return central_differences(loss, params, param, places, h).reshape(param.shape)

    return [(numeric(W), numeric(b)) for W, b in params]


def _check_batch(params, X, Y, hidden, masks):
    check_choice(hidden, "hidden", ACTIVATIONS)
    if (X is None) != (Y is None):
        raise ValueError("X and Y go together: pass both or neither")
    if X is None:
        if masks is not None:
            raise ValueError("masks belong to a batch: pass X and Y, too")
        return
    check_examples(X, n_features=len(params[0][0]))
    check_one_hot(Y, shape=(len(X), len(params[-1][1])))
    if masks is None:
        return
    shapes = [(len(X), len(b)) for W, b in params[:-1]]
    if not isinstance(masks, (list, tuple)) or [np.shape(mask) for mask in masks] != shapes:
        raise ValueError(f"masks must be one array per hidden layer, of shapes {shapes}")
    for layer, mask in enumerate(masks, start=1):
        check_array(mask, f"mask of layer {layer}", ndim=2)


def check_gradients(
    loss, params, grads, h=1e-5, sample=None, rng=None, *, X=None, Y=None, hidden="relu", masks=None
):
    """Compare derivatives with central differences, array by array, and say what is wrong.

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
    X : ndarray, shape (m, n0), optional
        The batch in the loss. With it, the derivatives are compared with what each known mistake
        in a backward pass would give. Without it, only patterns such as a factor are seen.
    Y : ndarray, shape (m, classes), optional
        Its one-hot labels; needed with `X`.
    hidden : {"relu", "sigmoid", "tanh"}
        Activation of the hidden layers; used with `X`.
    masks : list of ndarray, optional
        Dropout masks in the loss, one of shape (m, n) per hidden layer, 0 or 1/keep; used with `X`.

    Returns
    -------
    GradientReport
        `report.ok`; `report.table` with one row per array: its shape, how many entries were
        checked, the largest difference relative to the largest derivative in that array, its
        place, both values there (where the array agrees, those of its largest derivative), and
        the likely cause where something is wrong; `report.verdict`, the likely bug and its repair
        in a few sentences. A difference that is no bug leaves an
        array ok, and the verdict says so: at a corner of the loss (ReLU at 0), from rounding in
        the loss, or from derivatives in float32 (their tolerance is 1e-3 instead of 1e-6).

    Examples
    --------
    >>> params = [(np.array([[3.0]]), np.array([1.0]))]
    >>> square = lambda params: float(params[0][0][0, 0] ** 2)
    >>> check_gradients(square, params, [(np.array([[6.0]]), np.array([0.0]))]).ok
    True
    >>> report = check_gradients(square, params, [(np.array([[3.0]]), np.array([0.0]))])
    >>> report.ok, report.table["likely cause"].tolist()
    (False, ['0.500 times', ''])
    """
    check_function(loss, "loss")
    _check_float64(params)
    check_shapes(params, grads)
    check_params(grads, "grads", d="d")
    check_positive(h, "h")
    if sample is not None:
        check_count(sample, "sample")
        check_rng(rng)
    _check_batch(params, X, Y, hidden, masks)
    precision = _precision(params, grads)
    rows, arrays, excused = {}, [], {}
    for l, pairs in enumerate(zip(params, grads, strict=True), start=1):
        for kind, param, grad in zip(("dW", "db"), *pairs, strict=True):
            places = places_in(param.shape, sample, rng)
            numeric = central_differences(loss, params, param, places, h)
            array = Measured(kind, l, param, grad, places, numeric)
            (row, allowed), reasons = _compare(array, precision), []
            if not row["ok"]:
                reasons = excuses(loss, params, array, h, allowed)
                row["ok"] = reasons is not None
            elif row["relative error"] >= TOLERANCE:
                reasons = ["float32"]
            arrays.append(array)
            rows[array.name] = row
            if reasons:
                excused[array.name] = reasons
    table = pd.DataFrame.from_dict(rows, orient="index")
    wrong = list(table.index[~table["ok"]])
    if not wrong:
        return GradientReport(table, say(excused) if excused else AGREE)
    unmeasured = _unmeasured(loss, params, arrays, wrong)
    network = None if X is None else run(params, grads, X, Y, hidden, masks)
    verdict, causes = unmeasured or diagnose(arrays, wrong, network, precision[0])
    table["likely cause"] = [causes.get(name, "") for name in table.index]
    return GradientReport(table, verdict)


def _precision(params, grads):
    """Relative tolerance, and the size below which an array is compared like one of that size."""
    arrays = [array for pair in grads for array in pair]
    if all((array.astype(np.float32) == array).all() for array in arrays):  # if cast since, too
        arrays += [array for pair in params for array in pair]
        return TOLERANCE_FLOAT32, 1e-2 * max(1, *(np.abs(array).max() for array in arrays))
    return TOLERANCE, 1e-4


def _compare(array, precision):
    """The row of the table, and the difference that is allowed: relative to the array.

    Near-zero entries have no digits to compare, and arrays near zero few.
    """
    tolerance, floor = precision
    difference = np.abs(array.analytic - array.numeric)
    size = max(np.abs(array.analytic).max(), np.abs(array.numeric).max())
    allowed = tolerance * max(size, floor)
    ok = bool(difference.max() < allowed)
    # rounding decides which entry of a right array differs most, so the largest is shown there
    shown = int(np.abs(array.analytic).argmax() if ok else difference.argmax())
    return {
        "shape": array.grad.shape,
        "checked": len(difference),
        "relative error": difference.max() / max(size, 1e-4),
        "worst at": tuple(int(axis[shown]) for axis in array.places),
        "analytic": array.analytic[shown],
        "numeric": array.numeric[shown],
        "ok": ok,
    }, allowed


def _unmeasured(loss, params, arrays, wrong):
    """Verdict and causes where the loss itself is at fault, else None."""
    broken = [array.name for array in arrays if not np.isfinite(array.numeric).all()]
    if broken:
        return (
            f"The loss is not finite near these parameters, so {listed(broken)} cannot be "
            "measured. Look for a log of 0 or an exp that overflows.",
            dict.fromkeys(broken, "loss not finite"),
        )
    if len({loss(params) for _ in range(3)}) > 1:
        return (
            "The loss is another one each time, for the same parameters, so nothing can be "
            "measured. Draw the batch and the dropout masks once, outside of the loss.",
            dict.fromkeys(wrong, "loss not repeatable"),
        )
