"""The way to the workers: those of this machine, or those of a cluster whose address you pass."""

import asyncio
import logging
import os
import warnings
from contextlib import suppress
from pathlib import Path

from distributed import Client, Security, WorkerPlugin
from distributed.comm import core
from distributed.core import Status
from distributed.utils import LoopRunner

from .. import files

SECONDS = 4  # to wait for a scheduler, and as long again for its first worker
HELPERS = Path(__file__).parents[1]
DOOR = "course-version"  # the name of the plugin, and of its messages


def connect(address=None, workers=None):
    """Reach the workers: return a Dask client to close at the end, or to use in a `with`.

    Without an address it starts a worker process for each core of this machine (or as many as
    `workers` says), which end with the client. `address` is that of a scheduler that runs already,
    such as "tcp://10.0.0.1:8786"; its workers must have the same version of the course.
    """
    if address is None:
        return _on_this_machine(workers or _cores())
    if workers is not None:
        raise ValueError(
            f"got workers={workers} and the address {address}; a cluster has its own workers: "
            f"leave out workers, and start more of them with: dask worker {address} --nthreads 1"
        )
    client = reach(address)
    try:
        _refuse_other_versions(client)
    except BaseException:
        client.close()
        raise
    return client


def version():
    """Return the version of this copy of the course."""
    return files.version(HELPERS.rglob("*.py"))


def _on_this_machine(workers):
    return Client(
        n_workers=workers,
        threads_per_worker=1,  # and one thread for matrices, by Dask's setting of the environment
        processes=True,
        dashboard_address="127.0.0.1:0",  # a free port: several readers share some machines
        silence_logs=logging.CRITICAL,
    )


def _cores():
    """Return how many cores this process may use; a container or a batch system gives a part."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def reach(address):
    """Return a client of the scheduler at an address; raise ConnectionError if there is none."""

    async def greet():  # the client itself would wait for ever for a web server to answer
        keys = Security().get_connection_args("client")
        comm = await asyncio.wait_for(core.connect(address, timeout=SECONDS, **keys), SECONDS)
        comm.abort()

    try:
        LoopRunner().run_sync(greet)
        client = _Client(address, timeout=SECONDS)
    except Exception as error:  # each wrong address, and each other server there, fails in its way
        raise ConnectionError(
            f"no Dask scheduler answers at {address}; start one with: dask scheduler, then workers "
            "with: dask worker ADDRESS --nthreads 1, where ADDRESS is what the scheduler prints, "
            "such as tcp://10.0.0.1:8786, and give the same here"
        ) from error
    try:
        client.wait_for_workers(1, timeout=SECONDS)
    except TimeoutError as error:
        client.close()
        raise ConnectionError(
            f"the scheduler at {address} has no workers; start one or more: "
            f"dask worker {address} --nthreads 1"
        ) from error
    return client


def _refuse_other_versions(client):
    """Refuse, by name, workers that have another version of the course, or none."""
    here = version()

    def refusal(worker):
        """Return why a worker is refused; sent as it stands, for it may have no such module."""
        try:
            from helpers.cluster.client import version

            there = version()
        except ImportError:
            there = "no version that knows clusters"
        return "" if there == here else f"worker {worker.name} has {there}"

    class Door(WorkerPlugin):
        """Ends a refused worker that comes later, before it takes a task."""

        def setup(self, worker):
            if other := refusal(worker):
                worker.log_event(DOOR, other)
                worker.status = Status.paused
                worker.loop.add_callback(worker.close, reason=f"{other}, expected {here}")

    advice = (
        f"of the course, expected {here}, as here; install this copy of the course there as "
        "well, and start the workers again"
    )
    if others := [*filter(None, client.run(lambda dask_worker: refusal(dask_worker)).values())]:
        raise ConnectionError(f"{', '.join(others)} {advice}")
    client.subscribe_topic(
        DOOR, lambda event: warnings.warn(f"{event[1]} {advice}; it is ended", stacklevel=2)
    )
    client.register_plugin(Door(), name=DOOR)
    client.has_door = True


class _Client(Client):
    """Takes its door away when it goes: the next one may have another version of the course."""

    has_door = False

    def close(self, *args, **kwargs):
        if self.has_door and self.status == "running":
            self.has_door = False
            with suppress(Exception):  # the scheduler may be gone, and the door with it
                self.unregister_worker_plugin(DOOR)
        return super().close(*args, **kwargs)
