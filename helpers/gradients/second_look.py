"""What is no bug of the gradients: corners, rounding, float32, a loss that cannot be measured.

A loss has corners (ReLU at 0) and is rounded, derivatives may come from float32 (chapter 04), and
a loss in float32, or one that works on copies, cannot be measured at all.
"""

from functools import partial

import numpy as np

from .measured import both_sides
from .verdict import listed

EPS = np.finfo(float).eps
WORST = 20  # entries looked at again in each array
PROBED = 4  # entries of each array that are nudged
NUDGE = 1e-9  # parts of an entry: float64 sees them, float32 does not


def slopes(loss, params, param, place, h):
    """One-sided differences below and above an entry, and about one rounding of them."""
    J = loss(params)
    above, below = both_sides(loss, params, param, place, h)
    return np.array([J - below, above - J]) / h, EPS * max(1, abs(J)) / h


def excuse(measured, analytic, h, allowed, corners):
    """Say why an entry may differ by more than is allowed: "corner", "rounding" or None.

    `measured(step)` gives its slopes, `h` is the step of the central difference; `corners` is
    "none" where the loss has none, and "near" where float32 may be on the other side of one.
    """
    # rounding: the numeric value itself changes when h changes a little
    near = [measured(factor * h)[0].mean() for factor in (0.7, 0.85, 1, 1.2, 1.4)]
    wobble, rounding = np.ptp(near), measured(h)[1]
    # a wobble beyond 1e5 roundings has another reason
    uncertain = allowed + 2 * wobble + 20 * rounding
    if wobble <= 1e5 * rounding and abs(analytic - np.median(near)) <= uncertain:
        return "rounding"
    if corners == "none":
        return None
    # a corner: the slopes below and above stay apart, or move away from those of h, and stay put
    wider = measured(h)[0]
    for step in (h / 10, h / 100, h / 1000, h / 10_000):
        sides, rounding = measured(step)
        noise, change = 50 * rounding, np.abs(sides - wider)
        put = sides[change <= 1e-3 * np.abs(sides).max() + noise]
        most = allowed + noise + change.min()
        if corners == "near":
            put, most = np.append(sides, (10 * wider - sides) / 9), allowed + noise
        found = max(np.ptp(sides), abs(sides.mean() - near[2])) > noise + 0.1 * allowed
        if found and put.size and put.min() - most <= analytic <= put.max() + most:
            return "corner"
        wider = sides
    return None


def excuses(loss, params, array, h, allowed, corners):
    """Look again at the entries that differ most: a list of reasons, None if one has none."""
    difference = np.abs(array.analytic - array.numeric)
    reasons = set()
    for i in np.argsort(-difference, kind="stable")[:WORST]:
        if difference[i] < allowed:
            break
        measured = partial(slopes, loss, params, array.param, array.place(i))
        reasons.add(excuse(measured, array.analytic[i], h, allowed, corners))
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


# A loss that cannot be measured

NOT_FINITE = "loss not finite"
NOT_REPEATABLE = "loss not repeatable"
FLOAT32 = "loss in float32"
FLAT = "loss does not change"
UNMEASURED = (NOT_FINITE, NOT_REPEATABLE, FLOAT32, FLAT)


def unmeasured(loss, params, arrays):
    """Why arrays cannot be measured: (reason, their names, sentence); None where they can."""
    names = [array.name for array in arrays]
    broken = [array.name for array in arrays if not np.isfinite(array.numeric).all()]
    if broken:
        sentence = f"The loss is not finite near these parameters, so {listed(broken)} cannot be "
        sentence += "measured. Look for a `log` of 0 or an `exp` that overflows."
        return NOT_FINITE, broken, sentence
    if len({loss(params) for _ in range(3)}) > 1:
        sentence = "The loss is another one each time, for the same parameters, so nothing can be "
        sentence += "measured. Draw the batch and the dropout masks once, outside of the loss."
        return NOT_REPEATABLE, names, sentence
    if in_float32(loss, params, arrays):
        sentence = "The loss is computed in float32: it does not see its parameters change by a "
        sentence += "billionth. So finite differences have no digits, and nothing can be measured. "
        sentence += "Compute the loss in float64, with all arrays in it."
        return FLOAT32, names, sentence
    if any(array.numeric.any() for array in arrays):
        return None
    sentence = "The loss does not change with these arrays: does it use them, or copies of them?"
    return FLAT, names, sentence


def nudged(loss, params, array, part):
    """Steps and losses (below, above) where an entry moves by a part of itself, at steep places."""
    steepest = array.steepest(PROBED)
    steps = part * np.where(array.value[steepest], np.abs(array.value[steepest]), 1)
    moved = [
        both_sides(loss, params, array.param, array.place(i), step)
        for i, step in zip(steepest, steps, strict=True)
    ]
    return steps, np.array(moved)


def in_float32(loss, params, arrays):
    """Say whether the loss has no more digits than float32, or overlooks what float64 sees."""
    J, seen, losses = loss(params), [], []
    resolution = 20 * EPS * max(1, abs(J))
    for array in arrays:
        steps, tiny = nudged(loss, params, array, NUDGE)
        clear = np.abs(array.numeric[array.steepest(PROBED)]) * steps > resolution
        seen.extend((tiny != J).any(axis=1)[clear])
        losses.append(tiny)
    if seen:
        losses = np.concatenate(losses)
        return np.mean(seen) < 0.25 or bool((losses.astype(np.float32) == losses).all())
    if any(array.numeric.any() for array in arrays):
        return False
    # flat at ±h, and steep at ±0.01 on both sides (on one side only it may be a corner)
    moves = [nudged(loss, params, array, 0.01) for array in arrays]
    steps, moved = (np.concatenate(parts) for parts in zip(*moves, strict=True))
    rise = (moved - J) / steps[:, None]
    steep = (rise.prod(axis=1) < 0) & (np.abs(rise).min(axis=1) > 1e8 * resolution)
    return bool(steep.any())
