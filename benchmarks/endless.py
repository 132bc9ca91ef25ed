"""Error on dev over the images seen: a stream in which none comes twice, and the same ones again.

`python benchmarks/endless.py`, from the root of the project, trains one network per seed on each.
Two workers warp the images of the stream, as in chapter 12. After every 100,000 images the run so
far is kept in `endless.json`; a run that is whole and has the same settings is not made again.
"""

import json
import os
import time
from pathlib import Path

import shared
from shared import show

RESULTS = Path(__file__).with_name("endless.json")
KINDS = ("new", "same")
DEV_SIZE = 10_000
BLOCK = 2_000  # images
SETTINGS = {
    "sizes": [784, 512, 512, 10],
    "images": 2_400_000,
    "every": 100_000,
    "learning_rate": 0.002,  # Adam; falls to 0 along a line
    "batch_size": 200,
    "warps": {"rotation": 10, "scale": 0.1, "shear": 0.1, "shift": 1, "elastic": 0.7},
}


def load():
    """Return the images to train on, and the dev set."""
    import numpy as np

    import helpers

    X, y, _, _ = helpers.load_mnist()
    return helpers.train_dev_split(X, y, DEV_SIZE, np.random.default_rng(0))


def load_train():
    """Return the images to train on: what each worker reads."""
    return load()[:2]


def warp(X, rng):
    """Return warped copies, with the strengths of the settings."""
    from helpers import random_warps

    return random_warps(X, rng, **SETTINGS["warps"])


def again_and_again(X, y, rng):
    """Yield blocks of the same images, in a new order each time through."""
    from helpers.network import minibatches

    while True:
        yield from minibatches(X, y, BLOCK, rng)


def memory(client):
    """Return the memory of this process and of the largest worker, in MB."""
    import psutil

    def of_process():
        return psutil.Process().memory_info().rss / 1e6

    return {"here": round(of_process()), "worker": round(max(client.run(of_process).values()))}


def train(kind, seed, client, settings):
    """Train one network; yield the run so far after every so many images."""
    from itertools import islice

    import numpy as np

    from helpers.cluster.stream import endless
    from helpers.network import initialize, one_hot, steps
    from helpers.optimizers import Adam
    from helpers.training import loss_and_accuracy

    weights_rng, order_rng = np.random.default_rng(seed).spawn(2)
    params = initialize(settings["sizes"], rng=weights_rng)
    X, y, X_dev, y_dev = load()
    blocks = again_and_again(X, y, order_rng)
    if kind == "new":
        blocks = endless(client, load_train, warp, seed=seed, block=BLOCK)
    update, total = Adam(params).update, settings["images"]
    run = {"images": kind, "seed": seed, "seen": [], "errors": [], "memory": [], "seconds": []}
    begin, seen = time.perf_counter(), 0
    for X_block, y_block in islice(blocks, total // BLOCK):
        rate = settings["learning_rate"] * (1 - seen / total)
        for _ in steps(
            X_block,
            one_hot(y_block),
            params,
            learning_rate=rate,
            batch_size=settings["batch_size"],
            rng=order_rng,
            update=update,
        ):
            pass
        seen += len(X_block)
        if seen % settings["every"] == 0:
            _, right = loss_and_accuracy(X_dev, y_dev, params)
            run["seen"].append(seen)
            run["errors"].append(round((1 - right) * len(y_dev)))
            run["memory"].append(memory(client))
            run["seconds"].append(round(time.perf_counter() - begin))
            yield run | {
                "dev_images": len(y_dev),
                "settings": settings,
                "command": "python benchmarks/endless.py",
            }


def kept():
    """All runs kept so far."""
    return json.loads(RESULTS.read_text()) if RESULTS.exists() else []


def place(run):
    """Tell which run it is."""
    return KINDS.index(run["images"]), run["seed"]


def keep(result, replacing):
    """Put a run into the file, in the place of the same one with fewer images."""
    runs = [old for old in kept() if place(old) != place(result)]
    lines = ",\n".join(json.dumps(run) for run in sorted([*runs, result], key=place))
    with replacing(RESULTS) as temporary:
        temporary.write_text(f"[\n{lines}\n]\n")


def is_kept(kind, seed):
    """Tell whether the file has this run, whole and made with today's settings."""
    return any(
        (old["images"], old["seed"], old["settings"]) == (kind, seed, SETTINGS)
        and old["seen"][-1] == SETTINGS["images"]
        for old in kept()
    )


def show_runs(runs, markdown):
    """Print one row per run."""
    rows = []
    for run in runs:
        error = [f"{e / run['dev_images']:.2%}" for e in run["errors"]]
        row = [run["images"], str(run["seed"]), f"{run['seen'][-1]:,}", error[0], error[-1]]
        for where in ("here", "worker"):
            used = [sizes[where] for sizes in run["memory"]]
            row.append(f"{used[0]} to {max(used)}")
        rows.append(row)
    header = ["images", "seed", "seen", "dev error at first", "at the end", "MB here", "MB worker"]
    show("Dev error over the images seen", header, rows, markdown)


def main(options):
    """Train what is not kept yet; print all that is kept."""
    os.environ.update(shared.threads(1))
    from helpers.cluster import connect
    from helpers.files import replacing

    with connect(workers=2) as client:
        if options.quick:
            few = SETTINGS | {"images": 8_000, "every": 4_000}
            runs = [list(train(kind, 0, client, few))[-1] for kind in KINDS]
            show_runs(runs, options.markdown)
            return
        for seed in options.seeds:
            for kind in KINDS:
                if is_kept(kind, seed):
                    continue
                for run in train(kind, seed, client, SETTINGS):
                    keep(run, replacing)
                print(f"{kind}, seed {seed}: {run['errors'][-1]} errors", flush=True)
    show_runs(kept(), options.markdown)


if __name__ == "__main__":
    few = "does it work at all? keeps nothing"
    parser = shared.command_line("Train on an endless stream of images.", quick=few)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    main(parser.parse_args())
