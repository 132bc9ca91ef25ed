"""Images without end: in order, the same again, and never more than a few at a time."""

from itertools import islice

import numpy as np
import pytest

from helpers.cluster import connect, endless

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def client():
    with connect(workers=2) as client:
        yield client


def stream(client, warp=None, seed=0, **settings):
    """Blocks of eight images of one pixel; the functions are made here, so that they travel."""

    def load():
        return np.arange(10.0)[:, None], np.arange(10)

    def shake(X, rng):
        return X + 0.1 * rng.random(X.shape)

    return endless(client, load, warp or shake, seed=seed, block=8, **settings)


def blocks(client, count, **settings):
    return list(islice(stream(client, **settings), count))


def test_blocks_are_new_images_with_their_labels_and_the_same_again(client):
    first, again, other = blocks(client, 6), blocks(client, 6, ahead=1), blocks(client, 6, seed=1)
    for (X, y), (X_again, y_again) in zip(first, again, strict=True):
        assert X.shape == (8, 1)
        assert np.array_equal(np.floor(X[:, 0]), y)
        assert np.array_equal(X, X_again)
        assert np.array_equal(y, y_again)
    assert len(np.unique(np.concatenate([X for X, _ in first + other]))) == 2 * 6 * 8


def test_no_more_blocks_are_made_than_wait(client, tmp_path):
    def counted(X, rng):
        import tempfile

        tempfile.mkstemp(dir=tmp_path)
        return X

    taken = stream(client, counted, ahead=3)
    for _ in range(4):
        next(taken)
    assert len(list(tmp_path.iterdir())) <= 4 + 3
