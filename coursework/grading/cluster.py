"""Run submissions on a Dask cluster: each is a task, on a worker that has this very course.

The worker locks each into a room of its own, as one machine does. When it dies, Dask gives its
tasks to another worker.
"""

import logging
import threading
import uuid
from contextlib import contextmanager

from coursework.course import version
from coursework.grading import sandbox

LOOK = 10  # seconds, after which to look whether any worker is left
LOOKS = 3  # Dask starts a worker again that has died, so one look is not enough


class Lost(BaseException):
    """The cluster is gone: the fault of no submission, so no `except Exception` takes it."""


@contextmanager
def cluster(address, number, checks, isolated, tell):
    """Give what does on the cluster at an address what `sandbox.run` does here.

    A worker is refused by name where chapter `number`, the code of the course or the folder
    `checks` are not as they are here, and with `isolated` where it has no locked room.
    """
    client = _connect(address)
    with client:
        key = f"grading-{uuid.uuid4()}"
        client.register_plugin(_examiner(key, number, checks, isolated), name=key)
        try:
            examined = client.run(lambda dask_worker: dask_worker.plugins[key].found)
            turn = threading.Semaphore(2 * _slots(address, examined, tell))

            def run(*arguments):
                with turn:  # what waits is here: Dask would blame it, too, when a worker dies
                    return _run(client, key, arguments)

            yield run
        finally:
            if client.status == "running":
                client.unregister_worker_plugin(key)


def _connect(address):
    try:
        from helpers.cluster.client import reach
    except ImportError as error:
        raise ValueError(f"--scheduler: {error}") from error
    try:
        client = reach(address)
    except ConnectionError as error:
        raise ValueError(str(error)) from error
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # `Lost` says it shorter
    return client


def _examiner(key, number, checks, isolated):
    """Return what Dask sends to each worker, also to one that comes later.

    A worker that can grade gets the resource `key`, which every task asks for. The class is in a
    function so that it is sent whole: a worker without the course could not import it.
    """
    from distributed import WorkerPlugin

    here = version(number, checks)

    class Examiner(WorkerPlugin):
        async def setup(self, worker):
            import asyncio

            refused, beware = await asyncio.to_thread(self.examine)
            slots = 0 if refused else worker.state.nthreads
            self.found = str(worker.name), slots, refused, beware
            await worker.set_resources(**{key: slots})

        async def teardown(self, worker):
            await worker.set_resources(**{key: 0})
            if self.found[1]:
                from coursework.grading import sandbox

                sandbox.end()

        def examine(self):
            """Return why the worker is refused, and of what to beware."""
            try:
                from coursework.course import version
                from coursework.grading import limits, room

                if version(number, checks) != here:
                    return "it has another version of the course, or of the folder of --checks", ""
                unlocked = room.why_not_locked()
                if unlocked and isolated:
                    return f"it has no locked room: {unlocked}", ""
                beware = room.NOT_LOCKED.format(unlocked) if unlocked else ""
                return "", " ".join(filter(None, [beware, limits.what_is_missing()]))
            except Exception as error:
                return f"it cannot load the course: {type(error).__name__}: {error}", ""

    return Examiner()


def _slots(address, examined, tell):
    """Tell which workers are refused; return how many submissions the others run at a time."""
    found = sorted(examined.values())
    refused = [f"worker {name} is not used: {why}" for name, _, why, _ in found if why]
    if len(refused) == len(found):
        raise ValueError(
            "\n".join(
                [*refused, f"There is no worker at {address} that can grade. Nothing was run."]
            )
        )
    beware = [f"worker {name}: {why}" for name, _, _, why in found if why]
    for line in [*refused, *(f"Beware: {line}" for line in beware)]:
        tell(line)
    slots = sum(slots for _, slots, _, _ in found)
    tell(f"notebooks that run at a time, on workers: {slots}, on {len(found) - len(refused)}")
    return slots


def _run(client, key, arguments):
    """Run one submission, wherever it may be, and return its `Result`."""
    from distributed import CancelledError

    looks = 0
    try:
        future = client.submit(sandbox.run, *arguments, pure=False, resources={key: 1})
        while looks < LOOKS:
            try:
                return future.result(timeout=LOOK)
            except TimeoutError:
                looks = 0 if client.nthreads() else looks + 1
    except (CancelledError, OSError) as error:
        if client.status == "running":
            raise
        raise Lost("the scheduler has ended.") from error
    raise Lost("no worker is left.")
