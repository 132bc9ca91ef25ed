"""Exercises of chapter 07: training on MNIST."""

from numbers import Real

import numpy as np

from ..network import softmax
from .frame import SOMEWHERE, Wrong, attempt, exercise, expect, expect_number, part, unpack

EMPTY = "At this threshold no image is answered, so there is no mean to take: return np.nan."


@exercise
def check_how_many_images(m, rng):
    """Test images for a standard error of 0.1 percentage points at an accuracy of 0.98."""
    slips = [
        (140, "That is the square root of it: square both sides of (7.4) before you solve for m."),
        (19.6, "The standard error is not squared: p (1 - p) = m s²."),
        (1.96, "0.1 percentage points are 0.001, not 0.1."),
        (0.0196, "That is p (1 - p), the variance for one image."),
        (196, "0.1 percentage points are 0.001, not 0.01."),
        (78400, "That is for *two* standard errors of 0.1 points. Asked is one."),
        (75295, "That is for 1.96 standard errors of 0.1 points. Asked is one."),
        (20000, "That is (1 - p) / s², without the factor p, or the right number rounded too far: "
         "it is asked to the nearest hundred."),
        (980000, "That is p / s². The variance of one image is p (1 - p)."),
        (960400, "That is p² / s². The variance of one image is p (1 - p)."),
        (400, "That is (1 - p)² / s². The variance of one image is p (1 - p)."),
        (0.0014, "That is the standard error with 10,000 images. How many does 0.001 take?"),
    ]
    meaning = "the m at which p (1 - p) / m is the square of 0.001, to the nearest hundred"
    expect_number(m, 19600, meaning, slips, tolerance=0.0026)
    return "and half of that error takes four times as many images: m grows with 1/s²."


@exercise
def check_answer_when_sure(answer_when_sure, rng):
    """What fraction is answered at a threshold, and how many of these answers are right."""
    for m, n, threshold in [(200, 10, 0.5), (60, 3, 0.6), (10, 10, 0.2), (40, 2, 0.5)]:
        A, y = softmax(rng.normal(scale=2, size=(m, n))), rng.integers(n, size=m)
        y[: m // 2] = A[: m // 2].argmax(axis=1)  # a reader that is right more often than not
        _compare_answers(answer_when_sure, A, y, threshold)
    A = np.array([[0.5, 0.25, 0.25], [0.25, 0.75, 0.0], [0.375, 0.25, 0.375], [0.25, 0.0, 0.75]])
    _compare_answers(answer_when_sure, A, np.array([0, 0, 2, 2]), 0.5)
    _compare_answers(answer_when_sure, A, np.array([0, 0, 2, 2]), 0.75)
    _compare_answers(answer_when_sure, A[1:2], np.array([1]), 0.6)
    _compare_answers(answer_when_sure, A, np.array([0, 0, 2, 2]), 0.0)
    _compare_answers(answer_when_sure, A, np.array([0, 0, 2, 2]), 0.9)
    return "for any threshold, and it says so when there is nothing to be right about."


def _compare_answers(answer_when_sure, A, y, threshold):
    m = len(A)
    confidence, right = A.max(axis=1), A.argmax(axis=1) == y
    sure = confidence >= threshold
    what = f"for {m} image(s) and the threshold {threshold}"
    got = attempt(answer_when_sure, A, y, threshold, warned=SOMEWHERE if sure.any() else EMPTY)
    answered, accuracy = unpack(f"your result {what}", got, "answered, accuracy")

    above = confidence > threshold
    true_class = A[np.arange(m), y] >= threshold
    border = f"there is a probability of exactly {threshold}. At least is >=, not >."
    slips = [
        (sure.sum(), "that is how many images are answered; asked is the fraction."),
        (1 - sure.mean(), "that is the fraction that is not answered."),
        (above.mean(), border),
        (true_class.mean(), "that asks for the probability of the true class. Who answers does not "
         "know it; the largest probability decides."),
        (np.greater_equal(A, threshold).mean(),
         "that counts all probabilities; asked is the largest of each row."),
        ((sure & right).mean(), "that is the fraction that is answered and right."),
    ]
    if sure.any():
        swapped = "that is the accuracy among them. The fraction comes first, then the accuracy."
        slips.append((right[sure].mean(), swapped))
    with part("for the fraction"):
        expect(f"your fraction {what}", answered, sure.mean(), slips)

    if not sure.any():
        with part("for the accuracy"):
            if not isinstance(accuracy, (float, np.floating)) or not np.isnan(accuracy):
                raise Wrong(f"your accuracy {what} is {accuracy}: none is answered, so np.nan is "
                            "asked")
        return
    slips = [
        ((sure & right).mean(),
         "right answers are divided by all images; divide by those that are answered."),
        (right.mean(), "that is the accuracy over all images, as if each were answered."),
        ((sure == right).mean(),
         "`sure == right` also counts images that are not answered and would have been wrong."),
        (confidence[sure].mean(), "that is how sure the network is. How often is it right?"),
        (1 - right[sure].mean(), "that is the fraction of wrong answers."),
        (right[sure].sum(), "that is the number of right answers; asked is their fraction."),
        (sure[right].mean(), "that is how many of the right ones are answered. Turn it round: how "
         "many of the answered ones are right?"),
    ]
    if above.any():
        slips.append((right[above].mean(), border))
    if not sure.all():
        slips.append((right[~sure].mean(), "those are the others, which are not answered."))
    with part("for the accuracy"):
        expect(f"your accuracy {what}", accuracy, right[sure].mean(), slips)


@exercise
def check_compare(compare, rng):
    """Difference of two accuracies on the same images, and its standard error."""
    for m, both, one in [(1000, 0.9, 0.05), (50, 0.6, 0.1), (10_000, 0.97, 0.01)]:
        y = rng.integers(10, size=m)
        easy = rng.random(m) < both
        right = [easy | (rng.random(m) < share) for share in (one, 4 * one)]
        _compare_networks(compare, y, *(np.where(r, y, (y + 1) % 10) for r in right))
    y = np.array([3, 1, 4, 1, 5, 9, 2, 6])
    _compare_networks(compare, y, y, (y + 1) % 10)
    _compare_networks(compare, y, (y + 2) % 10, (y + 1) % 10)
    return ("only images count that one network reads right and the other wrong. Two that share "
            "most of their mistakes are told apart by far fewer images than (7.4) suggests.")


def _compare_networks(compare, y, first, second):
    m = len(y)
    r1, r2 = first == y, second == y
    d = r2.astype(float) - r1
    what = f"for {m:,} images"
    got = attempt(compare, y, first, second)
    difference, s = unpack(f"your result {what}", got, "difference, standard_error")
    slips = [
        (-d.mean(), "the sign: the second network minus the first."),
        (d.sum(), "that is a number of images; divide it by m."),
        (100 * d.mean(), "that is in percent; an accuracy is a fraction here."),
        ((first != second).mean(), "that is how often the answers differ, right or wrong."),
        ((r1 != r2).mean(), "that is how often one of them is right and the other wrong."),
        (np.mean(second - first),
         "that is the mean difference of the digits themselves. Which answers are right?"),
    ]
    with part("for the difference"):
        expect(f"your difference {what}", difference, d.mean(), slips)

    spread = d.std()
    apart = np.sqrt((r1.var() + r2.var()) / m)
    slips = [
        (apart, "that adds the two variances, as for different images. They were asked the same, "
         "and most images are right or wrong for both."),
        (np.sqrt(r1.var() / m) + np.sqrt(r2.var() / m),
         "that adds two standard errors. Look at d_i instead, image by image."),
        (np.sqrt(r1.var() / m), "that is (7.4) for the first network alone."),
        (np.sqrt(r2.var() / m), "that is (7.4) for the second network alone."),
        (spread, "that is the standard deviation of one d_i. The mean of m has less: √m."),
        (spread / m, "a standard deviation is divided by √m, a variance by m."),
        (spread**2 / m, "that is the variance; the standard error is its square root."),
        (spread**2, "that is the variance of one d_i. Divide by m and take the root."),
        (np.sqrt((d**2).mean() / m), "that takes E[d²] for the variance. It is E[d²] - E[d]²."),
        (np.sqrt(np.abs(d.mean()) * (1 - np.abs(d.mean())) / m),
         "that puts the difference into (7.4) as p. But d_i is no coin: it can be -1, too."),
        (abs(r2.std() - r1.std()) / np.sqrt(m), "that subtracts the two standard errors."),
        (100 * spread / np.sqrt(m), "that is in percent; a fraction is asked."),
    ]
    with part("for the standard error", 2):
        if isinstance(s, Real) and np.isclose(s, d.std(ddof=1) / np.sqrt(m), rtol=1e-6):
            return  # divided by m - 1 in place of m: as good an estimate
        expect(f"your standard error {what}", s, spread / np.sqrt(m), slips)
