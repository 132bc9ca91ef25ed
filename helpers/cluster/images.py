"""MNIST in each process that works: read once, and kept."""

import functools

from ..data import load_mnist


@functools.cache
def training_images():
    """MNIST's 60,000 training images and labels, (X, y), to be read and not changed.

    Reading them takes a good half second. A worker does it in its first task that needs them.
    """
    X, y, *_ = load_mnist()
    X.flags.writeable = y.flags.writeable = False
    return X, y
