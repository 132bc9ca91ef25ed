"""The contenders of `speed.py`: each trains the same network on the same images.

Each is a function of the images, the labels, the layer sizes and the batch size. It prepares
everything that is not timed and returns a function without arguments: that one goes once through
the images, in mini-batches in random order, and returns the seconds of its steps.
"""

import os
import time
from itertools import pairwise

import numpy as np

from helpers import evaluate, initialize, train

LEARNING_RATE = 0.1
THREADS = int(os.environ.get("OPENBLAS_NUM_THREADS", "1"))


def ours(X, y, sizes, batch_size):
    """Time the steps of `helpers.train`, as it reports them itself."""
    rng = np.random.default_rng(0)
    params = initialize(sizes, rng=rng)
    settings = {"learning_rate": LEARNING_RATE, "batch_size": batch_size, "epochs": 1}

    def epoch():
        history = train(X, y, params, **settings, rng=rng, progress=False)
        return float(history["seconds"].iloc[0])

    return epoch


def evaluation(X, y, sizes, batch_size):
    """Time what `helpers.train` does after an epoch: loss and accuracy on the training images."""
    params = initialize(sizes, rng=np.random.default_rng(0))

    def epoch():
        start = time.perf_counter()
        evaluate(X, y, params)
        return time.perf_counter() - start

    return epoch


def products(X, y, sizes, batch_size):
    """Time the matrix products of the steps and nothing else: the floor."""
    rng = np.random.default_rng(0)
    weights = [W for W, b in initialize(sizes, rng=rng)]
    A = [X[:batch_size]] + [
        rng.random((batch_size, n_out), dtype=np.float32) for n_out in sizes[1:]
    ]
    dZ = [rng.random(activations.shape, dtype=np.float32) for activations in A]
    steps = len(X) // batch_size

    def epoch():
        start = time.perf_counter()
        for _ in range(steps):
            for l, W in enumerate(weights, start=1):
                A[l - 1] @ W
            for l in range(len(weights), 0, -1):
                A[l - 1].T @ dZ[l]
                if l > 1:
                    dZ[l] @ weights[l - 1].T
        seconds = time.perf_counter() - start
        return seconds * len(X) / (steps * batch_size)  # the last batch may be a fraction of one

    return epoch


def scikit_learn(X, y, sizes, batch_size):
    """Time `MLPClassifier.partial_fit`, which goes once through the images."""
    from sklearn.neural_network import MLPClassifier

    network = MLPClassifier(
        hidden_layer_sizes=sizes[1:-1],
        solver="sgd",
        momentum=0,
        nesterovs_momentum=False,
        alpha=0,
        batch_size=batch_size,
        learning_rate_init=LEARNING_RATE,
        random_state=0,
    )
    network.partial_fit(X[: 2 * batch_size], y[: 2 * batch_size], classes=np.arange(sizes[-1]))

    def epoch():
        start = time.perf_counter()
        network.partial_fit(X, y)
        return time.perf_counter() - start

    return epoch


def pytorch(X, y, sizes, batch_size):
    """Time PyTorch without a compiler and without a DataLoader: tensors in memory."""
    import torch
    from torch import nn

    torch.set_num_threads(THREADS)
    torch.manual_seed(0)
    X, y = torch.from_numpy(X), torch.from_numpy(y)
    layers = []
    for n_in, n_out in pairwise(sizes):
        layers += [nn.Linear(n_in, n_out), nn.ReLU()]
    network = nn.Sequential(*layers[:-1])  # no ReLU after the last layer
    loss = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(network.parameters(), lr=LEARNING_RATE)

    def epoch():
        start = time.perf_counter()
        for batch in torch.randperm(len(X)).split(batch_size):
            optimizer.zero_grad()
            Z_L = network(X.index_select(0, batch))
            loss(Z_L, y.index_select(0, batch)).backward()
            optimizer.step()
        return time.perf_counter() - start

    return epoch


def jax(X, y, sizes, batch_size):
    """Time JAX with one compiled step; compiling it is not counted."""
    import jax
    import jax.numpy as jnp

    rng = np.random.default_rng(0)
    params = jax.device_put(initialize(sizes, rng=rng))
    X, y = jax.device_put(X), jax.device_put(y.astype(np.int32))

    def loss(params, A, labels):
        *hidden, (W_L, b_L) = params
        for W, b in hidden:
            A = jax.nn.relu(A @ W + b)
        log_A_L = jax.nn.log_softmax(A @ W_L + b_L)
        return -jnp.take_along_axis(log_A_L, labels[:, None], axis=1).mean()

    def step(params, X, y, batch):
        grads = jax.grad(loss)(params, X[batch], y[batch])
        return jax.tree.map(lambda W, dW: W - LEARNING_RATE * dW, params, grads)

    step = jax.jit(step, donate_argnums=0)
    for size in {batch_size, len(X) % batch_size} - {0}:  # compile for each size of batch
        params = step(params, X, y, np.arange(size, dtype=np.int32))

    def epoch():
        nonlocal params
        start = time.perf_counter()
        order = rng.permutation(len(X)).astype(np.int32)
        for first in range(0, len(X), batch_size):
            params = step(params, X, y, order[first : first + batch_size])
        jax.block_until_ready(params)
        return time.perf_counter() - start

    return epoch


CONTENDERS = {
    "ours": ours,
    "evaluation": evaluation,
    "matrix products alone": products,
    "scikit-learn": scikit_learn,
    "PyTorch eager": pytorch,
    "JAX jit": jax,
}
