"""Firefox and WebKit, driven by the protocols of the W3C: WebDriver BiDi and WebDriver.

Playwright drives builds of its own only, and Selenium wants a geckodriver, which no registry of
packages has. Firefox itself speaks the first protocol, WebKitGTK's driver the second; what hands
do is written alike in both.
"""

import itertools
import json
import os
import shutil
import socket
import subprocess
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import websocket

FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox")
WEBKIT = next(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"), None)
if not (shutil.which("WebKitWebDriver") and shutil.which("Xvfb")):
    WEBKIT = None
SIZE = {"width": 1200, "height": 1300}
# nothing listens at this proxy, so the browsers reach this machine only
PROXY = {"proxyType": "manual", "noProxy": ["127.0.0.1"]}
PROXY |= dict.fromkeys(["httpProxy", "sslProxy"], "127.0.0.1:9")
KEYS = {"ArrowRight": "\ue014", "ArrowDown": "\ue015", "Delete": "\ue017", "Space": " "}


class Page:
    """An address, mouse and keys, as a page's reader has them; scripts for its test."""

    def __init__(self, goto, run, perform):
        self.goto, self.run, self._perform = goto, run, perform

    def mouse(self, *places):
        """Press the button at the first place, move to the others, let go."""
        first, *others = (
            {"type": "pointerMove", "x": round(x), "y": round(y), "duration": 20} for x, y in places
        )
        down, up = ({"type": f"pointer{way}", "button": 0} for way in ("Down", "Up"))
        self._perform([{"type": "pointer", "id": "mouse", "actions": [first, down, *others, up]}])

    def keys(self, *names):
        """Press keys, one after the other."""
        ways = ("keyDown", "keyUp")
        actions = [{"type": way, "value": KEYS[name]} for name in names for way in ways]
        self._perform([{"type": "key", "id": "keys", "actions": actions}])


@contextmanager
def firefox(folder):
    """Start Firefox with a new profile in this folder; give its page."""
    port = free_port()
    command = [FIREFOX, "--headless", "--no-remote", "--profile", folder]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with running([*command, f"--remote-debugging-port={port}"], **quiet):
        wait_for(port)
        connection = websocket.create_connection(
            f"ws://127.0.0.1:{port}/session", suppress_origin=True, timeout=60
        )
        numbers = itertools.count()

        def send(method, **params):
            number = next(numbers)
            connection.send(json.dumps({"id": number, "method": method, "params": params}))
            while (answer := json.loads(connection.recv())).get("id") != number:
                pass  # an event
            assert answer["type"] == "success", (method, params, answer)
            return answer["result"]

        def run(function, *arguments):
            source = f"JSON.stringify(({function})(...{json.dumps(arguments)}) ?? null)"
            answer = send("script.evaluate", expression=source, awaitPromise=False, target=page)
            assert answer["type"] == "success", (function, answer)
            return json.loads(answer["result"]["value"])

        send("session.new", capabilities={"alwaysMatch": {"proxy": PROXY}})
        page = {"context": send("browsingContext.create", type="tab")["context"]}
        send("browsingContext.setViewport", **page, viewport=SIZE)
        yield Page(
            lambda url: send("browsingContext.navigate", **page, url=url, wait="interactive"),
            run,
            lambda actions: send("input.performActions", **page, actions=actions),
        )
        send("browser.close")
        connection.close()


@contextmanager
def webkit(folder):
    """Start WebKitGTK's own browser, at home in this folder, on a hidden screen; give its page."""
    port = free_port()

    def send(path, **params):
        url = f"http://127.0.0.1:{port}/session{path}"
        request = urllib.request.Request(url, json.dumps(params).encode())
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise AssertionError((path, params, error.read().decode())) from error

    command = ["Xvfb", "-displayfd", "1", "-screen", "0", "1400x1400x24"]
    with running(command, stdout=subprocess.PIPE, text=True) as screen:
        own = {"DISPLAY": f":{screen.stdout.readline().strip()}", "HOME": str(folder)}
        if os.geteuid() == 0:
            own["WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS"] = "1"
        with running(["WebKitWebDriver", f"--port={port}"], env=os.environ | own):
            wait_for(port)
            options = {"binary": str(WEBKIT), "args": ["--automation"]}
            asked = {"proxy": PROXY, "webkitgtk:browserOptions": options}
            session = "/" + send("", capabilities={"alwaysMatch": asked})["sessionId"]
            send(f"{session}/window/rect", **SIZE)
            yield Page(
                lambda url: send(f"{session}/url", url=url),
                lambda function, *arguments: send(
                    f"{session}/execute/sync",
                    script=f"return ({function})(...arguments)",
                    args=arguments,
                ),
                lambda actions: send(f"{session}/actions", actions=actions),
            )


@contextmanager
def running(command, **options):
    """Run a program, as long as the block."""
    with subprocess.Popen(command, **options) as process:
        try:
            yield process
        finally:
            process.terminate()


def free_port():
    """Return a port of this machine at which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port):
    """Wait until a program listens there."""
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("nothing listened within a minute")
