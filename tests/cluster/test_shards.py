"""One batch over many workers: the numbers of one machine, also when a worker is killed."""

import signal
from threading import Timer

import dask_commands
import numpy as np
import pytest

from helpers.cluster import Shards, connect
from helpers.network import batch_gradients, initialize, one_hot, steps, update

pytestmark = pytest.mark.slow
M, SIZES = 60, [5, 4, 3]
PARTS = [np.arange(7), np.arange(50, 60), np.arange(7, 50)[::-1]]  # unequal, not in order


def loader(dtype=np.float64):
    """Return what the workers call; made here, so that it travels whole."""

    def load():
        rng = np.random.default_rng(0)
        return rng.standard_normal((60, 5)).astype(dtype), rng.permutation(np.arange(60) % 3)

    return load


def new_params(dtype=np.float64):
    return initialize(SIZES, rng=np.random.default_rng(1), dtype=dtype)


def train(X, Y, gradients, after=lambda number: None, dtype=np.float64):
    params = new_params(dtype)
    settings = {"learning_rate": 0.5, "batch_size": 10, "rng": np.random.default_rng(2)}
    for number, _ in enumerate(steps(X, Y, params, **settings, gradients=gradients)):
        after(number)
    return params


def farthest(params, others):
    return max(
        np.abs(a - b).max()
        for pair, other in zip(params, others, strict=True)
        for a, b in zip(pair, other, strict=True)
    )


@pytest.fixture(scope="module")
def client():
    with connect(workers=2) as client:
        yield client


@pytest.mark.parametrize(("dtype", "off"), [(np.float64, 1e-12), (np.float32, 1e-5)])
def test_unequal_shards_train_as_one_machine_does(client, dtype, off):
    X, y = loader(dtype)()
    one = train(X, one_hot(y, 3), batch_gradients, dtype=dtype)
    rows = np.arange(M)
    shards = Shards(client, loader(dtype), PARTS)
    many = train(rows, rows, shards.gradients, dtype=dtype)
    assert farthest(one, many) < off
    assert farthest(many, new_params(dtype)) > 0.1
    assert many[0][0].dtype == dtype


def test_a_batch_of_which_a_shard_has_no_row(client):
    X, y = loader()()
    shards = Shards(client, loader(), PARTS)
    grads = shards.gradients(PARTS[1], None, new_params())
    expected = batch_gradients(X[PARTS[1]], one_hot(y, 3)[PARTS[1]], new_params())
    assert farthest(grads, expected) < 1e-12


def test_one_local_step_is_the_shared_step_and_many_are_not(client):
    X, y = loader()()
    shards = Shards(client, loader(), PARTS)
    settings = {"learning_rate": 0.5, "batch_size": M, "seed": [0]}
    local, one = shards.descend_locally(new_params(), 1, **settings), new_params()
    update(one, batch_gradients(X, one_hot(y, 3), one), 0.5)
    assert farthest(local, one) < 1e-12
    for _ in range(4):
        update(one, batch_gradients(X, one_hot(y, 3), one), 0.5)
    assert 1e-6 < farthest(shards.descend_locally(new_params(), 5, **settings), one) < 1


def test_local_steps_go_on_over_many_epochs_and_are_the_same_again(client):
    shards = Shards(client, loader(), PARTS)
    settings = {"learning_rate": 0.1, "batch_size": 4}
    runs = [shards.descend_locally(new_params(), 30, **settings, seed=[s]) for s in (0, 0, 1)]
    assert farthest(runs[0], runs[1]) == 0
    assert farthest(runs[0], runs[2]) > 0


def test_a_killed_worker_changes_no_number(tmp_path, monkeypatch):
    """One is killed between two steps, another one while it has a part of a step in hand."""
    monkeypatch.setattr("helpers.cluster.client.SECONDS", dask_commands.SECONDS)
    rows, names = np.arange(M), ("left", "middle", "right")
    with dask_commands.cluster(tmp_path, *names) as (address, running):
        client = connect(address)
        with client:
            client.wait_for_workers(3, timeout=dask_commands.SECONDS)
            shards = Shards(client, loader(), PARTS)
            undisturbed = train(rows, rows, shards.gradients)

            def disturb(number):
                if number == 1:
                    running["left"].kill()
                if number == 3:
                    running["middle"].send_signal(signal.SIGSTOP)  # it takes, and never answers
                    Timer(0.5, running["middle"].kill).start()

            assert farthest(undisturbed, train(rows, rows, shards.gradients, disturb)) == 0
            assert len(client.nthreads()) == 1
    assert all(process.poll() is not None for process in running.values())


def test_what_a_worker_cannot_load_is_told_at_once(client):
    def load():
        raise FileNotFoundError("no such file: images.npz")

    with pytest.raises(FileNotFoundError, match=r"images\.npz"):
        Shards(client, load, PARTS)
