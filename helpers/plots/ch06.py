"""The pictures of chapter 06."""

import matplotlib.pyplot as plt
import numpy as np

from .images import weights
from .results import layer_spread
from .style import BLUE, GRAY, ORANGE, SKY, show


def hidden_units(equal, random):
    """Draw the weights into each hidden unit as images: a row per network."""
    units = equal[0][0].shape[1]
    ax = weights(np.hstack([equal[0][0], random[0][0]]), columns=units)
    for row, name in enumerate(("zero\nstart", "random\nstart")):
        ax.text(-6, 14 + 30 * row, name, ha="right", va="center")
    different = len(np.unique(np.round(equal[0][0], 6), axis=1).T)
    show(
        ax,
        f"Two rows of {units} weight images. The zero start leaves {different} image, {units} "
        f"times; after the random start all {units} differ.",
    )


def depth(spreads):
    """Draw the spread of activations over the layers, one panel for each activation."""
    names = list(dict.fromkeys(name for name, _ in spreads))
    figure, axes = plt.subplots(1, len(names), figsize=(8, 3.2), sharey=True)
    for (name, s), spread in spreads.items():
        ax = axes[names.index(name)]
        ax.semilogy(spread)
        ax.text(30.5, spread[-1], f"s = {s}", va="center")
        ax.set(xlabel="layer", title=name, xlim=(-1, 40), xticks=range(0, 31, 10))
    axes[0].set_ylabel("standard deviation\nof the activations")
    ends = ", ".join(f"{n} with s = {s} at {v[-1]:.0e}" for (n, s), v in spreads.items())
    show(
        figure,
        "Standard deviation of the activations over thirty layers, on a log axis: straight lines, "
        f"but for tanh with the larger s, which is level. Layer 30: {ends}.",
    )


def histograms(rows, layers=(1, 5, 15, 30)):
    """Draw distributions of activations: a row for each network, a column for each layer."""
    figure, axes = plt.subplots(len(rows), len(layers), figsize=(8, 1.9 * len(rows)))
    for row, (name, A) in zip(axes, rows.items(), strict=True):
        for ax, l in zip(row, layers, strict=True):
            ax.hist(A[l].ravel(), bins=41, range=(-1, 1), color=BLUE)
            ax.set_title(f"{name}, layer {l}", size=10)
            ax.set_yticks([])
    for ax in axes[-1]:
        ax.set_xlabel("activation")
    words = "; ".join(f"{name}: {', '.join(_shares(A, layers))}" for name, A in rows.items())
    show(figure, f"Histograms of activations between -1 and 1 in layers {layers}. {words}.")


def _shares(A, layers):
    """Say of each layer how many activations are nearly 0 and how many nearly -1 or 1 or beyond."""
    for l in layers:
        small, large = np.mean(np.abs(A[l]) < 0.02), np.mean(np.abs(A[l]) > 0.9)
        yield f"layer {l} has {small:.0%} near 0 and {large:.0%} beyond 0.9"


def forward(measured, predicted):
    """Draw the second moments of the activations in each layer, a panel for each activation."""
    figure = _panels(measured, predicted, 0, "second moment of A, relative to the images")
    figure.axes[3].set_ylim(0.01, 100)  # the sigmoid's curves hardly move
    show(
        figure,
        "Second moment of the activations over 14 layers, log axes; five seeds each lie near the "
        f"theory, which ends at: {_ends(predicted, 0, -1)}.",
    )


def backward(measured, predicted):
    """Draw the second moments of dZ in each layer, a panel for each activation."""
    figure = _panels(measured, predicted, 1, "second moment of dZ, relative to the last layer")
    show(
        figure,
        "Second moment of dZ from layer 15 back to layer 1, log axes; five seeds each lie near the "
        f"theory, which arrives in layer 1 with: {_ends(predicted, 1, 0)}.",
    )


def _panels(measured, predicted, direction, ylabel):
    figure, axes = plt.subplots(2, 2, figsize=(8, 6.2))
    for ax, name in zip(axes.flat, dict.fromkeys(name for name, _ in measured), strict=True):
        keys = {str(scheme): (n, scheme) for n, scheme in measured if n == name}
        layer_spread(
            {scheme: measured[key][:, direction] for scheme, key in keys.items()},
            {scheme: predicted[key][direction] for scheme, key in keys.items()},
            first=direction,
            ax=ax,
        )
        ax.set_title(name)
    figure.supylabel(ylabel, size=11)
    figure.legend(*ax.get_legend_handles_labels(), loc="outside upper center", ncols=5)
    return figure


def _ends(predicted, direction, layer):
    return ", ".join(
        f"{name} with {scheme} {curves[direction][layer]:.0e}"
        for (name, scheme), curves in predicted.items()
    )


def luck(ends, lowest=1e-7):
    """Draw where networks ended, as histograms on a log axis, with their mean and median."""
    figure, axes = plt.subplots(1, len(ends), figsize=(8, 3.0), sharex=True)
    words = []
    for ax, (width, values) in zip(axes, ends.items(), strict=True):
        values = np.array(values)
        bins = np.logspace(np.log10(lowest), 4, 45)
        ax.hist(values.clip(lowest), bins=bins, color=SKY)
        ax.axvline(1, color="black", ls="-", lw=2, label="theory: 1")
        ax.axvline(values.mean(), color=ORANGE, ls="--", label=f"mean: {values.mean():.2g}")
        median = np.median(values)
        ax.axvline(median, color=BLUE, ls=":", label=f"median: {median:.1g}")
        ax.set(xscale="log", title=f"width {width}, {len(values)} networks")
        ax.set(xlabel="second moment in layer 20,\nrelative to the images")
        ax.set_ylim(top=1.5 * ax.get_ylim()[1])
        ax.legend(loc="upper left", fontsize=9)
        words.append(
            f"width {width}: mean {values.mean():.2g}, median {median:.1g}, "
            f"{np.mean(values < 1):.0%} below 1"
        )
    axes[0].set_ylabel("networks")
    show(
        figure,
        "Histograms on a log axis of where networks end; narrow ones spread over many powers of "
        f"ten, most of them below the theory. {'; '.join(words)}.",
    )


def vanishing(sizes):
    """Draw the size of dW in layers 1 to 8 for each activation, and a line of ¼ per layer."""
    _, ax = plt.subplots()
    layers = np.arange(1, 9)
    for (hidden, size), marker in zip(sizes.items(), "os^", strict=True):
        ax.semilogy(layers, size, marker=marker, label=hidden)
    ax.semilogy(layers, size[7] * 0.25 ** (8 - layers), color=GRAY, ls=":", label="¼ per layer")
    ax.set(xlabel="layer", ylabel="root mean square of dW")
    ax.legend()
    words = ", ".join(f"{h} from {s[7]:.0e} in layer 8 to {s[0]:.0e}" for h, s in sizes.items())
    show(ax, f"Size of dW in layers 1 to 8 on a log axis, next to a line of ¼ per layer: {words}.")


def starts(losses):
    """Draw the loss over the steps for each start: mean over the seeds, and each seed pale."""
    _, ax = plt.subplots()
    styles = zip((SKY, "black", ORANGE, BLUE), ("-", ":", "--", "-"), (6, 2, 2, 2), strict=True)
    for (name, runs), (color, line, width) in zip(losses.items(), styles, strict=True):
        steps = np.arange(1, runs.shape[1] + 1)
        ax.plot(steps, runs.T, color=color, ls="-", lw=0.6, alpha=0.4)
        ax.plot(steps, runs.mean(axis=0), color=color, ls=line, lw=width, label=name)
    arrow = {"arrowstyle": "->"}
    ax.annotate("N(0, 1) starts far above", (1, 3), (12, 2.75), arrowprops=arrow)
    ax.set(xlabel="step", ylabel="loss of the batch (nats)", ylim=(0, 3), xlim=(0, 100))
    ax.legend(ncols=2, loc="lower left")
    words = ", ".join(f"{name} {runs[:, -10:].mean():.2f}" for name, runs in losses.items())
    show(ax, f"Loss over 100 steps from four starts. Mean over the last ten steps: {words}.")
