"""Many runs at once, and the fair choice among them (chapter 12, section 1)."""

import csv
import itertools
import math
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from distributed import as_completed
from distributed.client import FutureCancelledError
from distributed.protocol import pickle

from ..checks import describe
from ..files import replacing
from .client import connect

LAST = ["seconds", "error"]  # the columns behind the results of a run


def sweep(settings, run, seeds, client=None, path=None, callback=None, progress=True):
    """Call `run(**setting, seed=seed)` for each setting and seed, on workers; return a DataFrame.

    Parameters
    ----------
    settings : dict of lists, or list of dicts
        Either the values of each setting, of which every combination is made, or the combinations.
    run : function
        Returns a dict of results. It travels to the workers with all that it uses.
    seeds : list of int
        With each setting `run` is called once for each of them.
    client : distributed.Client, optional
        That of `connect`; without one, all cores of this machine work until the sweep ends.
    path : str or Path, optional
        A CSV file that keeps each run as soon as it is finished. Runs that it holds already are
        not made again, so an interrupted sweep goes on; use one file for one `run`.
    callback : function, optional
        Is given the table so far, each time that a run has arrived.
    progress : bool
        Show a bar.

    Returns
    -------
    pandas.DataFrame
        A row for each run: its settings, `seed`, its results, `seconds`, and `error`, which says
        why a run has no results, and is None if it has.
    """
    from tqdm.auto import tqdm  # here: in a notebook it loads ipywidgets, which takes a while

    if client is None:
        with connect() as client:
            return sweep(settings, run, seeds, client, path, callback, progress)
    plan = [{**setting, "seed": int(seed)} for seed in seeds for setting in combinations(settings)]
    kept = _Kept(path, list(plan[0]))
    missing = [call for call in plan if _key(call) not in kept.rows]
    # the function goes as a task of its own: once to each worker, and again if one is lost
    function = client.submit(pickle.loads, pickle.dumps(run), pure=False)
    calls = {client.submit(_make, function, call, pure=False): call for call in missing}
    try:
        with tqdm(total=len(plan), initial=len(plan) - len(missing), disable=not progress) as bar:
            for future in as_completed(calls):
                kept.add(calls[future], _row(future, function))
                bar.update()
                if callback is not None:
                    callback(kept.table(plan))
    except FutureCancelledError as error:
        raise ConnectionError(
            f"the scheduler is gone after {len(kept.table(plan))} of {len(plan)} runs; start it "
            "again, connect, and call sweep again: with path it makes only the missing ones"
        ) from error
    finally:
        for future in (*calls, function):
            future.release()  # what has not begun never will
    return kept.table(plan)


def combinations(settings):
    """Return a list with every combination of the values in a dict; a list stays as it is.

    >>> combinations({"rate": [0.1, 0.2], "units": [8]})
    [{'rate': 0.1, 'units': 8}, {'rate': 0.2, 'units': 8}]
    """
    if isinstance(settings, dict):
        values = itertools.product(*settings.values())
        settings = [dict(zip(settings, one, strict=True)) for one in values]
    # a list such as [128, 64] becomes a tuple, which a table can group by
    return [{k: tuple(v) if isinstance(v, list) else v for k, v in s.items()} for s in settings]


def settings_of(table):
    """Return the names of the settings in a table of runs: the columns before the seed."""
    return list(table.columns[: table.columns.get_loc("seed")])


def ranking(table, score):
    """Return mean and standard deviation of a score over the seeds, the lowest mean first.

    A setting of which a run failed has no mean, and is last: what is left may be the lucky ones.
    """
    if score not in table:
        raise ValueError(
            f"no run has a result {score!r}; expected one of {list(table.columns)}. "
            "If runs failed, the column error says why"
        )
    scores = table.groupby(settings_of(table), sort=False)[score]
    ranks = scores.agg(mean=lambda values: values.mean(skipna=False), std="std").reset_index()
    return ranks.sort_values("mean", kind="stable", ignore_index=True)


def expected_maximum(n):
    """Return the expected largest of n standard normal numbers: Eq. (12.2).

    >>> round(expected_maximum(2), 4)  # 1 / sqrt(pi)
    0.5642
    """
    x = np.linspace(-10, 10, 10_001)
    density = np.exp(-(x**2) / 2) / math.sqrt(2 * math.pi)
    Phi = (1 + np.vectorize(math.erf)(x / math.sqrt(2))) / 2
    return float(np.trapezoid(x * n * Phi ** (n - 1) * density, x))


def successive_halving(settings, run, seeds, score, client=None):
    """Train all for one epoch, keep the better half, double the epochs: Eq. (12.5).

    `run` takes `epochs` besides each setting and `seed`. Returns a table for each round, the last
    one with the only setting that is left (Jamieson and Talwalkar 2016).
    """
    rounds, epochs = [], 1
    while True:
        plan = [{**setting, "epochs": epochs} for setting in settings]
        rounds.append(sweep(plan, run, seeds, client, progress=False))
        if len(settings) == 1:
            return rounds
        better = ranking(rounds[-1], score).head(len(settings) // 2)
        settings = better[settings_of(rounds[-1])].to_dict("records")
        epochs *= 2


def _make(run, call):
    """Make one run, on a worker; return its results, or why there are none."""
    begin = time.perf_counter()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a network that has not learned: its score tells
            results = run(**call)
        if not isinstance(results, dict):
            raise TypeError(f"run must return a dict of results, got {describe(results)}")
        if taken := results.keys() & {*call, *LAST}:
            raise ValueError(f"run returned {sorted(taken)}; give these results other names")
    except Exception as error:
        results = {"error": _sentence(error)}
    values = {name: getattr(value, "item", lambda v=value: v)() for name, value in results.items()}
    return {"error": None, **values, "seconds": time.perf_counter() - begin}


def _row(future, function):
    """Return what a run has sent, or why it has sent nothing."""
    try:
        return future.result()
    except FutureCancelledError:
        raise
    except Exception as error:  # the workers that made it died, or its results cannot be sent
        if function.status == "error":
            raise ConnectionError(
                f"the workers cannot load run ({_sentence(error)}); what it uses must be "
                "installed there as well, or be defined in the notebook"
            ) from error
        return {"error": _sentence(error), "seconds": math.nan}


def _sentence(error):
    return " ".join(f"{type(error).__name__}: {error}".split())


def _key(call):
    return tuple(str(value) for value in call.values())  # as a file has it


class _Kept:
    """The finished runs, by their settings and seeds, and the file that keeps them."""

    def __init__(self, path, names):
        self.path, self.names = path and Path(path), names
        self.rows, self.columns = {}, None
        if self.path and self.path.exists():
            self._read()

    def _read(self):
        text = self.path.read_text(encoding="utf-8")
        # the last line may have been cut short: that run is made again
        reader = csv.DictReader(text[: text.rfind("\n") + 1].splitlines())
        self.columns = list(reader.fieldnames or [])
        if self.columns[: len(self.names)] != self.names:
            raise ValueError(
                f"{self.path} begins with the columns {self.columns[: len(self.names)]}, expected "
                f"{self.names}: it keeps runs of another sweep; give another path"
            )
        for row in reader:
            results = {name: _value(row[name]) for name in self.columns if name not in self.names}
            self.rows[tuple(row[name] for name in self.names)] = row | results
        if not text.endswith("\n"):
            self._write()

    def add(self, call, row):
        """Take in a run; append it to the file at once."""
        self.rows[_key(call)] = call | row
        if self.path is None:
            return
        if self.columns is None or not {*call, *row} <= {*self.columns}:
            self._write()  # the first run, or the first with these results
            return
        with open(self.path, "a", encoding="utf-8", newline="") as file:
            csv.DictWriter(file, self.columns).writerow(call | row)

    def table(self, plan):
        """Return the runs of a plan that are finished, in its order."""
        done = [self.rows[_key(call)] | call for call in plan if _key(call) in self.rows]
        return pd.DataFrame(done, columns=self._all_columns())

    def _all_columns(self):
        names = dict.fromkeys(name for row in self.rows.values() for name in row)
        results = [name for name in names if name not in (*self.names, *LAST)]
        return [*self.names, *results, *LAST]

    def _write(self):
        self.columns = self._all_columns()
        with (
            replacing(self.path) as temporary,
            open(temporary, "w", newline="", encoding="utf-8") as file,
        ):
            writer = csv.DictWriter(file, self.columns)
            writer.writeheader()
            writer.writerows(self.rows.values())


def _value(text):
    """Return what a cell of the file holds."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return {"": None, "True": True, "False": False}.get(text, text)
