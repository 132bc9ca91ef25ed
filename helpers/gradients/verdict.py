"""Put what the gradient doctor found into words."""

import re

import numpy as np

from .bugs import RIGHT, RIGHT_HIDDEN, RIGHT_OUTPUT
from .patterns import UNKNOWN

ACTIVATIONS = {"relu": "ReLU", "sigmoid": "the sigmoid", "tanh": "tanh"}


def listed(names):
    """Join names of arrays: `a`, `b` and `c`."""
    *rest, last = [f"`{name}`" for name in names]
    return f"{', '.join(rest)} and {last}" if rest else last


def _fill(text, l, layers, hidden=None):
    g = ACTIVATIONS.get(hidden, "the activation")
    slope = f"{hidden}_derivative" if hidden else "g_prime"
    text = text.format(l=l, n=l + 1, p=l - 1, L=layers, G=g, slope=slope)
    return text.replace("A0", "X").replace("Z0", "X")  # as the reader calls it


def with_masks(text, masks):
    """Put the dropout masks, where layers have one, into the lines that repair a hidden dZ."""
    line = r"(@ W\d+\.T\) \* )(\w*\(Z(\d+))"
    text = re.sub(line, r"\1mask\3 * \2", text)
    for l in re.findall(r"mask of layer (\d+) goes backward as zeros and ones", text):
        values = " or ".join(f"{value:.4g}" for value in np.unique(masks[int(l)])[:2])
        text += f"\nIn these lines `mask{l}` is the mask of the forward pass: {values}."
    return text


def _say(bug, layers, hidden):
    """One sentence and the repair, for a bug that may be in several places: the topmost first."""
    first, *more = bug
    sentence = _fill(first.sentence, first.l, layers, hidden)
    if more:
        sentence += f"; the same in {listed([f'{f.kind}{f.l}' for f in more])}"
    return sentence, _fill(first.repair, first.l, layers, hidden)


def _unknown(first, wrong, layers):
    """Where to look when no pattern fits."""
    kind, l = first.kind, first.l
    if kind == "dZ":
        below = " (the layers below may be wrong because of it)" if l > 1 else ""
        text = f"`dW{l}` and `db{l}` disagree, in no pattern known here{below}. "
        if l == layers:
            return text + _fill(f"This is the last layer: look at {RIGHT_OUTPUT} first", l, layers)
        text += "Layer {n} is right or explained, so the error enters on the way from `dZ{n}` to "
        return _fill(f"{text}`dZ{{l}}`: look at {RIGHT_HIDDEN}", l, layers)
    other = f"db{l}" if kind == "dW" else f"dW{l}"
    known = f"`{other}` is right, so `dZ{l}` probably is, too: look"
    look = f"{'Look' if other in wrong else known} at the line {RIGHT[kind]}"
    return f"`{kind}{l}` disagrees, in no pattern known here. " + _fill(look, l, layers)


def _bugs(found):
    """Group findings of one bug; the topmost stays first."""
    groups = {}
    for finding in found:
        groups.setdefault(finding.bug, []).append(finding)
    return groups


def sentences(explanations, wrong, layers, hidden):
    """Say what is likely wrong: one sentence per bug, "either … or …" where several fit.

    `wrong` are the names of the arrays that disagree, `hidden` is the activation or None.
    """
    options = [_bugs(found) for found in explanations]
    shared = [name for name in options[0] if all(o.get(name) == options[0][name] for o in options)]
    text = []
    for name in shared:
        first = options[0][name][0]
        if first.weight >= UNKNOWN:
            text.append(_unknown(first, wrong, layers) + ".")
        else:
            sentence, repair = _say(options[0][name], layers, hidden)
            text.append(f"Likely bug: {sentence}. Repair: {repair}.")
    rest = [
        [_say(bug, layers, hidden) for name, bug in option.items() if name not in shared]
        for option in options
    ]
    rest = [option for option in rest if option]
    if rest:
        said = [
            " and ".join(sentence for sentence, _ in option)
            + f" (repair: {'; '.join(repair for _, repair in option)})"
            for option in rest[:3]
        ]
        more = f"; {len(rest) - 3} more give the same numbers" if len(rest) > 3 else ""
        lines = ",\n  or ".join(said)
        text.append(f"Likely bug: either\n  {lines}{more}.")
    return text


def causes(explanations, wrong):
    """Name the likely cause of each array that disagrees, for the table."""
    table = {}
    for name in wrong:
        kind, l = name[:2], int(name[2:])
        said = []
        for found in explanations:
            own = [f.name for f in found if f.l == l and f.kind in ("dZ", kind)]
            above = [f"follows from `dZ{f.l}`" for f in found if f.kind == "dZ" and f.l > l]
            said += [" and ".join(own)] if own else above[-1:]
        table[name] = " or ".join(dict.fromkeys(said)) or "no known pattern"
    return table
