"""Files: networks come back bit by bit, and nobody meets half a file."""

import numpy as np
import pytest

from helpers import (
    Adam,
    Momentum,
    RMSProp,
    initialize,
    load_optimizer,
    load_params,
    predict,
    save_params,
    train,
)


@pytest.fixture
def params(rng):
    return initialize([4, 3, 2], rng=rng)


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


def test_another_networks_file_does_not_fit_the_data(tmp_path, rng):
    save_params(tmp_path / "p.npz", initialize([5, 2], rng=rng))
    with pytest.raises(ValueError, match="X has 4 columns, but the first layer expects 5"):
        predict(np.ones((6, 4)), load_params(tmp_path / "p.npz"))


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


def test_a_full_disk_is_named_with_what_to_do(tmp_path, params):
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        with pytest.raises(OSError, match=r"cannot write .*p\.npz: .*make room on that disk"):
            save_params(tmp_path / "p.npz", params)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_a_file_is_named(tmp_path, params):
    (tmp_path / "file").write_text("in the way")
    errors = NotADirectoryError, PermissionError  # the second in WebAssembly
    with pytest.raises(errors, match=r"cannot write .*p\.npz: .*; choose another"):
        save_params(tmp_path / "file" / "p.npz", params)


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


# The state of an optimizer


@pytest.mark.parametrize(
    "make",
    [
        lambda params: Adam(params, beta1=0.8),
        lambda params: RMSProp(params, rho=0.95, eps=1e-6),
        lambda params: Momentum(params, momentum=0.7, nesterov=True),
    ],
    ids=["Adam", "RMSProp", "Momentum"],
)
def test_training_goes_on_bit_by_bit_as_if_it_had_not_stopped(tmp_path, make):
    X, y = np.random.default_rng(1).normal(size=(60, 4)), np.arange(60) % 3
    settings = {"learning_rate": 0.02, "batch_size": 8, "progress": False}
    results = []
    for stop in (None, 3):
        rng = np.random.default_rng(2)
        params = initialize([4, 6, 3], rng=rng, dtype=np.float32)
        optimizer = make(params)
        for epoch in range(6):
            if epoch == stop:
                save_params(tmp_path / "p.npz", params, optimizer=optimizer)
                params = load_params(tmp_path / "p.npz")
                new = type(optimizer)(params)  # with the settings it has by itself
                optimizer = load_optimizer(tmp_path / "p.npz", new)
                assert optimizer is new
            train(X, y, params, **settings, epochs=1, rng=rng, update=optimizer.update)
        results.append((params, vars(optimizer)))
    for key, value in results[0][1].items():
        assert type(results[1][1][key]) is type(value)
    np.testing.assert_equal(results[0], results[1])


def test_what_is_no_state_of_this_optimizer_is_refused(tmp_path, params, rng):
    save_params(tmp_path / "plain.npz", params)
    with pytest.raises(ValueError, match=r"plain\.npz holds no state of an optimizer; write it ag"):
        load_optimizer(tmp_path / "plain.npz", Adam(params))
    save_params(tmp_path / "adam.npz", params, optimizer=Adam(params))
    with pytest.raises(ValueError, match=r"adam\.npz holds the state of Adam, got RMSProp"):
        load_optimizer(tmp_path / "adam.npz", RMSProp(params))
    for sizes, dtype in ([4, 5, 2], np.float32), ([4, 3, 2], np.float64):
        other = Adam(initialize(sizes, rng=rng, dtype=dtype))
        with pytest.raises(ValueError, match=r"state of Adam for params with .*, expected"):
            load_optimizer(tmp_path / "adam.npz", other)
    with pytest.raises(FileNotFoundError, match=r"nowhere\.npz"):
        load_optimizer(tmp_path / "nowhere.npz", Adam(params))
