"""How accurate the recipes of chapter 11 are: plain networks, warped images, several seeds.

`python benchmarks/recipes.py long`, from the root of the project, trains one network per seed on
all 60,000 images and measures its test error once. Each run is kept in `recipes.json` as soon as
it is done; a run with the same settings that is kept already is not made again.
"""

import json
import math
import os
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

import shared
from shared import show

RESULTS = Path(__file__).with_name("recipes.json")
SEEDS = [0, 1, 2]
DEV_SIZE = 10_000
QUICK_IMAGES = 6_000
SPEED_IMAGES, SPEED_ROUNDS = 20_000, 5

# every recipe: ReLU, Adam, the learning rate falls in a straight line to 0, new images each epoch
RECIPES = {
    "short": {  # the one that chapter 11 trains
        "sizes": [784, 384, 10],
        "learning_rate": 0.005,
        "batch_size": 192,
        "epochs": 8,
        "weight_decay": 0.0,
        "label_smoothing": 0.1,
        "augment": "random_shifts",
        "strengths": {"pixels": 1},
    },
    "medium": {
        "sizes": [784, 512, 512, 10],
        "learning_rate": 0.003,
        "batch_size": 256,
        "epochs": 12,
        "weight_decay": 0.0,
        "label_smoothing": 0.0,
        "augment": "random_warps",
        "strengths": {"rotation": 10, "scale": 0.1, "shear": 0.1, "shift": 1, "elastic": 0.7},
    },
    "long": {
        "sizes": [784, 1000, 500, 10],
        "learning_rate": 0.002,
        "batch_size": 256,
        "epochs": 60,
        "weight_decay": 0.03,
        "label_smoothing": 0.05,
        "augment": "random_warps",
        "strengths": {
            "rotation": 15,
            "scale": 0.15,
            "shear": 0.15,
            "shift": 1,
            "elastic": 1.3,
            "smoothness": 5,
        },
    },
}


def train_once(settings, data, seed):
    """Train one network from new weights."""
    import numpy as np

    import helpers

    weights_rng, order_rng = np.random.default_rng(seed).spawn(2)
    params = helpers.initialize(settings["sizes"], rng=weights_rng)
    augment = getattr(helpers, settings["augment"])
    helpers.train_recipe(
        *data,
        params,
        learning_rate=settings["learning_rate"],
        batch_size=settings["batch_size"],
        epochs=settings["epochs"],
        rng=order_rng,
        update=helpers.Adam(params).update,
        schedule=helpers.linear_decay,
        weight_decay=settings["weight_decay"],
        label_smoothing=settings["label_smoothing"],
        augment=lambda X, rng: augment(X, rng=rng, **settings["strengths"]),
        progress=False,
    )
    return params


def run(recipe, seed, dev, threads, images=None):
    """Train and measure once; return what is to be kept. With `dev`, the test set stays unseen."""
    import numpy as np

    import helpers

    settings = RECIPES[recipe]
    X, y, X_new, y_new = helpers.load_mnist()
    if dev:
        X, y, X_new, y_new = helpers.train_dev_split(X, y, DEV_SIZE, np.random.default_rng(0))
    if images is not None:
        X, y, settings = X[:images], y[:images], settings | {"epochs": 1}
    wall, cpu = time.perf_counter(), time.process_time()
    params = train_once(settings, (X, y), seed)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    _, right = helpers.evaluate(X_new, y_new, params)
    errors = round((1 - right) * len(y_new))
    return {
        "recipe": recipe,
        "measured_on": "dev" if dev else "test",
        "seed": seed,
        "errors": errors,
        "error": errors / len(y_new),
        "images": len(X),
        "seconds": round(wall, 1),
        "core_seconds": round(cpu, 1),
        "threads": threads,
        "numpy": np.__version__,
        "settings": settings,
        "command": f"python benchmarks/recipes.py {recipe}{' --dev' if dev else ''}",
    }


def kept():
    """All runs kept so far."""
    return json.loads(RESULTS.read_text()) if RESULTS.exists() else []


def keep(result, replacing):
    """Add a run to the file; it replaces one of the same recipe, seed and data."""

    def place(run):
        return list(RECIPES).index(run["recipe"]), run["measured_on"], run["seed"]

    runs = [old for old in kept() if place(old) != place(result)]
    lines = ",\n".join(json.dumps(run) for run in sorted([*runs, result], key=place))
    with replacing(RESULTS) as temporary:
        temporary.write_text(f"[\n{lines}\n]\n")


def is_kept(recipe, seed, dev):
    """Tell whether the file has this run, made with today's settings."""
    key = (recipe, seed, "dev" if dev else "test", RECIPES[recipe])
    return any(
        key == (old["recipe"], old["seed"], old["measured_on"], old["settings"]) for old in kept()
    )


def show_runs(runs, markdown):
    """Print one row per recipe and data set."""
    rows = []
    for recipe in RECIPES:
        for data in ("dev", "test"):
            of_recipe = [r for r in runs if (r["recipe"], r["measured_on"]) == (recipe, data)]
            if not of_recipe:
                continue
            errors = [r["error"] for r in of_recipe]
            settings = of_recipe[0]["settings"]
            row = [recipe, "-".join(map(str, settings["sizes"])), str(settings["epochs"]), data]
            row.append(f"{sum(errors) / len(errors):.2%}")
            row.append(", ".join(f"{error:.2%}" for error in errors))
            row.append(str(round(sum(r["core_seconds"] for r in of_recipe) / len(errors))))
            rows.append(row)
    header = ["recipe", "network", "epochs", "data", "mean error", "each seed", "core-seconds"]
    show("Error of the recipes", header, rows, markdown)


def show_speed(markdown):
    """Print how many images a second are shifted and warped on one thread."""
    import numpy as np

    import helpers

    X = helpers.load_mnist()[0][:SPEED_IMAGES]
    rng = np.random.default_rng(0)
    rows = []
    for name in ("short", "medium", "long"):
        settings = RECIPES[name]
        seconds = math.inf
        for _ in range(SPEED_ROUNDS):
            start = time.process_time()
            getattr(helpers, settings["augment"])(X, rng=rng, **settings["strengths"])
            seconds = min(seconds, time.process_time() - start)
        rows.append([f"`{settings['augment']}`, as in {name}", f"{len(X) / seconds:,.0f}"])
    show("Augmentation on one core", ["function", "images per second"], rows, markdown)


def main(options):
    """Train what is asked for and not kept yet, one process per run; print all that is kept."""
    os.environ.update(shared.threads(options.threads))  # before NumPy is imported, here or in a run
    if options.quick:
        runs = [run(recipe, 0, True, options.threads, QUICK_IMAGES) for recipe in RECIPES]
        show_runs(runs, options.markdown)
        show_speed(options.markdown)
        return
    from helpers.files import replacing  # before hours of training: nothing may fail after them

    wanted = [(recipe, seed, options.dev) for recipe in options.recipe for seed in options.seeds]
    wanted = [task for task in wanted if not is_kept(*task)]
    # spawned: a forked process would have a NumPy that is already loaded
    with ProcessPoolExecutor(
        options.processes, get_context("spawn"), max_tasks_per_child=1
    ) as pool:
        for done in as_completed([pool.submit(run, *task, options.threads) for task in wanted]):
            result = done.result()
            keep(result, replacing)
            print(
                f"{result['recipe']}, seed {result['seed']}: {result['measured_on']} error "
                f"{result['error']:.2%}, {result['seconds']:.0f} s",
                flush=True,
            )
    today = [old for old in kept() if old["settings"] == RECIPES[old["recipe"]]]
    show_runs(today, options.markdown)
    show_speed(options.markdown)


if __name__ == "__main__":
    few = "does it work at all? keeps nothing"
    parser = shared.command_line("Train the recipes of chapter 11; keep the runs.", quick=few)
    parser.add_argument("recipe", nargs="*", help=f"which to train: {', '.join(RECIPES)}")
    parser.add_argument("--dev", action="store_true", help="hold 10,000 images back; no test set")
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    parser.add_argument("--threads", type=int, default=1, help="of BLAS, in each process")
    parser.add_argument("--processes", type=int, default=1, help="runs at the same time")
    options = parser.parse_args()
    for unknown in set(options.recipe) - set(RECIPES):
        parser.error(f"there is no recipe {unknown}, only {', '.join(RECIPES)}")
    main(options)
