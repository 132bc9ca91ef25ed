"""Print all chapters as one PDF, with contents, bookmarks, numbered figures, and an index."""

import html
import re
from dataclasses import replace
from pathlib import Path

from nbformat.v4 import new_markdown_cell, new_notebook
from pypdf import PdfReader

from book import chapters as chaptering
from book import indexes
from book.equations import CITED, TAG, anchor
from coursework.course import tags
from coursework.handouts import edition, printing

STYLE = Path(__file__).with_name("paper.css")
HEADING = re.compile(r"<h([1-3])>(.*?)</h\1>", re.S)
# formulas, code, summaries and tags are passed over: no link is wanted in them
PIECE = re.compile(
    r"(\$\$.*?\$\$)|```.*?```|\$[^$\n]+\$|`[^`\n]*`|<summary>.*?</summary>|</?[a-z][^>]*>"
    r"|(\(\d+\.\d+\))",
    re.S,
)
# puts the numbers of the pages where they belong, once they are known
FILL = """pages => document.querySelectorAll("[data-page-of]").forEach((place) => {
    place.textContent = pages[place.dataset.pageOf];
})"""


def build(path, chapters, *, course=""):
    """Print chapters into one PDF; raise RuntimeError if it is not as it should be."""
    title, words = chaptering.title_of_course()
    numbers = {n for c in chapters for cell in c.notebook.cells for n in TAG.findall(cell.source)}
    printed = [on_paper(chapter) for chapter in chapters]
    head, parts, headings = "", [], []
    for chapter in [*printed, *solutions(chapters)]:
        page = printing.to_html(
            new_notebook(cells=[with_links(cell, numbers) for cell in chapter.notebook.cells]),
            title=title,
            course=" · ".join(filter(None, [title, course])),
            solved=True,
        )
        head, _, body = page.partition('<body class="key">')
        body, found = with_anchors(
            body.partition("<main>")[2].partition("</main>")[0], chapter.number
        )
        headings += found
        parts.append(section(chapter.number, chapter.title, body))
    front = [cover(title, course, words), section("contents", "Contents", contents(headings))]
    back = section("index", "Index", index(printed, headings))
    head = head.replace("</head>", f"<style>{STYLE.read_text(encoding='utf-8')}</style></head>")
    page = f'{head}<body class="book"><main>{"".join([*front, *parts, back])}</main></body></html>'
    with printing.chromium() as browser:
        cut, _ = printing.to_pdf(
            browser, page, path, fill=lambda tab: tab.evaluate(FILL, pages(path))
        )
    faults = [f"wider than the page, {words!r}" for words in cut]
    faults += printing.faults(printing.text_of(path), page)
    if faults:
        raise RuntimeError(f"the PDF is not as it should be: {'; '.join(faults)}")


def pages(path):
    """Return the number of the page of each place in a PDF that something leads to."""
    reader = PdfReader(path)
    return {
        name.lstrip("/"): reader.get_destination_page_number(place) + 1
        for name, place in reader.named_destinations.items()
    }


def on_paper(chapter):
    """Return a chapter as it is printed in its place: without solutions."""
    notebook = edition.on_paper(chapter.notebook, solved=False)
    notebook.cells = [cell for cell in notebook.cells if "solutions" not in tags(cell)]
    return replace(chapter, notebook=notebook)


def solutions(chapters):
    """Return the solutions of all chapters as one more chapter; none for students."""
    cells = []
    for chapter in chapters:
        of_this = [
            cell for cell in chapter.notebook.cells if tags(cell) & {"solution", "solutions"}
        ]
        own = [cell for cell in of_this if cell.cell_type == "code" or cell.id.endswith("-title")]
        if own:
            cells += [new_markdown_cell(f"## {chapter.title}"), *own]
    if not cells:
        return []
    notebook = new_notebook(cells=[new_markdown_cell("# Solutions"), *cells])
    return [chaptering.Chapter("solutions", "", notebook)]


def with_links(cell, numbers):
    """Return a cell in which the number of an equation, in prose, leads to the equation."""
    if cell.cell_type == "code":
        return cell

    def piece(match):
        formula, cited = match.groups()
        if formula and (tag := TAG.search(formula)):
            return f'<div id="{place_of(tag[1])}"></div>\n\n{formula}'
        if cited and (number := CITED.match(cited)[1]) in numbers:
            return f"[{cited}](#{place_of(number)})"
        return match[0]

    return new_markdown_cell(PIECE.sub(piece, cell.source), metadata=cell.metadata)


def place_of(number):
    """Return the anchor of an equation."""
    return f"equation-{number.replace('.', '-')}"


def with_anchors(body, number):
    """Return HTML whose headings can be led to, and these: (level, text, anchor)."""
    found = []

    def put(match):
        place = f"{number}-{len(found)}"
        found.append((int(match[1]), match[2], place))
        return f'<h{match[1]} id="{place}">{match[2]}</h{match[1]}>'

    body = HEADING.sub(put, body)
    for _, text, place in found:  # what a chapter leads to by JupyterLab's anchors
        body = body.replace(f'href="#{anchor(text)}"', f'href="#{place}"')
    return body, found


def section(name, title, body):
    """Return a part of the book, which begins on a new page and has its title at the top."""
    quoted = printing.css_string(title)
    return (
        f"<style>@page {_page(name)} {{ @top-right {{ content: {quoted} }} }}</style>"
        f"<section style=\"page: {_page(name)}; --number: '{name.lstrip('0') or '0'}'\">"
        f"{body}</section>"
    )


def _page(name):
    return f"part-{name}"


def cover(title, course, words):
    """Return the title page."""
    course = f"<p class='course'>{html.escape(course)}</p>" if course else ""
    return (
        f"<style>@page cover {{ @top-left {{ content: none }} @top-right {{ content: none }}"
        f" @bottom-center {{ content: none }} }}</style>"
        f"<section class='cover'><p class='title'>{html.escape(title)}</p>{course}"
        f"<p>{html.escape(words)}</p></section>"
    )


def contents(headings):
    """Return the table of contents, down to sections."""
    lines = [
        f'<li class="level-{level}"><a href="#{place}">{text}</a>'
        f'<span class="dots"></span><span data-page-of="{place}">000</span></li>'
        for level, text, place in headings
        if level < 3
    ]
    return f'<h1>Contents</h1><ol class="contents">{"".join(lines)}</ol>'


def index(chapters, headings):
    """Return the index of terms."""
    places = {}
    for _, text, place in headings:
        plain = html.unescape(re.sub("<[^>]*>", "", text))
        places.setdefault((place.partition("-")[0], plain), place)
    lines = []
    for term, found in indexes.of_terms(chapters).items():
        where = [places[chapter.number, re.sub("[`*]", "", title)] for chapter, title in found]
        numbers = ", ".join(f'<a href="#{at}" data-page-of="{at}">000</a>' for at in where)
        lines.append(f"<li>{html.escape(term)} {numbers}</li>")
    return f'<h1>Index</h1><ul class="index">{"".join(lines)}</ul>'
