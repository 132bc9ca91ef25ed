"""One batch over many workers: each keeps its shard, and gets the parameters in every step."""

from itertools import chain, count, islice

import numpy as np

from ..network import batch_gradients, one_hot, steps


class Shards:
    """Examples spread over the workers of a Dask client. Eqs. (12.6), (12.7), (12.11).

    `load()` returns all of X and y; each of `parts` holds the rows of one shard, as indices. Every
    worker reads the examples itself and keeps its rows. Dask remembers how a shard was made: when
    its worker is lost, another one makes it again and repeats the step under way.
    """

    def __init__(self, client, load, parts):
        self.client, self.sizes = client, [len(rows) for rows in parts]
        # of each row: its shard, and its place there
        self.owner, self.place = np.empty((2, sum(self.sizes)), int)
        for k, rows in enumerate(parts):
            self.owner[rows], self.place[rows] = k, np.arange(len(rows))
        workers = list(client.nthreads())
        self.shards = [
            client.submit(
                _shard, load, rows, workers=workers[k % len(workers)], allow_other_workers=True
            )
            for k, rows in enumerate(parts)
        ]
        for shard in self.shards:
            if (problem := shard.exception()) is not None:  # waits until it is made
                raise problem

    def gradients(self, rows, _, params):
        """The derivatives for the batch of these rows. Eqs. (12.6), (12.7).

        The second argument is not looked at: the labels are with the workers. So `steps` trains
        with `gradients=shards.gradients` and the numbers of the rows in place of X and Y.
        """
        mine = [self.place[rows[self.owner[rows] == k]] for k in range(len(self.shards))]
        busy = [k for k, places in enumerate(mine) if len(places)]
        answers = [
            self.client.submit(_gradients, self.shards[k], mine[k], params, pure=False)
            for k in busy
        ]
        weights = [len(mine[k]) / len(rows) for k in busy]
        return weighted_sum(self.client.gather(answers), weights)

    def descend_locally(self, params, count, *, learning_rate, batch_size, seed):
        """Let each worker take `count` steps on its own; return the mean parameters. Eq. (12.11).

        Each draws batches of `batch_size` from its shard; `seed` is a list of whole numbers.
        """
        settings = {"learning_rate": learning_rate, "batch_size": batch_size}
        answers = [
            self.client.submit(_descend, shard, params, count, settings, [*seed, k], pure=False)
            for k, shard in enumerate(self.shards)
        ]
        weights = np.divide(self.sizes, sum(self.sizes)).tolist()
        return weighted_sum(self.client.gather(answers), weights)


def weighted_sum(pairs, weights):
    """Σ w_k (W_k, b_k), layer by layer, always in the order of the shards."""
    return [
        tuple(
            sum(w * array for w, array in zip(weights, arrays, strict=True))
            for arrays in zip(*layer, strict=True)
        )
        for layer in zip(*pairs, strict=True)
    ]


# what the workers do


def _shard(load, rows):
    X, y = load()
    return X[rows], one_hot(y[rows], classes=int(y.max()) + 1)


def _gradients(shard, places, params):
    X, Y = shard
    return batch_gradients(X[places], Y[places], params)


def _descend(shard, params, number, settings, seed):
    params = [(W.copy(), b.copy()) for W, b in params]  # what Dask hands over is read-only
    rng = np.random.default_rng(seed)
    epochs = (steps(*shard, params, rng=rng, **settings) for _ in count())
    for _ in islice(chain.from_iterable(epochs), number):
        pass
    return params
