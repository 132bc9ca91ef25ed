"""Every exercise: the stub earns nothing, the solution all, wrong answers what explains them."""

import ast
import contextlib
import importlib
import io
import re
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest

from coursework.course import PARTS, read, role, tags
from helpers.exercises import frame

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


@dataclass
class Exercise:
    chapter: str
    name: str
    cells: dict
    setup: str

    def __str__(self):
        return f"{self.chapter}-{self.name}"

    @property
    def check_name(self):
        return re.fullmatch(
            rf"from helpers\.exercises\.chapter_{self.chapter} import (check_\w+)\n\n\1\((.+)\)",
            self.cells["check"].source,
        )[1]

    @property
    def points(self):
        return self.cells["check"].metadata.nbgrader.points

    @property
    def check(self):
        module = importlib.import_module(f"helpers.exercises.chapter_{self.chapter}")
        return getattr(module, self.check_name)

    def run(self, *roles):
        """Run the chapter's set-up cell and some of the exercise's cells; return the names."""
        sources = {part: cell.source for part, cell in self.cells.items()}
        sources["import"] = sources["check"].partition("\n")[0]
        names = {"__name__": "__main__"}
        for source in [self.setup, *(sources[part] for part in roles)]:
            exec(compile(source, str(self), "exec"), names)
        return names


def exercises(path):
    cells = read(path).cells
    setup = next(cell.source for cell in cells if cell.cell_type == "code")
    parts = [cell for cell in cells if role(cell)]
    for i in range(0, len(parts), len(PARTS)):
        group = parts[i : i + len(PARTS)]
        assert tuple(map(role, group)) == PARTS, (path.name, [cell.id for cell in group])
        name = group[0].id.removesuffix("-task")
        yield Exercise(path.name[:2], name, dict(zip(PARTS, group, strict=True)), setup)


CHAPTERS = [path for path in sorted(NOTEBOOKS.glob("*.ipynb")) if path.name[:2] != "00"]
EXERCISES = [exercise for path in CHAPTERS for exercise in exercises(path)]
SEEDS = range(5)
AS_IN_A_BROWSER = 0  # with this seed checks do not rely on NumPy to notice an overflow


def answers(kind):
    """Return (exercise, answer, phrase, points) for each answer of a kind that is on file."""
    for exercise in EXERCISES:
        module = importlib.import_module(f"answers.chapter_{exercise.chapter}")
        given = getattr(module, kind, {}).get(exercise.name, {})
        if kind == "RIGHT":
            given = {str(i): (answer, "") for i, answer in enumerate(given)}
        for description, (answer, phrase, *points) in given.items():
            label = f"{exercise}-{description}"
            points = points[0] if points else 0
            yield pytest.param(exercise, answer, phrase, points, id=label.replace(" ", "-"))


@pytest.fixture
def grading(monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")


def ask(exercise, answer):
    """Hand an answer to the check and return its remark; a tuple is several answers."""
    with contextlib.redirect_stdout(io.StringIO()):
        return exercise.check.judge(*(answer if isinstance(answer, tuple) else (answer,)))


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_each_chapter_has_two_to_four_and_their_solutions_at_its_end(path):
    assert 2 <= len(list(exercises(path))) <= 4
    notebook = nbformat.read(path, as_version=4)
    headings = [
        cell.source.splitlines()[0] for cell in notebook.cells if cell.source.startswith("## ")
    ]
    assert headings[-3:] == ["## Exercises", "## Recap", "## Solutions"]
    at = [i for i, cell in enumerate(notebook.cells) if role(cell) == "solution"]
    end = [i for i, cell in enumerate(notebook.cells) if "solutions" in tags(cell)]
    assert min(at) > next(i for i in end if notebook.cells[i].source.startswith("## Solutions"))


@pytest.mark.parametrize("exercise", EXERCISES, ids=str)
def test_form(exercise):
    """Cells carry what nbgrader wants, points agree, and solutions keep to names of their own."""
    stub, check, solution = (exercise.cells[part] for part in ("stub", "check", "solution"))
    assert [cell.id for cell in exercise.cells.values()] == [
        f"{exercise.name}-{part}" for part in PARTS
    ]
    points = int(re.search(r"^### .+ \((\d+) points?\)$", exercise.cells["task"].source, re.M)[1])
    common = {"schema_version": 3, "task": False, "cell_type": "code"}
    assert stub.metadata.nbgrader == common | {
        "grade_id": f"ch{exercise}-stub",
        "grade": False,
        "locked": False,
        "solution": True,
    }
    assert check.metadata.nbgrader == common | {
        "grade_id": f"ch{exercise}-check",
        "grade": True,
        "locked": True,
        "solution": False,
        "points": points,
    }
    assert "nbgrader" not in solution.metadata
    assert solution.metadata.jupyter == {"source_hidden": True, "outputs_hidden": True}
    assert solution.source.startswith("# Solution\n")
    assert not solution.outputs
    last_line = solution.source.splitlines()[-1]
    assert last_line.startswith(f"{exercise.check_name}(")
    assert last_line.endswith(", show=False)")
    assert not assigned(stub.source) & assigned(solution.source)


def assigned(source):
    """Return the names that the top level of a cell binds."""
    names = set()
    for node in ast.parse(source).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.add(node.name)
        names |= {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and is_stored(n)}
    return names


def is_stored(node):
    return isinstance(node.ctx, ast.Store)


def test_grade_ids_are_unique():
    identifiers = [exercise.cells["check"].metadata.nbgrader.grade_id for exercise in EXERCISES]
    assert len(set(identifiers)) == len(identifiers)


@pytest.mark.parametrize("exercise", EXERCISES, ids=str)
def test_the_stub_is_not_attempted_yet(exercise, capsys):
    exercise.run("stub", "check")
    assert capsys.readouterr().out.startswith("○ Not attempted yet.")


@pytest.mark.parametrize("exercise", EXERCISES, ids=str)
def test_the_stub_earns_nothing(exercise, grading):
    with pytest.raises(frame.NotAttempted):
        exercise.run("stub", "check")


@pytest.mark.parametrize("exercise", EXERCISES, ids=str)
def test_the_solution_is_right_for_any_random_input(exercise, monkeypatch, capsys):
    for seed in SEEDS:
        monkeypatch.setenv("EXERCISE_SEED", str(seed))
        exercise.run("stub", "check")
        capsys.readouterr()
        exercise.run("import", "solution")
        assert not capsys.readouterr().out  # nothing is wrong, and nothing given away


@pytest.mark.parametrize("exercise", EXERCISES, ids=str)
def test_the_solution_earns_its_points(exercise, grading):
    exercise.run("import", "solution")


@pytest.mark.parametrize(
    ("exercise", "answer", "phrase", "points"), [*answers("RIGHT"), *answers("REMARKED")]
)
def test_other_right_answers_pass(exercise, answer, phrase, points, grading, monkeypatch):
    for seed in SEEDS:
        monkeypatch.setenv("EXERCISE_SEED", str(seed))
        monkeypatch.setattr(frame, "NUMPY_NOTICES", seed != AS_IN_A_BROWSER)
        assert phrase in ask(exercise, answer)


@pytest.mark.parametrize(("exercise", "answer", "phrase", "points"), list(answers("WRONG")))
def test_wrong_answers_are_explained(exercise, answer, phrase, points, grading, monkeypatch):
    """With what is right in them they earn a part of the exercise's points."""
    for seed in SEEDS:
        monkeypatch.setenv("EXERCISE_SEED", str(seed))
        monkeypatch.setattr(frame, "NUMPY_NOTICES", seed != AS_IN_A_BROWSER)
        with pytest.raises(frame.Wrong) as caught:
            ask(exercise, answer)
        assert not isinstance(caught.value, frame.NotAttempted)
        assert phrase in str(caught.value)
        assert caught.value.earned == points
        if points:
            assert caught.value.of == exercise.points


@pytest.mark.parametrize("exercise", EXERCISES, ids=str)
def test_more_than_one_point_can_be_earned_in_part(exercise):
    module = importlib.import_module(f"answers.chapter_{exercise.chapter}")
    in_part = [case for case in module.WRONG[exercise.name].values() if len(case) == 3]
    assert bool(in_part) == (exercise.points > 1)


@pytest.mark.parametrize("exercise", EXERCISES, ids=str)
def test_at_least_two_wrong_answers_are_known(exercise):
    module = importlib.import_module(f"answers.chapter_{exercise.chapter}")
    assert len(module.WRONG[exercise.name]) >= 2
