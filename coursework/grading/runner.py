"""Run the cells of one submission, and its functions when a check asks; started by room.py.

This process is the student's. It imports nothing of the checks, and no verdict comes from it.
Requests come, line by line, by standard input, and answers go to what was standard output; what the
student's code prints goes nowhere.
"""

import builtins
import importlib
import importlib.machinery
import json
import os
import re
import sys
import traceback
import types


def main():
    """Set limits, import what every notebook needs, then do what is asked."""
    channel = Channel()
    set_limits(channel.start["limits"])
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    wire = importlib.import_module("wire")
    sys.path[0] = channel.start["course"]
    sys.path.append(os.getcwd())  # for modules that a notebook has written
    sys.meta_path.insert(0, NoChecks())
    import_helpers(channel.start["course"])
    shell = notebook_shell()
    peer = wire.Peer(channel.send, channel.receive)

    def start(request):
        if request["slow"]:  # not at the expense of the first cell that uses them
            for name, part in (("pandas", "DataFrame"), ("helpers.explorers", "errors")):
                getattr(sys.modules[name], part)
        return {}

    def cell(request):
        return run_cell(shell, request["source"], wire.missing_name)

    def answers(request):
        peer.forget()
        codes = [compile(text, "the check", "eval") for text in request["answers"]]
        return {"values": [peer.pack(eval(code, shell.user_ns)) for code in codes]}

    ways = {"start": start, "cell": cell, "answers": answers}
    while True:
        peer.answer(channel.receive(), ways)


class Channel:
    """The pipe to the checks; `start` is the first message of theirs.

    A copy of this process that the student's code has made ends when it comes back here.
    """

    def __init__(self):
        self._requests = os.fdopen(os.dup(0), encoding="utf-8")
        self._answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
        self.start = json.loads(self._requests.readline())
        nowhere = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(nowhere, descriptor)
        self._process = os.getpid()

    def send(self, message):
        self._leave_copies()
        # Whatever else was written into the channel stays a line of its own.
        self._answers.write("\n" + json.dumps({"token": self.start["token"], **message}) + "\n")
        self._answers.flush()

    def receive(self):
        self._leave_copies()
        line = self._requests.readline()
        if not line:
            os._exit(0)
        return json.loads(line)

    def _leave_copies(self):
        if os.getpid() != self._process:
            os._exit(0)


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


class NoChecks:
    """Find stand-ins for the checks: whatever is imported from `helpers.exercises` does nothing."""

    def find_spec(self, name, path=None, target=None):
        if f"{name}.".startswith("helpers.exercises."):
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        if module.__name__ != "helpers.exercises":
            module.__getattr__ = do_nothing


def do_nothing(name):
    """Return a check that does nothing: the course's own is run elsewhere."""
    if name.startswith("__"):
        raise AttributeError(name)
    return lambda *answers, **options: None


class Later(types.ModuleType):
    """A module that is imported when something in it is first used: most answers do not."""

    def __getattr__(self, name):
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        module = importlib.import_module(self.__name__)
        vars(self).update(vars(module))
        return getattr(module, name)


class Pictures(Later):
    """`helpers.plots`; what the set-up cell imports from it, `ch03`, is imported later as well."""

    def __getattr__(self, name):
        if not re.fullmatch(r"ch\d\d", name):
            return super().__getattr__(name)
        return sys.modules.setdefault(f"{self.__name__}.{name}", Later(f"{self.__name__}.{name}"))


def import_helpers(course):
    """Import the course's `helpers`, but not the slow parts of it that few answers use."""
    sys.modules["pandas"] = Later("pandas")
    helpers = importlib.import_module("helpers")
    helpers.explorers, helpers.plots = Later("helpers.explorers"), Pictures("helpers.plots")
    helpers.plots.__path__ = [os.path.join(course, "helpers", "plots")]
    for module in (helpers.explorers, helpers.plots):
        sys.modules[module.__name__] = module


def notebook_shell():
    """Return an IPython that takes what a notebook takes, where there is no screen and no one."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    class Shell(InteractiveShell):
        def enable_gui(self, gui=None):
            """Do nothing: figures are not shown."""

        def showtraceback(self, *arguments, **options):
            """Do nothing: no one reads it, and it is slow to make."""

        showsyntaxerror = showtraceback

    shell = Shell.instance(config=Config({"HistoryManager": {"enabled": False}}))
    # `%matplotlib widget` or `qt` would ask for packages that only show figures.
    shell.register_magic_function(lambda line: None, "line", "matplotlib")
    builtins.input = lambda prompt="", /: ""
    return shell


def run_cell(shell, source, missing_name):
    """Run a cell as a notebook does; return what stopped it and where, if anything did."""
    done = shell.run_cell(source)
    error = done.error_before_exec or done.error_in_exec
    if error is None:
        return {}
    words = f"{place(error, source)}{in_words(error)}"
    return {"stopped": words, "missing": missing_name(error)}


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
    if isinstance(error, SyntaxError) and error.msg:
        return shorten(str(error.msg))  # its text would name a file that no one knows
    return shorten(f"{type(error).__name__}: {error}".rstrip(": "))


def shorten(text, length=1000):
    """Return what a student can bear to read: an error may quote a whole array."""
    return text if len(text) <= length else f"{text[:length]} …"


if __name__ == "__main__":
    main()
