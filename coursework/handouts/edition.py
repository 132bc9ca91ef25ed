"""The editions of a chapter: a student's, an instructor's key, and either of them for paper."""

import copy
import re

from nbformat.v4 import new_markdown_cell

from coursework.course import role, tags

NEEDED = {"stub", "check", "solution"}  # no exercise is complete without them
FOR_TESTS = {"nbval-ignore-output", "timing"}
# on cells that speak of the exercises as a whole, where not every edition has what they speak of
SAYS = {"says-task", "says-count", "says-hint", "says-solution"}

HEADING = re.compile(r"^## ", re.M)
LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(([\w./-]+\.\w+)(#[^)\s]*)?\)")
NOTE = "*On paper: the checks are in the notebook of this chapter{}.*"
HINTS_BELOW = "; the hints stand at the end"
BELOW = "*On paper: hints and answers stand at the end.*"
FIX = re.compile(r"<details><summary>(.*?):.*?</summary>\s*(.*?)</details>", re.S)
FOLD = re.compile(r"<details><summary>.*?</summary>(.*?)</details>", re.S)
TITLE = re.compile(r"#+ (Exercise .+?) \(\d")
POINTS = re.compile(r" \(\d+ points?\)$")
WITH_EXERCISES = re.compile(r"(^\| \*\*Time\*\* \|.*?), about \d+ with pencil and exercises", re.M)

HAND_IN = "Hand in this notebook under its name, after *Restart and Run All*."


def parts(notebook):
    """Return the tags by which parts of a chapter can be left out."""
    return set().union(*map(tags, notebook.cells)) - NEEDED - FOR_TESTS - SAYS


def leave_out(notebook, without):
    """Return a chapter without the cells that carry one of these tags.

    With a task goes its whole exercise, with its last piece of code the section that showed it,
    and with hints what is said of them: what is left to read would speak of something that is not
    there.
    """
    edited, without = copy.deepcopy(notebook), set(without)
    edited.cells = [
        cell for section in _sections(edited.cells) for cell in _left_of(section, without)
    ]
    fewer = without & {"task", "paper"} or _tasks(edited) < _tasks(notebook)
    if fewer:
        edited.cells[0].source = WITH_EXERCISES.sub(r"\1", edited.cells[0].source)
    return _unsay(edited, *without, *["count"] * bool(fewer))


def with_notes(notebook, notes):
    """Return a chapter in which each solution is followed by how to grade it, from `notes.of`.

    Students do not get these cells.
    """
    edited, cells, note = copy.deepcopy(notebook), [], None
    for cell in edited.cells:
        cells.append(cell)
        if role(cell) == "task":
            title = TITLE.match(cell.source)
            note = notes.get(title[1]) if title else None
        elif role(cell) == "solution" and note:
            cells.append(
                new_markdown_cell(
                    f"#### For grading\n\n{note.grading}",
                    id=f"{cell.id[:56]}-grading",  # an id has at most 64 characters
                    metadata={"tags": ["grading"]},
                )
            )
    edited.cells = cells
    return edited


def student(notebook, header="", due=""):
    """Return the notebook that a student gets: no solutions, no outputs, the checks in place.

    The `header` is a line below the title; `due` says until when to hand in a chapter that has
    exercises. Both are plain text, "" to leave them out.
    """
    due = due_in_words(notebook, due)
    to_hand_in = HAND_IN + (f" **{_literal(due)}**" if due else "")
    edited = _with_header(notebook, header, to_hand_in if _tasks(notebook) else "")
    edited.cells = [cell for cell in edited.cells if role(cell) not in ("solution", "grading")]
    for cell in _unsay(edited, "solution").cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return edited


def due_in_words(notebook, due):
    """Return what says until when to hand in, "" where nothing is to be."""
    return f"Due: {due}" if due and _tasks(notebook) else ""


def key(notebook, header=""):
    """Return the instructor's notebook: with outputs, the solutions unfolded."""
    edited = _with_header(notebook, key_header(header))
    for cell in edited.cells:
        if role(cell) == "solution":
            cell.metadata.pop("jupyter", None)
    return edited


def key_header(header):
    """Return the header of an instructor's key."""
    return " · ".join(filter(None, ["Instructor’s key", header]))


def linked(notebook, files):
    """Return a chapter whose links to files lead to these only; of the others, the words stay."""
    edited = copy.deepcopy(notebook)
    for cell in edited.cells:
        if cell.cell_type == "markdown":
            cell.source = LINK.sub(lambda m: m[0] if m[2] in files else m[1], cell.source)
    return edited


def on_paper(notebook, *, solved):
    """Return a chapter as it is printed, for a student or, `solved`, for the instructor.

    A check does nothing on paper. Hints, and what answers a guess or a quest, stand at the end,
    where no eye falls on them by chance. The key is the same, page by page, and after it comes what
    students do not get: solutions, how to grade them, what explorers were asked.
    """
    pages, hints, answers, key = [], [], [], []
    section = title = guess = ""
    noted = {NOTE: False, BELOW: False}

    def note(words, more=""):
        if not noted[words]:
            noted[words] = True
            pages.append(_small(words.format(more)))

    edited = _unsay(linked(notebook, []), "hint", "solution")
    has_hints = any(role(cell) == "hint" for cell in edited.cells)
    for cell in _cut_at_headings(edited.cells):
        part, own = role(cell), tags(cell)
        if cell.cell_type == "markdown" and cell.source.startswith("## "):
            section, guess = cell.source.partition("\n")[0][3:], ""
        if part == "task":
            note(NOTE, HINTS_BELOW if has_hints else "")
            title = POINTS.sub("", cell.source.partition("\n")[0]).lstrip("# ")
        if part == "hint":
            hints.append(f"**{_short(title)}.** {_unfolded(cell.source)}")
        elif part == "solution":
            key += [_heading(title), cell]
        elif part == "grading":
            key.append(cell)
        elif "guess" in own:
            guess = _short(section)
            if FOLD.search(cell.source):
                hints.append(f"**{guess}.** {FOLD.search(cell.source)[1].strip()}")
            cell.source = FOLD.sub("", cell.source).strip()
            pages.append(cell)
            note(BELOW)
            answers.append(_heading(guess))
        elif guess or "fix" in own:
            note(BELOW)
            answers.append(_answer(cell, of_guess=bool(guess)))
        elif "explore" in own and FOLD.search(cell.source):
            key += [_heading(section), _small("\n\n".join(FOLD.findall(cell.source)).strip())]
            cell.source = FOLD.sub("", cell.source).strip()
            if cell.source:
                pages.append(cell)
        elif part != "check":
            pages.append(cell)
    if hints:
        pages += [_small(text if i else f"## Hints\n\n{text}") for i, text in enumerate(hints)]
    if answers:
        pages += [new_markdown_cell("## Answers"), *answers]
    if solved and key:
        pages += [new_markdown_cell("## Key", metadata={"tags": ["key"]}), *key]
    edited.cells = pages
    return edited


def _cut_at_headings(cells):
    """Return the cells, text cut in two where a heading of the second level stands within it."""
    pieces = []
    for cell in cells:
        texts = re.split(r"\n+(?=## )", cell.source) if cell.cell_type == "markdown" else [""]
        if len(texts) == 1:
            pieces.append(cell)
        else:
            pieces += [new_markdown_cell(text, metadata=cell.metadata) for text in texts]
    return pieces


def _answer(cell, *, of_guess):
    """Return what answers a guess, below its heading, or a quest, named in the text."""
    if "fix" in tags(cell) and cell.cell_type == "markdown":
        return _small(FIX.sub(r"\2" if of_guess else r"**\1.** \2", cell.source).strip())
    return cell


def _short(title):
    """Return "Case 1" of the heading "Case 1 · Title"."""
    return title.partition(" · ")[0]


def _heading(text):
    return new_markdown_cell(f"### {text}")


def _unfolded(source):
    return FOLD.sub(lambda match: match[1].strip(), source)


def _tasks(notebook):
    return sum(role(cell) == "task" for cell in notebook.cells)


def _unsay(notebook, *what):
    """Drop, in place, the cells that speak of this."""
    gone = {f"says-{one}" for one in what}
    notebook.cells = [cell for cell in notebook.cells if not tags(cell) & gone]
    return notebook


def _sections(cells):
    """Split cells where a cell has a heading of the second level."""
    sections = [[]]
    for cell in cells:
        if cell.cell_type == "markdown" and HEADING.search(cell.source):
            sections.append([])
        sections[-1].append(cell)
    return sections


def _left_of(section, without):
    kept, exercise_is_out = [], False
    for cell in section:
        out = bool(tags(cell) & without)
        if role(cell) in (None, "task"):
            exercise_is_out = out and role(cell) == "task"
        if not out and not exercise_is_out:
            kept.append(cell)
    had_code, has_code = (
        any(cell.cell_type == "code" and "fix" not in tags(cell) for cell in part)
        for part in (section, kept)
    )
    alone = section and section[0].source.startswith("## ")
    return [] if alone and had_code and not has_code else kept


def _with_header(notebook, header, *lines):
    """Return a tidy copy: what only the tests of the course need is gone from the metadata."""
    edited = copy.deepcopy(notebook)
    for cell in edited.cells:
        kept = [tag for tag in cell.metadata.get("tags", []) if tag not in FOR_TESTS]
        cell.metadata.pop("tags", None)
        if kept:
            cell.metadata.tags = kept
    lines = [f"*{_literal(header)}*" if header else "", *lines]
    below = "".join(f"\n{line}\n" for line in lines if line)
    title, _, rest = edited.cells[0].source.partition("\n")
    edited.cells[0].source = f"{title}\n{below}{rest}"
    return edited


def _literal(text):
    """Return plain text as Markdown that shows it as it is."""
    return re.sub(r"([\\`*_\[\]<>$|~])", r"\\\1", text)


def _small(text):
    """Return a cell that is printed small."""
    return new_markdown_cell(text, metadata={"tags": ["hint"]})
