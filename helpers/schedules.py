"""Learning-rate schedules (chapter 11): factors from 0 to 1 for the peak learning rate.

Steps count from 0, so the last of `steps` steps is number `steps - 1`. Its factor is small but not
0: a step of size 0 would be a wasted one.
"""

import math

from .validation import check_count, checked


def _check_schedule(step, steps, warmup=0):
    check_count(steps, "steps")
    check_count(step, "step", minimum=0)
    check_count(warmup, "warmup", minimum=0)
    if step >= steps:
        raise ValueError(f"step must be below steps={steps}, got {step}: steps count from 0")
    if warmup >= steps:
        raise ValueError(f"warmup must be below steps={steps}, got {warmup}")


@checked(_check_schedule)
def linear_decay(step, steps, warmup=0):
    """Fall in a straight line from 1 towards 0, after an optional rise of `warmup` steps.

    Eq. (11.7).

    Parameters
    ----------
    step : int
        The step about to be taken, from 0.
    steps : int
        Steps of the whole training.
    warmup : int
        Steps in which the factor rises in a straight line; the last of them has the factor 1.

    Returns
    -------
    float
        Multiply the peak learning rate by it.

    Examples
    --------
    >>> [linear_decay(step, 4) for step in range(4)]
    [1.0, 0.75, 0.5, 0.25]
    >>> [linear_decay(step, 6, warmup=2) for step in range(6)]
    [0.5, 1.0, 1.0, 0.75, 0.5, 0.25]
    """
    if step < warmup:
        return (step + 1) / warmup
    return (steps - step) / (steps - warmup)


@checked(_check_schedule)
def cosine_decay(step, steps, warmup=0):
    """Fall from 1 towards 0 along half a cosine, after an optional rise of `warmup` steps.

    Eq. (11.8).

    Parameters
    ----------
    step : int
        The step about to be taken, from 0.
    steps : int
        Steps of the whole training.
    warmup : int
        Steps in which the factor rises in a straight line; the last of them has the factor 1.

    Returns
    -------
    float
        Multiply the peak learning rate by it.

    Notes
    -----
    Loshchilov and Hutter 2017, "SGDR: stochastic gradient descent with warm restarts"; here
    without restarts.

    Examples
    --------
    >>> [round(cosine_decay(step, 4), 3) for step in range(4)]
    [1.0, 0.854, 0.5, 0.146]
    """
    if step < warmup:
        return (step + 1) / warmup
    return (1 + math.cos(math.pi * (step - warmup) / (steps - warmup))) / 2
