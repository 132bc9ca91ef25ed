"""Checks say the same of an answer that runs in another process as of one that is beside them."""

import importlib
import re
import time

import pytest

from coursework.course import ROOT, chapters, read_chapter
from coursework.grading.checker import judge
from coursework.grading.room import room, why_not_locked
from coursework.grading.wire import Peer

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


def test_all_answers_on_file_have_the_verdicts_that_they_have_here(elsewhere, monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
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


def given(answers, name):
    for i, answer in enumerate(answers.RIGHT[name]):
        yield f"RIGHT[{name!r}][{i}]", answer
    for description, (answer, _) in answers.WRONG[name].items():
        yield f"WRONG[{name!r}][{description!r}][0]", answer


def steady(judged):
    """Leave out what differs from run to run: addresses, and times."""
    (kind, sentence), missing = judged
    return kind, re.sub(r"0x\w+| It takes about .*", "", sentence, flags=re.S), missing
