"""Shapes of gradients that do not fit, and the slips that make them."""

import numpy as np


def check_shapes(params, grads):
    """Refuse shapes that do not fit, with the slip that makes them; the rest is check_grads'."""
    if not isinstance(grads, list):
        return
    if len(grads) != len(params) and grads:
        raise ValueError(f"grads has {len(grads)} layer(s), params has {len(params)}")
    for layer, (pair, grad_pair) in enumerate(zip(params, grads, strict=False), start=1):
        if not isinstance(grad_pair, (tuple, list)) or len(grad_pair) != 2:
            return
        for name, array, grad in zip("Wb", pair, grad_pair, strict=True):
            shape, expected = np.shape(grad), array.shape
            if shape == expected:
                continue
            hint = ""
            if [np.shape(dW) for dW, _ in grads[::-1]] == [W.shape for W, _ in params]:
                hint = ": the layers are in reverse order, return grads[::-1]"
            elif name == "W" and shape == expected[::-1]:
                hint = f": that is the shape of dW{layer}.T, transposed?"
            elif name == "b" and shape == ():
                hint = f": summed over the units, too? db{layer} = dZ{layer}.sum(axis=0)"
            elif name == "b" and shape == (1, *expected):
                hint = f": from keepdims=True? db{layer} = dZ{layer}.sum(axis=0)"
            elif name == "b" and len(shape) == 2 and shape[1:] == expected:
                hint = f": not summed over the examples? db{layer} = dZ{layer}.sum(axis=0)"
            elif name == "b" and len(shape) == 1:
                hint = f": summed over the wrong axis? db{layer} = dZ{layer}.sum(axis=0)"
            raise ValueError(f"d{name}{layer} has shape {shape}, expected {expected}{hint}")
