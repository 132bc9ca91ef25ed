"""How fast the network trains, next to other ways of training the same one on real MNIST.

`python benchmarks/speed.py`, from the root of the project; README.md says what the rows mean.

The number of threads has to be known before NumPy is imported, and loading, importing and memory
are measured in fresh processes. So this script starts itself again with `--task` for each of them
and itself never imports NumPy.
"""

import argparse
import functools
import json
import os
import statistics
import subprocess
import sys
import time
from importlib.metadata import PackageNotFoundError, version

import shared
from shared import show

NETWORKS = [([784, 128, 64, 10], 64), ([784, 30, 10], 10), ([784, 800, 10], 128)]
THREADS = [1, 2]
MNIST_SIZE = 60_000
IMAGES = MNIST_SIZE // 2  # half an epoch per measurement; the seconds are then doubled
QUICK_IMAGES = MNIST_SIZE // 60
ROUNDS = 7
MAX_SECONDS = 85  # per number of threads; no new round begins after that
PAUSE = 0.2  # seconds before a measurement: threads of the one before may still wait for work
FRESH_STARTS = 5


# ---- in the processes that this script starts ----------------------------------------------------


def time_steps(quick):
    """Time every contender on every network, round by round; one list of seconds for each."""
    from contenders import CONTENDERS

    from helpers import load_mnist

    X, y, _, _ = load_mnist()
    images = QUICK_IMAGES if quick else IMAGES
    X, y = X[:images], y[:images]
    networks = NETWORKS[:1] if quick else NETWORKS
    epochs = {}
    for network, (sizes, batch_size) in enumerate(networks):
        for name, contender in CONTENDERS.items():
            try:
                epochs[network, name] = contender(X, y, sizes, batch_size)
            except ModuleNotFoundError:
                epochs[network, name] = None
    seconds = [{name: [] for name in CONTENDERS} for _ in networks]
    start, rounds = time.perf_counter(), 0
    while rounds < (1 if quick else ROUNDS) and time.perf_counter() - start < MAX_SECONDS:
        for (network, name), epoch in epochs.items():
            if epoch is not None:
                time.sleep(0 if quick else PAUSE)
                seconds[network][name].append(epoch() * MNIST_SIZE / images)
        rounds += 1
    return seconds


def problem(quick):
    """Return MNIST, new parameters of the first network, and the settings to train them with."""
    import numpy as np

    from helpers import initialize, load_mnist

    X, y, X_test, y_test = load_mnist()
    if quick:
        X, y = X[:QUICK_IMAGES], y[:QUICK_IMAGES]
    sizes, batch_size = NETWORKS[0]
    rng = np.random.default_rng(0)
    params = initialize(sizes, rng=rng)
    settings = {"learning_rate": 0.1, "batch_size": batch_size, "rng": rng}
    return X, y, X_test, y_test, params, settings


def time_checks(quick):
    """Time the checks that `train` makes once, and the steps of one epoch."""
    from helpers import train, training
    from helpers.checks import guarded

    X, y, _, _, params, settings = problem(quick)
    settings["epochs"] = 1
    only_checks = guarded(functools.wraps(training.train)(lambda *args, **kwargs: None))
    checks, steps = [], []
    for _ in range(1 if quick else FRESH_STARTS):
        start = time.perf_counter()
        only_checks(X, y, params, **settings)
        checks.append(time.perf_counter() - start)
        steps.append(float(train(X, y, params, **settings, progress=False)["seconds"].iloc[0]))
    return {"checks": min(checks), "steps": min(steps)}


def time_load(quick):
    """Time `load_mnist`; the file is in the cache of the operating system."""
    from helpers import load_mnist

    start = time.perf_counter()
    load_mnist()
    return time.perf_counter() - start


def measure_memory(quick):
    """Load, train for two epochs, evaluate; return the peak memory in MB."""
    from helpers import evaluate, train

    X, y, X_test, y_test, params, settings = problem(quick)
    train(X, y, params, **settings, epochs=2, X_dev=X_test, y_dev=y_test, progress=False)
    evaluate(X_test, y_test, params)
    return shared.peak_memory()


def name_versions(quick):
    """Name the versions of what was measured."""
    import numpy as np

    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    names = [f"Python {sys.version.split()[0]}", f"NumPy {np.__version__}"]
    names.append(f"{blas['name']} {blas['version']}")
    for package in ("scikit-learn", "torch", "jax"):
        try:
            names.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            names.append(f"{package} not installed")
    return ", ".join(names)


TASKS = {
    "steps": time_steps,
    "checks": time_checks,
    "load": time_load,
    "memory": measure_memory,
    "versions": name_versions,
}


# ---- in the process that you start ---------------------------------------------------------------


def environment(threads):
    """The environment in which every library has this number of threads, JAX too."""
    flags = "--xla_cpu_multi_thread_eigen=false" if threads == 1 else ""
    return os.environ | shared.threads(threads) | {"XLA_FLAGS": flags}


def cores():
    """The cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


def run_task(task, quick, threads=1):
    """Run one of TASKS in a fresh process on `threads` cores; return its result."""
    options = ["--task", task, "--threads", threads, *["--quick"] * quick]
    return shared.in_fresh_process(__file__, *options, env=environment(threads))


def seconds_to_run(code):
    """Seconds that a fresh interpreter needs for a line of code, its start included."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], env=environment(1), check=True)
    return time.perf_counter() - start


def time_import(starts):
    """Seconds of `import helpers` in a fresh process, without the start of the interpreter."""
    seconds_to_run("import helpers")  # compiles and caches
    pairs = [(seconds_to_run("import helpers"), seconds_to_run("pass")) for _ in range(starts)]
    return statistics.median(full - bare for full, bare in pairs)


def row(name, seconds, ours, evaluation):
    """One row of a table of contenders."""
    if not seconds:
        return [name, "not installed", "", "", "", ""]
    figures = [min(seconds), statistics.median(seconds), max(seconds)]
    ratio = f"{min(seconds) / min(ours):.2f}"
    return [name, *(f"{figure:.3f}" for figure in figures), ratio, evaluation]


def show_steps(threads, quick, markdown):
    """Print one table per network."""
    header = ["", "seconds per epoch", "median", "slowest", "ratio to ours", "evaluation"]
    results = run_task("steps", quick, threads)
    for (sizes, batch_size), seconds in zip(NETWORKS, results, strict=False):
        evaluation = seconds.pop("evaluation")
        rows = [
            row(name, values, seconds["ours"], f"{min(evaluation):.3f}" if name == "ours" else "")
            for name, values in seconds.items()
        ]
        network = "-".join(map(str, sizes))
        title = f"{network}, batch size {batch_size}, {threads} thread{'s' * (threads > 1)}"
        show(f"{title}, rounds: {len(evaluation)}", header, rows, markdown)


def show_rest(quick, markdown):
    """Print what surrounds the steps: checks, loading, importing, memory."""
    starts = 1 if quick else FRESH_STARTS
    checks = run_task("checks", quick)
    share = checks["checks"] / checks["steps"]
    load = statistics.median(run_task("load", quick) for _ in range(starts))
    memory = run_task("memory", quick)
    peak = "not available" if memory is None else f"{memory:.0f} MB"
    rows = [
        ["checks of `train`, once per call", f"{1000 * checks['checks']:.1f} ms"],
        ["the same, compared with the steps of one epoch", f"{share:.1%}"],
        ["checks in each step", "none"],
        ["`load_mnist()`", f"{load:.2f} s"],
        ["`import helpers`", f"{time_import(starts):.2f} s"],
        ["peak memory of a training run", peak],
    ]
    show("Around the steps, 1 thread", ["", "measured"], rows, markdown)


def main(options):
    """Measure and print, or run the one task that another process has asked for."""
    if options.task:
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, cores()[-options.threads :])
        print(json.dumps(TASKS[options.task](options.quick)))
        return
    images = QUICK_IMAGES if options.quick else IMAGES
    print(run_task("versions", options.quick))
    print(
        f"Each measurement trains on {images:,} images; the seconds are scaled to {MNIST_SIZE:,}."
    )
    for threads in THREADS[:1] if options.quick else THREADS:
        if threads > len(cores()):
            print(f"\n{threads} threads: skipped, there is only one core")
        else:
            show_steps(threads, options.quick, options.markdown)
    show_rest(options.quick, options.markdown)


if __name__ == "__main__":
    parser = shared.command_line("Time training on MNIST, next to other libraries.")
    parser.add_argument("--task", choices=list(TASKS), help=argparse.SUPPRESS)
    parser.add_argument("--threads", type=int, default=1, help=argparse.SUPPRESS)
    main(parser.parse_args())
