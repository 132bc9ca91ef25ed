"""Who is in the course: from those who handed in to those who get a mark."""

import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass, replace

from coursework.grading import tables
from coursework.grading.names import Person, shown
from coursework.grading.results import Grade


@dataclass(frozen=True)
class Student:
    """A line of the roster."""

    id: str
    name: str
    email: str = ""
    group: str = ""


def read(path):
    """Read a roster with the columns id, name, and e-mail and group if there are such."""
    rows = tables.read(path, ("id", "name"), ("email", "group"))
    students = [
        Student(*(shown(row[name]) for name in ("id", "name", "email", "group"))) for row in rows
    ]
    for one, count in Counter(one.id for one in students).items():
        if count > 1 or not one:
            what = f"the id {one} twice" if one else "a line without an id"
            raise ValueError(f"{path} has {what}: an id tells students of one name apart")
    return students


def class_list(grades, students, absent):
    """Return a grade for each student, with the names that stand in the tables.

    `grades` are those who handed in; `absent` are the verdicts of a student of the roster who did
    not. Without a roster, `students` is empty, and all who handed in are the class.
    """
    grades = [_fresh(one) for one in grades]
    found = defaultdict(list)
    forms, groups = _forms(students), {_letters(one.group) for one in students if one.group}
    others = []
    for one in sorted(grades, key=lambda one: (one.changed, one.person)):
        fits = _who(one, forms) if students else set()
        if len(fits) == 1:
            found[fits.pop()].append(one)
            continue
        others.append(one)
        if len(fits) > 1:
            ids = ", ".join(sorted(student.id for student in fits))
            one.remarks.append(f"the roster has several of this name ({ids}): who is it?")
        elif students and _letters(one.person.name) not in groups:
            one.remarks.append("is not in the roster")
    taken = {_letters(one.person.name): one for one in others}
    names = Counter(student.name for student in students)
    listed, used = [], []
    for student in students:
        own, more = _newest(found[student])
        others += more
        group = taken.get(_letters(student.group)) if student.group else None
        if not own and group:
            late = group.person.late  # the site's number is the group's
            own = replace(_fresh(group), person=Person(student.name, late=late))
            own.remarks.insert(0, f"handed in as {group.person.name}")
            used.append(group)
        if not own:
            own = Grade(Person(""), dict(absent), ["handed in nothing"])
        twice = f"{student.name} ({student.id})" if names[student.name] > 1 else student.name
        roster = {"id": student.id, "email": student.email, "group": student.group}
        listed.append(replace(own, student=twice, **roster))
    rest = [one for one in others if not any(one is group for group in used)]
    return sorted([*listed, *_apart(rest)], key=lambda one: (one.student, one.id))


def _fresh(one):
    """Return a copy to which this run's remarks and corrections can be added."""
    return replace(one, remarks=list(one.remarks), overrides={})


def _newest(own):
    """Return of one student's results that of the newest notebook, and those of someone else.

    Where a course site gives two numbers to one name, no one can tell whose they are.
    """
    if len({one.person.number for one in own if one.person.number}) > 1:
        for one in own:
            one.remarks.append("two in the course site have this name, one in the roster")
        return None, own
    if len(own) > 1:
        sources = ", ".join(one.source for one in own[:-1])
        own[-1].remarks.append(f"handed in more than once; not counted: {sources}")
    return (own[-1] if own else None), []


def _apart(grades):
    """Give two people of one name the number that the course site has for each."""
    numbers = Counter(one.person.name for one in grades)
    for one in grades:
        if numbers[one.person.name] > 1 and one.person.number:
            name = one.person.name
            one.student = f"{name} {one.person.number}"
            one.remarks.insert(0, f"more than one {name}; the number tells them apart")
    return grades


def _who(one, forms):
    """Return which students of the roster a name may mean; an id says it for sure."""
    by_id = forms["id", one.person.number] if one.person.number else set()
    return set(by_id or forms["id", one.person.name] or forms["name", _letters(one.person.name)])


def _forms(students):
    """Return how a file may call each student: id, e-mail, the words of the name in any order."""
    forms = defaultdict(set)
    for student in students:
        words = student.name.replace(",", " ").split()
        names = [words[i:] + words[:i] for i in range(len(words))]
        for form in (*map("".join, names), student.email, student.email.partition("@")[0]):
            if form:
                forms["name", _letters(form)].add(student)
        forms["id", student.id].add(student)
    return forms


def _letters(text):
    """Return the letters and digits of a name alone, as Canvas does: "Müller, Zoë" is mullerzoe."""
    text = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in text if one.isalnum())
