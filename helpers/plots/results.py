"""Pictures of results: learning curves, confusion matrix, spread per layer."""

import itertools

import matplotlib.pyplot as plt
import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes

from ..checks import check_array, check_count, describe
from .style import BLUE, GRAY, GREEN, ORANGE, PINK, SKY


def learning_curves(history):
    """Draw loss and accuracy over the epochs, from the history that `train` returns.

    Left is the loss, right the accuracy; training data solid, dev data dashed.
    """
    missing = {"train_loss", "train_accuracy"} - set(getattr(history, "columns", ()))
    if missing:
        raise ValueError(f"history must come from train; it lacks {', '.join(sorted(missing))}")
    figure, axes = plt.subplots(1, 2, figsize=(8, 3.2))
    for ax, quantity in zip(axes, ("loss", "accuracy"), strict=True):
        for part, marker, label in (("train", "o", "training"), ("dev", "s", "dev")):
            if f"{part}_{quantity}" in history:
                values = history[f"{part}_{quantity}"]
                ax.plot(history.index, values, marker=marker, markersize=4, label=label)
        ax.set_xlabel("epoch")
        ax.xaxis.get_major_locator().set_params(integer=True)
    axes[0].set_ylabel("loss (nats)")
    axes[0].set_ylim(bottom=0)
    axes[1].set_ylabel("accuracy")
    axes[1].yaxis.set_major_formatter(plt.matplotlib.ticker.PercentFormatter(1, decimals=1))
    axes[0].legend()
    return figure


def confusion(counts):
    """Draw a confusion matrix, counts (classes, classes): numbers everywhere, shades for mistakes.

    Rows are true classes, columns predicted ones; the diagonal, what was right, is left white.
    """
    check_array(counts, "counts", ndim=2)
    classes = len(counts)
    if counts.shape != (classes, classes):
        raise ValueError(f"counts must be square, got shape {counts.shape}")
    mistakes = np.where(np.eye(classes, dtype=bool), 0, counts)
    larger = max(1, classes / 12)  # so that the numbers of many classes have room
    _, ax = plt.subplots(figsize=(5.6 * larger, 5.0 * larger))
    image = ax.imshow(mistakes, cmap=colormaps["Oranges"])
    for i in range(classes):
        for j in range(classes):
            dark = mistakes[i, j] > 0.6 * mistakes.max()
            weight = "bold" if i == j else "normal"
            color = "white" if dark else "black"
            ax.text(j, i, counts[i, j], ha="center", va="center", c=color, weight=weight, size=9)
    ax.set_xticks(range(classes))
    ax.set_yticks(range(classes))
    ax.set_xlabel("predicted")
    ax.set_ylabel("true")
    ax.grid(visible=False)
    ax.figure.colorbar(image, ax=ax, label="mistakes (images)", shrink=0.8)
    return ax


def _check_layer_spread(measured, predicted, first, ax):
    if not isinstance(measured, dict) or not measured:
        raise TypeError(f"measured must be a dict of arrays, got {describe(measured)}")
    if not isinstance(predicted, dict) or list(predicted) != list(measured):
        raise ValueError(f"predicted must be a dict with the keys {list(measured)}")
    for name, runs in measured.items():
        check_array(runs, f"measured[{name!r}]", ndim=2)
        check_array(predicted[name], f"predicted[{name!r}]", ndim=1)
        if runs.shape[1] != len(predicted[name]):
            raise ValueError(
                f"measured[{name!r}] has {runs.shape[1]} layers, predicted {len(predicted[name])}"
            )
        for values in (runs, predicted[name]):
            if not (np.isfinite(values).all() and (values > 0).all()):
                raise ValueError(f"{name!r}: a log axis needs positive, finite numbers")
    check_count(first, "first", minimum=0)
    if ax is not None and not isinstance(ax, Axes):
        raise TypeError(f"ax must be an Axes, got {describe(ax)}")


def layer_spread(measured, predicted, first=0, ax=None):
    """Draw second moments layer by layer on a log axis: theory thick and pale, each seed thin.

    For the name of each setting, `measured` holds (seeds, layers) positive numbers and `predicted`
    (layers,); `first` is the number of the first layer. Without legend, so that several panels
    can share one: `ax.legend()` makes it.

    >>> ax = layer_spread({"halved": np.array([[1.0, 0.6, 0.2]])}, {"halved": 0.5 ** np.arange(3)})
    """
    _check_layer_spread(measured, predicted, first, ax)
    ax = plt.subplots()[1] if ax is None else ax
    styles = zip("os^Dvx", (BLUE, ORANGE, GREEN, PINK, SKY, "black"), strict=True)
    for place, (name, (marker, color)) in enumerate(zip(measured, itertools.cycle(styles))):
        layers = np.arange(first, first + len(predicted[name]))
        thin = {"color": color, "marker": marker, "ls": "-", "lw": 0.9, "ms": 4}
        thin["markevery"] = (2 * place % 3, 3)  # fewer, and not all settings at the same layers
        ax.plot(layers, predicted[name], color=color, ls="-", lw=7, alpha=0.3)
        ax.plot(layers, measured[name].T, **thin)
        ax.plot([], [], **thin, label=name)
    ax.plot([], [], color=GRAY, ls="-", lw=7, alpha=0.3, label="theory")
    ax.set_yscale("log")
    ax.set_xlabel("layer")
    ax.xaxis.get_major_locator().set_params(integer=True)
    return ax
