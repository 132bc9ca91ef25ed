"""The gradient doctor: every bug is named where it enters, and right networks are left in peace."""

import functools
import re
from itertools import pairwise

import numpy as np
import pytest
import student

from helpers import (
    backward_dropout,
    check_gradients,
    forward,
    forward_dropout,
    initialize,
    one_hot,
)

# units per layer and batch size: m equal to the classes, to a layer, to 1; square W
NETWORKS = [
    ([4, 5, 3], 6),
    ([4, 4, 4], 4),
    ([3, 4, 4, 3], 3),
    ([2, 5, 3, 4], 1),
    ([5, 4, 4, 4, 3], 7),
]
ACTIVATIONS = ["relu", "sigmoid", "tanh"]


def alive(Z):
    """No corner near; an open gate for every example, every unit of several examples, not all."""
    gates = Z > 0
    used = gates.any(axis=1).all() and (gates.any(axis=0).all() or len(Z) == 1)
    return np.abs(Z).min() > 1e-3 and used and not gates.all()


@functools.cache
def problem(sizes, m, hidden):
    """Draw a network with biases, and a batch."""
    for seed in range(10_000):
        rng = np.random.default_rng(seed)
        params = initialize(list(sizes), hidden, rng=rng, dtype=np.float64)
        params = [(W, b + 0.3 * rng.normal(size=b.shape)) for W, b in params]
        X, y = rng.normal(size=(m, sizes[0])), rng.integers(0, sizes[-1], m)
        if all(alive(Z) for Z in forward(X, params, hidden)[1].Z[1:-1]):
            return params, X, y
    raise AssertionError("no such network")


def examine(grads, params, X, y, hidden, batch=True, l2=0.0, masks=None, **settings):
    """Check gradients against the loss written in `student`, with the batch or without."""
    if batch:
        Y = one_hot(y, params[-1][0].shape[1])
        settings |= {"X": X, "Y": Y, "hidden": hidden, "masks": masks}

    def loss(params):
        return student.loss(params, X, y, hidden, l2, masks)

    return check_gradients(loss, params, grads, **settings)


def diagnose(bug, sizes, m, hidden, at=None, l2=0.0, masks=None, **settings):
    params, X, y = problem(tuple(sizes), m, hidden)
    grads = student.gradients(params, X, y, hidden, l2, masks, bug, at)
    return examine(grads, params, X, y, hidden, l2=l2, masks=masks, **settings)


def draw_masks(sizes, m, keep=0.6):
    """Draw dropout masks with something kept and something dropped in every layer."""
    rng = np.random.default_rng(5)
    masks = []
    for n in sizes[1:-1]:
        mask = rng.random((m, n)) < keep
        mask[:, 0], mask[-1, 0], mask[0, 1] = True, m == 1, False
        masks.append(mask / keep)
    return masks


# What the verdict says of each bug, and where it can be made

OUTPUT_BUGS = {
    "labels not subtracted": r"dZ{L} is A{L} / m: the labels are not subtracted",
    "extra softmax derivative": r"dZ{L} has an extra factor A{L} \* \(1 - A{L}\)",
    "softmax element by element": r"dZ{L} is -Y \* \(1 - A{L}\) / m: .* taken element by element",
    "softmax derivative missing": r"dZ{L} .* the derivative of the softmax is missing",
    "labels minus outputs": r"dZ{L} has the wrong sign.* it is Y - A{L} instead of A{L} - Y",
    "no 1/m": r"dZ{L} is {m}\.000 times .*{m} is the number of examples: the 1/m is missing",
    "1/m twice": r"dZ{L} is .* 1/{m} is one over .* examples: the 1/m is applied a second time",
    "times classes": r"dZ{L} is {k}\.000 times .*{k} is the number of classes",
    "over classes": r"dZ{L} is .* 1/{k} is one over the number of classes: the gradient averages",
    "doubled": r"dZ{L} is 2\.000 times .* the gradient has a 2 too many",
    "halved": r"dZ{L} is 0\.500 times .* the gradient has lost a 2",
    "times 3.7": r"dZ{L} is 3\.700 times what it should be.* a constant is in the loss",
}
STEP_BUGS = {
    "gate always open": r"the gate of ReLU is always open in layer {l}: .* A{l} >= 0",
    "derivative missing": r"the derivative of \w.* is missing in dZ{l}",
    "derivative twice": r"dZ{l} is multiplied by the derivative of .* twice",
    "derivative taken at A": r"the derivative of .* is taken at A{l}, .* instead of Z{l}",
    "formula for A given Z": r"the formula .* in terms of A{l} is given Z{l}",
    "derivative of relu": r"dZ{l} uses the derivative of relu",
    "derivative of sigmoid": r"dZ{l} uses the derivative of sigmoid",
    "derivative of tanh": r"dZ{l} uses the derivative of tanh",
    "derivative of the next layer": r"in dZ{l} is taken at Z{n}, which belongs to the next layer",
    "derivative of the layer before": r"in dZ{l} is taken one layer too low, at (Z{p}|X)",
    "W not transposed": r"W{n} is not transposed on the way back to layer {l}",
    "W of the wrong layer": r"back to layer {l} leads through W{l} instead of W{n}",
    "mask missing backward": r"mask of layer {l} is used in the forward pass, but not",
    "mask without its scale backward": r"mask of layer {l} goes backward .* without the 1/keep",
    "dz doubled": r"dZ{l} is 2\.000 times what it should be",
    "dz negated": r"dZ{l} has the wrong sign",
    "1/m again": r"dZ{l} is .* 1/{m} is one over .* applied a second time",
}
WEIGHT_BUGS = {
    "Z used for A": r"dW{l} is made with Z{p} instead of A{p}",
    "A of the wrong layer": r"dW{l} is made with A{l}, .* instead of its input (A{p}|X)",
    "input without its mask": r"dW{l} is made with A{p} as it was before dropout",
    "W transposed": r"dW{l} is transposed",
    "dW over m": r"dW{l} is .*1/{m} is one over .* applied a second time",
    "dW zero": r"dW{l} is zero everywhere",
    "regularization missing in the gradient": r"dW{l} lacks 0\.1 \* W{l}: .* 0\.05 \* \(W",
    "regularization missing in the loss": r"dW{l} has 0\.3 \* W{l} too much",
    "regularization twice": r"dW{l} has 0\.2 \* W{l} .* 0\.05 \* \(W.*, is 0\.1 \* W{l}",
}
BIAS_BUGS = {
    "mean over the examples": r"db{l} is .*1/{m} is one over .* as by a mean instead of the sum",
    "summed over everything": r"db{l} is one and the same number",
    "wrong axis": r"db{l} is dZ{l}\.sum\(axis=1\)",
    "db zero": r"db{l} is zero everywhere",
    "bias regularized": r"db{l} has 0\.3 \* b{l} too much",
}
TEXT = OUTPUT_BUGS | STEP_BUGS | WEIGHT_BUGS | BIAS_BUGS
TEXT["last example only"] = r"dW{l} holds the last example only.*the same in db{l}"

# not a bug of every activation
ONLY = {
    "gate always open": ["relu"],
    "derivative missing": ["sigmoid", "tanh"],
    "derivative twice": ["sigmoid", "tanh"],
    "derivative taken at A": ["sigmoid", "tanh"],
    "formula for A given Z": ["sigmoid", "tanh"],
}
# where shapes must fit, or a batch of one hides the bug: sizes, m, layer
FITS = {
    "derivative of the next layer": lambda s, m, l: s[l + 1] == s[l],
    "derivative of the layer before": lambda s, m, l: s[l - 1] == s[l],
    "W not transposed": lambda s, m, l: s[l + 1] == s[l],
    "W of the wrong layer": lambda s, m, l: s[l + 1] == s[l] == s[l - 1],
    "A of the wrong layer": lambda s, m, l: s[l - 1] == s[l],
    "W transposed": lambda s, m, l: s[l - 1] == s[l],
    "wrong axis": lambda s, m, l: s[l] == m > 1,
    "Z used for A": lambda s, m, l: l > 1,
    "input without its mask": lambda s, m, l: l > 1,
} | dict.fromkeys(
    ["1/m again", "dW over m", "mean over the examples", "last example only"],
    lambda s, m, l: m > 1,
)

SAME_IN_OUTPUT = ["db zero", "summed over everything", "wrong axis"]


def cases():
    """All bugs in all networks: in one layer after the other, and in all of them at once."""
    alternating = ("dz negated",)  # two of them cancel, and other signs would do as well
    for bug in [*STEP_BUGS, *WEIGHT_BUGS, *BIAS_BUGS, "last example only"]:
        for sizes, m in NETWORKS:
            last = len(sizes) - 1 - (bug in STEP_BUGS)
            fits = FITS.get(bug, lambda s, m, l: True)
            layers = [l for l in range(1, last + 1) if fits(sizes, m, l)]
            everywhere = [None] if len(layers) == last > 1 and bug not in alternating else []
            for at in layers + everywhere:
                yield bug, sizes, m, at


def has(text, report, l, sizes, m):
    """Look for a sentence in the verdict, with layers and numbers filled in."""
    text = text.format(l=l, n=l + 1, p=l - 1, L=l, m=m, k=sizes[-1])
    return re.search(text.replace("A0", "X"), report.verdict)


def one_bug(report):
    """The verdict names one bug, and takes it for no other one, unless the factor is the same."""
    return report.verdict.count("ikely bug") == 1 and "(repair" not in report.verdict


@pytest.mark.parametrize("bug", OUTPUT_BUGS)
@pytest.mark.parametrize(("sizes", "m"), [*NETWORKS, ([3, 4], 5), ([6, 4, 2], 9)])
@pytest.mark.parametrize("batch", [True, False], ids=["with batch", "alone"])
def test_a_bug_in_the_output_layer_is_named(bug, sizes, m, batch):
    pattern = list(OUTPUT_BUGS).index(bug) >= 4
    if m == 1 and "1/m" in bug:
        pytest.skip("1/m is 1")
    L = len(sizes) - 1
    report = diagnose(bug, sizes, m, "tanh", batch=batch)
    assert not report.ok
    if batch or pattern:
        text = OUTPUT_BUGS[bug] if batch else OUTPUT_BUGS[bug].replace(" is ", " (is|may be) ")
        assert has(text, report, L, sizes, m), report.verdict
        assert one_bug(report), report.verdict
    else:
        assert has(r"dW{L} and db{L} disagree, in no pattern known here", report, L, sizes, m)
        assert "With the batch" in report.verdict
    below = report.table["likely cause"].tolist()[:-2]
    assert below == [f"follows from dZ{L}"] * len(below)


@pytest.mark.parametrize(("bug", "sizes", "m", "at"), list(cases()))
def test_a_bug_below_is_named_where_it_enters(bug, sizes, m, at):
    masks = draw_masks(sizes, m) if "mask" in bug else None
    l2 = 0.1 if bug in ("regularization missing in the gradient", "regularization twice") else 0.0
    for hidden in ONLY.get(bug, [ACTIVATIONS[m % 3]] if bug in STEP_BUGS else ["tanh"]):
        if bug == f"derivative of {hidden}":
            continue
        rng = np.random.default_rng(0)
        report = diagnose(bug, sizes, m, hidden, at, l2, masks, sample=5, rng=rng)
        top = at or len(sizes) - 1 - (bug in STEP_BUGS)
        assert has(TEXT[bug], report, top, sizes, m), (hidden, report.verdict)
        # in the output layer each row of dZ sums to 0, so these three give the same db
        zero_sums = bug in SAME_IN_OUTPUT and top == len(sizes) - 1
        assert one_bug(report) or zero_sums, (hidden, report.verdict)


# Several things at once


def test_two_bugs_are_both_named():
    params, X, y = problem((3, 4, 4, 3), 3, "tanh")
    grads = student.gradients(params, X, y, "tanh", bug="derivative missing", at=2)
    grads[0] = (grads[0][0], np.zeros(4))
    verdict = examine(grads, params, X, y, "tanh").verdict
    assert "the derivative of tanh is missing in dZ2" in verdict
    assert "db1 is zero everywhere" in verdict
    assert verdict.count("Likely bug") == 2


def test_a_bug_is_found_beside_regularization_that_is_right():
    report = diagnose("gate always open", [3, 4, 4, 3], 3, "relu", at=2, l2=0.1)
    assert "gate of ReLU is always open in layer 2" in report.verdict
    assert one_bug(report)


@pytest.mark.parametrize("scale", [1 / 3, 6])
def test_a_bug_is_found_where_the_loss_is_a_multiple_of_the_cross_entropy(scale):
    params, X, y = problem((3, 4, 4, 3), 3, "tanh")
    grads = student.gradients(params, X, y, "tanh", bug="derivative twice", at=1)
    grads = [(scale * dW, scale * db) for dW, db in grads]
    report = check_gradients(
        lambda params: scale * student.loss(params, X, y, "tanh"),
        params,
        grads,
        X=X,
        Y=one_hot(y, 3),
        hidden="tanh",
    )
    assert "dZ1 is multiplied by the derivative of tanh twice" in report.verdict
    assert one_bug(report)


@pytest.mark.parametrize("hidden", ACTIVATIONS)
@pytest.mark.parametrize(("sizes", "m"), [((3, 4, 4, 3), 3), ((4, 5, 3), 6)])
def test_weights_that_are_already_updated_are_noticed(sizes, m, hidden):
    params, X, y = problem(sizes, m, hidden)
    report = examine(student.with_updates(params, X, y, hidden, 0.3), params, X, y, hidden)
    L = len(sizes) - 1
    assert f"dZ{L - 1} uses W{L} after its update with a learning rate of 0.3" in report.verdict
    assert one_bug(report)


def test_gradients_in_reverse_order_are_noticed():
    params, X, y = problem((4, 4, 4), 4, "tanh")
    grads = student.gradients(params, X, y, "tanh")[::-1]
    assert "begins with the last layer" in examine(grads, params, X, y, "tanh").verdict


# What the doctor does not know


@pytest.mark.parametrize("batch", [True, False])
@pytest.mark.parametrize("bug", ["dW odd", "db odd"])
def test_what_fits_no_pattern_is_said_to_fit_none(bug, batch):
    report = diagnose(bug, [3, 4, 4, 3], 3, "tanh", at=2, batch=batch)
    name = bug[:2]
    assert f"{name}2 disagrees, in no pattern known here. " in report.verdict
    if name == "dW" and batch:  # four units for three examples: dW2 leaves no dZ2 but one
        assert "No dZ2 at all gives this dW2 as A1.T @ dZ2: look at that line" in report.verdict
    else:
        assert f"What follows from dZ2 is right or explained, so look at the line {name}2 = " in (
            report.verdict
        )
    assert "ikely bug" not in report.verdict
    assert report.table.loc[f"{name}2", "likely cause"] == "no known pattern"
    assert ("With the batch" in report.verdict) != batch


def test_without_the_batch_the_place_is_named():
    report = diagnose("derivative missing", [3, 4, 4, 3], 3, "tanh", at=1, batch=False)
    assert "Wrong: dW1 and db1. Right: dW2, db2, dW3 and db3." in report.verdict
    assert "the error enters on the way from dZ2 to dZ1" in report.verdict


@pytest.mark.parametrize(
    ("bug", "text"),
    [
        ("W transposed", "dW2 is transposed"),
        ("dW over m", "dW2 is 0.333 times"),
        ("mean over the examples", "db2 is 0.333 times"),
        ("summed over everything", "db2 is one and the same number"),
        ("regularization missing in the gradient", "dW2 lacks 0.1 * W2"),
        ("regularization missing in the loss", "dW2 has 0.3 * W2 too much"),
        ("bias regularized", "db2 has 0.3 * b2 too much"),
        ("dz doubled", "dZ2 is 2.000 times"),
        ("dz negated", "dZ2 has the wrong sign"),
    ],
)
def test_patterns_are_seen_without_the_batch(bug, text):
    l2 = 0.1 if "gradient" in bug else 0.0
    report = diagnose(bug, [3, 4, 4, 3], 3, "tanh", at=2, l2=l2, batch=False)
    assert text in report.verdict
    assert one_bug(report)


def test_a_batch_that_does_not_belong_to_the_loss_is_noticed():
    params, X, y = problem((3, 4, 4, 3), 3, "tanh")
    grads = student.gradients(params, X, y, "tanh", bug="doubled")
    Y = one_hot(y, 3)
    verdict = check_gradients(
        lambda params: student.loss(params, X, y, "tanh"), params, grads, X=X[::-1], Y=Y
    ).verdict
    assert "dZ3 is 2.000 times" in verdict
    assert "do not belong to the cross-entropy of this X, Y" in verdict


def test_a_loss_that_changes_by_itself_is_noticed(rng):
    params, X, y = problem((4, 4, 4), 4, "tanh")
    grads = student.gradients(params, X, y, "tanh")
    report = check_gradients(lambda params: rng.random(), params, grads)
    assert "another one each time" in report.verdict


def test_a_loss_that_is_not_finite_is_noticed():
    params, X, y = problem((4, 4, 4), 4, "tanh")
    grads = student.gradients(params, X, y, "tanh")
    report = check_gradients(lambda params: np.nan, params, grads)
    assert "The loss is not finite" in report.verdict


# Differences that are no bug


def corner(b):
    """One unit of ReLU at z = b, whose derivative is (b > 0)."""
    params = [(np.zeros((1, 1)), np.array([b]))]
    return params, lambda params: float(max(params[0][1][0], 0))


@pytest.mark.parametrize("b", [0.0, 1e-7, -3e-6, 9e-6])
def test_a_corner_is_no_bug(b):
    params, loss = corner(b)
    report = check_gradients(loss, params, [(np.zeros((1, 1)), np.array([float(b > 0)]))])
    assert report.ok
    assert report.verdict.startswith("No bug: entries of db1 lie at a corner")


def test_a_wrong_derivative_at_a_corner_is_a_bug():
    params, loss = corner(1e-6)
    assert not check_gradients(loss, params, [(np.zeros((1, 1)), np.array([-7.0]))]).ok


def test_rounding_of_a_large_loss_is_no_bug():
    params, X, y = problem((4, 4, 4), 4, "tanh")
    grads = student.gradients(params, X, y, "tanh")
    far = check_gradients(lambda p: 1e6 + student.loss(p, X, y, "tanh"), params, grads)
    assert far.ok
    assert "No bug: " in far.verdict
    grads[0] = (1.01 * grads[0][0], grads[0][1])
    assert not check_gradients(lambda p: 1e6 + student.loss(p, X, y, "tanh"), params, grads).ok


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_float32_is_no_bug_also_when_cast_since(dtype):
    params, X, y = problem((4, 4, 4), 4, "tanh")
    rng = np.random.default_rng(0)
    grads = [
        tuple((array * (1 + 1e-5 * rng.normal(size=array.shape))).astype(np.float32) for array in g)
        for g in student.gradients(params, X, y, "tanh")
    ]
    grads = [(dW.astype(dtype), db.astype(dtype)) for dW, db in grads]
    report = examine(grads, params, X, y, "tanh")
    assert report.ok
    assert "float32 rounds" in report.verdict
    wrong = [(1.01 * dW, db) for dW, db in grads]
    assert not examine(wrong, params, X, y, "tanh").ok


def test_a_verdict_is_safe_in_html():
    page = diagnose("gate always open", [4, 4, 4], 4, "relu")._repr_html_()
    assert "(Z1 &gt; 0)" in page
    assert "<p>these disagree: dW1, db1</p>" in page


def random_network(seed):
    """Draw a right network of any kind: saturated, dead, at corners, regularized, in float32."""
    rng = np.random.default_rng(seed)
    hidden, depth, m = ACTIVATIONS[seed % 3], rng.integers(0, 4), rng.integers(1, 6)
    sizes = [*rng.integers(1, 5, depth + 1), rng.integers(2, 11)]
    scale = rng.choice([0.1, 1, 1, 1, 10])
    params = [
        (scale * rng.normal(size=(n_in, n_out)), rng.choice([0, 1]) * rng.normal(size=n_out))
        for n_in, n_out in pairwise(sizes)
    ]
    X, y = rng.choice([1, 1, 10]) * rng.normal(size=(m, sizes[0])), rng.integers(0, sizes[-1], m)
    X[rng.random(m) < 0.1] = 0  # an empty image: z = 0 exactly, if the biases are zero
    W, b = params[0]
    if depth and rng.random() < 0.3:  # a corner nearby
        b[0] -= X[0] @ W[:, 0] + b[0] - rng.choice([0, 1e-7, -1e-6, 1e-5])
    if depth and rng.random() < 0.2:  # dead or saturated units
        b[:] = rng.choice([-50, 50])
    masks = [(rng.random((m, n)) < 0.5) / 0.5 for n in sizes[1:-1]] if rng.random() < 0.3 else None
    return params, X, y, hidden, rng.choice([0, 0, 0.01]), masks, rng


def right_gradients(params, X, Y, hidden, l2, masks):
    """The backward pass in matrices, in the dtype of the parameters."""
    if masks is None:
        masks = [np.ones((len(X), len(b))) for W, b in params[:-1]]
    masks = [mask.astype(X.dtype) for mask in masks]
    _, cache = forward_dropout(X, params, masks, hidden)
    grads = backward_dropout(cache, Y, params, masks)
    l2 = X.dtype.type(l2)
    return [(dW + l2 * W, db) for (dW, db), (W, b) in zip(grads, params, strict=True)]


@pytest.mark.parametrize("block", range(4))
def test_no_alarm_for_two_hundred_right_networks(block):
    for seed in range(50 * block, 50 * block + 50):
        params, X, y, hidden, l2, masks, rng = random_network(seed)
        dtype = np.float32 if seed % 4 == 0 else np.float64
        Y = one_hot(y, params[-1][0].shape[1]).astype(dtype)
        own = [(W.astype(dtype), b.astype(dtype)) for W, b in params]
        grads = right_gradients(own, X.astype(dtype), Y, hidden, l2, masks)
        if seed % 8 == 0:
            grads = [(dW.astype(float), db.astype(float)) for dW, db in grads]
        batch = seed % 2 == 0
        report = examine(grads, params, X, y, hidden, batch, l2, masks, sample=2, rng=rng)
        assert report.ok, (seed, report)


def test_repairs_keep_the_dropout_mask():
    sizes, m = [5, 4, 3], 6
    masks = draw_masks(sizes, m)
    report = diagnose("derivative twice", sizes, m, "tanh", 1, masks=masks)
    assert "dZ1 = (dZ2 @ W2.T) * mask1 * tanh_derivative(Z1)" in report.verdict
    report = diagnose("derivative twice", sizes, m, "tanh", 1)
    assert "mask" not in report.verdict


def test_explanations_of_equal_cost_stand_on_lines_of_their_own():
    sizes, m = [5, 4, 3], 6
    masks = [2.0 * (mask > 0) for mask in draw_masks(sizes, m)]
    report = diagnose("mask without its scale backward", sizes, m, "relu", 1, masks=masks)
    _, one, other, masked = report.verdict.split("\n")
    assert one.startswith("  the dropout mask of layer 1 goes backward as zeros and ones")
    assert other.startswith("  or dZ1 is 0.500 times what it should be")
    assert masked == "In these lines mask1 is the mask of the forward pass: 0 or 2."
