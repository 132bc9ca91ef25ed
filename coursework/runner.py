"""Run the cells of one submission; started by sandbox.py in a process of its own.

The job comes by standard input, as JSON. The report goes, one line of JSON for each event, to what
was standard output; what the student's code prints goes nowhere.
"""

import importlib
import json
import os
import sys
from unittest.mock import patch


def main():
    """Do the job: limits first, then the course's modules, then the student's code."""
    job = json.loads(sys.stdin.read())
    set_limits(job["limits"])
    sys.path.insert(0, job["course"])
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    checks = importlib.import_module(f"helpers.exercises.chapter_{job['chapter']}")
    shell = InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
    originals = Originals()
    report = reporter(job["token"])
    for number, step in job["steps"]:
        report(begin=number)
        if not step["check"]:
            report(cell=number, **run_cell(shell, step["source"]))
            continue
        replaced = originals.put_back()
        answers = [compile(text, "the check", "eval") for text in step["answers"]]
        verdict = run_check(getattr(checks, step["check"]), answers, shell.user_ns)
        report(check=number, replaced=replaced, **verdict)
    report(done=True)


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


class Originals:
    """The course's modules as they were before any of the student's code ran."""

    def __init__(self):
        self.modules = [
            (module, dict(vars(module)))
            for name, module in sys.modules.items()
            if name.partition(".")[0] == "helpers"
        ]

    def put_back(self):
        """Undo what the student's code has replaced; return the names."""
        replaced = []
        for module, before in self.modules:
            for name, value in before.items():
                if vars(module).get(name, ...) is not value:
                    setattr(module, name, value)
                    replaced.append(f"{module.__name__}.{name}")
        return replaced


def run_cell(shell, source):
    """Run a cell as a notebook does; return what stopped it, if anything did."""
    done = shell.run_cell(source)
    error = done.error_before_exec or done.error_in_exec
    if error is None or type(error).__name__ in ("Wrong", "NotAttempted"):
        return {}  # a check that the student called: the verdict comes from the course's call
    return {"error": in_words(error), "missing": missing_name(error)}


def run_check(check, answers, names):
    """Return the verdict of a check: its kind, its sentence, and a name that was missing."""
    from helpers.exercises.frame import NotAttempted, Verdict, Wrong

    shown = []
    try:
        values = [eval(answer, names) for answer in answers]
        with patch("IPython.display.display", lambda *what, **how: shown.extend(what)):
            check(*values)
    except NotAttempted:
        return {"kind": "open", "sentence": ""}
    except Wrong as wrong:
        return {"kind": "wrong", "sentence": shorten(str(wrong)), "missing": missing_name(wrong)}
    except BaseException as error:  # SystemExit is the student's too
        sentence = f"the check was stopped by {in_words(error)}"
        return {"kind": "wrong", "sentence": sentence, "missing": missing_name(error)}
    remarks = [verdict.sentence for verdict in shown if isinstance(verdict, Verdict)]
    return {"kind": "right", "sentence": remarks[-1] if remarks else ""}


def in_words(error):
    """Return the last line of a traceback."""
    return shorten(f"{type(error).__name__}: {error}".rstrip(": "))


def shorten(text):
    """Return what a student can bear to read: an error may quote a whole array."""
    return text if len(text) <= 1000 else f"{text[:1000]} …"


def missing_name(error):
    """Return the name that was not defined, if that is what lies behind an error."""
    while error is not None:
        if type(error) is NameError:
            return error.name
        error = error.__cause__
    return None


if __name__ == "__main__":
    main()
