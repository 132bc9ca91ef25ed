"""Grading: right answers earn their points, and no notebook can spoil it for the others.

One class hands in chapter 03; each student has another trouble. All are graded together, once.
"""

import csv
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from course import chapters, read_chapter
from feedback import page
from grade import grade, parse, seed_of
from limits import Limits
from student_notebooks import exercises_of, hand_in, solved
from submissions import student_of
from troubled_class import BINARY, NAMES, NUMBER, ON_PAPER, SECOND, binary, fill

GRADE = Path(__file__).parent.parent / "coursework" / "grade.py"
EXERCISES = read_chapter(chapters()[NUMBER]).exercises
OF = {exercise.name: exercise.points for exercise in EXERCISES}
TITLE = EXERCISES[1].title
LIMITS = Limits(seconds=10, megabytes=1500)


# ---- graded once -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """The class, graded: points and of by exercise, total, remarks, report and folder."""
    folder, output = tmp_path_factory.mktemp("class"), tmp_path_factory.mktemp("output")
    fill(folder)
    grades = grade(folder, NUMBER, output, LIMITS, tell=lambda line: None)
    with open(output / "grades.csv", encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return SimpleNamespace(
        folder=output,
        rows=rows,
        points={
            one.student: {
                row["exercise"]: int(row["points"]) for row in rows if row["student"] == one.student
            }
            for one in grades
        },
        remarks={one.student: one.remarks for one in grades},
        sentences={
            one.student: {name: verdict["sentence"] for name, verdict in one.verdicts.items()}
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
    "checks first": [],
    "elsewhere": [],
    "colab": [],
    "messy": [
        "`import a_package_that_is_missing`) stopped with ModuleNotFoundError",
        "`input()`) stopped with EOFError",
        "`1 / 0`) stopped with ZeroDivisionError",
        "`def broken(:`) stopped with SyntaxError",
    ],
    "loops above": ["`while True: pass`) ran for more than 10 s and was stopped"],
    "forks": [],
    "tells": ["stopped with RuntimeError"],
    "shadows": ["handed in besides and not used: helpers.py, numpy.py"],
    "old": ["is in nbformat 3, an old form; it was converted"],
    "windows": ["is not UTF-8; it was read as cp1252"],
}

NOTHING = {
    "untouched": [],
    "edited": ["the check was changed; the course's own was used"],
    "replaces": ["had replaced helpers.exercises.frame.GRADING", "chapter_03.check_binary_loss"],
    "forges": [],
    "another chapter": ["no notebook for chapter 03"],
    "unknown chapter": ["for chapter 77, which the course does not have", "no notebook for"],
    "no exercises": ["has no exercise of this course in it", "no notebook for"],
    "bytes": ["is no text in any encoding", "no notebook for"],
    "not json": ["is no notebook: it is not JSON", "no notebook for"],
    "cut off": ["is no notebook: it is cut off before its end", "no notebook for"],
    "empty": ["is empty", "no notebook for"],
    "list": ["is JSON, but no notebook", "no notebook for"],
    "damaged": ["is a damaged notebook", "no notebook for"],
    "nothing": ["no notebook for chapter 03"],
    "linked": ["is a link", "no notebook for"],
}

BUT_THE_LAST = {
    "exits": "ended Python (exit status 0)",
    "crashes": "crashed Python (SIGSEGV)",
    "leaves": "the check was stopped by SystemExit",
    "loops": "ran for more than 10 s and was stopped",
    "hungry": "stopped with MemoryError",
}


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


@pytest.mark.parametrize("student", BUT_THE_LAST)
def test_a_fatal_answer_costs_its_own_exercise_only(graded, student):
    assert graded.points[student] == OF | {BINARY: 0}
    assert BUT_THE_LAST[student] in graded.sentences[student][BINARY]


@pytest.mark.parametrize("student", ["no stub", "neither"])
def test_a_deleted_stub_costs_its_own_exercise_only(graded, student):
    assert graded.points[student] == OF | {SECOND: 0}
    assert any("the cell for the answer is missing" in one for one in graded.remarks[student])


def test_half_solved(graded):
    assert graded.points["half"] == {ON_PAPER: 0, SECOND: OF[SECOND], BINARY: 0}
    assert graded.sentences["half"][ON_PAPER].startswith("2 is not it. That is in bits")


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
    assert list(graded.rows[0]) == ["student", "exercise", "points", "of", "total"]
    students = {row["student"] for row in graded.rows}
    assert students == set(graded.remarks)
    assert len(graded.rows) == len(NAMES) * len(students)
    for row in graded.rows:
        assert int(row["of"]) == OF[row["exercise"]]
        assert int(row["total"]) == sum(graded.points[row["student"]].values())


def test_the_report_has_all_remarks_and_nothing_else(graded):
    lines = [f"{one}: {line}" for one, remarks in graded.remarks.items() for line in remarks]
    assert graded.report.splitlines() == lines


def test_each_student_has_a_page_and_no_half_written_file_is_left(graded):
    pages = sorted(path.name for path in (graded.folder / "feedback").iterdir())
    assert pages == sorted(f"{student}.html" for student in graded.points)
    others = sorted(path.name for path in graded.folder.iterdir())
    assert others == ["feedback", "grades.csv", "trouble.txt"]


def test_the_page_says_what_is_right_what_is_not_and_why(graded):
    text = (graded.folder / "feedback" / "half.html").read_text(encoding="utf-8")
    assert f"{OF[SECOND]} of {sum(OF.values())} points" in text
    assert "✓ Right" in text
    assert "✗ Not yet" in text
    assert "○ Not attempted yet" in text
    assert "2 is not it. That is in bits" in text
    assert text.count("<summary>Hint</summary>") == 2  # none where the answer is right
    assert not re.search(r'(?:src|href)="(?!data:)', text)


# ---- the parts ---------------------------------------------------------------------------------


@pytest.mark.parametrize("number", sorted(set(chapters()) - {NUMBER}))
def test_every_chapter_solved_and_untouched(number, tmp_path):
    (tmp_path / "class").mkdir()
    for student, notebook in [("solved", solved(number)), ("untouched", hand_in(number, {}))]:
        nbformat.write(notebook, tmp_path / "class" / f"{student}.ipynb")
    limits = Limits(seconds=60, megabytes=3000)
    grades = grade(tmp_path / "class", number, tmp_path, limits, tell=lambda line: None)
    kinds = {one.student: [v["kind"] for v in one.verdicts.values()] for one in grades}
    names = exercises_of(number)
    assert kinds == {"solved": ["right"] * len(names), "untouched": ["open"] * len(names)}


def test_the_same_marks_again_from_the_command_line(tmp_path):
    folder = tmp_path / "class"
    folder.mkdir()
    nbformat.write(binary("return z.sum()"), folder / "Zoë.ipynb")
    options = ["--chapter", "3", "--output", str(tmp_path / "first")]
    command = [sys.executable, str(GRADE), str(folder), *options]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    grade(folder, NUMBER, tmp_path / "second", LIMITS, tell=lambda line: None)
    for name in ("grades.csv", "trouble.txt", "feedback/Zoë.html"):
        first, second = (tmp_path / run / name for run in ("first", "second"))
        assert first.read_bytes() == second.read_bytes()
    table = (tmp_path / "first" / "grades.csv").read_text(encoding="utf-8-sig")
    assert "Zoë,binary-loss,0,3,3\n" in table


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing", "--chapter", "03"], "there is no folder missing"),
        ([".", "--chapter", "77"], "no exercises in chapter 77; it has 01, 02, 03"),
        ([".", "--chapter", "03", "--time-limit", "0"], "the limits must be above 0"),
    ],
)
def test_arguments_that_make_no_sense(arguments, message, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["grade.py", *arguments])
    with pytest.raises(SystemExit) as stopped:
        parse()
    assert stopped.value.code == 2
    assert message in capsys.readouterr().err


def test_random_input_is_the_students_own():
    assert seed_of("Anna", 0) == seed_of("Anna", 0)
    assert len({seed_of("Anna", 0), seed_of("Ben", 0), seed_of("Anna", 1)}) == 3


@pytest.mark.parametrize(
    ("file", "student"),
    [
        ("anna.ipynb", "anna"),
        ("03_losses_anna.ipynb", "anna"),
        ("Müller, Zoë - 03_Losses.ipynb", "Müller, Zoë"),
        ("Mu\u0308ller 03_losses (2).ipynb", "Müller"),
        ("musteranna_123_03_losses-1.ipynb", "musteranna_123"),
        ("03_losses.ipynb", "03_losses"),
    ],
)
def test_whose_notebook(file, student):
    assert student_of(file, ["02_forward", "03_losses"]) == student


@pytest.mark.parametrize("number", chapters())
def test_hints_are_readable_in_the_feedback(number):
    """Formulas become pictures; what a student reads has no bare TeX."""
    chapter = read_chapter(chapters()[number])
    verdicts = {one.name: {"kind": "wrong", "sentence": "`a<b`"} for one in chapter.exercises}
    text = page("<Zoë>", chapter, verdicts, [])
    assert "<Zoë>" not in text
    assert text.count("<code>a&lt;b</code>") == len(chapter.exercises)
    words = re.sub(r"<img[^>]+>|<code>.*?</code>", "", text)
    assert "$" not in words
    assert "\\" not in words
