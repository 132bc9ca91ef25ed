"""The way to the workers: those of this machine, or those of a cluster whose address you pass."""

import asyncio
import hashlib
import logging
import os
from pathlib import Path

from distributed import Client, Security
from distributed.comm import core
from distributed.utils import LoopRunner

SECONDS = 4  # to wait for a scheduler, and as long again for its first worker
HELPERS = Path(__file__).parents[1]


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
        _check_versions(client)
    except BaseException:
        client.close()
        raise
    return client


def version():
    """Return the version of this copy of the course: eight digits that any changed line changes."""
    digest = hashlib.sha256()
    for path in sorted(HELPERS.rglob("*.py")):
        digest.update(path.relative_to(HELPERS).as_posix().encode())
        digest.update(path.read_text(encoding="utf-8").encode())  # the same line ends everywhere
    return digest.hexdigest()[:8]


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
        client = Client(address, timeout=SECONDS)
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


def _check_versions(client):
    """Refuse, by name, workers that have another version of the course, or none."""

    def ask(dask_worker):  # sent as it stands: a worker may have no such module
        try:
            from helpers.cluster.client import version
        except ImportError:
            return dask_worker.name, "no version that knows clusters"
        return dask_worker.name, version()

    here = version()
    others = [
        f"worker {name} has {there}" for name, there in client.run(ask).values() if there != here
    ]
    if others:
        raise ConnectionError(
            f"{', '.join(others)} of the course, expected {here}, as here; install this copy of "
            "the course there as well, and start the workers again"
        )
