"""The teaching notes speak of the exercises that the chapters have."""

import re

import nbformat
import pytest

from coursework.course import ROOT

CHAPTERS = sorted((ROOT / "notebooks").glob("*.ipynb"))[1:]
HEADING = r"^#+ (Exercise .+?) \((\d+) points?"


def exercises(path):
    """Return the (title, points) of each exercise of a chapter."""
    cells = nbformat.read(path, as_version=4).cells
    return [m for cell in cells for m in re.findall(HEADING, cell.source, re.M)]


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_notes_have_each_exercise_with_its_points(path):
    notes = (ROOT / "coursework" / "teaching" / f"{path.name[:2]}.md").read_text(encoding="utf-8")
    assert exercises(path) == re.findall(HEADING, notes, re.M)
    opening = nbformat.read(path, as_version=4).cells[0].source
    title = re.match(r"# \d\d · (.+)", opening)[1]
    assert notes.startswith(f"# Chapter {path.name[:2]} · {title}\n")


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_the_table_of_minutes_and_points_is_right(path):
    number = path.name[:2]
    readme = (ROOT / "coursework" / "README.md").read_text(encoding="utf-8")
    notes = (ROOT / "coursework" / "teaching" / f"{number}.md").read_text(encoding="utf-8")
    row = re.search(rf"^\| {number} · (.+)$", readme, re.M)[1].split(" | ")
    minutes, parts = re.search(
        r"^Exercises: about (\d+) minutes \(([\d +]+)\)", notes, re.M
    ).groups()
    points = sum(int(points) for _, points in exercises(path))
    assert row[2:4] == [minutes, str(points)]
    assert sum(map(int, parts.split("+"))) == int(minutes)
