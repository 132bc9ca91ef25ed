"""Parameter updates: gradient descent (chapter 05), momentum, RMSProp and Adam (chapter 11)."""

import math

import numpy as np

from .validation import (
    check_fraction,
    check_grads,
    check_learning_rate,
    check_params,
    check_positive,
    checked,
)


def _check_update(params, grads, learning_rate):
    check_params(params)
    check_grads(grads)
    check_learning_rate(learning_rate, params)
    shapes = [[array.shape for array in pair] for pair in params]
    grad_shapes = [[array.shape for array in pair] for pair in grads]
    if shapes != grad_shapes:
        raise ValueError(f"grads have shapes {grad_shapes}, params have {shapes}")


@checked(_check_update)
def update(params, grads, learning_rate):
    """Take one step of gradient descent, in place.

    Eqs. (5.2), (5.3).

    Parameters
    ----------
    params : list of (W, b)
        Changed in place: W ← W - α dW, b ← b - α db.
    grads : list of (dW, db)
        From `backward`; same shapes as `params`. Not changed.
    learning_rate : float
        The step size α, positive.

    Examples
    --------
    >>> params, grads = [(np.ones((1, 1)), np.zeros(1))], [(np.full((1, 1), 4.0), np.ones(1))]
    >>> update(params, grads, learning_rate=0.25)
    >>> params
    [(array([[0.]]), array([-0.25]))]
    """
    for (W, b), (dW, db) in zip(params, grads, strict=True):
        W -= learning_rate * dW
        b -= learning_rate * db


def _flat(pairs):
    return [array for pair in pairs for array in pair]


def _zeros(params):
    return [np.zeros_like(array) for array in _flat(params)]


def _check_eps(eps, params):
    check_positive(eps, "eps")
    dtype = params[0][0].dtype
    smallest = np.finfo(dtype).tiny
    if eps < smallest:  # would be 0, and a gradient that is always 0 would give 0 / 0
        raise ValueError(f"eps must be at least {smallest:.4g} in {dtype}, got {eps}")


def _check_own_update(optimizer, params, grads, learning_rate):
    _check_update(params, grads, learning_rate)
    given, made = (
        [(a.shape, a.dtype.name) for a in arrays] for arrays in (_flat(params), optimizer._scratch)
    )
    if given != made:
        raise ValueError(
            f"this {type(optimizer).__name__} was made for params with {made}, got {given}"
        )


class Momentum:
    """Gradient descent with momentum: steps follow a velocity that remembers earlier gradients.

    Eqs. (11.1), (11.2).

    Parameters
    ----------
    params : list of (W, b)
        The parameters that `update` will change. Only their shapes and dtype are used here.
    momentum : float
        The part μ of the velocity that a step keeps, from 0 (plain gradient descent) to below 1.
    nesterov : bool
        Take Nesterov's step, which looks ahead along the new velocity.

    Attributes
    ----------
    v : list of ndarray
        The velocities, one for each W and b in turn; zero at first.

    Notes
    -----
    Polyak 1964, "Some methods of speeding up the convergence of iteration methods". Nesterov 1983,
    "A method of solving a convex programming problem with convergence rate O(1/k²)", in the form
    of Sutskever et al. 2013, "On the importance of initialization and momentum in deep learning",
    with the parameters taken at the point looked ahead to.

    Examples
    --------
    >>> params, grads = [(np.zeros((1, 1)), np.zeros(1))], [(np.ones((1, 1)), np.zeros(1))]
    >>> momentum = Momentum(params, momentum=0.5)
    >>> for _ in range(2):  # by 1, then by 0.5 + 1
    ...     momentum.update(params, grads, learning_rate=1.0)
    >>> params[0][0]
    array([[-2.5]])
    """

    def __init__(self, params, momentum=0.9, nesterov=False):
        check_params(params)
        check_fraction(momentum, "momentum")
        self.momentum, self.nesterov = momentum, nesterov
        self.v, self._scratch = _zeros(params), _zeros(params)

    @checked(_check_own_update)
    def update(self, params, grads, learning_rate):
        """Take one step, in place: v ← μ v + dW, W ← W - α v.

        With `nesterov` W ← W - α (dW + μ v), with the new v.

        Parameters
        ----------
        params : list of (W, b)
            Changed in place.
        grads : list of (dW, db)
            From `backward`. Not changed.
        learning_rate : float
            The step size α, positive.
        """
        learning_rate = float(learning_rate)  # a NumPy float64 would make float32 arrays slow
        arrays = zip(_flat(params), _flat(grads), self.v, self._scratch, strict=True)
        for W, dW, v, step in arrays:
            v *= self.momentum
            v += dW
            if self.nesterov:
                np.multiply(v, self.momentum, out=step)
                step += dW
                step *= learning_rate
            else:
                np.multiply(v, learning_rate, out=step)
            W -= step


class RMSProp:
    """Divide each gradient by the root of a running mean of its square.

    Eq. (11.3).

    Parameters
    ----------
    params : list of (W, b)
        The parameters that `update` will change. Only their shapes and dtype are used here.
    rho : float
        The part ρ of the running mean that a step keeps, from 0 to below 1.
    eps : float
        Added to the root, so that a gradient that was always 0 gives the step 0.

    Attributes
    ----------
    s : list of ndarray
        The running means divided by 1 - ρ, one array for each W and b in turn; zero at first.

    Notes
    -----
    Tieleman and Hinton 2012, lecture 6.5 of "Neural networks for machine learning".

    Examples
    --------
    >>> params, grads = [(np.zeros((1, 1)), np.zeros(1))], [(np.full((1, 1), 8.0), np.zeros(1))]
    >>> RMSProp(params, rho=0.75).update(params, grads, learning_rate=0.1)
    >>> params[0][0].round(6)  # 0.1 · 8 / √(0.25 · 8²)
    array([[-0.2]])
    """

    def __init__(self, params, rho=0.9, eps=1e-8):
        check_params(params)
        check_fraction(rho, "rho")
        _check_eps(eps, params)
        self.rho, self.eps = rho, eps
        self.s, self._scratch = _zeros(params), _zeros(params)

    @checked(_check_own_update)
    def update(self, params, grads, learning_rate):
        """Take one step, in place: s ← ρ s + (1-ρ) dW², W ← W - α dW / (√s + ε).

        Parameters
        ----------
        params : list of (W, b)
            Changed in place.
        grads : list of (dW, db)
            From `backward`. Not changed.
        learning_rate : float
            The step size α, positive.
        """
        # self.s is kept without the factor 1-ρ; two numbers carry it instead of whole arrays
        root = math.sqrt(1 - self.rho)
        rate, eps = float(learning_rate) / root, self.eps / root
        arrays = zip(_flat(params), _flat(grads), self.s, self._scratch, strict=True)
        for W, dW, s, step in arrays:
            np.multiply(dW, dW, out=step)
            s *= self.rho
            s += step
            np.sqrt(s, out=step)
            step += eps
            np.divide(dW, step, out=step)
            step *= rate
            W -= step


class Adam:
    """Momentum and RMSProp together, each running mean corrected for its start at zero.

    Eqs. (11.4), (11.5), (11.6).

    Parameters
    ----------
    params : list of (W, b)
        The parameters that `update` will change. Only their shapes and dtype are used here.
    beta1 : float
        The part β₁ of the mean gradient m that a step keeps, from 0 to below 1.
    beta2 : float
        The part β₂ of the mean squared gradient v that a step keeps, from 0 to below 1.
    eps : float
        Added to the root of v, so that a gradient that was always 0 gives the step 0.

    Attributes
    ----------
    m, v : list of ndarray
        The running means divided by 1 - β₁ and 1 - β₂, one array for each W and b in turn; zero at
        first.
    t : int
        Steps taken.

    Notes
    -----
    Kingma and Ba 2015, "Adam: a method for stochastic optimization".

    Examples
    --------
    >>> params, grads = [(np.zeros((1, 2)), np.zeros(2))], [(np.array([[5.0, -0.01]]), np.zeros(2))]
    >>> Adam(params).update(params, grads, learning_rate=0.1)
    >>> params[0][0].round(6)  # the first step has the size α, whatever that of the gradient
    array([[-0.1,  0.1]])
    """

    def __init__(self, params, beta1=0.9, beta2=0.999, eps=1e-8):
        check_params(params)
        check_fraction(beta1, "beta1")
        check_fraction(beta2, "beta2")
        _check_eps(eps, params)
        self.beta1, self.beta2, self.eps, self.t = beta1, beta2, eps, 0
        self.m, self.v, self._scratch = _zeros(params), _zeros(params), _zeros(params)

    @checked(_check_own_update)
    def update(self, params, grads, learning_rate):
        """Take one step, in place: W ← W - α m̂ / (√v̂ + ε).

        Parameters
        ----------
        params : list of (W, b)
            Changed in place.
        grads : list of (dW, db)
            From `backward`. Not changed.
        learning_rate : float
            The step size α, positive.
        """
        self.t += 1
        # self.m and self.v are kept without the factors 1-β; two numbers carry these and the
        # corrections of Eq. (11.5) instead of whole arrays: m̂ = to_mean m, √v̂ = to_root √v
        to_mean = (1 - self.beta1) / (1 - self.beta1**self.t)
        to_root = math.sqrt((1 - self.beta2) / (1 - self.beta2**self.t))
        rate, eps = float(learning_rate) * to_mean / to_root, self.eps / to_root
        arrays = zip(_flat(params), _flat(grads), self.m, self.v, self._scratch, strict=True)
        for W, dW, m, v, step in arrays:
            m *= self.beta1
            m += dW
            np.multiply(dW, dW, out=step)
            v *= self.beta2
            v += step
            np.sqrt(v, out=step)
            step += eps
            np.divide(m, step, out=step)
            step *= rate
            W -= step
