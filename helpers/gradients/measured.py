"""Numeric derivatives: each entry is moved a little to both sides (chapter 04)."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np


def single(loss):
    """The loss as a function that returns a float; where it cannot, it says what came instead."""
    return lambda params: _number(loss(params))


def _number(J):
    if isinstance(J, float):
        return float(J)
    expected = "expected the loss as one number"
    if J is None:
        raise TypeError(f"loss(params) returned None, {expected}: does it end with return?")
    if isinstance(J, (tuple, list, dict)):
        raise TypeError(
            f"loss(params) returned a {type(J).__name__} of {len(J)}, {expected}: pass that alone, "
            "as in lambda params: loss(params)[0]"
        )
    values = np.asarray(J.detach() if hasattr(J, "detach") else J)  # a tensor that is tracked
    if values.dtype.kind not in "fiu":
        raise TypeError(f"loss(params) returned {J!r}, {expected}")
    if values.size != 1:
        raise ValueError(
            f"loss(params) returned an array of shape {values.shape}, {expected}: is it one per "
            "example? Take the mean, as in lambda params: loss(params).mean()"
        )
    return float(values.item())


def both_sides(loss, params, param, place, h):
    """The loss above and below an entry of `param`, which is one of the arrays in `params`."""
    value = param[place]
    try:
        param[place] = value + h
        above = loss(params)
        param[place] = value - h
        return above, loss(params)
    finally:
        param[place] = value


def central_differences(loss, params, param, places, h):
    """Numeric derivatives at some places, Eq. (4.11)."""
    entries = zip(*(axis.tolist() for axis in places), strict=True)
    pairs = (both_sides(loss, params, param, place, h) for place in entries)
    return np.array([(above - below) / (2 * h) for above, below in pairs])


def places_in(shape, sample=None, rng=None):
    """Index all entries of an array, or as many as the sample, drawn by rng."""
    entries = math.prod(shape)
    everything = sample is None or sample >= entries
    drawn = np.arange(entries) if everything else rng.choice(entries, sample, replace=False)
    return np.unravel_index(drawn, shape)


@dataclass(frozen=True)
class Measured:
    """One array of the gradients, and its numeric values at the places where it was measured."""

    kind: str  # "dW" or "db"
    l: int
    param: np.ndarray
    grad: np.ndarray
    places: tuple
    numeric: np.ndarray

    @property
    def name(self):
        """Name as in the table."""
        return f"{self.kind}{self.l}"

    def place(self, i):
        """Index of the i-th entry that was measured."""
        return tuple(axis[i] for axis in self.places)

    def steepest(self, count):
        """Numbers of the entries with the largest derivatives, the analytic ones if no other."""
        slopes = self.numeric if self.numeric.any() else self.analytic
        return np.argsort(-np.abs(slopes), kind="stable")[:count]

    @cached_property
    def analytic(self):
        """The values to be explained, at the places."""
        return self.grad[self.places].astype(float)

    @cached_property
    def value(self):
        """The parameters themselves, at the places."""
        return self.param[self.places]
