"""The gradient doctor: from wrong gradients to the line that is likely wrong (chapter 10).

The search goes the way of the backward pass, from the last layer to the first, and carries the dZ
of the wrong network along. A layer that follows from that dZ has no bug of its own, whatever it
inherits; so each bug is named where it enters.
"""

from dataclasses import dataclass, replace
from itertools import product
from typing import NamedTuple

import numpy as np

from .bugs import HIDDEN_LAYERS, LINES, OUTPUT, OUTPUT_OF_ANOTHER_LOSS, Network, run
from .losses import reproduce
from .measured import places_in
from .patterns import (
    PATTERNS,
    UNKNOWN,
    Finding,
    Sizes,
    close,
    constant_of_loss,
    everything,
    explains,
    factor,
    fit,
)
from .recovered import describe, recover, recoverable
from .verdict import causes, listed, sentences, with_masks

STATES = 30  # explanations carried along, the lightest ones


class State(NamedTuple):
    """How far the search has come: what it found, and the dZ of the layer that it has reached.

    Below a layer that nothing explains it is lost, and knows no dZ.
    """

    found: tuple  # of Finding, the last layer first
    dZ: np.ndarray | float | None
    lost: bool = False


@dataclass(frozen=True)
class Problem:
    """What is to be explained; `Alone` and `WithBatch` know what follows from a dZ."""

    arrays: list  # of Measured: dW1, db1, dW2, …
    sizes: Sizes
    tolerance: float
    strength: dict  # λ of the loss for squares, for "dW" and "db"
    l1: float  # λ of the loss for absolute values of W
    decays: dict  # multiples of W and b that make up a difference from the numeric values
    wrong: list  # names of the arrays that disagree

    def layer(self, l):
        """The arrays dW and db of layer l."""
        return self.arrays[2 * l - 2 : 2 * l]

    def penalty(self, array):
        """What the penalties of the loss add to an array."""
        absolute = self.l1 * np.sign(array.value) if array.kind == "dW" else 0
        return self.strength[array.kind] * array.value + absolute

    def lines(self, l, dZ):
        """The values of dW and db of layer l, as they follow from dZ."""
        pairs = zip(self.products(l, dZ), self.layer(l), strict=True)
        return [product + self.penalty(array) for product, array in pairs]

    def scaled(self, l, right):
        """A constant times the right dZ: the constant of dW and db together, or of one of them."""
        base, change = self.lines(l, 0 * right), self.products(l, right)
        tried = []
        for part in (slice(2), slice(1), slice(1, 2)):
            c, certain = self.fitted(l, base, change, part)
            finding = self.factor(c, certain, l)
            if finding and not any(abs(c - other) < 1e-6 * abs(c) for other in tried):
                tried.append(c)
                yield finding, c * right

    def factor(self, c, certain, l):
        """A constant factor of dZ, or None."""
        return factor(c, certain, "dZ", l, self.sizes)

    def fitted(self, l, base, change, part=slice(2)):
        """Fit dW and db of layer l with base + c · change; c, and whether enough entries say so."""
        analytic = [array.analytic for array in self.layer(l)]
        return fit(*(np.concatenate(values[part]) for values in (analytic, base, change)))

    def explanations(self, array, right, dZ, above):
        """List the findings that turn the right values of an array into the analytic ones."""
        found = (pattern(self, array, right) for pattern in PATTERNS)
        return [finding for finding in found if finding]

    def remark(self, array):
        """What can be measured of an array that nothing explains."""
        return ""


class Alone(Problem):
    """The numeric values alone, which are right: of dZ no more is known than a factor."""

    start = 1.0  # the factor above the last layer

    def products(self, l, dZ):
        """The factor times the numeric values."""
        return [dZ * array.numeric for array in self.layer(l)]

    def ways(self, l, above):
        """List (finding or None, dZ): the right dZ of layer l, then the wrong ones."""
        return [(None, above), *self.scaled(l, above)]


@dataclass(frozen=True)
class WithBatch(Problem):
    """The network with its batch, whose loss is `scale` times its own, plus penalties."""

    network: Network
    scale: float
    start = None  # there is no dZ above the last layer

    def products(self, l, dZ):
        """Eqs. (4.4), (4.5), at the places."""
        in_W, in_b = self.layer(l)
        return [(self.network.A[l - 1].T @ dZ)[in_W.places], dZ.sum(axis=0)[in_b.places]]

    def ways(self, l, above):
        """List (finding or None, dZ): the right dZ of layer l, then the wrong ones."""
        last = l == self.sizes.layers
        output = OUTPUT_OF_ANOTHER_LOSS if self.network.loss else OUTPUT
        scale, bugs = (self.scale, output) if last else (1.0, HIDDEN_LAYERS)
        right = scale * self.network.dZ(l, above)
        mistakes = [(finding, scale * dZ) for finding, dZ in self.mistakes("dZ", l, bugs, above)]
        fitted = self.smoothed(l, right) if last else self.updated(l, above, right)
        recovered = self.recovered(l, above, right)
        return [(None, right), *mistakes, *self.scaled(l, right), *fitted, *recovered]

    def factor(self, c, certain, l):
        """A constant factor of dZ, or None; its usual causes belong to the mean cross-entropy."""
        last = l == self.sizes.layers
        if last and not self.network.loss and abs(self.scale * c - 1) < 1e-4 and abs(c - 1) > 1e-4:
            return constant_of_loss(self.scale, l, self.sizes)
        finding = super().factor(c, certain, l)
        if finding and self.network.loss and last:
            return finding._replace(sentence=finding.sentence.split(";")[0], repair="")
        return finding

    def mistakes(self, kind, l, bugs, *dZ):
        """What each known bug makes of a line."""
        for bug in bugs:
            if bug.when(self.network, l):
                wrong = bug.wrong(self.network, l, *dZ)
                if np.abs(wrong).max() < 1e100:
                    yield Finding(kind, l, bug.name, bug.sentence, bug.repair), wrong

    def smoothed(self, l, right):
        """The dZ of the last layer with smoothed labels."""
        Y = self.network.Y
        change = self.scale * (Y - 1 / Y.shape[1]) / len(Y)
        amount, certain = self.fitted(l, self.lines(l, right), self.products(l, change))
        if certain and 0 < amount < 1:
            sentence = (
                f"`dZ{{l}}` has labels that are smoothed by {amount:.4g}, those of the loss are not"
            )
            repair = "the same labels in both"
            yield (
                Finding("dZ", l, "smoothed labels", sentence, repair, 1.25),
                right + amount * change,
            )

    def updated(self, l, above, right):
        """The dZ of a hidden layer that came through W - learning rate · dW instead of W."""
        net = self.network
        moved = above @ net.grads[l][0].T * net.masks[l] * net.slope(net.Z[l])
        step, certain = self.fitted(l, self.lines(l, right), self.products(l, moved))
        live = (np.abs(moved) > 1e-3 * np.abs(moved).max()).sum()
        if step < 0 and certain and live > 2:
            name, repair = "W already updated", "compute all gradients first, then update"
            sentence = "`dZ{l}` uses `W{n}` after its update with a learning rate of "
            sentence += f"{-step:.4g}"
            yield Finding("dZ", l, name, sentence, repair, 1.25), right + step * moved

    def recovered(self, l, above, right):
        """The dZ that dW was made with, where there is one and no other."""
        A, in_W, in_b = self.network.A[l - 1], *self.layer(l)
        dZ = self.solved(in_W)
        if dZ is None:
            return
        if len(A) == A.shape[1] and not close(dZ.sum(axis=0), in_b.analytic, 1e-4):
            return  # any dW of this shape is such a product
        if not close(dZ, right, 1e-4):
            wrong, should = dZ / self.scale, right / self.scale
            said, told = describe(wrong, should, l, self.network, above)
            yield Finding("dZ", l, *said, 2.0 if told else 6.0), dZ

    def remark(self, array):
        """Whether any dZ gives this dW."""
        A, l = self.network.A[array.l - 1], array.l
        if array.kind == "db" or not recoverable(A) or self.solved(array) is not None:
            return ""
        return (
            f"No `dZ{l}` at all gives this `dW{l}` as `A{l - 1}.T @ dZ{l}`: look at that line, and "
            "for what comes to it from other examples, or afterwards"
        )

    def solved(self, in_W):
        """The dZ of a whole dW, without the penalty, be it of a wrong strength; None if none."""
        A = self.network.A[in_W.l - 1]
        for extra in (0.0, *self.decays["dW"]) if recoverable(A) else ():
            made = in_W.analytic - self.penalty(in_W) - extra * in_W.value
            dZ = recover(A, made.reshape(in_W.grad.shape))
            if dZ is not None:
                return dZ
        return None

    def explanations(self, array, right, dZ, above):
        """The patterns, and the known bugs of the line."""
        decay = self.penalty(array)
        lines = self.mistakes(array.kind, array.l, LINES[array.kind], dZ, above)
        return super().explanations(array, right, dZ, above) + [
            finding
            for finding, wrong in lines
            if explains(wrong[array.places] + decay, array.analytic, right, self.tolerance)
        ]


def unknown(kind, l, weight=UNKNOWN, measured=""):
    """A finding that names no bug, at best with what was measured."""
    return Finding(kind, l, "no known pattern", measured, "", weight)


def explained(problem, array, line, dZ, above):
    """List tuples of findings: each explains how an array follows from dZ, () that it just does."""
    if close(array.analytic, line, problem.tolerance):
        return [()]
    found = problem.explanations(array, line, dZ, above)
    return [(finding,) for finding in found] or [
        (unknown(array.kind, array.l, measured=problem.remark(array)),)
    ]


def explain_layer(problem, l, state):
    """Yield the states that explain layer l, too, in every possible way."""
    if state.lost:
        yield state
        return
    arrays, right = problem.layer(l), None
    for wrong, dZ in problem.ways(l, state.dZ):
        lines = problem.lines(l, dZ)
        right = right or lines  # of the right dZ, which comes first
        shown = (
            explains(line, array.analytic, should, problem.tolerance)
            for array, line, should in zip(arrays, lines, right, strict=True)
        )
        if wrong and not any(shown):
            continue  # a wrong dZ must show in at least one of the two lines
        found = state.found + ((wrong,) if wrong else ())
        both = [explained(problem, *of, dZ, state.dZ) for of in zip(arrays, lines, strict=True)]
        for in_W, in_b in product(*both):
            yield State(found + in_W + in_b, dZ)
        blank = [one[0][0] for one in both if one[0] and one[0][0].weight >= UNKNOWN]
        below = l > 1 and all(array.name in problem.wrong for array in problem.layer(l - 1))
        if not wrong and (len(blank) == 2 or (blank and below)):
            # cheaper than unknown lines where the layers below are wrong as well
            weight = 2.5 if len(blank) == 2 and l > 1 else 1.5
            remark = unknown("dZ", l, weight * UNKNOWN, blank[0].sentence)
            yield State((*found, remark), None, lost=True)


def cost(found):
    """How much must be believed: few different bugs first, then few places."""
    weights = {}
    for finding in found:
        weights[finding.bug] = max(finding.weight, weights.get(finding.bug, 0))
    return round(sum(weights.values()) + 0.1 * len(found), 6)


def search(problem):
    """Find the explanations of all arrays that need the fewest bugs: tuples of findings.

    They are several where different bugs give the same numbers.
    """
    states = [State((), problem.start)]
    for l in range(problem.sizes.layers, 0, -1):
        longer = [longer for state in states for longer in explain_layer(problem, l, state)]
        states = sorted(longer, key=lambda state: cost(state.found))[:STATES]
    least = cost(states[0].found)
    return list(dict.fromkeys(state.found for state in states if cost(state.found) == least))


MORE = (
    "With the batch, `check_gradients(..., X=X, Y=Y, hidden=...)` compares with what the known "
    "bugs would give."
)
OTHER_LOSS = (
    "The numeric derivatives do not belong to the cross-entropy of this `X`, `Y`: check that the "
    "loss uses the same batch, hidden and masks, and clips nothing."
)
RIGHT_ELSEWHERE = (
    "But the gradients are right for the mean cross-entropy of this `X`, `Y`. So look at the loss, "
    "not at the backward pass: does it use the same batch, with nothing added, weighted or clipped?"
)

BEFORE_UPDATE = (
    "Likely bug: the gradients were computed before an update with a learning rate of {:.4g}, so "
    "they belong to other parameters. Repair: compute them anew at the `params` to be checked."
)


def diagnose(arrays, wrong, network, precision):
    """Say what is likely wrong: the verdict, and the likely cause of each array named in `wrong`.

    `network` holds the batch, or is None; `precision` is that of the analytic values, 1e-6, or
    1e-3 for those from float32.
    """
    right = [array.name for array in arrays if array.name not in wrong]
    head = f"Wrong: {listed(wrong) if right else 'all arrays'}."
    head += f" Right: {listed(right)}." if right else ""
    loose = max(precision, 1e-5)  # for numeric values
    # what agrees, or is excused, is right to all digits
    arrays = [a if a.name in wrong else replace(a, numeric=a.analytic) for a in arrays]
    if in_reverse(arrays, loose):
        return (
            f"{head} Likely bug: the list of gradients begins with the last layer. "
            "Repair: `return grads[::-1]`.",
            dict.fromkeys(wrong, "reverse order"),
        )
    loss = reproduce(arrays, network, loose) if network else None
    sizes = _sizes(arrays, network, loose)
    notes = []
    if loss and loss.network.hidden != network.hidden:
        told, found = (f'`hidden="{net.hidden}"`' for net in (network, loss.network))
        notes.append(f"The loss has {found}, and `check_gradients` was told {told}: tell it.")
    if network and not loss:
        whole = [grad for pair in network.gradients() for grad in pair]
        if all(
            close(array.grad, grad, 10 * loose) for array, grad in zip(arrays, whole, strict=True)
        ):
            return f"{head} {RIGHT_ELSEWHERE}", dict.fromkeys(wrong, "another loss")
        notes.append(OTHER_LOSS)
    explanations = explain(arrays, wrong, sizes, loss, precision, loose)
    hidden = loss.network.hidden if loss else None
    said = sentences(explanations, wrong, sizes.layers, hidden, loss.network.loss if loss else "")
    stale = any(f.weight >= UNKNOWN for found in explanations for f in found)
    if not network and stale:
        notes.append(MORE)
    if stale and loss and (rate := before_update(loss, arrays, precision)):
        said = [BEFORE_UPDATE.format(rate)]
    if loss and loss.network.loss and loss.network.loss not in " ".join(said):
        notes.append(f"From the numeric derivatives: {loss.network.loss}.")
    verdict = " ".join([head, *said, *notes])
    if network and any(np.ndim(mask) == 2 for mask in network.masks):
        verdict = with_masks(verdict, network.masks)
    return verdict, causes(explanations, wrong)


def explain(arrays, wrong, sizes, loss, precision, loose):
    """The explanations with the fewest bugs: tuples of findings."""
    decays = _decays(arrays, wrong, loose)
    if loss is None:
        return search(Alone(arrays, sizes, loose, {"dW": 0.0, "db": 0.0}, 0.0, decays, wrong))
    if loss.l1 or any(loss.l2.values()):
        factor_of_all = everything(arrays, sizes, loose)
        if factor_of_all:
            return [(factor_of_all,)]
    whole = [replace(array, places=places_in(array.grad.shape)) for array in arrays]
    plain = not loss.network.loss and abs(loss.scale - 1) < 1e-4
    sizes = sizes._replace(plain=plain)
    known = (loss.l2, loss.l1, decays, wrong, loss.network, loss.scale)
    return search(WithBatch(whole, sizes, precision, *known))


def _sizes(arrays, network, tolerance):
    """The numbers that may turn up as factors."""
    units = [arrays[0].grad.shape[0], *(array.grad.size for array in arrays[1::2])]
    norm = np.sqrt(sum((array.grad.astype(float) ** 2).sum() for array in arrays))
    largest = max(np.abs(array.grad).max() for array in arrays)
    cut = sum((np.abs(array.grad) == largest).sum() for array in arrays)
    clip = float(largest) if cut > 2 and largest > 0 else np.nan
    if not network:
        return Sizes(units[-1], _likely_m(arrays, tolerance), False, units, norm, clip=clip)
    keep = max(np.max(mask) for mask in [1.0, *network.masks[1:]])
    dropout = any(np.ndim(mask) == 2 for mask in network.masks)
    return Sizes(units[-1], len(network.Y), True, units, norm, keep, dropout, clip)


def _likely_m(arrays, tolerance):
    """The number of examples that whole factors speak for, if they speak for one; NaN if not."""
    found = set()
    for array in arrays:
        c, _ = fit(array.analytic, 0, array.numeric)
        if explains(c * array.numeric, array.analytic, array.numeric, tolerance) and c:
            found |= {
                w
                for w in (round(abs(c)), round(1 / abs(c)))
                if w > 1 and (abs(abs(c) - w) < 1e-4 * w or abs(1 / abs(c) - w) < 1e-4 * w)
            }
    least = min(found, default=np.nan)
    return least if all(w in (least, least**2, least**3) for w in found) else np.nan


def before_update(loss, arrays, tolerance):
    """The learning rate with which the gradients turn right at the parameters of before; or None.

    Newton's method on the one unknown: params = before - rate · gradients.
    """
    net = loss.network
    if net.loss or any(loss.l2.values()) or loss.l1:
        return None
    flat = np.concatenate([array.grad.ravel() for array in arrays])

    def off(rate):
        params = [
            (W + rate * dW, b + rate * db)
            for (W, b), (dW, db) in zip(net.params, net.grads, strict=True)
        ]
        masks = net.masks[1:]
        grads = run(params, net.grads, net.A[0], net.Y, net.hidden, masks).gradients()
        return loss.scale * np.concatenate([grad.ravel() for pair in grads for grad in pair]) - flat

    rate = 0.0
    for _ in range(20):
        here = off(rate)
        slope = (off(rate + 1e-6) - here) / 1e-6
        rate -= float(here @ slope) / max(float(slope @ slope), 1e-300)
        if not 0 < rate < 100:
            return None
    return rate if np.abs(off(rate)).max() <= 10 * tolerance * np.abs(flat).max() else None


def in_reverse(arrays, tolerance):
    """Say whether these are the right arrays, the last layer first."""
    layers = len(arrays) // 2
    grads = {array.name: array.grad for array in arrays}
    pairs = [(array, grads[f"{array.kind}{layers + 1 - array.l}"]) for array in arrays]
    return layers > 1 and all(
        grad.shape == array.grad.shape
        and close(grad[array.places].astype(float), array.numeric, tolerance)
        for array, grad in pairs
    )


def _decays(arrays, wrong, tolerance):
    """Multiples of W and b that make up the difference from the numeric values somewhere."""
    decays = {"dW": [], "db": []}
    for array in arrays:
        extra, certain = fit(array.analytic, array.numeric, array.value)
        made = array.numeric + extra * array.value
        certain &= explains(made, array.analytic, array.numeric, tolerance)
        if certain and array.name in wrong:
            decays[array.kind].append(extra)
    return decays
