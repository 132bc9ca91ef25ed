"""The page that a student gets back: what is right, what is not yet, and why."""

import base64
import html
import io
import re

import matplotlib
from matplotlib.font_manager import FontProperties
from matplotlib.mathtext import math_to_image

from helpers.exercises.frame import SIGNS

MARK = '<meta name="generator" content="coursework/grade.py">'  # a page without it is not ours
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 42em; margin: 2em auto; padding: 0 1em;
       color: #1a1a1a; background: #ffffff; }
h1 { font-size: 1.4em; margin-bottom: 0; }
h2 { font-size: 1.1em; margin: 0; }
section { border: 1px solid #cccccc; border-left-width: 6px; padding: .7em 1em; margin: 1em 0; }
.right { border-left-color: #009E73; } .wrong { border-left-color: #D55E00; }
.open { border-left-color: #595959; }
p { margin: .4em 0; white-space: pre-wrap; overflow-wrap: anywhere; }
summary { cursor: pointer; }
img.display { display: block; margin: .6em auto; max-width: 100%; }
code { font-size: .9em; background: #f2f2f2; padding: 0 .2em; }
"""
FORMULA = re.compile(r"\$\$(.+?)\$\$|\$(.+?)\$", re.S)
MATPLOTLIB = [  # what its formulas call otherwise
    (r"\\tfrac", r"\\frac"),
    (r"\\frac(\d)(\d)", r"\\frac{\1}{\2}"),
    (r"\\[lr]vert", "|"),
]
FOLD = re.compile(r"<details>\s*<summary>.*?</summary>(.*)</details>", re.S)


def page(student, chapter, verdicts, remarks):
    """Return a student's feedback as a page of HTML that needs no other file.

    `verdicts` maps the names of exercises to `Verdict`s; `remarks` say what else the student should
    know: which file was graded, where the notebook stopped.
    """
    parts = [_section(exercise, *verdicts[exercise.name]) for exercise in chapter.exercises]
    earned, total = points(chapter, verdicts)
    if remarks:
        lines = "".join(f"<li>{_text(remark)}</li>" for remark in remarks)
        parts.append(f"<h2>About your notebook</h2>\n<ul>{lines}</ul>")
    title = f"{html.escape(student)}: {html.escape(chapter.title)}"
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width">\n<title>{title}</title>\n{MARK}\n'
        f"<style>{STYLE}</style>\n</head>\n<body>\n<h1>{html.escape(chapter.title)}</h1>\n"
        f"<p>{html.escape(student)} · <strong>{earned} of {total} points</strong></p>\n"
        + "\n".join(parts)
        + "\n</body>\n</html>\n"
    )


def points(chapter, verdicts):
    """Return the points earned and the points there are."""
    right = [e.points for e in chapter.exercises if verdicts[e.name].kind == "right"]
    return sum(right), sum(exercise.points for exercise in chapter.exercises)


def _section(exercise, kind, sentence):
    sign, word, _ = SIGNS[kind]
    earned = exercise.points if kind == "right" else 0
    of = f"{exercise.points} point{'s' * (exercise.points != 1)}"
    lines = [
        f'<section class="{kind}">',
        f"<h2>{html.escape(exercise.title)}</h2>",
        f"<p><strong>{sign} {word.rstrip(':.')}</strong> · {earned} of {of}</p>",
    ]
    if sentence:
        if re.match(r"[a-z]+ ", sentence):  # a word, not the name of a function
            sentence = sentence[0].upper() + sentence[1:]
        lines.append(f"<p>{_text(sentence)}</p>")
    if kind != "right":
        hint = FOLD.search(exercise.hint)
        words = (hint[1] if hint else exercise.hint).strip()
        lines.append(f"<details><summary>Hint</summary><p>{_text(words)}</p></details>")
    return "\n".join([*lines, "</section>"])


def _text(text):
    """Return Markdown's code, emphasis and formulas as HTML; the rest as it is."""
    pieces, end = [], 0
    for match in re.finditer(r"`[^`]+`|" + FORMULA.pattern, text, re.S):
        pieces.append(_emphasis(text[end : match.start()]))
        if match[0].startswith("`"):
            pieces.append(f"<code>{html.escape(match[0][1:-1])}</code>")
        else:
            pieces.append(_formula(match[1] or match[2], display=bool(match[1])))
        end = match.end()
    return "".join(pieces) + _emphasis(text[end:])


def _emphasis(text):
    text = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", html.escape(text, quote=False))
    return re.sub(r"\*(\S[^*]*?)\*", r"<em>\1</em>", text)


def _formula(tex, *, display):
    """Return a picture of a formula, with its TeX as the words for it; or the TeX alone."""
    picture = io.BytesIO()
    known = " ".join(tex.split())
    for pattern, replacement in MATPLOTLIB:
        known = re.sub(pattern, replacement, known)
    try:
        with matplotlib.rc_context({"svg.hashsalt": "the same each time"}):
            depth = math_to_image(f"${known}$", picture, FontProperties(size=12), 72, "svg")
    except ValueError:  # Matplotlib does not know all of TeX
        return f"<code>{html.escape(tex.strip())}</code>"
    undated = re.sub(rb"<metadata>.*?</metadata>", b"", picture.getvalue(), flags=re.S)
    data = base64.b64encode(undated).decode()
    kind = 'class="display"' if display else f'style="vertical-align: {-depth:.1f}px"'
    return f'<img {kind} alt="{html.escape(tex.strip())}" src="data:image/svg+xml;base64,{data}">'
