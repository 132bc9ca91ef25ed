"""The class at a glance: a page for the instructor, with what came how often and who is stuck."""

import html
import re
from collections import defaultdict
from statistics import mean

from coursework.grading.feedback import KINDS

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em;
       color: #1a1a1a; background: #ffffff; }
h1 { font-size: 1.4em; } h2 { font-size: 1.1em; margin-top: 2em; }
.bar { display: flex; height: 1.6em; } .bar span { color: #ffffff; text-align: center;
       overflow: hidden; white-space: nowrap; font-size: .85em; line-height: 1.9em; }
table { border-collapse: collapse; } td, th { border-bottom: 1px solid #cccccc; padding: .2em .7em;
       text-align: left; vertical-align: top; } td.n { text-align: right; }
summary, th { white-space: nowrap; }
td { overflow-wrap: anywhere; white-space: pre-wrap; } summary { cursor: pointer; }
"""
NUMBER = re.compile(r"\[[^\[\]]*\]|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?")


def overview(grades, chapter):
    """Return a page of HTML on the class: points, sentences of the checks, students."""
    totals = [one.total(chapter)[0] for one in grades]
    of = grades[0].total(chapter)[1] if grades else 0
    parts = [
        f"<h1>{_safe(chapter.title)}: the class at a glance</h1>",
        f"<p>{len(grades)} students, on average {mean(totals or [0]):.1f} of {of:g} points.</p>",
        _histogram(totals, of),
    ]
    parts += [_exercise(grades, exercise) for exercise in chapter.exercises]
    parts.append(_students(grades, chapter))
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{_safe(chapter.title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(parts)
        + "\n</body>\n</html>\n"
    )


def _histogram(totals, of):
    """Return a bar for each number of points, as long as that many students have it."""
    counts = [sum(int(total) == points for total in totals) for points in range(int(of) + 1)]
    rows = [
        f'<tr><td class="n">{points}</td><td style="width: 40em">'
        + _bar([(count, "#0072B2", str(count))], max(counts))
        + "</td></tr>"
        for points, count in enumerate(counts)
    ]
    return "<table><tr><th>points</th><th>students</th></tr>\n" + "\n".join(rows) + "</table>"


def _exercise(grades, exercise):
    """Return how many have an exercise right, and each sentence of its check with who got it."""
    kinds, sentences = defaultdict(int), defaultdict(list)
    for one in grades:
        kind, sentence, *_ = one.verdict(exercise)
        kinds[kind] += 1
        if kind != "right":
            sentences[kind, NUMBER.sub("#", sentence)].append((sentence, one.student))
    pieces = [
        (kinds[kind], color, f"{sign} {kinds[kind]}") for kind, (sign, _, color) in KINDS.items()
    ]
    rows = []
    for (kind, _), those in sorted(sentences.items(), key=lambda one: (-len(one[1]), one[0])):
        students = _safe(", ".join(student for _, student in those))
        rows.append(
            f'<tr><td class="n">{len(those)}</td><td>{KINDS[kind][0]} {_safe(those[0][0])}</td>'
            f"<td><details><summary>who</summary>{students}</details></td></tr>"
        )
    earned = mean([one.points(exercise) for one in grades] or [0])
    head = "<tr><th>how often</th><th>what the check said, in one notebook</th><th></th></tr>\n"
    return (
        f"<h2>{_safe(exercise.title)}</h2>\n"
        f"<p>On average {earned:.1f} of {exercise.points} points.</p>\n"
        f"{_bar(pieces, len(grades))}\n"
        + (f"<table>{head}" + "\n".join(rows) + "</table>")
        * bool(rows)
    )


def _students(grades, chapter):
    """Return a table with a sign for each student and exercise."""
    titles = "".join(f"<th>{_safe(one.title)}</th>" for one in chapter.exercises)
    rows = []
    for one in sorted(grades, key=lambda one: (one.total(chapter)[0], one.student)):
        signs = "".join(f"<td>{KINDS[one.verdict(e).kind][0]}</td>" for e in chapter.exercises)
        total = f'<td class="n">{one.total(chapter)[0]:g}</td>'
        rows.append(f"<tr><td>{_safe(one.student)}</td>{signs}{total}</tr>")
    return (
        f"<h2>Students, who needs help first</h2>\n<table><tr><th></th>{titles}<th>points</th></tr>"
        + "\n".join(rows)
        + "</table>"
    )


def _bar(pieces, whole):
    """Return a bar of pieces (count, color, words), of which `whole` fills the width."""
    spans = "".join(
        f'<span style="width: {100 * count / whole:.2f}%; background: {color}">{words}</span>'
        for count, color, words in pieces
        if count
    )
    return f'<div class="bar">{spans}</div>'


def _safe(text):
    return html.escape(text)
