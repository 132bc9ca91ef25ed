"""The frame of the exercises' checks: what it notices, and in which words."""

import re

import numpy as np
import pytest

from helpers.exercises import frame
from helpers.exercises.chapter_03 import check_loss_on_paper
from helpers.exercises.frame import (
    NotAttempted,
    Verdict,
    Wrong,
    attempt,
    count_in_place,
    exercise,
    expect,
    expect_number,
    has_loop,
    part,
    remark_if_slow,
)


def says(*phrases):
    """Expect `Wrong` with all of these phrases."""
    return pytest.raises(Wrong, match="(?s)" + "".join(f"(?=.*{phrase})" for phrase in phrases))


@exercise
def check_seven(answer, rng):
    if answer != 7:
        raise Wrong("7 was expected & came not")
    return "it is 7."


KINDS = {
    "right": "✓ Right:",
    "part": "◐ 2 of 3 points: right for dW, for db and in form. Not yet:",
    "wrong": "✗ Not yet:",
    "open": "○ Not attempted",
}


def test_a_verdict_has_sign_word_and_color():
    seen = set()
    for kind, words in KINDS.items():
        verdict = Verdict(kind, "a < b", 2, 3, ("for dW", "for db", "in form"))
        word = words.partition(":")[0]
        assert str(verdict).startswith(words)
        assert str(verdict).endswith(" a < b")
        assert f"<strong>{word}" in verdict._repr_html_()
        assert "a &lt; b" in verdict._repr_html_()
        seen.add(re.search("#[0-9A-F]{6}", verdict._repr_html_())[0])
    assert len(seen) == len(KINDS)


def test_a_reader_sees_the_verdict_and_nothing_is_returned(capsys):
    assert [check_seven(answer) for answer in (7, 8, ...)] == [None] * 3
    assert capsys.readouterr().out.splitlines() == [
        "✓ Right: it is 7.",
        "✗ Not yet: 7 was expected & came not",
        "○ Not attempted yet. If you have, run the cell with your answer first, then this one.",
    ]


@pytest.mark.parametrize("mode", ["autograde", "validate"])
def test_a_grader_gets_an_error(mode, monkeypatch, capsys):
    monkeypatch.setenv("NBGRADER_EXECUTION", mode)
    with says("^1 is"):
        check_loss_on_paper(1)
    with pytest.raises(NotAttempted, match="Not attempted yet"):
        check_loss_on_paper(...)
    assert not capsys.readouterr().out
    check_loss_on_paper(1.386)
    assert capsys.readouterr().out.startswith("✓ Right")


def test_random_input_is_the_same_each_time_and_other_for_another_seed(monkeypatch):
    seen = []

    @exercise
    def check_nothing(answer, rng):
        seen.append(rng.random())

    @exercise
    def check_nothing_else(answer, rng):
        seen.append(rng.random())

    check_nothing(0), check_nothing(0), check_nothing_else(0)
    monkeypatch.setenv("EXERCISE_SEED", "1")
    check_nothing(0)
    assert seen[0] == seen[1]
    assert len(set(seen)) == 3


def test_attempt_returns_what_the_answer_returns():
    assert attempt(lambda x, y: x + y, 2, 3) == 5
    X = np.ones(3)
    assert attempt(lambda X: 2 * X, X).tolist() == [2, 2, 2]


def stub(Z):
    raise NotImplementedError


def numb(Z):
    Z.sum()


@exercise
def check_halves(halve, rng):
    count_in_place("in leaving x as it is")
    with part("for 2"):
        expect("half of 2", attempt(halve, np.array([2.0, 2.0])), [1.0, 1.0])
    with part("for more", 2):
        expect("half of 4", attempt(halve, np.array([4.0])), [2.0])
    with part("for 0", on_top=True):
        expect("half of 0", attempt(halve, np.zeros(1)), [0.0])
    return "halved."


def halve_in_place(x):
    x /= 2
    return x


@pytest.mark.parametrize(
    ("answer", "earned", "parts"),
    [
        (lambda x: x / 2 + (x == 4), 1, ["for 2"]),  # right for 0, which alone counts for nothing
        (lambda x: x / 2 + (x == 2), 2, ["for more"]),
        (lambda x: x / 2 + (x == 0), 4, ["for 2", "for more", "in leaving x as it is"]),
        (halve_in_place, 4, ["for 2", "for more", "for 0"]),
        (lambda x: x, 0, []),
        (lambda x: x / 2 if x.any() else None, 4, ["in leaving x as it is", "for 2", "for more"]),
    ],
)
def test_each_part_has_its_points(answer, earned, parts):
    with pytest.raises(Wrong) as caught:
        check_halves.judge(answer)
    assert (caught.value.earned, caught.value.of) == (earned, 5)
    assert sorted(caught.value.parts) == sorted(parts)


def test_the_first_fault_is_told():
    with says("^half of 2"):
        check_halves.judge(lambda x: x)


def test_what_is_wrong_outside_of_the_parts_leaves_none():
    @exercise
    def check_two(answers, rng):
        with part("for the first"):
            expect("the first", answers[0], 1)
        raise Wrong("there is no second")

    with pytest.raises(Wrong, match="no second") as caught:
        check_two.judge([1])
    assert caught.value.earned == 0


def test_a_grader_gets_the_points_of_the_parts(monkeypatch, capsys):
    assert check_halves(halve_in_place) is None
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert check_halves(halve_in_place) == 4
    assert check_halves(lambda x: x / 2) is None
    first, second, third = capsys.readouterr().out.splitlines()
    assert first == second
    assert first.startswith("◐ 4 of 5 points: right for 2, for more and for 0. Not yet: halve_in_")
    assert third == "✓ Right: halved."


def test_a_warning_is_a_fault_only_if_the_result_is_wrong():
    @exercise
    def check_exp(function, rng):
        expect("the result", attempt(function, np.array([1e3, 0])), [0.0, 1.0])
        return "it is."

    with says("warned: overflow", "Somewhere on the way"):
        check_exp.judge(np.exp)
    remark = check_exp.judge(lambda z: np.where(z > 0, 0, np.exp(z)))
    assert remark.startswith("it is. NumPy warns on the way, though: overflow")
    assert check_exp.judge(lambda z: np.exp(-z)) == "it is."


def test_a_list_or_a_row_is_right_with_a_remark():
    @exercise
    def check_row(row, rng):
        expect("the row", row, np.array([1.0, 2.0]))
        return "it is."

    for row, remark in [
        ([1, 2], "it is. A list came"),
        (np.array([[1, 2]]), "it is. A row of shape (1, n) came"),
        (np.array([1, 2]), "it is."),
    ]:
        assert check_row.judge(row).startswith(remark)
    with says("is a list"):
        check_row.judge([1, [2, 3]])
    with says(r"shape \(2, 1\)"):
        check_row.judge(np.array([[1], [2]]))


def zeroing(Z):
    Z[0] = 0
    return Z


def broken(Z):
    return Z @ np.ones(5)


@pytest.mark.parametrize(
    ("answer", "phrases"),
    [
        (numb, ["numb", "returned None", "return"]),
        (zeroing, ["changed its first argument, `Z`, in place"]),
        (broken, ["broken", r"Z = \[1.0, 1.0, 1.0\]", "stopped with ValueError"]),
        (np.array([3]), ["a function was expected", "shape"]),
    ],
)
def test_attempt_explains(answer, phrases):
    with says(*phrases) as caught:
        attempt(answer, np.ones(3))
    assert not isinstance(caught.value, NotAttempted)


OVERFLOWS = {
    "overflow encountered in exp": lambda Z: 1 / (1 + np.exp(2000 * Z)),
    "overflow encountered in reduce": lambda Z: 1 / (np.float32(3e38) * Z.astype("f")).sum(),
    "divide by zero encountered in divide": lambda Z: np.where(Z > 0, Z, Z / (Z - 1)),
    "divide by zero encountered in log": lambda Z: np.exp(np.log(Z - 1)),
    "invalid value encountered in sqrt": lambda Z: np.nan_to_num(np.sqrt(-Z)),
}


@pytest.mark.parametrize("notices", [True, False])
@pytest.mark.parametrize("words", OVERFLOWS)
def test_attempt_sees_what_ends_in_an_ordinary_number(words, notices, monkeypatch):
    """In a browser, where NumPy notices nothing, too: this runs there as well."""
    monkeypatch.setattr(frame, "NUMPY_NOTICES", notices and frame.NUMPY_NOTICES)

    @exercise
    def check_seven(function, rng):
        expect("the result", attempt(function, np.ones(3)), 7)

    with says(f"warned: {words}"):
        check_seven.judge(OVERFLOWS[words])


def test_watched_arrays_stay_inside(monkeypatch):
    monkeypatch.setattr(frame, "NUMPY_NOTICES", False)
    Z = np.array([[1.0, np.inf]])
    results, same = attempt(lambda Z, y: ([Z @ Z.T, (Z.sum(), y)], type(y)), Z, np.arange(2))
    assert type(results[0]) is np.ndarray
    assert type(results[1][0]) is np.float64
    assert same is not np.ndarray
    with np.errstate(divide="ignore"):
        assert attempt(lambda Z: 1 / (1 / Z), np.zeros(3)).tolist() == [0, 0, 0]


def test_a_large_argument_is_described_by_its_shape():
    with says(r"with Z of shape \(3, 3\) stopped"):
        attempt(broken, np.ones((3, 3)))


def test_attempt_knows_a_stub():
    with pytest.raises(NotAttempted):
        attempt(stub, np.ones(3))


def test_attempt_protects_the_arguments_of_the_check():
    params = [(np.ones((2, 2)), np.ones(2))]

    def changing(params):
        params[0][0][:] = 0
        return 1

    with says("changed its first argument"):
        attempt(changing, params)
    assert params[0][0].all()


def test_attempt_lets_a_warning_that_is_no_number_pass(recwarn):
    def warning(x):
        import warnings

        warnings.warn("old", DeprecationWarning, stacklevel=1)
        return x

    assert attempt(warning, 1) == 1
    assert not recwarn


E = np.array([[1.0, 2.0], [3.0, 5.0]])


@pytest.mark.parametrize(
    ("got", "phrases"),
    [
        ([[1, 2], [3]], ["is a list", "NumPy array"]),
        ("1", ["str '1'", r"an array of shape \(2, 2\) was expected"]),
        (E + 0j, ["dtype complex128", "real numbers"]),
        (np.array([1, None]), ["dtype object", "real numbers"]),
        (E[0], [r"has shape \(2,\), expected \(2, 2\)"]),
        (E.T, ["is the transpose"]),
        (-E, ["wrong sign everywhere"]),
        (E / 4, ["is 0.25 times what was expected"]),
        (np.where(E == 2, np.nan, E), ["contains nan"]),
        (np.where(E == 3, -np.inf, E), ["contains -inf"]),
        (np.where(E == 3, 4, E), [r"has 4 at \[1, 0\], expected 3"]),
    ],
)
def test_expect_says_how_arrays_differ(got, phrases):
    with says("the matrix", *phrases):
        expect("the matrix", got, E)


def test_expect_knows_a_transpose_of_another_shape():
    with says(r"shape \(3, 2\), expected \(2, 3\)", "transpose"):
        expect("the matrix", np.arange(6).reshape(2, 3).T, np.arange(6).reshape(2, 3))


def test_expect_says_when_one_number_is_enough():
    with says(r"has shape \(1,\), but one number", "mean"):
        expect("the loss", np.ones(1), 1.0)


def test_positions_are_shown_as_they_are():
    with says(r"is \[0, 1, 2\], expected \[2, 7, 1\]"):
        expect("the positions", np.arange(3), np.array([2, 7, 1]))


def test_a_comma_is_no_point():
    with says("point, not a comma"):
        expect_number((1, 39), 1.39, "in nats")


def test_expect_asks_for_whole_numbers():
    with says("float64", "whole numbers"):
        expect("the labels", np.array([1.0, 2.0]), np.array([1, 2]))


def test_expect_prefers_the_slip_that_fits():
    slips = [(9.0, "unrelated"), (E.sum(), "the sum came, not the matrix")]
    with says("the matrix: the sum came"):
        expect("the matrix", np.float64(11), E, slips)


def test_a_slip_that_equals_the_right_answer_is_none():
    expect("the mean of one", 3.0, 3.0, [(3.0, "the sum")])


def test_expect_accepts_what_is_close():
    expect("the matrix", E.astype(np.float32), E)
    expect("a number", np.float32(0.1), 0.1)
    expect("integers where floats are as good", np.array([1, 2]), np.array([1.0, 2.0]))
    with says("is 1.00001, expected 1"):
        expect("a number", 1.00001, 1.0)


@pytest.mark.parametrize("got", ["7", None, True, np.ones(2), [1]])
def test_expect_number_wants_a_number(got):
    with says("expected a number, in nats"):
        expect_number(got, 7, "in nats")


def test_expect_number_keeps_the_right_one_to_itself():
    for got, phrases in [
        (5, ["5 is too small"]),
        (9, ["9 is too large"]),
        (14.05, ["14.05", "twice"]),
    ]:
        with says(*phrases) as caught:
            expect_number(got, 7, "in nats", [(14, "That is twice the loss.")])
        assert "7" not in str(caught.value)
    with says("no number"):
        expect_number(float("nan"), 7, "in nats")
    expect_number(7.04, 7, "in nats")


def test_a_slow_answer_is_right_but_told_so():
    def loops(Z):
        total = 0.0
        for row in Z.tolist():
            for z in row:
                total += z
        return total

    Z = np.ones((500, 400))
    assert "times as long" in remark_if_slow(loops, np.sum, Z)
    assert remark_if_slow(np.sum, np.sum, Z) == ""


def test_a_loop_is_seen_in_the_source_if_there_is_one():
    def comprehension(Z):
        return [row.sum() for row in Z]

    def product(Z):
        return Z @ Z.T

    assert has_loop(comprehension)
    assert not has_loop(product)
    assert not has_loop(np.sum)
