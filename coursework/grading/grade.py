"""Grade a folder of submitted notebooks: marks, feedback pages, a report, the class at a glance.

grading.md describes them, and says what this does not protect you from.
"""

import argparse
import hashlib
import signal
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from coursework.course import chapters, read_chapter, version
from coursework.grading import roster, sandbox, submissions, tables
from coursework.grading.cluster import Lost, cluster
from coursework.grading.feedback import MARK, page, zipped
from coursework.grading.late import Deadline
from coursework.grading.limits import Limits, what_is_missing
from coursework.grading.names import file_names, shown
from coursework.grading.overview import overview
from coursework.grading.restore import restore, why_open
from coursework.grading.results import FAILED, Grade, Results
from coursework.grading.room import NOT_LOCKED, why_not_locked
from helpers.__main__ import check_writable
from helpers.exercises.frame import Verdict
from helpers.files import print_any_name, replacing

WORKERS = 2
AT_A_TIME = 500  # submissions that wait for a cluster
ABSENT = Verdict("open", "There is no notebook of yours for this chapter.")
INTERRUPTED = 130  # what a shell expects of a command that Ctrl-C has ended


def grade(
    folder,
    number,
    output,
    limits,
    seed=0,
    *,
    without=(),
    students=(),
    deadline=None,
    workers=WORKERS,
    scheduler="",
    isolated=False,
    again=False,
    tell=print,
):
    """Grade all submissions for a chapter, "03"; return a `Grade` for each student.

    The marks, the feedback and the report go into the folder `output`, each result as soon as it
    is there. What is in the folder already is kept, and not graded again unless with `again`. With
    another `seed` each student gets other random input. Exercises whose task has a tag in
    `without` do not count. `students` is the roster, `deadline` a `Deadline` or None; `tell` takes
    lines on the progress. With the address of a Dask `scheduler` its workers run the submissions,
    `isolated` only those that have a locked room.
    """
    course, chapter = chapters(), chosen(number, without)
    stems = [path.stem for path in course.values()]
    handed_in, general = submissions.find(folder, stems)
    with Results(output, number, replace=again) as results:
        overrides, paper = tables.corrections(output)
        tell(f"{len(handed_in)} students, {sum(len(one.notebooks) for one in handed_in)} notebooks")
        basis = checksum_of_course(chapter, seed, limits)
        there = scheduler and cluster(scheduler, number, limits.checks, isolated, tell)
        with _workers(workers, there) as (pool, run):
            arguments = (chapter, set(course), limits, seed, basis, results.by_hand_in, run)
            jobs = [pool.submit(grade_safely, one, *arguments) for one in handed_in]
            for i, job in enumerate(as_completed(jobs), start=1):
                one = job.result()
                earned, of = one.total(chapter)
                kept = one.hand_in in results.by_hand_in
                if not kept:
                    _compare(one, results.by_person.get(one.person[:2]), chapter)
                    results.add(one)
                more = ", graded before" * kept
                tell(f"{i}/{len(jobs)}  {one.student}: {earned} of {of}{more}")
        everyone = results.by_person.values()
    absent = {exercise.name: ABSENT for exercise in chapter.exercises}
    grades = roster.class_list(everyone, students, absent)
    general += tables.correct(grades, chapter, overrides, paper)
    if deadline:
        deadline.apply(grades)
    write(grades, chapter, output, general, tell, whole=bool(students))
    return grades


def chosen(number, without=()):
    """Return a chapter with those of its exercises whose task has none of these tags."""
    chapter = read_chapter(chapters()[number])
    left = tuple(one for one in chapter.exercises if not set(one.tags) & set(without))
    if not left:
        raise ValueError(f"without {' '.join(without)} chapter {number} has no exercise")
    return replace(chapter, exercises=left)


def checksum_of_course(chapter, seed, limits):
    """Return a checksum of all that a mark depends on, but for what the student handed in."""
    given = (chapter.exercises, seed, limits, version(chapter.number, limits.checks))
    return hashlib.sha256(repr(given).encode()).hexdigest()


def grade_safely(one, chapter, known, limits, seed, basis, before, run):
    """Grade what one person handed in, or say why not: it must not end the run for the others.

    `basis` is the checksum of all else; a result that is there `before` is returned as it is. `run`
    is `sandbox.run`, or what does the same elsewhere.
    """
    try:
        parts = (basis, *one.person, *one.remarks, submissions.checksum(one.notebooks))
        hand_in = hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()
        if hand_in in before:
            return before[hand_in]
        grade = grade_one(one, chapter, known, limits, seed, run)
        if all(grade.verdict(exercise) != FAILED for exercise in chapter.exercises):
            grade.hand_in = hand_in
    except Exception as error:  # whatever it is, it is one student's
        reason = shown(f"{type(error).__name__}: {error}")[:500]
        grade = Grade(one.person, {}, [*one.remarks, f"could not be graded: {reason}"])
    grade.source = "; ".join(one.sources)
    return grade


def grade_one(one, chapter, known, limits, seed, run):
    """Grade one student's notebook of the chapter, the newest if there are several."""
    own, remarks = submissions.read_all(one.notebooks, chapter, sandbox.read)
    remarks = one.remarks + remarks
    remarks += [
        f"{one.file} has no exercise of this course in it"
        if one.chapter is None
        else f"{one.file} is for chapter {one.chapter}, which the course does not have"
        for one in own
        if one.chapter not in known
    ]
    candidates = [one for one in own if one.chapter == chapter.number]
    if not candidates:
        verdicts = {exercise.name: ABSENT for exercise in chapter.exercises}
        others = ", ".join(sorted({one.chapter for one in own if one.chapter in known}))
        nothing = f"no notebook for chapter {chapter.number}"
        if others:
            nothing = f"handed in chapter {others}, nothing for {chapter.number}"
        return Grade(one.person, verdicts, [*remarks, nothing])
    notebook, line = submissions.choose(candidates)
    short, full, oddities = restore(chapter, notebook.cells)
    own_seed = seed_of(" ".join(filter(None, one.person[:2])), seed)
    result = _run(run, chapter.number, short, own_seed, limits)
    skipped = "\n".join(step.source for step in full if step not in short)
    if any(str(name) in skipped for name in result.missing):
        result = _run(run, chapter.number, full, own_seed, limits)
    remarks += [line] * bool(line) + oddities + result.remarks
    verdicts = {}
    for exercise in chapter.exercises:
        verdict = verdicts[exercise.name] = result.verdicts.get(exercise.name, FAILED)
        if verdict.kind == "open":
            verdicts[exercise.name] = Verdict("open", why_open(exercise, notebook.cells))
        if verdict == FAILED:
            remarks.append(f"{exercise.title} could not be graded: its check told nothing")
    told = frozenset(result.told)
    return Grade(one.person, verdicts, remarks, told, changed=notebook.changed)


def _run(run, *arguments):
    """Run a submission, once more where it could not begin: another may have filled the disk."""
    try:
        return run(*arguments)
    except (RuntimeError, OSError):
        return run(*arguments)


def _compare(grade, before, chapter):
    """Say in a result what the student had before it, if that differs."""
    if before and before.hand_in and before.total(chapter) != grade.total(chapter):
        earned, of = before.total(chapter)
        grade.remarks.append(f"was graded before, with {earned} of {of} points; this counts")


def seed_of(student, seed):
    """Return the seed of a student's random input: the same in each run, no one else's."""
    return int.from_bytes(hashlib.sha256(f"{seed} {student}".encode()).digest()[:4])


@contextmanager
def _workers(number, there):
    """Give a pool of threads and what they run submissions with: here, or on the cluster `there`.

    What still runs at an error is ended.
    """
    with ThreadPoolExecutor(AT_A_TIME if there else number) as pool:
        try:
            with sandbox.stopped_at_errors(), there or nullcontext(sandbox.run) as run:
                yield pool, run
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def write(grades, chapter, output, general, tell, *, whole=False):
    """Write tables, report, pages and gradebooks, each by a temporary name.

    `whole` says that the roster is known, so that a gradebook can be for all who are in it.
    """
    (output / "feedback").mkdir(parents=True, exist_ok=True)
    lines, pages, names = list(general), {}, file_names([one.student for one in grades])
    for one in grades:
        try:
            pages[one.student] = text = page(one, chapter)
            with replacing(output / "feedback" / f"{names[one.student]}.html") as temporary:
                temporary.write_text(text, encoding="utf-8", errors="backslashreplace")
        except ValueError as error:
            one.remarks.append(f"has no page: {error}")
        lines += [f"{one.student}: {remark}" for remark in one.remarks]
    for path, rows in zip(("grades.csv", "totals.csv"), tables.marks(grades, chapter), strict=True):
        tables.write(output / path, rows)
    sites = {one.person.site for one in grades}
    if "Canvas" in sites or whole:
        rows = tables.canvas(grades, chapter)
        tables.write(output / "gradebook-canvas.csv", rows, excel=False)
    if "Moodle" in sites:
        rows = tables.moodle(grades, chapter)
        tables.write(output / "gradebook-moodle.csv", rows, excel=False)
    zipped(output / "feedback.zip", grades, pages)
    texts = {
        "class.html": overview(grades, chapter),
        "trouble.txt": "".join(f"{shown(line)}\n" for line in lines),
    }
    for name, text in texts.items():
        with replacing(output / name) as temporary:
            temporary.write_text(text, encoding="utf-8", errors="backslashreplace")
    if gone := remove_old_pages(output / "feedback", names.values()):
        tell(f"removed the feedback of an earlier run for {', '.join(gone)}: not in this one")


def remove_old_pages(folder, names):
    """Remove the pages that an earlier run wrote for others than these; return whose they were."""
    gone = [
        path
        for path in sorted(folder.glob("*.html"))
        if path.stem not in names and MARK in path.read_text(encoding="utf-8", errors="replace")
    ]
    for path in gone:
        path.unlink()
    return [path.stem for path in gone]


def parse():
    """Read the command line; end with a message where it makes no sense."""
    parser = argparse.ArgumentParser(
        prog="python -m coursework.grading",
        description="Grade a folder of submitted notebooks.",
        epilog="python -m coursework.grading gradescope --chapter 03 makes an autograder.",
    )
    add = parser.add_argument
    add("folder", type=Path, help="notebooks, or one folder per student")
    add("--chapter", required=True, metavar="03", help="the chapter to grade")
    add("--output", type=Path, help="default: results/chapter_03")
    add("--roster", type=Path, metavar="CSV", help="the class: id, name, e-mail, group")
    add("--without", nargs="+", default=[], metavar="TAG", help="as the handouts were made")
    add("--due", type=datetime.fromisoformat, metavar="TIME", help='such as "2026-11-13 10:00"')
    add("--late-days", type=int, default=0, metavar="N", help="days after it that cost nothing: 0")
    add("--penalty", type=float, default=0, metavar="PERCENT", help="off for each later day: 0")
    add("--replace", action="store_true", help="forget what was graded before")
    add("--workers", type=int, default=WORKERS, help="notebooks that run at a time: 2")
    add("--scheduler", default="", metavar="tcp://…", help="a Dask cluster that runs the notebooks")
    add("--seed", type=int, default=0, help="other random input for the checks")
    add("--time-limit", type=float, default=60, help="seconds per cell: 60")
    add("--memory-limit", type=int, default=3000, help="megabytes: 3000")
    add("--checks", type=Path, help="a folder of checks that only you have")
    add("--require-isolation", action="store_true", help="go on in a locked room only")
    options = parser.parse_args()
    options.chapter = options.chapter.zfill(2)
    if not options.folder.is_dir():
        parser.error(f"there is no folder {options.folder}")
    if options.chapter not in chapters():
        known = ", ".join(chapters())
        parser.error(f"the course has no exercises in chapter {options.chapter}; it has {known}")
    if min(options.time_limit, options.memory_limit, options.workers) <= 0:
        parser.error("the limits and the workers must be above 0")
    if (options.late_days or options.penalty) and not options.due:
        parser.error("--late-days and --penalty need --due, until when to hand in")
    if not (options.late_days >= 0 and 0 <= options.penalty <= 100):
        parser.error("the late days must not be below 0, and the penalty between 0 and 100")
    if options.roster and not options.roster.is_file():
        parser.error(f"there is no file {options.roster}")
    if options.checks:
        own = options.checks / f"chapter_{options.chapter}.py"
        if not own.is_file():
            parser.error(f"there is no file {own} with checks")
    options.output = options.output or Path("results", f"chapter_{options.chapter}")
    return options


def look_around(isolated):
    """Say what is not protected on this machine; with `isolated` end where there is no room."""
    if why := why_not_locked():
        if isolated:
            sys.exit(f"There is no locked room here: {why}. Nothing was graded.")
        print(f"Beware: {NOT_LOCKED.format(why)}")
    if missing := what_is_missing():
        print(f"Beware: {missing}")


def main():
    """Grade, then say where the results are."""
    print_any_name()
    sys.stdout.reconfigure(line_buffering=True)  # a log file shows how far it is
    options = parse()
    if not options.scheduler:  # of a cluster each worker is looked at
        look_around(options.require_isolation)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    checks = str(options.checks.resolve()) if options.checks else ""
    deadline = None
    if options.due:
        deadline = Deadline(options.due, options.late_days, options.penalty)
    limits = Limits(options.time_limit, options.memory_limit, checks)
    kept = "What was graded is kept: the same command goes on from there."
    try:
        check_writable(options.output)  # before the minutes that grading takes
        grades = grade(
            options.folder,
            options.chapter,
            options.output,
            limits,
            options.seed,
            without=options.without,
            students=roster.read(options.roster) if options.roster else (),
            deadline=deadline,
            workers=options.workers,
            scheduler=options.scheduler,
            isolated=options.require_isolation,
            again=options.replace,
        )
    except ValueError as error:
        sys.exit(str(error))
    except Lost as error:
        sys.exit(f"{options.scheduler}: {error} {kept}")
    except OSError as error:
        sys.exit(f"{error}. {kept}")
    except KeyboardInterrupt:
        print(f"Stopped. {kept}", file=sys.stderr)
        sys.exit(INTERRUPTED)
    print(f"\n{(options.output / 'trouble.txt').read_text(encoding='utf-8')}")
    print(f"The marks are in {options.output}: totals.csv, grades.csv, trouble.txt, feedback")
    failed = [one.student for one in grades if not one.hand_in and one.source]
    if failed:
        sys.exit(f"Not graded, at least in part: {', '.join(failed)}. Run the command again.")
