"""Starting values for the weights (chapter 06)."""

from itertools import pairwise
from numbers import Real

import numpy as np

from .activations import HIDDEN
from .validation import check_choice, check_positive, check_rng, check_sizes, checked

# scheme -> standard deviation of the weights of a layer with n_in inputs and n_out outputs
SCHEMES = {
    "he": lambda n_in, n_out: np.sqrt(2 / n_in),
    "xavier": lambda n_in, n_out: np.sqrt(1 / n_in),
    "glorot": lambda n_in, n_out: np.sqrt(2 / (n_in + n_out)),
    "zeros": lambda n_in, n_out: 0.0,
}


def _check_initialize(sizes, hidden="relu", *, rng, scheme=None, dtype=np.float32):
    check_sizes(sizes)
    check_choice(hidden, "hidden", HIDDEN)
    check_rng(rng)
    if isinstance(scheme, Real):
        check_positive(scheme, "scheme, as a standard deviation,")
    elif scheme is not None:
        check_choice(scheme, "scheme", SCHEMES)
    if np.dtype(dtype).kind != "f":
        raise TypeError(f"dtype must be a floating dtype, got {np.dtype(dtype)}")


@checked(_check_initialize)
def initialize(sizes, hidden="relu", *, rng, scheme=None, dtype=np.float32):
    """Draw the weights of a network from normal distributions; the biases are zero.

    Eqs. (6.3), (6.4), (6.6).

    Parameters
    ----------
    sizes : list of int
        Units per layer, input and output included, such as [784, 128, 64, 10].
    hidden : {"relu", "sigmoid", "tanh"}
        Activation of the hidden layers. It decides the default scheme.
    rng : numpy.random.Generator
        Source of randomness.
    scheme : None, str or float
        None: "he" for ReLU layers, "xavier" for all others, the softmax layer included.
        Otherwise one scheme for all layers, by its *standard deviation*:
        "he" √(2/n_in), "xavier" √(1/n_in), "glorot" √(2/(n_in + n_out)), "zeros", or a number.
    dtype : floating dtype
        float32 for training, float64 for gradient checks.

    Returns
    -------
    list of (W, b)
        One pair per layer: W of shape (n_in, n_out), b of shape (n_out,).

    Notes
    -----
    "he": He et al. 2015, "Delving deep into rectifiers". "glorot": Glorot and Bengio 2010,
    "Understanding the difficulty of training deep feedforward neural networks". What most courses
    call Xavier, variance 1/n_in, is LeCun et al. 1998, "Efficient BackProp".

    Examples
    --------
    >>> params = initialize([784, 30, 10], rng=np.random.default_rng(0))
    >>> [(W.shape, b.shape) for W, b in params]
    [((784, 30), (30,)), ((30, 10), (10,))]
    """
    params = []
    for layer, (n_in, n_out) in enumerate(pairwise(sizes), start=1):
        is_output = layer == len(sizes) - 1
        default = "he" if hidden == "relu" and not is_output else "xavier"
        name = default if scheme is None else scheme
        std = SCHEMES[name](n_in, n_out) if isinstance(name, str) else name
        W = std * rng.standard_normal((n_in, n_out))
        params.append((W.astype(dtype), np.zeros(n_out, dtype)))
    return params
