"""The explorer of reading tells right from wrong."""

import numpy as np

from helpers.explorers.ch00_reading import compute


def test_reading_tells_right_from_wrong():
    X, y = np.eye(3), np.array([0, 1, 1])
    A = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.1, 0.2, 0.7]])
    X = np.pad(X, ((0, 0), (0, 781)))
    texts = [compute(X, y, A, i)["text"] for i in range(3)]
    assert "a handwritten 0, is read as 0: right" in texts[0]
    assert "a handwritten 1, is read as 2: wrong" in texts[2]
    assert "2 with 0.700, 1 with 0.200, 0 with 0.100" in texts[2]
