"""The gradient doctor: from wrong gradients to the line that is likely wrong (chapter 10).

The search goes the way of the backward pass, from the last layer to the first, and carries the dZ
of the wrong network along. A layer that follows from that dZ has no bug of its own, whatever it
inherits; so each bug is named where it enters.
"""

from dataclasses import dataclass, replace
from itertools import chain, product
from typing import NamedTuple

import numpy as np

from .bugs import HIDDEN_LAYERS, LINES, OUTPUT, Network
from .measured import places_in
from .patterns import PATTERNS, UNKNOWN, Finding, Sizes, close, explains, factor, fit
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
    strength: dict  # λ of the loss, for "dW" and "db"
    decays: dict  # multiples of W and b that make up a difference from the numeric values

    def layer(self, l):
        """The arrays dW and db of layer l."""
        return self.arrays[2 * l - 2 : 2 * l]

    def lines(self, l, dZ):
        """The values of dW and db of layer l, as they follow from dZ."""
        pairs = zip(self.products(l, dZ), self.layer(l), strict=True)
        return [product + self.strength[array.kind] * array.value for product, array in pairs]

    def scaled(self, l, right):
        """A constant times the right dZ."""
        c, certain = self.fitted(l, self.lines(l, 0 * right), self.products(l, right))
        finding = factor(c, certain, "dZ", l, self.sizes)
        return [(finding, c * right)] if finding else []

    def fitted(self, l, base, change):
        """Fit dW and db of layer l with base + c · change; c, and whether enough entries say so."""
        analytic = np.concatenate([array.analytic for array in self.layer(l)])
        return fit(analytic, np.concatenate(base), np.concatenate(change))

    def explanations(self, array, right, dZ):
        """List the findings that turn the right values of an array into the analytic ones."""
        found = (pattern(self, array, right) for pattern in PATTERNS)
        return [finding for finding in found if finding]


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
    """The network with its batch, whose loss is `scale` times the mean cross-entropy, plus λ."""

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
        scale, bugs = (self.scale, OUTPUT) if last else (1.0, HIDDEN_LAYERS)
        right = scale * self.network.dZ(l, above)
        mistakes = [(finding, scale * dZ) for finding, dZ in self.mistakes("dZ", l, above, bugs)]
        updated = [] if last else self.updated(l, above, right)
        return [(None, right), *mistakes, *self.scaled(l, right), *updated]

    def mistakes(self, kind, l, dZ, bugs):
        """What each known bug makes of a line; dZ is that of the layer above for kind "dZ"."""
        for bug in bugs:
            if bug.when(self.network, l):
                wrong = bug.wrong(self.network, l, dZ)
                if np.abs(wrong).max() < 1e100:
                    yield Finding(kind, l, bug.name, bug.sentence, bug.repair), wrong

    def updated(self, l, above, right):
        """The dZ of a hidden layer that came through W - learning rate · dW instead of W."""
        net = self.network
        moved = above @ net.grads[l][0].T * net.masks[l] * net.slope(net.Z[l])
        step, certain = self.fitted(l, self.lines(l, right), self.products(l, moved))
        if step < 0 and certain:
            name, repair = "W already updated", "compute all gradients first, then update"
            sentence = (
                f"`dZ{{l}}` uses `W{{n}}` after its update with a learning rate of {-step:.4g}"
            )
            yield Finding("dZ", l, name, sentence, repair, 1.25), right + step * moved

    def explanations(self, array, right, dZ):
        """The patterns, and the known bugs of the line."""
        decay = self.strength[array.kind] * array.value
        return super().explanations(array, right, dZ) + [
            finding
            for finding, wrong in self.mistakes(array.kind, array.l, dZ, LINES[array.kind])
            if explains(wrong[array.places] + decay, array.analytic, right, self.tolerance)
        ]


def unknown(kind, l, weight=UNKNOWN):
    """A finding that names no bug."""
    return Finding(kind, l, "no known pattern", "", "", weight)


def explained(problem, array, line, dZ):
    """List tuples of findings: each explains how an array follows from dZ, () that it just does."""
    if close(array.analytic, line, problem.tolerance):
        return [()]
    found = problem.explanations(array, line, dZ)
    return [(finding,) for finding in found] or [(unknown(array.kind, array.l),)]


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
        both = [explained(problem, *of, dZ) for of in zip(arrays, lines, strict=True)]
        for in_W, in_b in product(*both):
            yield State(found + in_W + in_b, dZ)
        if not wrong and both == [[(unknown(array.kind, l),)] for array in arrays]:
            # cheaper than two unknown lines where the layers below are wrong as well
            weight = (1.5 if l == 1 else 2.5) * UNKNOWN
            yield State((*found, unknown("dZ", l, weight)), None, lost=True)


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


def reproduce_loss(arrays, network, tolerance):
    """Find scale and λ with numeric = scale · (right gradient) + λ W, and λ b if it must be.

    Both are None where the batch does not give the numeric values: it belongs to another loss.
    """
    sizes = [np.full(len(a.numeric), max(np.abs(a.numeric).max(), 1e-3)) for a in arrays]
    size = np.concatenate(sizes)

    def column(values):
        return np.concatenate(list(values)) / size

    numeric = column(a.numeric for a in arrays)
    right = column(grad[a.places] for grad, a in zip(chain(*network.right()), arrays, strict=True))
    # the simplest explanation first: with a scale or without, with λ for no array, W, or all
    for scaled, kinds in product((False, True), ((), ("dW",), ("dW", "db"))):
        target, columns = (numeric, [right]) if scaled else (numeric - right, [])
        if kinds:
            columns.append(column(a.value * (a.kind in kinds) for a in arrays))
        X, kept = np.array(columns).reshape(len(columns), len(target)).T, np.isfinite(target)
        if len(target) <= X.shape[1] + 1:
            break
        for _ in range(4):  # leave out the worst tenth: corners of ReLU
            solution = np.linalg.lstsq(X[kept], target[kept])[0]
            residual = np.abs(target - X @ solution)
            kept = residual <= np.quantile(residual, 0.9)
        scale = solution[0] if scaled else 1.0
        if residual[kept].max() <= tolerance and scale > 0:
            return scale, {kind: solution[-1] if kind in kinds else 0.0 for kind in ("dW", "db")}
    return None, None


MORE = (
    "With the batch, `check_gradients(..., X=X, Y=Y, hidden=...)` compares with what the known "
    "bugs would give."
)
OTHER_LOSS = (
    "The numeric derivatives do not belong to the cross-entropy of this `X`, `Y`: check that the "
    "loss uses the same batch, hidden and masks, and clips nothing."
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
    if in_reverse(arrays, loose):
        return (
            f"{head} Likely bug: the list of gradients begins with the last layer. "
            "Repair: `return grads[::-1]`.",
            dict.fromkeys(wrong, "reverse order"),
        )
    scale, strength = reproduce_loss(arrays, network, loose) if network else (None, None)
    sizes = Sizes(len(arrays) // 2, arrays[-1].grad.size, len(network.Y) if network else np.nan)
    decays = _decays(arrays, wrong, loose)
    if scale is None:
        problem, hidden = Alone(arrays, sizes, loose, {"dW": 0.0, "db": 0.0}, decays), None
    else:
        whole = [replace(array, places=places_in(array.grad.shape)) for array in arrays]
        problem = WithBatch(whole, sizes, precision, strength, decays, network, scale)
        hidden = network.hidden
    explanations = search(problem)
    text = sentences(explanations, wrong, sizes.layers, hidden)
    if network and scale is None:
        text.append(OTHER_LOSS)
    elif not network and any(f.weight >= UNKNOWN for found in explanations for f in found):
        text.append(MORE)
    verdict = " ".join([head, *text])
    if network and any(np.ndim(mask) == 2 for mask in network.masks):
        verdict = with_masks(verdict, network.masks)
    return verdict, causes(explanations, wrong)


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
