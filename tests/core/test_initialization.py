"""Starting values of the weights."""

import numpy as np
import pytest

from helpers import initialize

SIZES = [400, 300, 200]  # large enough to see a standard deviation, n_in and n_out well apart


@pytest.mark.parametrize(
    ("settings", "stds"),
    [
        ({"hidden": "relu"}, [np.sqrt(2 / 400), np.sqrt(1 / 300)]),  # the last layer has no ReLU
        ({"hidden": "tanh"}, [np.sqrt(1 / 400), np.sqrt(1 / 300)]),
        ({"hidden": "sigmoid"}, [np.sqrt(1 / 400), np.sqrt(1 / 300)]),
        ({"scheme": "he"}, [np.sqrt(2 / 400), np.sqrt(2 / 300)]),
        ({"scheme": "xavier"}, [np.sqrt(1 / 400), np.sqrt(1 / 300)]),
        ({"scheme": "glorot"}, [np.sqrt(2 / 700), np.sqrt(2 / 500)]),
        ({"scheme": "zeros"}, [0, 0]),
        ({"scheme": 0.3}, [0.3, 0.3]),
    ],
    ids=str,
)
def test_each_scheme_has_its_standard_deviation(settings, stds, rng):
    params = initialize(SIZES, **settings, rng=rng)
    assert [W.std() for W, b in params] == pytest.approx(stds, rel=0.02)
    assert [W.mean() for W, b in params] == pytest.approx([0, 0], abs=0.01)


def test_biases_start_at_zero(rng):
    assert not any(b.any() for W, b in initialize(SIZES, rng=rng))


def test_shapes_chain(rng):
    shapes = [(W.shape, b.shape) for W, b in initialize([4, 3, 2, 5], rng=rng)]
    assert shapes == [((4, 3), (3,)), ((3, 2), (2,)), ((2, 5), (5,))]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_weights_and_biases_have_the_dtype(dtype, rng):
    params = initialize([4, 3, 2], rng=rng, dtype=dtype)
    assert {array.dtype for pair in params for array in pair} == {np.dtype(dtype)}


def test_float32_is_the_default(rng):
    assert initialize([4, 3], rng=rng)[0][0].dtype == np.float32


def test_the_seed_decides():
    first, again, other = (initialize([4, 3], rng=np.random.default_rng(s)) for s in (1, 1, 2))
    np.testing.assert_array_equal(first[0][0], again[0][0])
    assert (first[0][0] != other[0][0]).any()


def test_no_two_layers_start_alike(rng):
    (W1, _), (W2, _) = initialize([5, 5, 5], hidden="tanh", rng=rng)
    assert (W1 != W2).all()
