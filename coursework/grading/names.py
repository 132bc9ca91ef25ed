"""Whose work it is, by the name that a student or a course site gave to a file or a folder."""

import re
import unicodedata
from collections import defaultdict

COPY = re.compile(r"(?: ?\(\d+\)|-\d+)$")  # what browsers and course sites add to a second file
PACKED = [  # how course sites name what they pack: a person's number stays, others change
    re.compile(r"(?P<name>.+?)_(?P<id>\d+)_assignsubmission_(?:file|onlinetext).*"),  # Moodle
    re.compile(r"(?P<id>\d+)-\d+ - (?P<name>.+?) - .+"),  # Brightspace
    re.compile(r"(?P<name>[^_]+)_(?:LATE_)?(?P<id>\d{3,})_\d{3,}(?:_.*)?"),  # Canvas
]


def whose(entries, stems):
    """Yield to whom folders and files belong, and a remark or ""; two people of one name stay two.

    `entries` are pairs of a name, without a file's ending, and whether it is a folder; `stems` the
    names of the course's notebooks, without ".ipynb".
    """
    people = [
        _unpacked(composed(raw)) if is_folder else student_of(raw, stems)
        for raw, is_folder in entries
    ]
    numbers = defaultdict(set)
    for name, number in people:
        numbers[name].add(number)
    for (raw, _), (name, number) in zip(entries, people, strict=True):
        if not name:
            raw = composed(raw)
            yield raw, f"{raw} is named as the chapter: whose is it?"
        elif len(numbers[name]) > 1 and number:
            yield f"{name} {number}", f"more than one {name}; the number tells them apart"
        else:
            yield name, ""


def student_of(name, stems):
    """Return whose notebook this is, by the file's name without its ending, and the site's number.

    The student is "" where the name is no more than the chapter's; the number where there is none.

    >>> student_of("Zoë Müller - 03_losses (1)", ["03_losses"])
    ('Zoë Müller', '')
    >>> student_of("mullerzoe_LATE_12345_67890_03_losses-1", ["03_losses"])
    ('mullerzoe', '12345')
    """
    name = COPY.sub("", composed(name))
    for stem in stems:
        name = re.sub(re.escape(stem), "", name, flags=re.I)
    return _unpacked(COPY.sub("", name).strip(" _-.,"))


def _unpacked(name):
    """Return a name without what the course site has packed around it, and the site's number."""
    found = next(filter(None, (form.fullmatch(name) for form in PACKED)), None)
    return (found["name"], found["id"]) if found else (name, "")


def composed(text):
    """Return a name in Unicode's composed form: macOS takes an ü apart."""
    return unicodedata.normalize("NFC", text)
