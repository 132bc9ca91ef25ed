"""The site: links, numbers, search, and what a reader with a phone, or without eyes, has of it."""

import os
import re
from pathlib import Path

import axe_playwright_python
import nbformat
import pytest

import helpers
from book import build, chapters, indexes
from coursework.course import all_chapters, tags

pytestmark = pytest.mark.slow

CHAPTERS = list(all_chapters().values())
PAGES = [f"{path.stem}.html" for path in CHAPTERS]
EVERY_PAGE = bool(os.environ.get("EVERY_PAGE"))  # make test-book
OPENED = [*PAGES, "index.html", "helpers.html", "terms.html"] if EVERY_PAGE else PAGES[4:5]
AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
LIMIT = 3_000_000
FOLDERS = {"_modules"}
OUTSIDE = {"https://www.kaggle.com", "https://arxiv.org"}


def prose(path):
    cells = nbformat.read(path, as_version=4).cells
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    return re.sub(r"<summary>.*?</summary>", "", text)  # no link stands in what opens a fold


# Links


def test_no_link_is_broken(site):
    pages = {
        str(path.relative_to(site.folder)): path.read_text("utf-8")
        for path in site.folder.rglob("*.html")
        if "_static" not in path.parts
    }
    marks = {name: set(re.findall(r'\bid="([^"]+)"', page)) for name, page in pages.items()}
    broken = []
    for name, page in pages.items():
        for target in re.findall(r'<(?:a|img|link|script)\b[^>]*?(?:href|src)="([^"]+)"', page):
            address, _, mark = target.partition("#")
            address = address.partition("?")[0]
            if address.startswith(("http:", "https:", "data:")):
                continue
            there = os.path.normpath(Path(name).parent / address) if address else name
            lost = mark and there in marks and mark not in marks[there]
            if lost or not (site.folder / there).is_file():
                broken.append((name, target))
    assert broken == []


def test_links_leave_the_site_only_where_a_chapter_says_so(site):
    meant = {link for path in CHAPTERS for link in re.findall(r"https?://[^\s)>\"]+", prose(path))}
    for name, page in site.pages().items():
        main = page.partition("<main")[2].partition("</main>")[0]
        assert set(re.findall(r'href="(https?:[^"]+)"', main)) <= meant, name


# Equations


def test_each_number_stands_once_and_each_citation_leads_to_it(site):
    pages = site.pages()
    numbers = {n: path for path in CHAPTERS for n in re.findall(r"\\tag\{(.+?)\}", prose(path))}
    assert len(numbers) > 80
    for number, path in numbers.items():
        place = f"equation-{number.replace('.', '-')}"
        assert pages[f"{path.stem}.html"].count(f'id="{place}"') == 1, number
        for name, page in pages.items():
            for link in re.findall(rf'href="([^"]*)">\({re.escape(number)}\)</a>', page):
                here = name == f"{path.stem}.html"
                assert link == f"{'' if here else f'{path.stem}.html'}#{place}"


def test_no_citation_in_the_prose_is_without_a_link(site):
    for path in CHAPTERS:
        text = indexes.NO_PROSE.sub(" ", indexes.CODE.sub(" ", prose(path)))
        text = re.sub(r"`[^`\n]*`", " ", text)
        cited = re.findall(r"\((\d+\.\d+)\)", text)
        page = site.pages()[f"{path.stem}.html"]
        linked = re.findall(r'href="[^"]*#equation-[^"]*">\((\d+\.\d+)\)</a>', page)
        assert sorted(linked) == sorted(cited), path.stem


def test_an_equation_leads_to_the_functions_that_cite_it(site):
    pages = site.pages()
    for name in helpers.__all__:
        doc = getattr(helpers, name).__doc__
        for cited in re.findall(r"\bEqs?\. ([\d.(), ]+)", doc):
            for number in re.findall(r"\((\d+\.\d+)\)", cited):
                page = next(
                    p for n, p in pages.items() if n.startswith(f"{int(float(number)):02}_")
                )
                place = page.index(f'id="equation-{number.replace(".", "-")}"')
                uses = page[place:].partition('class="equation-uses"')[2].partition("</p>")[0]
                assert f'helpers.html#helpers.{name}"' in uses, (number, name)


def test_no_line_begins_with_the_comma_after_a_formula(site):
    together, formula = '<span class="formula-end">', '<span class="math notranslate nohighlight">'
    for name, page in site.pages().items():
        article = page.partition("<article")[2].partition("</article>")[0]
        assert not re.search(rf"(?<!{together}){formula}[^<]*</span>[.,;:?!]", article), name


# What a chapter shows


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_a_page_has_all_pictures_in_words_and_no_answer_open(site, path):
    page = site.pages()[f"{path.stem}.html"]
    cells = nbformat.read(path, as_version=4).cells
    pictures = re.findall(r"<img\b[^>]*>", page)
    shown = sum("image/png" in o.get("data", {}) for c in cells for o in c.get("outputs", []))
    assert sum("picture" in picture for picture in pictures) == shown
    assert all(re.search(r'alt="[^"]+"', picture) for picture in pictures)
    assert all('loading="lazy"' in picture for picture in pictures if "picture" in picture)
    assert "data:image" not in page
    assert "(Shift-Enter) and move its controls" not in page
    assert "Not attempted yet" not in page
    solutions = sum("solution" in tags(cell) for cell in cells)
    assert page.count("Show the solution") == solutions
    assert not re.search(r"<details[^>]*\bopen\b", page)


def test_terms_and_symbols_are_all_found(site):
    found = indexes.of_terms([chapters.edited(path) for path in CHAPTERS])
    assert set(found) == set(indexes.terms())
    assert len(indexes.of_symbols()) > 20


def test_a_symbol_leads_to_the_first_equation_that_has_it(site):
    rows = site.pages()["symbols.html"].split("<tr")
    for code, name, number in (">W<", PAGES[2], "2.2"), (">learning_rate<", PAGES[5], "5.1"):
        [row] = [row for row in rows if code in row]
        assert f'href="{name}#equation-{number.replace(".", "-")}">({number})</a>' in row


# An edition of a course's own


def test_a_course_has_its_own_book(command, tmp_path):
    options = ["--chapters", "2", "3", "--course", 'CS "1" <b>', "--term", "Spring", "--student"]
    out = tmp_path / "own"
    assert command("site", *options, "--without", "explore", "--output", out) == ""
    pages = {path.name: path.read_text("utf-8") for path in out.glob("[0i]*.html")}
    assert set(pages) == {"index.html", PAGES[2], PAGES[3]}
    assert "CS &quot;1&quot; &lt;b&gt; · Spring" in pages["index.html"]
    for page in pages.values():
        assert not re.search(r"Show the solution|Solution \d|solutions</a>|still picture", page)
    assert "Hint" in pages[PAGES[2]]


def test_nothing_but_a_site_is_replaced(tmp_path, capsys):
    (tmp_path / "thesis.txt").write_text("mine")
    assert build.main(["site", "--output", str(tmp_path)]) == 1
    assert "name another folder" in capsys.readouterr().err
    assert os.listdir(tmp_path) == ["thesis.txt"]


# In a browser


@pytest.fixture
def reader(browser, site):
    """A function that opens a page of the site as a reader does; nothing outside is asked for."""
    contexts, outside = [], []

    def open_page(name, mode="light", width=1300):
        context = browser.new_context(viewport={"width": width, "height": 1000}, color_scheme=mode)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(120_000)
        page.on("request", lambda asked: outside.append(asked.url))
        page.on("pageerror", lambda error: outside.append(str(error)))
        page.goto(f"{site.address}/{name}")
        page.wait_for_function("() => !window.MathJax || window.MathJax.startup?.promise")
        page.evaluate("() => window.MathJax?.startup.promise")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [url for url in outside if not url.startswith((site.address, "data:"))] == []


@pytest.mark.parametrize("name", OPENED)
@pytest.mark.parametrize(("mode", "width"), [("light", 1300), ("dark", 390)])
def test_axe_finds_nothing_serious(reader, name, mode, width):
    page = reader(name, mode, width)
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("async () => (await axe.run({resultTypes: ['violations']})).violations")
    serious = [each for each in found if each["impact"] in ("serious", "critical")]
    assert [(each["id"], each["nodes"][0]["html"]) for each in serious] == []
    assert page.locator("mjx-merror").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    light = page.evaluate(
        """() => performance.getEntriesByType("resource")
            .filter((file) => !file.name.includes("/pictures/"))
            .reduce((sum, file) => sum + file.encodedBodySize, 0)"""
    )
    assert 0 < light < LIMIT


def test_pictures_are_not_dimmed_in_the_dark(reader):
    page = reader(PAGES[2], "dark")
    styles = page.locator("img.picture").evaluate_all(
        """all => all.map((image) => [getComputedStyle(image).filter,
            getComputedStyle(image).backgroundColor,
            getComputedStyle(image.closest(".text_html")).backgroundColor])"""
    )
    assert {tuple(style) for style in styles} == {
        ("none", "rgb(255, 255, 255)", "rgba(0, 0, 0, 0)")
    }


@pytest.mark.parametrize(
    "terms",
    [
        ("softmax overflow", "learning rate", "cross-entropy", "Kaggle", "dropout"),
        ("chain rule", "confusion matrix", "He initialization", "center of mass", "load_mnist"),
    ],
)
def test_search_finds_terms_and_shows_no_raw_tex(reader, terms):
    for term in terms:
        page = reader(f"search.html?q={term}")
        found = page.locator("ul.search li a")
        found.first.wait_for()
        excerpt = page.locator("ul.search p.context")
        excerpt.first.wait_for()
        assert not re.search(r"\\[a-z(\[]", " ".join(excerpt.all_inner_texts()))


def test_a_citation_is_followed_to_its_equation(reader):
    page = reader(PAGES[4])
    link = page.locator(f'a[href^="{PAGES[2]}#equation-"]').first
    number = link.inner_text()
    link.click()
    page.wait_for_url("**/02_*#equation-*")
    page.evaluate("() => window.MathJax.startup.promise")
    place = page.url.rpartition("#")[2]
    assert number.strip("()").replace(".", "-") == place.removeprefix("equation-")
    assert page.locator(f"#{place}").evaluate("e => e.getBoundingClientRect().top") < 1000
