"""What a data-parallel step takes on two workers of this machine, beside what is predicted.

`python benchmarks/shards.py`, from the root of the project, measures the three numbers of (12.8)
and the steps of chapter 12, and keeps them in `shards.json`; the chapter's explorer shows them.
"""

import json
import os
import time
from pathlib import Path

import shared
from shared import show

RESULTS = Path(__file__).with_name("shards.json")
WORKERS, ROUNDS = 2, 30
SIZES = [784, 128, 64, 10]
BATCHES = [256, 1024, 4096, 16_384, 32_768]


def load_train():
    """Return the images that the workers share."""
    from helpers import load_mnist

    X, y, _, _ = load_mnist()
    return X[:40_000], y[:40_000]


def bounce(message):
    """Come back."""
    return message


def fastest(actions, rounds):
    """Return the shortest time of each action; in turns, so that a disturbance meets all."""
    taken = {name: [] for name in actions}
    for _ in range(rounds):
        for name, action in actions.items():
            begin = time.perf_counter()
            action()
            taken[name].append(time.perf_counter() - begin)
    return {name: min(times) for name, times in taken.items()}


def measure(batches, rounds):
    """Measure messages and steps, alone and shared; return what is to be kept."""
    import numpy as np

    from helpers.cluster import Shards, connect
    from helpers.network import batch_gradients, initialize, one_hot

    X, y = load_train()
    Y, params = one_hot(y), initialize(SIZES, rng=np.random.default_rng(0))
    n = sum(W.size + b.size for W, b in params)
    rows = {m: np.random.default_rng(m).permutation(len(X))[:m] for m in batches}
    with connect(workers=WORKERS) as client:
        shards = Shards(client, load_train, np.split(np.arange(len(X)), WORKERS))
        workers = list(client.nthreads())

        def there_and_back(message):
            sent = [client.submit(bounce, message, workers=[w], pure=False) for w in workers]
            client.gather(sent)

        actions = {
            "nothing": lambda: there_and_back(None),
            "parameters": lambda: there_and_back(params),
        }
        for m in batches:
            actions["alone", m] = lambda m=m: batch_gradients(X[rows[m]], Y[rows[m]], params)
            actions["shared", m] = lambda m=m: shards.gradients(rows[m], None, params)
        seconds = fastest(actions, rounds)
    latency, largest = seconds["nothing"], max(batches)
    c = seconds["alone", largest] / largest
    v = 8 * n * WORKERS / max(1e-9, seconds["parameters"] - latency)
    steps = [
        {
            "batch_size": m,
            "workers": WORKERS,
            "alone": seconds["alone", m],
            "shared": seconds["shared", m],
            "predicted": c * m / WORKERS + 8 * n * WORKERS / v + latency,
        }
        for m in batches
    ]
    return {
        "seconds_per_image": c,
        "latency": latency,
        "bytes_per_second": v,
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        "command": "python benchmarks/shards.py",
        "steps": steps,
    }


def main():
    """Measure, keep, and print a table."""
    parser = shared.command_line("A data-parallel step, measured and predicted.")
    options = parser.parse_args()
    os.environ.update(shared.threads(1))
    found = measure(*(([256, 1024], 3) if options.quick else (BATCHES, ROUNDS)))
    if not options.quick:
        RESULTS.write_text(json.dumps(found, indent=1) + "\n")
    print(
        f"{1e6 * found['seconds_per_image']:.1f} µs an image, latency {1e3 * found['latency']:.1f}"
        f" ms, {found['bytes_per_second'] / 1e6:.0f} MB/s"
    )
    rows = [
        [f"{one['batch_size']:,}"]
        + [f"{1e3 * one[name]:.1f}" for name in ("alone", "predicted", "shared")]
        + [f"{one['shared'] / one['predicted']:.2f}", f"{one['alone'] / one['shared']:.2f}"]
        for one in found["steps"]
    ]
    header = ["batch size", "alone (ms)", "predicted (ms)", "shared (ms)", "to predicted", "gain"]
    show(f"A step on {WORKERS} workers, rounds: {ROUNDS}", header, rows, options.markdown)


if __name__ == "__main__":
    main()
