"""More images than memory: warped copies without end, made by the workers.

Loosli, Canu and Bottou, "Training invariant support vector machines using selective sampling"
(2007), made their "infinite MNIST" in this way.
"""

from collections import deque
from itertools import count

import numpy as np


def endless(client, load, warp, *, seed, block=2000, ahead=4):
    """Yield blocks (X, y) of new images without end; at most `ahead` blocks wait at any time.

    `load()` returns the images (X, y) to start from, `warp(X, rng)` changed copies. Block i comes
    from the seed and i alone: whichever worker makes it, and however often, it is the same.
    """
    images = client.submit(load)
    waiting = deque()
    for number in count():
        waiting.append(client.submit(_block, images, warp, block, [seed, number], pure=False))
        if len(waiting) == ahead:
            yield waiting.popleft().result()


def _block(images, warp, size, seed):
    X, y = images
    rng = np.random.default_rng(seed)
    rows = rng.integers(len(X), size=size)
    return warp(X[rows], rng), y[rows]
