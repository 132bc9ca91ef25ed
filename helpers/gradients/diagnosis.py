"""The gradient doctor: from wrong gradients to the line that is likely wrong (chapter 10).

The search goes the way of the backward pass, from the last layer to the first, and carries the dZ
of the wrong network along. A layer that follows from that dZ has no bug of its own, whatever it
inherits; so each bug is named where it enters.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from .bugs import BIASES, HIDDEN_LAYERS, OUTPUT, WEIGHTS, Network
from .patterns import UNKNOWN, Finding, Sizes, close, explains, factor, findings, fit
from .verdict import causes, listed, sentences, with_masks

LOST = object()  # the state below a layer that nothing explains
STATES = 30  # explanations carried along, the lightest ones


class Measured(NamedTuple):
    """One array of the gradients, at the places where it was measured."""

    where: str  # "dW" or "db"
    l: int
    param: np.ndarray
    grad: np.ndarray
    places: tuple
    numeric: np.ndarray
    ok: bool

    @property
    def name(self):
        """Name as in the table."""
        return f"{self.where}{self.l}"

    @property
    def analytic(self):
        """The values to be explained."""
        return self.grad[self.places].astype(float)


@dataclass(frozen=True)
class Problem:
    """What the search works on.

    With a network, its loss is `scale` times the mean cross-entropy plus λ/2 times the squares of
    W (and b), and the arrays are compared at all places. Without one they are compared with the
    numeric values where these were measured.
    """

    arrays: dict  # (where, l) -> Measured
    sizes: Sizes
    tolerance: float
    network: Network | None = None
    scale: float = 1.0
    strength: dict = field(default_factory=lambda: {"dW": 0.0, "db": 0.0})  # λ
    decays: dict = field(default_factory=dict)  # differences from numeric: multiples of W, b


def _lines(problem, l, dZ):
    """Right dW and db of a layer for its dZ, or multiples of the numeric ones."""
    arrays = [problem.arrays[where, l] for where in ("dW", "db")]
    if problem.network is None:
        return [dZ * array.numeric for array in arrays]
    products = problem.network.A[l - 1].T @ dZ, dZ.sum(axis=0)
    return [
        product[array.places] + problem.strength[array.where] * array.param[array.places]
        for product, array in zip(products, arrays, strict=True)
    ]


def _fitted(problem, l, right, change):
    """Fit dW and db of a layer with right + c · change; c, and whether enough entries say so."""
    analytic = np.concatenate([problem.arrays[where, l].analytic for where in ("dW", "db")])
    return fit(analytic, np.concatenate(right), np.concatenate(change))


def _bugs(problem, l, dZ, where, bugs, scale=1.0):
    """What each known bug makes of a line; dZ is that of the layer above for where = "dZ"."""
    for bug in bugs:
        wrong = bug.wrong(problem.network, l, dZ)
        if wrong is not None and np.abs(wrong).max() < 1e100:
            yield Finding(where, l, bug.name, bug.sentence, bug.repair), scale * wrong


def _ways(problem, l, state):
    """List (finding or None, dZ) for the right dZ of layer l and each wrong one."""
    net, output = problem.network, l == problem.sizes.layers
    scale = problem.scale if output else 1.0
    if net is None:
        right = state
        ways = [(None, right)]
    else:
        right = scale * net.dZ(l, state)
        bugs = OUTPUT if output else HIDDEN_LAYERS
        ways = [(None, right), *_bugs(problem, l, state, "dZ", bugs, scale)]
    lines, nothing = _lines(problem, l, right), _lines(problem, l, 0 * right)
    slopes = [line - zero for line, zero in zip(lines, nothing, strict=True)]
    c, certain = _fitted(problem, l, nothing, slopes)
    finding = factor(c, certain, "dZ", l, problem.sizes)
    if finding:
        ways.append((finding, c * right))
    if net is not None and not output:
        moved = state @ net.grads[l][0].T * net.masks[l] * net.slope(l)
        slopes = [
            line - zero for line, zero in zip(_lines(problem, l, moved), nothing, strict=True)
        ]
        step, certain = _fitted(problem, l, lines, slopes)
        if step < 0 and certain:
            finding = Finding(
                "dZ",
                l,
                "W already updated",
                f"dZ{{l}} uses W{{n}} after its update with a learning rate of {-step:.4g}",
                "compute all gradients first, then update",
                1.25,
            )
            ways.append((finding, right + step * moved))
    return ways


def _explanations(problem, key, right, dZ):
    """List the ways in which the analytic values of one array follow from dZ."""
    array, net = problem.arrays[key], problem.network
    analytic, tolerance, where = array.analytic, problem.tolerance, array.where
    if close(analytic, right, tolerance):
        return [()]
    strength = problem.strength[where]
    decay, certain = fit(analytic, right, array.param[array.places])
    decays = ([-strength] if strength else []) + ([decay] if certain else [])
    decays += problem.decays.get(where, [])
    found = findings(array, right, problem.sizes, tolerance, decays, strength)
    if net is not None:
        more = strength * array.param[array.places]
        bugs = _bugs(problem, array.l, dZ, where, WEIGHTS if where == "dW" else BIASES)
        found += [
            finding
            for finding, wrong in bugs
            if explains(wrong[array.places] + more, analytic, right, tolerance)
        ]
    return [(finding,) for finding in found]


def _unknown(where, l):
    return Finding(where, l, "no known pattern", "", "", UNKNOWN)


def _layer(problem, l, state):
    """Yield (findings, dZ) for every way to explain layer l; at worst say that it is unknown."""
    arrays = [problem.arrays["dW", l], problem.arrays["db", l]]
    unknown = [[(_unknown("dW", l),)], [(_unknown("db", l),)]]
    plain = None
    for step, dZ in _ways(problem, l, state):
        lines = _lines(problem, l, dZ)
        plain = plain or lines  # of the right dZ, which comes first
        ways = [
            _explanations(problem, (array.where, l), line, dZ)
            for array, line in zip(arrays, lines, strict=True)
        ]
        seen = [
            way == [()] and explains(line, array.analytic, right, problem.tolerance)
            for array, way, line, right in zip(arrays, ways, lines, plain, strict=True)
        ]
        if step and not any(seen):
            continue  # a wrong dZ must show in at least one of the two lines
        ways = [way or dont_know for way, dont_know in zip(ways, unknown, strict=True)]
        for in_W in ways[0]:
            for in_b in ways[1]:
                yield ((step,) if step else ()) + in_W + in_b, dZ
        if step is None and ways == unknown:
            # cheaper than two unknown lines where the layers below are wrong as well
            weight = (1.5 if l == 1 else 2.5) * UNKNOWN
            yield (_unknown("dZ", l)._replace(weight=weight),), LOST


def cost(found):
    """How much must be believed: few different bugs first, then few places."""
    weights = {}
    for finding in found:
        known = finding.weight < UNKNOWN
        name = (finding.name, finding.where == "dZ") if known else finding[:3]
        weights[name] = max(finding.weight, weights.get(name, 0))
    return round(sum(weights.values()) + 0.1 * len(found), 6)


def search(problem):
    """Find the explanations of all arrays that need the fewest bugs.

    Returns
    -------
    list of tuple of Finding
        More than one where different bugs give the same numbers; from the last layer down.
    """
    states = [((), 1.0 if problem.network is None else None)]
    for l in range(problem.sizes.layers, 0, -1):
        longer = []
        for found, state in states:
            if state is LOST:
                longer.append((found, LOST))
            else:
                longer += [(found + more, dZ) for more, dZ in _layer(problem, l, state)]
        states = sorted(longer, key=lambda pair: cost(pair[0]))[:STATES]
    least = cost(states[0][0])
    return list(dict.fromkeys(found for found, _ in states if cost(found) == least))


def reproduce_loss(arrays, network, tolerance):
    """Find scale and λ with numeric = scale · (right gradient) + λ W, and λ b if it must be.

    Returns
    -------
    scale : float
    strength : dict
        λ for "dW" and "db".

    Both are None where the batch does not give the numeric values: it belongs to another loss.
    """
    right, dZ = {}, None
    for l in range(len(network.params), 0, -1):
        dZ = network.dZ(l, dZ)
        right["dW", l], right["db", l] = network.A[l - 1].T @ dZ, dZ.sum(axis=0)

    def joined(values):
        return np.concatenate([values(key, array) for key, array in arrays.items()])

    size = joined(lambda _, a: np.full(len(a.numeric), max(np.abs(a.numeric).max(), 1e-3)))
    numeric = joined(lambda _, a: a.numeric) / size
    R = joined(lambda key, a: right[key][a.places]) / size
    W = joined(lambda key, a: a.param[a.places] * (key[0] == "dW")) / size
    Wb = joined(lambda _, a: a.param[a.places]) / size
    for target, columns in (  # the simplest explanation first
        (numeric - R, []),
        (numeric - R, [W]),
        (numeric - R, [Wb]),
        (numeric, [R]),
        (numeric, [R, W]),
        (numeric, [R, Wb]),
    ):
        X, kept = np.array(columns).reshape(len(columns), len(target)).T, np.isfinite(target)
        if len(target) <= X.shape[1] + 1:
            break
        for _ in range(4):  # leave out the worst tenth: corners of ReLU
            solution = np.linalg.lstsq(X[kept], target[kept])[0]
            residual = np.abs(target - X @ solution)
            kept = residual <= np.quantile(residual, 0.9)
        scale = solution[0] if len(columns) and columns[0] is R else 1.0
        if residual[kept].max() <= tolerance and scale > 0:
            decay = solution[-1] if len(columns) and columns[-1] is not R else 0.0
            return scale, {"dW": decay, "db": decay if columns and columns[-1] is Wb else 0.0}
    return None, None


MORE = (
    "With the batch, check_gradients(..., X=X, Y=Y, hidden=...) compares with what the known bugs "
    "would give."
)
OTHER_LOSS = (
    "The batch was of no use: the numeric derivatives are not those of the cross-entropy of X and "
    "Y, so the loss, or hidden, or masks, is another one, or the loss clips its probabilities."
)


def diagnose(arrays, network, precision):
    """Say in sentences and per array what is likely wrong.

    Parameters
    ----------
    arrays : list of Measured
        Not all of them ok.
    network : Network or None
        With the batch, where there is one.
    precision : float
        Relative precision of the analytic values: 1e-6, or 1e-3 for those from float32.

    Returns
    -------
    text : str
        The verdict.
    causes : dict
        Likely cause of each array that disagrees.
    """
    arrays = {(array.where, array.l): array for array in arrays}
    wrong = [array.name for array in arrays.values() if not array.ok]
    right = [array.name for array in arrays.values() if array.ok]
    head = f"Wrong: {listed(wrong) if right else 'all arrays'}."
    head += f" Right: {listed(right)}." if right else ""
    layers = len(arrays) // 2
    if in_reverse(arrays, layers, precision):
        return (
            f"{head} Likely bug: the list of gradients begins with the last layer. "
            "Repair: return grads[::-1].",
            dict.fromkeys(wrong, "reverse order"),
        )
    loose = max(precision, 1e-5)  # for numeric values
    scale, strength = None, None
    if network is not None:
        scale, strength = reproduce_loss(arrays, network, loose)
    m = float("nan") if network is None else len(network.Y)
    sizes = Sizes(layers, arrays["db", layers].grad.size, m)
    decays = _decays(arrays, loose)
    if scale is not None:
        everywhere = {
            key: array._replace(places=np.indices(array.grad.shape).reshape(array.grad.ndim, -1))
            for key, array in arrays.items()
        }
        everywhere = {k: a._replace(places=tuple(a.places)) for k, a in everywhere.items()}
        problem = Problem(everywhere, sizes, precision, network, scale, strength, decays)
    else:
        problem = Problem(arrays, sizes, loose, decays=decays)
    explanations = search(problem)
    text = sentences(explanations, wrong, layers, network.hidden if scale is not None else None)
    unknown = any(finding.weight >= UNKNOWN for found in explanations for finding in found)
    if network is None and unknown:
        text.append(MORE)
    if network is not None and scale is None:
        text.append(OTHER_LOSS)
    verdict = " ".join([head, *text])
    if network is not None and any(np.ndim(mask) == 2 for mask in network.masks):
        verdict = with_masks(verdict, network.masks)
    return verdict, causes(explanations, wrong)


def in_reverse(arrays, layers, precision):
    """Say whether these are the right arrays, the last layer first."""
    for (where, l), array in arrays.items():
        other = arrays[where, layers + 1 - l].grad
        if other.shape != array.grad.shape:
            return False
        if not close(other[array.places].astype(float), array.numeric, max(precision, 1e-5)):
            return False
    return layers > 1


def _decays(arrays, tolerance):
    """Multiples of W and b that make up the difference from the numeric values somewhere."""
    decays = {"dW": [], "db": []}
    for (where, _), array in arrays.items():
        param = array.param[array.places]
        decay, certain = fit(array.analytic, array.numeric, param)
        wrong = array.numeric + decay * param
        if certain and not array.ok and explains(wrong, array.analytic, array.numeric, tolerance):
            decays[where].append(decay)
    return decays
