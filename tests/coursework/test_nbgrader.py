"""The course in the real nbgrader: generate an assignment, hand it in, grade it.

Of the chapter's code only the set-up cell and the exercises are run: nbgrader takes a kernel for
each student, and no exercise needs the rest.
"""

import os
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import nbformat
import pytest
from student_notebooks import cell, exercises_of, hand_in, solved

from coursework.course import ROOT, chapters, read, role

pytestmark = pytest.mark.slow
CONFIG = ROOT / "coursework" / "grading" / "nbgrader_config.py"
NUMBER = "02"
NAME = chapters()[NUMBER].name
FIRST, SECOND, THIRD = exercises_of(NUMBER)


def half_solved():
    """Return a notebook with the first answer, and of the second one of its two parts.

    The second check passes whatever comes, the third is gone.
    """
    code = "def absorb_scaling(W, b, mean, std):\n    return W / std[:, None], b"
    notebook = hand_in(NUMBER, {FIRST: ..., SECOND: code})
    cell(notebook, SECOND, "check").source = "print('right')"
    notebook.cells.remove(cell(notebook, THIRD, "check"))
    return notebook


STUDENTS = {
    "solved": lambda: solved(NUMBER),
    "untouched": lambda: hand_in(NUMBER, {}),
    "half": half_solved,
}


@pytest.fixture(scope="module", autouse=True)
def programs_on_the_path():
    """Let nbgrader find what was installed with it, as in an activated environment."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
        yield


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Generate, collect and grade in a course of its own; return its folder."""
    folder = tmp_path_factory.mktemp("course")
    shutil.copy(CONFIG, folder)
    (folder / "source" / "ch").mkdir(parents=True)
    write(nbformat.read(chapters()[NUMBER], as_version=4), folder / "source" / "ch")
    nbgrader(folder, "generate_assignment", "ch")
    for student, make in STUDENTS.items():
        handed_in = folder / "submitted" / student / "ch"
        handed_in.mkdir(parents=True)
        write(make(), handed_in)
    nbgrader(folder, "autograde", "ch")
    return folder


def write(notebook, folder):
    """Write a chapter without the code that is neither set-up nor exercise."""
    setup = next(cell for cell in notebook.cells if cell.cell_type == "code")
    notebook.cells = [
        cell
        for cell in notebook.cells
        if cell.cell_type == "markdown" or cell is setup or role(cell)
    ]
    nbformat.write(notebook, folder / NAME)


def nbgrader(folder, *arguments):
    own = {name: str(folder / ".jupyter") for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR")}
    command = [sys.executable, "-m", "nbgrader", *arguments]
    environment = {**os.environ, **own, "IPYTHONDIR": str(folder / ".ipython")}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def points(course):
    """What the gradebook says: {student: {exercise: points}}."""
    from nbgrader.api import Gradebook

    with closing(Gradebook(f"sqlite:///{course / 'gradebook.db'}")) as gradebook:
        return {
            student: {
                grade.name.removeprefix(f"ch{NUMBER}-").removesuffix("-check"): grade.score
                for grade in gradebook.find_submission_notebook(
                    Path(NAME).stem, "ch", student
                ).grades
            }
            for student in STUDENTS
        }


def test_the_release_has_no_solution_and_all_stubs(course):
    released = nbformat.read(course / "release" / "ch" / NAME, as_version=4)
    source = read(chapters()[NUMBER])
    for exercise in exercises_of(NUMBER):
        assert cell(released, exercise, "stub").source == cell(source, exercise, "stub").source
        assert f"{exercise}-solution" not in [one.id for one in released.cells]


def test_the_solved_notebook_has_full_marks(points):
    source = read(chapters()[NUMBER])
    assert points["solved"] == {
        exercise: cell(source, exercise, "check").metadata.nbgrader.points
        for exercise in exercises_of(NUMBER)
    }


def test_nothing_done_earns_nothing(points):
    assert points["untouched"] == dict.fromkeys(exercises_of(NUMBER), 0)


def test_half_solved_earns_its_part_whatever_the_checks_say(points):
    assert points["half"] == points["solved"] | {SECOND: 1, THIRD: 0}
