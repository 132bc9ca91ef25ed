"""What many workers gain on one batch, and what the messages cost (chapter 12)."""

import json
from functools import cache

import numpy as np

from ..data import PROJECT
from ..plots import BLUE, GRAY, GREEN, ORANGE, PINK
from .controls import list_slider, log_slider
from .explorer import Explorer

PARAMETERS = 109_386  # of 784-128-64-10
SECONDS_PER_IMAGE = 6.7e-6  # 0.40 s for 60,000 images: benchmarks/speed.py
MOST = 256  # workers
BATCHES = [2**k for k in range(5, 17)]
PARTS = {"compute": (BLUE, "--"), "bytes": (ORANGE, "-."), "latency": (GRAY, ":")}


def speedup():
    """Explore the time of a data-parallel step and its speed-up over the workers (chapter 12).

    Left the three parts of Eq. (12.8), right the speed-up (12.9), with what was measured. An image
    takes as long in a worker as alone: c = c_1.
    """
    controls = {
        "workers": list_slider("workers K", [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64, 128, MOST], 2),
        "batch_size": list_slider("batch size m", BATCHES, 4096),
        "bandwidth": log_slider("bytes/s v", 1e6, 1e11, 2e8),
        "latency": log_slider("latency ℓ (s)", 1e-5, 0.1, 0.01),
    }
    return Explorer(controls, compute, start, draw, (9, 3.9))


@cache
def measured():
    """Return what `benchmarks/shards.py` has measured and kept."""
    return json.loads((PROJECT / "benchmarks" / "shards.json").read_text())


def step_seconds(K, m, c, v, latency, n=PARAMETERS):
    """Seconds of a step: computing, bytes, latency. Eq. (12.8); one worker sends nothing."""
    alone = K == 1
    return c * m / K, np.where(alone, 0, 8 * n * K / v), np.where(alone, 0, latency)


def compute(workers, batch_size, bandwidth, latency):
    """Predict the parts of a step's time and the speed-up, for these workers and for all."""
    many = np.unique(np.geomspace(1, MOST, 120).round())
    one = (batch_size, SECONDS_PER_IMAGE, bandwidth, latency)
    parts = [np.broadcast_to(part, many.shape) for part in step_seconds(many, *one)]
    alone = SECONDS_PER_IMAGE * batch_size
    here = [float(part) for part in step_seconds(np.array(workers), *one)]
    best = np.sqrt(alone * bandwidth / (8 * PARAMETERS))
    gain = alone / sum(here)
    lines = [
        f"{workers} of {MOST} workers, batch size {batch_size:,}, {bandwidth:g} bytes/s, latency "
        f"{latency:g} s, {1e6 * SECONDS_PER_IMAGE:.1f} µs an image.",
        f"A step takes {_ms(alone)} alone, {_ms(sum(here))} shared: {_ms(here[0])} to compute, "
        f"{_ms(here[1])} for the bytes, {_ms(here[2])} latency. Speed-up {gain:.3g}.",
        f"The best number of workers by (12.9) is {best:.3g}. "
        + ("Sharing does not pay here." if gain <= 1 < workers else ""),
    ]
    seen = {
        one["workers"]: one["alone"] / one["shared"]
        for one in measured()["steps"]
        if one["batch_size"] == batch_size
    }
    if seen:
        told = ", ".join(f"{value:.2f} with {K}" for K, value in seen.items())
        lines.append(f"Measured with this batch size: speed-up {told} workers.")
    return {
        "text": "\n".join(lines),
        "workers": workers,
        "many": many,
        "parts": parts,
        "speedups": alone / np.sum(parts, axis=0),
        "gain": gain,
        "best": best,
        "measured": seen,
    }


def _ms(seconds):
    return f"{1e3 * seconds:.3g} ms"


def start(figure):
    """Make the axes and artists."""
    time, gain = figure.subplots(1, 2)
    for ax in (time, gain):
        ax.set(xscale="log", xlim=(1, MOST), xlabel="workers K")
        ax.set_xticks([1, 4, 16, 64, 256], ["1", "4", "16", "64", "256"])
    time.set(yscale="log", ylim=(1e-5, 10), ylabel="seconds of a step")
    gain.set(yscale="log", ylim=(0.01, MOST), ylabel="speed-up")
    gain.set_yticks([0.01, 0.1, 1, 10, 100], ["0.01", "0.1", "1", "10", "100"])
    lines = [
        time.plot([], [], color=color, linestyle=style, label=name)[0]
        for name, (color, style) in PARTS.items()
    ]
    lines += time.plot([], [], color="black", linestyle="-", label="together")
    time.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=4, fontsize=8)
    workers = np.array([1, MOST])
    gain.plot(workers, workers, color=GRAY, linestyle=":", linewidth=1, label="ideal: K")
    gain.axhline(1, color=GRAY, linewidth=1)
    (curve,) = gain.plot([], [], color=GREEN, linestyle="-", label="predicted")
    (here,) = gain.plot([], [], "o", color=GREEN, markersize=9, linestyle="none")
    (dots,) = gain.plot([], [], "s", color=PINK, markersize=8, linestyle="none", label="measured")
    gain.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=3, fontsize=8)
    marks = [ax.axvline(1, color=GRAY, linewidth=1, linestyle="--") for ax in (time, gain)]
    return {"lines": lines, "curve": curve, "here": here, "dots": dots, "marks": marks}


def draw(artists, result):
    """Show a result of `compute`."""
    parts = [*result["parts"], np.sum(result["parts"], axis=0)]
    for line, seconds in zip(artists["lines"], parts, strict=True):
        line.set_data(result["many"], np.where(seconds > 0, seconds, np.nan))
    artists["curve"].set_data(result["many"], result["speedups"])
    artists["here"].set_data([result["workers"]], [result["gain"]])
    artists["dots"].set_data(list(result["measured"]), list(result["measured"].values()))
    for mark in artists["marks"]:
        mark.set_xdata([result["workers"]] * 2)
