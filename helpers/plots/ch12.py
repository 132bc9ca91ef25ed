"""Pictures of chapter 12: many runs, many workers, endless images."""

import time

import matplotlib.pyplot as plt
import numpy as np

from .style import BLUE, GRAY, GREEN, ORANGE, bundle, show

PAUSE = 0.5  # seconds between two pictures of a sweep, and four times what one takes to draw


class SweepMap:
    """A heat map of a sweep that fills while runs arrive: give it to `sweep` as callback.

    Each cell has the mean of `score` over the seeds so far, and its standard deviation.
    """

    def __init__(self, settings, x, y, score, label):
        self.x, self.y, self.score, self.label = x, y, score, label
        self.columns, self.lines = settings[x], settings[y]
        self.handle, self.next = None, 0.0

    def __call__(self, table, last=False):
        """Show the runs so far, unless the last picture is quite new."""
        begin = time.monotonic()
        if begin < self.next and not last:
            return
        from IPython.display import display

        figure, alt = self.draw(table)
        data, metadata = bundle(figure, alt)
        plt.close(figure)
        if self.handle is None:
            self.handle = display(data, metadata=metadata, raw=True, display_id=True)
        else:
            self.handle.update(data, metadata=metadata, raw=True)
        end = time.monotonic()
        self.next = end + max(PAUSE, 4 * (end - begin))

    def draw(self, table):
        """Return the picture, and its words."""
        if self.score not in table:  # all that have arrived have failed
            table = table.assign(**{self.score: np.nan})
        scores = table.groupby([self.y, self.x])[self.score]
        place = {"index": self.lines, "columns": self.columns}
        mean, spread = (
            getattr(scores, what)().unstack().reindex(**place) for what in ("mean", "std")
        )
        figure, ax = plt.subplots(figsize=(1.6 + 0.72 * len(self.columns), 1.1 + 0.55 * len(mean)))
        image = ax.imshow(mean, cmap="cividis_r", aspect="auto")
        middle = np.mean(image.get_clim())
        for (i, j), value in np.ndenumerate(mean.to_numpy()):
            if np.isfinite(value):
                deviation = spread.iat[i, j]
                text = f"{value:.1f}" + (f"\n±{deviation:.1f}" if np.isfinite(deviation) else "")
                color = "white" if value > middle else "black"
                ax.text(j, i, text, ha="center", va="center", size=8, color=color)
        ax.set_xticks(range(len(self.columns)), [f"{value:g}" for value in self.columns])
        ax.set_yticks(range(len(self.lines)), self.lines)
        ax.set(xlabel=self.x.replace("_", " "), ylabel=self.y.replace("_", " "))
        ax.grid(visible=False)
        figure.colorbar(image, label=self.label)
        return figure, self._words(table, mean)

    def _words(self, table, mean):
        begin = f"Heat map of {self.label} after {len(table)} runs, over {self.x} and {self.y}"
        best = mean.stack().dropna()
        if best.empty:
            return f"{begin}: empty."
        (line, column), lowest = best.idxmin(), best.min()
        return (
            f"{begin}. The lowest mean, {lowest:.1f}, is at {self.x} {column:g} and {self.y} "
            f"{line}; the highest is {best.max():.1f}."
        )


def too_good(expected, measured):
    """Draw how far the best of n is below the mean, in standard deviations, over n."""
    figure, ax = plt.subplots(figsize=(5.6, 3))
    ax.semilogx(expected.index, expected, color=BLUE, label="(12.2)")
    ax.semilogx(measured.index, measured, "o", color=ORANGE, label="measured")
    bound = np.sqrt(2 * np.log(expected.index))
    ax.semilogx(expected.index, bound, color=GRAY, ls=":", label="bound (12.3)")
    ax.set_xticks(measured.index, measured.index)
    ax.minorticks_off()
    ax.set(xlabel="runs to choose from, n", ylabel="better than the mean, in σ", ylim=(-0.2, 3.3))
    ax.legend(loc="upper left", fontsize=9)
    show(
        figure,
        f"How much better than the mean the best of n equal runs is. The curve of (12.2) rises "
        f"from 0 to {expected.iloc[-1]:.1f} standard deviations at n = {expected.index[-1]}; "
        f"measured points lie close to it, the last at {measured.iloc[-1]:.1f}; the bound stays "
        "above both.",
    )


def random_or_grid():
    """Draw nine settings as a grid and at random, with what each sees of the rate alone."""
    rng = np.random.default_rng(1504)  # none above another, one below the peak
    grid = np.stack(np.meshgrid([1, 3, 5], [1, 3, 5]), axis=-1).reshape(-1, 2) / 6
    figure, axes = plt.subplots(1, 2, figsize=(7, 3), sharey=True)
    for ax, points, name in zip(axes, (grid, rng.random((9, 2))), ("grid", "random"), strict=True):
        x = np.linspace(0, 1, 300)
        ax.fill_between(x, 1.1, 1.1 + 0.35 * np.exp(-(((x - 0.68) / 0.07) ** 2)), color=BLUE, lw=0)
        ax.plot(*points.T, "o", color=ORANGE, ms=7)
        ax.vlines(points[:, 0], -0.08, 0, color=ORANGE, linestyles="-")
        ax.set(title=name, xlabel="the number that matters", xticks=[], yticks=[])
        ax.set(xlim=(0, 1), ylim=(-0.1, 1.5))
        ax.grid(visible=False)
    axes[0].set_ylabel("one that does not")
    axes[0].annotate("how good", (0.62, 1.3), ha="right", color=BLUE)
    show(
        figure,
        "Nine points in a square, twice, and above each square a narrow peak over the horizontal "
        "setting. The grid has three columns, so it tries three values of it, and none is below "
        "the peak. The random points have nine values; one is below the peak.",
    )


def halving(rounds, score):
    """Draw the mean score of each setting over the epochs; a line ends where it was left out."""
    figure, ax = plt.subplots(figsize=(5.6, 3))
    ends = [table["epochs"].iloc[0] for table in rounds]
    lines = {}
    for table, epochs in zip(rounds, ends, strict=True):
        names = [n for n in table.columns[: table.columns.get_loc("seed")] if n != "epochs"]
        for setting, mean in table.groupby(names)[score].mean().items():
            lines.setdefault(setting, []).append((epochs, mean))
    for points in lines.values():
        last = len(points) == len(rounds)
        color = ORANGE if last else GRAY
        ax.plot(
            *np.transpose(points), "o-", color=color, lw=2 if last else 1, ms=4, zorder=2 + last,
            label="is left at the end" if last else None,
        )  # fmt: skip
    ax.set_xscale("log", base=2)
    ax.set_xticks(ends, ends)
    ax.set(xlabel="epochs", ylabel="dev error (%)", yscale="log")
    ax.set_yticks([10, 20, 40, 80], ["10", "20", "40", "80"])
    ax.minorticks_off()
    ax.legend(loc="upper right", fontsize=9)
    last = max(lines.values(), key=len)
    show(
        figure,
        f"Dev errors of {len(lines)} settings over the epochs of each round. After every round "
        f"half of the lines end; one is left after {ends[-1]} epochs, at {last[-1][1]:.1f}%.",
    )


def speed_up(predicted, measured):
    """Draw the predicted speed-up over the workers for each batch size, and the measured dots."""
    figure, ax = plt.subplots(figsize=(6.4, 3.6))
    for (m, curve), color, style in zip(
        predicted.items(), (BLUE, ORANGE, GREEN), ("-", "--", "-."), strict=True
    ):
        ax.plot(curve.index, curve, color=color, ls=style, label=f"m = {m:,}")
        dots = measured[m]
        ax.plot(dots.index, dots, "s", color=color, ms=8)
        ax.annotate(f"{dots.iloc[-1]:.2f}", (dots.index[-1], dots.iloc[-1]), (8, -13),
                    textcoords="offset points", color=color, size=9)  # fmt: skip
    ax.axhline(1, color=GRAY, lw=1)
    ax.set(xscale="log", yscale="log", xlabel="workers K", ylabel="speed-up")
    ax.set_xticks([1, 2, 4, 8, 16, 32], ["1", "2", "4", "8", "16", "32"])
    ax.minorticks_off()
    ax.set_yticks([0.01, 0.1, 1, 10], ["0.01", "0.1", "1", "10"])
    ax.legend(loc="lower left", fontsize=9)
    best = {m: curve.idxmax() for m, curve in predicted.items()}
    show(
        figure,
        "The predicted speed-up over 1 to 32 workers, and the measured one as squares. "
        + " ".join(
            f"Batch size {m:,}: measured {measured[m].iloc[-1]:.2f} with "
            f"{measured[m].index[-1]} workers, predicted {curve[measured[m].index[-1]]:.2f}; the "
            f"curve is highest with {best[m]}."
            for m, curve in predicted.items()
        ),
    )


def never_twice(runs):
    """Draw the dev error over the images seen: of new images, and of the same ones again."""
    figure, ax = plt.subplots()
    looks = {"new": (BLUE, "-", "o"), "same": (ORANGE, "--", "s")}
    ends = {}
    for name, (color, style, marker) in looks.items():
        of_kind = [run for run in runs if run["images"] == name]
        for run in of_kind:
            error = [100 * errors / run["dev_images"] for errors in run["errors"]]
            seen = [images / 1e6 for images in run["seen"]]
            label = f"{name} images" if run is of_kind[0] else None
            ax.plot(seen, error, color=color, ls=style, marker=marker, ms=4, lw=1.5, label=label)
            ends.setdefault(name, []).append(f"{error[-1]:.2f}% after {seen[-1]:.1f} million")
    ax.set(xlabel="images seen (millions)", ylabel="dev error (%)", xlim=0, ylim=(0, 4))
    ax.legend()
    ends = "; ".join(f"{name} images, {', '.join(values)}" for name, values in ends.items())
    show(
        figure,
        f"Two curves of the dev error over the images seen, falling. The last points: {ends}.",
    )
