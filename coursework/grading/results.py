"""What students get, kept in a file to which each result is added as soon as it is there."""

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from coursework.grading.names import Person
from helpers.exercises.frame import Verdict

FILE = "results.jsonl"
FAILED = Verdict("failed", "This is not your fault. Your instructor knows and will see to it.")

# each time: what the instructor hands over may have changed
FOUND_ANEW = ("student", "id", "email", "group", "overrides", "paper", "days_late", "percent_off")


@dataclass
class Grade:
    """What a student gets: `verdicts` per exercise, and `remarks` for the report.

    The remarks in `told` are left out of the student's page: a verdict says the same. `person` is
    who handed in, `source` what the course site calls the folder or file, `hand_in` a checksum of
    all that the verdicts depend on, "" where they are to be found again; `changed` is the time of
    the notebook. The roster adds `id`, `email` and `group`, the instructor `overrides`, {exercise:
    (points, reason)}, and `paper`, (points, of, remark), the deadline `days_late` and
    `percent_off`.
    """

    person: Person
    verdicts: dict
    remarks: list = field(default_factory=list)
    told: frozenset = frozenset()
    source: str = ""
    hand_in: str = ""
    changed: float = 0.0
    student: str = ""
    id: str = ""
    email: str = ""
    group: str = ""
    overrides: dict = field(default_factory=dict)
    paper: tuple = ()
    days_late: int = 0
    percent_off: float = 0

    def __post_init__(self):
        self.student = self.student or self.person.name
        self.id = self.id or self.person.number

    def points(self, exercise):
        """Return the points for an exercise: the instructor's, or those of what is right."""
        if exercise.name in self.overrides:
            return self.overrides[exercise.name][0]
        verdict = self.verdict(exercise)
        if verdict.kind == "part":
            return _rounded(exercise.points * verdict.earned / verdict.of)
        return exercise.points * (verdict.kind == "right")

    def total(self, chapter):
        """Return the points earned and the points there are, those for paper included."""
        earned, of = self.paper[:2] if self.paper else (0, 0)
        points = sum(map(self.points, chapter.exercises))
        earned += points * (1 - self.percent_off / 100)
        return _rounded(earned), of + sum(exercise.points for exercise in chapter.exercises)

    @property
    def late(self):
        """Return how late it is, as the site or the deadline says: "LATE", "2 days late", ""."""
        if self.days_late:
            return f"{self.days_late} day{'s' * (self.days_late > 1)} late"
        return self.person.late

    def verdict(self, exercise):
        """Return the verdict on an exercise; `FAILED` where there is none."""
        return self.verdicts.get(exercise.name, FAILED)


def _rounded(points):
    points = round(points, 2)
    return int(points) if points == int(points) else points


class Results:
    """The results in a folder: one line of JSON for each time that a student was graded.

    Lines are added and never changed, so that nothing is lost when a run ends before its time; of
    several for one person the last counts. A line that was cut off is passed over.
    """

    def __init__(self, folder, chapter, *, replace=False):
        """Read the results of a chapter, "03", in a folder; with `replace` put them aside."""
        self.path, self.chapter = Path(folder, FILE), chapter
        self.by_hand_in, self.by_person = {}, {}
        Path(folder).mkdir(parents=True, exist_ok=True)
        if replace and self.path.exists():
            os.replace(self.path, self.path.with_name(f"before_{FILE}"))
        text = self.path.read_text(encoding="utf-8") if self.path.exists() else ""
        for line in text.splitlines():
            try:
                number, grade = _from_line(line)
            except (ValueError, TypeError, KeyError):
                continue
            if number != chapter:
                raise ValueError(
                    f"{folder} holds the results of chapter {number}; name another --output"
                )
            self._enter(grade)
        self._file = open(self.path, "a", encoding="utf-8")  # noqa: SIM115 - open for the run
        if text and not text.endswith("\n"):
            self._file.write("\n")

    def add(self, grade):
        """Keep a result; when this returns it is on the disk."""
        self._file.write(_line(self.chapter, grade))
        self._file.flush()
        os.fsync(self._file.fileno())
        self._enter(grade)

    def _enter(self, grade):
        self.by_person[grade.person[:2]] = grade
        if grade.hand_in:
            self.by_hand_in[grade.hand_in] = grade

    def __enter__(self):
        return self

    def __exit__(self, *error):
        with suppress(OSError):  # a full disk, of which was told when the line was written
            self._file.close()


def _line(chapter, grade):
    stored = asdict(grade) | {"chapter": chapter, "told": sorted(grade.told)}
    for name in FOUND_ANEW:
        del stored[name]
    return json.dumps(stored) + "\n"


def _from_line(line):
    stored = json.loads(line)
    verdicts = {name: Verdict(*verdict) for name, verdict in stored.pop("verdicts").items()}
    person, told = Person(*stored.pop("person")), frozenset(stored.pop("told"))
    return stored.pop("chapter"), Grade(person, verdicts, told=told, **stored)
