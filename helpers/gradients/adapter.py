"""Anybody's network as the course's list of (W, b): views, so that a nudge reaches the original.

A dict, an object, a PyTorch module, a flat list; W as (in, out) or (out, in), examples in rows or
in columns, b of shape (n,), (1, n) or (n, 1).
"""

import re
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import NamedTuple

import numpy as np

from ..checks import describe
from .convention import Convention

NAME = re.compile(r"_?(d|grad_?|nabla_?|)(w|weights?|b|bias|biases)_?(\d*)", re.I)
HOLDERS = {"": ("params", "parameters", "layers"), "d": ("grads", "gradients", "layers")}
FORMS = (
    "{} must be a non-empty list of ({d}W, {d}b) pairs or a flat list [{d}W1, {d}b1, …], a dict or "
    "an object with {d}W1, {d}b1, …, or a list of layers with {d}W and {d}b; got {}"
)


class Leaf(NamedTuple):
    """An array, how the reader would write it, and its name where that has the layer's number."""

    path: str
    value: object
    key: str = ""

    @property
    def array(self):
        """The array; that of a PyTorch tensor shares its memory."""
        return self.value.detach().numpy() if hasattr(self.value, "detach") else self.value


@dataclass(frozen=True)
class Own:
    """A reader's network: `leaves` (W, b) of each layer, as the reader has them."""

    leaves: list
    turned: bool  # W is (out, in)
    columns: bool  # examples are columns

    def in_pairs(self, leaves):
        """The parameters, or arrays of the same shapes, as the course has them; they are views."""
        return [(W.array.T if self.turned else W.array, _flat(b.array)) for W, b in leaves]

    def in_rows(self, array, n):
        """A batch as the course has it: one example with n features per row."""
        columns = _are_columns(array, n)
        turn = self.columns if columns is None else columns
        return array.T if turn and isinstance(array, np.ndarray) else array

    def shape(self, kind, l):
        """The shape of the reader's own W or b of layer l."""
        return self.leaves[l - 1]["Wb".index(kind)].array.shape

    def place(self, kind, l, place):
        """Where the reader's own array has an entry of W or b of layer l."""
        if kind == "W":
            return place[::-1] if self.turned else place
        return tuple(place[0] if n > 1 else 0 for n in self.shape(kind, l))

    def convention(self, grads):
        """How the reader writes what the course writes; `grads` are the leaves of the gradients."""
        names, elsewhere = {}, []
        first = min((_number(W.key) for W, _ in self.leaves if W.key), default=1)
        for l, layers in enumerate(zip(self.leaves, grads, strict=True), start=1):
            for kind in ("A", "Z", "dA", "dZ", "mask", "layer "):
                names[f"{kind}{l}"] = f"{kind}{l - 1 + first}"
            for kind, leaf, grad in zip("Wb", *layers, strict=True):
                if leaf.key:
                    names[f"{kind}{l}"] = leaf.key
                    names[f"d{kind}{l}"] = _name_of_gradient(leaf.key, grad.key)
                elif not re.fullmatch(r"params[][\d]*", leaf.path):
                    elsewhere.append(f"{kind}{l} is {leaf.path.removeprefix('params.')}")
        names = {course: own for course, own in names.items() if own != course}
        keepdims = any(b.array.ndim == 2 for _, b in self.leaves)
        return Convention(self.turned, self.columns, keepdims, names, ", ".join(elsewhere))


def as_pairs(params):
    """A network in any of many forms as a list of (W, b), of shapes (in, out) and (out,): views.

    It may be a dict with `W1`, `b1`, … (from 0 or 1, also `w1` or `weight1`) or lists `weights` and
    `biases`, an object with such attributes, a PyTorch module, a list of layers with `W` and `b`,
    or a flat list [W1, b1, …]; what has other names is not looked at. W may be (out, in), and b
    (1, out) or (out, 1). Where all layers are square and b is (out,), W is taken as (in, out).

    >>> params = {"W1": np.zeros((2, 3)), "b1": np.zeros((2, 1))}  # for W1 @ X + b1
    >>> (W, b), = as_pairs(params)
    >>> W[2, 0] = b[0] = 7
    >>> params["W1"].tolist(), params["b1"].tolist()
    ([[0.0, 0.0, 7.0], [0.0, 0.0, 0.0]], [[7.0], [0.0]])
    """
    own = adapt(params, precise=False)
    return own.in_pairs(own.leaves)


def adapt(params, X=None, Y=None, *, precise=True):
    """Read a network as `as_pairs` does; where its shapes leave it open, the batch decides.

    `precise` asks for float64.
    """
    leaves = layers_of(params, "params")
    _check_arrays(leaves, precise)
    in_rows, turned = (_fit(leaves, outputs) for outputs in (1, 0))
    if not (in_rows or turned):
        shapes = ", ".join(f"{leaf.path} {leaf.array.shape}" for leaf in chain(*leaves))
        raise ValueError(
            f"these shapes do not fit together: {shapes}. Each W must be (in, out), as in "
            "X @ W + b, or each (out, in), as in W @ X + b, where `in` is the `out` of the layer "
            "before; b must have one entry for each output"
        )
    W_first, W_last = leaves[0][0].array, leaves[-1][0].array
    signs = (
        _biases_are_columns(leaves),
        _are_columns(X, W_first.shape[0 if in_rows else 1]),
        _are_columns(Y, W_last.shape[1 if in_rows else 0]),
    )
    columns = next((sign for sign in signs if sign is not None), False)
    return Own(leaves, turned and (columns or not in_rows), columns)


def layers_of(thing, path, d=""):
    """List (W, b) of each layer as leaves; with d="d" those of gradients, such as dW1 or W1."""
    layers = _layers(thing, path, d)
    if not layers:
        raise TypeError(FORMS.format(path, describe(thing), d=d))
    return layers


# ---- where the arrays are ------------------------------------------------------------------------


def _layers(thing, path, d):
    if isinstance(thing, (list, tuple)):
        return _layers_of_list([Leaf(f"{path}[{i}]", value) for i, value in enumerate(thing)], d)
    entries = _entries(thing, path, d)
    layers = _named(entries, d) or (_named(entries, "") if d else [])
    if layers:
        return layers
    for name in HOLDERS[d]:
        if name in entries:
            return _layers(entries[name].value, entries[name].path, d)
    inner = (leaf for leaf in entries.values() if _named(_entries(leaf.value, "", d), ""))
    return [layer for leaf in inner for layer in _layers(leaf.value, leaf.path, d)]


def _layers_of_list(leaves, d):
    if leaves and all(_is_array(leaf.value) for leaf in leaves):
        if len(leaves) % 2:
            raise ValueError(
                f"a flat list must be [{d}W1, {d}b1, …], got {len(leaves)} arrays: "
                "each W needs a b after it; for a layer without one, put zeros there"
            )
        return list(zip(leaves[::2], leaves[1::2], strict=True))
    layers = []
    for leaf in leaves:
        value, path = leaf.value, leaf.path
        if isinstance(value, (list, tuple)) and len(value) == 2:
            layers.append((Leaf(f"{path}[0]", value[0]), Leaf(f"{path}[1]", value[1])))
        elif isinstance(value, dict) or hasattr(value, "__dict__"):
            layers += _layers(value, path, d)  # a layer without weights has none
        else:
            raise TypeError(f"{path} must be a pair ({d}W, {d}b), got {describe(value)}")
    return layers


def _entries(thing, path, d):
    """What a dict, a PyTorch module or another object holds, by name."""
    if isinstance(thing, dict):
        quoted = {key: f'"{key}"' if isinstance(key, str) else key for key in thing}
        return {str(key): Leaf(f"{path}[{quoted[key]}]", thing[key]) for key in thing}
    if hasattr(thing, "named_parameters"):
        values = {key: p.grad if d else p for key, p in thing.named_parameters()}
        return {key: Leaf(key, value) for key, value in values.items()}
    names = {} if _is_array(thing) else getattr(thing, "__dict__", {})
    return {key: Leaf(f"{path}.{key}", value) for key, value in names.items()}


def _named(entries, d):
    """The layers among entries, by names such as W1 or fc1.weight; with d="d" such as dW1."""
    found = {}
    for name, leaf in entries.items():
        stem, _, last = name.rpartition(".")
        match = NAME.fullmatch(last)
        if match and bool(match[1]) == bool(d):
            leaf = leaf._replace(key=last if match[3] and not stem else "")
            found.setdefault((match[3], stem), {})[match[2][0].lower()] = leaf
    layers = []
    for (number, _), layer in sorted(found.items(), key=lambda item: int(item[0][0] or 0)):
        if len(layer) == 2:
            layers += _one_or_several(layer["w"], layer["b"])
            continue
        ((kind, leaf),) = layer.items()
        if _is_array(leaf.value) or isinstance(leaf.value, (list, tuple)):
            text = f"{leaf.path} stands alone: each layer needs W and b"
            if kind == "w":
                text += f". Where there is no bias, add b{number} of zeros, to params and to grads"
            raise ValueError(text)
    return layers


def _one_or_several(W, b):
    """The layers of a W and a b, or of lists of them."""
    if not all(isinstance(leaf.value, (list, tuple)) for leaf in (W, b)):
        return [(W, b)]
    if not all(map(_is_array, W.value)):  # a matrix as a list of lists
        return [(W, b)]
    if len(W.value) != len(b.value):
        raise ValueError(f"{W.path} has {len(W.value)} arrays, {b.path} has {len(b.value)}")
    pairs = enumerate(zip(W.value, b.value, strict=True))
    return [(Leaf(f"{W.path}[{i}]", V), Leaf(f"{b.path}[{i}]", c)) for i, (V, c) in pairs]


def _is_array(value):
    return isinstance(value, np.ndarray) or hasattr(value, "detach")


def _number(key):
    return int(re.search(r"\d+$", key)[0])


def _name_of_gradient(key, grad_key):
    """The name that the gradient of W1 has, or dW1."""
    match = NAME.fullmatch(grad_key)
    named = match and match[1] and _number(grad_key) == _number(key)
    return grad_key if named else f"d{key}"


# ---- what they must be, and which way round ------------------------------------------------------


def _check_arrays(leaves, precise):
    """Refuse what no nudge can reach, or has no digits, with the line that mends it."""

    def usable(array):
        floats = isinstance(array, np.ndarray) and array.dtype.kind == "f"
        return floats and array.flags.writeable and (array.dtype == np.float64 or not precise)

    bad = [leaf for leaf in chain(*leaves) if not usable(leaf.array)]
    if bad:
        array = bad[0].array
        got = describe(array)
        if isinstance(array, np.ndarray):
            got = array.dtype if array.flags.writeable else "an array that cannot be written to"
        raise TypeError(
            f"finite differences need float64 parameters, got {got} in {bad[0].path}; "
            f"use {_mended(bad)}"
        )
    for W, b in leaves:
        if W.array.ndim != 2:
            raise ValueError(f"{W.path} must have 2 dimensions, got shape {W.array.shape}")
        if b.array.ndim not in (1, 2) or b.array.size != max(b.array.shape):
            raise ValueError(f"{b.path} must be (n,), (1, n) or (n, 1), got shape {b.array.shape}")


def _mended(bad):
    """Python that makes arrays of float64 of these, as the reader has them."""
    paths = [leaf.path for leaf in bad]
    if re.fullmatch(r"params\[\d+\]\[\d\]", paths[0]):
        pair = "(np.array(W, dtype=float), np.array(b, dtype=float))"
        return f"params = [{pair} for W, b in params], or initialize(..., dtype=np.float64)"
    if re.fullmatch(r"params\[\d+\]", paths[0]):
        return "params = [np.array(array, dtype=float) for array in params]"
    if not paths[0].startswith("params"):  # a PyTorch module has names of its own
        return "params.double()"
    tensors = any(hasattr(leaf.value, "detach") for leaf in bad)
    lines = (
        f"{path} = {path}.double()" if tensors
        else f"{path} = np.array({path if np.ndim(leaf.array) else f'[{path}]'}, dtype=float)"
        for path, leaf in zip(paths, bad, strict=True)
    )  # fmt: skip
    return "; ".join(lines)


def _flat(b):
    """A view of b as (n,)."""
    return b if b.ndim == 1 else b[0] if len(b) == 1 else b[:, 0]


def _fit(leaves, outputs):
    """Say whether the shapes chain if this axis of each W belongs to the outputs."""
    return all(W.array.shape[outputs] == b.array.size for W, b in leaves) and all(
        W.array.shape[outputs] == W_next.array.shape[1 - outputs]
        for (W, _), (W_next, _) in pairwise(leaves)
    )


def _biases_are_columns(leaves):
    """Say whether biases are (n, 1), or (1, n); None if no shape tells."""
    shapes = [b.array.shape for _, b in leaves if b.array.ndim == 2 and b.array.size > 1]
    return shapes[0][1] == 1 if shapes else None


def _are_columns(array, n):
    """Say whether examples with n features are columns; None if the shape does not tell."""
    fits = [size == n for size in np.shape(array)]
    return fits[0] if len(fits) == 2 and fits[0] != fits[1] else None
