"""How long it takes to reach an accuracy on MNIST's test set, and what accuracy is reached.

`python benchmarks/accuracy.py`, from the root of the project.
"""

import os

from shared import command_line, show, threads

LEARNING_RATE = 0.15
BATCH_SIZE = 32
SEEDS = [0, 1, 2]
GOALS = [0.95, 0.97, 0.98]
GOAL_NETWORK = [784, 128, 64, 10]
NETWORKS = [([784, 10], 10), ([784, 30, 10], 10), (GOAL_NETWORK, 20)]  # sizes, epochs
QUICK_IMAGES, QUICK_EPOCHS = 6_000, 2


def train_once(data, sizes, epochs, seed):
    """Train from new weights; return the history, with the test set measured every epoch."""
    import numpy as np

    from helpers import initialize, train

    X, y, X_test, y_test = data  # the test set is there to watch, not to choose anything by it
    weights_rng, order_rng = np.random.default_rng(seed).spawn(2)
    params = initialize(sizes, rng=weights_rng)
    return train(
        X,
        y,
        params,
        learning_rate=LEARNING_RATE,
        batch_size=BATCH_SIZE,
        epochs=epochs,
        rng=order_rng,
        X_dev=X_test,
        y_dev=y_test,
        progress=False,
    )


def time_to(goal, history):
    """The first epoch that ends at the goal or above, and the seconds of all steps until then."""
    reached = history["dev_accuracy"] >= goal
    if not reached.any():
        return "not reached"
    epoch = reached.idxmax()
    return f"{history['seconds'].loc[:epoch].sum():.2f} s, {epoch} epoch{'s' * (epoch > 1)}"


def show_goals(histories, markdown):
    """Print one row per seed: how long until each goal."""
    header = ["seed", *(f"until {goal:.0%}" for goal in GOALS)]
    rows = [
        [str(seed), *(time_to(goal, history) for goal in GOALS)]
        for seed, history in zip(SEEDS, histories, strict=False)
    ]
    network = "-".join(map(str, GOAL_NETWORK))
    show(f"{network}: training seconds until a test accuracy", header, rows, markdown)


def show_final(histories, markdown):
    """Print one row per network: the test accuracy after its last epoch."""
    rows = []
    for (sizes, _), of_network in zip(NETWORKS, histories, strict=True):
        final = [history["dev_accuracy"].iloc[-1] for history in of_network]
        mean, each = sum(final) / len(final), ", ".join(f"{value:.2%}" for value in final)
        rows.append(["-".join(map(str, sizes)), str(len(of_network[0])), f"{mean:.2%}", each])
    header = ["network", "epochs", "mean test accuracy", "each seed"]
    show("Test accuracy after the last epoch", header, rows, markdown)


def main(options):
    """Train every network with every seed on one thread, then print."""
    os.environ.update(threads(1))  # before NumPy is imported
    from helpers import load_mnist

    X, y, X_test, y_test = load_mnist()
    seeds = SEEDS
    if options.quick:
        X, y, seeds = X[:QUICK_IMAGES], y[:QUICK_IMAGES], SEEDS[:1]
    print(
        f"learning rate {LEARNING_RATE}, batch size {BATCH_SIZE}, {len(X):,} training images, "
        f"{len(seeds)} seed(s), 1 thread"
    )
    data, histories = (X, y, X_test, y_test), []
    for sizes, epochs in NETWORKS:
        epochs = QUICK_EPOCHS if options.quick else epochs
        histories.append([train_once(data, sizes, epochs, seed) for seed in seeds])
    show_goals(histories[-1], options.markdown)
    show_final(histories, options.markdown)


if __name__ == "__main__":
    main(command_line("Train on MNIST until it is accurate; report.").parse_args())
