"""Run the cells of one submission; started by sandbox.py in a process of its own.

The job comes by standard input, as JSON. The report goes, one line of JSON for each event, to what
was standard output; what the student's code prints goes nowhere.
"""

import builtins
import ctypes
import importlib
import json
import os
import signal
import sys
import traceback
from unittest.mock import patch

VARIABLES = ("EXERCISE_SEED", "NBGRADER_EXECUTION")


def main():
    """Do the job: limits first, then the course's modules, then the student's code."""
    end_with_parent()
    job = json.loads(sys.stdin.read())
    set_limits(job["limits"])
    sys.path.insert(0, job["course"])
    checks = importlib.import_module(f"helpers.exercises.chapter_{job['chapter']}")
    importlib.import_module("matplotlib.pyplot")  # slow, and not at the first cell's expense
    shell = notebook_shell()
    originals = Originals()
    report = reporter(job["token"])
    for number, step in job["steps"]:
        report(begin=number)
        if not step["check"]:
            report(cell=number, **run_cell(shell, step["source"]))
            continue
        replaced = originals.put_back()
        answers = [compile(text, "the check", "eval") for text in step["answers"]]
        verdict, missing = run_check(getattr(checks, step["check"]), answers, shell.user_ns)
        report(check=number, replaced=replaced, verdict=verdict, missing=missing)
    report(done=True)


def end_with_parent():
    """Have Linux end this process when the grader is killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def set_limits(limits):
    """Limit this process and those that it starts; what the system does not know is passed over."""
    try:
        import resource
    except ModuleNotFoundError:
        return  # Windows
    for name, value in limits.items():
        try:
            resource.setrlimit(getattr(resource, name), (value, value))
        except (AttributeError, ValueError, OSError):
            continue


def reporter(token):
    """Return a function that reports to the parent; send all that is printed from now on nowhere.

    The token shows that a line is from here. A copy of this process that the student's code has
    made stays silent.
    """
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    process = os.getpid()

    def report(**event):
        if os.getpid() == process:
            channel.write(json.dumps({"token": token, **event}) + "\n")
            channel.flush()

    return report


def notebook_shell():
    """Return an IPython that takes what a notebook takes, where there is no screen and no one."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    class Shell(InteractiveShell):
        def enable_gui(self, gui=None):
            """Do nothing: figures are not shown."""

    shell = Shell.instance(config=Config({"HistoryManager": {"enabled": False}}))
    # `%matplotlib widget` or `qt` would ask for packages that only show figures.
    shell.register_magic_function(lambda line: None, "line", "matplotlib")
    builtins.input = lambda prompt="", /: ""
    return shell


class Originals:
    """The course's modules, and what checks read of the environment, before the student's code."""

    def __init__(self):
        self.environment = {name: os.environ[name] for name in VARIABLES}
        self.modules = [
            (module, dict(vars(module)))
            for name, module in sys.modules.items()
            if name.partition(".")[0] == "helpers"
        ]

    def put_back(self):
        """Undo what the student's code has replaced; return the names in modules."""
        os.environ.update(self.environment)
        replaced = []
        for module, before in self.modules:
            for name, value in before.items():
                if vars(module).get(name, ...) is not value:
                    setattr(module, name, value)
                    replaced.append(f"{module.__name__}.{name}")
        return replaced


def run_cell(shell, source):
    """Run a cell as a notebook does; return what stopped it and where, if anything did."""
    done = shell.run_cell(source)
    error = done.error_before_exec or done.error_in_exec
    if error is None or type(error).__name__ in ("Wrong", "NotAttempted"):
        return {}  # a check that the student called: the verdict comes from the course's call
    error_in_words = f"{place(error, source)}{in_words(error)}"
    return {"error": error_in_words, "missing": missing_name(error)}


def run_check(check, answers, names):
    """Return the verdict of a check, and a name that was missing or None."""
    from helpers.exercises.frame import NotAttempted, Verdict, Wrong

    shown = [Verdict("right", "")]
    try:
        values = [eval(answer, names) for answer in answers]
        with patch("IPython.display.display", lambda *what, **how: shown.extend(what)):
            check(*values)
    except NotAttempted:
        return Verdict("open", ""), None
    except Wrong as wrong:
        return Verdict("wrong", shorten(str(wrong))), missing_name(wrong)
    except BaseException as error:  # SystemExit is the student's too
        return Verdict("wrong", f"the check was stopped by {in_words(error)}"), missing_name(error)
    return [verdict for verdict in shown if isinstance(verdict, Verdict)][-1], None


def place(error, source):
    """Return the line of a cell at which it stopped: "line 3, `1 / 0`: ", or ""."""
    lines = source.splitlines()
    above = next((i for i, line in enumerate(lines) if line.strip()), 0)  # IPython drops these
    magic = lines[above].startswith("%%")  # the line that the rest of the cell is given to
    if isinstance(error, SyntaxError):
        number = (error.lineno or 1) + magic
    else:
        frames = traceback.extract_tb(error.__traceback__)
        own = {frame.filename[:6]: frame.lineno for frame in reversed(frames)}
        number = own["<timed"] + 1 if magic and "<timed" in own else own.get("<ipyth", 0)
    if not number:
        return ""
    number = min(above + number, len(lines))
    return f"line {number}, `{shorten(lines[number - 1].strip(), 80)}`: "


def in_words(error):
    """Return the last line of a traceback."""
    if isinstance(error, SyntaxError):
        return error.msg  # its text would name a file that no one knows
    return shorten(f"{type(error).__name__}: {error}".rstrip(": "))


def shorten(text, length=1000):
    """Return what a student can bear to read: an error may quote a whole array."""
    return text if len(text) <= length else f"{text[:length]} …"


def missing_name(error):
    """Return the name that was not defined, if that is what lies behind an error."""
    while error is not None:
        if type(error) is NameError:
            return error.name if isinstance(error.name, str) else None
        error = error.__cause__
    return None


if __name__ == "__main__":
    main()
