"""Exercises of chapter 03: cross-entropy."""

import numpy as np

from ..network import log_sum_exp
from .frame import (
    Wrong,
    attempt,
    end_if_wrong,
    exercise,
    expect,
    expect_number,
    part,
    remark_if_slow,
)


@exercise
def check_loss_on_paper(loss, rng):
    """Mean loss of three examples whose true classes have probability 1/2, 1/4 and 1/8."""
    ln2 = np.log(2)
    slips = [
        (6 * ln2, "That is the sum over the three examples. J is their mean."),
        (2.0, "That is in bits: the logarithm to base 2. A nat is the natural logarithm, ln."),
        (2 * np.log10(2), "That is with the logarithm to base 10. J takes the natural one, ln."),
        (-np.log(7 / 24), "That is the logarithm of the mean probability. Take each logarithm "
         "first, then the mean."),
        (-2 * ln2, "The sign: the logarithm of a probability is negative, and a loss is not."),
        (1.38, "Almost: round at the end and not on the way."),
        (1.40, "Almost: two decimals, please, and round only at the end."),
    ]
    meaning = "the mean of three logarithms, in nats, positive, to two decimals"
    expect_number(loss, 2 * ln2, meaning, slips, tolerance=0.0036)  # 1.39 is 0.0037 off
    return "each halving of the probability costs ln 2 more, so the mean is (1 + 2 + 3)/3 · ln 2."


def _hardest(Z, y, k):
    losses = log_sum_exp(Z) - Z[np.arange(len(y)), y]
    return losses.argsort()[::-1][:k]


@exercise
def check_hardest(hardest, rng):
    """Indices of the k examples with the largest loss, the most expensive first."""
    for m, n, k in [(40, 10, 9), (12, 12, 5), (6, 3, 2), (4, 2, 4), (1, 3, 1)]:
        Z, y = rng.normal(scale=3, size=(m, n)), rng.integers(n, size=m)
        rows = np.arange(m)
        losses = log_sum_exp(Z) - Z[rows, y]
        what = f"your result for m = {m}, {n} classes and k = {k}"
        slips = [
            (losses.argsort()[:k], "those are the cheapest: argsort begins with the smallest."),
            (losses.argsort()[-k:], "the right ones, but the most expensive comes last."),
            (np.sort(losses)[::-1][:k], "those are losses; return the positions of the images."),
            (losses.argsort()[::-1], f"you returned all {m}; the exercise asks for k = {k}."),
            ((log_sum_exp(Z) - Z.max(axis=1)).argsort()[::-1][:k], "ranked by the largest "
             "probability: where the network is least sure. Rank by the probability of the true "
             "class."),
            ((Z.max(axis=1) - Z[rows, y]).argsort()[::-1][:k], "ranked by the lead of the largest "
             "logit. Close to it, the loss depends on the other logits, too: log_sum_exp(Z)."),
            (Z[rows, y].argsort()[:k], "ranked by the logit alone; log_sum_exp(Z) differs by row."),
            (-np.sort(-losses.argsort()[::-1][:k]),
             "the right ones, but sorted by position instead of by loss."),
        ]
        with part("for ordinary logits"):
            expect(what, attempt(hardest, Z, y, k), _hardest(Z, y, k), slips)
    Z = np.array([[3000.0, 0, 0], [800.0, 0, 0], [2000.0, 0, 0], [0, 0, 0], [5000.0, 0, 0]])
    tie = ("the probabilities of several images are 0 after rounding, so they tie. The loss from "
           "the logits still tells these apart.")
    slips = [(order, tie) for order in ([4, 2, 1], [0, 1, 2], [2, 1, 0], [0, 1, 4])]
    with part("for logits of thousands", on_top=True):
        got = attempt(hardest, Z, np.ones(5, dtype=int), 3)
        expect("your result where logits of up to 5000 are wrong, k = 3", got, [4, 0, 2], slips)
    end_if_wrong()
    Z, y = rng.normal(size=(2000, 10)), rng.integers(10, size=2000)
    slow = remark_if_slow(hardest, _hardest, Z, y, 10)
    return "for any number of images and classes, and for logits of thousands." + slow


@exercise
def check_binary_loss(binary_loss, rng):
    """Mean cross-entropy of one sigmoid output, from its pre-activations."""
    for m in (7, 2, 100, 1):
        z, y = rng.normal(scale=3, size=m), rng.permutation(np.arange(m) % 2)  # both labels
        each = np.logaddexp(0, z) - z * y
        slips = [
            (each.sum(), "that is the sum over the examples; J is the mean."),
            (each, "one loss per example came; J is their mean, one number."),
            (np.logaddexp(0, z).mean(), "that is ln(1 + e^z) alone, the loss where y = 0. The "
             "term with y is missing."),
            ((np.logaddexp(0, z) + z * y).mean(), "the sign of the term z y."),
            ((np.logaddexp(0, z) - y).mean(), "y stands alone. Collect the terms with y once more: "
             "it is multiplied by something."),
            ((np.logaddexp(0, -z) - z * y).mean(),
             "the first term is ln(1 + e^-z), and should be ln(1 + e^z)."),
            ((np.logaddexp(0, z) - z * (1 - y)).mean(), "labels 0 and 1 have changed places."),
            ((np.logaddexp(0, -z) * y).mean(), "only the examples with y = 1 are counted."),
            (each.mean() / np.log(2), "these are bits; nats come from the natural logarithm."),
            ((np.logaddexp(1, z) - z * y).mean(),
             "that is ln(e + e^z): logaddexp takes exponents, and 1 is e to the power 0."),
            (-each.mean(), "the sign is wrong: a loss is never negative."),
        ]
        with part("for ordinary z", 2):
            expect(f"your result for m = {m}", attempt(binary_loss, z, y), each.mean(), slips)
    z, y = np.array([1000.0, -1000.0, 1000.0]), np.array([0, 0, 1])
    what = "your result for z = [1000, -1000, 1000], y = [0, 0, 1]"
    with part("for z = ±1000", on_top=True):
        got = attempt(binary_loss, z, y)
        if np.ndim(got) == 0 and 3 < got < 20:  # -ln of 1e-4 to 1e-26, over three examples
            raise Wrong(f"{what} is {got:.2f}: a probability is clipped, or has a little added. "
                        "That caps the loss of a mistake, however large it is.")
        expect(what, got, 1000 / 3)
    return "softmax with two classes in another form, and safe for any z."
