"""What an optimizer's update costs, next to plain gradient descent and to its passes over arrays.

`python benchmarks/optimizers.py`, from the root of the project; README.md says what the rows mean.
"""

import statistics
import time
from functools import partial

import numpy as np
from shared import command_line, show

from helpers.network import backward, forward, initialize, one_hot, update
from helpers.optimizers import Adam, Momentum, RMSProp

NETWORKS = [([784, 128, 64, 10], 64), ([784, 800, 10], 128)]
ROUNDS = 40
UPDATES = 20  # per measurement: short ones, so that some fall between disturbances
RATE = 1e-9  # the parameters hardly move

# name -> arrays of state for each parameter array, roots and divisions for each
OPTIMIZERS = {
    "plain": (0, 0),
    "momentum": (1, 0),
    "Nesterov": (1, 0),
    "RMSProp": (1, 1),
    "Adam": (2, 1),
}
PASS, ROOT = "one pass over a state array", "root and division"


def updates(params, grads):
    """Return one function for each optimizer, without the checks, as the training loops call it."""
    steps = {
        "plain": update,
        "momentum": Momentum(params).update,
        "Nesterov": Momentum(params, nesterov=True).update,
        "RMSProp": RMSProp(params).update,
        "Adam": Adam(params).update,
    }
    return {name: partial(step, params, grads, RATE) for name, step in steps.items()}


def pieces(grads):
    """Return what an update has to do at least, apart from the plain one, as functions."""
    arrays = [grad for pair in grads for grad in pair]
    states = [np.zeros_like(grad) for grad in arrays]
    squares = [grad * grad + np.float32(1e-8) for grad in arrays]
    scratch = [np.empty_like(grad) for grad in arrays]

    def state_pass():
        for state, grad in zip(states, arrays, strict=True):
            state *= 0.9
            state += grad

    def root_and_division():
        for grad, square, out in zip(arrays, squares, scratch, strict=True):
            np.sqrt(square, out=out)
            np.divide(grad, out, out=out)

    return {PASS: state_pass, ROOT: root_and_division}


def measure(sizes, batch_size, rounds, repeats):
    """Microseconds of processor time of each function in each round, round by round."""
    rng = np.random.default_rng(0)
    params = initialize(sizes, rng=rng)
    X = rng.random((batch_size, sizes[0]), dtype=np.float32)
    Y = one_hot(rng.integers(0, sizes[-1], batch_size))

    def gradients():
        _, cache = forward(X, params)
        return backward(cache, Y, params)

    grads = gradients()
    functions = updates(params, grads) | pieces(grads) | {"forward and backward": gradients}
    results = {name: [] for name in functions}
    for _ in range(rounds):
        for name, function in functions.items():
            function()  # its arrays are in the cache of the processor then
            start = time.thread_time()
            for _ in range(repeats):
                function()
            results[name].append((time.thread_time() - start) / repeats * 1e6)
    return results


def table(results):
    """One row per optimizer, then one for each of the pieces that the budgets are made of."""
    fastest = {name: min(times) for name, times in results.items()}
    rows = []
    for name, times in results.items():
        row = [name, f"{fastest[name]:.0f}", f"{statistics.median(times):.0f}"]
        row.append(f"{fastest[name] / fastest['plain']:.2f}")
        if name in OPTIMIZERS:
            states, roots = OPTIMIZERS[name]
            budget = fastest["plain"] + states * fastest[PASS]
            least = budget + roots * fastest[ROOT]
            row += [str(states), *(f"{fastest[name] / most:.2f}" for most in (budget, least))]
        else:
            row += [""] * 3
        rows.append(row)
    return rows


def main(options):
    """Measure and print."""
    rounds, repeats = (1, 1) if options.quick else (ROUNDS, UPDATES)
    header = ["", "µs", "median", "ratio to plain", "state arrays"]
    header += ["to plain + passes", "to these + root"]
    for sizes, batch_size in NETWORKS[:1] if options.quick else NETWORKS:
        title = f"{'-'.join(map(str, sizes))}, batch size {batch_size}, rounds: {rounds}"
        results = measure(sizes, batch_size, rounds, repeats)
        show(title, header, table(results), options.markdown)


if __name__ == "__main__":
    main(command_line("Time the updates of the optimizers.").parse_args())
