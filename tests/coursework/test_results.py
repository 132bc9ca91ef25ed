"""Nothing is lost, nobody is mixed up, and gradebooks have their columns.

No notebook runs here: `quick` gives the verdicts that a notebook names in its only cell.
"""

import csv
import errno
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import pytest
from troubled_class import NUMBER, STEM

from coursework.course import ROOT, chapters, read_chapter
from coursework.grading import results, roster, sandbox
from coursework.grading.grade import chosen, grade, main
from coursework.grading.late import Deadline
from coursework.grading.limits import Limits
from coursework.grading.names import file_names, shown, whose
from helpers.exercises.frame import Verdict

LIMITS = Limits(seconds=10, megabytes=1500)
CHAPTER = read_chapter(chapters()[NUMBER])
NAMES = [exercise.name for exercise in CHAPTER.exercises]
OPENING = f"import helpers.exercises.chapter_{NUMBER}"
STEMS = ["02_forward", "03_losses"]


@pytest.fixture
def ran(monkeypatch):
    """Let `quick` give the verdicts; a list with an entry for each run."""
    runs = []

    def quick(number, steps, seed, limits):
        words = next(step.source for step in steps if step.source.startswith(OPENING)).split("\n")[
            1:
        ]
        runs.append(words)
        if words == ["breaks"]:
            raise KeyError("whatever")
        verdicts = {
            name: Verdict(*word.split(": ")) for name, word in zip(NAMES, words, strict=False)
        }
        return sandbox.Result(verdicts=verdicts)

    monkeypatch.setattr(sandbox, "run", quick)
    return runs


def hand_in(folder, file, *words):
    """Write a notebook whose verdicts are to be these, such as "right: well done"."""
    path = folder / file
    path.parent.mkdir(parents=True, exist_ok=True)
    cell = {"cell_type": "code", "source": "\n".join([OPENING, *words])}
    path.write_text(json.dumps({"nbformat": 4, "cells": [cell]}), encoding="utf-8")
    return path


RIGHT, HALF = ["right: yes"] * 3, ["right: yes", "right: yes", "wrong: 7 is not it"]


def run(folder, output, **options):
    return grade(folder, NUMBER, output, LIMITS, tell=lambda line: None, **options)


def totals(output):
    return {row["student"]: row["total"] for row in read(output / "totals.csv")}


def read(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def files(folder):
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_was_graded_is_not_graded_again_and_all_files_are_the_same(ran, tmp_path):
    for student, words in {"Anna": RIGHT, "Ben": HALF}.items():
        hand_in(tmp_path / "class", f"{student}.ipynb", *words)
    run(tmp_path / "class", tmp_path / "out")
    before = files(tmp_path / "out")
    run(tmp_path / "class", tmp_path / "out")
    assert len(ran) == 2
    assert files(tmp_path / "out") == before
    grade(tmp_path / "class", NUMBER, tmp_path / "out", LIMITS, seed=1, tell=lambda line: None)
    assert len(ran) == 4  # another seed, other input
    hand_in(tmp_path / "class", "Ben.ipynb", *RIGHT)
    grade(tmp_path / "class", NUMBER, tmp_path / "out", LIMITS, seed=1, tell=lambda line: None)
    assert len(ran) == 5
    assert totals(tmp_path / "out") == {"Anna": "6", "Ben": "6"}


def test_a_late_hand_in_is_added_and_replaces_its_own_row_only(ran, tmp_path):
    for student in ("Anna", "Ben"):
        hand_in(tmp_path / "class", f"{student}.ipynb", *HALF)
    run(tmp_path / "class", tmp_path / "out")
    hand_in(tmp_path / "late", "Ben.ipynb", *RIGHT)
    hand_in(tmp_path / "late", "Cem.ipynb", *RIGHT)
    run(tmp_path / "late", tmp_path / "out")
    assert totals(tmp_path / "out") == {"Anna": "3", "Ben": "6", "Cem": "6"}
    pages = sorted(path.stem for path in (tmp_path / "out" / "feedback").iterdir())
    assert pages == ["Anna", "Ben", "Cem"]
    report = (tmp_path / "out" / "trouble.txt").read_text(encoding="utf-8")
    assert "Ben: was graded before, with 3 of 6 points; this counts\n" in report
    assert report.count("was graded before") == 1
    run(tmp_path / "class", tmp_path / "out")  # nothing new in it
    assert totals(tmp_path / "out")["Ben"] == "6"
    run(tmp_path / "late", tmp_path / "out", again=True)
    assert totals(tmp_path / "out") == {"Ben": "6", "Cem": "6"}
    assert (tmp_path / "out" / "before_results.jsonl").read_text().count("\n") == 4


def test_an_error_of_the_graders_costs_one_student_and_only_until_the_next_run(ran, tmp_path):
    hand_in(tmp_path / "class", "Anna.ipynb", *RIGHT)
    hand_in(tmp_path / "class", "Ben.ipynb", "breaks")
    hand_in(tmp_path / "class", "Cem.ipynb", *RIGHT[:2])  # of the third no verdict comes
    run(tmp_path / "class", tmp_path / "out")
    assert totals(tmp_path / "out") == {"Anna": "6", "Ben": "0", "Cem": "3"}
    report = (tmp_path / "out" / "trouble.txt").read_text(encoding="utf-8")
    assert "Ben: could not be graded: KeyError: 'whatever'\n" in report
    assert f"Cem: {CHAPTER.exercises[2].title} could not be graded" in report
    page = (tmp_path / "out" / "feedback" / "Ben.html").read_text(encoding="utf-8")
    assert page.count("Could not be graded") == 3
    run(tmp_path / "class", tmp_path / "out")
    assert len(ran) == 5


def test_a_runner_that_cannot_begin_is_tried_once_more(ran, tmp_path, monkeypatch):
    quick, tries = sandbox.run, []

    def begins_at_the_second_try(*arguments):
        tries.append(arguments)
        if len(tries) == 1:
            raise RuntimeError("the course's modules cannot be imported")
        return quick(*arguments)

    monkeypatch.setattr(sandbox, "run", begins_at_the_second_try)
    hand_in(tmp_path / "class", "Anna.ipynb", *RIGHT)
    run(tmp_path / "class", tmp_path / "out")
    assert totals(tmp_path / "out") == {"Anna": "6"}


def test_on_a_full_disk_the_run_stops_and_goes_on_later(ran, tmp_path, monkeypatch, capsys):
    for student in ("Anna", "Ben", "Cem"):
        hand_in(tmp_path / "class", f"{student}.ipynb", *RIGHT)
    output, room, sync = tmp_path / "out", [1], os.fsync

    def full(descriptor):
        if not room:
            os.truncate(output / results.FILE, (output / results.FILE).stat().st_size - 20)
            raise OSError(errno.ENOSPC, "No space left on device")
        room.pop()
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    arguments = ["grade.py", str(tmp_path / "class"), "--chapter=3", f"--output={output}"]
    monkeypatch.setattr(sys, "argv", [*arguments, "--workers=1"])
    with pytest.raises(SystemExit, match=r"No space left on device.*the same command goes on"):
        main()
    monkeypatch.setattr(os, "fsync", sync)
    done = len(ran)
    main()
    assert len(ran) < done + 3  # one was kept; the line that was cut off is no result
    assert totals(output) == {"Anna": "6", "Ben": "6", "Cem": "6"}
    done = len(ran)
    main()
    assert len(ran) == done
    monkeypatch.setattr(sys, "argv", [*arguments, "--replace"])
    main()
    assert len(ran) == done + 3


def test_results_of_another_chapter_are_not_mixed_in(ran, tmp_path):
    hand_in(tmp_path / "class", "Anna.ipynb", *RIGHT)
    run(tmp_path / "class", tmp_path / "out")
    with pytest.raises(ValueError, match="holds the results of chapter 03"):
        grade(tmp_path / "class", "04", tmp_path / "out", LIMITS, tell=lambda line: None)


def lives(file, text):
    """Tell whether a process lives with this text in its "cmdline" or "environ"."""
    for path in Path("/proc").glob(f"[0-9]*/{file}"):
        with suppress(OSError):
            if text.encode() in path.read_bytes():
                return True
    return False


def wait_until(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_checker_that_is_given_up_leaves_nothing_open():
    checker = sandbox._start()
    with pytest.raises((RuntimeError, OSError)):  # it ends before the job is sent, or after
        sandbox._ask(checker, {"do": "read", "path": "."}, seconds=0)
    assert checker.stdin.closed
    assert checker.stdout.closed
    assert checker.returncode is not None


def test_a_checker_that_answers_as_the_run_is_stopped_is_not_used_again(tmp_path, monkeypatch):
    def answers_as_it_stops(checker, *arguments, ask=sandbox._ask):
        done = ask(checker, *arguments)
        checker.stdin.close()  # what `stopped_at_errors` does to all that are busy
        return done

    notebook = hand_in(tmp_path, "Anna.ipynb", *RIGHT)
    with monkeypatch.context() as patched:
        patched.setattr(sandbox, "_ask", answers_as_it_stops)
        before = sandbox.read(notebook)
    assert sandbox.read(notebook) == before


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_run_that_is_killed_goes_on_and_leaves_nothing(tmp_path):
    folder, output, scratch = tmp_path / "class", tmp_path / "out", tmp_path / "tmp"
    seconds = 10**6 + os.getpid()  # no other run of this test has it
    scratch.mkdir()
    hand_in(folder, "a.ipynb", "raise NotImplementedError")
    hand_in(folder, "b.ipynb", f"__import__('subprocess').run(['sleep', '{seconds}'])")
    command = [sys.executable, "-m", "coursework.grading", str(folder), "--chapter=3"]
    command += [f"--output={output}", "--workers=1", "--time-limit=100"]
    environment = os.environ | {"TMPDIR": str(scratch)}
    sleep = f"sleep\0{seconds}\0"
    for number, code in [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGTERM, 130)]:
        with subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
        ) as process:
            assert any("1/2  a: 0 of 6" in line for line in process.stdout)  # as soon as it is so
            wait_until(lambda: lives("cmdline", sleep))
            process.send_signal(number)
            assert process.wait(timeout=60) == code
        lines = (output / results.FILE).read_text().splitlines()
        assert [json.loads(line)["person"][0] for line in lines] == ["a"]
        wait_until(lambda: not lives("cmdline", sleep) and not lives("environ", str(scratch)))
    assert list(scratch.iterdir()) == []


def test_whose_work_it_is():
    given = ["2024-0153", "2024-0154", "smith", "smith-2", "group-1", "12-345-678", "anon (17)"]
    given += ["Copy of 03_losses", "Copy of 03_losses (1)", "03_losses", "ada 03_losses"]
    given += ["ada 03_losses (1)", "one_03_losses", "one - 03_losses", "x_1234_5678", "x_1234_5679"]
    people = [person.name for person, _ in whose([(name, False) for name in given], STEMS)]
    apart = [name for name in given if not name.startswith("ada")]
    assert [name for name in people if name != "ada"] == apart
    assert people.count("ada") == 2  # a download's mark behind the chapter's name


def test_names_of_pages_are_files_everywhere():
    students = ["Zoë", "zoë", "n" * 300, "a/b", "con", "end.", ".dot", "a\nb", "\ud800", "x" * 300]
    names = file_names([shown(student) for student in students])
    assert len({name.casefold() for name in names.values()}) == len(students)
    for name in names.values():
        assert len(name.encode()) < 230
        assert not set(name) & set('<>:"/\\|?*\n')
    assert file_names(["Zoë Müller"]) == {"Zoë Müller": "Zoë Müller"}


def test_a_namesake_who_comes_later_is_another_one(ran, tmp_path):
    hand_in(tmp_path / "class", f"smithj_11111_500_{STEM}.ipynb", *HALF)
    run(tmp_path / "class", tmp_path / "out")
    hand_in(tmp_path / "late", f"smithj_LATE_22222_600_{STEM}.ipynb", *RIGHT)
    run(tmp_path / "late", tmp_path / "out")
    assert totals(tmp_path / "out") == {"smithj 11111": "3", "smithj 22222": "6"}
    gradebook = (tmp_path / "out" / "gradebook-canvas.csv").read_text(encoding="utf-8")
    assert "smithj 11111,11111,,,,3" in gradebook.splitlines()
    (tmp_path / "roster.csv").write_text("id,name\n1,Jo Smith\n2,smithj\n", encoding="utf-8")
    run(tmp_path / "late", tmp_path / "out", students=roster.read(tmp_path / "roster.csv"))
    two = {"smithj 11111": "3", "smithj 22222": "6"}  # which of them is the one of the roster?
    assert totals(tmp_path / "out") == two | {"Jo Smith": "0", "smithj": "0"}


ROSTER = """id;Name;E-mail;Group
1;Müller, Zoë;zoe@uni.example;red
2;Ben Bright;ben@uni.example;red
3;Cem Can;cem@uni.example;blue
4;Ann Ames;ann@uni.example;
5;Ann Ames;ames@uni.example;
6;Dana Dee;dana@uni.example;red
"""


@pytest.fixture
def class_of_six(ran, tmp_path):
    """The folder of results of a class with a roster."""
    (tmp_path / "roster.csv").write_bytes(ROSTER.encode("cp1252"))
    folder = tmp_path / "class"
    hand_in(folder, f"mullerzoe_11111_500_{STEM}.ipynb", *HALF)
    hand_in(
        folder, f"red_33333_600_{STEM}.ipynb", *RIGHT
    )  # for the group, of whom Zoë has handed in herself
    hand_in(folder, f"Cem Can_777_assignsubmission_file_/{STEM}.ipynb", *RIGHT)
    hand_in(folder, "Ann Ames.ipynb", *RIGHT)
    hand_in(folder, "5.ipynb", *HALF)
    hand_in(folder, "guest.ipynb", "open: ", HALF[1], "wrong: 8 is not it")
    output = tmp_path / "out"
    output.mkdir()
    (output / "overrides.csv").write_text(
        "student,exercise,points,reason\n"
        f"Ben Bright,{NAMES[2]},1.5,by hand\n"
        f"nobody,{NAMES[2]},1,no one\n"
        "guest,no exercise,1,none\n",
        encoding="utf-8",
    )
    paper = "student,points,of,remark\nguest,2,2,neat\n3,1,2,\n"
    (output / "paper.csv").write_text(paper, encoding="utf-8-sig")
    students = roster.read(tmp_path / "roster.csv")
    grades = run(folder, output, students=students)
    return output, {one.student: one for one in grades}


def test_the_roster_says_who_is_who_and_who_is_missing(class_of_six):
    output, grades = class_of_six
    assert totals(output) == {
        "Ann Ames": "6",  # which of the two?
        "Ann Ames (4)": "0",
        "Ann Ames (5)": "3",
        "Ben Bright": "4.5",
        "Cem Can": "7",
        "Dana Dee": "6",
        "Müller, Zoë": "3",
        "guest": "4",
    }
    remarks = {student: " ".join(one.remarks) for student, one in grades.items()}
    assert "the roster has several of this name (4, 5)" in remarks["Ann Ames"]
    assert "handed in nothing" in remarks["Ann Ames (4)"]
    assert "is not in the roster" in remarks["guest"]
    assert "handed in as red" in remarks["Ben Bright"]
    rows = {row["student"]: row for row in read(output / "totals.csv")}
    assert rows["Ben Bright"]["email"] == "ben@uni.example"
    assert rows["Ben Bright"]["group"] == "red"
    assert rows["Cem Can"]["paper"] == "1"
    assert rows["Dana Dee"]["of"] == "8"


def test_what_the_instructor_decides_counts_and_is_shown(class_of_six):
    output, _ = class_of_six
    report = (output / "trouble.txt").read_text(encoding="utf-8")
    assert "overrides.csv, line 3: there is no student nobody" in report
    assert "overrides.csv, line 4: no exercise no exercise; there are loss-on-paper" in report
    assert "1.5 of 3 points by overrides.csv: by hand" in report
    page = (output / "feedback" / "Ben Bright.html").read_text(encoding="utf-8")
    assert "1.5 of 3 points" in page
    assert "Your instructor has decided on the points: by hand" in page
    page = (output / "feedback" / "guest.html").read_text(encoding="utf-8")
    assert "2 of 2 points" in page
    assert "neat" in page


def test_days_after_the_deadline_cost_what_the_instructor_says(ran, tmp_path):
    due, day = datetime(2026, 11, 13, 10), 24 * 60 * 60
    for name, late in ("Ada", -1), ("Ben", 1), ("Cem", 2 * day), ("Dan", 2 * day + 1):
        path = hand_in(tmp_path / "class", f"{name}.ipynb", *RIGHT)
        os.utime(path, (due.timestamp() + late,) * 2)
    out = tmp_path / "out"
    run(tmp_path / "class", out, deadline=Deadline(due, free=1, percent=10))
    rows = {row["student"]: (row["total"], row["late"]) for row in read(out / "totals.csv")}
    assert rows == {
        "Ada": ("6", ""),
        "Ben": ("6", "1 day late"),
        "Cem": ("5.4", "2 days late"),
        "Dan": ("4.8", "3 days late"),
    }
    report = (out / "trouble.txt").read_text(encoding="utf-8")
    assert "Ben: handed in 2026-11-13 10:00, due 2026-11-13 10:00: 1 day late, no points" in report
    page = (out / "feedback" / "Cem.html").read_text(encoding="utf-8")
    assert "5.4 of 6 points</strong> · 2 days late, 10% off" in page
    run(tmp_path / "class", out)  # it is the instructor's, and no part of what was graded
    assert totals(out) == dict.fromkeys(rows, "6")
    assert len(ran) == len(rows)


def test_tables_of_the_instructors_that_make_no_sense_stop_before_anything_runs(ran, tmp_path):
    hand_in(tmp_path / "class", "Anna.ipynb", *RIGHT)
    (tmp_path / "out").mkdir()
    overrides = tmp_path / "out" / "overrides.csv"
    overrides.write_text("student,exercise,points\n", encoding="utf-8")
    with pytest.raises(
        ValueError, match=r"overrides\.csv has no column reason; its first line has"
    ):
        run(tmp_path / "class", tmp_path / "out")
    overrides.write_text("student,exercise,points,reason\nAnna,hardest,two,x\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"overrides\.csv, line 2: 'two' is no number of points"):
        run(tmp_path / "class", tmp_path / "out")
    (tmp_path / "roster.csv").write_text("id,name\n1,a\n1,b\n", encoding="utf-8")
    with pytest.raises(ValueError, match="has the id 1 twice"):
        roster.read(tmp_path / "roster.csv")
    assert ran == []


def test_gradebooks_have_the_columns_of_their_sites(class_of_six):
    output, _ = class_of_six
    lines = (output / "gradebook-canvas.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == f"Student,ID,SIS User ID,SIS Login ID,Section,{CHAPTER.title}"
    assert lines[1] == "    Points Possible,,,,,8"
    assert '"Müller, Zoë",11111,1,zoe@uni.example,,3' in lines
    assert "Ben Bright,,2,ben@uni.example,,4.5" in lines
    assert "Ann Ames (4),,4,ann@uni.example,,0" in lines
    lines = (output / "gradebook-moodle.csv").read_text(encoding="utf-8").splitlines()
    assert lines == [
        "Identifier,Full name,Email address,Grade,Maximum Grade,Last modified (grade)",
        "Participant 777,Cem Can,cem@uni.example,7,8,-",
    ]


def test_the_zip_of_the_feedback_names_pages_as_the_sites_do(class_of_six):
    output, _ = class_of_six
    with zipfile.ZipFile(output / "feedback.zip") as archive:
        names = archive.namelist()
        page = archive.read("Cem Can_777_assignsubmission_file_/feedback.html")
    assert f"mullerzoe_11111_500_{STEM}.html" in names
    assert "guest.html" in names
    assert page == (output / "feedback" / "Cem Can.html").read_bytes()


def test_the_class_at_a_glance(class_of_six):
    output, _ = class_of_six
    page = (output / "class.html").read_text(encoding="utf-8")
    assert "8 students, on average 4.2 of 8 points" in page
    [row] = [row for row in page.split("<tr>") if "✗ 7 is not it" in row]
    assert '<td class="n">3</td>' in row
    assert "Ann Ames (5), Müller, Zoë, guest" in row
    assert "http" not in page


def test_exercises_that_the_handouts_left_out_do_not_count(ran, tmp_path):
    hand_in(tmp_path / "class", "Anna.ipynb", *RIGHT)
    run(tmp_path / "class", tmp_path / "out", without=["paper"])
    [row] = read(tmp_path / "out" / "totals.csv")
    assert (row["total"], row["of"]) == ("2", "2")
    with pytest.raises(ValueError, match="without task chapter 03 has no exercise"):
        chosen(NUMBER, ["task"])


@pytest.mark.slow
def test_the_autograder_for_gradescope_holds_all_it_needs(tmp_path):
    command = [sys.executable, "-m", "coursework.grading", "gradescope", "--chapter=3"]
    subprocess.run([*command, f"--output={tmp_path / 'a.zip'}"], cwd=ROOT, check=True)
    root = tmp_path / "autograder"
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        archive.extractall(root / "source")
        assert archive.getinfo("run_autograder").external_attr >> 16 & 0o100  # may be run
    script = (root / "source" / "run_autograder").read_text(encoding="utf-8")
    script = script.replace("/autograder/venv/bin/python", sys.executable)
    hand_in(root / "submission", "notebook.ipynb", "loss_on_paper = 2")
    metadata = {"users": [{"email": "zoe@uni.example"}]}
    (root / "submission_metadata.json").write_text(json.dumps(metadata), encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    script = script.replace("/autograder", str(root))
    subprocess.run(["bash", "-c", script], env=environment, check=True)
    found = json.loads((root / "results" / "results.json").read_text(encoding="utf-8"))
    assert [(one["score"], one["max_score"], one["status"]) for one in found["tests"]] == [
        (0, 1, "failed"),
        (0, 2, "failed"),
        (0, 3, "failed"),
    ]
    assert found["tests"][0]["output"].startswith("✗ Not yet: 2 is not it. That is in bits")
    assert "the cell for the answer is missing" in found["output"]


def test_results_are_read_from_several_machines(ran, tmp_path):
    for student in ("Anna", "Ben"):
        hand_in(tmp_path / student, f"{student}.ipynb", *RIGHT)
        run(tmp_path / student, tmp_path / f"out {student}")
    with open(tmp_path / "out Anna" / results.FILE, "a", encoding="utf-8") as file:
        file.write((tmp_path / "out Ben" / results.FILE).read_text(encoding="utf-8"))
    run(tmp_path / "Anna", tmp_path / "out Anna")
    assert totals(tmp_path / "out Anna") == {"Anna": "6", "Ben": "6"}
    assert Path(tmp_path / "out Anna" / "feedback" / "Ben.html").is_file()
