"""Notebooks as students hand them in: some answers filled in with the course's solutions."""

import ast
import copy
import functools

from coursework.course import chapters, read, role
from coursework.handouts.edition import student


@functools.cache  # a class of students asks for each a hundred times
def sources_of(number):
    """Return {(exercise, role): source} of a chapter's exercises."""
    cells = read(chapters()[number]).cells
    return {(cell.id.removesuffix(f"-{role(cell)}"), role(cell)): cell.source for cell in cells}


def exercises_of(number):
    """Return the names of a chapter's exercises."""
    return [name for name, part in sources_of(number) if part == "stub"]


@functools.cache
def answer(number, exercise):
    """Return the solution's code under the names that the check asks for."""
    sources = sources_of(number)
    body = ast.parse(sources[exercise, "solution"]).body
    asked = ast.parse(sources[exercise, "check"]).body[-1].value.args
    given = body.pop().value.args
    lines = [ast.unparse(statement) for statement in body]
    pairs = zip(asked, given, strict=True)
    lines += [f"{ast.unparse(name)} = {ast.unparse(value)}" for name, value in pairs]
    return "\n".join(lines)


@functools.cache
def _untouched(number):
    return student(read(chapters()[number]))


def hand_in(number, answers):
    """Return a student's notebook; `answers` maps exercises to code, ... for the solution's."""
    notebook = copy.deepcopy(_untouched(number))
    for exercise, code in answers.items():
        cell(notebook, exercise, "stub").source = answer(number, exercise) if code is ... else code
    return notebook


def solved(number):
    """Return a student's notebook with all answers right."""
    return hand_in(number, dict.fromkeys(exercises_of(number), ...))


def cell(notebook, exercise, part):
    """Return the cell of an exercise that has this role."""
    return next(cell for cell in notebook.cells if cell.id == f"{exercise}-{part}")
