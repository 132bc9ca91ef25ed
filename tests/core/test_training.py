"""The training loop: its steps, what chapter 11 adds, history, interruption, divergence."""

import copy
import math
import re
import signal
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from helpers import (
    Adam,
    Momentum,
    checks,
    cross_entropy_from_logits,
    evaluate,
    forward,
    initialize,
    linear_decay,
    minibatches,
    network,
    one_hot,
    softmax,
    train,
    training,
    update,
)

SETTINGS = {"learning_rate": 0.5, "batch_size": 8, "epochs": 2}
STEPS = 3  # an epoch: 20 examples in batches of 8, 8 and 4
untrained = pytest.mark.filterwarnings("ignore:after training, the loss is")


@pytest.fixture
def data(rng):
    return rng.normal(size=(20, 4)), rng.integers(0, 3, 20)


def fresh(sizes=(4, 5, 3), dtype=np.float64):
    return initialize(list(sizes), rng=np.random.default_rng(1), dtype=dtype)


def trained(X, y, params=None, seed=2, **settings):
    """Train a fresh network; return parameters and history."""
    params = fresh() if params is None else params
    settings = SETTINGS | {"progress": False} | settings
    return params, train(X, y, params, **settings, rng=np.random.default_rng(seed))


# Steps


@untrained
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("batch_size", [1, 8, 20, 50])
def test_train_takes_the_steps_of_the_network_number_for_number(data, batch_size, dtype):
    X, y = data[0].astype(dtype), data[1]
    settings = {"learning_rate": 0.1, "batch_size": batch_size}
    params, history = trained(X, y, fresh(dtype=dtype), **settings, hidden="tanh")
    expected, rng, taken = fresh(dtype=dtype), np.random.default_rng(2), []
    gradients = partial(network.batch_gradients, hidden="tanh")
    for _ in range(2):
        steps = network.steps(X, one_hot(y, 3), expected, **settings, rng=rng, gradients=gradients)
        taken.append(len(list(steps)))
    np.testing.assert_equal(params, expected)
    assert history["step"].tolist() == np.cumsum(taken).tolist()


@untrained
@pytest.mark.parametrize("stop_after", range(1, 2 * STEPS + 1))
def test_the_steps_can_be_left_after_any_of_them(data, stop_after):
    added = {"schedule": linear_decay, "keep": 0.5, "augment": noisy}
    params, seen = fresh(), []
    taken = training.training_steps(
        *data, params, **SETTINGS, rng=np.random.default_rng(2), **added
    )
    for epoch, step, is_last in taken:
        seen.append((epoch, step, is_last))
        if step == stop_after:
            break
    taken.close()
    all_steps = [(1, 1, False), (1, 2, False), (1, 3, True), (2, 4, False), (2, 5, False)]
    assert seen == [*all_steps, (2, 6, True)][:stop_after]
    expected, _ = trained(*data, **added, callback=lambda step, params: step == stop_after)
    np.testing.assert_equal(params, expected)


def test_params_change_in_place(data):
    params = fresh(dtype=np.float32)
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


def test_dev_data_are_not_trained_on(data):
    X, y = data
    np.testing.assert_equal(trained(X, y)[0], trained(X, y, X_dev=X[:5] + 1, y_dev=y[:5])[0])


def test_the_seed_decides(data):
    first, again, other = (trained(*data, seed=seed)[0] for seed in (2, 2, 3))
    np.testing.assert_equal(first, again)
    assert (first[0][0] != other[0][0]).any()


# What chapter 11 adds


def by_hand(X, y, params, *, rate, epochs, keep, l2, decay, smoothing, augment):
    """All of it with Adam and a linear schedule, for a network of two layers with tanh."""
    (W1, b1), (W2, b2) = params
    rng = np.random.default_rng(2)
    extra = rng.spawn(1)[0]
    Y = np.eye(3)[y] * (1 - smoothing) + smoothing / 3
    m, v, step = [0] * 4, [0] * 4, 0
    for _ in range(epochs):
        for X_batch, Y_batch in minibatches(augment(X, extra), Y, 8, rng):
            mask = (extra.random((len(X_batch), 5), dtype=np.float32) < keep) / keep
            A1 = np.tanh(X_batch @ W1 + b1)
            dZ2 = (softmax(A1 * mask @ W2 + b2) - Y_batch) / len(X_batch)
            dZ1 = dZ2 @ W2.T * mask * (1 - A1**2)
            grads = [
                X_batch.T @ dZ1 + l2 * W1,
                dZ1.sum(axis=0),
                (A1 * mask).T @ dZ2 + l2 * W2,
                dZ2.sum(axis=0),
            ]
            alpha = rate * (1 - step / (epochs * STEPS))
            step += 1
            W1 *= 1 - alpha * decay
            W2 *= 1 - alpha * decay
            for i, (array, grad) in enumerate(zip((W1, b1, W2, b2), grads, strict=True)):
                m[i] = 0.9 * m[i] + 0.1 * grad
                v[i] = 0.999 * v[i] + 0.001 * grad**2
                m_hat, v_hat = m[i] / (1 - 0.9**step), v[i] / (1 - 0.999**step)
                array -= alpha * m_hat / (np.sqrt(v_hat) + 1e-8)
    return params


def noisy(X, rng):
    return X + rng.normal(scale=0.1, size=X.shape)


def test_all_of_it_is_the_loop_written_by_hand(data):
    settings = {"epochs": 3, "keep": 0.7, "l2": 0.02, "augment": noisy}
    expected = by_hand(*data, fresh(), rate=0.1, decay=0.3, smoothing=0.1, **settings)
    params = fresh()
    settings |= {"learning_rate": 0.1, "weight_decay": 0.3, "label_smoothing": 0.1}
    settings |= {"hidden": "tanh", "update": Adam(params).update, "schedule": linear_decay}
    trained(*data, params, **settings)
    for array, expected_array in zip(sum(params, ()), sum(expected, ()), strict=True):
        np.testing.assert_allclose(array, expected_array, rtol=1e-9)


ADDED = {
    "nothing": {},
    "update": {"update": lambda *args: Momentum(args[0]).update(*args)},
    "schedule": {"schedule": linear_decay},
    "weight_decay": {"weight_decay": 0.1},
    "l2": {"l2": 0.1},
    "keep": {"keep": 0.5},
    "label_smoothing": {"label_smoothing": 0.2},
    "augment": {"augment": noisy},
}
each = pytest.mark.parametrize("added", ADDED.values(), ids=ADDED)


@each
def test_a_float32_network_stays_float32_with_float64_data(data, added):
    dtypes = set()

    def spy(params, grads, learning_rate):
        dtypes.update(array.dtype for array in [*sum(grads, ()), learning_rate * params[0][0]])
        added.get("update", update)(params, grads, learning_rate)

    params, history = trained(*data, fresh(dtype=np.float32), **{**added, "update": spy})
    assert dtypes == {np.dtype(np.float32)}
    X, y = data[0].astype(np.float32), data[1]
    assert history["train_loss"].iloc[-1] == evaluate(X, y, params)[0]  # measured so, too


def test_one_after_the_other_can_be_added(data):
    plain, _ = trained(*data)
    for name, added in ADDED.items():
        changed = (trained(*data, **added)[0][0][0] != plain[0][0]).any()
        # the Momentum above is new in each step, which is the plain update
        assert changed == (name not in ("nothing", "update")), name


@untrained
@pytest.mark.parametrize("added", [{}, ADDED["keep"] | ADDED["l2"] | ADDED["weight_decay"]])
def test_steps_are_not_checked_one_by_one(data, monkeypatch, added):
    calls, counts = [], []
    # every check of parameters, examples and labels calls this one
    monkeypatch.setattr(checks, "check_array", lambda *args, **kwargs: calls.append(args))
    for epochs in 1, 20:
        params = fresh()
        if added:
            added = added | {"update": Adam(params).update}
        trained(*data, params, epochs=epochs, learning_rate=0.01, **added)
        counts.append(len(calls))
        calls.clear()
    assert counts[0] == counts[1] > 0


@untrained
def test_the_schedule_multiplies_the_rate_of_every_step(data):
    asked, rates = [], []

    def schedule(step, steps):
        asked.append((step, steps))
        return np.float64(1 / (1 + step))

    trained(*data, schedule=schedule, update=lambda params, grads, rate: rates.append(rate))
    assert asked == [(step, 2 * STEPS) for step in range(2 * STEPS)]
    assert rates == pytest.approx([0.5 / (1 + step) for step in range(2 * STEPS)])
    assert {type(rate) for rate in rates} == {float}  # a NumPy float64 would promote float32 arrays


@untrained
def test_weight_decay_follows_the_schedule_and_spares_the_biases(data):
    params = [(W, b + 1) for W, b in fresh()]
    before = copy.deepcopy(params)
    trained(*data, params, schedule=linear_decay, weight_decay=0.2, update=lambda *args: None)
    left = math.prod(1 - 0.5 * 0.2 * (1 - step / 6) for step in range(6))
    for (W, b), (old_W, old_b) in zip(params, before, strict=True):
        np.testing.assert_allclose(W, left * old_W)
        np.testing.assert_equal(b, old_b)


def test_the_order_of_the_examples_is_the_same_with_dropout_and_augmentation(data):
    def unchanged(X, rng):
        rng.random(1000)
        return X.copy()

    plain, _ = trained(*data)
    for added in {"augment": unchanged}, {"keep": 1 - 1e-12}:
        params, _ = trained(*data, **added)
        np.testing.assert_allclose(params[0][0], plain[0][0], rtol=1e-9)


def test_images_are_augmented_anew_for_each_epoch_from_the_originals(data):
    X, y = data
    given, before = [], X.copy()

    def augment(images, rng):
        given.append((images.copy(), rng.random()))
        return 2 * images

    params, _ = trained(X, y, augment=augment)
    assert len(given) == 2
    assert all((images == before).all() for images, _ in given)
    assert given[0][1] != given[1][1]
    np.testing.assert_equal(X, before)
    np.testing.assert_equal(params, trained(2 * X, y)[0])


def test_an_augmentation_cannot_write_into_the_originals(data):
    def augment(X, rng):
        X += 1
        return X

    with pytest.raises(ValueError, match="read-only"):
        trained(*data, augment=augment)


# History


@each
def test_history_has_a_row_per_epoch_of_the_bare_network_on_the_true_data(data, added):
    X, y = data
    params, history = trained(X[:12], y[:12], X_dev=X[12:], y_dev=y[12:], hidden="tanh", **added)
    assert (history.index.name, history.index.tolist()) == ("epoch", [1, 2])
    assert history["step"].tolist() == [2, 4]
    measured = {f"{part}_{what}" for part in ("train", "dev") for what in ("loss", "accuracy")}
    assert set(history) == {"step", "seconds", *measured, *(["l2_loss"] if "l2" in added else [])}
    last = history.iloc[-1]
    for part, images, labels in ("train", X[:12], y[:12]), ("dev", X[12:], y[12:]):
        expected = evaluate(images, labels, params, hidden="tanh")
        assert (last[f"{part}_loss"], last[f"{part}_accuracy"]) == pytest.approx(expected)
    if "l2" in added:
        assert last["l2_loss"] == pytest.approx(0.05 * sum((W**2).sum() for W, _ in params))


@pytest.mark.parametrize(
    ("measure_every", "expected"), [(2, [2, 4, 5]), (5, [5]), (7, [5])], ids=str
)
def test_epochs_between_are_not_measured_and_the_last_one_is(data, measure_every, expected):
    X, y = data
    params, history = trained(X, y, epochs=5, measure_every=measure_every)
    each_params, each = trained(X, y, epochs=5)
    np.testing.assert_equal(params, each_params)
    assert history.index.tolist() == expected
    del history["seconds"], each["seconds"]
    pd.testing.assert_frame_equal(history, each.loc[expected])


def test_without_dev_data_there_are_no_columns_for_them(data):
    assert set(trained(*data)[1]) == {"step", "seconds", "train_loss", "train_accuracy"}


@pytest.mark.parametrize("m", [1, 1999, 2000, 4001])
def test_evaluate_weighs_all_examples_alike(m, rng):
    X, y = rng.normal(size=(m, 4)), rng.integers(0, 3, m)
    y[2000:] = 0  # the slices, of 2000, differ
    params = fresh()
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
    monkeypatch.setattr(training, "loss_and_accuracy", taking(100, training.loss_and_accuracy))
    _, history = trained(*data, update=taking(1, update))
    assert history["seconds"].tolist() == [STEPS, STEPS]


# Callback


def test_callback_is_called_after_every_n_steps_with_the_parameters_themselves(data):
    params, calls = fresh(), []

    def callback(step, given):
        assert given is params
        calls.append((step, given[0][0].sum()))

    trained(*data, params, epochs=3, callback=callback, callback_every=2)
    assert [step for step, _ in calls] == [2, 4, 6, 8]
    assert len({total for _, total in calls}) == 4


@pytest.mark.parametrize(("steps", "rows"), [(1, [1]), (3, [3]), (4, [3, 4])])
def test_callback_stops_training_at_once(data, steps, rows):
    params, history = trained(*data, callback=lambda step, params: step == steps)
    assert history["step"].tolist() == rows
    expected = evaluate(*data, params)
    assert tuple(history.iloc[-1][["train_loss", "train_accuracy"]]) == pytest.approx(expected)


# Early stopping


@pytest.fixture
def overfitting(data):
    """The dev labels are others than the training labels, so the dev loss soon rises."""
    X, y = data
    return {"X_dev": X, "y_dev": (y + 1) % 3, "epochs": 30}


@pytest.mark.parametrize("patience", [1, 3])
def test_it_stops_when_patience_ends_and_goes_back_to_the_lowest_dev_loss(
    data, overfitting, patience
):
    params, history = trained(*data, **overfitting, patience=patience)
    losses = history["dev_loss"]
    assert history.index[-1] == losses.idxmin() + patience < 30
    assert losses.iloc[-1] > losses.min()
    dev_loss, _ = evaluate(overfitting["X_dev"], overfitting["y_dev"], params)
    assert dev_loss == losses.min()


def test_it_goes_back_also_when_the_epochs_end_first(data, overfitting):
    params, history = trained(*data, **overfitting | {"epochs": 10}, patience=100)
    assert len(history) == 10
    dev_loss, _ = evaluate(overfitting["X_dev"], overfitting["y_dev"], params)
    assert dev_loss == history["dev_loss"].min() < history["dev_loss"].iloc[-1]


# Ctrl-C


@pytest.fixture
def handler():
    """What happens on Ctrl-C outside of training."""

    def handler(signum, frame):
        pytest.fail("the interrupt was not held back")

    previous = signal.signal(signal.SIGINT, handler)
    yield handler
    signal.signal(signal.SIGINT, previous)


@pytest.mark.parametrize(
    "added",
    [{}, {"schedule": linear_decay, "keep": 0.5, "weight_decay": 0.1}],
    ids=["plain", "with all"],
)
def test_an_interrupted_step_is_completed_and_is_the_last(data, handler, added):
    expected, _ = trained(*data, **added, callback=lambda step, params: step == 2)
    params, steps = fresh(), iter(range(1, 100))

    def interrupted_update(params, grads, learning_rate):
        update(params[:1], grads[:1], learning_rate)
        if next(steps) == 2:
            signal.raise_signal(signal.SIGINT)  # between the two layers
        update(params[1:], grads[1:], learning_rate)

    with pytest.raises(KeyboardInterrupt, match="last complete step"):
        trained(*data, params, **added, update=interrupted_update)
    np.testing.assert_equal(params, expected)
    assert signal.getsignal(signal.SIGINT) is handler


def test_an_interrupt_during_the_callback_counts_and_nothing_is_measured(
    data, handler, monkeypatch
):
    expected, _ = trained(*data, callback=lambda step, params: step == STEPS + 2)
    params, measured = fresh(), []

    def spy(*args):
        measured.append(args)
        return loss_and_accuracy(*args)

    def callback(step, params):
        if step == STEPS + 2:
            signal.raise_signal(signal.SIGINT)

    loss_and_accuracy = training.loss_and_accuracy
    monkeypatch.setattr(training, "loss_and_accuracy", spy)
    with pytest.raises(KeyboardInterrupt):
        trained(*data, params, epochs=3, callback=callback)
    np.testing.assert_equal(params, expected)
    assert (
        len(measured) == 2
    )  # before training, and at the end of epoch 1; all of MNIST would keep you waiting


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


@pytest.mark.parametrize("added", [{}, {"keep": 0.5}, {"l2": 0.1}], ids=str)
def test_divergence_stops_with_advice_and_finite_parameters(data, added):
    params = fresh(DEEP, np.float32)
    with pytest.raises(FloatingPointError, match=r"learning_rate=1e\+20 .* try 1e\+19"):
        trained(*data, params, learning_rate=1e20, epochs=20, **added)
    assert all(np.isfinite(array).all() for array in sum(params, ()))


def test_divergence_in_the_last_step_is_noticed(data):
    with pytest.raises(FloatingPointError, match="epoch 1, after 1 steps"):
        trained(*data, fresh(DEEP, np.float32), learning_rate=1e20, batch_size=20, epochs=1)


def test_a_dev_loss_that_is_not_finite_stops_too(data):
    far = np.full((2, 4), 3e38, np.float32)
    with pytest.raises(FloatingPointError, match="epoch 1, after 3 steps"):
        trained(*data, fresh(dtype=np.float32), X_dev=far, y_dev=data[1][:2])
    trained(*data, fresh(dtype=np.float32))  # without them all is well


def test_a_learning_rate_is_refused_where_the_parameters_cannot_hold_it(data):
    message = r"learning_rate must be at most 3\.4\d*e\+38, .* float32, got 1e\+39"
    with pytest.raises(ValueError, match=message):
        trained(*data, fresh(dtype=np.float32), learning_rate=1e39)
    with pytest.raises(FloatingPointError):  # float64 can
        trained(*data, fresh(DEEP), learning_rate=1e300)


def test_a_loss_above_that_of_guessing_brings_a_warning(data):
    message = r"worse than guessing, which has ln 3 = 1\.1.*learning_rate=50 .* try 5,"
    with pytest.warns(RuntimeWarning, match=message) as plain:
        _, history = trained(*data, learning_rate=50)
    assert history["train_loss"].iloc[-1] > math.log(3)
    assert "what you added" not in str(plain[0].message)
    with pytest.warns(RuntimeWarning, match="Or what you added to plain training is too strong"):
        trained(*data, learning_rate=50, l2=0.001)


def test_no_such_warning_when_training_was_stopped_early(data):
    # warnings are errors here
    _, history = trained(*data, learning_rate=50, callback=lambda step, params: True)
    assert history["train_loss"].iloc[-1] > math.log(3)


# Progress bar


@pytest.mark.parametrize(("progress", "printed"), [(True, r".*6/6 .*step/s.*"), (False, "")])
def test_progress_bar_counts_the_steps(data, capsys, progress, printed):
    trained(*data, progress=progress)
    shown = capsys.readouterr()
    assert re.fullmatch(printed, shown.err, re.DOTALL)
    assert shown.out == ""
