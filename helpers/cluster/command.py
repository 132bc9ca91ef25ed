"""`python -m helpers --sweep settings.json`: MNIST with many settings, on many workers."""

import functools
import json
from pathlib import Path

import numpy as np

from ..data import load_mnist, train_dev_split
from ..network import initialize
from ..training import loss_and_accuracy, train
from .client import connect
from .sweeps import ranking, settings_of, sweep

SEEDS = 3  # for each setting, and as many fresh ones for the winner
NAMES = "hidden", "activation", "learning_rate", "batch_size", "epochs"


def run_sweep(options, dev_size):
    """Make the sweep that a file describes; print the ranking, and the winner on fresh seeds."""
    settings = read_settings(options)
    seeds = settings.pop("seed", [*range(options.seed, options.seed + SEEDS)])
    fresh = [max(seeds) + 1 + i for i in range(SEEDS)]
    path = options.output / "sweep.csv"
    options.output.mkdir(parents=True, exist_ok=True)
    run = functools.partial(train_once, split=options.seed, dev_size=dev_size)
    with connect(options.scheduler) as client:
        table = sweep(settings, run, seeds, client, path)
        for error, rows in table.groupby("error"):
            print(f"{len(rows)} of {len(table)} runs failed: {error}")
        ranks = ranking(table, "dev_error").rename(columns={"mean": "dev error (%)", "std": "±"})
        print(ranks.round({"dev error (%)": 2, "±": 2}).to_string(index=False))
        winner = ranks[settings_of(table)].head(1).to_dict("records")
        again = sweep(winner, run, fresh, client, path)["dev_error"]
    print(
        f"the first of them on fresh seeds: {again.mean():.2f} ± {again.std():.2f}; "
        f"each run is in {path}"
    )


def read_settings(options):
    """Read the file's lists of values; what it does not name is what the other options say."""
    path = Path(options.sweep)
    try:
        given = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise ValueError(f"{path} is not JSON ({error}); {_expected()}") from error
    lists = isinstance(given, dict) and all(isinstance(v, list) and v for v in given.values())
    if not lists or given.keys() - {*NAMES, "seed"}:
        raise ValueError(f"{path} holds {json.dumps(given)[:100]}; {_expected()}")
    return {name: [getattr(options, name)] for name in NAMES} | given


def _expected():
    return (
        'expected lists of values, such as {"learning_rate": [0.05, 0.15], "hidden": [[64], '
        f"[128, 64]]}}, for some of {', '.join(NAMES)} and seed"
    )


def train_once(hidden, activation, learning_rate, batch_size, epochs, seed, split, dev_size):
    """Train on MNIST, on a worker that reads the images from its own copy of the course."""
    X_train, y_train, X_dev, y_dev = _images(split, dev_size)
    weights_rng, order_rng = np.random.default_rng(seed).spawn(2)
    sizes = [X_train.shape[1], *hidden, 10]
    params = initialize(sizes, hidden=activation, rng=weights_rng)
    train(
        X_train,
        y_train,
        params,
        learning_rate=learning_rate,
        batch_size=batch_size,
        epochs=epochs,
        rng=order_rng,
        hidden=activation,
        measure_every=epochs,
        progress=False,
    )
    loss, accuracy = loss_and_accuracy(X_dev, y_dev, params, activation)
    return {"dev_error": 100 * (1 - accuracy), "dev_loss": loss}


@functools.cache
def _images(split, dev_size):
    X, y, *_ = load_mnist()
    return train_dev_split(X, y, dev_size, np.random.default_rng(split))
