"""Compare derivatives with finite differences (chapter 04)."""

import re
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
from .adapter import adapt, layers_of
from .bugs import run
from .diagnosis import diagnose
from .measured import Measured, central_differences, places_in, single
from .second_look import FLAT, UNMEASURED, excuses, say, unmeasured
from .shapes import check_shapes

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
        if self.verdict == AGREE:
            return [AGREE]
        wrong = self.table.index[~self.table["ok"]]
        causes = self.table.get("likely cause", self.table["shape"])
        last = AGREE if self.ok else f"these disagree: {', '.join(wrong)}"
        return [self.verdict] if causes.isin(UNMEASURED).any() else [self.verdict, last]

    def __str__(self):
        return "\n".join([self.table.to_string(), *self._lines])

    def _repr_html_(self):
        return self.table.to_html() + "".join(f"<p>{escape(line)}</p>" for line in self._lines)


def numerical_gradients(loss, params, h=1e-5):
    """Derivatives of `loss(params)` by central differences (4.11), as a list of (dW, db).

    `params` are in float64, in any form that `as_pairs` knows; each entry is moved by ±h and put
    back. Each dW and db has the shape of your own W and b.

    >>> params = [(np.array([[3.0]]), np.array([1.0]))]
    >>> (dW, db), = numerical_gradients(lambda p: float(p[0][0][0, 0] ** 2), params)
    >>> dW.round(6), db
    (array([[6.]]), array([0.]))
    """
    check_function(loss, "loss")
    own = adapt(params)
    check_params(own.in_pairs(own.leaves))
    check_positive(h, "h")
    loss = single(loss)

    def numeric(param):
        places = places_in(param.shape)
        return central_differences(loss, params, param, places, h).reshape(param.shape)

    return [(numeric(W.array), numeric(b.array)) for W, b in own.leaves]


def _batch_in_rows(own, params, X, Y, hidden, masks):
    """The batch as the course has it, checked."""
    check_choice(hidden, "hidden", ACTIVATIONS)
    if (X is None) != (Y is None):
        raise ValueError("X and Y go together: pass both or neither")
    if X is None:
        if masks is not None:
            raise ValueError("masks belong to a batch: pass X and Y, too")
        return None, None, None
    n0, classes = len(params[0][0]), len(params[-1][1])
    X, Y = own.in_rows(X, n0), own.in_rows(Y, classes)
    check_examples(X, n_features=n0)
    check_one_hot(Y, shape=(len(X), classes))
    if masks is None:
        return X, Y, None
    if isinstance(masks, (list, tuple)):
        sizes = [len(b) for W, b in params[:-1]]
        masks = [own.in_rows(mask, n) for mask, n in zip(masks, sizes, strict=False)]
    shapes = [(len(X), len(b)) for W, b in params[:-1]]
    if not isinstance(masks, (list, tuple)) or [np.shape(mask) for mask in masks] != shapes:
        raise ValueError(f"masks must be one array per hidden layer, of shapes {shapes}")
    for layer, mask in enumerate(masks, start=1):
        check_array(mask, f"mask of layer {layer}", ndim=2)
    return X, Y, masks


def check_gradients(
    loss, params, grads, h=1e-5, sample=None, rng=None, *, X=None, Y=None, hidden="relu", masks=None
):
    """Compare derivatives with central differences, array by array, and say what is wrong.

    Eqs. (4.11), (4.12).

    Parameters
    ----------
    loss : callable
        `loss(params)` returns the loss as a float.
    params : list of (W, b), or anything that `as_pairs` reads
        In float64. `loss` gets this object itself, with one entry nudged in place.
    grads : list of (dW, db), or in any form that `params` may have
        The derivatives to check, at `params`; their names may begin with d. An object that holds
        both W1 and dW1 may be given twice.
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
        Its one-hot labels; needed with `X`. If the examples of your network are columns, they may
        be so in X, Y and the masks.
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
        the loss, or from derivatives in float32 (their tolerance is 1e-3 instead of 1e-6). Arrays
        whose derivatives are all below 1e-10 agree with everything. A loss in float32, or one
        that does not see `params`, measures nothing, and the verdict says so.

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
    own, theirs = adapt(params, X, Y), layers_of(grads, "grads", "d")
    check_shapes(own, theirs)
    pairs, grads = own.in_pairs(own.leaves), own.in_pairs(theirs)
    check_params(pairs)
    check_params(grads, "grads", d="d")
    check_positive(h, "h")
    if sample is not None:
        check_count(sample, "sample")
        check_rng(rng)
    X, Y, masks = _batch_in_rows(own, pairs, X, Y, hidden, masks)
    batch = {"X": X, "Y": Y, "hidden": hidden, "masks": masks}
    report = _examined(lambda _: loss(params), pairs, grads, h, sample, rng, **batch)
    return _as_theirs(report, own, theirs)


def _as_theirs(report, own, grads):
    """A report about the reader's own arrays, in the reader's own words."""
    convention, table = own.convention(grads), report.table
    arrays = [(name[1], int(name[2:])) for name in table.index]
    table["shape"] = [own.shape(*array) for array in arrays]
    places = zip(arrays, table["worst at"], strict=True)
    table["worst at"] = [own.place(*array, place) for array, place in places]
    table.index = [convention.code(name) for name in table.index]
    if "likely cause" in table:
        table["likely cause"] = [convention.spoken(cause) for cause in table["likely cause"]]
    verdict = report.verdict
    if own.columns and re.search("epair: `d[Wb]", verdict):  # there many write it in dW and db
        verdict += f" In this line `dZ{len(grads)}` carries the `1/m`."
    if convention.elsewhere and not report.ok:
        verdict += f" ({convention.elsewhere}.)"
    return GradientReport(table, convention.spoken(verdict))


def _examined(loss, params, grads, h, sample, rng, *, X, Y, hidden, masks):
    """The report on arrays in the course's form, in the course's words."""
    loss, precision = single(loss), _precision(params, grads)
    arrays = []
    for l, pairs in enumerate(zip(params, grads, strict=True), start=1):
        for kind, param, grad in zip(("dW", "db"), *pairs, strict=True):
            places = places_in(param.shape, sample, rng)
            numeric = central_differences(loss, params, param, places, h)
            arrays.append(Measured(kind, l, param, grad, places, numeric))
    compared = [_compare(array, precision) for array in arrays]
    table = pd.DataFrame([row for row, _ in compared], index=[array.name for array in arrays])
    if not table["ok"].all() or not any(array.numeric.any() for array in arrays):
        lost = unmeasured(loss, params, arrays)
        if lost:
            return _not_measured(table, *lost)
    near = "near" if precision[0] == TOLERANCE_FLOAT32 else "at"
    corners, excused = "none" if X is not None and hidden != "relu" else near, {}
    for array, (row, allowed) in zip(arrays, compared, strict=True):
        if not row["ok"]:
            excused[array.name] = excuses(loss, params, array, h, allowed, corners)
            table.loc[array.name, "ok"] = excused[array.name] is not None
        elif row["relative error"] >= TOLERANCE:
            excused[array.name] = ["float32"]
    wrong = list(table.index[~table["ok"]])
    if not wrong:
        return GradientReport(table, say(excused) if excused else AGREE)
    network = None if X is None else run(params, grads, X, Y, hidden, masks)
    verdict, causes = diagnose(arrays, wrong, network, precision[0])
    table["likely cause"] = [causes.get(name, "") for name in table.index]
    return GradientReport(table, verdict)


def _not_measured(table, reason, names, sentence):
    """The report where the loss itself is at fault; arrays that agree on nothing but 0 may."""
    if reason != FLAT:
        table.loc[names, "ok"] = False
    table["likely cause"] = [reason if name in names else "" for name in table.index]
    return GradientReport(table, sentence)


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
