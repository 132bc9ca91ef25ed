"""Where the chapters speak of what: the terms by section, and the symbols."""

import re
from pathlib import Path

import nbformat

from coursework.course import all_chapters, role

TERMS = Path(__file__).with_name("terms.txt")
HEADING = re.compile(r"^#{1,3} (.+)$", re.M)
NUMBERED = re.compile(r"\$\$((?:(?!\$\$).)*?)\\tag\{([0-9.]+)\}", re.S)
NOTATION = re.compile(r"^\| symbol \|.*?\n((?:\|.*\n?)+)", re.M)
CODE = re.compile(r"^```.*?^```", re.M | re.S)
NO_PROSE = re.compile(r"\$\$.*?\$\$|\$[^$\n]*\$|</?[a-z][^>]*>|\]\([^)]*\)", re.S)


def terms():
    """Return the terms of the index, each with the pattern that finds it in a text."""
    found = {}
    for line in TERMS.read_text(encoding="utf-8").splitlines():
        term, _, sign = line.partition(" | ")
        word = re.escape(sign or term).replace(r"\ ", r"\s+")
        case = "" if (sign or term) != (sign or term).lower() else "(?i:"
        found[term] = re.compile(rf"(?<![\w-]){case}{word}{')' if case else ''}(?:e?s)?(?![\w-])")
    return found


def sections(notebook):
    """Yield the heading of each section of a chapter, and its prose; exercises are left out."""
    title, texts = "", []
    for cell in notebook.cells:
        if cell.cell_type != "markdown" or role(cell):
            continue
        first, *parts = HEADING.split(CODE.sub("", cell.source))
        texts.append(first)
        for heading, text in zip(parts[::2], parts[1::2], strict=True):
            if title:
                yield title, NO_PROSE.sub(" ", "\n".join(texts))
            title, texts = heading, [heading, text]
    yield title, NO_PROSE.sub(" ", "\n".join(texts))


def of_terms(chapters):
    """Return where each term is first spoken of in each chapter, {term: [(chapter, heading), …]}.

    A chapter that explains the term, by printing it bold, says where; else its first section does.
    """
    index = {term: [] for term in terms()}
    for chapter in chapters:
        parts = [
            part
            for part in sections(chapter.notebook)
            if part[0] not in ("Recap", "Exercises", "Solutions")
        ]
        for term, pattern in terms().items():
            bold = re.compile(rf"\*\*{pattern.pattern}[.:]?\*\*")
            for sign in (bold, pattern):
                if place := next((title for title, text in parts if sign.search(text)), None):
                    index[term].append((chapter, place))
                    break
    return {term: places for term, places in sorted(index.items(), key=_by_letter) if places}


def _by_letter(item):
    return item[0].lower()


def of_symbols():
    """Return the rows of chapter 00's table of notation: symbol, code, shape, meaning, chapter."""
    opening = nbformat.read(all_chapters()["00"], as_version=4)
    [table] = [m[1] for cell in opening.cells if (m := NOTATION.search(cell.source))]
    _, *rows = table.strip().splitlines()
    return [[part.strip() for part in row.strip("| ").split(" | ")] for row in rows]


def first_equation(symbols, chapter):
    """Return the number, as in "(2.2)", of the first equation with one of these; "" if none has.

    `symbols` is a cell of the table, such as "$E$, $J$"; the first of them counts most.
    """
    text = "\n".join(cell.source for cell in chapter.notebook.cells)
    for symbol in re.findall(r"\$([^$]+)\$", symbols):
        letters = re.compile(rf"(?<![A-Za-z\\]){re.escape(symbol)}(?![A-Za-z])")
        for formula, number in NUMBERED.findall(text):
            if letters.search(formula):
                return f"({number})"
    return ""
