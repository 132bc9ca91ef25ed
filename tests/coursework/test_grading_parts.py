"""Grading: every chapter, the command line, the tables, names, and what students read."""

import csv
import json
import re
import subprocess
import sys
import time
import tracemalloc

import nbformat
import pytest
from student_notebooks import exercises_of, hand_in, solved
from troubled_class import NUMBER, binary

from coursework.course import ROOT, chapters, read_chapter
from coursework.grading.feedback import page
from coursework.grading.grade import grade, main, parse, seed_of
from coursework.grading.limits import Limits
from coursework.grading.names import Person, person_of
from coursework.grading.restore import restore, why_open
from coursework.grading.results import Grade
from coursework.grading.submissions import Cell, read
from helpers.exercises.frame import Verdict

LIMITS = Limits(seconds=10, megabytes=1500)


@pytest.mark.slow
@pytest.mark.parametrize("number", ["07", "08", "09"])  # the others: test_exercises, in process
def test_every_chapter_solved_and_untouched(number, tmp_path):
    (tmp_path / "class").mkdir()
    for student, notebook in [("solved", solved(number)), ("untouched", hand_in(number, {}))]:
        nbformat.write(notebook, tmp_path / "class" / f"{student}.ipynb")
    limits = Limits(seconds=60, megabytes=3000)
    grades = grade(tmp_path / "class", number, tmp_path, limits, tell=lambda line: None)
    kinds = {one.student: [verdict.kind for verdict in one.verdicts.values()] for one in grades}
    names = exercises_of(number)
    assert kinds == {"solved": ["right"] * len(names), "untouched": ["open"] * len(names)}


@pytest.mark.slow
def test_the_same_marks_again_from_the_command_line(tmp_path):
    folder = tmp_path / "class"
    folder.mkdir()
    nbformat.write(binary("return z.sum()"), folder / "Zoë.ipynb")
    options = ["--chapter=3", "--time-limit=10", "--memory-limit=1500"]  # as in LIMITS
    options += [f"--output={tmp_path / 'first'}"]
    door = ROOT / "coursework" / "grade.py"
    command = [sys.executable, str(door), str(folder), *options]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    grade(folder, NUMBER, tmp_path / "second", LIMITS, tell=lambda line: None)
    for name in ("grades.csv", "totals.csv", "trouble.txt", "feedback/Zoë.html"):
        first, second = (tmp_path / run / name for run in ("first", "second"))
        assert first.read_bytes() == second.read_bytes()
    table = (tmp_path / "first" / "grades.csv").read_text(encoding="utf-8-sig")
    assert "Zoë,binary-loss,0,3,3,Zoë.ipynb,,\n" in table


def test_a_folder_without_notebooks_changes_nothing(tmp_path, monkeypatch):
    (tmp_path / "class" / "a folder").mkdir(parents=True)
    (tmp_path / "class" / "a folder" / "notes.txt").touch()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "grades.csv").write_text("before")
    arguments = ["grade.py", str(tmp_path / "class"), "--chapter=3", f"--output={tmp_path / 'out'}"]
    monkeypatch.setattr(sys, "argv", arguments)
    with pytest.raises(SystemExit, match=r"there is no notebook \(\.ipynb\) in .*class"):
        main()
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["grades.csv"]
    assert (tmp_path / "out" / "grades.csv").read_text() == "before"


def test_feedback_of_students_who_are_gone_is_removed_and_nothing_else(tmp_path):
    folder, lines = tmp_path / "class", []
    folder.mkdir()
    for student in ("Anna", "Zoë"):
        (folder / f"{student}.ipynb").touch()
    grade(folder, NUMBER, tmp_path / "out", LIMITS, tell=lines.append)
    pages = tmp_path / "out" / "feedback"
    (pages / "notes.html").write_text("<p>by hand</p>", encoding="utf-8")
    assert not any("removed" in line for line in lines)
    (folder / "Zoë.ipynb").unlink()
    grade(folder, NUMBER, tmp_path / "out", LIMITS, again=True, tell=lines.append)
    assert sorted(path.name for path in pages.iterdir()) == ["Anna.html", "notes.html"]
    assert lines[-1] == "removed the feedback of an earlier run for Zoë: not in this one"


def test_outside_of_the_environment_one_line_says_what_to_do():
    command = [sys.executable, "-S", "-m", "coursework.grading"]  # -S: no installed packages
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", cwd=ROOT)
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert "nbformat" in line
    assert 'python -m pip install -e ".[instructor]"' in line


def test_the_documented_lines_join_chapters(tmp_path, monkeypatch):
    text = (ROOT / "coursework" / "grading.md").read_text(encoding="utf-8")
    [code] = [block for block in re.findall(r"```python\n(.+?)```", text, re.S)]
    for chapter, rows in {
        "chapter_02": "student,a,total,of\nAnna,1,1,2\n007,2,2,2\n",
        "chapter_03": "student,b,total,of\nAnna,3,3,3\nNA,1,1,3\n",
    }.items():
        (tmp_path / "results" / chapter).mkdir(parents=True)
        (tmp_path / "results" / chapter / "totals.csv").write_text(rows, encoding="utf-8-sig")
    monkeypatch.chdir(tmp_path)
    exec(code, {})
    with open("results/course.csv", encoding="utf-8-sig", newline="") as file:
        rows = [[row[0], *map(float, row[1:])] for row in list(csv.reader(file))[1:]]
    assert rows == [
        ["007", 2, 0, 2],
        ["Anna", 1, 3, 4],
        ["NA", 0, 1, 1],
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([".", "--chapter", "03", "--penalty", "10"], "--late-days and --penalty need --due"),
        (["missing", "--chapter", "03"], "there is no folder missing"),
        ([".", "--chapter", "77"], "no exercises in chapter 77; it has 01, 02, 03"),
        (
            [".", "--chapter", "03", "--time-limit", "0"],
            "the limits and the workers must be above 0",
        ),
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


def test_a_notebook_with_many_outputs_takes_little_memory(tmp_path):
    output = {"output_type": "stream", "name": "stdout", "text": ["a line of output\n"]}
    cell = {"cell_type": "code", "source": "1 + 1", "outputs": [output] * 20_000}
    path = tmp_path / "many.ipynb"
    path.write_text(json.dumps({"nbformat": 4, "cells": [cell]}), encoding="utf-8")
    tracemalloc.start()
    cells, _ = read(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [one.source for one in cells] == ["1 + 1"]
    assert peak < 3 * path.stat().st_size


def test_an_answer_with_many_empty_lines_takes_no_time():
    source = "def hardest():" + "\n" * 60_000 + "    raise NotImplementedError"
    exercise = read_chapter(chapters()[NUMBER]).exercises[1]
    begin = time.process_time()
    assert "NotImplementedError" in why_open(exercise, [Cell("", source, exercise.stub_id)])
    assert time.process_time() - begin < 1


def test_what_a_student_has_left_as_it_was_is_not_run_at_first(tmp_path):
    nbformat.write(hand_in(NUMBER, {}), tmp_path / "Anna.ipynb")
    short, full, _ = restore(read_chapter(chapters()[NUMBER]), read(tmp_path / "Anna.ipynb")[0])
    asked = exercises_of(NUMBER)
    assert len(short) == len(["set-up", *asked, *asked])  # with a stub and a check of each
    assert len(full) > len(short)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_notebooks_in_any_encoding(encoding, tmp_path):
    text = '{"nbformat": 4, "cells": [{"cell_type": "code", "source": "Zoë"}]}'
    (tmp_path / "a.ipynb").write_bytes(text.encode(encoding))
    assert [one.source for one in read(tmp_path / "a.ipynb")[0]] == ["Zoë"]


@pytest.mark.parametrize(
    ("file", "student"),
    [
        ("anna", "anna"),
        ("03_losses_anna", "anna"),
        ("Müller, Zoë - 03_Losses", "Müller, Zoë"),
        ("Mu\u0308ller 03_losses (2)", "Müller"),
        ("musteranna_123_03_losses-1", "musteranna_123"),
        ("mustermannmax_LATE_12346_67891_03_losses", "mustermannmax"),
        ("mustermannmax_12346_67999_03_losses-2", "mustermannmax"),
        ("mullerzoe_12345_67890_my answers", "mullerzoe"),
        ("Zoë Müller_123456_assignsubmission_file_03_losses", "Zoë Müller"),
        ("12345-67890 - Ben Braun - 12 Nov, 2026 914 PM - 03_losses", "Ben Braun"),
        ("03_losses (1)", ""),
    ],
)
def test_whose_notebook(file, student):
    assert person_of(file, ["02_forward", "03_losses"])[0].name == student


@pytest.mark.parametrize("number", chapters())
def test_hints_are_readable_in_the_feedback(number):
    """Formulas become pictures; what a student reads has no bare TeX."""
    chapter = read_chapter(chapters()[number])
    verdicts = {one.name: Verdict("wrong", "`a<b`") for one in chapter.exercises}
    text = page(Grade(Person("<Zoë>"), verdicts), chapter)
    assert "<Zoë>" not in text
    assert text.count("<code>a&lt;b</code>") == len(chapter.exercises)
    words = re.sub(r"<img[^>]+>|<code>.*?</code>", "", text)
    assert "$" not in words
    assert "\\" not in words
