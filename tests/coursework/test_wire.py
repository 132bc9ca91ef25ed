"""Checks say the same of an answer that runs in another process as of one that is beside them."""

import importlib
import inspect
import re
import time
from fractions import Fraction

import numpy as np
import pytest

from coursework.course import ROOT, chapters, read_chapter
from coursework.grading.checker import judge
from coursework.grading.room import room, why_not_locked
from coursework.grading.wire import Peer, missing_name

pytestmark = pytest.mark.slow


class Beside:
    """In the place of a `Peer`: the answers are in this process."""

    def __init__(self, names):
        self.names = names

    def ask(self, do, answers):
        return [eval(answer, self.names) for answer in answers]

    def values(self, reply):
        return reply

    def forget(self):
        pass


@pytest.fixture(params=chapters())
def elsewhere(request):
    """A chapter's number, the answers on file, and a peer in whose process they are, too."""
    answers = importlib.import_module(f"answers.chapter_{request.param}")
    source = (ROOT / "tests" / "answers" / f"chapter_{request.param}.py").read_text("utf-8")
    with room({"course": str(ROOT), "limits": {}}, not why_not_locked()) as (student, _):
        student.deadline = time.monotonic() + 120
        peer = Peer(student.send, student.receive)
        assert peer.ask("cell", source=source).keys() == {"token", "answer"}
        yield request.param, answers, peer


def test_all_answers_on_file_have_the_verdicts_that_they_have_here(elsewhere):
    number, answers, peer = elsewhere
    checks = importlib.import_module(f"helpers.exercises.chapter_{number}")
    beside = Beside(vars(answers))
    differ = []
    for exercise in read_chapter(chapters()[number]).exercises:
        for expression, answer in given(answers, exercise.name):
            texts = [expression]
            if isinstance(answer, tuple):
                texts = [f"{expression}[{i}]" for i in range(len(answer))]
            here, there = (
                judge(getattr(checks, exercise.check), texts, at) for at in (beside, peer)
            )
            if steady(here) != steady(there):
                differ.append((expression, here, there))
    assert not differ


VALUES = """
from collections import namedtuple
from fractions import Fraction
import numpy as np, pandas as pd
class Evil:
    __array__ = __len__ = __iter__ = None
    def __repr__(self): raise SystemExit
    def __eq__(self, other): return True
loop = []
loop.append(loop)
def change(arrays, numbers, rng):
    arrays[0][1][0] = 7
    numbers.append(rng.integers(10))
    rng.spawn(1)
    raise KeyError("x")
def count(X, up_to):
    for i in range(up_to):
        X[i] += 1
        yield i
def ask_back(function, x):
    try:
        return function(x=x), function(x="no number")
    except TypeError as error:
        return str(error)
"""
SAME = [
    *("1", "10**400", "-1.5", "float('inf')", "'ü\\n'", "None", "...", "True", "(1, [2.0, ()])"),
    *("np.float32(1.5)", "np.arange(6).reshape(2, 3)[:, ::2]", "np.array([])", "Fraction(1, 3)"),
    *("np.array([1, 'a', None], object)", "np.array(['ab'])", "np.longdouble(1) / 3", "{1: [2]}"),
]


def test_values_arrive_as_what_they_are_and_what_changes_comes_back():
    with room({"course": str(ROOT), "limits": {}}, not why_not_locked()) as (student, _):
        student.deadline = time.monotonic() + 120
        peer = Peer(student.send, student.receive)
        peer.ask("cell", source=VALUES)

        def get(text):
            return peer.values(peer.ask("answers", answers=[text]))[0]

        for text in SAME:
            here, there = eval(text, {"np": np, "Fraction": Fraction}), get(text)
            assert (type(there).__name__, repr(there)) == (type(here).__name__, repr(here))
        assert not isinstance(get("np.zeros(5 * 10**7)"), np.ndarray)
        assert np.asarray(get("pd.Series([1.5, 2])")).tolist() == [1.5, 2]
        assert "..." in repr(get("loop"))
        with pytest.raises(SystemExit):
            get("Evil()")
        with pytest.raises(NameError) as missing:
            get("nowhere")
        assert missing_name(missing.value) == "nowhere"

        arrays, numbers, rng = [(0, np.zeros(2))], [], np.random.default_rng(5)
        with pytest.raises(KeyError, match="x"):
            get("change")(arrays, numbers, rng)
        twin = np.random.default_rng(5)
        assert arrays[0][1].tolist() == [7, 0]
        assert numbers == [twin.integers(10)]
        twin.spawn(1)
        assert rng.random() == twin.random()
        assert rng.spawn(1)[0].random() == twin.spawn(1)[0].random()

        X = np.zeros(3)
        values = iter(get("count")(X, 2))
        assert (next(values), X.tolist()) == (0, [1, 0, 0])
        assert (list(values), X.tolist()) == ([1], [1, 1, 0])
        back = get("ask_back")(lambda x: x - 1, 3)
        assert back == "unsupported operand type(s) for -: 'str' and 'int'"
        assert list(inspect.signature(get("ask_back")).parameters) == ["function", "x"]


def given(answers, name):
    for i, answer in enumerate(answers.RIGHT[name]):
        yield f"RIGHT[{name!r}][{i}]", answer
    for kind in ("WRONG", "REMARKED"):
        for description, (answer, *_) in getattr(answers, kind, {}).get(name, {}).items():
            yield f"{kind}[{name!r}][{description!r}][0]", answer


def steady(judged):
    """Leave out what differs from run to run: addresses, and times."""
    (kind, sentence, *points), missing = judged
    return kind, re.sub(r"0x\w+| It takes about .*", "", sentence, flags=re.S), points, missing
