"""Pictures of chapter 01: bytes, the classes of digits, and a mini-batch."""

import matplotlib.pyplot as plt
import numpy as np

from .images import batch, digits, pixels
from .style import SKY, show


def one_five(image):
    """Show the first image, and a part of it with the byte of each pixel."""
    show(
        pixels(image, top=5, left=12, height=10, width=10),
        "Left: a handwritten 5 with a frame around its upper part. Right: that part, ten by ten "
        f"pixels, each with its number: up to {image[5:15, 12:22].max()} on the stroke, 0 on the "
        "paper, values between along the edges.",
    )


def differences(a, b, in_bytes, true_size):
    """Show two images of bytes, their difference in bytes, and its true size."""
    shown = np.stack([a, b, in_bytes, true_size]).reshape(4, -1) / 255
    captions = ["a", "b", "a - b in bytes", "true size of a - b"]
    show(
        digits(shown, captions, columns=4, width=7.5),
        "A 0 as a, and a 1 as b that lies inside it. Their difference in bytes shows the 0, but of "
        "the 1 only a thin outline. The true size of the difference shows both strokes.",
    )


def class_counts(counts):
    """Show how many images there are of each digit."""
    _, ax = plt.subplots()
    bars = ax.bar(range(len(counts)), counts, color=SKY)
    ax.bar_label(bars, fmt="{:,.0f}", size=9)
    ax.set(xlabel="digit", ylabel="images", xticks=range(len(counts)))
    ax.grid(visible=False, axis="x")
    most, least = counts.argmax(), counts.argmin()
    show(
        ax,
        f"Bars with the number of images of each digit: all near 6,000. The {most} is most "
        f"frequent with {counts[most]:,}, the {least} rarest with {counts[least]:,}.",
    )


def means_and_variances(M, V):
    """Show the mean and the variance of each pixel in each class as images."""
    captions = [f"mean {k}" for k in range(10)] + [f"Var {k}" for k in range(10)]
    show(
        digits(np.concatenate([M, V / V.max()]), captions),
        "Two rows of ten images. Top: the mean of each digit, blurred but readable. Bottom: the "
        "variance, dark along the edges of the strokes, lighter in between; the 1 is an hourglass.",
    )


def one_batch(X, Y):
    """Show a mini-batch as the two matrices it is."""
    show(
        batch(X, Y),
        f"Left: one digit as an image. Middle: a mini-batch X, {len(X)} rows of {X.shape[1]} gray "
        f"values. Right: its labels Y, {len(Y)} rows with one black square each.",
    )
