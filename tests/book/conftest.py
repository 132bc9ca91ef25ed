"""The site, built once, and served to a browser that reaches nothing else."""

import functools
import http.server
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest

from coursework.course import ROOT


class Quiet(http.server.ThreadingHTTPServer):
    """A server of files that says nothing."""

    daemon_threads = True


class Files(http.server.SimpleHTTPRequestHandler):
    """Files, without a line for each."""

    def log_message(self, *words):
        """Say nothing."""


@dataclass
class Site:
    """Where the site lies, and where it is served."""

    folder: Path
    address: str

    def pages(self):
        """Return all pages, by name."""
        return {path.name: path.read_text("utf-8") for path in sorted(self.folder.glob("*.html"))}


def make(*options):
    """Make a book as its command does; return what it says on stderr."""
    command = [sys.executable, "-m", "book", *map(str, options)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stderr


@pytest.fixture(scope="session")
def command():
    """What makes a book, as from a terminal."""
    return make


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The site of the whole course."""
    folder = tmp_path_factory.mktemp("book") / "site"
    assert make("site", "--output", folder) == ""
    server = Quiet(("127.0.0.1", 0), functools.partial(Files, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Site(folder, f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    server.server_close()
