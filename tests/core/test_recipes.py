"""The loop of chapter 11: that of chapter 07, number for number, and each thing added to it."""

import copy
import inspect
import math
import signal

import numpy as np
import pytest

from helpers import (
    Adam,
    Momentum,
    checks,
    evaluate,
    initialize,
    linear_decay,
    minibatches,
    softmax,
    train,
    train_recipe,
    update,
)

SETTINGS = {"learning_rate": 0.5, "batch_size": 8, "epochs": 2, "progress": False}
untrained = pytest.mark.filterwarnings("ignore:after training, the loss is")
STEPS = 6  # 20 examples in batches of 8, 8 and 4, twice


@pytest.fixture
def data(rng):
    return rng.normal(size=(20, 4)), rng.integers(0, 3, 20)


def network(sizes=(4, 5, 3), dtype=np.float64):
    return initialize(list(sizes), rng=np.random.default_rng(1), dtype=dtype)


def trained(X, y, params=None, train=train_recipe, **settings):
    """Train a fresh network; return parameters and history."""
    params = network() if params is None else params
    history = train(X, y, params, **{**SETTINGS, **settings}, rng=np.random.default_rng(2))
    return params, history


def assert_same(first, second):
    np.testing.assert_equal(first[0], second[0])
    assert first[1].drop(columns="seconds").equals(second[1].drop(columns="seconds"))


# Nothing added


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_with_nothing_added_it_is_train_number_for_number(data, dtype):
    X, y = data
    settings = {"X_dev": X[:7], "y_dev": y[:7], "hidden": "tanh", "epochs": 3}
    runs = [trained(X, y, network(dtype=dtype), loop, **settings) for loop in (train, train_recipe)]
    assert_same(*runs)


def test_a_callback_is_called_and_stops_as_in_train(data):
    runs, calls = [], []
    for loop in train, train_recipe:
        steps = []
        runs.append(
            trained(
                *data,
                train=loop,
                epochs=4,
                callback=lambda step, params, steps=steps: steps.append(step) or step == 8,
                callback_every=2,
            )
        )
        calls.append(steps)
    assert_same(*runs)
    assert calls[0] == calls[1] == [2, 4, 6, 8]


def test_it_has_every_argument_of_train_with_the_same_default():
    own = inspect.signature(train_recipe).parameters
    for name, parameter in inspect.signature(train).parameters.items():
        assert own[name] == parameter


# All added


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
            alpha = rate * (1 - step / (epochs * 3))
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
    X, y = data
    expected = by_hand(
        *data,
        network(),
        rate=0.1,
        epochs=3,
        keep=0.7,
        l2=0.02,
        decay=0.3,
        smoothing=0.1,
        augment=noisy,
    )
    params = network()
    trained(
        *data,
        params,
        learning_rate=0.1,
        epochs=3,
        hidden="tanh",
        update=Adam(params).update,
        schedule=linear_decay,
        keep=0.7,
        l2=0.02,
        weight_decay=0.3,
        label_smoothing=0.1,
        augment=noisy,
    )
    for pair, expected_pair in zip(params, expected, strict=True):
        for array, expected_array in zip(pair, expected_pair, strict=True):
            np.testing.assert_allclose(array, expected_array, rtol=1e-9)


ADDED = {
    "update": {"update": lambda *args: Momentum(args[0]).update(*args)},
    "schedule": {"schedule": linear_decay},
    "weight_decay": {"weight_decay": 0.1},
    "l2": {"l2": 0.1},
    "keep": {"keep": 0.5},
    "label_smoothing": {"label_smoothing": 0.2},
    "augment": {"augment": noisy},
}


@pytest.mark.parametrize("added", ADDED.values(), ids=ADDED)
def test_float32_stays_float32(data, added):
    dtypes = set()

    def spy(params, grads, learning_rate):
        dtypes.update(array.dtype for pair in grads for array in pair)
        dtypes.update((learning_rate * params[0][0]).dtype for _ in range(1))
        added.get("update", update)(params, grads, learning_rate)

    trained(*data, network(dtype=np.float32), **{**added, "update": spy})
    assert dtypes == {np.dtype(np.float32)}


def test_one_after_the_other_can_be_added(data):
    plain, _ = trained(*data)
    for name, added in ADDED.items():
        if name != "update":  # the Momentum above is new in each step, which is the plain update
            assert (trained(*data, **added)[0][0][0] != plain[0][0]).any(), name


@untrained
def test_steps_are_not_checked_one_by_one(data, monkeypatch):
    calls, counts = [], []
    monkeypatch.setattr(checks, "check_array", lambda *args, **kwargs: calls.append(args))
    for epochs in 1, 20:
        params = network()
        trained(
            *data,
            params,
            epochs=epochs,
            learning_rate=0.01,
            update=Adam(params).update,
            weight_decay=0.1,
            l2=0.1,
            keep=0.5,
            label_smoothing=0.1,
        )
        counts.append(len(calls))
        calls.clear()
    assert counts[0] == counts[1] > 0


# One by one


@untrained
def test_the_schedule_multiplies_the_rate_of_every_step(data):
    asked, rates = [], []

    def schedule(step, steps):
        asked.append((step, steps))
        return np.float64(1 / (1 + step))

    def spy(params, grads, learning_rate):
        rates.append(learning_rate)

    trained(*data, schedule=schedule, update=spy)
    assert asked == [(step, STEPS) for step in range(STEPS)]
    assert rates == pytest.approx([0.5 / (1 + step) for step in range(STEPS)])
    assert {type(rate) for rate in rates} == {float}  # a NumPy float64 would promote float32 arrays


@untrained
def test_weight_decay_follows_the_schedule_and_spares_the_biases(data):
    params = network()
    for _, b in params:
        b += 1
    before = copy.deepcopy(params)
    trained(*data, params, schedule=linear_decay, weight_decay=0.2, update=lambda *args: None)
    left = math.prod(1 - 0.5 * 0.2 * (1 - step / STEPS) for step in range(STEPS))
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
        return images + 1

    trained(X, y, augment=augment, epochs=3)
    assert len(given) == 3
    assert all((images == before).all() for images, _ in given)
    assert len({drawn for _, drawn in given}) == 3
    np.testing.assert_equal(X, before)


def test_an_augmentation_cannot_write_into_the_originals(data):
    def augment(X, rng):
        X += 1
        return X

    with pytest.raises(ValueError, match="read-only"):
        trained(*data, augment=augment)


def test_training_uses_the_augmented_images(data):
    X, y = data
    expected, _ = trained(2 * X, y)
    params, _ = trained(X, y, augment=lambda X, rng: 2 * X)
    np.testing.assert_equal(params, expected)


@pytest.mark.parametrize("added", ADDED.values(), ids=ADDED)
def test_what_is_measured_is_the_network_without_dropout_on_the_true_data(data, added):
    X, y = data
    params, history = trained(X[:12], y[:12], X_dev=X[12:], y_dev=y[12:], hidden="tanh", **added)
    last = history.iloc[-1]
    for part, images, labels in ("train", X[:12], y[:12]), ("dev", X[12:], y[12:]):
        expected = evaluate(images, labels, params, hidden="tanh")
        assert (last[f"{part}_loss"], last[f"{part}_accuracy"]) == pytest.approx(expected)


def test_with_l2_the_penalty_has_a_column_of_its_own(data):
    params, history = trained(*data, l2=0.1)
    assert history["l2_loss"].iloc[-1] == pytest.approx(0.05 * sum((W**2).sum() for W, _ in params))
    assert "l2_loss" not in trained(*data)[1]


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


# Interruption and divergence


@pytest.fixture
def handler():
    """What happens on Ctrl-C outside of training."""

    def handler(signum, frame):
        pytest.fail("the interrupt was not held back")

    previous = signal.signal(signal.SIGINT, handler)
    yield handler
    signal.signal(signal.SIGINT, previous)


def test_an_interrupted_step_is_completed_and_is_the_last(data, handler):
    settings = {"schedule": linear_decay, "keep": 0.5, "weight_decay": 0.1}
    expected, _ = trained(*data, **settings, callback=lambda step, params: step == 2)
    params, steps = network(), iter(range(1, 100))

    def interrupted_update(params, grads, learning_rate):
        update(params[:1], grads[:1], learning_rate)
        if next(steps) == 2:
            signal.raise_signal(signal.SIGINT)  # between the two layers
        update([params[1]], [grads[1]], learning_rate)

    with pytest.raises(KeyboardInterrupt, match="last complete step"):
        trained(*data, params, **settings, update=interrupted_update)
    np.testing.assert_equal(params, expected)


DEEP = (4, 8, 8, 3)


@pytest.mark.parametrize("added", [{}, {"keep": 0.5}, {"l2": 0.1}], ids=str)
def test_divergence_stops_with_advice_and_finite_parameters(data, added):
    params = network(DEEP, np.float32)
    with pytest.raises(FloatingPointError, match=r"learning_rate=1e\+20 .* try 1e\+19"):
        trained(*data, params, learning_rate=1e20, epochs=20, **added)
    assert all(np.isfinite(array).all() for array in sum(params, ()))


def test_a_loss_above_that_of_guessing_brings_a_warning(data):
    with pytest.warns(
        RuntimeWarning, match="worse than guessing, .* ln 3 = 1.1.*learning_rate=50 "
    ):
        trained(*data, learning_rate=50)
