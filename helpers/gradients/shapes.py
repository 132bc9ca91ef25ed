"""Shapes of gradients that do not fit, and the slips that make them."""

import numpy as np

from ..checks import describe


def check_shapes(own, grads):
    """Refuse gradients whose shapes are not those of the reader's parameters, with the slip."""
    if len(grads) != len(own.leaves):
        raise ValueError(f"grads has {len(grads)} layer(s), params has {len(own.leaves)}")
    convention = own.convention(grads)
    for layer, pair in enumerate(grads, start=1):
        for kind, leaf in zip("Wb", pair, strict=True):
            name, shape, expected = f"d{kind}{layer}", np.shape(leaf.array), own.shape(kind, layer)
            if kind == "b" and expected == (1, *shape):
                expected = shape  # broadcasting makes no difference here
            if leaf.array is None or (shape == expected and not isinstance(leaf.array, np.ndarray)):
                got = describe(leaf.array)
                raise TypeError(convention.spoken(f"`{name}` must be a NumPy array, got {got}"))
            if shape != expected:
                hint = _slip(own, grads, kind, shape, expected, convention)
                text = f"`{name}` has shape {shape}, expected {expected}{hint}"
                raise ValueError(convention.spoken(text.replace("{l}", str(layer))))


def _slip(own, grads, kind, shape, expected, convention):
    """What may have made an array of this shape."""
    reverse = [np.shape(W.array) for W, _ in grads[::-1]]
    if len(grads) > 1 and reverse == [W.array.shape for W, _ in own.leaves]:
        return ": the layers are in reverse order, return grads[::-1]"
    if kind == "W":
        return ": that is the shape of `dW{l}`.T, transposed?" if shape == expected[::-1] else ""
    line = "`db{l} = dZ{l}.sum(axis=0)`"
    n = max(expected)
    if shape == ():
        return f": summed over the units, too? {line}"
    if len(expected) == 1 and shape in ((1, n), (n, 1)):
        return f": from keepdims=True? {line}"
    if len(expected) == 2 and shape in ((n,), (1, n), (n, 1)):
        return f": with which it would not broadcast? {line}"
    if len(shape) == 2 and n in shape:
        return f": not summed over the examples? {line}"
    return f": summed over the wrong axis? {line}" if len(shape) == 1 else ""
