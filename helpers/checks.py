"""Checks at the door. The name of an argument says what it must be.

X, y, params, rng, learning_rate … mean the same in every function of the course, so one table,
RULES, holds what is asked of each. `guarded` puts it before a function; `helpers/__init__.py` does
so for all public names. Inside the house plain functions call plain functions.
"""

import functools
import inspect
import math
import sys
import warnings
from numbers import Integral, Real

import numpy as np

from .network import ACTIVATIONS, SCHEMES, Cache

# ---- the door ------------------------------------------------------------------------------------


def guarded(function, **own):
    """Return the function with a check of its arguments before it.

    A rule takes an argument's value, its name, and all arguments of the call, and raises TypeError
    or ValueError; what it returns, if anything, takes the argument's place. `own` rules replace
    those of the table. An argument left at its default None is not looked at.
    """
    signature = inspect.signature(function)
    rules = [(name, rule) for name, rule in (RULES | own).items() if name in signature.parameters]

    @functools.wraps(function)
    def door(*args, **kwargs):
        try:
            call = signature.bind(*args, **kwargs)
        except TypeError:
            return function(*args, **kwargs)  # Python says what does not fit, by its name
        call.apply_defaults()
        given = call.arguments
        for name, rule in rules:
            if given[name] is None and signature.parameters[name].default is None:
                continue
            better = rule(given[name], name, given)
            if better is not None:
                given[name] = better
        return function(*call.args, **call.kwargs)

    door.door = (
        door  # the mark that `bare` looks for; functools.wraps copies it, so it names itself
    )
    return door


def guarded_class(cls):
    """Return the class with checks before its constructor and its public methods."""
    methods = [n for n, f in vars(cls).items() if inspect.isfunction(f) and n.strip("_") == n]
    checked = {name: guarded(getattr(cls, name)) for name in ("__init__", *methods)}
    about = {"__doc__": cls.__doc__, "__module__": cls.__module__, "__qualname__": cls.__qualname__}
    return type(cls.__name__, (cls,), checked | about)


def bare(function):
    """Return what stands behind a function's or a bound method's door; itself, if it has none."""
    door = getattr(function, "__func__", function)
    if getattr(door, "door", None) is not door:
        return function
    behind = door.__wrapped__
    return behind if door is function else behind.__get__(function.__self__)


def describe(value):
    """Say in a few words what a value is, for error messages."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape} and dtype {value.dtype}"
    if isinstance(value, type):
        return f"the class {value.__name__}"
    if getattr(value, "shape", ()):  # a table or a tensor, whose text is many lines long
        return f"{type(value).__name__} of shape {tuple(value.shape)}"
    text = repr(value)
    return f"{type(value).__name__} {text if len(text) <= 60 else text[:57] + '...'}"


def warn(message, category):
    """Warn at the line that called this package."""
    frame, level = sys._getframe(1), 2
    while frame.f_back and f"{frame.f_globals.get('__package__')}.".startswith(f"{__package__}."):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, category, stacklevel=level)


# ---- checks, each of a value and the name that the message calls it by ---------------------------


def check_array(array, name, ndim=None):
    """Check for a NumPy array of real numbers, not empty, with `ndim` dimensions if given."""
    if not isinstance(array, np.ndarray):
        use = f"; use np.asarray({name})" if name.isidentifier() and _is_table(array) else ""
        raise TypeError(f"{name} must be a NumPy array, got {describe(array)}{use}")
    if array.dtype.kind not in "fiu":
        use = (
            f"; use {name}.astype(np.float32)"
            if name.isidentifier() and _numbers(array) is not None
            else ""
        )
        raise TypeError(f"{name} must hold real numbers, got dtype {array.dtype}{use}")
    if ndim is not None and array.ndim != ndim:
        raise ValueError(f"{name} must have {ndim} dimension(s), got shape {array.shape}")
    if array.size == 0:
        raise ValueError(f"{name} is empty: its shape is {array.shape}")


def _is_table(value):
    """Say whether NumPy makes an array of a list, a data frame or a tensor."""
    try:
        return np.asarray(value).ndim > 0
    except Exception:  # lists of different lengths, tensors elsewhere: each fails in its own way
        return False


def _numbers(array):
    """Return the numbers that text, booleans or objects stand for, or None."""
    try:
        return array.astype(float) if array.dtype.kind in "bOUS" and array.size else None
    except (TypeError, ValueError):
        return None


def check_finite(array, name):
    """Check for an array without NaN or infinity; return its smallest and largest value."""
    low, high = array.min(), array.max()  # NaN and infinity survive min and max
    if not (math.isfinite(low) and math.isfinite(high)):
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise ValueError(f"{name} must be finite, got {array[where]} at index {where}")
    return low, high


def check_logits(Z, name="Z", ndim=None):
    """Check the argument of an activation function: real, finite numbers."""
    check_array(Z, name, ndim)
    if Z.dtype.kind == "u" or Z.dtype == np.int8:  # 1 - 3 would be 254, -128 - 127 would be 1
        raise TypeError(
            f"{name} must hold floats or larger signed integers, got {Z.dtype}; "
            f"use {name}.astype(float)"
        )
    check_finite(Z, name)


def check_examples(X, name="X", n_features=None):
    """Check a batch of examples as rows: shape (m, n_features), finite; warn about raw pixels."""
    if isinstance(X, np.ndarray) and X.ndim == 1 and X.size:
        raise ValueError(
            f"{name} must have one example per row, shape (m, n), got shape {X.shape}; "
            f"for a single example pass {name}[None, :], of shape (1, {X.size})"
        )
    if isinstance(X, np.ndarray) and X.ndim > 2 and n_features in (None, math.prod(X.shape[1:])):
        raise ValueError(
            f"{name} must have one example per row, got shape {X.shape}; "
            f"{name}.reshape(len({name}), -1) makes a row of each"
        )
    check_array(X, name, ndim=2)
    if n_features is not None and X.shape[1] != n_features:
        way_out = ""
        if len(X) == n_features:
            way_out = f"; it has as many rows: pass {name}.T, with examples as rows"
        elif X.size == n_features:
            way_out = f"; for a single image pass {name}.reshape(1, -1)"
        raise ValueError(
            f"{name} has {X.shape[1]} columns, but the first layer expects {n_features} inputs"
            f"{way_out}"
        )
    low, high = check_finite(X, name)
    if low >= 0 and 100 < high <= 255:
        warn(
            f"{name} has values up to {high:g}: these look like raw pixels 0-255. "
            "Pass normalize(pixels) instead, which divides by 255.",
            UserWarning,
        )


def check_labels(y, name="y", m=None, classes=None, more=""):
    """Check integer labels of shape (m,) in 0 … classes-1; `more` tells how to have {} classes."""
    if isinstance(y, np.ndarray) and y.ndim == 2:
        how = ""
        if y.shape[1] == 1:
            how = f": {name}[:, 0] gives the labels"
        elif _is_one_hot(y):
            how = f": this is a one-hot matrix; {name}.argmax(axis=1) gives the labels"
        elif len(y) == 1:
            how = f": {name}[0] gives the labels"
        raise ValueError(f"{name} must be labels of shape (m,), got shape {y.shape}{how}")
    if isinstance(y, np.ndarray) and y.dtype.kind in "bOUS" and y.ndim == 1 and y.size:
        missing = [i for i, label in enumerate(y) if label is None or label != label]
        if missing:
            raise ValueError(f"{name} has no label at index {missing[0]}: {y[missing[0]]}")
        raise TypeError(
            f"{name} must hold whole numbers, got dtype {y.dtype}, such as {y[0]!r}; "
            f"use {_as_integers(y, name)}"
        )
    check_array(y, name, ndim=1)
    if y.dtype.kind == "f":
        check_finite(y, name)
        broken = y[y != np.floor(y)]
        if broken.size:
            raise ValueError(f"{name} must hold whole numbers, got {broken[0]}")
        raise TypeError(f"{name} must have an integer dtype, got {y.dtype}; use {name}.astype(int)")
    if m is not None and len(y) != m:
        raise ValueError(f"{name} has {len(y)} labels for {m} examples")
    low, high = int(y.min()), int(y.max())
    if low < 0 or (classes is not None and high >= classes):
        upper = "" if classes is None else f" to {classes - 1}"
        if low < 0:
            how = f"; np.unique({name}, return_inverse=True)[1] numbers the classes from 0"
        elif low == 1 and high == classes:
            how = f"; {name} - 1 counts from 0"
        else:
            how = more.format(high + 1)
        raise ValueError(f"{name} must hold labels from 0{upper}, got {low} to {high}{how}")


def _is_one_hot(y):
    return y.dtype.kind in "fiub" and ((y == 0) | (y == 1)).all() and (y.sum(axis=1) == 1).all()


def _as_integers(y, name):
    """Return the code that makes whole numbers of labels that are text, booleans or objects."""
    numbers = _numbers(y)
    if numbers is None or (numbers != np.floor(numbers)).any():
        return f"np.unique({name}, return_inverse=True)[1], which numbers the classes from 0"
    try:
        y.astype(int)
    except ValueError:  # such as "5.0"
        return f"{name}.astype(float).astype(int)"
    return f"{name}.astype(int)"


def check_one_hot(Y, name="Y", shape=None):
    """Check target rows of shape (m, classes): not negative, each summing to 1."""
    if isinstance(Y, np.ndarray) and Y.ndim == 1:
        raise ValueError(
            f"{name} must be one-hot rows of shape (m, classes), got shape {Y.shape}: are these "
            f"labels? one_hot({name.lower()}) gives the rows"
        )
    check_array(Y, name, ndim=2)
    if shape is not None and Y.shape != shape:
        raise ValueError(f"{name} has shape {Y.shape}, expected {shape} like the outputs")
    if Y.min() < 0 or not np.allclose(Y.sum(axis=1), 1, atol=1e-5):
        raise ValueError(f"each row of {name} must be non-negative and sum to 1")


def check_params(params, name="params", d=""):
    """Check a list of (W, b) pairs whose shapes chain, all of one floating dtype and finite.

    With d="d" the messages speak of dW and db.
    """
    pairs = f"({d}W, {d}b)"
    if not isinstance(params, list) or not params:
        raise TypeError(f"{name} must be a non-empty list of {pairs} pairs, got {describe(params)}")
    previous = None
    for layer, pair in enumerate(params, start=1):
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            raise TypeError(f"{name}[{layer - 1}] must be a pair {pairs}, got {describe(pair)}")
        W, b = pair
        name_W, name_b = f"{d}W of layer {layer}", f"{d}b of layer {layer}"
        check_array(W, name_W, ndim=2)
        check_array(b, name_b, ndim=1)
        if W.dtype.kind != "f" or W.dtype != b.dtype or W.dtype != params[0][0].dtype:
            raise TypeError(
                f"all {d}W and {d}b must share one floating dtype; "
                f"layer {layer} has {W.dtype}, {b.dtype}"
            )
        if previous is not None and W.shape[0] != previous:
            raise ValueError(
                f"{name_W} has shape {W.shape}, but the layer before it has {previous} outputs"
            )
        if b.shape != (W.shape[1],):
            raise ValueError(f"{name_b} has shape {b.shape}, expected ({W.shape[1]},)")
        check_finite(W, name_W)
        check_finite(b, name_b)
        previous = W.shape[1]


def check_learning_rate(value, params):
    """Check for a positive number that the dtype of the parameters can hold."""
    check_positive(value, "learning_rate")
    dtype = params[0][0].dtype
    largest = float(np.finfo(dtype).max)
    if value > largest:
        raise ValueError(
            f"learning_rate must be at most {largest:.4g}, the largest {dtype}, got {value}"
        )


def check_function(value, name):
    """Check for something that can be called."""
    if not callable(value):
        raise TypeError(f"{name} must be a function, got {describe(value)}")


def check_positive(value, name):
    """Check for a positive, finite real number."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name} must be a number, got {describe(value)}")
    if not (value > 0 and math.isfinite(value)):
        raise ValueError(f"{name} must be positive and finite, got {value}")


def check_not_negative(value, name):
    """Check for a finite real number that is 0 or more."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name} must be a number, got {describe(value)}")
    if not (value >= 0 and math.isfinite(value)):
        raise ValueError(f"{name} must be at least 0 and finite, got {value}")


def check_fraction(value, name):
    """Check for a real number from 0 up to, but not including, 1."""
    check_not_negative(value, name)
    if value >= 1:
        raise ValueError(f"{name} must be below 1, got {value}")


def check_count(value, name, minimum=1):
    """Check for a whole number that is at least `minimum`."""
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise TypeError(f"{name} must be a whole number, got {describe(value)}")
    if value < minimum:
        raise ValueError(f"{name} must be at least {minimum}, got {value}")


def check_sizes(sizes, name="sizes"):
    """Check the units per layer: a list of at least two positive whole numbers."""
    if not isinstance(sizes, (list, tuple)):
        raise TypeError(f"{name} must be a list such as [784, 128, 64, 10], got {describe(sizes)}")
    if len(sizes) < 2:
        raise ValueError(f"{name} needs at least inputs and outputs, got {sizes}")
    for place, size in enumerate(sizes):
        check_count(size, f"{name}[{place}]")


def check_choice(value, name, choices):
    """Check that a value is one of the named choices."""
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}; got {value!r}")


def check_rng(rng, name="rng"):
    """Check for a NumPy random generator."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            f"{name} must be a generator from np.random.default_rng(seed), got {describe(rng)}"
        )


def check_keep(keep, name="keep"):
    """Check for a probability above 0."""
    check_positive(keep, name)
    if keep > 1:
        raise ValueError(f"{name} must be above 0 and at most 1, got {keep}")


def check_ink(image, name):
    """Check for numbers from 0 (paper) to 1 (ink)."""
    low, high = image.min(), image.max()
    if not (low >= 0 and high <= 1):  # also true for NaN
        how = ""
        if low >= 0 and high <= 255:
            how = f"; pass normalize({name}), which divides pixel values by 255"
            if np.median(image) > 127.5:
                how = f"; these are pixels of dark ink on light paper: pass 1 - normalize({name})"
        raise ValueError(f"{name} must lie in 0 (paper) to 1 (ink), got {low:g} to {high:g}{how}")


def check_same_shapes(first, second, *, says):
    """Check that two lists of pairs have the same shapes; `says` names both in the message."""
    first, second = ([[a.shape for a in pair] for pair in pairs] for pairs in (first, second))
    if first != second:
        raise ValueError(says.format(first, second))


# ---- rules: what a name asks for, given the other arguments of the call --------------------------


def _rule(check, **more):
    return lambda value, name, given: check(value, name, **more)


def _X(X, name, given):
    """Examples for a network, any array to be split and shuffled, or images for an augmentation."""
    rows = "batch_size" in given or "dev_size" in given
    if "params" in given:
        check_examples(X, name, n_features=len(given["params"][0][0]))
    elif rows:
        check_array(X, name)
    else:
        check_array(X, name, ndim=2)
        check_ink(X, name)
        if math.isqrt(X.shape[1]) ** 2 != X.shape[1]:
            raise ValueError(
                f"{name} must have square images as rows, such as 784 = 28 * 28 pixels, "
                f"got {X.shape[1]}"
            )
        return None  # they are copied a few at a time anyway
    return _near(X, rows)


def _near(X, rows):
    """Copy X into row order where its numbers lie so far apart that all that follows would be slow.

    A product wants rows or columns in one piece, and whoever draws single rows wants rows.
    """
    one_piece = X.strides[-1] == X.itemsize or (not rows and X.strides[0] == X.itemsize)
    return None if one_piece else np.ascontiguousarray(X)


def _dev(X_dev, name, given):
    _together(given)
    return _X(X_dev, name, given)


def _together(given):
    if (given["X_dev"] is None) != (given["y_dev"] is None):
        raise ValueError("X_dev and y_dev go together: pass both or neither")


MORE_CLASSES = "; pass classes={}"


def _y(y, name, given):
    """One label for each example, below the number of classes."""
    if name == "y_dev":
        _together(given)
    X = given.get(name.replace("y", "X"), given.get("Z"))
    classes, more = given.get("classes"), MORE_CLASSES
    if "params" in given:
        classes, more = len(given["params"][-1][1]), "; the network needs {} output units"
        if classes == 1:
            raise ValueError(
                "params end in a single unit, whose softmax is always 1; a network needs one "
                "output unit for each class, two for two classes: initialize([…, 2], rng=rng)"
            )
    elif "Z" in given:
        classes, more = given["Z"].shape[1], "; Z needs {} columns"
    check_labels(y, name, m=None if X is None else len(X), classes=classes, more=more)


def _y_true(y_true, name, given):
    check_labels(y_true, name, classes=given.get("classes"), more=MORE_CLASSES)


def _y_pred(y_pred, name, given):
    m, classes = len(given["y_true"]), given.get("classes")
    check_labels(y_pred, name, m=m, classes=classes, more=MORE_CLASSES)


def _Y(Y, name, given):
    made = given["cache"].A[-1] if "cache" in given else given.get("A")
    check_one_hot(Y, name, shape=None if made is None else made.shape)


def _A(A, name, given):
    check_array(A, name, ndim=2)
    low, high = check_finite(A, name)
    if low < 0 or high > 1 + 1e-5 or not np.allclose(A.sum(axis=1), 1, atol=1e-3):
        raise ValueError(
            f"each row of {name} must be probabilities that sum to 1; "
            "for logits use cross_entropy_from_logits"
        )


def _cache(cache, name, given):
    if not isinstance(cache, Cache):
        raise TypeError(f"{name} must be the second result of forward, got {describe(cache)}")
    made = [(A.shape[1], Z.shape[1]) for A, Z in zip(cache.A, cache.Z[1:], strict=False)]
    shapes = [W.shape for W, b in given["params"]]
    if made != shapes:
        raise ValueError(f"{name} was made with weights of shapes {made}, params have {shapes}")


def _grads(grads, name, given):
    check_params(grads, name, d="d")
    check_same_shapes(grads, given["params"], says="grads have shapes {}, params have {}")


def _masks(masks, name, given):
    if not isinstance(masks, list):
        raise TypeError(f"{name} must be a list from dropout_masks, got {describe(masks)}")
    params, m = given["params"], len(given["X"] if "X" in given else given["Y"])
    for layer, mask in enumerate(masks, start=1):
        check_array(mask, f"mask of layer {layer}")
    shapes, expected = [mask.shape for mask in masks], [(m, len(b)) for W, b in params[:-1]]
    if shapes != expected:
        raise ValueError(
            f"{name} have shapes {shapes}, expected one per hidden layer, of shapes {expected}"
        )
    dtype = params[0][0].dtype
    for layer, mask in enumerate(masks, start=1):
        if mask.dtype != dtype:
            raise TypeError(f"mask of layer {layer} must have dtype {dtype}, got {mask.dtype}")
        check_finite(mask, f"mask of layer {layer}")


def _own(optimizer, name, given):
    """An optimizer holds arrays like the parameters that it was made for."""
    if not hasattr(optimizer, "_scratch"):
        return
    arrays = [array for pair in given["params"] for array in pair]
    got, made = ([(a.shape, a.dtype.name) for a in b] for b in (arrays, optimizer._scratch))
    if got != made:
        raise ValueError(
            f"this {type(optimizer).__name__} was made for params with {made}, got {got}"
        )


def _optimizer(optimizer, name, given):
    if isinstance(optimizer, type) or not callable(getattr(optimizer, "update", None)):
        raise TypeError(
            f"{name} must be an optimizer such as Adam(params), got {describe(optimizer)}"
        )
    if "params" in given:
        _own(optimizer, name, given)


def _update(update, name, given):
    if not callable(update) or isinstance(update, type):
        raise TypeError(
            f"{name} must be a function such as Adam(params).update, got {describe(update)}"
        )
    _own(getattr(update, "__self__", None), name, given)


def _eps(eps, name, given):
    check_positive(eps, name)
    dtype = given["params"][0][0].dtype
    smallest = np.finfo(dtype).tiny
    if eps < smallest:  # would be 0, and a gradient that is always 0 would give 0 / 0
        raise ValueError(f"{name} must be at least {smallest:.4g} in {dtype}, got {eps}")


def _amount(amount, name, given):
    check_fraction(amount, name)
    return float(amount)  # a NumPy float64 would make float32 arrays slow


def _weight_decay(weight_decay, name, given):
    check_not_negative(weight_decay, name)
    check_fraction(weight_decay * given["learning_rate"], f"{name} times learning_rate")


def _patience(patience, name, given):
    check_count(patience, name)
    if "X_dev" in given and given["X_dev"] is None:
        raise ValueError(f"{name} needs X_dev and y_dev, to see when the dev loss stops falling")


def _dev_loss(dev_loss, name, given):
    if isinstance(dev_loss, bool) or not isinstance(dev_loss, Real):
        raise TypeError(f"{name} must be a number, got {describe(dev_loss)}")
    if not math.isfinite(dev_loss):
        raise ValueError(f"{name} must be finite, got {dev_loss}")


def _step(step, name, given):
    """A step, or the steps of the warm-up: below that of the whole training."""
    check_count(step, name, minimum=0)
    if step >= given["steps"]:
        from_0 = ": steps count from 0" if name == "step" else ""
        raise ValueError(f"{name} must be below steps={given['steps']}, got {step}{from_0}")


def _scheme(scheme, name, given):
    if isinstance(scheme, Real):
        check_positive(scheme, f"{name}, as a standard deviation,")
    else:
        check_choice(scheme, name, SCHEMES)


def _dtype(dtype, name, given):
    if np.dtype(dtype).kind != "f":
        raise TypeError(f"{name} must be a floating dtype, got {np.dtype(dtype)}")


def _dev_size(dev_size, name, given):
    check_count(dev_size, name)
    m = len(given["X"])
    if dev_size >= m:
        raise ValueError(f"{name} must be smaller than the {m} examples, got {dev_size}")


def _confusion(confusion, name, given):
    check_array(confusion, name, ndim=2)
    if confusion.shape[0] != confusion.shape[1]:
        raise ValueError(f"{name} must be square, got shape {confusion.shape}")
    low, _ = check_finite(confusion, name)
    if low < 0:
        raise ValueError(f"{name} must hold counts, got {low}")


def _noise(noise, name, given):
    if not isinstance(noise, (int, float)) or not 0 <= noise <= 10:
        raise ValueError(f"{name} must be a number from 0 to 10, got {describe(noise)}")


def _pixels(pixels, name, given):
    """Raw gray values; beside X the most pixels by which an image may move."""
    if "X" not in given:
        check_array(pixels, name)
        low, high = pixels.min(), pixels.max()
        if not (low >= 0 and high <= 255):  # also true for NaN
            raise ValueError(f"{name} must lie in 0-255, got {low} to {high}")
        return
    check_count(pixels, name, minimum=0)
    side = math.isqrt(given["X"].shape[1])
    if pixels > side:
        raise ValueError(f"{name} must be at most {side}, got {pixels}")


def _pixels_moved(d, name, given):
    d, m, side = np.asarray(d), len(given["X"]), math.isqrt(given["X"].shape[1])
    if d.dtype.kind not in "iu":
        raise TypeError(f"{name} must hold whole numbers of pixels, got dtype {d.dtype}")
    if d.shape not in ((), (m,)):
        raise ValueError(f"{name} must be one number or {m}, got shape {d.shape}")
    if abs(d).max() > side:
        raise ValueError(f"{name} must lie in -{side} to {side}, got {d}")


def _of_map(*columns, strength):
    """One value, or one per column, for each image; beside X the strength of a random warp."""

    def rule(value, name, given):
        if "X" in given:
            return strength(value, name)
        rotation = given["rotation"]
        m = len(rotation) if isinstance(rotation, np.ndarray) and rotation.ndim else "m"
        check_array(value, name)
        if value.shape != (m, *columns):
            raise ValueError(f"{name} must have shape {(m, *columns)}, got {value.shape}")
        check_finite(value, name)

    return rule


def _smoothness(smoothness, name, given):
    check_not_negative(smoothness, name)
    if smoothness < 1:
        raise ValueError(f"{name} must be at least 1 pixel, got {smoothness}")


def _image(image, name, given):
    """A drawing; it may be empty, or larger than the field, only where it is resized."""
    check_array(image, name, ndim=2)
    check_ink(image, name)
    if "height" not in given and not image.any():
        raise ValueError("there is no ink: draw something first")
    edge = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
    if name == "ink" and min(image.shape) >= 8 and edge.min() > 0.5 and image.min() < 0.5:
        warn(
            f"{name} is above 0.5 all along its edge: dark ink on light paper? "
            f"Then pass 1 - {name}: 0 is paper, 1 is ink.",
            UserWarning,
        )
    size = given.get("size", math.inf)
    if max(image.shape) > size:
        raise ValueError(f"{name} of shape {image.shape} does not fit into {size} by {size} pixels")


# the order in which arguments are looked at: what the others are measured by comes first
RULES = {
    **dict.fromkeys(("classes", "steps", "m"), _rule(check_count)),
    "sizes": _rule(check_sizes),
    "params": _rule(check_params),
    "grads": _grads,
    "hidden": _rule(check_choice, choices=ACTIVATIONS),
    "self": _own,
    "Z": lambda Z, name, given: check_logits(Z, name, ndim=2 if "y" in given else None),
    "A": _A,
    "cache": _cache,
    "X": _X,
    "y": _y,
    "Y": _Y,
    "masks": _masks,
    "X_dev": _dev,
    "y_dev": _y,
    "dev_size": _dev_size,
    "rng": _rule(check_rng),
    "learning_rate": lambda rate, name, given: check_learning_rate(rate, given["params"]),
    **dict.fromkeys(
        ("batch_size", "epochs", "measure_every", "callback_every"), _rule(check_count)
    ),
    **dict.fromkeys(("callback", "schedule", "augment"), _rule(check_function)),
    "update": _update,
    "optimizer": _optimizer,
    "weight_decay": _weight_decay,
    **dict.fromkeys(("l2", "strength", "elastic"), _rule(check_not_negative)),
    "amount": _amount,
    **dict.fromkeys(
        ("label_smoothing", "momentum", "rho", "beta1", "beta2"), _rule(check_fraction)
    ),
    "keep": _rule(check_keep),
    "patience": _patience,
    "eps": _eps,
    "dev_loss": _dev_loss,
    **dict.fromkeys(("step", "warmup"), _step),
    "scheme": _scheme,
    "dtype": _dtype,
    "y_true": _y_true,
    "y_pred": _y_pred,
    "confusion": _confusion,
    "noise": _noise,
    "pixels": _pixels,
    **dict.fromkeys(("dx", "dy"), _pixels_moved),
    **dict.fromkeys(("rotation", "shear"), _of_map(strength=check_not_negative)),
    "shift": _of_map(2, strength=check_not_negative),
    "scale": _of_map(2, strength=check_fraction),
    "smoothness": _smoothness,
    **dict.fromkeys(("side", "height", "width", "size"), _rule(check_count)),
    **dict.fromkeys(("image", "ink"), _image),
    "labels": _rule(check_labels, classes=10),
}

# ---- the few functions that mean something else by a name ----------------------------------------


def as_many(y, name, given):
    """Labels, or one-hot rows, as many as X has."""
    check_array(y, name)
    if len(given["X"]) != len(y):
        raise ValueError(f"X has {len(given['X'])} examples, {name} has {len(y)}")


def coordinates(x, name, given):
    """A finite number for each pixel of X."""
    check_array(x, name)
    if x.shape != given["X"].shape:
        raise ValueError(f"{name} must have X's shape {given['X'].shape}, got {x.shape}")
    check_finite(x, name)


def points_of(shapes):
    """Rules for the name of one of these shapes, and for enough points for all of its classes."""

    def m(m, name, given):
        check_choice(given["shape"], "shape", shapes)
        check_count(m, name, minimum=shapes[given["shape"]])

    return {"m": m}
