"""Whose work it is, by the name that a student or a course site gave to a file or a folder."""

import hashlib
import re
import unicodedata
from collections import defaultdict
from typing import NamedTuple

COPY = r"(?: ?\(\d{1,3}\)|-\d{1,2})*$"  # what browsers and course sites add to a second file
PACKED = {  # how course sites name what they pack: a person's number stays, others change
    "Moodle": re.compile(r"(?P<name>.+?)_(?P<id>\d+)_assignsubmission_(?:file|onlinetext).*"),
    "Brightspace": re.compile(r"(?P<id>\d+)-\d+ - (?P<name>.+?) - .+"),
    "Canvas": re.compile(r"(?P<name>[^_]+)_(?P<late>LATE_)?(?P<id>\d{3,})_\d{3,}_.+"),
}
LENGTH = 200  # bytes of a page's name; systems take 255, a temporary name is longer
RESERVED = re.compile(
    r'[<>:"/\\|?*\x00-\x1f]|[ .]$|^\.|^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)', re.I
)


class Person(NamedTuple):
    """Who has handed in: a name, the number that the course site has for it, "LATE" or ""."""

    name: str
    number: str = ""
    site: str = ""
    late: str = ""


def whose(entries, stems):
    """Return a `Person` and a remark, or "", for each folder and file.

    `entries` are pairs of a name, without a file's ending, and whether it is a folder; `stems` the
    names of the course's notebooks, without ".ipynb". Two names are one person's only where they
    differ in what a course site or a download adds; else both keep the name that they came with.
    """
    found = [person_of(raw, stems, is_folder) for raw, is_folder in entries]
    forms = defaultdict(set)
    for person, form in found:
        forms[person[:2]].add(form)
    for (raw, _), (person, _) in zip(entries, found, strict=True):
        raw = shown(composed(raw))
        if not person.name:
            yield Person(raw), f"{raw} is named as the chapter: whose is it?"
        elif not person.site and len(forms[person[:2]]) > 1:
            yield Person(raw), f"{raw} may or may not be by another {person.name}: kept apart"
        else:
            yield person, ""


def person_of(name, stems, is_folder=False):
    """Return whose a file or folder is, by its name without the ending, and what was taken off.

    The second value is the name with a mark for the chapter's: files for which it is the same are
    one person's. The person's name is "" where there is no more than the chapter's.

    >>> person_of("Zoë Müller - 03_losses (1)", ["03_losses"])[0].name
    'Zoë Müller'
    >>> tuple(person_of("mullerzoe_LATE_12345_67890_03_losses-1", ["03_losses"])[0])
    ('mullerzoe', '12345', 'Canvas', 'LATE')
    """
    name = shown(composed(name))
    for site, form in PACKED.items():
        if packed := form.fullmatch(name):
            late = "LATE" if packed.groupdict().get("late") else ""
            return Person(packed["name"], packed["id"], site, late), packed["name"]
    if is_folder:
        return Person(name), name
    for stem in stems:
        form = re.sub(rf"(?:Copy of )*{re.escape(stem)}(?:{COPY})?", "\0", name, flags=re.I)
        if form != name:
            return Person(form.replace("\0", "").strip(" _-.,")), form
    return Person(name), name


def composed(text):
    """Return a name in Unicode's composed form: macOS takes an ü apart."""
    return unicodedata.normalize("NFC", text)


def shown(text):
    r"""Return a text as one line that can be written: \n for a new line, \xfc for a lone byte."""
    return "".join(map(_visible, text))


def _visible(one):
    if "\udc80" <= one <= "\udcff":  # how Python hands on a byte of a name that is not UTF-8
        return f"\\x{ord(one) - 0xDC00:02x}"
    if unicodedata.category(one) in ("Cc", "Cs", "Zl", "Zp"):
        return one.encode("unicode_escape").decode()
    return one


def file_names(students):
    """Return {student: name of a file}, such as any system takes, no two the same on any."""
    lower = defaultdict(list)
    for student in students:
        lower[student.casefold()].append(student)
    names = {}
    for student in students:
        name = RESERVED.sub("_", student)
        name = name.encode("utf-8", "replace")[:LENGTH].decode("utf-8", "ignore")
        if name != student or len(lower[student.casefold()]) > 1:
            name += f"-{hashlib.sha256(student.encode('utf-8', 'replace')).hexdigest()[:8]}"
        names[student] = name
    return names
