"""Make the book of a course: the site, the course to run in a browser, one PDF."""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from book import chapters as chaptering
from book import paper, site
from book.address import PDF
from coursework.course import read
from coursework.handouts import edition, printing
from coursework.handouts.build import add_choice, check_parts, chosen
from helpers.files import print_any_name

SIGN = "objects.inv"  # Sphinx writes it into every site


def build(output, kinds, *, numbers=(), course="", without=(), student=False, lab=None):
    """Make the book into a folder: a new site replaces the one that is there.

    Parameters
    ----------
    output : path
        Is replaced if it holds a site; a PDF alone is put beside what is there.
    kinds : sequence of str
        "site", "pdf", or both.
    numbers : sequence of str
        The chapters, such as "03"; empty for all.
    course : str
        Stands below the title, such as "CS 1 · Spring".
    without : sequence of str
        Tags of the cells to leave out.
    student : bool
        Whether to leave out the solutions.
    lab : path, "" or None
        Pyodide's distribution, to run the chapters in the browser, "" for the official one; None
        for a site to read only.
    """
    output = Path(output).resolve()
    paths = chosen(numbers)
    check_parts(without, set().union(*(edition.parts(read(path)) for path in paths)))
    check_replaceable(output, kinds)
    chapters = [chaptering.edited(path, without=without, student=student) for path in paths]
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="book-", dir=output.parent) as temporary:
        temporary = Path(temporary)
        if "pdf" in kinds:
            paper.build(temporary / PDF, chapters, course=course)
        if "site" in kinds:
            links = {"The course as one PDF": PDF} if "pdf" in kinds else {}
            megabytes = None
            if lab is not None:
                from book.lab import build as build_lab

                notebooks = {each.name: each.notebook for each in chapters}
                megabytes = build_lab(temporary, lab or None, notebooks)
            made = site.build(temporary, chapters, course=course, links=links, lab=megabytes)
            if lab is not None:
                os.replace(temporary / "lab", made / "lab")
            if output.exists():
                os.replace(output, temporary / "old")
            os.replace(made, output)
        if "pdf" in kinds:
            output.mkdir(exist_ok=True)
            os.replace(temporary / PDF, output / PDF)


def check_replaceable(output, kinds):
    """Raise ValueError unless a path is free, an empty folder, or a site (for a new site)."""
    if output.is_file():
        raise ValueError(f"{output} is a file; the book needs a folder")
    others = output.exists() and any(path.name != PDF for path in output.iterdir())
    if "site" in kinds and others and not (output / SIGN).exists():
        raise ValueError(
            f"{output} holds what is no site and would be lost; name another folder with --output"
        )


def arguments(given=None):
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m book", description="Make the book: the course as a website and as one PDF."
    )
    add = parser.add_argument
    add("kinds", nargs="+", choices=["site", "pdf"], help="what to make; one or both")
    add_choice(add)
    add("--course", default="", help="stands below the title")
    add("--term", default="", help="stands below the title, after the course")
    add("--student", action="store_true", help="leave out the solutions")
    add(
        "--lab",
        nargs="?",
        const="",
        metavar="PYODIDE",
        help="let readers run the chapters in the browser: with the Pyodide in this folder, or, if "
        "none is named, with the official one, which is fetched",
    )
    add("--output", default="site", help="the folder, %(default)s if not given")
    return parser.parse_args(given)


def main(given=None):
    """Make what the command line asks for; return the exit status."""
    print_any_name()
    options = arguments(given)
    lacks = printing.missing() if "pdf" in options.kinds else []
    if lacks:
        print("The PDF cannot be made, for want of", *lacks, sep="\n  ", file=sys.stderr)
        return 1
    course, term = (" ".join(words.split()) for words in (options.course, options.term))
    try:
        build(
            options.output,
            options.kinds,
            numbers=options.chapters,
            course=" · ".join(filter(None, [course, term])),
            without=options.without,
            student=options.student,
            lab=options.lab,
        )
    except (ValueError, RuntimeError) as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        advice = "make room there, or name another folder with --output"
        print(f"cannot write into {options.output} ({error}); {advice}", file=sys.stderr)
        return 1
    made = Path(options.output, "index.html" if "site" in options.kinds else PDF)
    print(f"The book is ready: open {made}")
    return 0
