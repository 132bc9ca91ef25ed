"""From a drawing to an image like MNIST's, against loops, repeated pixels and MNIST itself."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import center_digit, center_of_mass, crop_to_ink, place_by_mass, resize


def blot(height, width, seed=0):
    """Random ink without an empty row or column."""
    return 0.1 + 0.9 * np.random.default_rng(seed).random((height, width))


def on_paper(ink, top, left, shape):
    """Put ink on a larger sheet."""
    paper = np.zeros(shape, ink.dtype)
    paper[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
    return paper


def balance(image):
    """Find the center of mass pixel by pixel."""
    mass = sum(image[place] for place in np.ndindex(image.shape))
    return [
        sum(place[axis] * image[place] for place in np.ndindex(image.shape)) / mass
        for axis in (0, 1)
    ]


# shape of the sheet, shape of the ink, its place
PLACES = {
    "single pixel": ((9, 7), (1, 1), (4, 2)),
    "pixel in the corner": ((9, 7), (1, 1), (8, 6)),
    "full sheet": ((9, 7), (9, 7), (0, 0)),
    "one row": ((9, 7), (1, 7), (3, 0)),
    "one column": ((9, 7), (6, 1), (2, 5)),
    "hair line": ((60, 60), (60, 1), (0, 30)),
    "at the top left": ((30, 40), (5, 8), (0, 0)),
    "at the bottom right": ((30, 40), (5, 8), (25, 32)),
    "in the middle": ((112, 112), (60, 31), (20, 40)),
}
places = pytest.mark.parametrize(("sheet", "shape", "at"), PLACES.values(), ids=PLACES)


# crop


@places
def test_crop_finds_the_ink_again(sheet, shape, at):
    ink = blot(*shape)
    assert np.array_equal(crop_to_ink(on_paper(ink, *at, sheet)), ink)


def test_crop_keeps_empty_rows_inside_and_faint_ink_outside():
    ink = np.zeros((6, 6))
    ink[1, 1], ink[4, 3] = 1, 0.001
    assert crop_to_ink(ink).shape == (4, 3)


# resize

sizes = st.integers(1, 12)


@given(sizes, sizes, sizes, sizes)
def test_resize_averages_areas(height, width, new_height, new_width):
    """Each pixel cut into new_height × new_width pieces: then every new pixel is a whole block."""
    image = blot(height, width)
    pieces = image.repeat(new_height, axis=0).repeat(new_width, axis=1)
    blocks = pieces.reshape(new_height, height, new_width, width)
    resized = resize(image, new_height, new_width)
    np.testing.assert_allclose(resized, blocks.mean(axis=(1, 3)), rtol=1e-6)
    assert resized.dtype == np.float32


@given(sizes, sizes, sizes, sizes)
def test_resize_keeps_the_mass_per_area(height, width, new_height, new_width):
    image = blot(height, width)
    mass = resize(image, new_height, new_width).sum(dtype=float) / (new_height * new_width)
    assert mass == pytest.approx(image.sum() / (height * width), rel=1e-6)


def test_resize_to_the_same_size_changes_nothing(mnist):
    image = mnist[0][0].reshape(28, 28)
    assert np.array_equal(resize(image, 28, 28), image)


def test_resize_of_full_ink_stays_full_ink():
    assert (resize(np.ones((61, 43), np.float32), 20, 14) == 1).all()


# center of mass


@places
def test_center_of_mass_pixel_by_pixel(sheet, shape, at):
    paper = on_paper(blot(*shape), *at, sheet)
    assert center_of_mass(paper) == pytest.approx(balance(paper))


def test_center_of_mass_counts_pixels_from_zero():
    assert center_of_mass(on_paper(np.ones((1, 1)), 14, 3, (28, 28))) == (14, 3)


# place


@given(st.integers(1, 14), st.integers(1, 14), st.integers(0, 99))
def test_place_brings_the_center_of_mass_to_the_middle(height, width, seed):
    image = blot(height, width, seed)  # so small that it never meets the border
    field = place_by_mass(image)
    assert field.shape == (28, 28)
    assert np.abs(np.subtract(balance(field), 14)).max() <= 0.5 + 1e-6
    assert np.array_equal(crop_to_ink(field), image.astype(np.float32))


def test_place_stops_at_the_border():
    image = np.full((20, 20), 0.01)
    image[:, 0] = 1  # nearly all the mass is in the left column
    field = place_by_mass(image)
    assert np.array_equal(field, on_paper(image.astype(np.float32), 4, 8, (28, 28)))


@pytest.mark.parametrize("size", [20, 21, 28, 31])
def test_place_into_fields_of_any_size(size):
    field = place_by_mass(np.ones((20, 20)), size)
    assert field.shape == (size, size)
    assert field.sum() == 400


# all together


@places
def test_center_digit_fits_the_longer_side_into_twenty_pixels(sheet, shape, at):
    image = center_digit(on_paper(blot(*shape), *at, sheet))
    assert (image.shape, image.dtype) == ((28, 28), np.float32)
    got = crop_to_ink(image).shape
    assert max(got) == 20
    for side, expected in zip(got, np.array(shape) * 20 / max(shape), strict=True):
        assert abs(side - expected) <= 0.5 or side == 1
    assert np.abs(np.subtract(balance(image), 14)).max() <= 0.5 + 1e-6
    assert image.max() <= 1


def test_center_digit_does_not_care_where_and_how_large():
    ink = blot(20, 12)
    expected = center_digit(ink)
    for enlarged in (1, 2, 5):
        large = np.kron(ink, np.ones((enlarged, enlarged)))
        for at in ((0, 0), (3, 17), (30, 8)):
            image = center_digit(on_paper(large, *at, (140, 140)))
            np.testing.assert_allclose(image, expected, atol=1e-6)


def test_center_digit_leaves_mnist_as_it_is(mnist):
    """The middle is pixel (14, 14), the box has 20 pixels: else these would move."""
    for x in mnist[0][:200]:
        assert np.array_equal(center_digit(x.reshape(28, 28)), x.reshape(28, 28))


def test_center_digit_undoes_a_shift(mnist):
    for x in mnist[2][:50]:
        image = x.reshape(28, 28)
        shifted = on_paper(crop_to_ink(image), 0, 8, (28, 28 + 8))
        assert np.array_equal(center_digit(shifted), image)


def test_nothing_is_written_into_the_drawing():
    ink = on_paper(blot(30, 20), 4, 7, (50, 50))
    before = ink.copy()
    ink.flags.writeable = False
    center_digit(ink)
    assert np.array_equal(ink, before)
    assert np.shares_memory(crop_to_ink(ink), ink)


@pytest.mark.parametrize("function", [crop_to_ink, center_of_mass, place_by_mass, center_digit])
def test_without_ink_there_is_a_sentence_for_the_reader(function):
    with pytest.raises(ValueError, match=r"^there is no ink: draw something first$"):
        function(np.zeros((5, 5)))
