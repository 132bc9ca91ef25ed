"""The commands `dask scheduler` and `dask worker`, as a reader types them, on this machine."""

import contextlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from distributed import Client

ROOT = Path(__file__).resolve().parents[1]
SECONDS = 60  # for a machine that has much else to do


def start(*arguments, course=ROOT):
    """Start a dask command; its `helpers` are those of the folder `course`."""
    return subprocess.Popen(
        [sys.executable, "-m", "dask", *map(str, arguments)],
        cwd=course,
        env={**os.environ, "PYTHONPATH": str(course)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def start_worker(address, name, folder, course=ROOT):
    """Start a worker without a nanny: once killed it stays away."""
    options = ["--no-nanny", "--nthreads", 1, "--no-dashboard", "--local-directory", folder]
    return start("worker", address, "--name", name, *options, course=course)


@contextlib.contextmanager
def cluster(folder, *names):
    """Start a scheduler and workers; give its address and {name: process}; end them all."""
    file = Path(folder) / "scheduler.json"
    where = ["--host", "127.0.0.1", "--port", 0, "--dashboard-address", "127.0.0.1:0"]
    running = {"scheduler": start("scheduler", *where, "--scheduler-file", file)}
    try:
        address = None
        deadline = time.monotonic() + SECONDS
        while address is None and time.monotonic() < deadline:
            with contextlib.suppress(OSError, ValueError):  # not there yet, or half written
                address = json.loads(file.read_text())["address"]
            time.sleep(0.05)
        running |= {name: start_worker(address, name, folder) for name in names}
        with Client(address, timeout=SECONDS) as client:
            client.wait_for_workers(len(names), timeout=SECONDS)
        yield address, running
    finally:
        for process in running.values():
            process.kill()
        for process in running.values():
            process.wait()
