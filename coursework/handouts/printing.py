"""Print a notebook to PDF: nbconvert makes HTML, MathJax typesets it, Chromium prints it.

Everything comes from this machine: MathJax from the package jupyter-server-mathjax, since
nbconvert's own template would fetch it from the network, and print raw LaTeX where there is none.
"""

import importlib.util
import os
import re
import shutil
from contextlib import contextmanager
from functools import lru_cache
from io import BytesIO
from pathlib import Path

CHROMIUM = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
)
PACKAGES = ("jupyter-server-mathjax", "nbconvert", "playwright", "pypdf")
MILLISECONDS = 600_000  # a chapter takes three seconds; the book, or a busy machine, longer

RAW_LATEX = ("\\begin{", "$$", "\\tag", "\\frac", "Math Processing Error")
TEMPLATE = Path(__file__).parent / "template"


def find_chromium():
    """Return the path of a Chromium or Chrome on this machine, or None."""
    return next(filter(None, map(shutil.which, CHROMIUM)), None)


def missing():
    """Return, in words, what this machine lacks for printing; an empty list if nothing."""
    lacks = []
    found = {name: importlib.util.find_spec(name.replace("-", "_")) for name in PACKAGES}
    if not all(found.values()):
        names = ", ".join(name for name in PACKAGES if not found[name])
        lacks.append(f"{names}: python -m pip install -e '.[instructor]'")
    if find_chromium() is None:
        lacks.append("Chromium or Chrome: on Debian and Ubuntu, apt install chromium")
    return lacks


def to_html(notebook, *, title, course, due="", solved):
    """Return a chapter from `edition.on_paper` as one HTML page that is laid out for A4.

    Course and title stand at the top of each page, left and right, `due` on a student's first;
    `solved` is for the key.
    """
    import jupyter_server_mathjax
    from nbconvert import HTMLExporter

    mathjax = Path(jupyter_server_mathjax.__file__).parent / "static" / "MathJax.js"
    exporter = HTMLExporter(
        template_name=TEMPLATE.name,
        extra_template_basedirs=[str(TEMPLATE.parent)],
        exclude_anchor_links=True,
    )
    exporter.register_filter("css_string", css_string)
    handout = {"title": title, "course": course, "due": due, "solved": solved}
    handout["mathjax"] = mathjax.as_uri()
    page, _ = exporter.from_notebook_node(notebook, {"handout": handout})
    return page


def css_string(text):
    """Return text as a string in CSS, whatever characters it has."""
    return '"' + re.sub(r'["\\<\n]', lambda match: rf"\{ord(match[0]):x} ", text) + '"'


@contextmanager
def chromium():
    """Start Chromium for `to_pdf`; no page reaches any network from it."""
    from playwright.sync_api import Error, sync_playwright

    arguments = ["--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--no-sandbox")
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find_chromium(), args=arguments)
            try:
                yield browser
            finally:
                browser.close()
    except Error as error:
        raise RuntimeError(f"Chromium could not print it: {error}") from error


def to_pdf(browser, page, path, fill=None):
    """Print an HTML page once its mathematics is typeset; return what does not fit its width.

    That is a list of the beginnings of such lines and formulas. `fill` is called with the page in
    the browser once the PDF is there, such as to put in the numbers of pages; it is printed again.
    """
    html = Path(path).with_suffix(".html").resolve()
    html.write_text(page, encoding="utf-8")
    try:
        tab = browser.new_page()
        tab.set_default_timeout(MILLISECONDS)
        tab.goto(html.as_uri())
        cut = tab.evaluate((TEMPLATE / "typeset.js").read_text(encoding="utf-8"))
        options = {"prefer_css_page_size": True, "tagged": True, "outline": True}
        tab.pdf(path=path, **options)
        if fill:
            fill(tab)
            tab.pdf(path=path, **options)
        tab.close()
    finally:
        html.unlink()
    return cut


def text_of(path):
    """Return the text of a PDF."""
    return _text_of(Path(path).read_bytes())


@lru_cache
def _text_of(data):  # by its content: a file may be printed anew, or moved
    from pypdf import PdfReader

    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(data)).pages)


def faults(text, page):
    """Say what went wrong with the mathematics on the way from HTML to the PDF's text."""
    found = [f"raw LaTeX, {sign!r}" for sign in RAW_LATEX if sign in text]
    words = re.sub(r"<[^>]*>", "", page)
    for number in re.findall(r"\\tag\{([^}]+)\}", words):
        mark = f"({number})"  # stands beside its equation once, and wherever the text refers to it
        if text.count(mark) <= words.count(mark):
            found.append(f"no number {mark} beside an equation")
    return found
