"""Forward and backward pass, prediction, parameter files."""

import copy

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import backward, forward, initialize, load_params, one_hot, predict, save_params

ACTIVATIONS = {
    "relu": lambda z: max(z, 0.0),
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh,
}


@pytest.fixture
def params(rng):
    return [
        (W, b + rng.normal(size=b.shape).astype(b.dtype))  # zero biases would hide that they count
        for W, b in initialize([4, 3, 5, 2], rng=rng)
    ]


@pytest.fixture
def X(rng):
    return rng.normal(size=(6, 4)).astype(np.float32)


@pytest.mark.parametrize("hidden", ACTIVATIONS)
def test_forward_is_what_the_equations_say_unit_by_unit(X, params, hidden):
    A_L, _ = forward(X, params, hidden)
    for x, probabilities in zip(X, A_L, strict=True):
        a = x
        for layer, (W, b) in enumerate(params):
            z = [sum(a[i] * W[i, j] for i in range(len(a))) + b[j] for j in range(len(b))]
            a = z if layer == len(params) - 1 else [ACTIVATIONS[hidden](value) for value in z]
        np.testing.assert_allclose(probabilities, np.exp(a) / sum(np.exp(a)), rtol=1e-4)


def test_relu_is_the_default(X, params):
    np.testing.assert_array_equal(forward(X, params)[0], forward(X, params, "relu")[0])


def test_cache_is_numbered_like_the_equations(X, params):
    A_L, (A, Z, hidden) = forward(X, params, "tanh")
    assert A[0] is X
    assert Z[0] is None
    assert A[3] is A_L
    for l in 1, 2:
        np.testing.assert_array_equal(A[l], np.tanh(Z[l]))
    assert hidden == "tanh"


@given(m=st.integers(1, 9), sizes=st.lists(st.integers(1, 6), min_size=2, max_size=5))
def test_gradients_have_the_shapes_of_the_parameters(m, sizes):
    rng = np.random.default_rng(0)
    params = initialize(sizes, rng=rng)
    A_L, cache = forward(rng.random((m, sizes[0])), params)
    assert A_L.shape == (m, sizes[-1])
    grads = backward(cache, one_hot(np.zeros(m, int), sizes[-1]), params)
    shapes = [[(W.shape, b.shape) for W, b in layers] for layers in (params, grads)]
    assert shapes[0] == shapes[1]


@pytest.mark.parametrize("hidden", ACTIVATIONS)
def test_everything_stays_float32(X, params, hidden):
    _, cache = forward(X, params, hidden)
    grads = backward(cache, one_hot(np.zeros(6, int), 2), params)
    arrays = [*cache.A, *cache.Z[1:], *(array for pair in grads for array in pair)]
    assert {array.dtype for array in arrays} == {np.dtype(np.float32)}


def test_neither_pass_writes_into_what_it_is_given(X, params):
    given_X, given_params = X.copy(), copy.deepcopy(params)
    _, cache = forward(X, params)
    given_cache = copy.deepcopy(cache)
    backward(cache, one_hot(np.zeros(6, int), 2), params)
    np.testing.assert_equal(X, given_X)
    np.testing.assert_equal(params, given_params)
    np.testing.assert_equal(cache, given_cache)


@pytest.mark.parametrize(
    ("hidden", "classes"),
    [("relu", [1, 0, 0, 0]), ("tanh", [1, 1, 0, 0]), ("sigmoid", [1, 1, 1, 0])],
)
def test_predict_takes_the_most_probable_class(hidden, classes):
    # one hidden unit; class 0 wins where its activation is above 0.97
    params = [(np.array([[1.0]]), np.zeros(1)), (np.array([[1.0, 0.0]]), np.array([-0.97, 0.0]))]
    X = np.array([[0.5], [1.2], [3.0], [9.0]])
    assert predict(X, params, hidden).tolist() == classes


# Parameter files


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_saved_parameters_come_back_bit_by_bit(tmp_path, rng, dtype):
    params = initialize([3] * 12, rng=rng, dtype=dtype)  # W10 must not come before W2
    save_params(tmp_path / "p.npz", params)
    loaded = load_params(tmp_path / "p.npz")
    for pair, loaded_pair in zip(params, loaded, strict=True):
        for array, loaded_array in zip(pair, loaded_pair, strict=True):
            np.testing.assert_array_equal(array, loaded_array, strict=True)


@pytest.mark.parametrize("name", ["weights", "weights.bin"])
def test_a_file_may_have_any_name(tmp_path, params, name):
    save_params(tmp_path / name, params)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_another_networks_file_does_not_fit_the_data(tmp_path, X, rng):
    save_params(tmp_path / "p.npz", initialize([5, 2], rng=rng))
    with pytest.raises(ValueError, match="X has 4 columns, but the first layer expects 5"):
        predict(X, load_params(tmp_path / "p.npz"))


W, B = np.ones((2, 3)), np.ones(3)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        pytest.param({}, r"holds the arrays \[\]", id="nothing"),
        pytest.param({"W1": W}, r"holds the arrays \['W1'\]", id="missing"),
        pytest.param({"W1": W, "b1": B, "extra": B}, "extra", id="extra"),
        pytest.param({"W1": W, "b1": B, "W3": W.T, "b3": B[:2]}, "W3", id="layer left out"),
        pytest.param({"W1": W, "b1": B, "W2": W, "b2": B}, "W of layer 2 has shape", id="chain"),
        pytest.param({"W1": W, "b1": B * np.nan}, "b of layer 1 must be finite", id="NaN"),
        pytest.param({"W1": W, "b1": B.astype("f4")}, "one floating dtype", id="dtypes"),
        pytest.param({"W1": W, "b1": B.astype(object)}, "not a complete .npz", id="pickle"),
    ],
)
def test_a_file_without_a_network_is_refused_by_name(tmp_path, arrays, message):
    np.savez(tmp_path / "p.npz", **arrays)
    with pytest.raises(ValueError, match=rf"p\.npz .*{message}"):
        load_params(tmp_path / "p.npz")


def in_directory(offset, value):
    """Return a damage: one byte of the first entry in the zip archive's directory."""

    def damage(content):
        place = content.index(b"PK\1\2") + offset
        return content[:place] + bytes([value]) + content[place + 1 :]

    return damage


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda content: content[: len(content) // 2], id="cut"),
        pytest.param(lambda content: content[:-1], id="last byte"),
        pytest.param(lambda content: content.replace(b"<f4", b"<f8", 1), id="checksum"),
        pytest.param(in_directory(6, 255), id="zip version"),
        pytest.param(in_directory(8, 1), id="encrypted"),
    ],
)
def test_a_damaged_file_is_refused_by_name(tmp_path, params, damage):
    save_params(tmp_path / "p.npz", params)
    content = (tmp_path / "p.npz").read_bytes()
    assert damage(content) != content
    (tmp_path / "p.npz").write_bytes(damage(content))
    with pytest.raises(ValueError, match=r"p\.npz is not a complete \.npz"):
        load_params(tmp_path / "p.npz")


def test_a_single_array_is_not_taken_for_a_network(tmp_path):
    with (tmp_path / "p.npz").open("wb") as file:
        np.save(file, W)
    with pytest.raises(ValueError, match=r"p\.npz is not a complete \.npz"):
        load_params(tmp_path / "p.npz")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nowhere\.npz"):
        load_params(tmp_path / "nowhere.npz")


def half_written(file, **arrays):
    with open(file, "wb") if not hasattr(file, "write") else file as handle:
        handle.write(b"half")
        raise OSError("disk full")


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path, params, monkeypatch):
    save_params(tmp_path / "p.npz", params)
    content = (tmp_path / "p.npz").read_bytes()
    monkeypatch.setattr(np, "savez", half_written)
    with pytest.raises(OSError, match="disk full"):
        save_params(tmp_path / "p.npz", params)
    assert [path.name for path in tmp_path.iterdir()] == ["p.npz"]
    assert (tmp_path / "p.npz").read_bytes() == content


def test_a_file_is_replaced_when_it_is_complete(tmp_path, params, rng):
    save_params(tmp_path / "p.npz", params)
    save_params(tmp_path / "p.npz", initialize([7, 2], rng=rng))
    assert load_params(tmp_path / "p.npz")[0][0].shape == (7, 2)
    assert [path.name for path in tmp_path.iterdir()] == ["p.npz"]


def test_invalid_parameters_are_not_written(tmp_path, params):
    params[0][0][0, 0] = np.nan
    with pytest.raises(ValueError, match="W of layer 1 must be finite"):
        save_params(tmp_path / "p.npz", params)
    assert not list(tmp_path.iterdir())
