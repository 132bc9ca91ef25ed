"""Tables: what the instructor hands over, and what goes into a gradebook."""

import csv
import io
import math

from helpers.files import replacing

NAMES = {"e-mail": "email", "mail": "email", "group name": "group"}


def read(path, needed, known=()):
    """Return the rows of a CSV as dicts, each with its number under "line".

    Commas or semicolons, UTF-8 or what Windows writes. Columns that are `needed` and not there are
    a ValueError; those that are `known` are "" where they are missing.
    """
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    head = text.partition("\n")[0]
    lines = csv.reader(io.StringIO(text), delimiter=";" if ";" in head else ",")
    titles = [title.strip().lower() for title in next(lines, [])]
    titles = [NAMES.get(title, title) for title in titles]
    if missing := [name for name in needed if name not in titles]:
        there = ", ".join(titles) or "nothing"
        raise ValueError(f"{path} has no column {missing[0]}; its first line has: {there}")
    rows = []
    for cells in lines:
        if any(cell.strip() for cell in cells):
            given = zip(titles, map(str.strip, cells), strict=False)
            row = dict.fromkeys((*needed, *known), "") | dict(given)
            rows.append(row | {"line": lines.line_num})
    return rows


def write(path, rows, *, excel=True):
    """Write rows as CSV, for Excel with the mark by which it knows that an ü is one."""
    with (
        replacing(path) as temporary,
        open(
            temporary,
            "w",
            encoding="utf-8-sig" if excel else "utf-8",
            errors="backslashreplace",
            newline="",
        ) as file,
    ):
        csv.writer(file).writerows([[_cell(value) for value in row] for row in rows])


def _cell(value):
    """Return a text that no spreadsheet takes for a formula; anything else as it is."""
    formula = isinstance(value, str) and len(value) > 1 and value[0] in "=+-@"
    return f"'{value}" if formula else value


def number(text, where):
    """Return points; a ValueError names what is none."""
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = math.nan
    if not 0 <= value < 1000:
        raise ValueError(f"{where}: {text!r} is no number of points")
    return int(value) if value == int(value) else value


def corrections(folder):
    """Read overrides.csv and paper.csv in the folder of the results; [] where there is none."""
    overrides, paper = [], []
    if (path := folder / "overrides.csv").is_file():
        for row in read(path, ("student", "exercise", "points", "reason")):
            where = f"overrides.csv, line {row['line']}"
            overrides.append(row | {"points": number(row["points"], where), "where": where})
    if (path := folder / "paper.csv").is_file():
        for row in read(path, ("student", "points", "of"), ("remark",)):
            where = f"paper.csv, line {row['line']}"
            points, of = (number(row[name], where) for name in ("points", "of"))
            paper.append(row | {"points": points, "of": of, "where": where})
    return overrides, paper


def correct(grades, chapter, overrides, paper):
    """Enter what the instructor has decided into the grades; return lines on what fits none."""
    lines, known = [], {}
    for grade in grades:
        known |= {grade.student: grade, f"'{grade.student}": grade}
    for grade in grades:
        if grade.id:
            known.setdefault(grade.id, grade)
    exercises = {exercise.name: exercise for exercise in chapter.exercises}
    for row in (*overrides, *paper):
        grade = known.get(row["student"])
        if grade is None:
            lines.append(f"{row['where']}: there is no student {row['student']}")
        elif "of" in row:
            grade.paper = (row["points"], row["of"], row["remark"])
        elif row["exercise"] not in exercises:
            there = ", ".join(exercises)
            lines.append(f"{row['where']}: no exercise {row['exercise']}; there are {there}")
        else:
            exercise = exercises[row["exercise"]]
            grade.overrides[exercise.name] = (row["points"], row["reason"])
            of = f"{row['points']:g} of {exercise.points}"
            line = f"{exercise.title}: {of} points by overrides.csv: {row['reason']}"
            grade.remarks.append(line)
            grade.told |= {line}
    if paper:
        of = max(row["of"] for row in paper)
        for grade in grades:
            grade.paper = grade.paper or (0, of, "")
    return lines


def marks(grades, chapter):
    """Return the rows of grades.csv and of totals.csv."""
    titles = ["paper"] * any(grade.paper for grade in grades)
    rows = [("student", "exercise", "points", "of", "total", "source", "id", "late")]
    names = [exercise.name for exercise in chapter.exercises]
    totals = [("student", *names, *titles, "total", "of", "id", "late", "email", "group")]
    for one in grades:
        total, of = one.total(chapter)
        earned = [one.points(exercise) for exercise in chapter.exercises]
        parts = list(zip(names, earned, (e.points for e in chapter.exercises), strict=True))
        parts += [("paper", *one.paper[:2])] if one.paper else []
        last = (one.id, one.late)
        rows += [(one.student, *part, total, one.source, *last) for part in parts]
        more = [one.paper[0]] if one.paper else []
        totals.append((one.student, *earned, *more, total, of, *last, one.email, one.group))
    return rows, totals


def canvas(grades, chapter):
    """Return the rows of a gradebook as Canvas imports it; Canvas knows students by an ID."""
    of = grades[0].total(chapter)[1]
    rows = [("Student", "ID", "SIS User ID", "SIS Login ID", "Section", chapter.title)]
    rows.append(("    Points Possible", "", "", "", "", of))
    for one in grades:
        site = one.person.number if one.person.site == "Canvas" else ""
        own = one.id if one.id != one.person.number else ""
        rows.append((one.student, site, own, one.email, "", one.total(chapter)[0]))
    return rows


def moodle(grades, chapter):
    """Return the rows of Moodle's offline grading worksheet, for those who handed in there."""
    titles = ("Identifier", "Full name", "Email address", "Grade", "Maximum Grade")
    rows = [(*titles, "Last modified (grade)")]
    for one in grades:
        if one.person.site == "Moodle":
            name, (earned, of) = one.person.name, one.total(chapter)
            rows.append((f"Participant {one.person.number}", name, one.email, earned, of, "-"))
    return rows
