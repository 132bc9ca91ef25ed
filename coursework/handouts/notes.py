"""What the teaching notes say of each exercise of a chapter: its minutes, and how to grade it."""

import re
from dataclasses import dataclass
from pathlib import Path

from coursework.course import ROOT

FOLDER = ROOT / "coursework" / "teaching"
EXERCISE = re.compile(
    r"^## (Exercise [^\n]+) \(\d+ points?, (\d+) minutes[^\n]*\n(.*?)(?=^## |\Z)", re.M | re.S
)


@dataclass
class Note:
    """The estimated minutes of an exercise; in Markdown, wrong answers and the rubric."""

    minutes: int
    grading: str


def of(chapter):
    """Return the notes on a chapter, 03_name.ipynb: {"Exercise 1 · A loss on paper": Note, …}.

    They are in teaching/03.md; a chapter without notes has {}.
    """
    path = FOLDER / f"{Path(chapter).name[:2]}.md"
    if not path.exists():
        return {}
    found = EXERCISE.findall(path.read_text(encoding="utf-8"))
    return {title: Note(int(minutes), text.strip()) for title, minutes, text in found}
