"""How every check works: run the answer, compare, and say in a sentence what went wrong.

To a reader a check displays its verdict. In nbgrader, which sets NBGRADER_EXECUTION, it raises
`Wrong`, whose text is the same sentence, or returns the points for an answer that is right in part.
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
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from numbers import Real
from typing import NamedTuple

import numpy as np

from ..checks import describe
from .watched import call_watched, each_array, numpy_notices

SIGNS = {
    "right": ("✓", "Right:", "#009E73"),
    "part": ("◐", "Right in part:", "#0072B2"),
    "wrong": ("✗", "Not yet:", "#D55E00"),
    "open": ("○", "Not attempted yet.", "#595959"),
}
SOMEWHERE = (
    "Somewhere on the way a number is too large, or is divided by 0, or is 0 by rounding and given "
    "to a logarithm, although the result is an ordinary number."
)
WARNED = " NumPy warns on the way, though: {}. {}"
A_LIST = " A list came, though; whoever computes with it next expects an array."
A_ROW = " A row of shape (1, n) came, though; leave out `keepdims`, and it has the shape (n,)."
NEW_ARRAY = "compute into a new array (`a = a * b`, not `a *= b`)"
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")
NUMPY_NOTICES = numpy_notices()
RUN_FIRST = "If you have, run the cell with your answer first, then this one."


class Wrong(AssertionError):  # noqa: N818 - the name is read as a verdict
    """An answer is wrong; the text says what was expected, what came, and the likely slip.

    Where an exercise has parts, `earned` of its `of` points are for the `parts` that are right, and
    `faults` are what is wrong with the others.
    """

    earned, of, parts, faults = 0, 0, (), ()


class NotAttempted(Wrong):
    """The stub is as it was."""


class _Enough(Exception):  # noqa: N818 - no error
    """Some part is wrong, and what follows is for right answers."""


class Verdict(NamedTuple):
    """What a check has found, shown in sign, word and color, so that none of the three is needed.

    `kind` is one of SIGNS; if it is "part", `earned` of `of` points are for these `parts`.
    """

    kind: str
    sentence: str
    earned: float = 0
    of: float = 0
    parts: tuple = ()

    def _in_words(self):
        sign, word, _ = SIGNS[self.kind]
        if self.kind != "part":
            return f"{sign} {word}", self.sentence
        points = f"{sign} {self.earned:g} of {self.of:g} points:"
        return points, f"right {join(self.parts)}. Not yet: {self.sentence}"

    def __repr__(self):
        return " ".join(self._in_words())

    def _repr_html_(self):
        head, sentence = self._in_words()
        style = f"border-left: 5px solid {SIGNS[self.kind][2]}; padding: 0.3em 0.8em"
        words = f"<strong>{head}</strong> {html.escape(sentence)}"
        return f'<div style="{style}; margin: 0.2em 0; white-space: pre-wrap">{words}</div>'


def join(names):
    """Return names as an enumeration: "a, b and c"."""
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


@dataclass
class _Part:
    points: float
    on_top: bool
    right: bool = True


@dataclass
class _Findings:
    """What the check that is running has found so far.

    `warned` is what a warning in the last call comes to: a fault if the result is wrong, a remark
    if it is right. `in_place` names the part that arguments count for that are changed.
    """

    parts: dict = field(default_factory=dict)
    faults: list = field(default_factory=list)
    remarks: dict = field(default_factory=dict)  # a set that keeps its order
    warned: tuple = (None, "")
    in_place: str = ""

    def note(self, wrong, name):
        self.faults.append(self.warned[0] or wrong)
        if name:
            self.parts[name].right = False

    def remark(self, sentence):
        self.remarks[sentence] = True

    def begin_call(self):
        self.remark(self.warned[1])
        self.warned = (None, "")

    def first_fault(self):
        """Return the fault to tell, with what is earned in spite of it."""
        all_others = all(part.right or part.on_top for part in self.parts.values())
        right = {
            name: part.points
            for name, part in self.parts.items()
            if part.right and (all_others or not part.on_top)
        }
        first = self.faults[0]
        first.earned, first.of = sum(right.values()), sum(p.points for p in self.parts.values())
        first.parts = tuple(name for name, points in right.items() if points)
        first.faults = tuple(self.faults)
        return first


_now = ContextVar("what the check that is running has found")


def exercise(check):
    """Decorate `check(*answers, rng)`, which raises `Wrong` or returns a closing remark.

    The decorated check takes the answers alone. Its random numbers are the same in each run, and
    others for each value of the environment variable EXERCISE_SEED, by which a grader gives each
    student input of their own. With `show=False`, as in a solution, it is silent about a right
    answer: the remark would give it away. Its `judge(*answers)` displays nothing; it returns the
    remark, or raises a `Wrong` that knows which parts are right.
    """
    key = zlib.crc32(check.__name__.encode())

    def judge(*answers):
        if any(answer is ... for answer in answers):
            raise NotAttempted("Not attempted yet.")
        seed = int(os.environ.get("EXERCISE_SEED", "0"))
        found = _Findings()
        token = _now.set(found)
        try:
            remark = check(*answers, rng=np.random.default_rng([seed, key]))
        except NotAttempted:
            raise
        except _Enough:
            pass
        except Wrong as wrong:  # outside of all parts: whatever comes after it was not seen
            found.note(wrong, None)
            found.parts.clear()
        finally:
            _now.reset(token)
        if found.faults:
            raise found.first_fault()
        found.begin_call()
        return (remark or "") + "".join(found.remarks)

    @functools.wraps(check)
    def checked(*answers, show=True):
        points = None
        try:
            verdict = Verdict("right", judge(*answers))
        except Wrong as wrong:
            if os.environ.get("NBGRADER_EXECUTION"):
                if not wrong.earned:
                    raise
                points = wrong.earned  # nbgrader takes the value of the cell
            verdict = verdict_on(wrong)
        if show or verdict.kind != "right":
            from IPython.display import display

            display(verdict)
        return points

    checked.judge = judge
    return checked


def verdict_on(wrong):
    """Return the verdict on an answer that is wrong, right in part, or not there."""
    if isinstance(wrong, NotAttempted):
        return Verdict("open", RUN_FIRST)
    if not wrong.earned:
        return Verdict("wrong", str(wrong))
    return Verdict("part", str(wrong), wrong.earned, wrong.of, wrong.parts)


@contextmanager
def part(name, points=1, *, on_top=False):
    """Give a part of an exercise points of its own: what is wrong in this block costs no other.

    The `name` goes on after "right", such as "for large z". Several blocks may have one name. What
    is `on_top`, such as edge cases, counts only if all other parts are right: answers that are
    wrong for everything else may pass it. The parts together have the points of the exercise.
    """
    found = _now.get()
    found.parts.setdefault(name, _Part(points, on_top))
    try:
        yield
    except NotAttempted:
        raise
    except Wrong as wrong:
        found.note(wrong, name)


def end_if_wrong():
    """End the check here if some part is wrong: what follows are remarks on a right answer."""
    if _now.get().faults:
        raise _Enough


def count_in_place(name, points=1):
    """Make it a part, on top of the others, that no call from here on changes its arguments."""
    found = _now.get()
    found.parts[name], found.in_place = _Part(points, on_top=True), name


def attempt(function, *arguments, warned=SOMEWHERE, remedy=NEW_ARRAY):
    """Call the reader's function with copies of the arguments; return what it returns.

    In the terms of the exercise, `warned` explains a warning of NumPy's, and `remedy` says what to
    do where the function changes its arguments. A warning is no fault if the result is right.
    """
    found = _now.get(_Findings())
    found.begin_call()
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
        fault = Wrong(f"{call} warned: {numerical[0]}. {warned}")
        found.warned = (fault, WARNED.format(numerical[0], warned))
    for position, (before, after) in enumerate(zip(arguments, given, strict=True)):
        if not _same(before, after):
            fault = Wrong(
                f"{call} has changed its {_describe_argument(function, position)} in place. "
                f"Whoever called it still needs the old numbers: {remedy}."
            )
            if not found.in_place:
                raise fault
            found.note(fault, found.in_place)
    if result is None:
        raise Wrong(f"{call} returned None. Is the `return` missing?")
    return result


def expect(what, got, expected, slips=(), tolerance=1e-6):
    """Compare an answer, `got`, with the expected number or array.

    `what` was computed, as the sentence's subject: "softmax(Z) for Z = [[1, 2]]"; `slips` are pairs
    of what a likely mistake gives and the sentence that explains it; `tolerance` is relative to the
    largest expected number (or to 1). A list of the right numbers is right, with a remark, and so
    is a row (1, n) for (n,) unless it is among the slips.
    """
    found = _now.get(_Findings())
    expected = np.asarray(expected)
    got = as_array(what, got) if expected.ndim else got
    if not isinstance(got, (np.ndarray, np.generic, Real)):
        raise Wrong(f"{what} is {describe(got)}; {_kind(expected)} was expected")
    got = np.asarray(got)
    if got.dtype.kind not in "biuf":
        raise Wrong(f"{what} has dtype {got.dtype}; real numbers were expected")
    for value, sentence in slips:
        if _close(got, value, tolerance) and not _close(expected, value, tolerance):
            raise Wrong(f"{what}: {sentence}")
    if got.shape == (1, *expected.shape) and expected.ndim == 1:
        got = got[0]
        found.remark(A_ROW)
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


def as_array(what, got):
    """Return a list or tuple as the array that is expected, with a remark; all else as it is."""
    if not isinstance(got, (list, tuple)):
        return got
    _now.get(_Findings()).remark(A_LIST)
    try:
        return np.asarray(got)
    except ValueError as error:  # rows of different lengths
        raise Wrong(f"{what} is a {type(got).__name__}; a NumPy array was expected") from error


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
