"""The explorer of reading tells right from wrong."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from helpers import forward, initialize
from helpers.explorers.ch00_reading import compute, draw, next_doubtful, start


def test_reading_tells_right_from_wrong():
    X, y = np.eye(3), np.array([0, 1, 1])
    A = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.1, 0.2, 0.7]])
    X = np.pad(X, ((0, 0), (0, 781)))
    texts = [compute(X, y, A, i)["text"] for i in range(3)]
    assert "a handwritten 0, is read as 0: right" in texts[0]
    assert "a handwritten 1, is read as 2: wrong" in texts[2]
    assert "2 with 0.700, 1 with 0.200, 0 with 0.100" in texts[2]


@pytest.mark.parametrize(("side", "classes"), [(8, 2), (50, 16)])
def test_images_of_any_size_and_any_number_of_classes_are_shown(side, classes, rng):
    X, y = rng.random((6, side * side), np.float32), np.arange(6) % classes
    A = forward(X, initialize([side * side, classes], rng=rng))[0]
    artists = start(classes, plt.figure())
    result = compute(X, y, A, 5)
    draw(artists, result)
    np.testing.assert_array_equal(artists["image"].get_array(), X[5].reshape(side, side))
    assert [bar.get_height() for bar in artists["bars"]] == result["p"].tolist()
    plt.close()


def test_the_next_doubtful_image_is_behind_this_one_or_from_the_first_again():
    A = np.array([[0.95, 0.05], [0.6, 0.4], [0.99, 0.01], [0.2, 0.8], [0.0, 1.0]])
    assert [next_doubtful(A, i)["i"] for i in range(5)] == [1, 3, 3, 1, 1]
    with pytest.raises(ValueError, match="gives each image a digit"):
        next_doubtful(A[[0, 2]], 0)
