"""The bench of chapter 10: its loop is `train`'s, its doctor gets what it is told."""

import numpy as np
import pytest

from helpers import backward, cross_entropy, forward, initialize, train
from helpers.gradients.bench import Bench


@pytest.fixture(scope="module")
def bench():
    rng = np.random.default_rng(0)
    X = rng.random((180, 6), dtype=np.float32)
    y = (X @ rng.normal(size=(6, 3))).argmax(axis=1)
    return Bench(X[:120], y[:120], X[120:], y[120:], [6, 5, 3])


def right(X, Y, params, hidden="relu"):
    _, cache = forward(X, params, hidden)
    return backward(cache, Y, params)


def test_it_learns_as_train_does(bench):
    curve, params = bench.learn(right, epochs=30, seed=3)
    weights_rng, order_rng = np.random.default_rng(3).spawn(2)
    expected = initialize([6, 5, 3], rng=weights_rng)
    settings = {"learning_rate": 0.3, "batch_size": 30, "epochs": 30, "progress": False}
    train(bench.X, bench.y, expected, **settings, rng=order_rng)
    for pair, other in zip(params, expected, strict=True):
        assert all(map(np.array_equal, pair, other))
    assert len(curve) == 4  # at steps 0, 50, 100 and 120
    assert curve[-1] == bench.accuracy(params)


def test_the_doctor_is_told_the_activation(bench, capsys):
    def forgets_the_slope(X, Y, params):
        A, cache = forward(X, params, "tanh")
        dZ2 = (A - Y) / len(X)
        dZ1 = dZ2 @ params[1][0].T
        return [(X.T @ dZ1, dZ1.sum(axis=0)), (cache.A[1].T @ dZ2, dZ2.sum(axis=0))]

    assert bench.ask(lambda *data: right(*data, "tanh"), hidden="tanh").ok
    assert not bench.ask(forgets_the_slope, hidden="tanh").ok
    assert "tanh" in capsys.readouterr().out


def test_the_doctor_takes_another_loss_and_other_parameters(bench):
    params = initialize([6, 5, 3], rng=np.random.default_rng(5))

    def doubled(X, Y, params):
        return 2 * cross_entropy(forward(X, params)[0], Y)

    report = bench.look(right, loss=doubled, params=params)
    assert "the loss is 2 times that" in report.verdict
    assert params[0][0].dtype == np.float32  # a copy was looked at


def test_the_four_tests(bench):
    def opposite(*data):
        return [(-dW, -db) for dW, db in right(*data)]

    first, ten, gradient, later = bench.four_tests(right)
    assert float(first) == pytest.approx(np.log(3), abs=0.7)
    assert (gradient, later) == ("passes", "passes")
    assert float(ten) < 1
    assert bench.four_tests(opposite)[2] == "FAILS"
