"""Files: networks come back bit by bit, and nobody meets half a file."""

import numpy as np
import pytest

from helpers import initialize, load_params, predict, save_params


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
    with pytest.raises(NotADirectoryError, match=r"cannot write .*p\.npz: .*; choose another"):
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
