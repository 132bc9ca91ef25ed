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

SIZES = (1, 0.985, 0.97, 0.955, 0.94)
ALMOST_EMPTY = 0.25  # of the height of a page
TOP, BOTTOM = 62, 55  # margins in points, as in print.css

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


def to_html(notebook, *, title, course, due="", solved, size=SIZES[0]):
    """Return a chapter from `edition.on_paper` as one HTML page that is laid out for A4.

    Course and title stand at the top of each page, left and right, `due` on a student's first;
    `solved` is for the key; a `size` below 1 makes all of it smaller.
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
    handout |= {"mathjax": mathjax.as_uri(), "size": size}
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
    """Print an HTML page once its mathematics is typeset.

    Return what does not fit its width, a list of the beginnings of such lines and formulas, and the
    size: of several that differ little, the first with which the last page is not almost empty. In
    a key only what comes after the student's pages changes.

    `fill` is called with the page in the browser once the PDF is there, such as to put in the
    numbers of pages; then it is printed again, in the size that it has.
    """
    html = Path(path).with_suffix(".html").resolve()
    html.write_text(page, encoding="utf-8")
    try:
        tab = browser.new_page()
        tab.set_default_timeout(MILLISECONDS)
        tab.goto(html.as_uri())
        cut = tab.evaluate((TEMPLATE / "typeset.js").read_text(encoding="utf-8"))
        name = "--key-size" if tab.query_selector(".celltag_key") else "--size"
        used = {}
        for last in SIZES[:1] if fill else SIZES:
            used[last] = _print(tab, path, name, last)
            if used[last] > ALMOST_EMPTY:
                break
        size = max(used, key=used.get)
        if fill:
            fill(tab)
        if fill or size != last:
            _print(tab, path, name, size)
        tab.close()
    finally:
        html.unlink()
    return cut, size


def _print(tab, path, name, size):
    """Print with this size; return how much of the last page is used, from 0 to 1."""
    tab.evaluate(f"document.documentElement.style.setProperty('{name}', '{size}')")
    tab.pdf(path=path, prefer_css_page_size=True, tagged=True, outline=True)
    return last_page_use(path)


def last_page_use(path):
    """Return how far down the text and the pictures of a PDF's last page reach, from 0 to 1."""
    from pypdf import PdfReader

    page = PdfReader(path).pages[-1]
    bottom, top = BOTTOM, float(page.mediabox.height) - TOP
    lowest = [top]

    def note(height):
        if bottom < height < top:  # no header or footer
            lowest.append(height)

    def text(words, cm, tm, *font):
        if words.strip():
            note(tm[4] * cm[1] + tm[5] * cm[3] + cm[5])

    def picture(operator, operands, cm, tm):
        if operator == b"Do":
            note(min(cm[5], cm[3] + cm[5]))

    page.extract_text(visitor_text=text, visitor_operand_before=picture)
    return (top - min(lowest)) / (top - bottom)


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
