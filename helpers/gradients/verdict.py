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


def _fill(text, l, layers, hidden=None, loss=""):
    g = ACTIVATIONS.get(hidden, "the activation")
    slope = f"{hidden}_derivative" if hidden else "g_prime"
    text = text.format(l=l, n=l + 1, p=l - 1, L=layers, G=g, slope=slope, loss=loss)
    return text.replace("A0", "X").replace("Z0", "X")  # as the reader calls it


def with_masks(text, masks):
    """Put the dropout masks, where layers have one, into the lines that repair a hidden dZ."""
    line = r"(@ W\d+\.T\) \* )(\w*\(Z(\d+))"
    text = re.sub(line, r"\1mask\3 * \2", text)
    for l in re.findall(r"mask of `layer (\d+)` goes backward as zeros and ones", text):
        values = " or ".join(f"{value:.4g}" for value in np.unique(masks[int(l)])[:2])
        text += f"\nIn these lines `mask{l}` is the mask of the forward pass: {values}."
    return text


def _say(bug, *filling):
    """One sentence and the repair, for a bug that may be in several places: the topmost first."""
    first, *more = bug
    sentence = _fill(first.sentence, first.l, *filling)
    if more:
        sentence += f"; the same in {listed([f'{f.kind}{f.l}' for f in more])}"
    return sentence, _fill(first.repair, first.l, *filling)


# where to look when no pattern fits, with the layer filled in
ORDER = (
    "`db{l}` is right, as it is where only the order of the examples is wrong. Does each label "
    f"in `Y` belong to its example in `X`? Then look at {RIGHT['dW']}"
)
LAST = (
    f"This is the last layer: look at {RIGHT_OUTPUT} first. Or is something in the gradients of "
    "other examples (as of a batch before) or of other parameters?"
)
STEP = f" the error enters on the way from `dZ{{n}}` to `dZ{{l}}`: look at {RIGHT_HIDDEN}"


def _unknown(first, found, wrong, layers, loss):
    """What disagrees in no pattern, what the other arrays say about it, and where to look."""
    kind, l = first.kind, first.l
    here = [name for name in (f"dW{l}", f"db{l}") if name in wrong]
    here = here if kind == "dZ" else [f"{kind}{l}"]
    text = f"{listed(here)} disagree{'' if len(here) > 1 else 's'}, in no pattern known here"
    text += " (the layers below may be wrong because of it)" if kind == "dZ" and l > 1 else ""
    if first.sentence:  # what was measured
        look = first.sentence
    elif kind == "dZ" and l == layers:
        look = ORDER if here == [f"dW{l}"] else LAST
        look = look.replace(RIGHT_OUTPUT, "`dZ{l}`") if loss else look
    elif kind == "dZ":
        above = [finding for finding in found if finding.l > l]
        look = "What is above is explained, so" if above else "What is above is right, so"
        if any(map(_blank, above)):
            look = "If it does not follow from what is above,"
        look += STEP
    else:
        look, other = f"ook at the line {RIGHT[kind]}", f"{'db' if kind == 'dW' else 'dW'}{l}"
        if l > 1 and not any(_blank(finding) for finding in found if finding.l < l):
            look = f"What follows from `dZ{{l}}` is right or explained, so l{look}"
        elif other not in wrong and (kind == "db" or l < layers):
            look = f"`{other}` is right, so `dZ{{l}}` probably is, too: l{look}"
        else:
            look = f"L{look}, and at the `dZ{{l}}` in it"
    return _fill(f"{text}. {look}", l, layers)


def _blank(finding):
    return finding.weight >= UNKNOWN


def _sentence(sentence, repair):
    """With its repair, if there is one."""
    end = "" if sentence.endswith("?") else "."
    return f"Likely bug: {sentence}{end}" + (f" Repair: {repair}." if repair else "")


def _bugs(found):
    """Group findings of one bug; the topmost stays first."""
    groups = {}
    for finding in found:
        groups.setdefault(finding.bug, []).append(finding)
    return groups


def sentences(explanations, wrong, layers, hidden, loss=""):
    """Say what is likely wrong: one sentence per bug, "either … or …" where several fit.

    `wrong` are the names of the arrays that disagree, `hidden` is the activation or None, `loss`
    says what it is if it is not the mean cross-entropy.
    """
    options = [_bugs(found) for found in explanations]
    shared = [name for name in options[0] if all(o.get(name) == options[0][name] for o in options)]
    text, filling = [], (layers, hidden, loss)
    for name in shared:
        first = options[0][name][0]
        if _blank(first):
            unknown = _unknown(first, explanations[0], wrong, layers, loss)
            text.append(unknown + "." * (not unknown.endswith("?")))
        else:
            text.append(_sentence(*_say(options[0][name], *filling)))
    rest = [
        [_say(bug, *filling) for name, bug in option.items() if name not in shared]
        for option in options
    ]
    rest = [option for option in rest if option]
    if rest:
        said = [
            " and ".join(sentence for sentence, _ in option)
            + f" (repair: {'; '.join(repair for _, repair in option if repair) or 'none known'})"
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
