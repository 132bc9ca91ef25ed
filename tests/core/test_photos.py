"""From a photo to digits: any file, paper, light and order, with real digits of MNIST."""

import io
import re

import numpy as np
import pytest
from digit_strokes import DIGITS, place, rasterize
from PIL import Image

from helpers import photos, read_image
from helpers.photos import brightest, find_ink, gray_image, light_on_dark, pieces, whole_digits


@pytest.fixture(scope="module")
def written(mnist):
    """Six real digits in two lines, as ink on a page of 200 by 300; and each as MNIST has it."""
    page = np.zeros((200, 300), np.float32)
    X = mnist[2][[0, 1, 2, 3, 4, 7]]
    for number, x in enumerate(X):
        top, left = 20 + 90 * (number // 3), 20 + 90 * (number % 3)
        page[top : top + 56, left : left + 56] = np.kron(x.reshape(28, 28), np.ones((2, 2)))
    return page, X


def on_paper(ink, paper=0.9, dark=0.8):
    """What a camera sees: gray values from 0 to 1."""
    return paper * (1 - dark * ink)


def bytes_of(gray, form="PNG", mode="L", **how):
    file = io.BytesIO()
    Image.fromarray(np.rint(255 * gray).astype(np.uint8)).convert(mode).save(file, form, **how)
    return file.getvalue()


def assert_read(image, X, most=0.1):
    """Each digit found, in this order, as MNIST has it but for a mean difference per pixel."""
    got = read_image(image)
    assert got.shape == X.shape
    assert got.dtype == np.float32
    assert (got.min(), got.max()) == (0, 1)
    difference = abs(got[:, None] - X).mean(axis=2)
    assert difference.argmin(axis=1).tolist() == list(range(len(X)))
    assert difference.diagonal().max() < most


# files, and what else holds an image


@pytest.mark.parametrize("form", ["PNG", "JPEG", "BMP", "GIF"])
@pytest.mark.parametrize("mode", ["L", "RGB", "P"])
def test_every_form_of_file(written, form, mode, tmp_path):
    page, X = written
    how = {"format": form, "mode": "L" if (form, mode) == ("JPEG", "P") else mode}
    path = tmp_path / "photo"  # what it is stands in the file, not in its name
    path.write_bytes(bytes_of(on_paper(page), how["format"], how["mode"]))
    for image in path, str(path), path.read_bytes(), memoryview(path.read_bytes()):
        assert_read(image, X)


def test_sixteen_bits_and_one(written):
    page, X = written
    deep = Image.fromarray(np.rint(65535 * on_paper(page)).astype(np.uint16))
    file = io.BytesIO()
    deep.save(file, "PNG")
    file.seek(0)
    assert_read(file, X)
    assert_read(Image.fromarray(page < 0.5), X)  # mode 1


@pytest.mark.parametrize("pen", [0, 255])
def test_ink_without_paper(written, pen):
    """Transparent but for the ink: dark ink would be lost on black, light ink on white."""
    page, X = written
    colors = np.full((*page.shape, 4), pen, np.uint8)
    colors[..., 3] = np.rint(255 * page)
    assert_read(Image.fromarray(colors), X)


@pytest.mark.parametrize(
    "kind", [np.uint8, np.uint16, np.int64, np.float32, np.float64], ids=lambda kind: kind.__name__
)
def test_arrays(written, kind):
    page, X = written
    largest = {np.uint16: 65535, np.float32: 1, np.float64: 1}.get(kind, 255)
    array = (largest * on_paper(page)).astype(kind)
    before = array.copy()
    assert_read(array, X)
    assert_read(np.stack([array] * 3, axis=-1), X)
    assert np.array_equal(array, before)


def test_a_truth_value_for_each_pixel(written):
    page, X = written
    assert_read(page > 0.5, X)


@pytest.mark.parametrize(("orientation", "turns"), [(3, 2), (6, 1), (8, -1)])
def test_the_camera_says_how_it_was_held(written, orientation, turns):
    page, X = written
    exif = Image.Exif()
    exif[0x0112] = orientation
    seen = np.rot90(on_paper(page), turns)
    assert_read(bytes_of(seen, "JPEG", exif=exif), X)


def test_a_large_photo_is_made_smaller(written):
    page, X = written
    large = np.kron(on_paper(page), np.ones((11, 11)))
    assert gray_image(large).shape == (533, 800)
    assert_read(large, X)


# paper and light


@pytest.mark.parametrize("size", [28, 84, 280])
def test_mnist_itself_black_on_white_and_white_on_black(mnist, size):
    most = 0.003 if size == 28 else 0.1  # as it is, with its soft edges
    for x in mnist[2][:10]:
        image = np.kron(x.reshape(28, 28), np.ones((size // 28, size // 28)))
        assert_read(image, x[None], most)
        assert_read(1 - image, x[None], most)


LIGHTS = {
    "gray paper": lambda x, y: 0.5,
    "from the side": lambda x, y: 0.4 + 0.6 * x,
    "lamp": lambda x, y: 1 - 0.7 * np.hypot(x - 0.3, y - 0.4),
    "shadow": lambda x, y: 1 - 0.5 / (1 + np.exp((0.6 - x - 0.3 * y) / 0.02)),
}


@pytest.mark.parametrize("light", LIGHTS.values(), ids=LIGHTS)
def test_light_and_shadow_change_nothing(written, light):
    page, X = written  # pale ink, lighter than the paper in the shade
    y, x = np.mgrid[: page.shape[0], : page.shape[1]] / np.array(page.shape)[:, None, None]
    assert_read(light(x, y) * on_paper(page, dark=0.4), X)


def test_noise_and_printed_lines_are_not_ink(written, rng):
    page, X = written
    gray = on_paper(page) + rng.normal(0, 0.02, page.shape)
    gray[::25] -= 0.12
    assert_read(np.clip(gray, 0, 1), X)


def test_the_table_around_the_paper_is_left_out(written):
    page, X = written
    table = np.full((260, 380), 0.2)
    table[30:230, 40:340] = on_paper(page)
    assert_read(table, X)


def test_a_digit_may_fill_the_picture(mnist):
    """A 7 cut tightly meets the border, and is not a table."""
    x = mnist[2][0]
    rows, columns = np.nonzero(x.reshape(28, 28))
    tight = x.reshape(28, 28)[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    assert_read(1 - np.kron(tight, np.ones((6, 6))), x[None])


def test_which_of_the_two_is_ink(written):
    page, _ = written
    assert not light_on_dark(on_paper(page))
    assert light_on_dark(0.2 + 0.6 * page)


def test_ink_is_a_number_from_0_to_1(written):
    page, _ = written
    ink = find_ink(on_paper(page))
    assert (ink.min(), ink.max()) == (0, 1)
    assert abs(ink - page).mean() < 0.02


# pieces, digits, order


def test_pieces_against_the_eye():
    mask = np.array(
        [
            [1, 0, 0, 0, 1],
            [0, 1, 0, 0, 0],
            [0, 0, 0, 1, 1],
            [1, 0, 0, 0, 1],
        ]
    )
    found = {frozenset(map(tuple, piece.tolist())) for piece in pieces(mask > 0)}
    assert found == {
        frozenset({(0, 0), (1, 1)}),  # at a corner
        frozenset({(0, 4)}),  # not around the edge, to the row below
        frozenset({(2, 3), (2, 4), (3, 4)}),
        frozenset({(3, 0)}),
    }


@pytest.mark.parametrize("window", [1, 3, 5, 9, 11])
def test_brightest_in_a_window(rng, window):
    image, half = rng.random((12, 17)), window // 2
    got = brightest(image, window)
    for row, column in np.ndindex(image.shape):
        rows, columns = (
            slice(max(0, row - half), row + half + 1),
            slice(max(0, column - half), column + half + 1),
        )
        assert got[row, column] == image[rows, columns].max()


def test_a_bar_that_does_not_touch_belongs_to_its_five():
    body, bar = DIGITS[5][0]
    lifted = [[(x, y - 0.12) for x, y in bar]]
    ink = rasterize(place([body, *lifted], 30, 30, 40, 60), 5)
    assert len(pieces(ink > 0.5)) == 2
    whole = read_image(1 - ink)
    assert len(whole) == 1
    assert whole.reshape(28, 28)[4:7, 14:].any()  # the bar is there


def test_specks_are_left_out(written):
    page, X = written
    top, left = np.argwhere(page > 0.5).min(axis=0)
    dirty = page.copy()
    dirty[3, 3] = dirty[100:102, 280:282] = 1
    dirty[top, left - 4] = 1  # beside a digit
    assert_read(on_paper(dirty), X)
    inked = [sum(map(len, whole_digits(pieces(ink > 0.5)))) for ink in (page, dirty)]
    assert inked[0] == inked[1]


def test_the_lowest_digit_is_read_and_a_lower_one_is_named():
    strokes = [np.column_stack([np.arange(n), np.zeros(n, int)]) for n in (photos.LOWEST, 7)]
    assert len(photos.whole_digits(strokes[:1])) == 1
    with pytest.raises(ValueError, match="pieces 7 pixels high"):
        photos.whole_digits(strokes[1:])


def test_lines_that_slope_are_read_line_by_line(written):
    page, X = written
    steep = np.pad(page, ((60, 0), (0, 0)))
    for column in range(page.shape[1]):  # by 10 degrees
        steep[:, column] = np.roll(steep[:, column], -column // 6)
    assert_read(on_paper(steep), X, most=0.2)


def test_a_neighbor_in_the_same_box_is_not_cut_out_with_it():
    ink = np.zeros((120, 120))
    for column in range(70):
        ink[100 - column : 106 - column, 10 + column] = 1  # /
        ink[100 - column : 106 - column, 30 + column] = 1  # /, in the box of the first
    first, second = read_image(1 - ink)
    assert np.array_equal(first, second)


def test_a_thin_pen_is_black_in_the_end():
    ink = np.zeros((300, 300))
    ink[50:250, 150:152] = 1
    assert read_image(1 - ink).max() == 1


# what is no photo of digits

BAD = [
    (lambda f: f / "nothing.png", FileNotFoundError, r"there is no file \S+nothing\.png$"),
    (lambda f: f, FileNotFoundError, "there is no file"),
    (lambda f: f / "text.png", ValueError, r"text\.png is not an image .* save it as PNG or JPEG"),
    (lambda f: f / "cut.png", ValueError, r"cut\.png is a damaged image"),
    (lambda f: f / "cut.jpg", ValueError, r"cut\.jpg is a damaged image"),
    (lambda f: f / "empty.png", ValueError, r"empty\.png is not an image"),
    (lambda f: b"%PDF-1.7", ValueError, "^this is not an image"),
    (lambda f: np.full((300, 200), 0.8), ValueError, "^there is no ink: the page is empty"),
    (lambda f: np.zeros((300, 200)), ValueError, "^there is no ink"),
    (lambda f: np.ones((1, 1)), ValueError, "^there is no ink"),
    (lambda f: noise(0.01), ValueError, "^there is no ink: the page is empty"),
    (lambda f: noise(0.2), ValueError, "^no digit found: .* pieces . pixels? high; crop"),
    (lambda f: np.ones((28, 28)) * 255, ValueError, "^image must lie in 0 to 1, got 255 to 255"),
    (lambda f: np.full((28, 28), 256), ValueError, "^image must lie in 0 to 255, got 256 to 256"),
    (lambda f: np.full((28, 28), np.nan), ValueError, "^image must be finite"),
    (lambda f: np.ones(784), ValueError, r"got \(784,\); for a row of X pass X\[0\]\.reshape"),
    (lambda f: np.ones((5, 5, 2)), ValueError, r"^image must have shape .*, got \(5, 5, 2\)"),
    (lambda f: np.ones((0, 5)), ValueError, "^image is empty"),
    (lambda f: [[0, 1]], TypeError, r"^image must be a path or an image, got list \[\[0, 1\]\]$"),
    (lambda f: None, TypeError, "^image must be a path or an image, got NoneType"),
]


def noise(size):
    return np.clip(0.8 + np.random.default_rng(0).normal(0, size, (200, 300)), 0, 1)


@pytest.mark.parametrize(("image", "kind", "message"), BAD)
def test_what_is_no_photo_of_digits_is_named(written, tmp_path, image, kind, message):
    gray = on_paper(written[0])
    (tmp_path / "text.png").write_text("a 7")
    (tmp_path / "empty.png").touch()
    (tmp_path / "cut.png").write_bytes(bytes_of(gray)[:2000])
    (tmp_path / "cut.jpg").write_bytes(bytes_of(gray, "JPEG")[:2000])
    with pytest.raises(kind) as error:
        read_image(image(tmp_path))
    assert re.search(message, str(error.value)), error.value


def test_as_the_message_says(mnist):
    assert_read(mnist[2][0].reshape(28, 28), mnist[2][:1])
    assert photos.LOWEST < 20  # as high as MNIST's digits
