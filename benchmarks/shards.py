"""What a data-parallel step takes on two workers of this machine, beside what is predicted.

`python benchmarks/shards.py`, from the root of the project, measures the numbers of (12.8)
and the steps of chapter 12, and keeps them in `shards.json`; the chapter's explorer shows them.
"""

import json
import os
import statistics
import time
from pathlib import Path

import shared
from shared import show

RESULTS = Path(__file__).with_name("shards.json")
WORKERS, ROUNDS = 2, 30
SIZES = [784, 128, 64, 10]
IMAGES, IMAGES_TIMED = 40_000, 4096
BATCHES = [256, 1024, 4096, 16_384, 32_768]


def typical(actions, rounds):
    """Return the median time of each action; in turns, so that a disturbance meets all."""
    taken = {name: [] for name in actions}
    for _ in range(rounds):
        for name, action in actions.items():
            begin = time.perf_counter()
            action()
            taken[name].append(time.perf_counter() - begin)
    return {name: statistics.median(times) for name, times in taken.items()}


def per_image(shard, params, rounds):
    """Return the seconds that an image takes where this shard is, forward and backward."""
    import numpy as np

    from helpers.network import batch_gradients

    (X, Y), rows = shard, np.random.default_rng(0).permutation(IMAGES_TIMED)
    action = {"step": lambda: batch_gradients(X[rows], Y[rows], params)}
    return typical(action, rounds)["step"] / IMAGES_TIMED


def measure(batches, rounds):
    """Measure the numbers of (12.8), and steps, alone and shared; return what is to be kept."""
    import numpy as np

    from helpers.cluster import Shards, connect, training_images
    from helpers.network import batch_gradients, initialize, one_hot

    X, y = (array[:IMAGES] for array in training_images())
    Y, params = one_hot(y), initialize(SIZES, rng=np.random.default_rng(0))
    tiny = initialize([784, 1, 10], rng=np.random.default_rng(0))
    n = sum(W.size + b.size for W, b in params)
    rows = {m: np.random.default_rng(m).permutation(IMAGES)[:m] for m in batches}
    with connect(workers=WORKERS) as client:
        shards = Shards(client, training_images, np.split(np.arange(IMAGES), WORKERS))
        one_each = np.arange(WORKERS) * (IMAGES // WORKERS)

        def in_workers():
            timed = [
                client.submit(per_image, shard, params, 5, pure=False) for shard in shards.shards
            ]
            in_all.append(max(client.gather(timed)))

        in_all = []
        actions = {
            "in workers": in_workers,
            "a message": lambda: shards.gradients(one_each, None, tiny),
            "parameters": lambda: shards.gradients(one_each, None, params),
        }
        for m in batches:
            actions["alone", m] = lambda m=m: batch_gradients(X[rows[m]], Y[rows[m]], params)
            actions["shared", m] = lambda m=m: shards.gradients(rows[m], None, params)
        typical(actions, 1)  # now all is loaded
        in_all.clear()
        seconds = typical(actions, rounds)
    latency, c_K, largest = seconds["a message"], statistics.median(in_all), max(batches)
    v = 8 * n * WORKERS / max(1e-9, seconds["parameters"] - latency)
    steps = [
        {
            "batch_size": m,
            "workers": WORKERS,
            "alone": seconds["alone", m],
            "shared": seconds["shared", m],
            "predicted": c_K * m / WORKERS + 8 * n * WORKERS / v + latency,
        }
        for m in batches
    ]
    return {
        "seconds_per_image": seconds["alone", largest] / largest,
        "seconds_per_image_in_workers": c_K,
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
        f"{1e6 * found['seconds_per_image']:.1f} µs an image alone, "
        f"{1e6 * found['seconds_per_image_in_workers']:.1f} µs in {WORKERS} workers at once, "
        f"latency {1e3 * found['latency']:.1f} ms, {found['bytes_per_second'] / 1e6:.0f} MB/s"
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
