"""The explorer of images, against loops over pixels and the chapter's own split."""

import re

import numpy as np
import pytest
from explorer_grid import coarse_grid, one_at_a_time, start_and_values

from helpers import train_dev_split
from helpers.explorers.ch01_images import (
    compute,
    dev_images_and_means,
    draw,
    start,
)
from helpers.explorers.picture import Picture

ONE_AT_A_TIME = one_at_a_time("images")
GRID = [
    *coarse_grid("images", count=2),
    *coarse_grid("images")[::7],
    *(one for many in ONE_AT_A_TIME.values() for one in many),
]
START, _ = start_and_values("images")

CHANGES = {
    "as it is": {},
    "shifted": {"right": 3},
    "blurred": {"blur": 2},
    "pale": {"contrast": 0.2},
}


def change_by_hand(X, right, down, blur, contrast):
    """Shift images by looking at another place, blur them round by round, multiply and clip."""
    wide = np.pad(X.reshape(-1, 28, 28), ((0, 0), (8, 8), (8, 8)))
    images = wide[:, 8 - down : 36 - down, 8 - right : 36 - right]
    for _ in range(blur):
        wide = np.pad(images, ((0, 0), (1, 1), (1, 1)))
        images = sum(wide[:, i : i + 28, j : j + 28] for i in range(3) for j in range(3)) / 9
    return np.clip(contrast * images, 0, 1).reshape(X.shape)


def image_of(digit, example, **changes):
    X, y, _, _ = dev_images_and_means()
    return change_by_hand(X[y == digit][example], **changes)


@pytest.fixture(scope="module")
def results():
    """Settings, the image changed by hand, and what the explorer computes."""
    return [(one, image_of(**one), compute(**one)) for one in GRID]


def test_images_and_means_are_those_of_the_chapter(mnist):
    X, y, M, unchanged = dev_images_and_means()
    X_train, y_train, X_dev, y_dev = train_dev_split(*mnist[:2], 5000, np.random.default_rng(0))
    assert np.array_equal(X, X_dev[:1000])
    assert np.array_equal(y, y_dev[:1000])
    means = np.array([X_train[y_train == k].mean(axis=0) for k in range(10)])
    np.testing.assert_allclose(M, means, atol=1e-4)
    nearest = [((x - means) ** 2).sum(axis=1).argmin() for x in X]
    assert unchanged == pytest.approx(np.mean(nearest == y), abs=0.0011)


def test_the_image_is_changed_as_the_controls_say(results):
    for settings, x, result in results:
        np.testing.assert_allclose(result["x"], x, atol=1e-5, err_msg=str(settings))


def test_the_nearest_mean_is_nearest(results):
    _, _, M, _ = dev_images_and_means()
    for settings, x, result in results:
        D = ((x - M) ** 2).sum(axis=1)
        np.testing.assert_allclose(result["distances"], D, rtol=1e-3)
        said = result["said"]
        assert D[said] <= D.min() + 1e-3
        np.testing.assert_allclose(result["difference"], result["x"] - M[said], atol=1e-6)
        words = result["text"].splitlines()[1]
        assert words.startswith(f"Nearest is mean {said}, squared distance ")
        stated = [float(number) for number in re.findall(r"\d+\.\d", words)]
        if said == settings["digit"]:
            assert words.endswith("right.")
            assert stated == pytest.approx([D[said]], abs=0.06)
        else:
            assert f"wrong; to mean {settings['digit']} it is" in words
            assert stated == pytest.approx([D[said], D[settings["digit"]]], abs=0.06)


def test_the_histogram_counts_every_pixel_once(results):
    for _, _, result in results:
        x = result["x"]
        assert result["counts"].sum() == 784
        words = result["text"].splitlines()[0]
        paper, ink = re.search(r"784 pixels (\d+) are at 0 .* and (\d+) at 1", words).groups()
        assert (int(paper), int(ink)) == (np.count_nonzero(x == 0), np.count_nonzero(x == 1))
        for b, count in enumerate(result["counts"][:-1]):
            inside = (x >= b / 20 - 1e-6) & (x < (b + 1) / 20 + 1e-6)
            assert count <= inside.sum()
        assert result["counts"][0] >= int(paper)


@pytest.mark.parametrize("seed", range(5))
def test_the_accuracy_is_that_of_a_thousand_images_changed_alike(seed):
    X, y, M, _ = dev_images_and_means()
    settings = GRID[np.random.default_rng(seed).integers(len(GRID))]
    changes = {name: settings[name] for name in ("right", "down", "blur", "contrast")}
    answers = np.array([((x - M) ** 2).sum(axis=1).argmin() for x in change_by_hand(X, **changes)])
    result = compute(**settings)
    assert result["accuracy"] == pytest.approx(np.mean(answers == y), abs=0.0021)
    share, favorite = re.search(r"and (\d+)% are called (\d)", result["text"]).groups()
    assert np.bincount(answers).argmax() == int(favorite)
    assert int(share) == pytest.approx(100 * np.mean(answers == int(favorite)), abs=0.71)
    assert f"{result['accuracy']:.1%} are read right" in result["text"]


def test_what_the_chapter_promises():
    """Three pixels of shift cost half of the answers, blur little, and pale digits become ones."""
    right = {name: compute(**START | change)["accuracy"] for name, change in CHANGES.items()}
    assert right["shifted"] < 0.4
    assert right["blurred"] > 0.77
    assert right["as it is"] > 0.8
    assert re.search(r"and 8\d% are called 1", compute(**START | CHANGES["pale"])["text"])
    assert [compute(**START | {"right": k})["said"] for k in (0, 2, 3)] == [4, 4, 6]


def test_the_words_begin_with_the_settings(results):
    for settings, _, result in results:
        words = result["text"].partition(" Of 784 pixels")[0]
        stated = [float(number) for number in re.findall(r"-?\d+(?:\.\d)?", words)]
        assert stated == pytest.approx([settings[name] for name in START])


def test_computing_leaves_the_data_alone():
    before = [np.copy(array) for array in dev_images_and_means()[:3]]
    for settings in GRID[::20]:
        compute(**settings)
    for array, copy in zip(dev_images_and_means()[:3], before, strict=True):
        assert np.array_equal(array, copy)


def test_the_picture_shows_the_numbers(results):
    picture = Picture(start, draw, (9, 5))
    for _, _, result in results[::9]:
        picture.png(result)
        shown = picture.artists
        for name in ("x", "difference"):
            assert np.array_equal(shown[name].get_array().ravel(), result[name])
        assert [bar.get_height() for bar in shown["counts"]] == result["counts"].tolist()
        assert [bar.get_height() for bar in shown["share"]] == [result["accuracy"]]
        assert [bar.get_height() for bar in shown["distances"]] == result["distances"].tolist()
        top = shown["numbers"][0].axes.get_ylim()[1]
        assert result["distances"].max() < 0.88 * top  # room for the number
        colors = [bar.get_facecolor() for bar in shown["distances"]]
        assert [colors.count(color) for color in colors].index(1) == result["said"]
        for name in ("nearest", "true"):
            assert shown[name].get_x() + shown[name].get_width() / 2 == pytest.approx(
                result[{"nearest": "said", "true": "true"}[name]]
            )
