"""Train on MNIST from a terminal: `python -m helpers --help` (chapter 07)."""

import argparse
import os
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from .checks import check_count, check_positive
from .data import load_mnist, train_dev_split
from .files import load_params, print_any_name, replacing, save_params
from .kaggle import check_is_new, load_kaggle, load_kaggle_test, write_submission
from .metrics import accuracy, confusion_matrix
from .network import ACTIVATIONS, forward, initialize, predict
from .photos import read_image
from .training import loss_and_accuracy, train

DEV_SIZE = 5000
INPUTS, HIDDEN, CLASSES = 784, [128, 64], 10
UNSTEADY_STEPS = 1000  # until then a loss may jump up and come back
RESULTS = {
    "confusion_matrix.png",
    "history.csv",
    "learning_curves.png",
    "mistakes.png",
    "parameters.npz",
    "predictions.csv",
}


def parser():
    """Describe the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m helpers",
        description="Train a network on MNIST with mini-batch gradient descent, measure it on the "
        "test set, and write learning curves, confusion matrix, predictions and trained parameters "
        f"into a folder. {DEV_SIZE:,} of the 60,000 training images are set aside as dev set. With "
        "--train, --predict and --submission it trains on Kaggle's train.csv instead, sets a tenth "
        f"of it aside (at most {DEV_SIZE:,} images) to measure on, and predicts Kaggle's test.csv. "
        "The same seed on the same machine gives the same result. With --read it does not train, "
        "but reads the digits in a photo. With --sweep it trains with many settings, on all cores "
        "or on a cluster, and ranks them (chapter 12).",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    add = parser.add_argument
    add("--hidden", type=int, nargs="*", default=HIDDEN, help="units of each hidden layer")
    add("--activation", choices=list(ACTIVATIONS), default="relu", help="of the hidden layers")
    add("--learning-rate", type=float, default=0.15, help="step size")
    add("--batch-size", type=int, default=32, help="examples per step")
    add("--epochs", type=int, default=20, help="passes through the training set")
    add("--seed", type=int, default=0, help="for the split, the initial weights and the shuffling")
    add(
        "--from",
        type=Path,
        help="parameters.npz of an earlier run, to go on training (the same seed sets the same dev "
        "images aside), or to read with if it is not that of the output folder",
    )
    add("--output", type=Path, default=Path("results"), help="folder for the results")
    add("--train", type=Path, help="Kaggle's train.csv, in place of MNIST")
    add("--predict", type=Path, help="Kaggle's test.csv")
    add("--submission", type=Path, help="new file for the predictions")
    add("--read", type=Path, help="photo or image file whose digits are read")
    add("--sweep", type=Path, help="JSON file with a list of values for each setting to be tried")
    add("--scheduler", help="address of a Dask scheduler, such as tcp://10.0.0.1:8786, for a sweep")
    return parser


def check_options(options):
    """Find out before training what would fail after it."""
    for size in options.hidden:
        check_count(size, "--hidden")
    check_positive(options.learning_rate, "--learning-rate")
    check_count(options.batch_size, "--batch-size")
    check_count(options.epochs, "--epochs")
    check_count(options.seed, "--seed", minimum=0)
    check_writable(options.output)
    check_kaggle_options(options)
    if options.scheduler and not options.sweep:
        raise ValueError(f"--scheduler {options.scheduler} goes with --sweep settings.json")


def saved_params(options):
    """Load the parameters to go on from, if there are any; they must fit the other options."""
    path = getattr(options, "from")
    if path is None:
        return None
    params = load_params(path)
    sizes = [len(params[0][0]), *(len(b) for W, b in params)]
    if (sizes[0], sizes[-1]) != (INPUTS, CLASSES):
        raise ValueError(
            f"--from {path} has {sizes[0]} inputs and {sizes[-1]} outputs, "
            f"expected {INPUTS} and {CLASSES}"
        )
    if options.hidden not in (HIDDEN, sizes[1:-1]):
        raise ValueError(f"--from {path} has hidden layers {sizes[1:-1]}; leave out --hidden")
    return params


def check_activation(options, params, X, y):
    """Check that saved parameters are used with the activation they were trained with."""
    right = {name: loss_and_accuracy(X, y, params, name)[1] for name in ACTIVATIONS}
    best = max(right, key=right.get)
    given = options.activation
    if right[best] > right[given] + 0.1:
        raise ValueError(
            f"--from {getattr(options, 'from')} reads {right[given]:.1%} of the images with "
            f"--activation {given}, and {right[best]:.1%} with {best}; give --activation {best}"
        )


def check_writable(folder):
    """Check that files can be written into a folder, which may have to be made first."""
    absolute = folder.absolute()
    existing = next(path for path in [absolute, *absolute.parents] if path.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK):
        raise OSError(f"cannot write results into {folder}: {existing} is not writable")


def check_kaggle_options(options):
    """Check that the three options for Kaggle are all there or none, and the submission is new."""
    given = {name: getattr(options, name) for name in ("train", "predict", "submission")}
    missing = [f"--{name}" for name, path in given.items() if path is None]
    if len(missing) == len(given):
        return
    if missing:
        raise ValueError(
            f"--train, --predict and --submission go together: also give {' and '.join(missing)}"
        )
    check_is_new(options.submission)
    check_writable(options.submission.parent)
    submission, output = options.submission.absolute(), options.output.absolute()
    if submission in [output, *output.parents, *(output / name for name in RESULTS)]:
        raise ValueError(f"--submission {submission} is in the way of the results in {output}")


def load(options):
    """Load training images and labels, test images and labels; Kaggle keeps the latter."""
    if options.train is None:
        return load_mnist()
    X, y = load_kaggle(options.train)
    if len(X) < 2:
        raise ValueError(f"{options.train} has 1 row, expected at least 2: one is for measuring")
    return X, y, load_kaggle_test(options.predict), None


def run(options):
    """Train, measure and write; return the accuracy on the test set, for Kaggle on the dev set."""
    check_options(options)
    params = saved_params(options)
    X, y, X_test, y_test = load(options)
    split_rng, weights_rng, order_rng = np.random.default_rng(options.seed).spawn(3)
    dev_size = min(DEV_SIZE, max(1, len(X) // 10))
    X_train, y_train, X_dev, y_dev = train_dev_split(X, y, dev_size, split_rng)
    del X
    if params is None:
        sizes = [INPUTS, *options.hidden, CLASSES]
        params = initialize(sizes, hidden=options.activation, rng=weights_rng)
    else:
        check_activation(options, params, X_train[:DEV_SIZE], y_train[:DEV_SIZE])
    sizes = [INPUTS, *(len(b) for W, b in params)]
    print(f"training {'-'.join(map(str, sizes))} on {len(X_train):,} images")
    history = fit(options, X_train, y_train, X_dev, y_dev, params, order_rng)
    print(history.round(4).to_string())

    part, X, y = ("test", X_test, y_test) if options.train is None else ("dev", X_dev, y_dev)
    A, _ = forward(X, params, options.activation)
    write_results(options.output, history, params, A, X, y)
    if options.train is None:
        write_predictions(options.output, A, y)
    else:
        options.submission.parent.mkdir(parents=True, exist_ok=True)
        write_submission(options.submission, predict(X_test, params, options.activation))
        print(f"{len(X_test):,} predictions are in {options.submission}")
    measured = accuracy(y, A.argmax(axis=1))
    print(f"{part} accuracy {measured:.2%}; results are in {options.output}")
    return measured


def fit(options, X_train, y_train, X_dev, y_dev, params, rng):
    """Train as the options say; training that diverges is an error."""
    steps_per_epoch = -(-len(X_train) // options.batch_size)
    # on training images: a small dev set may have a large loss though the network learns
    part = X_train[:DEV_SIZE], y_train[:DEV_SIZE]
    before, _ = loss_and_accuracy(*part, params, options.activation)
    highest = max(before, np.log(CLASSES))  # a small rate takes long to come below guessing

    def worse_than_guessing(step, params):
        loss, _ = loss_and_accuracy(*part, params, options.activation)
        steady = step >= min(UNSTEADY_STEPS, options.epochs * steps_per_epoch)
        return steady and loss > highest

    history = train(
        X_train,
        y_train,
        params,
        learning_rate=options.learning_rate,
        batch_size=options.batch_size,
        epochs=options.epochs,
        rng=rng,
        X_dev=X_dev,
        y_dev=y_dev,
        hidden=options.activation,
        callback=worse_than_guessing,
        callback_every=steps_per_epoch,
    )
    last = history.iloc[-1]
    if len(history) < options.epochs or not last["train_loss"] <= 1.01 * highest:
        raise FloatingPointError(
            f"training diverged: after epoch {history.index[-1]} the training loss is "
            f"{last['train_loss']:.3g}, and guessing has ln 10 = 2.303. "
            f"--learning-rate {options.learning_rate:g} is too large; "
            f"try {options.learning_rate / 10:g}. Nothing was written"
        )
    return history


def write_results(folder, history, params, A, X, y):
    """Write history, pictures and parameters; each file is complete or not there."""
    import matplotlib

    matplotlib.use("Agg")  # no window
    import matplotlib.pyplot as plt

    from . import plots

    predicted = A.argmax(axis=1)
    wrong = np.flatnonzero(predicted != y)
    worst = wrong[np.argsort(-A[wrong, predicted[wrong]])][:25]
    captions = [f"{y[i]} read as {predicted[i]}" for i in worst]
    pictures = {
        "learning_curves.png": plots.learning_curves(history),
        "confusion_matrix.png": plots.confusion(confusion_matrix(y, predicted)).figure,
    }
    if len(worst):
        pictures["mistakes.png"] = plots.digits(X[worst], captions, columns=5).figure

    folder.mkdir(parents=True, exist_ok=True)
    with replacing(folder / "history.csv") as temporary:
        history.to_csv(temporary)
    for name, figure in pictures.items():
        with replacing(folder / name) as temporary:
            figure.savefig(temporary, dpi=150)
        plt.close(figure)
    save_params(folder / "parameters.npz", params)


def write_predictions(folder, A, y):
    """Write what the network says to each image of the test set, in the order of the images."""
    table = pd.DataFrame(
        {"label": y, "predicted": A.argmax(axis=1), "probability": A.max(axis=1).round(6)}
    )
    with replacing(folder / "predictions.csv") as temporary:
        table.to_csv(temporary, index_label="image")


def read(options):
    """Print the digits in a photo, and how sure the network is of each."""
    path = getattr(options, "from") or options.output / "parameters.npz"
    if not path.is_file():
        raise FileNotFoundError(
            f"there is no file {path}: train first, or say where one is with --from"
        )
    params = load_params(path)
    X = read_image(options.read)
    if len(params[0][0]) != X.shape[1]:
        raise ValueError(
            f"{path} is a network for {len(params[0][0])} inputs, "
            f"an image of a digit has {X.shape[1]}"
        )
    A, _ = forward(X, params, options.activation)
    print("digits       ", *(f"{digit:4}" for digit in A.argmax(axis=1)))
    print("probabilities", *(f"{p:4.2f}" for p in A.max(axis=1)))


def make_sweep(options):
    """Train with many settings, on many workers (chapter 12)."""
    check_options(options)
    from .cluster.command import run_sweep

    run_sweep(options, DEV_SIZE)


def main(arguments=None):
    """Run the command line; return the exit status."""
    print_any_name()
    options = parser().parse_args(arguments)
    try:
        with warnings.catch_warnings():
            warnings.showwarning = lambda message, *place: print(
                f"warning: {message}", file=sys.stderr
            )
            (read if options.read else make_sweep if options.sweep else run)(options)
    except (ValueError, OSError, FloatingPointError, ImportError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        kept = "the runs that are finished are kept" if options.sweep else "nothing was written"
        print(f"interrupted; {kept}", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
