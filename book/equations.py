"""The course's own equation numbers on the site, with links in both directions.

"(4.3)" in a text or docstring leads to its equation, and below an equation stand the functions and
the other chapters that cite it.
"""

import re
from collections import defaultdict

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms import SphinxTransform

TAG = re.compile(r"\\tag\{([0-9.]+)\}")
CITED = re.compile(r"\((\d+\.\d+)\)")
NOT_PROSE = (nodes.FixedTextElement, nodes.literal, nodes.math, nodes.raw, nodes.reference)


def anchor(title):
    """Return a heading's anchor, as JupyterLab makes it."""
    return title.replace(" ", "-")


class Numbers(SphinxTransform):
    """Keep the numbers that the chapters give, and remember where each equation stands.

    Sphinx puts a formula of several lines into an environment in which a number is an error.
    """

    default_priority = 250

    def apply(self):
        """Go through the page's formulas."""
        for block in self.document.findall(nodes.math_block):
            if match := TAG.search(block.astext()):
                place = f"equation-{match[1].replace('.', '-')}"
                block["ids"].append(place)
                block["nowrap"] = block["no-wrap"] = True
                formula = f"\\begin{{equation}}\n{block.astext().strip()}\n\\end{{equation}}"
                block.children = [nodes.Text(formula)]
                self.env.course_equations[match[1]] = (self.env.docname, place)


def start(app, env, names):
    """Begin with no equation known: every build reads all pages."""
    env.course_equations = {}  # number: (page, anchor)
    env.course_uses = defaultdict(dict)  # number: {words: (page, anchor)}


def citations(page):
    """Yield the text nodes of a page in which equations are cited."""
    for text in page.findall(nodes.Text):
        if CITED.search(text) and not _inside(text, NOT_PROSE):
            yield text


def _inside(node, kinds):
    while node := node.parent:
        if isinstance(node, kinds):
            return node
    return None


def remember_uses(app, page):
    """Note which functions and chapters cite which equations."""
    env = app.env
    for text in citations(page):
        described = _inside(text, addnodes.desc)
        if described:
            signature = described[0]
            words, place = signature["fullname"].rpartition(".")[2], signature["ids"][0]
        elif env.docname[:2].isdigit():
            section = _inside(text, nodes.section)
            words, place = f"chapter {env.docname[:2]}", section["ids"][0]
        else:
            continue
        for number in CITED.findall(text):
            env.course_uses[number].setdefault(words, (env.docname, place))


def keep_together(app, page, name):
    """Leave a comma or a period on the line of the formula before it."""
    for formula in list(page.findall(nodes.math)):
        after = formula.next_node(descend=False, siblings=True)
        mark = re.match(r"[^\s\w(]+", after) if isinstance(after, nodes.Text) else None
        if mark:
            both = nodes.inline("", "", formula, nodes.Text(mark[0]), classes=["formula-end"])
            place = after.parent.index(formula)
            after.parent[place : place + 2] = [both, nodes.Text(after[mark.end() :])]


def link(app, page, name):
    """Make each citation a link to its equation, and let each equation name its citations."""
    known, uses = app.env.course_equations, app.env.course_uses

    def to(place, *content, **options):
        there, mark = place
        address = app.builder.get_relative_uri(name, there) if there != name else ""
        return nodes.reference("", "", *content, refuri=f"{address}#{mark}", internal=True)

    for text in list(citations(page)):
        parts = []
        for words in re.split(r"(\(\d+\.\d+\))", text):
            number = words.strip("()")
            cited = CITED.fullmatch(words) and number in known
            parts.append(to(known[number], nodes.Text(words)) if cited else nodes.Text(words))
        text.parent.replace(text, parts)
    for block in list(page.findall(nodes.math_block)):
        if match := TAG.search(block.astext()):
            own = f"chapter {name[:2]}"
            cited = {words: at for words, at in uses[match[1]].items() if words != own}
            if cited:
                names = sorted(cited, key=lambda words: (words.startswith("chapter "), words))
                line = nodes.paragraph("", "Used in ", classes=["equation-uses"])
                for words in names:
                    line += to(cited[words], nodes.Text(words))
                    line += nodes.Text(", " if words != names[-1] else "")
                block.parent.insert(block.parent.index(block) + 1, line)


def setup(app):
    """Tell Sphinx of all this."""
    app.add_transform(Numbers)
    app.connect("env-before-read-docs", start)
    app.connect("doctree-read", remember_uses)
    app.connect("doctree-resolved", link)
    app.connect("doctree-resolved", keep_together)
    return {"parallel_read_safe": False, "parallel_write_safe": True}
