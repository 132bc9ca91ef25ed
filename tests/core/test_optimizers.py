"""Momentum, RMSProp and Adam against their textbook loops; schedules."""

import copy
import math

import numpy as np
import pytest

from helpers import Adam, Momentum, RMSProp, cosine_decay, linear_decay, update

OPTIMIZERS = {
    "momentum": Momentum,
    "nesterov": lambda params: Momentum(params, nesterov=True),
    "rmsprop": RMSProp,
    "adam": Adam,
}
each = pytest.mark.parametrize("make", OPTIMIZERS.values(), ids=OPTIMIZERS)


def arrays(rng, dtype=np.float64):
    """A list of (W, b), or of (dW, db), for a network 3-4-2."""
    shapes = [((3, 4), (4,)), ((4, 2), (2,))]
    return [tuple(rng.normal(size=shape).astype(dtype) for shape in pair) for pair in shapes]


def flat(pairs):
    return np.concatenate([array.ravel() for pair in pairs for array in pair])


# The textbook, number by number: one function per optimizer that returns W after all gradients


def momentum_by_hand(w, gradients, rates, mu, nesterov):
    v = 0.0
    for g, alpha in zip(gradients, rates, strict=True):
        v = mu * v + g
        w = w - alpha * (g + mu * v if nesterov else v)
    return w


def rmsprop_by_hand(w, gradients, rates, rho, eps):
    s = 0.0
    for g, alpha in zip(gradients, rates, strict=True):
        s = rho * s + (1 - rho) * g**2
        w = w - alpha * g / (math.sqrt(s) + eps)
    return w


def adam_by_hand(w, gradients, rates, beta1, beta2, eps):
    m = v = 0.0
    for t, (g, alpha) in enumerate(zip(gradients, rates, strict=True), start=1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        m_hat = m / (1 - beta1**t)
        v_hat = v / (1 - beta2**t)
        w = w - alpha * m_hat / (math.sqrt(v_hat) + eps)
    return w


@pytest.mark.parametrize(
    ("make", "by_hand", "settings"),
    [
        (Momentum, momentum_by_hand, {"momentum": 0.9, "nesterov": False}),
        (Momentum, momentum_by_hand, {"momentum": 0.0, "nesterov": False}),
        (Momentum, momentum_by_hand, {"momentum": 0.8, "nesterov": True}),
        # a large eps shows where it is added
        (RMSProp, rmsprop_by_hand, {"rho": 0.9, "eps": 1e-8}),
        (RMSProp, rmsprop_by_hand, {"rho": 0.0, "eps": 0.3}),
        (Adam, adam_by_hand, {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8}),
        (Adam, adam_by_hand, {"beta1": 0.7, "beta2": 0.95, "eps": 0.3}),
        (Adam, adam_by_hand, {"beta1": 0.0, "beta2": 0.0, "eps": 0.3}),
    ],
)
def test_many_steps_are_those_of_the_textbook(make, by_hand, settings, rng):
    by_name = {"mu" if name == "momentum" else name: value for name, value in settings.items()}
    params, gradients = arrays(rng), [arrays(rng) for _ in range(12)]
    rates = rng.uniform(0.01, 0.2, 12)  # as a schedule would change them
    before, optimizer = flat(params), make(params, **settings)
    for grads, rate in zip(gradients, rates, strict=True):
        optimizer.update(params, grads, rate)
    columns = np.array([flat(grads) for grads in gradients]).T
    expected = [by_hand(w, g, rates, **by_name) for w, g in zip(before, columns, strict=True)]
    np.testing.assert_allclose(flat(params), expected, rtol=1e-11)


# What follows from the equations


def test_the_first_step_of_adam_has_the_size_of_the_learning_rate():
    dW = np.array([[1e-3, -1.0, 1e6, -1e6]])
    params = [(np.zeros((1, 4)), np.zeros(4))]
    Adam(params).update(params, [(dW, -dW[0])], 0.1)
    np.testing.assert_allclose(params[0][0], -0.1 * np.sign(dW), rtol=1e-4)
    np.testing.assert_allclose(params[0][1], 0.1 * np.sign(dW[0]), rtol=1e-4)


def test_nesterov_takes_its_gradient_where_the_velocity_leads():
    # Sutskever et al. 2013 keep θ and look ahead to θ + μ v; `params` are the point looked ahead to
    def gradient(w):
        return np.array([1.0, 10.0]) * w

    theta, v, mu, alpha = np.array([1.0, 1.0]), np.zeros(2), 0.8, 0.05
    params = [(np.ones((1, 2)), np.zeros(2))]
    optimizer = Momentum(params, momentum=mu, nesterov=True)
    for _ in range(30):
        v = mu * v - alpha * gradient(theta + mu * v)
        theta = theta + v
        optimizer.update(params, [(gradient(params[0][0]), np.zeros(2))], alpha)
        np.testing.assert_allclose(params[0][0][0], theta + mu * v, atol=1e-14)


@pytest.mark.parametrize("make", [RMSProp, Adam])
def test_the_size_of_the_gradients_does_not_matter(make, rng):
    gradients = [arrays(rng) for _ in range(5)]
    results = []
    for factor in 1, 1000:
        params = arrays(np.random.default_rng(1))
        optimizer = make(params)
        for grads in gradients:
            optimizer.update(params, [(factor * dW, factor * db) for dW, db in grads], 0.01)
        results.append(flat(params))
    np.testing.assert_allclose(*results, rtol=1e-5)


@each
def test_a_gradient_that_is_always_zero_moves_nothing(make):
    params = [(np.ones((2, 2), np.float32), np.ones(2, np.float32))]
    optimizer = make(params)
    for _ in range(3):
        optimizer.update(params, [(np.zeros((2, 2), np.float32), np.zeros(2, np.float32))], 0.1)
    assert (flat(params) == 1).all()


# Arrays


@each
def test_params_change_in_place_and_gradients_do_not(make, rng):
    params, grads = arrays(rng), arrays(rng)
    same, before, grads_before = sum(params, ()), flat(params), copy.deepcopy(grads)
    optimizer = make(params)
    for _ in range(2):
        optimizer.update(params, grads, 0.1)
    assert all(array is old for array, old in zip(sum(params, ()), same, strict=True))
    assert (flat(params) != before).all()
    np.testing.assert_equal(grads, grads_before)


@each
def test_making_an_optimizer_changes_nothing(make, rng):
    params = arrays(rng)
    before = flat(params)
    make(params)
    np.testing.assert_equal(flat(params), before)


def state(optimizer):
    return [
        array for value in vars(optimizer).values() if isinstance(value, list) for array in value
    ]


@each
def test_state_has_the_dtype_of_the_parameters_and_is_made_once(make, rng):
    params, grads = arrays(rng, np.float32), arrays(rng, np.float32)
    optimizer = make(params)
    made = state(optimizer)
    optimizer.update(params, grads, 0.1)
    assert len(made) >= 4
    assert {array.dtype for array in made} == {np.dtype(np.float32)}
    assert all(array is old for array, old in zip(state(optimizer), made, strict=True))
    assert {array.dtype for array in sum(params, ())} == {np.dtype(np.float32)}


@each
def test_a_learning_rate_from_numpy_takes_the_same_float32_steps(make, rng):
    grads, results = arrays(rng, np.float32), []
    for rate in 0.1, np.float64(0.1):  # times a float32 array, the second would give float64
        params = arrays(np.random.default_rng(1), np.float32)
        optimizer = make(params)
        for _ in range(3):
            optimizer.update(params, grads, rate)
        results.append(flat(params))
    np.testing.assert_array_equal(*results)


@each
def test_float32_is_as_exact_as_it_can_be(make, rng):
    gradients, results = [arrays(rng, np.float32) for _ in range(50)], []
    for dtype in np.float32, np.float64:
        params = arrays(np.random.default_rng(1), dtype)
        optimizer = make(params)
        for grads in gradients:
            optimizer.update(
                params, [(dW.astype(dtype), db.astype(dtype)) for dW, db in grads], 0.01
            )
        results.append(flat(params))
    np.testing.assert_allclose(*results, atol=1e-5)


def test_optimizers_do_not_share_their_state(rng):
    params, grads = arrays(rng), arrays(rng)
    first, second = Adam(params), Adam(params)
    first.update(params, grads, 0.1)
    assert second.t == 0
    assert not any(array.any() for array in second.m + second.v)


def test_momentum_of_zero_is_the_plain_update(rng):
    params, grads = arrays(rng), arrays(rng)
    plain = copy.deepcopy(params)
    optimizer = Momentum(params, momentum=0)
    for _ in range(3):
        optimizer.update(params, grads, 0.1)
        update(plain, grads, 0.1)
    np.testing.assert_equal(params, plain)


@each
def test_parameters_of_another_network_are_refused(make, rng):
    optimizer = make(arrays(rng))
    other = [(np.zeros((3, 2)), np.zeros(2))]
    with pytest.raises(ValueError, match=r"was made for params with .*\(3, 4\).*, got .*\(3, 2\)"):
        optimizer.update(other, other, 0.1)
    with pytest.raises(ValueError, match=r"made for .*float64.*, got .*float32"):
        optimizer.update(arrays(rng, np.float32), arrays(rng), 0.1)


# Schedules


@pytest.mark.parametrize("schedule", [linear_decay, cosine_decay])
@pytest.mark.parametrize("steps", [1, 2, 1000])
def test_from_1_down_to_almost_0(schedule, steps):
    factors = [schedule(step, steps) for step in range(steps)]
    assert factors[0] == 1
    assert factors == sorted(factors, reverse=True)
    assert len(set(factors)) == steps
    assert 0 < factors[-1] <= 1 / steps  # the last step is not wasted
