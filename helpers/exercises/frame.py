"""How every check works: run the answer, compare, and say in a sentence what went wrong.

To a reader a check displays its verdict. To a grader it raises `Wrong`, whose text is the same
sentence: nbgrader and `coursework.grading` set NBGRADER_EXECUTION before the notebook starts.
"""

import ast
import functools
import html
import inspect
import os
import textwrap
import time
import warnings
import zlib
from numbers import Real
from typing import NamedTuple

import numpy as np

from ..checks import describe
from .watched import call_watched, each_array, numpy_notices

SIGNS = {
    "right": ("✓", "Right:", "#009E73"),
    "wrong": ("✗", "Not yet:", "#D55E00"),
    "open": ("○", "Not attempted yet.", "#595959"),
}
SOMEWHERE = (
    "Somewhere on the way a number is too large, or is divided by 0, or is 0 by rounding and given "
    "to a logarithm, although the result is an ordinary number."
)
NEW_ARRAY = "compute into a new array (`a = a * b`, not `a *= b`)"
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")
NUMPY_NOTICES = numpy_notices()
RUN_FIRST = "If you have, run the cell with your answer first, then this one."


class Wrong(AssertionError):  # noqa: N818 - the name is read as a verdict
    """An answer is wrong; the text says what was expected, what came, and the likely slip."""


class NotAttempted(Wrong):
    """The stub is as it was."""


class Verdict(NamedTuple):
    """What a check has found, shown in sign, word and color, so that none of the three is needed.

    `kind` is one of SIGNS.
    """

    kind: str
    sentence: str

    def __repr__(self):
        sign, word, _ = SIGNS[self.kind]
        return f"{sign} {word} {self.sentence}"

    def _repr_html_(self):
        sign, word, color = SIGNS[self.kind]
        style = f"border-left: 5px solid {color}; padding: 0.3em 0.8em; margin: 0.2em 0"
        words = f"<strong>{sign} {word}</strong> {html.escape(self.sentence)}"
        return f'<div style="{style}; white-space: pre-wrap">{words}</div>'


def exercise(check):
    """Decorate `check(*answers, rng)`, which raises `Wrong` or returns a closing remark.

    The decorated check takes the answers alone and returns None. Its random numbers are the same
    in each run, and others for each value of the environment variable EXERCISE_SEED, by which a
    grader gives each student input of their own. With `show=False`, as in a solution, it is silent
    about a right answer: the remark would give it away.
    """
    key = zlib.crc32(check.__name__.encode())

    @functools.wraps(check)
    def checked(*answers, show=True):
        try:
            if any(answer is ... for answer in answers):
                raise NotAttempted("Not attempted yet.")
            seed = int(os.environ.get("EXERCISE_SEED", "0"))
            verdict = Verdict("right", check(*answers, rng=np.random.default_rng([seed, key])))
        except Wrong as wrong:
            if os.environ.get("NBGRADER_EXECUTION"):
                raise
            untouched = isinstance(wrong, NotAttempted)
            verdict = Verdict("open", RUN_FIRST) if untouched else Verdict("wrong", str(wrong))
        if show or verdict.kind != "right":
            from IPython.display import display

            display(verdict)

    return checked


def attempt(function, *arguments, warned=SOMEWHERE, remedy=NEW_ARRAY):
    """Call the reader's function with copies of the arguments; return what it returns.

    In the terms of the exercise, `warned` explains a warning of NumPy's, and `remedy` says what to
    do where the function changes its arguments.
    """
    if not callable(function):
        raise Wrong(f"a function was expected here, got {describe(function)}")
    given = [_copy(argument) for argument in arguments]
    call = _describe_call(function, arguments)
    with warnings.catch_warnings(record=True) as caught, np.errstate(under="ignore"):
        warnings.simplefilter("always")
        try:
            result = function(*given) if NUMPY_NOTICES else call_watched(function, given)
        except NotImplementedError as error:
            raise NotAttempted("Not attempted yet.") from error
        except Wrong:
            raise
        except Exception as error:
            raise Wrong(f"{call} stopped with {type(error).__name__}: {error}") from error
    numerical = [str(w.message) for w in caught if issubclass(w.category, RuntimeWarning)]
    if numerical:
        raise Wrong(f"{call} warned: {numerical[0]}. {warned}")
    for position, (before, after) in enumerate(zip(arguments, given, strict=True)):
        if not _same(before, after):
            raise Wrong(
                f"{call} has changed its {_describe_argument(function, position)} in place. "
                f"Whoever called it still needs the old numbers: {remedy}."
            )
    if result is None:
        raise Wrong(f"{call} returned None. Is the `return` missing?")
    return result


def expect(what, got, expected, slips=(), tolerance=1e-6):
    """Compare an answer, `got`, with the expected number or array.

    `what` was computed, as the sentence's subject: "softmax(Z) for Z = [[1, 2]]"; `slips` are pairs
    of what a likely mistake gives and the sentence that explains it; `tolerance` is relative to the
    largest expected number (or to 1).
    """
    expected = np.asarray(expected)
    if isinstance(got, (list, tuple)) and expected.ndim:
        raise Wrong(f"{what} is a {type(got).__name__}; a NumPy array was expected")
    if not isinstance(got, (np.ndarray, np.generic, Real)):
        raise Wrong(f"{what} is {describe(got)}; {_kind(expected)} was expected")
    got = np.asarray(got)
    if got.dtype.kind not in "biuf":
        raise Wrong(f"{what} has dtype {got.dtype}; real numbers were expected")
    for value, sentence in slips:
        if _close(got, value, tolerance) and not _close(expected, value, tolerance):
            raise Wrong(f"{what}: {sentence}")
    if got.shape != expected.shape and not expected.ndim:
        raise Wrong(
            f"{what} has shape {got.shape}, but one number was expected: is a mean or sum missing?"
        )
    if got.shape != expected.shape:
        turned = got.ndim == 2 and _close(got.T, expected, tolerance)
        raise Wrong(
            f"{what} has shape {got.shape}, expected {expected.shape}."
            + (" It is the transpose of what was expected." if turned else "")
        )
    if expected.dtype.kind in "iu" and got.dtype.kind not in "iu":
        raise Wrong(f"{what} has dtype {got.dtype}; whole numbers (an integer dtype) were expected")
    if not np.isfinite(got.astype(float)).all():
        raise Wrong(f"{what} contains {got[~np.isfinite(got)][0]}; finite numbers were expected")
    if not _close(got, expected, tolerance):
        raise Wrong(f"{what} {_difference(got, expected, tolerance)}")


def unpack(what, got, names):
    """Split an answer that has several results; `names` is what belongs behind `return`."""
    expected = len(names.split(", "))
    several = isinstance(got, (tuple, list)) or (isinstance(got, np.ndarray) and got.ndim)
    if not several or len(got) != expected:
        raise Wrong(f"{what} is {describe(got)}; {expected} results were expected: {names}")
    return got


def expect_number(got, expected, meaning, slips=(), tolerance=0.01):
    """Compare a number that was computed on paper; the right one is not given away.

    `meaning` says in words what was asked for; `slips` are as for `expect`.
    """
    if isinstance(got, tuple):
        raise Wrong(f"{got} came: in Python the decimals follow a point, not a comma")
    if isinstance(got, bool) or not isinstance(got, (Real, np.ndarray)) or np.ndim(got):
        raise Wrong(f"expected a number, {meaning}; got {describe(got)}")
    got = float(got)  # a difference of bytes would wrap around
    for value, sentence in slips:
        if abs(got - value) <= tolerance * max(1, abs(value)):
            raise Wrong(f"{got:g} is not it. {sentence}")
    if not abs(got - expected) <= tolerance * max(1, abs(expected)):
        way = "too small" if got < expected else "too large" if got > expected else "no number"
        raise Wrong(f"{got:g} is {way}. Expected: {meaning}.")


def remark_if_slow(function, reference, *arguments, times=30):
    """Return a sentence if the reader's function takes `times` as long as the reference."""
    ours, theirs = (min(_seconds(f, arguments) for _ in range(3)) for f in (reference, function))
    if theirs < times * ours:
        return ""
    return (
        f" It takes about {theirs / ours:.0f} times as long as the solution, though: a loop in "
        "Python, or an array much larger than needed, where NumPy can do it at once."
    )


def has_loop(function):
    """Tell whether the reader's function loops in Python; no, where its source is out of reach."""
    try:
        source = getattr(function, "source", None) or inspect.getsource(function)
        tree = ast.parse(textwrap.dedent(source))
    except (OSError, TypeError, SyntaxError):
        return False
    loops = (ast.For, ast.While, ast.comprehension)
    return any(isinstance(node, loops) for node in ast.walk(tree))


def _seconds(function, arguments):
    """Return how long a call takes: as the function says itself, if it runs in another process."""
    given = [_copy(argument) for argument in arguments]
    start = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        function(*given)
    return getattr(function, "seconds", time.perf_counter() - start)


def _copy(value):
    return each_array(np.ndarray.copy, value)


def _same(before, after):
    if isinstance(before, (list, tuple)):
        return len(before) == len(after) and all(map(_same, before, after))
    if isinstance(before, np.ndarray):
        return before.shape == after.shape and np.array_equal(before, after)
    return True


def _close(got, value, tolerance):
    got, value = np.asarray(got), np.asarray(value)
    if got.shape != value.shape or got.dtype.kind not in "biuf":
        return False
    if not np.isfinite(value).all():
        return np.array_equal(got, value, equal_nan=True)
    scale = max(1.0, np.abs(value).max(initial=0))
    return bool((np.abs(got.astype(float) - value) <= tolerance * scale).all())


def _difference(got, expected, tolerance):
    """Say how numbers differ: by sign, by a factor, as transposed, or where most."""
    if _close(-got, expected, tolerance):
        return "has the wrong sign everywhere."
    if got.ndim == 2 and _close(got.T, expected, tolerance):
        return "is the transpose of what was expected."
    large = np.abs(expected) > 0.01 * np.abs(expected).max(initial=0)
    if expected.size > 1 and large.any():
        factor = float(np.median(got[large] / expected[large]))
        if factor and _close(got / factor, expected, tolerance):
            return f"is {factor:.4g} times what was expected, everywhere."
    if not expected.ndim:
        return f"is {got:.6g}, expected {expected:.6g}."
    if expected.dtype.kind in "iu" and expected.size <= 10:  # such as positions or labels
        return f"is {got.tolist()}, expected {expected.tolist()}."
    where = np.unravel_index(np.abs(got - expected.astype(float)).argmax(), expected.shape)
    place = ", ".join(str(int(i)) for i in where)
    return f"has {got[where]:.6g} at [{place}], expected {expected[where]:.6g}."


def _kind(expected):
    return f"an array of shape {expected.shape}" if expected.ndim else "a number"


def _names_of_arguments(function):
    try:
        return list(inspect.signature(function).parameters)
    except (TypeError, ValueError):  # functions of NumPy's own do not tell
        return []


def _describe_argument(function, position):
    names = _names_of_arguments(function)
    name = f", `{names[position]}`," if position < len(names) else ""
    return f"{ORDINALS[position]} argument{name}"


def _describe_call(function, arguments):
    names = _names_of_arguments(function)
    names += [f"argument {i + 1}" for i in range(len(names), len(arguments))]
    arrays = [
        f"{name} = {value.round(3).tolist()}"
        if value.size <= 6
        else f"{name} of shape {value.shape}"
        for name, value in zip(names, arguments, strict=False)
        if isinstance(value, np.ndarray)
    ]
    call = f"{getattr(function, '__name__', 'your function')}({', '.join(names)})"
    return call + (f" with {', '.join(arrays)}" if arrays else "")


def expect_several(sentence, got, count):
    """Return an answer of `count` parts; the sentence says what was expected in place of it."""
    if not isinstance(got, (tuple, list)) or len(got) != count:
        raise Wrong(f"{sentence}; got {describe(got)}")
    return got


def expect_params(what, got, layers, names="W, b"):
    """Return an answer that is a list with one pair a layer: parameters or gradients."""
    pairs = ("one pair", "two pairs", "three pairs")[layers - 1]
    expect_several(f"{what}: a list of {pairs} ({names}) was expected, one a layer", got, layers)
    for l, pair in enumerate(got, start=1):
        sentence = f"{what}: layer {l} should be a pair ({names}), 2 results were expected"
        expect_several(sentence, pair, 2)
    return got
