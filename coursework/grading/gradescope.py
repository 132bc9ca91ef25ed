"""An autograder for Gradescope: a zip with the course in it, and what runs in there.

The layout is that of Gradescope's documentation: in the zip `setup.sh` and `run_autograder`; on
Gradescope's machine `/autograder` with the folders `source`, `submission` and `results`, and
`submission_metadata.json`.
"""

import argparse
import json
import zipfile
from pathlib import Path

from coursework.course import ROOT, chapters
from coursework.grading import grade, sandbox, submissions
from coursework.grading.limits import Limits
from coursework.grading.names import Person, shown
from coursework.grading.results import FAILED
from helpers.files import replacing

COURSE = (
    "coursework",
    "helpers",
    "notebooks",
    "data",
    "pyproject.toml",
    "setup.py",
    "README.md",
    "LICENSE",
)
LEFT_OUT = ("__pycache__", ".ipynb_checkpoints", "cache", "kaggle")
SETUP = """#!/usr/bin/env bash
# Gradescope runs this once, when it builds the autograder. The course needs Python 3.11 or newer.
set -e
apt-get update
for version in 3.13 3.12 3.11; do
    if apt-get install -y "python$version-venv"; then break; fi
done
"python$version" -m venv /autograder/venv
/autograder/venv/bin/python -m pip install --editable /autograder/source
"""
RUN = """#!/usr/bin/env bash
# Gradescope runs this for each submission.
cd /autograder/source
exec /autograder/venv/bin/python -m coursework.grading gradescope --chapter {} --run /autograder
"""
LIMITS = Limits(seconds=60, megabytes=3000)


def build(number, path):
    """Write the zip to upload for a chapter, "03"."""
    scripts = {"setup.sh": SETUP, "run_autograder": RUN.format(number)}
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        for name, script in scripts.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = 0o755 << 16  # to be run
            archive.writestr(entry, script)
        for name in COURSE:
            top = ROOT / name
            for one in sorted(top.rglob("*")) if top.is_dir() else [top]:
                inside = one.relative_to(ROOT)
                if one.is_file() and not set(inside.parts) & set(LEFT_OUT):
                    archive.write(one, inside, zipfile.ZIP_DEFLATED)


def run(number, root):
    """Grade the one submission below `root`, and write results.json."""
    users = _users(root / "submission_metadata.json")
    one = submissions.HandIn(Person(shown(", ".join(users)) or "a student"))
    submissions.look_through(one, root / "submission", root / "submission")
    chapter = grade.chosen(number)
    basis = grade.checksum_of_course(chapter, 0, LIMITS)
    result = grade.grade_safely(one, chapter, set(chapters()), LIMITS, 0, basis, {}, sandbox.run)
    tests = []
    for i, exercise in enumerate(chapter.exercises, start=1):
        verdict = result.verdict(exercise)
        tests.append(
            {
                "name": exercise.title,
                "number": str(i),
                "score": result.points(exercise),
                "max_score": exercise.points,
                "status": "passed" if verdict.kind == "right" else "failed",
                "output": verdict.sentence if verdict == FAILED else repr(verdict).strip(),
                "visibility": "visible",
            }
        )
    remarks = [remark for remark in result.remarks if remark not in result.told]
    content = {"output": "\n".join(map(shown, remarks)), "stdout_visibility": "hidden"}
    (root / "results").mkdir(exist_ok=True)
    with replacing(root / "results" / "results.json") as temporary:
        temporary.write_text(json.dumps(content | {"tests": tests}), encoding="utf-8")


def _users(path):
    """Return the e-mails of who has handed in, by which their random input is their own."""
    try:
        return sorted(one["email"] for one in json.loads(path.read_text("utf-8"))["users"])
    except (OSError, ValueError, KeyError, TypeError):
        return []


def main(arguments):
    """Build the zip; with --run, on Gradescope's machine, grade what is there."""
    parser = argparse.ArgumentParser(prog="python -m coursework.grading gradescope")
    parser.add_argument("--chapter", required=True, metavar="03", help="the chapter to grade")
    parser.add_argument("--output", type=Path, help="default: results/gradescope_03.zip")
    parser.add_argument("--run", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    number = options.chapter.zfill(2)
    if number not in chapters():
        parser.error(f"the course has no exercises in chapter {number}")
    if options.run:
        run(number, options.run)
        return
    path = options.output or Path("results", f"gradescope_{number}.zip")
    build(number, path)
    print(f"{path}: upload it as the autograder of a programming assignment, chapter {number}")
