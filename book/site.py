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
from coursework.course import ROOT, tags
from helpers import plots

HERE = Path(__file__).parent
PICTURE = re.compile(
    r'<img alt="([^"]*)" width="(\d+)" style="[^"]*" src="data:image/png;base64,([^"]+)">'
)
STILL_STYLE = re.compile(r'<style class="explorer-still">.*?</style>', re.S)
ICONS = re.compile(r"<script[^>]*fontawesome\.js[^>]*></script>")
STILL = "Run this cell in JupyterLab (Shift-Enter)"
LINK = re.compile(r"(?<!!)\[([^\]]*)\]\((?!https?:|#)([^)#\s]+)(#[^)\s]*)?\)")
GROUP = re.compile(r"^# (.+\(chapters? .+\))\n((?:\w.*\n)+)", re.M)


def build(output, chapters, *, course="", lab=False, links=None):
    """Build the site of these chapters into a new folder.

    `course` stands below the title; with `lab` each chapter leads to where it runs in the browser;
    `links` are those of the start page, {words: address}.
    """
    pages, pictures = output / "pages", output / "pictures"
    for folder in pages, pictures:
        folder.mkdir(parents=True)
    for chapter in chapters:
        source = page_of(chapter, chapters, pictures, runs=lab)
        nbformat.write(source, pages / chapter.name)
    (pages / "index.md").write_text(start_page(chapters, course, links or {}), encoding="utf-8")
    (pages / "terms.md").write_text(terms_page(chapters), encoding="utf-8")
    (pages / "symbols.md").write_text(symbols_page(chapters), encoding="utf-8")
    (pages / "helpers.rst").write_text(helpers_page(), encoding="utf-8")
    shutil.copy(ROOT / "picture.png", pictures)
    sphinx(pages, output / "site", course)
    lighten(output / "site")
    shutil.move(pictures, output / "site" / "pictures")
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


def page_of(chapter, chapters, pictures, *, runs):
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
                link = f'<a href="{run}">Run this chapter</a>' if runs else "Run this chapter"
                before, after, note = page.rpartition(STILL)
                before = before.replace(STILL, "Run this chapter")
                output.data["text/html"] = before + (link if after else "") + note
                output.data.pop("image/png", None)
    first = notebook.cells[0]
    title, _, rest = first.source.partition("\n")
    first.source = f"{title}\n\n{where_it_runs(chapter.name, run if runs else '')}\n{rest}"
    return notebook


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


def start_page(chapters, course, links):
    """Return the start page: what the course is, and its chapters."""
    title, words = chaptering.title_of_course()
    rows = [f"| [{c.title}]({c.name}) | {c.minutes} | {c.promise} |" for c in chapters]
    more = " · ".join(f"[{name}]({address})" for name, address in links.items())
    picture = re.search(r"!\[(.+)\]\(picture.png\)\s*\*(.+)\*", (ROOT / "README.md").read_text())
    alt, caption = picture.groups()
    return f"""# {title}

{f'<p class="course">{html.escape(course)}</p>' if course else ""}

{words}

{more}

<img class="picture" alt="{alt}" src="pictures/picture.png" width="700">

*{caption}*

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
    """Return the index of symbols: chapter 00's table, each chapter a link."""
    names = {chapter.number: chapter.name for chapter in chapters}

    def lead(match):
        return f"[{match[0]}]({names[match[0]]})" if match[0] in names else match[0]

    lines = ["# Symbols", "", "| symbol | in code | shape | meaning | chapter |", "|---" * 5 + "|"]
    for *row, chapter in indexes.of_symbols():
        lines.append(f"| {' | '.join([*row, re.sub(r'[0-9]{2}', lead, chapter)])} |")
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
