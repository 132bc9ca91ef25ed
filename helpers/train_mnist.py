"""Train on MNIST from a terminal: `python -m helpers.train_mnist --help` (chapter 07)."""

import argparse
import os
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from .activations import HIDDEN
from .data import load_mnist, train_dev_split
from .files import replacing
from .initialization import initialize
from .metrics import accuracy, confusion_matrix
from .network import forward, save_params
from .training import evaluate, train
from .validation import check_count, check_positive

DEV_SIZE = 5000
CLASSES = 10


def parser():
    """Describe the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m helpers.train_mnist",
        description="Train a network on MNIST with mini-batch gradient descent, measure it on the "
        "test set, and write learning curves, confusion matrix, predictions and trained parameters "
        f"into a folder. {DEV_SIZE:,} of the 60,000 training images are set aside as dev set. "
        "The same seed on the same machine gives the same result.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    add = parser.add_argument
    add("--hidden", type=int, nargs="*", default=[128, 64], help="units of each hidden layer")
    add("--activation", choices=list(HIDDEN), default="relu", help="of the hidden layers")
    add("--learning-rate", type=float, default=0.15, help="step size")
    add("--batch-size", type=int, default=32, help="examples per step")
    add("--epochs", type=int, default=20, help="passes through the training set")
    add("--seed", type=int, default=0, help="for the split, the initial weights and the shuffling")
    add("--output", type=Path, default=Path("results"), help="folder for the results")
    return parser


def check_options(options):
    """Find out before training what would fail after it."""
    for size in options.hidden:
        check_count(size, "--hidden")
    check_positive(options.learning_rate, "--learning-rate")
    check_count(options.batch_size, "--batch-size")
    check_count(options.epochs, "--epochs")
    check_count(options.seed, "--seed", minimum=0)
    folder = options.output.absolute()
    existing = next(path for path in [folder, *folder.parents] if path.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK):
        raise OSError(f"cannot write results into {options.output}: {existing} is not writable")


def run(options):
    """Train, measure and write; return the accuracy on the test set."""
    check_options(options)
    X, y, X_test, y_test = load_mnist()
    split_rng, weights_rng, order_rng = np.random.default_rng(options.seed).spawn(3)
    X_train, y_train, X_dev, y_dev = train_dev_split(X, y, DEV_SIZE, split_rng)
    del X
    sizes = [X_train.shape[1], *options.hidden, CLASSES]
    params = initialize(sizes, hidden=options.activation, rng=weights_rng)

    def worse_than_guessing(step, params):
        loss, _ = evaluate(X_dev, y_dev, params, options.activation)
        return loss > np.log(CLASSES)

    print(f"training {'-'.join(map(str, sizes))} on {len(X_train):,} images")
    history = train(
        X_train,
        y_train,
        params,
        learning_rate=options.learning_rate,
        batch_size=options.batch_size,
        epochs=options.epochs,
        rng=order_rng,
        X_dev=X_dev,
        y_dev=y_dev,
        hidden=options.activation,
        callback=worse_than_guessing,
        callback_every=-(-len(X_train) // options.batch_size),
    )
    last = history.iloc[-1]
    if len(history) < options.epochs or not last["dev_loss"] <= np.log(CLASSES):
        raise FloatingPointError(
            f"training diverged: after epoch {history.index[-1]} the dev loss is "
            f"{last['dev_loss']:.3g}, and guessing has ln 10 = 2.303. "
            f"--learning-rate {options.learning_rate:g} is too large; "
            f"try {options.learning_rate / 10:g}. Nothing was written"
        )
    print(history.round(4).to_string())
    A_test, _ = forward(X_test, params, options.activation)
    write_results(options.output, history, params, A_test, X_test, y_test)
    test_accuracy = accuracy(y_test, A_test.argmax(axis=1))
    print(f"test accuracy {test_accuracy:.2%}; results are in {options.output}")
    return test_accuracy


def write_results(folder, history, params, A_test, X_test, y_test):
    """Write tables, pictures and parameters; each file is complete or not there."""
    import matplotlib

    matplotlib.use("Agg")  # no window
    import matplotlib.pyplot as plt

    from . import plots

    predicted = A_test.argmax(axis=1)
    table = pd.DataFrame(
        {"label": y_test, "predicted": predicted, "probability": A_test.max(axis=1).round(6)}
    )
    wrong = np.flatnonzero(predicted != y_test)
    worst = wrong[np.argsort(-A_test[wrong, predicted[wrong]])][:25]
    captions = [f"{y_test[i]} read as {predicted[i]}" for i in worst]
    pictures = {
        "learning_curves.png": plots.learning_curves(history),
        "confusion_matrix.png": plots.confusion(confusion_matrix(y_test, predicted)).figure,
    }
    if len(worst):
        pictures["mistakes.png"] = plots.digits(X_test[worst], captions, columns=5).figure

    folder.mkdir(parents=True, exist_ok=True)
    with replacing(folder / "history.csv") as temporary:
        history.to_csv(temporary)
    with replacing(folder / "predictions.csv") as temporary:
        table.to_csv(temporary, index_label="image")
    for name, figure in pictures.items():
        with replacing(folder / name) as temporary:
            figure.savefig(temporary, dpi=150)
        plt.close(figure)
    save_params(folder / "parameters.npz", params)


def main(arguments=None):
    """Run the command line; return the exit status."""
    options = parser().parse_args(arguments)
    try:
        run(options)
    except (ValueError, OSError, FloatingPointError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted; nothing was written", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
