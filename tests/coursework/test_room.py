"""Hostile submissions: none gets points it has not earned, sees anything, or leaves a trace."""

import os
import re
import socket
import sys
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from student_notebooks import hand_in, solved
from troubled_class import BINARY, NAMES, NUMBER, ON_PAPER, SECOND, binary, with_cells

from coursework.course import ROOT, chapters, read_chapter
from coursework.grading import grade as grading
from coursework.grading import sandbox
from coursework.grading.checker import find_check
from coursework.grading.grade import grade, main, parse
from coursework.grading.limits import Limits
from coursework.grading.room import why_not_locked
from helpers.exercises.frame import Wrong

pytestmark = pytest.mark.slow
locked = pytest.mark.skipif(bool(why_not_locked()), reason=f"no locked room: {why_not_locked()}")
OF = {one.name: one.points for one in read_chapter(chapters()[NUMBER]).exercises}
WRITABLE = [str(ROOT), str(ROOT / "helpers"), str(ROOT / "data"), "/usr", "/tmp", "/"]
LIMITS = Limits(seconds=10, megabytes=1500)

CHEATING = """
import gc, json, sys, types, contextlib
from pathlib import Path
import helpers, numpy.testing
np.random.default_rng = lambda *seed: types.SimpleNamespace(
    normal=lambda *a, size=1, **k: np.zeros(size),
    integers=lambda *a, size=1, **k: np.zeros(size, int))
numpy.testing.assert_allclose = lambda *a, **k: None
for module in list(sys.modules.values()):
    for name in ("expect", "attempt", "judge", "run_check", "check_hardest", "Wrong"):
        with contextlib.suppress(Exception):
            getattr(module, name).__code__ = (lambda *a, **k: None).__code__
for thing in gc.get_objects():
    if type(thing).__name__ == "Channel":
        for answer in range(20):
            thing.send({"answer": answer, "verdict": ["right", ""], "result": ["right", ""],
                        "values": [7.0], "check": 2})
for path in Path(helpers.__path__[0]).parent.rglob("*.ipynb"):
    for cell in json.loads(path.read_text())["cells"]:
        if "solution" in cell["metadata"].get("tags", []):
            exec("".join(cell["source"]), globals())
            hardest, binary_loss = hardest_solution, binary_loss_solution
"""

REFERENCE = "from helpers.exercises.chapter_03 import _hardest as hardest"

SPYING = """
import os, socket, contextlib
from pathlib import Path
found = []
for path in FORBIDDEN:
    if os.path.exists(path):
        found.append(path)
for path in Path("/proc").glob("[0-9]*/environ"):
    with contextlib.suppress(OSError):
        if b"do-not-leak" in path.read_bytes():
            found.append(str(path))
with contextlib.suppress(OSError):
    socket.create_connection(("127.0.0.1", PORT), timeout=1)
    found.append("the network")
for folder in WRITABLE:
    with contextlib.suppress(OSError):
        Path(folder, "canary.txt").write_text("here")
raise RuntimeError(f"found {found}")
"""

BREAKING = [
    "import os, contextlib\nfor descriptor in range(3, 40):\n"
    "    with contextlib.suppress(OSError):\n        os.write(descriptor, b'x')",
    "import subprocess\nsubprocess.Popen(['setsid', 'sleep', '76543'])",
    # only where there is nothing else: in the namespace of this test it would end your session
    "import os, signal\nassert os.readlink('/proc/self/ns/pid') != OUTSIDE\n"
    "for target in (-1, 1, os.getppid()):\n    os.kill(target, signal.SIGKILL)",
    "%%writefile mine.py\ndef two(): return 2",
    "from mine import two\nassert two() == 2",
    "%%bash\nfor i in $(seq 100); do head -c 50000000 /dev/zero > full$i || exit 1; done",
]


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A hostile class and an honest student, graded."""
    folder, output = tmp_path_factory.mktemp("hand-ins"), tmp_path_factory.mktemp("results")
    os.environ["SECRET"] = "do-not-leak"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        places = [folder, output, ROOT / "notebooks", ROOT / "tests", ROOT / "helpers/exercises"]
        places += [ROOT / "coursework/grading/checker.py", "/etc/passwd", Path.home() / ".bashrc"]
        spying = SPYING.replace("PORT", str(listener.getsockname()[1]))
        spying = spying.replace("FORBIDDEN", repr([str(place) for place in places]))
        spying = spying.replace("WRITABLE", repr(WRITABLE))
        outside = repr(os.readlink("/proc/self/ns/pid"))
        breaking = [source.replace("OUTSIDE", outside) for source in BREAKING]
        odd_name = "def hardest(Z, y, k):\n    raise NameError('x', name=['a'])"
        surrogate = "def binary_loss(z, y):\n    raise ValueError('\\ud800')"
        for name, notebook in {
            "cheats": with_cells(hand_in(NUMBER, dict.fromkeys(NAMES, "")), CHEATING),
            "imports": hand_in(NUMBER, {SECOND: REFERENCE}),
            "spies": with_cells(solved(NUMBER), spying),
            "breaks": with_cells(solved(NUMBER), *breaking),
            "odd errors": hand_in(NUMBER, {ON_PAPER: ..., SECOND: odd_name, BINARY: surrogate}),
            "honest": solved(NUMBER),
        }.items():
            nbformat.write(notebook, folder / f"{name}.ipynb")
        grades = grade(folder, NUMBER, output, LIMITS, tell=lambda line: None)
    del os.environ["SECRET"]
    return SimpleNamespace(
        right={
            one.student: {name for name, v in one.verdicts.items() if v.kind == "right"}
            for one in grades
        },
        grades={one.student: one for one in grades},
    )


@locked
@pytest.mark.parametrize(
    ("student", "right"),
    {
        "cheats": set(),
        "imports": set(),
        "spies": set(NAMES),
        "breaks": set(NAMES),
        "odd errors": {ON_PAPER},
        "honest": set(NAMES),
    }.items(),
)
def test_each_has_the_points_that_are_earned(graded, student, right):
    assert graded.right[student] == right


@locked
def test_a_submission_sees_nothing_reaches_no_one_and_writes_nowhere(graded):
    [line] = graded.grades["spies"].remarks
    assert line.endswith("RuntimeError: found []")
    assert not any(Path(folder, "canary.txt").exists() for folder in WRITABLE)


@locked
def test_what_breaks_costs_its_own_cell(graded):
    [line] = graded.grades["breaks"].remarks  # from the disk, which is full
    assert "exit status 1" in line
    assert graded.grades["honest"].remarks == []


@locked
def test_no_process_survives(graded):
    assert not running(b"76543")


@locked
def test_errors_that_no_page_can_hold_are_told(graded):
    sentences = {name: v.sentence for name, v in graded.grades["odd errors"].verdicts.items()}
    assert "stopped with NameError: x" in sentences[SECOND]
    assert r"stopped with ValueError: \ud800" in sentences[BINARY]


def running(argument):
    """Return the processes with this argument."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if argument in path.read_bytes().split(b"\0"):
                found.add(path.parent.name)
        except OSError:
            continue
    return found


def test_without_a_locked_room_it_grades_all_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr(sandbox, "why_not_locked", lambda: "there is none")
    (tmp_path / "class").mkdir()
    telling = "import os\nraise RuntimeError(os.getcwd())"
    for name, notebook in {
        "right": with_cells(solved(NUMBER), telling),
        "wrong": binary("import os; os._exit(3)"),
    }.items():
        nbformat.write(notebook, tmp_path / "class" / f"{name}.ipynb")
    right, wrong = grade(tmp_path / "class", NUMBER, tmp_path / "out", LIMITS, tell=lambda _: None)
    assert {verdict.kind for verdict in right.verdicts.values()} == {"right"}
    folder = re.search(r"RuntimeError: (\S*grading-\S+)", right.remarks[0])[1]
    assert not Path(folder).exists()
    assert "ended Python (exit status 3)" in wrong.verdicts[BINARY].sentence


def test_isolation_can_be_required(tmp_path, monkeypatch):
    monkeypatch.setattr(grading, "why_not_locked", lambda: "a moat is missing")
    arguments = ["grade.py", str(tmp_path), "--chapter=3", "--require-isolation"]
    monkeypatch.setattr(sys, "argv", arguments)
    with pytest.raises(SystemExit, match="no locked room here: a moat is missing"):
        main()


OWN = """
from helpers.exercises.frame import Wrong, exercise

@exercise
def check_hardest(hardest, rng):
    raise Wrong("only this machine knows why")
"""


def test_checks_that_only_this_machine_has_go_first(tmp_path, monkeypatch):
    (tmp_path / "chapter_03.py").write_text(OWN, encoding="utf-8")
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    with pytest.raises(Wrong, match="only this machine knows why"):
        find_check(NUMBER, "check_hardest", str(tmp_path))(None)
    assert find_check(NUMBER, "check_binary_loss", str(tmp_path)).__module__.startswith("helpers")
    monkeypatch.setattr(sys, "argv", ["grade.py", ".", "--chapter=4", f"--checks={tmp_path}"])
    with pytest.raises(SystemExit):
        parse()
