"""Exercises of chapter 11: beyond plain gradient descent."""

import math

import numpy as np

from ..network import initialize
from ..optimizers import cosine_decay
from .frame import (
    attempt,
    count_in_place,
    end_if_wrong,
    exercise,
    expect,
    expect_number,
    expect_params,
    part,
)


@exercise
def check_second_step(weight, rng):
    """Adam's second step, by hand, from gradients 2 and -5."""
    slips = [
        (0.2, "That is the second step alone. The first one has led from 0 to -0.3."),
        (0.1, "The sign: each step goes against its mean gradient, so the first goes to -0.3."),
        (-0.3, "That is where the weight is after the first step."),
        (-0.5, "The first gradient is positive and the second mean negative, so the second step "
         "leads back up."),
        (-0.6, "The second step is as long as the first here, and goes the same way. Its length is "
         "not α again: the two gradients do not agree; and the second mean is negative, so it "
         "leads back up."),
        (-0.3 + 0.3 * 2 / math.sqrt(7), "In the second step neither mean is corrected (11.5)."),
        (-0.3 + 0.3 * 2 / 4, "In the second step m is not corrected: divide it by 1 - β₁²."),
        (-0.3 + 0.3 * (8 / 3) / math.sqrt(7), "Is v corrected in the second step, divided by 1 - "
         "β₂²? Its length is not α again: the two gradients do not agree."),
        (-0.3 + 0.3 * 4 / math.sqrt(28),
         "The second step is corrected as if t were 1: the powers are β₁² and β₂² now."),
        (-0.3 + 0.3 * (8 / 3) / 16, "The root of v is missing in the second step."),
    ]
    expect_number(weight, -0.1, "the weight after two steps from 0", slips, tolerance=0.004)
    return "the second step is shorter than α: the two gradients did not agree."


def _fall(t, first, *, more=0, late=False):
    length = first
    while t > length if late else t >= length:
        t, length = t - length, length + (more or length)
    return t, length


def _cosine(s, length):
    return (1 + math.cos(math.pi * s / length)) / 2


@exercise
def check_restarts(restarts, rng):
    """Cosine decay that starts anew, each time for twice as long."""
    for first in (5, 1, 10, 7):
        for t in [0, 1, first - 1, first + 1, first, 3 * first - 1, 3 * first, 7 * first, 50]:
            s, length = _fall(t, first)
            right = cosine_decay(s, length)
            slips = [
                (cosine_decay(t % first, first), "every fall has the same length here; each one "
                 "takes twice as many steps as the one before."),
                (_cosine(*_fall(t, first, more=first)), "the falls take first, 2 first, 3 first, "
                 "... steps here. Each one takes twice as many as the one before."),
                (_cosine(*_fall(t, first, late=True)), "this is the first step of a new fall, with "
                 "the factor 1; here it still belongs to the old one. Is there a > where >= is "
                 "needed?"),
                ((1 + math.cos(math.pi * t / first)) / 2,
                 "the cosine goes up again by itself. The factor has to jump back to 1 instead."),
                (1 - s / length, "that is the straight line (11.7), not the cosine."),
                (math.cos(math.pi * s / length), "a cosine between 1 and -1: add 1 and halve."),
                (math.cos(math.pi / 2 * s / length), "that is a quarter of a cosine's period. "
                 "(11.8) takes half of one, and halves it after adding 1."),
                ((1 + math.cos(math.pi * (s + 1) / length)) / 2, "that is the factor of the step "
                 "after: the first step of a fall has the factor 1."),
                ((1 + math.cos(math.pi * s / max(1, length - 1))) / 2, "the last step of a fall "
                 "has the factor 0 here, a wasted step: divide by its length, not by one less."),
                ((1 + math.cos(s / length)) / 2, "π is missing in the cosine."),
            ]
            jump = t > 0 and s == 0
            with part("at the jumps" if jump else "between the jumps", on_top=jump):
                got = attempt(restarts, t, first)
                expect(f"your factor for t = {t}, first = {first}", got, right, slips)
    return "each jump gives the steps new length, and each fall twice the time to settle."


def _mean(snapshots, beta):
    t = len(snapshots)
    parts = [beta ** (t - i) for i in range(1, t + 1)]
    return _weighted(snapshots, [part * (1 - beta) / (1 - beta**t) for part in parts])


def _weighted(snapshots, parts):
    layers = zip(*snapshots, strict=True)
    return [tuple(np.tensordot(parts, np.stack(arrays), 1) for arrays in zip(*layer, strict=True))
            for layer in layers]


@exercise
def check_average(average, rng):
    """Running mean of parameters with Adam's correction."""
    count_in_place("in leaving the originals as they are")
    for sizes, t, beta in [([3, 4, 2], 5, 0.9), ([2, 3], 1, 0.9), ([1, 1, 2], 40, 0.5),
                           ([4, 2], 7, 0.99), ([2, 2, 2], 2, 0.0)]:
        snapshots = [_snapshot(sizes, rng, np.float64) for _ in range(t)]
        what = f"for {t} snapshot(s) and β = {beta}"
        got = attempt(average, snapshots, beta)
        with part("for the mean", 2):
            _expect_average(what, got, snapshots, beta)
    end_if_wrong()
    snapshots = [_snapshot([3, 2], rng, np.float32) for _ in range(3)]
    got = attempt(average, snapshots, 0.9)
    wide = any(np.asarray(array).dtype == np.float64 for pair in got for array in pair)
    return "the same sum corrects any running mean that starts at zero." + wide * (
        " One thing to know: from parameters in float32 your result comes in float64, which takes "
        "twice the memory and the time.")


def _snapshot(sizes, rng, dtype):
    params = initialize(sizes, rng=rng, dtype=dtype)
    return [(W, rng.standard_normal(len(b)).astype(dtype)) for W, b in params]


def _expect_average(what, got, snapshots, beta):
    t, right = len(snapshots), _mean(snapshots, beta)
    expect_params(f"your result {what}", got, len(right))
    powers = np.array([beta ** (t - i) for i in range(1, t + 1)])
    kinds = [
        ((1 - beta) * powers, "the mean is not corrected yet: at the start it is too small."),
        ((1 - beta) * powers / (1 - beta), "divide by 1 - β to the power of t; this is 1 - β."),
        ((1 - beta) * powers / (1 - beta ** (t + 1)),
         "the correction is that of one step more: t is the number of snapshots."),
        (np.full(t, 1 / t),
         "that is the plain mean, in which the oldest weights count as much as the newest."),
        (powers[::-1] * (1 - beta) / (1 - beta**t),
         "the oldest snapshot counts most here; the newest should."),
        (np.eye(t)[-1], "that is the last snapshot itself."),
        (np.append(beta ** (t - 1), (1 - beta) * powers[1:]), "this mean starts at the first "
         "snapshot, which then counts for far more than its share. Start at zero and correct."),
        (_at_every_step(t, beta), "the mean is corrected in every step, and goes on from there. "
         "The running mean itself must stay as it is: divide once, at the end."),
    ]
    exchanged = "β and 1 - β have changed places: the mean keeps the part β."
    starting = ("this mean starts at the first snapshot, and is corrected as if it had started at "
                "zero. Start at zero.")
    swapped = np.array([beta * (1 - beta) ** (t - i) for i in range(1, t + 1)])
    first_alone = np.append(beta ** (t - 1), (1 - beta) * powers[1:])
    first_twice = (1 - beta) * powers + beta**t * np.eye(t)[0]
    kinds += [
        (swapped, exchanged),
        (swapped / (1 - beta**t), exchanged),
        (swapped / (1 - (1 - beta) ** t) if beta > 0 else swapped, exchanged),
        (first_alone / (1 - beta**t), starting),
        (first_twice / (1 - beta**t), starting),
    ]
    if beta > 0:
        kinds.append(((1 - beta) * powers / beta**t, "the part that is missing is β to the power "
                      "of t. Divide by the part that is there, 1 less that."))
    if t > 1 and beta > 0:
        kinds.append(((1 - beta) * powers / (1 - beta ** (t - 1)),
                      "the correction is that of one step less: t is the number of snapshots."))
    wrong = [(_weighted(snapshots, parts), sentence) for parts, sentence in kinds]
    for l, (pair, right_pair) in enumerate(zip(got, right, strict=True)):
        for k, name in enumerate("Wb"):
            slips = [(values[l][k], sentence) for values, sentence in wrong]
            expect(f"your {name} of layer {l + 1} {what}", pair[k], right_pair[k], slips)


def _at_every_step(t, beta):
    parts = np.zeros(t)
    for i in range(t):
        parts[i] = 1 - beta
        parts[:i] *= beta
        parts /= 1 - beta ** (i + 1)
    return parts
