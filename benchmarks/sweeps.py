"""What a sweep on this machine's workers gains, and what it adds to each run.

`python benchmarks/sweeps.py`, from the root of the project. The runs are those of chapter 12, on
more images.
"""

import time

import numpy as np
from shared import command_line, show

from helpers import evaluate, initialize, load_mnist, train
from helpers.cluster import connect, sweep

RUNS, ROUNDS, WORKERS = 100, 3, 2
IMAGES, EPOCHS = 2000, 8
SETTINGS = {"learning_rate": [0.1, 0.2], "hidden": [32]}


def make_run(X, y):
    """Return a run as a notebook would define it: with the images that it needs."""

    def run(learning_rate, hidden, seed):
        rng = np.random.default_rng(seed)
        params = initialize([784, hidden, 10], rng=rng)
        settings = {"learning_rate": learning_rate, "batch_size": 32, "epochs": EPOCHS}
        train(X, y, params, **settings, rng=rng, measure_every=EPOCHS, progress=False)
        return {"error": 1 - evaluate(X, y, params)[1]}

    return run


def seconds(function):
    """Return how long a call takes."""
    begin = time.perf_counter()
    function()
    return time.perf_counter() - begin


def main():
    """Measure both, several times, and print the tables."""
    options = command_line(__doc__).parse_args()
    runs, rounds = (10, 1) if options.quick else (RUNS, ROUNDS)
    X, y, *_ = load_mnist()
    run, seeds = make_run(X[:IMAGES], y[:IMAGES]), range(runs // 2)

    def one_after_the_other():
        for rate in SETTINGS["learning_rate"]:
            for seed in seeds:
                run(rate, 32, seed)

    def empty(learning_rate, hidden, seed):
        return {"error": 0.0}

    with connect(workers=WORKERS) as client:
        quiet = {"client": client, "progress": False}
        sweep(SETTINGS, run, [0, 1], **quiet)  # each worker has imported what it needs
        rows = [
            (
                seconds(one_after_the_other),
                seconds(lambda: sweep(SETTINGS, run, seeds, **quiet)),
                seconds(lambda: sweep(SETTINGS, empty, seeds, **quiet)) / runs,
            )
            for _ in range(rounds)
        ]
    show(
        f"{runs} runs, {WORKERS} workers, rounds: {rounds}",
        ["round", "one after the other (s)", "sweep (s)", "gain", "an empty run (ms)"],
        [
            [f"{i}", f"{alone:.1f}", f"{swept:.1f}", f"{alone / swept:.2f}", f"{1000 * none:.1f}"]
            for i, (alone, swept, none) in enumerate(rows, start=1)
        ],
        options.markdown,
    )


if __name__ == "__main__":
    main()
