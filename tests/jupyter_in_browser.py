"""JupyterLab driven through a real Chromium: for the tests of the explorers and their benchmark."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import nbformat
from playwright.sync_api import TimeoutError as TooLate
from playwright.sync_api import sync_playwright

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
CHROMIUM = next(
    filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None
)
PATIENCE = 120  # seconds for what a machine with nothing else to do does in a few


@contextmanager
def server(command, folder, path="", environment=None):
    """Run what serves notebooks, on a port of its own; give its address once a path is answered."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = folder / "server.log"
    command = [sys.executable, "-m", *command, "--no-browser", f"--port={port}"]
    with open(log, "w") as file:
        process = subprocess.Popen(command, stdout=file, stderr=file, env=environment)
    try:
        address = f"http://127.0.0.1:{port}"
        for _ in range(10 * PATIENCE):
            try:
                urllib.request.urlopen(f"{address}{path}", timeout=60).close()
                break
            except OSError:
                if process.poll() is not None:
                    raise RuntimeError(f"the server ended:\n{log.read_text()}") from None
                time.sleep(0.1)
        else:
            raise RuntimeError(f"there was no answer in {PATIENCE} seconds:\n{log.read_text()}")
        yield address
    finally:
        process.terminate()
        process.wait(30)


@contextmanager
def jupyter_lab(folder):
    """Serve the notebooks in this folder; give the address."""
    own = {
        f"JUPYTER_{name}_DIR": str(folder / f".{name}") for name in ("CONFIG", "DATA", "RUNTIME")
    }
    command = [
        *("jupyterlab", "--allow-root", "--ip=127.0.0.1", "--ServerApp.port_retries=0"),
        *(f"--ServerApp.root_dir={folder}", "--IdentityProvider.token="),
        *("--LabApp.expose_app_in_browser=True", "--LabApp.news_url="),
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    # cells below the edge of the page are on it as well
    settings = folder / ".CONFIG/lab/user-settings/@jupyterlab/notebook-extension"
    settings.mkdir(parents=True)
    (settings / "tracker.jupyterlab-settings").write_text('{"windowingMode": "none"}')
    environment = os.environ | own | {"IPYTHONDIR": str(folder / ".ipython")}
    with server(command, folder, "/api/status", environment) as address:
        yield address


@contextmanager
def chromium():
    """Start Chromium; it reaches this machine only."""
    arguments = ["--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--no-sandbox")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


def explorer_notebook(path, chapters):
    """Write a notebook with the explorers of these chapters, each once; return their calls.

    A chapter's set-up cell runs before them. Where an explorer is given something that the chapter
    has made, all that comes before it runs as well, in one cell that shows nothing.
    """
    calls, cells = [], []
    for chapter in chapters:
        notebook = nbformat.read(next(NOTEBOOKS.glob(f"{chapter}_*.ipynb")), as_version=4)
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        explorers = [cell for cell in code if cell.source.startswith("explorers.")]
        names = [call.partition("(")[0] for call in calls]
        new = [cell.source for cell in explorers if cell.source.partition("(")[0] not in names]
        first = code[0].source
        if not all(source.endswith("()") for source in new):
            before = [cell for cell in code[: code.index(explorers[-1])] if cell not in explorers]
            first = "\n".join(["%%capture", *(cell.source for cell in before)])
        calls += new
        cells += [nbformat.v4.new_code_cell(source) for source in (first, *new)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=notebook.metadata), path)
    return calls


KERNEL_IS_READY = """() =>
    window.jupyterapp?.shell?.currentWidget?.sessionContext?.session?.kernel
        ?.connectionStatus === 'connected'"""


COMPLAINTS = ", ".join(
    f"[data-mime-type='application/vnd.jupyter.{kind}']" for kind in ("stderr", "error")
)


def run_all(page, address, name, wait=True):
    """Open a notebook and run all its cells; an error, or words on stderr, fail."""
    page.goto(f"{address}/doc/tree/{name}?reset")
    page.wait_for_function(KERNEL_IS_READY, timeout=1000 * PATIENCE)
    run = "window.jupyterapp.commands.execute('notebook:run-all-cells')"
    page.evaluate(f"() => {run}" if wait else f"() => {{ {run}; }}")
    complaints = page.locator(COMPLAINTS).all_inner_texts()
    assert complaints == [], complaints


# the pixels of a canvas as one number: a PNG of them would take ten times as long
PIXELS = """canvas => {
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d');
    copy.drawImage(canvas, 0, 0);
    const {data} = copy.getImageData(0, 0, canvas.width, canvas.height);
    return new Uint32Array(data.buffer).reduce((sum, pixel) => Math.imul(sum, 31) + pixel | 0, 0);
}"""


class ShownExplorer:
    """One explorer on a page, as its reader finds it."""

    def __init__(self, page, number=0):
        self.page = page
        self.root = page.locator(".explorer").nth(number)
        self.canvas = self.root.locator("canvas.explorer-picture")
        self.canvas.wait_for(timeout=1000 * PATIENCE)
        self.wait("canvas => canvas.dataset.state && canvas.dataset.state !== 'working'")

    def wait(self, condition, argument=None, reason=""):
        """Wait until a JavaScript function of the canvas (and an argument) is true."""
        try:
            self.page.wait_for_function(
                f"([canvas, argument]) => ({condition})(canvas, argument)",
                arg=[self.canvas.element_handle(), argument],
                timeout=1000 * PATIENCE,
                polling=50,  # by itself it would ask for each frame, and have each one drawn
            )
        except TooLate as error:
            now = self.canvas.evaluate("canvas => ({...canvas.dataset})")
            raise AssertionError(f"waited for {condition}; {reason}; there is {now}") from error

    def wait_until_done(self):
        """Wait until no better picture for the present setting will follow."""
        self.wait("canvas => canvas.dataset.state === 'done'")

    def wait_until_shown(self, setting):
        """Wait until the last picture for a setting is there: (name, value)."""
        self.wait(
            """(canvas, [name, value]) => canvas.dataset.state === 'done'
                && JSON.parse(canvas.dataset.settings)[name] === value""",
            list(setting),
        )

    def wait_until_it_reads(self, label):
        """Wait until the last picture is that of the number beside a slider."""
        self.wait(
            """(canvas, label) => {
                const readout = [...canvas.closest('.explorer').querySelectorAll('.widget-label')]
                    .find((node) => node.textContent === label)
                    .parentElement.querySelector('.widget-readout');
                const shown = Number(readout.textContent.replace('−', '-'));
                return canvas.dataset.state === 'done'
                    && Object.values(JSON.parse(canvas.dataset.settings))
                        .some((value) => Math.abs(value - shown) <= 0.0051);
            }""",
            label,
            reason=f"{label!r} was dragged",
        )

    def wait_for_another_picture(self, before, reason=""):
        """Wait until the pixels are others than before."""
        self.wait(f"(canvas, before) => ({PIXELS})(canvas) !== before", before, reason=reason)

    @property
    def settings(self):
        """What the picture on show was made for."""
        return json.loads(self.canvas.get_attribute("data-settings"))

    @staticmethod
    def as_json(settings):
        """Return settings as the kernel writes them."""
        return json.dumps(settings)

    @property
    def number(self):
        """How many pictures there have been."""
        return int(self.canvas.get_attribute("data-number"))

    @property
    def labels(self):
        """The visible labels of the controls."""
        labels = self.root.locator(".explorer-controls .widget-label").all_inner_texts()
        return [label for label in labels if label]

    def readout(self, label):
        """The number that a slider shows."""
        text = self.control(label).locator(".widget-readout").inner_text()
        return float(text.replace("−", "-"))

    @property
    def picture(self):
        """The pixels of the canvas, as a number to compare."""
        return self.canvas.evaluate(PIXELS)

    @property
    def text(self):
        """The words below the picture."""
        return self.root.locator(".explorer-text").inner_text()

    @property
    def problem(self):
        """The message in place, or an empty text."""
        return self.root.locator(".explorer-problem").inner_text()

    def control(self, label):
        """The control with this visible label."""
        text = self.root.locator(".widget-label", has_text=re.compile(f"^{re.escape(label)}$"))
        return text.locator("xpath=..")

    def handle(self, label):
        """The handle of the slider with this visible label."""
        return self.control(label).locator(".noUi-handle")

    def has_slider(self, label):
        """Tell whether the control with this label is a slider."""
        return self.handle(label).count() == 1

    def button(self, label):
        """The button with this label."""
        return self.root.get_by_role("button", name=label, exact=True)

    def drag(self, label, pixels, steps=20):
        """Drag a slider's handle with the mouse."""
        handle = self.handle(label)
        handle.scroll_into_view_if_needed()
        box = handle.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x + pixels, y, steps=steps)
        self.page.mouse.up()
