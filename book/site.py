"""Write the pages of the site from the chapters, and let Sphinx make the site of them."""

import base64
import html
import inspect
import io
import re
import shutil
import struct
from pathlib import Path

import nbformat

import helpers
from book import address, indexes
from book import chapters as chaptering
from book.equations import anchor
from coursework.course import all_chapters, read, tags
from helpers import plots, save_params
from helpers.explorers.ch09_drawing import trained_on_mnist
from helpers.explorers.explorer import HOW_TO_MAKE_IT_LIVE

HERE = Path(__file__).parent
PICTURE = re.compile(
    r'<img alt="([^"]*)" width="(\d+)" style="[^"]*" src="data:image/png;base64,([^"]+)">'
)
STILL_STYLE = re.compile(r'<style class="explorer-still">.*?</style>', re.S)
ICONS = re.compile(r"<script[^>]*fontawesome\.js[^>]*></script>")
STILL = re.search(r"In JupyterLab .+\(Shift-Enter\)", HOW_TO_MAKE_IT_LIVE)[0]
NETWORK = "network.npz"  # of the pad, where static/live-worker.js finds it
PAD = "explorers.drawing_pad(reader)"
LINK = re.compile(r"(?<!!)\[([^\]]*)\]\((?!https?:|#)([^)#\s]+)(#[^)\s]*)?\)")
GROUP = re.compile(r"^# (.+\(chapters? .+\))\n((?:\w.*\n)+)", re.M)


def build(output, chapters, *, course="", lab=None, links=None):
    """Build the site of these chapters into a new folder.

    `course` stands below the title; `lab` is how many MB a visitor loads of the course that runs in
    the browser, None if it does not; `links` are those of the start page, {words: address}.
    """
    pages, pictures = output / "pages", output / "pictures"
    for folder in pages, pictures:
        folder.mkdir(parents=True)
    for chapter in chapters:
        source = page_of(chapter, chapters, pictures, lab=lab)
        nbformat.write(source, pages / chapter.name)
    start = start_page(chapters, course, links or {}, first_click(chapters, pictures, lab))
    (pages / "index.md").write_text(start, encoding="utf-8")
    (pages / "terms.md").write_text(terms_page(chapters), encoding="utf-8")
    (pages / "symbols.md").write_text(symbols_page(chapters), encoding="utf-8")
    (pages / "helpers.rst").write_text(helpers_page(), encoding="utf-8")
    sphinx(pages, output / "site", course)
    lighten(output / "site")
    shutil.move(pictures, output / "site" / "pictures")
    if lab is not None:
        save_params(output / "site" / "_static" / NETWORK, trained_on_mnist())
    return output / "site"


def sphinx(pages, site, course):
    """Run Sphinx; raise RuntimeError with its warnings if there are any."""
    from sphinx.application import Sphinx

    warnings = io.StringIO()
    title = " · ".join(filter(None, ["Neural network from scratch", course]))
    app = Sphinx(
        pages,
        HERE,
        site,
        pages.parent / "doctrees",
        "html",
        confoverrides={"html_title": title},
        status=None,
        warning=warnings,
    )
    app.build()
    if warnings.getvalue():
        raise RuntimeError(f"the site is not as it should be:\n{warnings.getvalue()}")


def lighten(site):
    """Take away what no reader needs: the theme's icons come a second time, as a large script."""
    for path in site.rglob("*.html"):
        page = path.read_text(encoding="utf-8")
        path.write_text(ICONS.sub("", page), encoding="utf-8")
    for path in {*site.rglob("*.map"), *site.rglob("fontawesome.js*")}:
        path.unlink()


# The chapters


def page_of(chapter, chapters, pictures, *, lab):
    """Return a chapter's notebook as its page shows it; its pictures go into a folder."""
    notebook = nbformat.from_dict(chapter.notebook)
    run = f"lab/index.html?path={chapter.name}"
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = linked(cell.source, {other.name for other in chapters})
            continue
        if "solution" in tags(cell):
            cell.metadata.tags.append("hide-input")
            cell.metadata.mystnb = {
                "code_prompt_show": "Show the solution",
                "code_prompt_hide": "Hide the solution",
            }
        if tags(cell) & {"check", "solution"}:
            cell.outputs = []  # nobody has tried yet
        for number, output in enumerate(cell.outputs):
            page = output.get("data", {}).get("text/html")
            if page:
                name = f"{chapter.number}-{cell.id}-{number}"
                page = in_files(STILL_STYLE.sub("", page), pictures, name)
                if STILL in page:
                    page = still(page, live_code(cell), run, lab)
                output.data["text/html"] = page
                output.data.pop("image/png", None)
    first = notebook.cells[0]
    title, _, rest = first.source.partition("\n")
    first.source = f"{title}\n\n{where_it_runs(chapter.name, '' if lab is None else run)}\n{rest}"
    return notebook


def still(page, code, run, lab):
    """Return a still picture as its page shows it: `code` makes it live there, `run` elsewhere."""
    before, _, note = page.rpartition(STILL)
    before = before.replace(STILL, "Run this chapter")
    if lab is None:
        return f"{before}Run this chapter{note}"
    page = f'{before}<a href="{run}">Run this chapter</a>{note}'
    return f"<div {live(code, lab)}>{page}</div>" if code else page


def live(code, lab):
    """Return what tells live.js which explorer a still picture is of, and what it loads."""
    return f'data-explorer="{html.escape(code)}" data-megabytes="{lab}"'


def live_code(cell):
    """Return the code of an explorer that needs nothing of what the chapter has computed, or ""."""
    code = cell.source.rstrip().rpartition("\n")[2]
    if code == "explorers.drawing_pad(reader)":
        return f"explorers.drawing_pad(load_params('{NETWORK}'))"  # the same network
    return code if code.endswith("()") else ""


def where_it_runs(name, here):
    """Return the line of a page that leads to where the chapter runs: `here`, and elsewhere."""
    places = [f'<a class="button" href="{here}">Run this chapter</a>'] if here else []
    if repository := address.of_repository():
        for service, there in address.elsewhere(repository, name).items():
            places.append(f'<a href="{there}">{service}</a>')
        places.append(f"in Colab, begin with <code>%pip install git+{repository}</code>")
    return f'<p class="run">{" · ".join(places)}</p>' if places else ""


def linked(source, names):
    """Return Markdown whose links lead to chapters of the book, or to the code of `helpers`."""

    def lead(match):
        words, target, mark = match.groups()
        if target in names:
            return match[0]
        if found := re.fullmatch(r"\.\./helpers/(\w+)\.py", target):
            return f'<a href="_modules/helpers/{found[1]}.html">{words}</a>'
        return words

    return LINK.sub(lead, source)


def in_files(page, folder, name):
    """Return HTML whose pictures are files in a folder, read when they are scrolled to."""
    count = 0

    def put(match):
        nonlocal count
        alt, width, data = match.groups()
        png = base64.b64decode(data)
        file = f"{name}-{count}.png"
        (folder / file).write_bytes(png)
        wide, high = struct.unpack(">II", png[16:24])
        count += 1
        return (
            f'<img class="picture" alt="{alt}" width="{width}" '
            f'height="{round(int(width) * high / wide)}" loading="lazy" src="pictures/{file}">'
        )

    return PICTURE.sub(put, page)


# The other pages


def first_click(chapters, pictures, lab):
    """Return the pad to draw on, as a still picture that can be made live if there is a `lab`."""
    path = all_chapters()["09"]
    [cell] = [cell for cell in read(path).cells if cell.source.endswith(PAD)]
    page = in_files(STILL_STYLE.sub("", cell.outputs[-1].data["text/html"]), pictures, "pad")
    picture = re.sub(r"\nThis is a still picture[^\"]*", "", page.partition("<p>")[0])
    words = "A drawing is cropped, scaled, centered, and read by a network that the course trains."
    if lab is not None:
        words += " Make the picture live, and draw a digit of your own."
        picture = f"<div {live(live_code(cell), lab)}>{picture}</div>"
    elif path.name in {chapter.name for chapter in chapters}:
        words += f" In [chapter 09]({path.name}) you draw digits of your own."
    return f"## Draw a digit\n\n{words}\n\n{picture}"


def start_page(chapters, course, links, pad):
    """Return the start page: what the course is, a pad to draw on, and the chapters."""
    title, words = chaptering.title_of_course()
    rows = [f"| [{c.title}]({c.name}) | {c.minutes} | {c.promise} |" for c in chapters]
    more = " · ".join(f"[{name}]({address})" for name, address in links.items())
    return f"""# {title}

{f'<p class="course">{html.escape(course)}</p>' if course else ""}

{words}

{more}

{pad}

| chapter | minutes | |
|---|---|---|
{chr(10).join(rows)}

```{{toctree}}
:hidden:
:caption: Chapters

{chr(10).join(c.page for c in chapters)}
```

```{{toctree}}
:hidden:
:caption: To look up

symbols
terms
helpers
```
"""


def terms_page(chapters):
    """Return the index of terms."""
    lines, letter = ["# Terms", "", "Each number leads to the section of that chapter."], ""
    for term, places in indexes.of_terms(chapters).items():
        if term[0].upper() != letter:
            letter = term[0].upper()
            lines += ["", f"## {letter}", ""]
        at = [f"[{chapter.number}](<{chapter.name}#{mark(title)}>)" for chapter, title in places]
        lines.append(f"- {term}: {', '.join(at)}")
    return "\n".join(lines)


def mark(title):
    """Return the anchor of a heading as it is written: formulas do not count."""
    return anchor(re.sub(r"[`*]|\$[^$]*\$", "", title))


def symbols_page(chapters):
    """Return the index of symbols: chapter 00's table, with links to chapters and equations."""
    known = {chapter.number: chapter for chapter in chapters}
    lines = ["# Symbols", "", "| symbol | in code | shape | meaning | chapter |", "|---" * 5 + "|"]
    for symbols, *row, numbers in indexes.of_symbols():

        def lead(match, symbols=symbols):
            if match[0] not in known:
                return match[0]
            chapter = known[match[0]]
            number = indexes.first_equation(symbols, chapter)  # becomes a link as all of them do
            return f"[{match[0]}]({chapter.name}) {number}"

        lines.append(f"| {' | '.join([symbols, *row, re.sub('[0-9]{2}', lead, numbers)])} |")
    return "\n".join(lines)


def helpers_page():
    """Return the page of `helpers`: its public functions, in the groups of its door."""
    lines = ["Functions", "=========", "", helpers.__doc__.partition("\n\n")[0], ""]
    for title, code in GROUP.findall(inspect.getsource(helpers)):
        title = title[0].upper() + title[1:]
        lines += [title, "-" * len(title), ""]
        for name in re.findall(r"^(\w+) =", code, re.M):
            kind = "class" if inspect.isclass(getattr(helpers, name)) else "function"
            lines += [f".. auto{kind}:: helpers.{name}", "   :members:" * (kind == "class"), ""]
    lines += ["Pictures", "--------", "", "In ``helpers.plots``.", ""]
    for name in plots.__all__:
        if inspect.isfunction(getattr(plots, name)):
            lines += [f".. autofunction:: helpers.plots.{name}", ""]
    return "\n".join(lines)
