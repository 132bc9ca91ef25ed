"""A class that hands in chapter 03: each student has another trouble."""

import copy
import json
import os
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell
from student_notebooks import answer, cell, exercises_of, hand_in, solved

from coursework.course import chapters

NUMBER = "03"
STEM = chapters()[NUMBER].stem
NAMES = exercises_of(NUMBER)
ON_PAPER, SECOND, BINARY = NAMES


def with_cells(notebook, *sources, before=None):
    """Return the notebook with more cells: below the set-up cell, or above the cell `before`."""
    i = notebook.cells.index(before) if before else 2
    code = [j for j, one in enumerate(notebook.cells) if one.cell_type == "code"]
    i = max(i, code[0] + 1)
    notebook.cells[i:i] = [new_code_cell(source) for source in sources]
    return notebook


def odd():
    """Return a solved notebook as no program should write it; Python reads no number so long."""
    notebook = with_cells(solved(NUMBER), *["'odd'"] * 3)
    content = json.loads(json.dumps(notebook)) | {"nbformat": 5}
    one, two, three = [cell for cell in content["cells"] if cell["source"] == "'odd'"]
    one["metadata"] = {"nbgrader": {"grade_id": 7}}
    two["metadata"] = {"nbgrader": None}
    del three["metadata"]
    return json.dumps(content)[:-1] + f', "number": {"9" * 5000}}}'


def at_the_end():
    """Return a notebook with all answers in one cell, without stubs and checks, as from Colab."""
    parts = [(name, part) for name in NAMES for part in ("stub", "check")]
    notebook = from_colab(without(solved(NUMBER), *parts))
    source = "\n".join(answer(NUMBER, name) for name in NAMES)
    notebook.cells.append(new_code_cell(source))
    return notebook


def without(notebook, *parts):
    gone = [cell(notebook, exercise, part) for exercise, part in parts]
    notebook.cells = [one for one in notebook.cells if one not in gone]
    return notebook


def binary(body):
    """Return a solved notebook but for the last exercise, whose function has this body."""
    return hand_in(
        NUMBER, {ON_PAPER: ..., SECOND: ..., BINARY: f"def binary_loss(z, y):\n    {body}"}
    )


HELPED = """%matplotlib inline
%matplotlib widget
%matplotlib nonsense # with a remark
%config InlineBackend.figure_format = "retina"
def soft_plus(z):
    return np.logaddexp(0, z)
def binary_loss(z, y):
    return (soft_plus(z) - z * y).mean()
import matplotlib.pyplot as plt
plt.plot([1, 2])
plt.show()
"""


def last_cell(source):
    """Return a solved notebook whose last answer is this cell."""
    return hand_in(NUMBER, {ON_PAPER: ..., SECOND: ..., BINARY: source})


def edited_checks():
    notebook = hand_in(NUMBER, {})
    for name in NAMES:
        cell(notebook, name, "check").source = "print('✓ Right')"
    return notebook


def pasted_twice():
    """Return a solved notebook with an untouched copy of a stub and a check below."""
    notebook, untouched = solved(NUMBER), hand_in(NUMBER, {})
    notebook.cells += [cell(untouched, SECOND, "stub"), cell(untouched, SECOND, "check")]
    return notebook


def stale_copy():
    """Return a solved notebook with an older answer, a wrong one, left below the check."""
    notebook = solved(NUMBER)
    old = copy.deepcopy(cell(notebook, BINARY, "stub"))
    old.source = "def binary_loss(z, y):\n    return 0"
    notebook.cells.append(old)
    return notebook


def checks_first():
    notebook = solved(NUMBER)
    checks = [cell(notebook, name, "check") for name in NAMES]
    rest = [one for one in notebook.cells if one not in checks]
    notebook.cells = [*rest[:3], *checks, *rest[3:]]
    return notebook


def answered_elsewhere():
    """Return a notebook whose stub was left alone: the answer is in a cell below."""
    notebook = hand_in(NUMBER, {ON_PAPER: ..., SECOND: ...})
    check = cell(notebook, BINARY, "check")
    own = "def soft_plus(z):\n    return np.logaddexp(0, z)"
    return with_cells(
        with_cells(notebook, own),
        "def binary_loss(z, y):\n    return (soft_plus(z) - z * y).mean()",
        before=check,
    )


def from_colab(notebook):
    """Return a notebook that has lost the course's metadata and identifiers."""
    for one in notebook.cells:
        one.metadata = {"id": "x1Y2z3"}
        one.pop("id")
    notebook.metadata = {"colab": {"provenance": []}, "kernelspec": {"name": "python3"}}
    notebook.nbformat_minor = 0
    return notebook


def in_the_old_format():
    notebook = nbformat.convert(solved(NUMBER), 3)
    notebook.nbformat = 3
    return notebook


def messy():
    """Return a solved notebook with cells that print much, fail, ask, and use magics."""
    return with_cells(
        solved(NUMBER),
        "for _ in range(100):\n    print('x' * 1_000_000)",
        "import a_package_that_is_missing",
        "input()",
        "%%time\nfactor = 2\n!echo $factor",
        "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()",
        "\n\nx = 1\n1 / 0",
        "%%time\nx = 1\nx / 0",
        "def broken(:",
        "open('notes.txt', 'w').write('kept in the working folder')",
    )


REPLACING = """
import builtins, os
import helpers.exercises.chapter_03 as chapter
from helpers.exercises import frame
os.environ.clear()
frame.expect = lambda *a, **k: None
for name in dir(chapter):
    if name.startswith("check_"):
        setattr(chapter, name, lambda *a: None)
"""

WORDS = [
    r"raise ValueError('a word: \ud800\nZoë Müller: cheated')",
    "raise NameError('x', name=5)",
    "raise NameError('x', name=['a'])",
]

FORGING = """
import json, os
from contextlib import suppress
for number in range(40):
    event = {"check": number, "verdict": ["right", ""], "replaced": [], "token": ""}
    for descriptor in range(1, 30):
        with suppress(OSError):
            os.write(descriptor, (json.dumps(event) + "\\n").encode())
"""

TELLING = """
import os, resource
limits = [resource.getrlimit(getattr(resource, "RLIMIT_" + name))[1]
          for name in ("AS", "CPU", "FSIZE", "NPROC", "CORE")]
raise RuntimeError(f"{limits} {os.getcwd()} {sorted(os.environ)}")
"""

WRONG_IN_A_COPY = f"""{answer(NUMBER, BINARY)}
if pid == 0:
    binary_loss = None
"""

# endless for whoever waits, and not at the processor's expense
ENDLESS = "while True: __import__('time').sleep(1)"

SWALLOWING = f"""while True:
        try:
            {ENDLESS}
        except BaseException: pass"""

USES_THE_CHAPTER = """
starting_loss
def binary_loss(z, y):
    starting_loss(None, 0)
    return (np.logaddexp(0, z) - z * y).mean()
"""


EMPTY = [
    "2024-0153.ipynb",
    "2024-0154.ipynb",
    "two\nlines.ipynb",
    f"{'long' * 62}.ipynb",
    "empty.ipynb",
    "=1+1.ipynb",
    f"{STEM}.ipynb",
    f"{STEM} (1).ipynb",
    "Mia Moodle_123456_assignsubmission_file_/answers.ipynb",
    f"canvascem_LATE_12346_67891_{STEM}-1.ipynb",
    f"namesake_11111_67892_{STEM}.ipynb",
    f"namesake_22222_67893_{STEM}.ipynb",
]


def notebooks():
    """Return {path in the folder of submissions: notebook}."""
    return {
        f"Zoë Müller/{STEM}.ipynb": solved(NUMBER),
        f"untouched_{STEM}.ipynb": hand_in(NUMBER, {}),
        f"half {STEM} (1).ipynb": hand_in(NUMBER, {ON_PAPER: "loss_on_paper = 2", SECOND: ...}),
        "renamed/07_train_on_mnist.ipynb": solved(NUMBER),
        "edited.ipynb": edited_checks(),
        "no checks.ipynb": without(solved(NUMBER), (SECOND, "check")),
        "no stub.ipynb": without(solved(NUMBER), (SECOND, "stub")),
        "neither.ipynb": without(solved(NUMBER), (SECOND, "stub"), (SECOND, "check")),
        "pasted twice.ipynb": pasted_twice(),
        "stale copy.ipynb": stale_copy(),
        "in part.ipynb": binary(
            "a = 1 / (1 + np.exp(-z)); return -np.log(np.where(y, a, 1 - a)).mean()"
        ),
        "checks first.ipynb.txt": checks_first(),
        "at the end.ipynb": at_the_end(),
        "elsewhere.ipynb": answered_elsewhere(),
        "colab.ipynb": from_colab(solved(NUMBER)),
        "messy.ipynb": messy(),
        "exits.ipynb": binary("import os; os._exit(0)"),
        "crashes.ipynb": binary("import ctypes; ctypes.string_at(0)"),
        "leaves.ipynb": binary("import sys; sys.exit()"),
        "loops.ipynb": binary(SWALLOWING),
        "helped.ipynb": last_cell(HELPED),
        "no colon.ipynb": last_cell("def binary_loss(z, y)\n    return 0"),
        "no colon, colab.ipynb": from_colab(last_cell("def binary_loss(z, y)\n    return 0")),
        "stops.ipynb": last_cell(f"\nlimit = smallest_number\n{answer(NUMBER, BINARY)}"),
        "stops below.ipynb": last_cell(f"{answer(NUMBER, BINARY)}\nbinary_loss(1)"),
        "endless cell.ipynb": last_cell(f"binary_loss = None\n{ENDLESS}"),
        "open.ipynb": hand_in(
            NUMBER,
            {
                ON_PAPER: "# I do not know",
                SECOND: "",
                BINARY: "def binaryloss(z, y):\n    return 0",
            },
        ),
        "half a stub.ipynb": last_cell(
            "def binary_loss(z, y):" + "\n" * 120_000 + "    raise NotImplementedError"
        ),
        "loops above.ipynb": with_cells(solved(NUMBER), ENDLESS),
        "hungry.ipynb": binary("return [np.zeros(10**7) for _ in iter(int, 1)]"),
        "forks.ipynb": with_cells(
            hand_in(NUMBER, dict.fromkeys(NAMES, ...) | {BINARY: WRONG_IN_A_COPY}),
            "import os, subprocess\nsubprocess.Popen(['sleep', '98765'])",
            "import os\npid = os.fork()\nif pid: os.waitpid(pid, 0)",
        ),
        "tells.ipynb": with_cells(solved(NUMBER), TELLING),
        "replaces.ipynb": with_cells(hand_in(NUMBER, {}), REPLACING),
        "odd words.ipynb": with_cells(solved(NUMBER), *WORDS),
        "forges.ipynb": with_cells(hand_in(NUMBER, {}), FORGING),
        "uses the chapter.ipynb": hand_in(NUMBER, {BINARY: USES_THE_CHAPTER}),
        "shadows/answers.ipynb": solved(NUMBER),
        "two/first try.ipynb": solved(NUMBER),
        "two/second try.ipynb": hand_in(NUMBER, {ON_PAPER: ...}),
        "twins/a.ipynb": hand_in(NUMBER, {}),
        "twins/b.ipynb": solved(NUMBER),
        f"12345-67890 - Ben Bright - 11 Nov, 2026 914 PM/{STEM}.ipynb": hand_in(NUMBER, {}),
        f"12345-67890 - Ben Bright - 12 Nov, 2026 914 PM/{STEM}.ipynb": solved(NUMBER),
        "another chapter/02.ipynb": hand_in("02", {}),
        "unknown chapter.ipynb": unknown_chapter(),
        "no exercises.ipynb": nbformat.v4.new_notebook(cells=[new_code_cell("1 + 1")]),
    }


def unknown_chapter():
    notebook = solved(NUMBER)
    for one in notebook.cells:
        if "nbgrader" in one.metadata:
            one.metadata.nbgrader.grade_id = one.metadata.nbgrader.grade_id.replace("03", "77")
    return notebook


def fill(folder):
    """Write what the class hands in."""
    for name, notebook in notebooks().items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(json.dumps(notebook), encoding="utf-8")
    text = json.dumps(solved(NUMBER), ensure_ascii=False)
    (folder / "old.ipynb").write_text(json.dumps(in_the_old_format()), encoding="utf-8")
    (folder / "windows.ipynb").write_bytes(text.encode("cp1252", errors="ignore"))
    (folder / "bytes.ipynb").write_bytes(b"\x81\x8d\x8f" + text.encode("cp1252", errors="ignore"))
    (folder / "not json.ipynb").write_text("print('hello')", encoding="utf-8")
    (folder / "cut off.ipynb").write_text(text[: len(text) // 2], encoding="utf-8")
    for name in EMPTY:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).touch()
    (folder / "odd.ipynb").write_text(odd(), encoding="utf-8")
    (folder / "mark.ipynb").write_bytes(b"\xef\xbb\xbf \n")
    (folder / "deep.ipynb").write_text('{"cells": ' + "[" * 200_000, encoding="utf-8")
    Path(os.fsdecode(os.fsencode(folder) + b"/M\xfcller.ipynb")).touch()
    (folder / "list.ipynb").write_text("[1, 2]", encoding="utf-8")
    (folder / "damaged.ipynb").write_text('{"nbformat": 4, "cells": [7]}', encoding="utf-8")
    (folder / "nothing").mkdir()
    (folder / ".hidden.ipynb").write_text("x", encoding="utf-8")
    (folder / "shadows" / "helpers.py").write_text("raise SystemExit", encoding="utf-8")
    (folder / "shadows" / "numpy.py").write_text("raise SystemExit", encoding="utf-8")
    (folder / "zipped.zip").write_bytes(b"PK")
    (folder / "in a zip").mkdir()
    (folder / "in a zip" / "all.zip").write_bytes(b"PK")
    for older in ("two/first try", f"12345-67890 - Ben Bright - 11 Nov, 2026 914 PM/{STEM}"):
        os.utime(folder / f"{older}.ipynb", (1e9, 1e9))
    for twin in "ab":
        os.utime(folder / "twins" / f"{twin}.ipynb", (1e9, 1e9))
    outside = folder.parent / "outside.ipynb"
    outside.write_text(text, encoding="utf-8")
    (folder / "linked.ipynb").symlink_to(outside)
