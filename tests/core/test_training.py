"""The training loop: steps, history, interruption, divergence."""

import copy
import math
import re
import signal
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import pytest

from helpers import (
    checks,
    cross_entropy_from_logits,
    evaluate,
    forward,
    initialize,
    minibatches,
    predict,
    softmax,
    train,
    training,
    update,
)

SETTINGS = {"learning_rate": 0.5, "batch_size": 8, "epochs": 2, "progress": False}
STEPS = 3  # 20 examples in batches of 8, 8 and 4


@pytest.fixture
def data(rng):
    return rng.normal(size=(20, 4)).astype(np.float32), rng.integers(0, 3, 20)


def network(sizes=(4, 5, 3), dtype=np.float32, **settings):
    return initialize(list(sizes), rng=np.random.default_rng(1), dtype=dtype, **settings)


def trained(X, y, params=None, seed=2, **settings):
    """Train a fresh network; return parameters and history."""
    params = network() if params is None else params
    history = train(X, y, params, **{**SETTINGS, **settings}, rng=np.random.default_rng(seed))
    return params, history


# Steps


def test_two_epochs_are_the_loop_of_the_chapters_written_by_hand(data):
    X, y = data[0].astype(np.float64), data[1]
    params, _ = trained(X, y, network(dtype=np.float64), epochs=2, hidden="tanh")
    (W1, b1), (W2, b2) = network(dtype=np.float64)
    rng = np.random.default_rng(2)
    for X_batch, y_batch in [*minibatches(X, y, 8, rng), *minibatches(X, y, 8, rng)]:
        A1 = np.tanh(X_batch @ W1 + b1)
        # by the size of this batch: the last one has 4 examples, not 8
        dZ2 = (softmax(A1 @ W2 + b2) - np.eye(3)[y_batch]) / len(y_batch)
        dZ1 = dZ2 @ W2.T * (1 - A1**2)
        W2 -= 0.5 * A1.T @ dZ2
        b2 -= 0.5 * dZ2.sum(axis=0)
        W1 -= 0.5 * X_batch.T @ dZ1
        b1 -= 0.5 * dZ1.sum(axis=0)
    for array, expected in zip(sum(params, ()), (W1, b1, W2, b2), strict=True):
        np.testing.assert_allclose(array, expected, atol=1e-12)


@pytest.mark.parametrize("batch_size", [1, 3, 8, 20, 50])
def test_an_epoch_uses_every_example_once(batch_size):
    # example i has the only 1 in column i, so only its gradient reaches row i of W
    y = np.arange(20) % 3
    params = [(np.zeros((20, 3)), np.zeros(3))]
    trained(np.eye(20), y, params, batch_size=batch_size, epochs=1, learning_rate=1e-4)
    moved = np.abs(params[0][0]).sum(axis=1)
    sizes = {1: [1], 3: [3, 2], 8: [8, 4], 20: [20], 50: [20]}[batch_size]
    once = [1e-4 * (4 / 3) / size for size in sizes]  # |softmax - one-hot| of even odds sums to 4/3
    assert np.min(np.abs(moved[:, None] / once - 1), axis=1) == pytest.approx(0, abs=1e-3)


def test_params_change_in_place(data):
    params = network()
    arrays = sum(params, ())
    before = copy.deepcopy(arrays)
    trained(*data, params)
    for array, same, old in zip(sum(params, ()), arrays, before, strict=True):
        assert array is same
        assert (array != old).any()
        assert array.dtype == np.float32


def test_the_data_are_not_written_to(data):
    before = copy.deepcopy(data)
    trained(*data, X_dev=data[0], y_dev=data[1])
    np.testing.assert_equal(data, before)


def test_the_seed_decides(data):
    first, again, other = (trained(*data, seed=seed)[0] for seed in (2, 2, 3))
    np.testing.assert_equal(first, again)
    assert (first[0][0] != other[0][0]).any()


def test_float64_data_do_not_slow_down_a_float32_network(data):
    dtypes = set()

    def spy(params, grads, learning_rate):
        dtypes.update(array.dtype for pair in grads for array in pair)
        update(params, grads, learning_rate)

    trained(data[0].astype(np.float64), data[1], update=spy)
    assert dtypes == {np.dtype(np.float32)}


def test_steps_are_not_checked_one_by_one(data, monkeypatch):
    calls, counts = [], []
    # every check of parameters, examples and labels calls this one
    monkeypatch.setattr(checks, "check_array", lambda *args, **kwargs: calls.append(args))
    for epochs in 1, 20:
        trained(*data, epochs=epochs)
        counts.append(len(calls))
        calls.clear()
    assert counts[0] == counts[1] > 0


# History


def test_history_has_one_row_per_epoch(data):
    _, history = trained(*data)
    assert history.index.tolist() == [1, 2]
    assert history.index.name == "epoch"
    assert history["step"].tolist() == [STEPS, 2 * STEPS]
    assert set(history) == {"step", "seconds", "train_loss", "train_accuracy"}


def test_history_measures_both_sets_at_the_end_of_each_epoch(data):
    X, y = data
    params, history = trained(X[:12], y[:12], X_dev=X[12:], y_dev=y[12:], hidden="tanh")
    last = history.iloc[-1]
    for part, images, labels in ("train", X[:12], y[:12]), ("dev", X[12:], y[12:]):
        expected = evaluate(images, labels, params, hidden="tanh")
        assert (last[f"{part}_loss"], last[f"{part}_accuracy"]) == pytest.approx(expected)


@pytest.mark.parametrize("m", [1, 1999, 2000, 4001])
def test_evaluate_weighs_all_examples_alike(m, rng):
    X, y = rng.normal(size=(m, 4)), rng.integers(0, 3, m)
    y[2000:] = 0  # the slices, of 2000, differ
    params = network(dtype=np.float64)
    _, cache = forward(X, params, "tanh")
    expected = cross_entropy_from_logits(cache.Z[-1], y), (cache.A[-1].argmax(axis=1) == y).mean()
    assert evaluate(X, y, params, "tanh") == pytest.approx(expected)


def test_seconds_count_the_steps_and_not_the_measuring(data, monkeypatch):
    now = 0

    def taking(seconds, function):
        def slow(*args):
            nonlocal now
            now += seconds
            return function(*args)

        return slow

    monkeypatch.setattr(training, "time", SimpleNamespace(perf_counter=lambda: now))
    monkeypatch.setattr(training, "evaluate", taking(100, training.evaluate))
    _, history = trained(*data, update=taking(1, update))
    assert history["seconds"].tolist() == [STEPS, STEPS]


def test_dev_data_are_not_trained_on(data):
    X, y = data
    np.testing.assert_equal(trained(X, y)[0], trained(X, y, X_dev=X[:5] + 1, y_dev=y[:5])[0])


# Callback


def test_callback_is_called_after_every_n_steps(data):
    calls = []
    params = network()

    def callback(step, given):
        assert given is params
        calls.append(step)

    trained(*data, params, epochs=3, callback=callback, callback_every=2)
    assert calls == [2, 4, 6, 8]


def test_callback_sees_the_parameters_after_its_step(data):
    X, y = data[0].astype(np.float64), data[1]
    params, seen = network((4, 3), dtype=np.float64), []
    expected = params[0][0] - 0.5 * X.T @ (softmax(X @ params[0][0]) - np.eye(3)[y]) / 20
    trained(
        X, y, params, batch_size=20, callback=lambda step, params: seen.append(params[0][0] + 0)
    )
    np.testing.assert_allclose(seen[0], expected)


def after(steps, data):
    """Train for some steps only; return parameters and history."""
    return trained(*data, callback=lambda step, params: step == steps)


@pytest.mark.parametrize(("steps", "rows"), [(1, [1]), (3, [3]), (4, [3, 4])])
def test_callback_stops_training_at_once(data, steps, rows):
    params, history = after(steps, data)
    assert history["step"].tolist() == rows
    expected = evaluate(*data, params)
    assert tuple(history.iloc[-1][["train_loss", "train_accuracy"]]) == pytest.approx(expected)


# Ctrl-C


@pytest.fixture
def handler():
    """What happens on Ctrl-C outside of training."""

    def handler(signum, frame):
        pytest.fail("the interrupt was not held back")

    previous = signal.signal(signal.SIGINT, handler)
    yield handler
    signal.signal(signal.SIGINT, previous)


def test_an_interrupted_step_is_completed_and_is_the_last(data, handler):
    expected, _ = after(2, data)
    params, steps = network(), iter(range(1, 100))

    def interrupted_update(params, grads, learning_rate):
        update(params[:1], grads[:1], learning_rate)
        if next(steps) == 2:
            signal.raise_signal(signal.SIGINT)  # between the two layers
        update(params[1:], grads[1:], learning_rate)

    with pytest.raises(KeyboardInterrupt, match="last complete step"):
        trained(*data, params, update=interrupted_update)
    np.testing.assert_equal(params, expected)
    assert signal.getsignal(signal.SIGINT) is handler


def test_an_interrupt_during_the_callback_counts(data, handler):
    expected, _ = after(2, data)
    params = network()

    def callback(step, params):
        if step == 2:
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        trained(*data, params, callback=callback)
    np.testing.assert_equal(params, expected)


def test_after_an_interrupt_nothing_is_measured(data, monkeypatch, handler):
    measured = []

    def spy(*args):
        measured.append(args)
        return evaluate(*args)

    monkeypatch.setattr(training, "evaluate", spy)

    def callback(step, params):
        if step == STEPS + 2:
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        trained(*data, epochs=3, callback=callback)
    assert len(measured) == 1  # at the end of epoch 1; all of MNIST would keep you waiting


def test_ctrl_c_works_again_after_an_error(data, handler):
    with pytest.raises(ZeroDivisionError):
        trained(*data, callback=lambda step, params: 1 / 0)
    assert signal.getsignal(signal.SIGINT) is handler


def test_training_works_in_a_thread_where_signals_cannot_be_handled(data):
    with ThreadPoolExecutor() as threads:
        params, _ = threads.submit(trained, *data).result()
    np.testing.assert_equal(params, trained(*data)[0])


# Divergence

# float32 ends at 3e38, which two hidden layers of weights around 1e19 pass at once
DEEP = (4, 8, 8, 3)


def test_divergence_stops_with_advice_and_finite_parameters(data):
    params = network(DEEP)
    with pytest.raises(FloatingPointError, match=r"learning_rate=1e\+20 .* try 1e\+19"):
        trained(*data, params, learning_rate=1e20)
    assert all(np.isfinite(array).all() for array in sum(params, ()))


def test_divergence_in_the_last_step_is_noticed(data):
    with pytest.raises(FloatingPointError, match="epoch 1, after 1 steps"):
        trained(*data, network(DEEP), learning_rate=1e20, batch_size=20, epochs=1)


def test_a_dev_loss_that_is_not_finite_stops_too(data):
    X, y = data
    far = np.full((2, 4), 3e38, np.float32)
    with pytest.raises(FloatingPointError, match="epoch 1, after 3 steps"):
        trained(X, y, X_dev=far, y_dev=y[:2])
    trained(X, y)  # without them all is well


def test_a_learning_rate_is_refused_where_the_parameters_cannot_hold_it(data):
    message = r"learning_rate must be at most 3\.4\d*e\+38, .* float32, got 1e\+39"
    with pytest.raises(ValueError, match=message):
        trained(*data, learning_rate=1e39)
    with pytest.raises(FloatingPointError):  # float64 can
        trained(*data, network(DEEP, dtype=np.float64), learning_rate=1e300)


def test_a_loss_above_that_of_guessing_brings_a_warning(data):
    message = r"worse than guessing, which has ln 3 = 1\.1.*learning_rate=50 .* try 5,"
    with pytest.warns(RuntimeWarning, match=message):
        _, history = trained(*data, learning_rate=50)
    assert history["train_loss"].iloc[-1] > math.log(3)


def test_no_such_warning_when_training_was_stopped_early(data):
    # warnings are errors here
    _, history = trained(*data, learning_rate=50, callback=lambda step, params: True)
    assert history["train_loss"].iloc[-1] > math.log(3)


@pytest.mark.parametrize(
    "function",
    [
        lambda X, y: forward(X, network()),
        lambda X, y: predict(X, network()),
        lambda X, y: evaluate(X, y, network()),
        lambda X, y: trained(X, y, callback=lambda step, params: True),
    ],
    ids=["forward", "predict", "evaluate", "train"],
)
def test_raw_pixels_bring_a_warning_that_points_to_the_call(data, function):
    raw = np.linspace(0, 255, 80, dtype=np.float32).reshape(20, 4)
    with pytest.warns(UserWarning, match="X has values up to 255: .*normalize") as warnings:
        function(raw, data[1])
    assert warnings[0].filename == __file__


# Progress bar


def test_progress_bar_counts_the_steps(data, capsys):
    trained(*data, progress=True)
    assert re.search(r"6/6 .*step/s", capsys.readouterr().err)


def test_no_progress_bar_without_progress(data, capsys):
    trained(*data, progress=False)
    assert capsys.readouterr() == ("", "")
