"""The page that a student gets back: what is right, what is not yet, and why."""

import base64
import functools
import html
import io
import re
import zipfile

import matplotlib
from matplotlib.font_manager import FontProperties
from matplotlib.mathtext import math_to_image

from coursework.grading.names import file_names
from helpers.exercises.frame import SIGNS, join
from helpers.files import replacing

MARK = '<meta name="generator" content="coursework/grade.py">'  # a page without it is not ours
KINDS = SIGNS | {"failed": ("–", "Could not be graded", "#595959")}
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 42em; margin: 2em auto; padding: 0 1em;
       color: #1a1a1a; background: #ffffff; }
h1 { font-size: 1.4em; margin-bottom: 0; }
h2 { font-size: 1.1em; margin: 0; }
section { border: 1px solid #cccccc; border-left-width: 6px; padding: .7em 1em; margin: 1em 0; }
.right { border-left-color: #009E73; } .part { border-left-color: #0072B2; }
.wrong { border-left-color: #D55E00; }
.open, .failed { border-left-color: #595959; }
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


def page(grade, chapter):
    """Return a student's feedback as a page of HTML that needs no other file."""
    parts = [_section(grade, exercise) for exercise in chapter.exercises]
    if grade.paper:
        points, of, remark = grade.paper
        lines = ["<section>", "<h2>On paper</h2>", f"<p>{points:g} of {of:g} points</p>"]
        parts.append("\n".join([*lines, f"<p>{_text(remark)}</p>" * bool(remark), "</section>"]))
    if remarks := [remark for remark in grade.remarks if remark not in grade.told]:
        lines = "".join(f"<li>{_text(remark)}</li>" for remark in remarks)
        parts.append(f"<h2>About your notebook</h2>\n<ul>{lines}</ul>")
    title = f"{html.escape(grade.student)}: {html.escape(chapter.title)}"
    earned, total = grade.total(chapter)
    late = f" · {grade.late}, {grade.percent_off:g}% off" if grade.percent_off else ""
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width">\n<title>{title}</title>\n{MARK}\n'
        f"<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{html.escape(chapter.title)}</h1>\n"
        f"<p>{html.escape(grade.student)} · <strong>{earned:g} of {total:g} points</strong>"
        f"{late}</p>\n" + "\n".join(parts) + "\n</main>\n</body>\n</html>\n"
    )


def zipped(path, grades, pages):
    """Write the pages, {student: HTML}, into a zip as Moodle and Canvas take it back.

    They know whose a page is by the name under which they gave out what was handed in.
    """
    with replacing(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        names = file_names(pages)
        for one in grades:
            if one.student in pages:
                page = zipfile.ZipInfo(_for_site(one) or f"{names[one.student]}.html")
                text = pages[one.student].encode("utf-8", "backslashreplace")
                archive.writestr(page, text, zipfile.ZIP_DEFLATED)


def _for_site(one):
    """Return the name by which the course site finds the student, "" where there is no site."""
    source = one.source.rpartition("; ")[2]
    if one.person.site == "Moodle":
        return f"{one.person.name}_{one.person.number}_assignsubmission_file_/feedback.html"
    if one.person.site == "Canvas":
        return f"{source.rpartition('.')[0]}.html"
    return ""


def _section(grade, exercise):
    kind, sentence, *_, parts = grade.verdict(exercise)
    sign, word, _ = KINDS[kind]
    of = f"{exercise.points} point{'s' * (exercise.points != 1)}"
    lines = [
        f'<section class="{kind}">',
        f"<h2>{html.escape(exercise.title)}</h2>",
        f"<p><strong>{sign} {word.rstrip(':.')}</strong> · {grade.points(exercise):g} of {of}</p>",
    ]
    if exercise.name in grade.overrides:
        reason = grade.overrides[exercise.name][1]
        lines.append(f"<p>Your instructor has decided on the points: {_text(reason)}</p>")
    if parts:
        lines.append(f"<p>Right {_text(join(parts))}. Not yet:</p>")
    if sentence:
        if re.match(r"[a-z]+ ", sentence):  # a word, not the name of a function
            sentence = sentence[0].upper() + sentence[1:]
        lines.append(f"<p>{_text(sentence)}</p>")
    if kind in ("part", "wrong", "open"):
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


@functools.cache  # a hint is on many pages
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
