"""Many runs, many workers, endless images: chapter 12, on Dask's distributed scheduler.

`import helpers` brings nothing of this; `from helpers.cluster import connect` does. The same code
runs on the cores of a laptop and on a cluster whose address you pass. Scheduling, queues and
retries are Dask's.
"""

import sys

try:
    import distributed  # noqa: F401  # each module of this room needs it: say so once
except ImportError as error:
    raise ImportError(
        "this needs Dask, which is not installed here: run "
        f'{sys.executable} -m pip install "dask[distributed]>=2024.8", then start anew'
    ) from error

from .client import connect
from .images import training_images
from .shards import Shards
from .stream import endless
from .sweeps import combinations, expected_maximum, ranking, successive_halving, sweep

__all__ = [
    "Shards",
    "combinations",
    "connect",
    "endless",
    "expected_maximum",
    "ranking",
    "successive_halving",
    "sweep",
    "training_images",
]
