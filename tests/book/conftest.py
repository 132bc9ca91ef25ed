"""The site, built once, and served to a browser that reaches nothing else."""

import functools
import http.server
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from coursework.course import ROOT


class Files(http.server.SimpleHTTPRequestHandler):
    """Files as a host of static pages serves them, without a line for each."""

    extensions_map = http.server.SimpleHTTPRequestHandler.extensions_map | {
        ".wasm": "application/wasm",
        ".mjs": "text/javascript",
    }

    def log_message(self, *words):
        """Say nothing."""


@contextmanager
def serve(folder):
    """Serve a folder of this machine; yield its address."""
    handler = functools.partial(Files, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


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
def served():
    """What serves a folder."""
    return serve


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The site of the whole course."""
    folder = tmp_path_factory.mktemp("book") / "site"
    assert make("site", "--output", folder) == ""
    with serve(folder) as address:
        yield Site(folder, address)
