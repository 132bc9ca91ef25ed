"""The handouts: what students get, what instructors get, and how both are printed."""

import functools
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from tools import missing

from coursework.course import ROOT, all_chapters, read, role, tags
from coursework.handouts import build as handouts
from coursework.handouts import edition, notes, printing

CHAPTERS = list(all_chapters().values())
COURSE, TERM = 'CS_1 "A" <b>', "Spring $1 \\ 2"
HEADER = f"{COURSE} · {TERM}"
DUE = "Friday, 10 *am*"
HEADINGS = ("--course", COURSE, "--term", TERM, "--due", DUE)
# printed here: it takes long, and all are made alike; `make handouts` prints all, and checks each
PAPERS = [CHAPTERS[i] for i in (3, 10)]


@pytest.fixture(params=CHAPTERS, ids=lambda path: path.stem)
def chapter(request):
    return request.param


@pytest.fixture(params=PAPERS, ids=lambda path: path.stem)
def paper(request):
    """A chapter that is printed."""
    return request.param


@dataclass
class Built:
    folder: Path
    printed: bool

    def notebook(self, chapter, folder=""):
        return nbformat.read(self.folder / folder / chapter.name, as_version=4)

    def text(self, chapter, folder=""):
        if not self.printed:
            missing(f"nothing was printed, for want of {'; '.join(printing.missing())}")
        return printing.text_of((self.folder / folder / chapter.name).with_suffix(".pdf"))


@pytest.fixture(scope="session", params=[pytest.param("course", marks=pytest.mark.slow)])
def built(request, tmp_path_factory):
    """Build the handouts of the whole course, in a folder that does not exist yet."""
    output = tmp_path_factory.mktemp(request.param) / "new" / "handouts"
    print_both = handouts.print_both

    def print_few(source, folder, name, *header):
        if name in [paper.name for paper in PAPERS]:
            print_both(source, folder, name, *header)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(handouts, "print_both", print_few)
        assert handouts.main(["--output", str(output), *HEADINGS]) == 0
    return Built(output, not printing.missing())


FOLDERS = ("", "key")  # students' and instructors'


@pytest.fixture
def build(tmp_path):
    """A function that builds notebooks into a folder of its own, as the command line does."""

    def run(*options):
        return handouts.main(["--no-pdf", "--output", str(tmp_path / "out"), *options])

    run.output = tmp_path / "out"
    return run


def source_of(chapter):
    return read(chapter)


def prose(notebook):
    return "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def secrets(chapter):
    """Return the lines of a chapter's solutions that stand nowhere else in it."""
    solutions, others = [], []
    for cell in source_of(chapter).cells:
        (solutions if role(cell) == "solution" else others).append(cell.source)
    lines = {line.strip() for line in "\n".join(solutions).splitlines()}
    public = "\n".join(others)  # a hint may give a line away
    return {line for line in lines if line not in public}


def titles(chapter):
    """Return the heading of each exercise of a chapter, without its points."""
    tasks = [cell.source for cell in source_of(chapter).cells if role(cell) == "task"]
    return [re.match(r"### (.+?) \(\d", task)[1] for task in tasks]


def small(*cells):
    """Return a chapter made for a test: pairs of Markdown or code, and tags."""
    made = []
    for source, *own in cells:
        new = new_code_cell if source.startswith(">>> ") else new_markdown_cell
        made.append(new(source.removeprefix(">>> "), metadata={"tags": own} if own else {}))
    return new_notebook(cells=made)


def test_nothing_else_is_in_the_folder(built):
    for folder, own in [("", {"key", "CONTENTS.txt"}), ("key", set())]:
        expected = {chapter.name for chapter in CHAPTERS} | own
        expected |= {f"{paper.stem}.pdf" for paper in PAPERS if built.printed}
        assert {path.name for path in (built.folder / folder).iterdir()} == expected
    assert os.listdir(built.folder.parent) == ["handouts"]


def test_students_get_no_solution(built, chapter):
    notebook = (built.folder / chapter.name).read_text(encoding="utf-8")
    assert "solution" not in map(role, built.notebook(chapter).cells)
    for line in secrets(chapter):
        assert json.dumps(line, ensure_ascii=False)[1:-1] not in notebook, line


def test_students_print_has_no_solution(built, paper):
    words = "".join(built.text(paper).split())
    for line in secrets(paper):
        assert "".join(line.split()) not in words, line


def test_nothing_prints_a_solution_for_students(chapter):
    cells = edition.on_paper(source_of(chapter), solved=False).cells
    lines = {line.strip() for cell in cells for line in cell.source.splitlines()}
    assert not lines & secrets(chapter)


def as_handed_out(source):
    """Of a link to a file that is not handed out, the words stay."""
    return re.sub(r"\[([^\]]+)\]\(\.\./[^)]+\)", r"\1", source)


def test_students_get_everything_else(built, chapter):
    wanted = [cell for cell in source_of(chapter).cells if role(cell) != "solution"]
    wanted = [cell for cell in wanted if "says-solution" not in tags(cell)]  # in chapter 00
    got = built.notebook(chapter).cells
    assert [cell.id for cell in got] == [cell.id for cell in wanted]
    for cell, original in zip(got[1:], wanted[1:], strict=True):
        assert cell.source == as_handed_out(original.source)
        assert cell.metadata.get("nbgrader") == original.metadata.get("nbgrader")
        assert role(cell) == role(original)


def test_student_notebooks_are_clean(built, chapter):
    notebook = built.notebook(chapter)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
        assert not tags(cell) & {"timing", "nbval-ignore-output"}


def test_the_key_has_open_solutions_and_outputs(built, chapter):
    cells, originals = built.notebook(chapter, "key").cells, source_of(chapter).cells
    cells = [cell for cell in cells if role(cell) != "grading"]
    for cell, original in zip(cells[1:], originals[1:], strict=True):
        assert cell.source == as_handed_out(original.source)
        assert cell.get("outputs") == original.get("outputs")
        if role(cell) == "solution":
            assert "jupyter" not in cell.metadata


def test_the_key_says_how_to_grade_each_exercise(built, chapter):
    cells, said = built.notebook(chapter, "key").cells, notes.of(chapter)
    nbformat.validate(built.notebook(chapter, "key"))
    assert list(said) == titles(chapter)
    for title, cell in zip(said, [c for c in cells if role(c) == "solution"], strict=True):
        grading = cells[cells.index(cell) + 1]
        assert grading.source == f"#### For grading\n\n{said[title].grading}"
        assert "|---|---|" in grading.source
        assert "## Exercise" not in grading.source


def test_only_the_key_says_how_to_grade(built, paper):
    student = (built.folder / paper.name).read_text(encoding="utf-8")
    words, *key = [built.text(paper, folder) for folder in FOLDERS]
    assert [text.count("For grading") for text in key] == [len(titles(paper))] * len(key)
    assert "For grading" not in student + words
    words, *key = ["".join(text.split()) for text in (words, *key)]
    for said in notes.of(paper).values():
        phrase = re.findall(r"[a-z ,]{20,}", said.grading)[-1]
        assert phrase not in student
        assert all(phrase.replace(" ", "") in text for text in key)
        assert phrase.replace(" ", "") not in words


def test_students_are_told_to_hand_in_what_has_exercises(built, chapter):
    line = "Hand in this notebook under its name, after *Restart and Run All*."
    opening = built.notebook(chapter).cells[0].source.splitlines()
    assert (f"{line} **Due: Friday, 10 \\*am\\***" in opening) == bool(titles(chapter))
    assert line not in built.notebook(chapter, "key").cells[0].source


def test_the_header_is_taken_literally(built, chapter):
    line = r'CS\_1 "A" \<b\> · Spring \$1 \\ 2'
    title, _, below, *_ = built.notebook(chapter).cells[0].source.splitlines()
    assert title == source_of(chapter).cells[0].source.splitlines()[0]
    assert below == f"*{line}*"
    assert built.notebook(chapter, "key").cells[0].source.splitlines()[2].endswith(f" · {line}*")


def test_the_header_is_on_every_page(built):
    words = built.text(CHAPTERS[3])
    pages = int(re.search(r"1 of (\d+)", words)[1])
    assert all(f"{page} of {pages}" in words for page in range(1, pages + 1))
    assert words.count(HEADER) == pages
    assert words.count(f"Due: {DUE}") == 1
    key = built.text(CHAPTERS[3], "key")
    assert f"Due: {DUE}" not in key
    assert key.count(f"Instructor’s key · {HEADER}") == int(re.search(r"1 of (\d+)", key)[1])


def test_mathematics_is_typeset(built, paper):
    for words in [built.text(paper, folder) for folder in FOLDERS]:
        for raw in ("\\begin{", "$$", "\\tag", "\\frac", "\\mathrm"):
            assert raw not in words
        for number in re.findall(r"\\tag\{([^}]+)\}", prose(source_of(paper))):
            assert re.search(rf"\({number}\)\s*$", words, re.M), number


def test_exercises_on_paper(built, paper):
    roles = [role(cell) for cell in source_of(paper).cells]
    words, *keys = [built.text(paper, folder) for folder in FOLDERS]
    assert "Not attempted yet" not in "".join([words, *keys])
    for key in keys:
        assert len(re.findall(r"^Solution$", key, re.M)) == roles.count("solution")
    if roles.count("hint"):
        hints = words.partition("\nHints\n")[2]
        assert re.findall(r"^Exercise \d", hints, re.M)[-1] == f"Exercise {roles.count('hint')}"


def test_pages_of_the_key_are_those_of_the_student(built, paper):
    """So that both find a place by its page; what students do not get comes after them."""

    def pages(text):
        """Return what stands on each page but the first, without header and footer."""
        count = re.search(r"1 of (\d+)", text)[1]
        found = re.split(rf"\d+ of {count}\s", text)[2:]
        return ["".join(re.sub(rf".*{re.escape(HEADER)}.*", "", page).split()) for page in found]

    own, all_of_key = (pages(built.text(paper, folder)) for folder in FOLDERS)
    assert own
    assert all_of_key[: len(own)] == own
    assert len(all_of_key) > len(own)


def test_a_student_notebook_runs_in_an_empty_folder(built, tmp_path):
    notebook = built.notebook(CHAPTERS[3])
    where = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(notebook, timeout=300, resources=where).execute()
    checks = [cell for cell in notebook.cells if role(cell) == "check"]
    assert checks
    for cell in checks:
        assert cell.outputs[0].data["text/plain"].startswith("○ Not attempted yet")
    assert os.listdir(tmp_path) == []


def test_paper_speaks_of_hints_only_where_they_are(built, paper):
    for folder in FOLDERS:
        words = built.text(paper, folder)
        introduction = words.partition("\nExercises")[2].partition("\nExercise 1")[0]
        assert introduction
        told = re.findall(r"[^.]*\bhints?\b[^.]*", " ".join(introduction.split()))
        note = "; the hints stand at the end"
        assert [sentence[-len(note) :] for sentence in told] == [note]


def test_without_hints_nothing_speaks_of_them(build):
    assert build("--without", "hint") == 0
    for path in build.output.rglob("*.ipynb"):
        cells = [cell for cell in source_of(path).cells if role(cell) != "grading"]
        text = "\n".join(cell.source for cell in cells)
        if path.name != CHAPTERS[0].name:
            text = text.partition("## Exercises")[2]
            assert text
        assert not re.search(r"\bhints?\b", text, re.I)


def test_with_fewer_exercises_nothing_counts_them(build):
    assert build("--without", "paper") == 0
    for path in build.output.rglob("*.ipynb"):
        notebook = source_of(path)
        text = prose(notebook).partition("\n## Exercises\n")[2].partition("\n### ")[0]
        assert not re.search(r"\b(two|three)\b", text, re.I)
        assert bool(text) == ("task" in map(role, notebook.cells))
    start = prose(source_of(build.output / CHAPTERS[0].name))
    assert "**Exercises.** You write an answer" in start
    opening = source_of(build.output / CHAPTERS[3].name).cells[0].source
    assert "minutes to read |" in opening


def test_without_exercises_nothing_speaks_of_them(build):
    assert build("--chapters", "00", "03", "--without", "task") == 0
    for path in build.output.rglob("*.ipynb"):
        text = prose(source_of(path))
        assert not re.search("exercise|Hand in|For grading", text, re.I)


def test_students_are_promised_no_solution(build):
    assert build("--chapters", "00") == 0
    assert "solution" not in prose(source_of(build.output / CHAPTERS[0].name))
    assert "the solutions are folded at the end" in prose(
        source_of(build.output / "key" / CHAPTERS[0].name)
    )


def test_building_twice_gives_the_same_bytes(build):
    def contents():
        return {path: path.read_bytes() for path in build.output.rglob("*.ipynb")}

    assert build("--chapters", "01", "3") == 0
    first = contents()
    assert build("--chapters", "01", "3") == 0
    assert contents() == first
    assert len(first) == 4


def test_links_lead_to_what_was_handed_out(build):
    def link(title, target):
        return f"[{title}]({target})"

    notebook = small((link("one", "01_a.ipynb#Title") + link("two", "02_b.ipynb"),))
    linked = edition.linked(notebook, {"01_a.ipynb"})
    assert linked.cells[0].source == link("one", "01_a.ipynb#Title") + "two"
    assert build("--chapters", "00", "02") == 0
    for folder in (build.output, build.output / "key"):
        text = prose(nbformat.read(folder / "00_start_here.ipynb", as_version=4))
        assert link("02 · Run the forward pass", "02_run_the_forward_pass.ipynb") in text
        assert "| 03 · Measure the error with cross-entropy |" in text


EXERCISE = [("### Exercise 1 · A", "task"), (">>> a = ...", "stub"), (">>> c(a)", "check")]
EXERCISES = [
    ("# Title",),
    ("Exercises follow.", "says-task"),
    (">>> 1",),
    ("## Explore",),
    (">>> e()", "explore"),
    ("## More",),
    (">>> 2",),
    (">>> f()", "explore"),
    ("## Exercises",),
    ("There are two.", "says-count"),
    ("Hints are folded.", "says-hint"),
    ("Solutions, too.", "says-hint", "says-solution"),
    *EXERCISE,
    ("<details><summary>Hint</summary>\n\nThink.\n\n</details>", "hint"),
    (">>> a = 7", "solution"),
    ("### Exercise 2 · B", "task", "paper"),
    (">>> b = ...", "stub"),
    ("## Recap",),
]


def left(*without):
    return [cell.source for cell in edition.leave_out(small(*EXERCISES), without).cells]


def test_parts_are_left_out_with_what_speaks_of_them():
    everything = left()
    assert len(everything) == len(EXERCISES)
    hint = "<details><summary>Hint</summary>\n\nThink.\n\n</details>"
    for without, gone in {
        "explore": ["## Explore", "e()", "f()"],
        "hint": ["Hints are folded.", "Solutions, too.", hint],
        "paper": ["There are two.", "### Exercise 2 · B", "b = ..."],
        "task": ["Exercises follow.", *everything[8:-1]],
    }.items():
        assert left(without) == [source for source in everything if source not in gone]


ANSWERS = "<details><summary>Answers</summary>\n\n1. To the left.\n\n</details>"


def test_on_paper_only_the_key_answers_what_an_explorer_was_asked():
    asked = ("## Explore\n\n1. Which way?\n\n" + ANSWERS, "explore")
    student, key = (
        sources(edition(small(asked, (">>> e()", "explore")))) for edition in (PAPER, KEY_ON_PAPER)
    )
    assert student == ["## Explore\n\n1. Which way?", "e()"]
    assert key == [*student, "## Key", "### Explore", "1. To the left."]


PAPER = functools.partial(edition.on_paper, solved=False)
KEY_ON_PAPER = functools.partial(edition.on_paper, solved=True)


def test_an_edition_speaks_of_what_it_has(chapter):
    source = source_of(chapter)
    said = [cell for cell in source.cells if tags(cell) & edition.SAYS]
    assert set().union(*map(tags, said)) >= {"says-count", "says-hint"}
    for made, gone in [
        (edition.student(source), {"says-solution"}),
        (edition.key(source), set()),
        (PAPER(source), {"says-hint", "says-solution"}),
        (KEY_ON_PAPER(source), {"says-hint", "says-solution"}),
        (edition.leave_out(source, ["hint"]), {"says-hint"}),
        (edition.leave_out(source, ["paper"]), {"says-count"}),
        (edition.leave_out(source, ["task"]), edition.SAYS),
    ]:
        if chapter != CHAPTERS[0] and "task" not in map(role, made.cells):
            gone = edition.SAYS  # their section goes with them
        expected = [cell.id for cell in said if not tags(cell) & gone]
        assert [cell.id for cell in made.cells if tags(cell) & edition.SAYS] == expected


def sources(notebook):
    return [cell.source for cell in notebook.cells]


def test_hints_come_last_on_paper_and_checks_not_at_all():
    exercises = sources(PAPER(small(*EXERCISES)))[9:]
    assert exercises[0] == "There are two."
    assert exercises[1].startswith("*On paper: ")
    assert exercises[2:] == [
        *("### Exercise 1 · A", "a = ...", "### Exercise 2 · B", "b = ..."),
        *("## Recap", "## Hints\n\n**Exercise 1.** Think."),
    ]


def test_a_key_on_paper_is_the_students_and_then_the_solutions():
    student, key = (sources(edition(small(*EXERCISES))) for edition in (PAPER, KEY_ON_PAPER))
    assert key[: len(student)] == student
    assert key[len(student) :] == ["## Key", "### Exercise 1 · A", "a = 7"]


GUESSES = [
    ("## Case 1 · Lost",),
    (">>> case()",),
    ("**Your guess?**\n\n<details><summary>A hint</summary>\n\nFollow it.\n\n</details>", "guess"),
    (">>> ask(case)",),
    ("<details><summary>Case 1: the fix</summary>\n\nMend it.\n\n</details>", "fix"),
    ("**Lesson.** Look twice.\n\n## Quests\n\n**1.** How few?",),
    ("<details><summary>Quest 1: found</summary>\n\nFive.\n\n</details>", "fix"),
    (">>> five()", "fix"),
    ("## Recap",),
]


def test_quests_stay_where_their_findings_are_left_out():
    left = sources(edition.leave_out(small(*GUESSES), ["fix"]))
    assert left[-2:] == ["**Lesson.** Look twice.\n\n## Quests\n\n**1.** How few?", "## Recap"]


def test_what_answers_a_guess_or_a_quest_comes_last_on_paper():
    assert sources(PAPER(small(*GUESSES))) == [
        *("## Case 1 · Lost", "case()", "**Your guess?**", edition.BELOW),
        *("## Quests\n\n**1.** How few?", "## Recap"),
        "## Hints\n\n**Case 1.** Follow it.",
        *("## Answers", "### Case 1", "ask(case)", "Mend it.", "**Lesson.** Look twice."),
        *("**Quest 1.** Five.", "five()"),
    ]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--chapters", "42"], r"no chapter 42; there are 00, 01, .*09"),
        (
            ["--without", "explorer"],
            "tagged explorer; the tags are: explore, fix, guess, hint, paper, task$",
        ),
        (["--without", "solution"], "no solution can be left out by itself; task leaves out whole"),
        (
            ["--without", "stub"],
            "no stub can be left out by itself; .* explore, fix, guess, hint, paper, task$",
        ),
        (["--without", "check"], "no check can be left out by itself"),
        (["--without", "timing"], "no cell of these chapters is tagged timing"),
    ],
)
def test_what_does_not_exist_is_named(build, capsys, options, message):
    assert build(*options) == 1
    assert re.search(message, capsys.readouterr().err)
    assert not build.output.exists()


def test_a_file_in_the_way(build, capsys):
    build.output.write_text("mine")
    assert build("--chapters", "03") == 1
    assert "out is a file" in capsys.readouterr().err
    assert build.output.read_text() == "mine"


@pytest.mark.parametrize("name", ["03_grades.ipynb", "key/notes.txt"])
def test_what_is_no_handout_is_not_deleted(build, capsys, name):
    assert build("--chapters", "03") == 0
    (build.output / name).write_text("mine")
    before = sorted(build.output.rglob("*"))
    assert build("--chapters", "01") == 1
    assert str(Path(name)) in capsys.readouterr().err
    assert sorted(build.output.rglob("*")) == before


def test_a_folder_that_this_did_not_make_is_not_deleted(build):
    build.output.mkdir()
    (build.output / CHAPTERS[3].name).write_text("a student's work")
    assert build("--chapters", "03") == 1
    assert os.listdir(build.output) == [CHAPTERS[3].name]


def test_chapters_that_are_not_asked_for_stay(build, capsys):
    assert build("--chapters", "01", "02", "--course", "A") == 0
    before = {path: path.read_bytes() for path in build.output.rglob("0[12]_*")}
    assert build("--chapters", "02", "03", "--course", "B") == 0
    assert f"kept as they were: {CHAPTERS[1].name}\n" in capsys.readouterr().out
    after = {path: path.read_bytes() for path in build.output.rglob("*.ipynb")}
    assert len(before) == 4
    assert len(after) == 6
    for path, content in before.items():
        assert (after[path] == content) == path.name.startswith("01")
    listed = (build.output / "CONTENTS.txt").read_text(encoding="utf-8").splitlines()[1:]
    assert listed == sorted(str(path.relative_to(build.output)) for path in after)
    assert build("--chapters", "00") == 0
    assert "](01_turn_images" in prose(source_of(build.output / CHAPTERS[0].name))  # it is beside


def test_a_pdf_that_would_not_match_goes(build, capsys):
    assert build("--chapters", "01", "03") == 0
    for chapter in (CHAPTERS[1], CHAPTERS[3]):
        for folder in (build.output, build.output / "key"):
            (folder / chapter.with_suffix(".pdf").name).write_text("printed")
    files = [*build.output.rglob("*.ipynb"), *build.output.rglob("*.pdf")]
    listed = "\n".join(str(path.relative_to(build.output)) for path in files)
    (build.output / "CONTENTS.txt").write_text(listed)
    assert build("--chapters", "03") == 0
    name = CHAPTERS[3].with_suffix(".pdf").name
    assert f"removed, since it shows an older version: {name}\n" in capsys.readouterr().out
    left = CHAPTERS[1].with_suffix(".pdf").name
    pdfs = sorted(str(path.relative_to(build.output)) for path in build.output.rglob("*.pdf"))
    assert pdfs == [left, f"key/{left}"]


def test_a_whole_course_replaces_what_is_no_chapter_any_more(build):
    assert build("--chapters", "01") == 0
    with open(build.output / "CONTENTS.txt", "a") as file:
        file.write("42_old.ipynb\n")
    (build.output / "42_old.ipynb").write_text("{}")
    assert build("--chapters", "03") == 0
    assert not (build.output / "42_old.ipynb").exists()


def test_a_fault_leaves_the_older_handouts(build, monkeypatch, capsys):
    assert build("--chapters", "01") == 0
    before = sorted(build.output.rglob("*"))

    def fail(*of_the_chapter):
        raise RuntimeError("the PDF is not as it should be: raw LaTeX")

    monkeypatch.setattr(handouts, "print_both", fail)
    monkeypatch.setattr(printing, "missing", list)
    assert handouts.main(["--output", str(build.output), "--chapters", "03"]) == 1
    assert f"{CHAPTERS[3].name}: the PDF is not as it should be" in capsys.readouterr().err
    assert sorted(build.output.rglob("*")) == before
    assert os.listdir(build.output.parent) == ["out"]


def test_without_chromium_there_are_notebooks(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(printing, "CHROMIUM", ("no-such-browser",))
    assert handouts.main(["--output", str(tmp_path / "out"), "--chapters", "03"]) == 0
    assert "no PDFs, for want of\n  Chromium or Chrome: on Debian" in capsys.readouterr().out
    assert len(list((tmp_path / "out").rglob("*.ipynb"))) == 2


def test_without_mathjax_there_are_notebooks(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(printing, "PACKAGES", ("jupyter-server-mathjax-not-here",))
    assert handouts.main(["--output", str(tmp_path / "out"), "--chapters", "03"]) == 0
    message = "jupyter-server-mathjax-not-here: python -m pip install -e '.[instructor]'"
    assert message in capsys.readouterr().out
    assert len(list((tmp_path / "out").rglob("*.ipynb"))) == 2


@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make here")
def test_the_shell_runs_nothing_that_stands_in_a_heading():
    headings = [f'{name}=`id` "x"' for name in ("COURSE", "TERM", "DUE")]
    command = ["make", "--dry-run", "handouts", *headings]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert '--due "$DUE"' in done.stdout
    assert "`id`" not in done.stdout


def test_outside_of_the_environment_one_line_says_what_to_install(tmp_path):
    door = ROOT / "coursework" / "handouts.py"
    command = [sys.executable, "-E", "-S", str(door), "--no-pdf"]  # -S: no packages
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert line == 'nbformat is not installed here: python -m pip install -e ".[instructor]"'
