"""Grading: right answers earn their points, and no notebook can spoil it for the others.

One class hands in chapter 03; each student has another trouble. All are graded together, once.
"""

import csv
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from troubled_class import BINARY, ENDLESS, NAMES, NUMBER, ON_PAPER, SECOND, STEM, fill

from coursework.course import chapters, read_chapter
from coursework.grading.grade import grade
from coursework.grading.limits import Limits
from coursework.grading.names import file_names, shown

pytestmark = pytest.mark.slow
EXERCISES = read_chapter(chapters()[NUMBER]).exercises
OF = {exercise.name: exercise.points for exercise in EXERCISES}
TITLE, LAST = EXERCISES[1].title, EXERCISES[2].title
LIMITS = Limits(seconds=10, megabytes=1500)


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """The class, graded: points and of by exercise, total, remarks, report and folder."""
    folder, output = tmp_path_factory.mktemp("class"), tmp_path_factory.mktemp("output")
    fill(folder)
    # while endless answers wait for their limit, the others are graded
    grades = grade(folder, NUMBER, output, LIMITS, workers=4, tell=lambda line: None)
    with open(output / "grades.csv", encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return SimpleNamespace(
        folder=output,
        rows=rows,
        points={
            one.student: {
                row["exercise"]: int(row["points"])
                for row in rows
                if row["student"].lstrip("'") == one.student
            }
            for one in grades
        },
        remarks={one.student: one.remarks for one in grades},
        sentences={
            one.student: {name: verdict.sentence for name, verdict in one.verdicts.items()}
            for one in grades
        },
        report=(output / "trouble.txt").read_text(encoding="utf-8"),
    )


FULL = {
    "Zoë Müller": [],
    "renamed": [],
    "no checks": [f"{TITLE}: the check is missing; the course's own was used"],
    "pasted twice": [
        f"{TITLE}: the cell for the answer is there 2 times",
        "the check is there 2 times",
    ],
    "stale copy": [f"{LAST}: the cell for the answer is there 2 times; the last one counts, or"],
    "checks first": [],
    "elsewhere": [],
    "colab": [],
    "helped": [],
    "messy": [
        "code cell 3 does not run: line 1, `import a_package_that_is_missing`: ModuleNotFoundError",
        "code cell 7 does not run: line 4, `1 / 0`: ZeroDivisionError: division by zero",
        "code cell 8 does not run: line 3, `x / 0`: ZeroDivisionError: division by zero",
        "code cell 9 does not run: line 1, `def broken(:`: invalid syntax",
    ],
    "loops above": [f"code cell 2 (`{ENDLESS}`) ran for more than 10 s: is there an endless loop?"],
    "stops below": [f"the cell of {LAST} does not run: line 5, `binary_loss(1)`: TypeError"],
    "forks": [],
    "tells": ["does not run: line 5, `raise RuntimeError("],
    "twins": [
        "twins/b.ipynb (2001-09-09",
        "has the same time as another: the last by name was taken",
    ],
    "Ben Bright": ["was changed last"],
    "shadows": ["handed in besides and not used: helpers.py, numpy.py"],
    "old": ["is in nbformat 3, an old form; it was converted"],
    "odd": [],
    "at the end": [f"{TITLE}: the check is missing; the course's own was used"],
    "odd words": [
        r"does not run: line 1, `raise ValueError('a word: \ud800\nZoë Müller: cheated')`",
        "does not run: line 1, `raise NameError('x', name=5)`: NameError: x",
        "does not run: line 1, `raise NameError('x', name=['a'])`: NameError: x",
    ],
    "windows": ["is not UTF-8; it was read as cp1252"],
}

NOTHING = {
    "untouched": [],
    "edited": ["the check was changed; the course's own was used"],
    "replaces": [],
    "forges": [],
    "another chapter": ["handed in chapter 02, nothing for 03"],
    "zipped": ["zipped.zip was not read: unpack it first", "no notebook for"],
    "in a zip": ["in a zip/all.zip was not read: unpack it first", "no notebook for"],
    "=1+1": ["is empty", "no notebook for"],
    "Mia Moodle": ["is empty", "no notebook for"],
    "canvascem": ["is empty", "no notebook for"],
    STEM: [f"{STEM} is named as the chapter: whose is it?"],
    f"{STEM} (1)": [f"{STEM} (1) is named as the chapter: whose is it?"],
    "namesake 11111": ["more than one namesake; the number tells them apart"],
    "namesake 22222": ["more than one namesake; the number tells them apart"],
    "unknown chapter": ["for chapter 77, which the course does not have", "no notebook for"],
    "no exercises": ["has no exercise of this course in it", "no notebook for"],
    "bytes": ["is no text in any encoding", "no notebook for"],
    "not json": ["is no notebook: it is not JSON", "no notebook for"],
    "cut off": ["is no notebook: it is cut off before its end", "no notebook for"],
    "empty": ["is empty", "no notebook for"],
    "mark": ["mark.ipynb is empty", "no notebook for"],
    "deep": ["is nested too deeply", "no notebook for"],
    r"M\xfcller": [r"M\xfcller.ipynb is empty", "no notebook for"],
    r"two\nlines": [r"two\nlines.ipynb is empty", "no notebook for"],
    "long" * 62: ["is empty", "no notebook for"],
    "2024-0153": ["2024-0153.ipynb is empty", "no notebook for"],
    "2024-0154": ["2024-0154.ipynb is empty", "no notebook for"],
    "list": ["is JSON, but no notebook", "no notebook for"],
    "damaged": ["is a damaged notebook", "no notebook for"],
    "nothing": ["no notebook for chapter 03"],
    "linked": ["is a link", "no notebook for"],
}

BUT_THE_LAST = {
    "exits": "Your function ended Python (exit status 0) in the check: does it call exit?",
    "crashes": "Your function crashed Python (SIGSEGV) in the check",
    "leaves": "the check was stopped by SystemExit",
    "loops": "Your function ran for more than 10 s in the check: is there an endless loop?",
    "endless cell": "Your cell ran for more than 10 s: is there an endless loop?",
    "hungry": "stopped with MemoryError",
    "no colon": "Your cell does not run: line 1, `def binary_loss(z, y)`: expected ':'",
    "no colon, colab": "Your cell does not run: line 1, `def binary_loss(z, y)`: expected ':'",
    "stops": "Your cell does not run: line 2, `limit = smallest_number`: NameError: name 'small",
}

NOTHING_THERE = "Nothing stands in the cell of this exercise."
OPEN = [
    ("untouched", BINARY, NOTHING_THERE),
    ("open", ON_PAPER, NOTHING_THERE),
    ("open", SECOND, NOTHING_THERE),
    ("open", BINARY, "The cell of this exercise does not define `binary_loss`."),
    ("half a stub", BINARY, "`...` or `raise NotImplementedError` is left."),
    ("no stub", SECOND, "The cell of this exercise is missing in your notebook."),
    ("nothing", BINARY, "There is no notebook of yours for this chapter."),
]


@pytest.mark.parametrize("student", FULL)
def test_full_marks(graded, student):
    assert graded.points[student] == OF


@pytest.mark.parametrize("student", NOTHING)
def test_no_points(graded, student):
    assert graded.points[student] == dict.fromkeys(OF, 0)


@pytest.mark.parametrize("student", FULL | NOTHING)
def test_each_trouble_has_its_line(graded, student):
    remarks = graded.remarks[student]
    for phrase in (FULL | NOTHING)[student]:
        assert any(phrase in remark for remark in remarks), remarks
    if not (FULL | NOTHING)[student]:
        assert remarks == []


def test_magics_and_input_are_no_trouble(graded):
    assert len(graded.remarks["messy"]) == len(FULL["messy"])


@pytest.mark.parametrize("student", BUT_THE_LAST)
def test_a_fatal_answer_costs_its_own_exercise_only(graded, student):
    assert graded.points[student] == OF | {BINARY: 0}
    assert BUT_THE_LAST[student] in graded.sentences[student][BINARY]
    assert "✗ Not yet" in read_page(graded, student)


@pytest.mark.parametrize(("student", "exercise", "sentence"), OPEN)
def test_the_page_says_why_an_exercise_is_open(graded, student, exercise, sentence):
    assert graded.points[student][exercise] == 0
    assert graded.sentences[student][exercise].endswith(sentence)
    assert "○ Not attempted yet" in read_page(graded, student)


def test_an_emptied_cell_is_not_a_missing_one(graded):
    assert graded.remarks["open"] == []


@pytest.mark.parametrize("student", ["loops", "exits", "no colon", "endless cell"])
def test_the_report_names_the_exercise_and_the_page_says_it_once(graded, student):
    [line] = graded.remarks[student]
    assert line.split(" ", 1)[1].startswith(("check of " + LAST, "cell of " + LAST))
    text = read_page(graded, student)
    assert text.count("does not run") + text.count("ran for") + text.count("ended Python") == 1
    assert "About your notebook" not in text


def test_no_file_name_of_a_notebooks_machinery_is_shown(graded):
    everything = graded.report + "".join(read_page(graded, student) for student in graded.points)
    assert "ipython-input" not in everything


def read_page(graded, student):
    name = file_names(list(graded.points))[student]
    return (graded.folder / "feedback" / f"{name}.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("student", ["no stub", "neither"])
def test_a_deleted_stub_costs_its_own_exercise_only(graded, student):
    assert graded.points[student] == OF | {SECOND: 0}
    assert any("the cell for the answer is missing" in one for one in graded.remarks[student])


def test_half_solved(graded):
    assert graded.points["half"] == {ON_PAPER: 0, SECOND: OF[SECOND], BINARY: 0}
    assert graded.sentences["half"][ON_PAPER].startswith("2 is not it. That is in bits")


def test_what_is_right_in_an_answer_counts(graded):
    """The loss from the sigmoid is right until the sigmoid rounds to 0."""
    assert graded.points["in part"] == OF | {BINARY: 2}
    page = read_page(graded, "in part")
    assert "◐ Right in part</strong> · 2 of 3 points" in page
    assert "Right for ordinary z. Not yet:" in page
    assert "warned: overflow" in page


def test_an_answer_may_use_what_the_chapter_defines(graded):
    assert graded.points["uses the chapter"] == {ON_PAPER: 0, SECOND: 0, BINARY: OF[BINARY]}


def test_of_two_notebooks_the_newer_one_counts_and_the_report_says_so(graded):
    assert graded.points["two"] == {ON_PAPER: OF[ON_PAPER], SECOND: 0, BINARY: 0}
    [line] = graded.remarks["two"]
    assert re.search(r"two/second try.ipynb \(.+\) was changed last.+not graded: two/first", line)


def test_limits_and_environment(graded):
    [line] = graded.remarks["tells"]
    memory, cpu, size, processes, core = map(int, re.findall(r"-?\d+", line.split("]")[0])[-5:])
    assert memory == LIMITS.megabytes * 2**20
    assert 0 < cpu < 1000
    assert 0 < size < 2**30
    assert 0 < processes < 100_000
    assert core == 0
    assert "grading-" in line
    assert "PYTEST_CURRENT_TEST" not in line


def test_no_process_of_a_submission_lives_on(graded):
    running = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if readable(path)]
    assert running
    assert b"sleep\x0098765\x00" not in running


def readable(path):
    try:
        path.read_bytes()
    except OSError:
        return False
    return True


def test_the_table(graded):
    columns = ["student", "exercise", "points", "of", "total", "source", "id", "late"]
    assert list(graded.rows[0]) == columns
    students = {row["student"] for row in graded.rows}
    assert students == set(graded.remarks) - {"=1+1"} | {"'=1+1"}  # no formula in a spreadsheet
    assert len(graded.rows) == len(NAMES) * len(students)
    for row in graded.rows:
        assert int(row["of"]) == OF[row["exercise"]]
        assert int(row["total"]) == sum(graded.points[row["student"].lstrip("'")].values())
    sources = {row["student"]: row["source"] for row in graded.rows}
    assert sources["'=1+1"] == "'=1+1.ipynb"
    assert sources["Mia Moodle"] == "Mia Moodle_123456_assignsubmission_file_"
    assert sources["canvascem"] == f"canvascem_LATE_12346_67891_{STEM}-1.ipynb"
    late = {row["student"]: (row["id"], row["late"]) for row in graded.rows}
    assert late["canvascem"] == ("12346", "LATE")
    assert late["Mia Moodle"] == ("123456", "")
    days = [f"12345-67890 - Ben Bright - {day} Nov, 2026 914 PM" for day in (11, 12)]
    assert sources["Ben Bright"] == "; ".join(days)


def test_the_totals(graded):
    with open(graded.folder / "totals.csv", encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["student"].lstrip("'") for row in rows] == list(graded.points)
    for row in rows:
        points = graded.points[row["student"].lstrip("'")]
        total = {"total": sum(points.values()), "of": sum(OF.values())}
        assert row | {name: str(value) for name, value in (points | total).items()} == row


def test_the_report_has_all_remarks_and_nothing_else(graded):
    lines = [f"{one}: {line}" for one, remarks in graded.remarks.items() for line in remarks]
    hidden = ".hidden.ipynb is not used: its name begins with a dot"
    assert graded.report.splitlines() == [hidden, *map(shown, lines)]  # each is one line


def test_each_student_has_a_page_and_no_half_written_file_is_left(graded):
    pages = sorted(path.name for path in (graded.folder / "feedback").iterdir())
    names = file_names(list(graded.points))
    assert pages == sorted(f"{name}.html" for name in names.values())
    assert names["Zoë Müller"] == "Zoë Müller"
    assert not any(name.startswith(".") for name in pages)
    others = sorted(path.name for path in graded.folder.iterdir())
    tables = ["gradebook-canvas.csv", "gradebook-moodle.csv", "grades.csv", "totals.csv"]
    rest = ["class.html", "feedback", "feedback.zip", "results.jsonl", "trouble.txt"]
    assert others == sorted(tables + rest)


def test_the_page_says_what_is_right_what_is_not_and_why(graded):
    text = (graded.folder / "feedback" / "half.html").read_text(encoding="utf-8")
    assert f"{OF[SECOND]} of {sum(OF.values())} points" in text
    assert "✓ Right" in text
    assert "✗ Not yet" in text
    assert "○ Not attempted yet" in text
    assert "2 is not it. That is in bits" in text
    assert text.count("<summary>Hint</summary>") == 2  # none where the answer is right
    assert not re.search(r'(?:src|href)="(?!data:)', text)
