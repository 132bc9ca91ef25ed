"""From what a student handed in to what is run: the student's code, the course's checks."""

import re
from collections import Counter
from dataclasses import dataclass

from coursework.course import normal


@dataclass(frozen=True)
class Step:
    """One thing to run, named `label` in the report: a cell, or the check of an exercise.

    A cell has a `source`; a check the name of its function and the `answers` that it is handed.
    """

    label: str
    source: str
    exercise: str | None = None
    check: str = ""
    answers: tuple = ()


def restore(chapter, cells):
    """Return the steps to run for a submission, short and full, and what is odd about it.

    Both begin with the chapter's set-up cell and all stubs, from the course's copy, so that an
    answer that is missing is one that was not attempted. Then come the student's cells in their
    order, each check where it stands in the notebook but never before the answer; where an answer
    stands below the check and another above it, the check is run at both places, and the better
    verdict counts. Checks and solutions that were handed in are not run. The short list is without
    the cells that the student has left as they were: most answers need none of them.
    """
    check_ids = {exercise.check_id for exercise in chapter.exercises}
    places = {exercise: _places(exercise, cells) for exercise in chapter.exercises}
    full = [Step("the set-up cell", chapter.setup)]
    full += [Step("a stub", exercise.stub, exercise.name) for exercise in chapter.exercises]
    untouched = set()
    for i, cell in enumerate(cells):
        source = normal(cell.source)
        if source not in chapter.own and cell.grade_id not in check_ids:
            owner = next((e for e in chapter.exercises if _answers(cell, e)), None)
            if source in chapter.sources:
                untouched.add(len(full))
            label = f"the cell of {owner.title}" if owner else cell.label
            full.append(Step(label, cell.source, owner.name if owner else None))
        full += [_check(exercise) for exercise, here in places.items() if i in here]
    full += [_check(exercise) for exercise, here in places.items() if not here]
    short = [step for i, step in enumerate(full) if i not in untouched]
    return short, full, list(_oddities(chapter, cells))


def why_open(exercise, cells):
    """Return a sentence on why an exercise counts as not attempted."""
    answers = [normal(cell.source) for cell in cells if _answers(cell, exercise)]
    if not answers:
        return "The cell of this exercise is missing in your notebook."
    code = [
        answer if answer == normal(exercise.stub) else re.sub(r"(?m)^[ \t]*#.*", "", answer).strip()
        for answer in answers
    ]
    if not set(code) - {"", normal(exercise.stub)}:
        return "Nothing stands in the cell of this exercise."
    if any("..." in rest or "NotImplementedError" in rest for rest in code):
        return "In the cell of this exercise, `...` or `raise NotImplementedError` is left."
    names = " and ".join(f"`{name}`" for name in exercise.answers)
    return f"The cell of this exercise does not define {names}."


def _check(exercise):
    label = f"the check of {exercise.title}"
    return Step(label, "", exercise.name, exercise.check, exercise.answers)


def _places(exercise, cells):
    """Return the indexes of the cells after which to check; none for after all."""
    answers = [i for i, cell in enumerate(cells) if _answers(cell, exercise)]
    checks = [
        i
        for i, cell in enumerate(cells)
        if cell.grade_id == exercise.check_id
        or (cell.grade_id is None and f"{exercise.check}(" in cell.source)
    ]
    last = max(checks + answers, default=None)
    places = set() if last is None else {last}
    above = [i for i in answers if checks and i < checks[-1]]
    if any(normal(cells[i].source) != normal(exercise.stub) for i in above):
        places.add(checks[-1])
    return places


def _answers(cell, exercise):
    """Tell whether a cell is an exercise's stub, or defines what the stub was to define."""
    if cell.grade_id is not None:
        return cell.grade_id == exercise.stub_id
    names = "|".join(map(re.escape, exercise.answers))
    return bool(re.search(rf"^(?:def\s+(?:{names})\b|(?:{names})\s*=[^=])", cell.source, re.M))


def _oddities(chapter, cells):
    count = Counter(cell.grade_id for cell in cells)
    for exercise in chapter.exercises:
        title = exercise.title
        if not any(_answers(cell, exercise) for cell in cells):
            yield f"{title}: the cell for the answer is missing"
        elif count[exercise.stub_id] > 1:
            yield (
                f"{title}: the cell for the answer is there {count[exercise.stub_id]} times; the "
                "last one counts, or the last one above the check if that is better"
            )
        checks = [cell for cell in cells if cell.grade_id == exercise.check_id]
        if any(normal(cell.source) not in chapter.sources for cell in checks):
            yield f"{title}: the check was changed; the course's own was used"
        if len(checks) > 1:
            yield f"{title}: the check is there {len(checks)} times; it counts once"
        if not checks and not any(f"{exercise.check}(" in cell.source for cell in cells):
            yield f"{title}: the check is missing; the course's own was used"
