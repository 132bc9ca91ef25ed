"""Loading, damaged files, splitting, points in the plane."""

import gzip
import hashlib
import re
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import (
    data,
    load_idx,
    load_mnist,
    normalize,
    points,
    read_idx,
    train_dev_split,
)

ROOT = Path(__file__).resolve().parents[2]


# MNIST's own file


def test_mnist_has_its_shapes_and_types(mnist):
    assert [array.shape for array in mnist] == [(60000, 784), (60000,), (10000, 784), (10000,)]
    assert [array.dtype for array in mnist] == [np.float32, np.intp, np.float32, np.intp]


def test_mnist_is_in_its_original_order(mnist):
    _, y_train, _, y_test = mnist
    assert y_train[:5].tolist() == [5, 0, 4, 1, 9]
    assert y_test[:5].tolist() == [7, 2, 1, 0, 4]


def test_pixels_run_from_0_to_1(mnist):
    assert [(X.min(), X.max()) for X in (mnist[0], mnist[2])] == [(0, 1), (0, 1)]


def test_readme_and_code_and_file_name_the_same_checksums():
    readme = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` .*\| `([0-9a-f]{64})` \|$", readme, re.MULTILINE)
    assert dict(rows) == data.MNIST_SHA256
    content = data.MNIST_PATH.read_bytes()
    assert f"{len(content):,} bytes" in readme
    assert f"`{hashlib.sha256(content).hexdigest()}`" in readme


# Files in place of MNIST's


@pytest.fixture
def tiny(monkeypatch, rng):
    """Four small arrays that pass for MNIST: the big ones would take seconds to write."""
    arrays = {}
    for part, m in ("train", 6), ("test", 3):
        arrays[f"x_{part}"] = rng.integers(0, 256, (m, 28, 28), np.uint8)
        arrays[f"y_{part}"] = rng.integers(0, 10, m, np.uint8)
    sums = {name: hashlib.sha256(array.tobytes()).hexdigest() for name, array in arrays.items()}
    monkeypatch.setattr(data, "MNIST_SHA256", sums)
    return arrays


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_only_the_arrays_count_not_how_the_file_is_compressed(tiny, tmp_path, save):
    save(tmp_path / "mnist.npz", **tiny)
    X_train, y_train, X_test, y_test = load_mnist(tmp_path / "mnist.npz")
    assert y_train.tolist() == tiny["y_train"].tolist()
    assert y_test.tolist() == tiny["y_test"].tolist()
    for X, images in (X_train, tiny["x_train"]), (X_test, tiny["x_test"]):
        np.testing.assert_allclose(X.reshape(-1, 28, 28) * 255, images, atol=1e-4)


@pytest.mark.parametrize("name", data.MNIST_SHA256)
def test_one_altered_value_is_noticed(tiny, tmp_path, name):
    tiny[name].flat[-1] ^= 1
    np.savez(tmp_path / "altered.npz", **tiny)
    with pytest.raises(ValueError, match=rf"altered\.npz: array {name} is not MNIST's"):
        load_mnist(tmp_path / "altered.npz")


@pytest.mark.parametrize("name", data.MNIST_SHA256)
def test_a_missing_array_is_named(tiny, tmp_path, name):
    del tiny[name]
    np.savez(tmp_path / "short.npz", **tiny)
    with pytest.raises(ValueError, match=rf"short\.npz has no array {name}"):
        load_mnist(tmp_path / "short.npz")


def test_a_pickle_is_never_opened(tiny, tmp_path):
    tiny["y_train"] = tiny["y_train"].astype(object)
    np.savez(tmp_path / "pickled.npz", **tiny)
    with pytest.raises(ValueError, match=r"pickled\.npz is not a complete \.npz .*; load_mnist"):
        load_mnist(tmp_path / "pickled.npz")


@pytest.mark.parametrize("keep", [0, 3, 0.5, 0.999])
def test_a_truncated_file_is_named(tiny, tmp_path, keep):
    np.savez(tmp_path / "whole.npz", **tiny)
    content = (tmp_path / "whole.npz").read_bytes()
    keep = keep if isinstance(keep, int) else int(keep * len(content))
    (tmp_path / "half.npz").write_bytes(content[:keep])
    with pytest.raises(ValueError, match=r"half\.npz is not a complete \.npz"):
        load_mnist(tmp_path / "half.npz")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nowhere\.npz"):
        load_mnist(tmp_path / "nowhere.npz")


# IDX files


def idx(array):
    """Write an IDX file as its specification says: the counterpart of read_idx."""
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.tobytes()


LABELS = np.arange(4, dtype=np.uint8)
IMAGES = np.arange(4 * 3 * 2, dtype=np.uint8).reshape(4, 3, 2)
ZIPPED = gzip.compress(idx(np.random.default_rng(0).integers(0, 9, 500, np.uint8)))


@pytest.mark.parametrize("compress", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("array", [LABELS, IMAGES], ids=["labels", "images"])
def test_idx_round_trip(tmp_path, array, compress):
    (tmp_path / "file").write_bytes(compress(idx(array)))
    np.testing.assert_array_equal(read_idx(tmp_path / "file"), array, strict=True)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"", "magic number is 0x,", id="empty"),
        pytest.param(b"\0\0\x08", "magic number is 0x000008,", id="half a magic number"),
        pytest.param(b"\0\0\x08\1", "header: 4 bytes, needs 8", id="magic number only"),
        pytest.param(b"\x89PNG" + idx(LABELS), "magic number is 0x89504e47", id="magic"),
        pytest.param(b"\0\0\x0d\1\0\0\0\1" + bytes(4), "IDX file of bytes", id="floats"),
        pytest.param(b"\0\0\x08\0" + bytes(1), "IDX file of bytes", id="no dimension"),
        pytest.param(idx(IMAGES)[:9], "ends inside its header: 9 bytes, needs 16", id="header"),
        pytest.param(idx(IMAGES)[:-1], r"39 bytes.*\(4, 3, 2\): 40 bytes", id="too short"),
        pytest.param(idx(IMAGES) + b"\0", r"41 bytes.*\(4, 3, 2\): 40 bytes", id="too long"),
        # 65536³ pixels: 0 in 32 bits, as many as there are
        pytest.param(b"\0\0\x08\3" + b"\0\1\0\0" * 3, f"{2**48 + 16} bytes", id="32 bits"),
        pytest.param(b"\0\0\x08\2" + b"\xff" * 8, f"{(2**32 - 1) ** 2 + 12} bytes", id="64 bits"),
        pytest.param(
            b"\n<!DOCTYPE html><html>", "not an IDX file; it is a web page: dow", id="page"
        ),
        pytest.param(gzip.compress(b"<html>"), "it is a web page", id="page, gzip"),
        pytest.param(b"PK\3\4" + bytes(30), "it is a zip file: unpack it", id="zip"),
        pytest.param(b"version https://git-lfs.github.com/spec/v1\n", "Git LFS pointer", id="LFS"),
        pytest.param(ZIPPED[:-5], "damaged gzip", id="gzip cut"),
        pytest.param(ZIPPED[:-6] + b"\0\0" + ZIPPED[-4:], "damaged gzip", id="gzip checksum"),
        pytest.param(ZIPPED[:20] + bytes(20) + ZIPPED[40:], "damaged gzip", id="gzip data"),
    ],
)
def test_what_is_wrong_with_an_idx_file_is_named(tmp_path, content, message):
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(ValueError, match=f"file .*{message}"):
        read_idx(tmp_path / "file")


@pytest.fixture
def folder(tmp_path):
    for part in "train", "t10k":
        (tmp_path / f"{part}-images-idx3-ubyte").write_bytes(idx(IMAGES))
        (tmp_path / f"{part}-labels-idx1-ubyte").write_bytes(idx(LABELS))
    return tmp_path


def test_load_idx_reads_four_files_plain_or_gzip(folder):
    (folder / "t10k-images-idx3-ubyte").unlink()
    (folder / "t10k-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx(IMAGES[::-1])))
    X_train, y_train, X_test, y_test = load_idx(folder)
    np.testing.assert_allclose(X_train * 255, IMAGES.reshape(4, 6), atol=1e-4)
    np.testing.assert_array_equal(X_test, X_train[::-1], strict=True)
    for y in y_train, y_test:
        np.testing.assert_array_equal(y, LABELS.astype(np.intp), strict=True)


@pytest.mark.parametrize(
    ("name", "array", "message"),
    [
        ("train-labels-idx1-ubyte", IMAGES, "0x00000803, expected 0x00000801"),
        ("t10k-images-idx3-ubyte", LABELS, "0x00000801, expected 0x00000803"),
        ("t10k-labels-idx1-ubyte", LABELS[1:], "4 test images but 3 labels"),
        ("train-images-idx3-ubyte", IMAGES[:0], "train-images-idx3-ubyte holds no data"),
    ],
)
def test_files_that_do_not_fit_together_are_refused(folder, name, array, message):
    (folder / name).write_bytes(idx(array))
    with pytest.raises(ValueError, match=message):
        load_idx(folder)


def test_the_missing_one_of_the_four_files_is_named_and_what_is_there(folder):
    (folder / "t10k-labels-idx1-ubyte").rename(folder / "labels")
    (folder / "MNIST").mkdir()
    message = r"there is no file .*t10k-labels-idx1-ubyte, .*; there are: MNIST/, labels, t10k-im"
    with pytest.raises(FileNotFoundError, match=message):
        load_idx(folder)


@pytest.mark.parametrize("name", ["nowhere", "train-images-idx3-ubyte", "train-images-idx3-ubyte/"])
def test_what_is_no_folder_is_named(folder, name):
    with pytest.raises(
        FileNotFoundError, match=f"expected a folder or an .npz file, got .*{name[:9]}"
    ):
        load_idx(folder / name)


def test_an_empty_folder_is_said_to_be_empty(tmp_path):
    message = r"train-images-idx3-ubyte, also not .*; the folder is empty"
    with pytest.raises(FileNotFoundError, match=message):
        load_idx(tmp_path)


# The usual names

TEST_IMAGES = IMAGES[:2] + 100


def write(path, array):
    """Write an array as its file's name says."""
    if path.suffix == ".npz":
        np.savez(path, array)  # as KMNIST's, under the name arr_0
    else:
        path.write_bytes(gzip.compress(idx(array)) if path.suffix == ".gz" else idx(array))


def assert_loaded(path, upright=True):
    images = [array if upright else array.swapaxes(1, 2) for array in (IMAGES, TEST_IMAGES)]
    X_train, y_train, X_test, y_test = load_idx(path)
    for X, expected in zip((X_train, X_test), images, strict=True):
        np.testing.assert_array_equal(X, normalize(expected.reshape(-1, 6)), strict=True)
    assert y_train.tolist() == LABELS.tolist()
    assert y_test.tolist() == LABELS[:2].tolist()


@pytest.mark.parametrize(
    ("pattern", "test"),
    [
        ("{part}-{what}-idx{n}-ubyte", "t10k"),  # MNIST, Fashion-MNIST, KMNIST
        ("{part}-{what}-idx{n}-ubyte.gz", "t10k"),
        ("{part}-{what}.idx{n}-ubyte", "t10k"),  # what 7-Zip makes of it
        ("{part}-{what}-idx{n}-ubyte", "test"),
        ("mine-{part}-{what}-IDX{n}-ubyte.gz", "test"),
        ("kmnist-{part}-{what}.npz", "test"),
    ],
)
def test_a_folder_is_read_under_all_usual_names(tmp_path, pattern, test):
    images_are_called = "imgs" if pattern.endswith("npz") else "images"
    for part, images in ("train", IMAGES), (test, TEST_IMAGES):
        write(tmp_path / pattern.format(part=part, what=images_are_called, n=3), images)
        write(tmp_path / pattern.format(part=part, what="labels", n=1), LABELS[: len(images)])
    (tmp_path / "readme.txt").write_text("not one of the four")
    assert_loaded(tmp_path)


def test_images_of_emnist_are_turned_upright(tmp_path):
    for part, images in ("train", IMAGES), ("test", TEST_IMAGES):
        name = f"emnist-letters-{part}-{{}}-idx{{}}-ubyte"
        write(tmp_path / name.format("images", 3), images)
        write(tmp_path / name.format("labels", 1), LABELS[: len(images)])
    assert_loaded(tmp_path, upright=False)
    (tmp_path / "emnist-digits-test-labels-idx1-ubyte.gz").touch()
    message = (
        "2 data sets, their names begin with 'emnist-digits-', 'emnist-letters-'; move the four"
    )
    with pytest.raises(ValueError, match=message):
        load_idx(tmp_path)


def test_a_file_of_two_arrays_is_not_taken_for_its_first(tmp_path):
    for part in ("train", "test"):
        np.savez(tmp_path / f"kmnist-{part}-imgs.npz", IMAGES)
        np.savez(tmp_path / f"kmnist-{part}-labels.npz", LABELS)
    np.savez(tmp_path / "kmnist-test-labels.npz", LABELS, LABELS[:2])
    with pytest.raises(ValueError, match=r"kmnist-test-labels\.npz holds 2 arrays, expected one"):
        load_idx(tmp_path)


def npz(folder, **changes):
    arrays = {"x_train": IMAGES, "y_train": LABELS, "x_test": TEST_IMAGES, "y_test": LABELS[:2]}
    arrays = {name: array for name, array in (arrays | changes).items() if array is not None}
    np.savez(folder / "set.npz", **arrays)
    return folder / "set.npz"


@pytest.mark.parametrize("changes", [
    {},
    {"x_train": IMAGES.reshape(4, 6).astype(int)},
    {"x_train": IMAGES[..., None], "y_train": LABELS[:, None]},
])  # fmt: skip
def test_one_npz_of_the_layout_of_mnists_is_read(tmp_path, changes):
    assert_loaded(npz(tmp_path, **changes))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"x_test": None}, r"no array x_test, only \['x_train', 'y_test', 'y_train'\]; expected"),
        ({"x_test": IMAGES[:2, :2]}, "train images have 6 pixels, test images 4"),
        ({"x_test": IMAGES}, "4 test images but 2 labels"),
        (
            {"x_train": np.stack(3 * [IMAGES], -1)},
            r"x_train has shape \(4, 3, 2, 3\), expected gray",
        ),
        ({"x_train": IMAGES / 255}, "x_train has dtype float64 and values .* from 0 to 255$"),
        ({"x_train": IMAGES.astype(int) + 250}, "values from 250 to 273, expected whole"),
        (
            {"y_train": LABELS - 1.0},
            "y_train has dtype float64 and values .* whole numbers from 0$",
        ),
        (
            {"y_train": LABELS.astype(np.int64) - 1},
            "y_train has dtype int64 and values from -1 to 2",
        ),
        ({"y_train": np.eye(4, dtype=int)}, r"y_train has shape \(4, 4\), expected labels \(m,\)"),
        ({"y_test": LABELS[:0]}, "y_test holds no data"),
    ],
)
def test_what_is_wrong_with_such_an_npz_is_named(tmp_path, changes, message):
    with pytest.raises(ValueError, match=rf"set\.npz.*{message}"):
        load_idx(npz(tmp_path, **changes))


def test_a_web_page_saved_as_npz_is_named(tmp_path):
    (tmp_path / "set.npz").write_text("<html>")
    with pytest.raises(ValueError, match=r"set\.npz is not .* \(it is a web page: download"):
        load_idx(tmp_path / "set.npz")


# Arrays


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float64])
def test_normalize_divides_by_255_into_float32(dtype):
    scaled = normalize(np.array([[0, 51, 255]], dtype))
    np.testing.assert_array_equal(scaled, np.float32([[0, 0.2, 1]]), strict=True)


@given(m=st.integers(2, 30), draws=st.data(), seed=st.integers(0, 99))
def test_split_loses_no_example_and_keeps_pairs_together(m, draws, seed):
    dev_size = draws.draw(st.integers(1, m - 1))
    X, y = np.arange(m)[:, None] * 10.0, np.arange(m)
    parts = train_dev_split(X, y, dev_size, np.random.default_rng(seed))
    X_train, y_train, X_dev, y_dev = parts
    assert len(y_dev) == dev_size
    assert sorted([*y_train, *y_dev]) == list(range(m))
    assert (X_train[:, 0] == 10 * y_train).all()
    assert (X_dev[:, 0] == 10 * y_dev).all()


def test_split_shuffles_first(rng):
    _, _, _, y_dev = train_dev_split(np.zeros((100, 1)), np.arange(100), 20, rng)
    assert sorted(y_dev) not in (list(range(20)), list(range(80, 100)))


# Points in the plane: their classes lie where the picture of them says


@pytest.mark.parametrize("shape", data.SHAPES)
def test_classes_are_even_and_without_noise_all_points_are_in_the_square(shape, rng):
    X, y = points(shape, 301, noise=0, rng=rng)
    assert X.shape == (301, 2)
    assert X.dtype == np.float32
    assert np.ptp(np.bincount(y, minlength=data.SHAPES[shape])) <= 1
    assert np.abs(X).max() <= 1 + 1e-6
    assert np.abs(X).max() > 0.7


@pytest.mark.parametrize("shape", data.SHAPES)
def test_noise_is_added_to_each_coordinate(shape):
    quiet, _ = points(shape, 2000, 0, np.random.default_rng(1))
    noisy, _ = points(shape, 2000, 0.2, np.random.default_rng(1))
    assert np.allclose((noisy - quiet).std(axis=0), 0.2, rtol=0.1)


def test_circles_have_two_radii(rng):
    X, y = points("circles", 100, 0, rng)
    assert np.allclose(np.hypot(*X.T), np.where(y == 0, 0.45, 1))


def test_xor_is_the_sign_of_the_product(rng):
    X, y = points("xor", 100, 0, rng)
    assert np.array_equal(y == 0, X[:, 0] * X[:, 1] > 0)


def test_the_arms_of_the_spirals_are_half_a_turn_apart(rng):
    X, y = points("spirals", 200, 0, rng)
    radius = np.hypot(*X.T)
    along = 2 * np.pi * (radius - 0.1) / 0.9
    angle = np.arctan2(X[:, 1], X[:, 0])
    assert np.allclose(np.cos(angle - along), np.where(y == 0, 1, -1), atol=1e-3)


def one_nearest_neighbor(X, y, X_other):
    distances = ((X_other[:, None] - X[None]) ** 2).sum(axis=2)
    return y[distances.argmin(axis=1)]


@pytest.mark.parametrize("shape", data.SHAPES)
def test_the_classes_can_be_told_apart(shape, rng):
    X, y = points(shape, 600, 0.02, rng)
    hits = one_nearest_neighbor(X[:300], y[:300], X[300:]) == y[300:]
    assert hits.mean() > 0.95
