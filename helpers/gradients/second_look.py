"""Differences between derivatives and finite differences that are no bug (chapter 04).

A loss has corners (ReLU at 0), is rounded, and derivatives may have been computed in float32.
"""

from functools import partial

import numpy as np

from .measured import both_sides
from .verdict import listed

EPS = np.finfo(float).eps
WORST = 20  # entries looked at again in each array


def slopes(loss, params, param, place, h):
    """One-sided differences below and above an entry, and about one rounding of them."""
    J = loss(params)
    above, below = both_sides(loss, params, param, place, h)
    return (J - below) / h, (above - J) / h, EPS * max(1, abs(J)) / h


def excuse(measured, analytic, h, allowed):
    """Say why an entry may differ by more than is allowed: "corner", "rounding" or None.

    `measured(step)` gives its slopes, `h` is the step of the central difference.
    """
    below, above, rounding = measured(h)
    # rounding: the numeric value itself changes when h changes a little
    near = [sum(measured(factor * h)[:2]) / 2 for factor in (0.7, 0.85, 1, 1.2, 1.4)]
    wobble = np.ptp(near)
    uncertain = allowed + 2 * wobble + 20 * rounding
    # a wobble beyond 1e5 roundings has another reason
    if wobble <= 1e5 * rounding and abs(analytic - np.median(near)) <= uncertain:
        return "rounding"
    # a corner: the slopes on both sides stay apart when the step shrinks, or their mean moves
    (low, high), corner = sorted((below, above)), False
    wider = measured(10 * h)
    for step in (h, h / 10, h / 100, h / 1000):
        below, above, rounding = measured(step)
        narrow, jump = (below + above) / 2, abs(above - below)
        before = abs(wider[1] - wider[0])
        corner |= jump > max(0.3 * before, 20 * rounding)
        corner |= abs(narrow - sum(wider[:2]) / 2) > max(0.1 * before, 20 * rounding)
        low, high, wider = min(low, below, above), max(high, below, above), (below, above)
    # any value between the slopes is a derivative there; with many corners nearby, about between
    return "corner" if corner and 2 * low - high <= analytic <= 2 * high - low else None


def excuses(loss, params, array, h, allowed):
    """Look again at the entries that differ most: a list of reasons, None if one has none."""
    difference = np.abs(array.analytic - array.numeric)
    if not np.isfinite(difference).all() or loss(params) != loss(params):
        return None
    reasons = set()
    for i in np.argsort(-difference, kind="stable")[:WORST]:
        if difference[i] < allowed:
            break
        place = tuple(axis[i] for axis in array.places)
        measured = partial(slopes, loss, params, array.param, place)
        reasons.add(excuse(measured, array.analytic[i], h, allowed))
        if None in reasons:
            return None
    return sorted(reasons)


EXPLAINED = {
    "corner": "entries of {} lie at a corner of the loss (ReLU at 0), which the steps of ±h cross",
    "rounding": "the differences in {} are smaller than the wobble of the numeric derivatives, "
    "because the loss is rounded",
    "float32": "the differences in {} are what float32 rounds; compute the derivatives in float64 "
    "to compare more digits",
}


def say(excused):
    """Put the reasons into a sentence, from a dict of array names to reasons."""
    text = []
    for reason, words in EXPLAINED.items():
        names = [name for name, reasons in excused.items() if reason in reasons]
        if names:
            text.append(words.format(listed(names)))
    return f"No bug: {'; '.join(text)}."
