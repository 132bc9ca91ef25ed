"""Build the handouts of a course.

For each chapter: a notebook and a PDF for students, without solutions, and in the folder key/ a
notebook and a PDF for the instructor, with solutions and outputs.
"""

import argparse
import os
import shutil
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat

from coursework.course import all_chapters, read
from coursework.handouts import edition, notes, printing
from helpers.files import print_any_name

CONTENTS = "CONTENTS.txt"
PRINTERS = 2  # Chromiums at a time


def chosen(numbers):
    """Return the paths of the chapters with these numbers, in order; of all, if there are none."""
    there = all_chapters()
    for number in numbers:
        if number.zfill(2) not in there:
            raise ValueError(f"there is no chapter {number}; there are {', '.join(there)}")
    wanted = {number.zfill(2) for number in numbers} or set(there)
    return [path for number, path in there.items() if number in wanted]


def build(output, *, numbers=(), course="", due="", without=(), pdf=True, say=print):
    """Build the handouts into a folder, which then holds nothing else.

    What an earlier run has made of chapters that are not asked for stays in it.

    Parameters
    ----------
    output : path
        Replaced as a whole when all is ready, if it holds nothing but older handouts.
    numbers : sequence of str
        The chapters, such as "03"; empty for all.
    course : str
        Stands in the header, such as "CS 1 · Spring".
    due : str
        Until when to hand in, such as "Friday, 10 am".
    without : sequence of str
        Tags of the cells to leave out.
    pdf : bool
        Whether to print as well.
    say : function
        Called with the name of each chapter that is done, and with what becomes of older files.
    """
    output = Path(output).resolve()
    paths = chosen(numbers)
    sources = {path.name: read(path) for path in paths}
    there = set().union(*map(edition.parts, sources.values()))
    check_parts(without, there)
    check_replaceable(output)
    kept, gone = older(output, paths)
    linkable = {*sources, *(path.name for path in kept)}
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="handouts-", dir=output.parent) as temporary:
        new = Path(temporary, "new")
        (new / "key").mkdir(parents=True)

        def make(name):
            source = edition.with_notes(edition.leave_out(sources[name], without), notes.of(name))
            write(edition.linked(source, linkable), new, name, course, due)
            if pdf:
                try:
                    print_both(source, new, name, course, due)
                except RuntimeError as error:
                    raise RuntimeError(f"{name}: {error}") from error
            say(name)

        with ThreadPoolExecutor(PRINTERS) as pool:
            list(pool.map(make, sources))
        for path in kept:
            shutil.copy2(output / path, new / path)
        files = sorted(str(path.relative_to(new)) for path in new.rglob("*.*"))
        notice = "Handouts. Building them again may replace all of these files:"
        (new / CONTENTS).write_text("\n".join([notice, *files, ""]), encoding="utf-8")
        if output.exists():
            os.replace(output, Path(temporary, "old"))
        os.replace(new, output)
    names = sorted(str(path) for path in kept if path.suffix == ".ipynb" and len(path.parts) == 1)
    if names:
        say(f"kept as they were: {', '.join(names)}")
    for path in gone if not pdf else []:
        say(f"removed, since it shows an older version: {path}")


def check_parts(without, there):
    """Raise ValueError unless all of these tags are tags by which parts can be left out."""
    known = ", ".join(sorted(there)) or "none"
    for tag in without:
        if tag in edition.NEEDED:
            raise ValueError(
                f"no {tag} can be left out by itself; task leaves out whole exercises. "
                f"The tags are: {known}"
            )
        if tag not in there:
            raise ValueError(f"no cell of these chapters is tagged {tag}; the tags are: {known}")


def older(output, paths):
    """Return, relative to a folder, what stays of other chapters, and older PDFs of these."""
    found = sorted(path.relative_to(output) for path in output.rglob("[0-9][0-9]_*.*"))
    asked = {path.name[:2] for path in paths}
    others = all_chapters().keys() - asked
    kept = [path for path in found if path.name[:2] in others]
    return kept, [path for path in found if path.name[:2] in asked and path.suffix == ".pdf"]


def check_replaceable(output):
    """Raise ValueError unless a path is free, an empty folder, or a folder of handouts alone."""
    if not output.exists():
        return
    if not output.is_dir():
        raise ValueError(f"{output} is a file; the handouts need a folder")
    contents = output / CONTENTS
    ours = {CONTENTS, "key"}
    if contents.is_file():
        ours |= {str(Path(line)) for line in contents.read_text(encoding="utf-8").splitlines()}
    found = sorted(str(path.relative_to(output)) for path in output.rglob("*"))
    others = [name for name in found if name not in ours]
    if others:
        raise ValueError(
            f"{output} holds what is no handout and would be lost: {', '.join(others[:5])}"
            f"{' …' if others[5:] else ''}; name another folder, or move it out"
        )


def write(source, folder, name, course, due):
    """Write the student's notebook into a folder, and the key into the folder key/ in it."""
    nbformat.write(edition.student(source, course, due), folder / name)
    nbformat.write(edition.key(source, course), folder / "key" / name)


def print_both(source, folder, name, course, due):
    """Print the student's chapter into a folder, and the key into the folder key/ in it."""
    due = edition.due_in_words(source, due)
    title = source.cells[0].source.partition("\n")[0].lstrip("# ")
    name = Path(name).with_suffix(".pdf")
    size = printing.SIZES[0]
    with printing.chromium() as browser:
        for solved, path, header in (
            (False, folder / name, course),
            (True, folder / "key" / name, edition.key_header(course)),
        ):
            paper = edition.on_paper(source, solved=solved)
            page = printing.to_html(
                paper, title=title, course=header, due=due, solved=solved, size=size
            )
            size = print_page(browser, page, path)


def print_page(browser, page, path):
    """Print an HTML page and return its size; raise RuntimeError if the PDF has a fault."""
    cut, size = printing.to_pdf(browser, page, path)
    found = [f"wider than the page, {words!r}" for words in cut]
    found += printing.faults(printing.text_of(path), page)
    if found:
        raise RuntimeError(f"the PDF is not as it should be: {'; '.join(found)}")
    return size


def add_choice(add):
    """Add the options that choose chapters and parts of them; the book has them, too."""
    add("--chapters", nargs="+", default=[], metavar="NN", help="such as 01 03; all, if not given")
    add(
        "--without",
        nargs="+",
        default=[],
        metavar="TAG",
        help="leave out what carries this tag, such as explore or hint",
    )


def arguments(given=None):
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m coursework.handouts",
        description="Build the handouts of a course: notebooks and PDFs, and the instructor's key.",
    )
    add = parser.add_argument
    add_choice(add)
    add("--course", default="", help="stands in the header")
    add("--term", default="", help="stands in the header, after the course")
    add("--due", default="", help="until when to hand in; stands in the students' notebooks")
    add("--output", default="handouts", help="the folder, %(default)s if not given")
    add("--no-pdf", action="store_true", help="notebooks only")
    return parser.parse_args(given)


def main(given=None):
    """Build what the command line asks for; return the exit status."""
    print_any_name()
    options = arguments(given)
    course, term, due = (" ".join(w.split()) for w in (options.course, options.term, options.due))
    lacks = [] if options.no_pdf else printing.missing()
    try:
        build(
            options.output,
            numbers=options.chapters,
            course=" · ".join(filter(None, [course, term])),
            due=due,
            without=options.without,
            pdf=not (options.no_pdf or lacks),
        )
    except (ValueError, RuntimeError) as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        advice = "make room there, or name another folder with --output"
        print(f"cannot write into {options.output} ({error}); {advice}", file=sys.stderr)
        return 1
    print(f"The handouts are in {options.output}, the key in {Path(options.output, 'key')}.")
    if lacks:
        print("There are no PDFs, for want of", *lacks, sep="\n  ")
    return 0
