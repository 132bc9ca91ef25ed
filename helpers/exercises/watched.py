"""Arrays that warn as NumPy does, where the processor cannot tell it that a number has overflowed.

WebAssembly, the processor that a browser offers, has no floating point flags: `np.exp(1000.0)` is
infinite there without a word. These arrays look at each result themselves.
"""

import warnings

import numpy as np

IN_WORDS = {"divide": "divide by zero", "over": "overflow", "invalid": "invalid value"}


def numpy_notices():
    """Tell whether NumPy notices an overflow here."""
    with np.errstate(over="raise"):
        try:
            np.exp(np.float64(1000))
        except FloatingPointError:
            return True
    return False


def call_watched(function, arguments):
    """Call a function with watched arrays in place of ordinary ones; return ordinary ones."""
    return each_array(plain, function(*(each_array(watched, value) for value in arguments)))


def each_array(change, value):
    """Change each array in an argument or an answer, however deep in lists and tuples it lies."""
    if hasattr(value, "_fields"):  # a named tuple, such as a cache
        return type(value)(*(each_array(change, item) for item in value))
    if isinstance(value, (list, tuple)):
        return type(value)(each_array(change, item) for item in value)
    return change(value) if isinstance(value, np.ndarray) else value


class Watched(np.ndarray):
    """An array whose results, and theirs, warn of overflow, division by 0 and undefined numbers."""

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **settings):
        """Compute with ordinary arrays, look at what came, and hand on what is watched again."""
        inputs = [plain(value) for value in inputs]
        if out is not None:
            settings["out"] = tuple(map(plain, out))
        with np.errstate(all="ignore"):
            result = getattr(ufunc, method)(*inputs, **settings)
        what = _lost(ufunc.__name__, inputs, result)
        if what and np.geterr()[what] != "ignore":
            name = ufunc.__name__ if method == "__call__" else method
            warnings.warn(f"{IN_WORDS[what]} encountered in {name}", RuntimeWarning, stacklevel=2)
        return out[0] if out is not None and len(out) == 1 else watched(result)

    def __array_function__(self, function, types, arguments, settings):
        """As NumPy does it; `np.where` and others would hand on an ordinary array."""
        return watched(super().__array_function__(function, types, arguments, settings))


def watched(value):
    """An array of real numbers as one that is watched; anything else as it is."""
    is_real = isinstance(value, np.ndarray) and value.dtype.kind in "iuf"
    return value.view(Watched) if is_real else value


def plain(value):
    """A watched array as an ordinary one; anything else as it is."""
    return value.view(np.ndarray) if isinstance(value, Watched) else value


def _lost(name, inputs, result):
    """The kind of mishap, as `np.errstate` names it, by which numbers were lost; None if none."""
    given = [value for value in inputs if np.asarray(value).dtype.kind == "f"]
    if np.asarray(result).dtype.kind != "f":
        return None
    if np.isnan(result).any() and not any(np.isnan(value).any() for value in given):
        return "invalid"
    if np.isinf(result).any() and not any(np.isinf(value).any() for value in given):
        by_zero = name.startswith("log") or ("divide" in name and np.any(np.equal(inputs[1], 0)))
        return "divide" if by_zero else "over"
    return None
