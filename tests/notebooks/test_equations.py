"""Equation numbers hold chapters, helpers and tests together, so that none can drift alone.

A chapter numbers its equations and names in its recap the function that computes each. The
docstring of that function cites the number, and one test below checks the function against the
equation, written out element by element.
"""

import math
import re
from itertools import product
from pathlib import Path
from types import SimpleNamespace

import nbformat
import numpy as np
import pandas as pd
import pytest

import helpers
from helpers import cluster

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
NUMBER = re.compile(r"\((\d+\.\d+)\)")

# the functions that the recaps may name
FUNCTIONS = {name: getattr(room, name) for room in (helpers, cluster) for name in room.__all__}
CHECKED = {}


def equation(*numbers):
    """Mark a test as the one that knows these equations."""

    def remember(test):
        for number in numbers:
            assert number not in CHECKED, f"({number}) is checked twice"
            CHECKED[number] = test
        return test

    return remember


def prose(path):
    notebook = nbformat.read(path, as_version=4)
    return "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def tags(path):
    return re.findall(r"\\tag\{([^}]*)\}", prose(path))


def recap(path):
    """Pairs of an equation's number and a function that computes it, from the recap's table."""
    pairs = set()
    for row in re.findall(r"^\|(.*)\|$", prose(path).partition("## Recap")[2], re.M):
        left, functions, *_ = row.split("|")
        names = re.findall(r"`(\w+)`", functions)
        pairs |= set(product(NUMBER.findall(left), names))
    return pairs


def citations():
    """Pairs of an equation's number and the helper whose docstring cites it."""
    return {
        (number, name)
        for name, function in FUNCTIONS.items()
        for cited in re.findall(r"\bEqs?\. ([\d.(), ]+)", function.__doc__)
        for number in NUMBER.findall(cited)
    }


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_equations_are_numbered_in_order_without_gaps(path):
    chapter = int(path.stem[:2])
    assert tags(path) == [f"{chapter}.{n}" for n in range(1, len(tags(path)) + 1)]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_prose_refers_only_to_equations_that_exist(path):
    known = {number for notebook in NOTEBOOKS for number in tags(notebook)}
    mentioned = set(re.findall(r"(?<![\w\d])\((\d{1,2}\.\d{1,2})\)", prose(path)))
    assert mentioned <= known


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_recap_names_every_numbered_equation(path):
    table = prose(path).partition("## Recap")[2]
    assert set(tags(path)) <= set(NUMBER.findall(table))


def test_docstrings_cite_what_the_recaps_say_and_nothing_else():
    named = set().union(*(recap(path) for path in NOTEBOOKS))
    assert {(number, name) for number, name in named if name in FUNCTIONS} == citations()
    assert {name for _, name in named} <= set(FUNCTIONS)


def test_every_cited_equation_has_its_test():
    assert {number for number, _ in citations()} == set(CHECKED)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@equation("1.1")
def test_normalize_divides_by_255():
    for p in (0, 1, 128, 255):
        assert helpers.normalize(np.array([p]))[0] == np.float32(p / 255)


@equation("1.2")
def test_one_hot_has_a_one_at_the_label_only():
    y = np.array([2, 0, 1])
    Y = helpers.one_hot(y, classes=3)
    for i, j in np.ndindex(3, 3):
        assert Y[i, j] == (1 if y[i] == j else 0)


@equation("1.5")
def test_accuracy_is_the_mean_of_hits(rng):
    y, y_hat = rng.integers(3, size=(2, 50))
    assert helpers.accuracy(y, y_hat) == sum(a == b for a, b in zip(y, y_hat, strict=True)) / 50


@equation("2.2", "2.3")
def test_forward_weighs_adds_and_activates_unit_by_unit(rng):
    params = helpers.initialize([3, 4, 2], rng=rng, dtype=np.float64)
    params[0][1][:] = rng.standard_normal(4)
    X = rng.standard_normal((5, 3))
    _, cache = helpers.forward(X, params)
    for l, (W, b) in enumerate(params, start=1):
        for i, j in np.ndindex(cache.Z[l].shape):
            z = sum(cache.A[l - 1][i, k] * W[k, j] for k in range(len(W))) + b[j]
            assert math.isclose(cache.Z[l][i, j], z, abs_tol=1e-12)
    assert np.array_equal(cache.A[1], helpers.relu(cache.Z[1]))
    assert np.array_equal(cache.A[2], helpers.softmax(cache.Z[2]))


@equation("2.5")
def test_relu_is_the_larger_of_zero_and_z():
    for z in (-3.0, -0.0, 0.5, 7.0):
        assert helpers.relu(np.array([z]))[0] == max(0, z)


@equation("2.6", "2.7")
def test_sigmoid_in_both_of_its_forms():
    for z in (-30.0, -1.0, 0.0, 2.0, 30.0):
        a = helpers.sigmoid(np.array([z]))[0]
        assert math.isclose(a, 1 / (1 + math.exp(-z)), rel_tol=1e-12)
        assert math.isclose(a, math.exp(z) / (1 + math.exp(z)), rel_tol=1e-12)


@equation("2.8")
def test_tanh_from_exponentials():
    for z in (-2.0, 0.0, 0.3, 4.0):
        expected = (math.exp(z) - math.exp(-z)) / (math.exp(z) + math.exp(-z))
        assert math.isclose(helpers.tanh(np.array([z]))[0], expected, abs_tol=1e-15)


@equation("2.9", "2.10")
def test_softmax_from_exponentials_with_any_shift(rng):
    z = rng.standard_normal(4)
    for c in (0, z.max(), -3):
        expected = [math.exp(v - c) / sum(math.exp(w - c) for w in z) for v in z]
        assert np.allclose(helpers.softmax(z[None]), expected, rtol=1e-12)


@equation("2.11")
def test_predict_takes_the_most_probable_class(rng):
    params = helpers.initialize([3, 4], rng=rng)
    X = rng.random((20, 3), dtype=np.float32)
    A, _ = helpers.forward(X, params)
    expected = [max(range(4), key=lambda j, row=row: row[j]) for row in A]
    assert helpers.predict(X, params).tolist() == expected


@equation("3.2", "3.3")
def test_cross_entropy_as_double_sum_and_as_picked_term(rng):
    A, y = helpers.softmax(rng.standard_normal((6, 4))), rng.integers(4, size=6)
    Y = helpers.one_hot(y, classes=4)
    J = helpers.cross_entropy(A, Y)
    double = -sum(float(Y[i, j]) * math.log(A[i, j]) for i, j in np.ndindex(6, 4)) / 6
    picked = -sum(math.log(A[i, y[i]]) for i in range(6)) / 6
    assert math.isclose(J, double, rel_tol=1e-12)
    assert math.isclose(J, picked, rel_tol=1e-12)


@equation("3.4")
def test_log_sum_exp(rng):
    z = rng.standard_normal(5)
    expected = math.log(sum(math.exp(v) for v in z))
    assert math.isclose(helpers.log_sum_exp(z[None])[0], expected, rel_tol=1e-12)


@equation("3.5")
def test_loss_from_logits(rng):
    Z, y = rng.standard_normal((6, 4)), rng.integers(4, size=6)
    terms = [math.log(sum(math.exp(v) for v in Z[i])) - Z[i, y[i]] for i in range(6)]
    assert math.isclose(helpers.cross_entropy_from_logits(Z, y), sum(terms) / 6, rel_tol=1e-12)


@equation("4.3", "4.4", "4.5", "4.6", "4.7")
def test_backward_sums_over_every_path(rng):
    params = helpers.initialize([3, 4, 2], "tanh", rng=rng, dtype=np.float64)
    X, Y = rng.standard_normal((5, 3)), helpers.one_hot(rng.integers(2, size=5), classes=2)
    A, cache = helpers.forward(X, params, "tanh")
    (dW1, db1), (dW2, db2) = helpers.backward(cache, Y, params)
    W2 = params[1][0]
    dZ2 = [[(A[i, j] - Y[i, j]) / 5 for j in range(2)] for i in range(5)]
    for k, j in np.ndindex(4, 2):
        assert math.isclose(dW2[k, j], sum(cache.A[1][i, k] * dZ2[i][j] for i in range(5)))
        assert math.isclose(db2[j], sum(dZ2[i][j] for i in range(5)))
    for k, j in np.ndindex(3, 4):
        dA = [sum(dZ2[i][n] * W2[j, n] for n in range(2)) for i in range(5)]
        dZ = [dA[i] * (1 - math.tanh(cache.Z[1][i, j]) ** 2) for i in range(5)]
        assert math.isclose(dW1[k, j], sum(X[i, k] * dZ[i] for i in range(5)), abs_tol=1e-15)
        assert math.isclose(db1[j], sum(dZ), abs_tol=1e-15)


@equation("4.8")
def test_relu_slope():
    assert helpers.relu_derivative(np.array([-1.0, 0.0, 1.0])).tolist() == [0, 0, 1]


@equation("4.9")
def test_sigmoid_slope():
    for z in (-2.0, 0.0, 1.5):
        a = 1 / (1 + math.exp(-z))
        assert math.isclose(helpers.sigmoid_derivative(np.array([z]))[0], a * (1 - a))


@equation("4.10")
def test_tanh_slope():
    for z in (-2.0, 0.0, 1.5):
        slope = helpers.tanh_derivative(np.array([z]))[0]
        assert math.isclose(slope, 1 / math.cosh(z) ** 2, rel_tol=1e-12)


@equation("4.11")
def test_numerical_gradients_are_central_differences():
    params = [(np.array([[2.0]]), np.array([0.0]))]
    ((dW, _),) = helpers.numerical_gradients(lambda p: float(p[0][0][0, 0] ** 3), params, h=0.5)
    assert math.isclose(dW[0, 0], (2.5**3 - 1.5**3) / (2 * 0.5))  # 12.25, not 3 * 2² = 12


@equation("4.12")
def test_check_gradients_reports_the_error_relative_to_the_array():
    params = [(np.array([[1.0, 2.0]]), np.zeros(2))]
    grads = [(np.array([[2.0, 5.0]]), np.zeros(2))]  # the true ones are 2 and 4
    report = helpers.check_gradients(lambda p: float((p[0][0] ** 2).sum()), params, grads)
    assert math.isclose(report.table.loc["dW1", "relative error"], (5 - 4) / 5, rel_tol=1e-6)
    assert report.table.loc["db1", "relative error"] == 0


@equation("5.2", "5.3")
def test_update_subtracts_the_scaled_gradient(rng):
    W, b, dW, db = (rng.standard_normal(shape) for shape in ((3, 2), 2, (3, 2), 2))
    params = [(W.copy(), b.copy())]
    helpers.update(params, [(dW, db)], 0.1)
    for k, j in np.ndindex(3, 2):
        assert params[0][0][k, j] == W[k, j] - 0.1 * dW[k, j]
        assert params[0][1][j] == b[j] - 0.1 * db[j]


@equation("6.3", "6.4", "6.6")
def test_initialize_draws_with_the_variance_of_each_scheme(rng):
    n_in, n_out = 400, 900
    variances = {"he": 2 / n_in, "xavier": 1 / n_in, "glorot": 2 / (n_in + n_out)}
    for scheme, variance in variances.items():
        ((W, _),) = helpers.initialize([n_in, n_out], rng=rng, scheme=scheme)
        assert math.isclose(W.var(), variance, rel_tol=0.02)


@equation("7.1")
def test_confusion_matrix_counts_pairs(rng):
    y, y_hat = rng.integers(3, size=(2, 40))
    C = helpers.confusion_matrix(y, y_hat, classes=3)
    for i, j in np.ndindex(3, 3):
        assert C[i, j] == sum(a == i and b == j for a, b in zip(y, y_hat, strict=True))


@equation("7.2", "7.3")
def test_precision_divides_by_the_column_and_recall_by_the_row():
    C = np.array([[8, 2], [4, 6]])
    precision, recall = helpers.precision_recall(C)
    assert precision.tolist() == [8 / (8 + 4), 6 / (2 + 6)]
    assert recall.tolist() == [8 / (8 + 2), 6 / (4 + 6)]


@equation("9.1")
def test_center_of_mass_is_the_mean_position_weighted_by_ink(rng):
    p = rng.random((4, 7))
    mass = sum(p[i, j] for i, j in np.ndindex(4, 7))
    r = sum(i * p[i, j] for i, j in np.ndindex(4, 7)) / mass
    c = sum(j * p[i, j] for i, j in np.ndindex(4, 7)) / mass
    assert np.allclose(helpers.center_of_mass(p), (r, c), rtol=1e-12)


@equation("9.2")
def test_place_by_mass_moves_the_center_to_the_middle(rng):
    for height, width in (20, 20), (20, 4), (5, 20), (1, 1):
        p = rng.random((height, width)) ** 8  # far from even: the center is off the middle
        r, c = helpers.center_of_mass(p)
        t, s = round(14 - r), round(14 - c)
        expected = np.zeros((28, 28))
        for i, j in np.ndindex(height, width):
            expected[i + t, j + s] = p[i, j]
        assert np.array_equal(helpers.place_by_mass(p), expected.astype(np.float32))


@equation("9.3")
def test_resize_averages_over_areas(rng):
    def average(n, new, k, i):
        """Share of old pixel i in new pixel k."""
        low, high = k * n / new, (k + 1) * n / new
        return max(0, min(high, i + 1) - max(low, i)) * new / n

    P = rng.random((7, 5))
    for height, width in (3, 4), (14, 5), (1, 11):
        small = helpers.resize(P, height, width)
        for k, q in np.ndindex(height, width):
            terms = (
                average(7, height, k, i) * P[i, j] * average(5, width, q, j)
                for i, j in np.ndindex(7, 5)
            )
            assert math.isclose(small[k, q], sum(terms), rel_tol=1e-6)


def one_weight(w=1.0):
    return [(np.array([[w]]), np.array([w]))]


@equation("11.1", "11.2")
def test_momentum_keeps_a_velocity_and_nesterov_looks_ahead():
    mu, alpha = 0.8, 0.1
    for nesterov in False, True:
        params, w, v = one_weight(), 1.0, 0.0
        optimizer = helpers.Momentum(params, mu, nesterov=nesterov)
        for g in 2.0, -0.5, 1.0:
            optimizer.update(params, one_weight(g), alpha)
            v = mu * v + g
            w -= alpha * (g + mu * v if nesterov else v)
            assert math.isclose(params[0][0][0, 0], w)
            assert math.isclose(params[0][1][0], w)


@equation("11.3")
def test_rmsprop_divides_by_the_root_of_a_running_mean():
    params, w, s = one_weight(), 1.0, 0.0
    optimizer = helpers.RMSProp(params, rho=0.9, eps=0.1)
    for g in 2.0, -0.5, 1.0:
        optimizer.update(params, one_weight(g), 0.1)
        s = 0.9 * s + 0.1 * g**2
        w -= 0.1 * g / (math.sqrt(s) + 0.1)
        assert math.isclose(params[0][0][0, 0], w)


@equation("11.4", "11.5", "11.6")
def test_adam_divides_one_corrected_mean_by_the_root_of_the_other():
    params, w, m, v = one_weight(), 1.0, 0.0, 0.0
    optimizer = helpers.Adam(params, beta1=0.9, beta2=0.99, eps=0.1)
    for t, g in enumerate((2.0, -0.5, 1.0), start=1):
        optimizer.update(params, one_weight(g), 0.1)
        m, v = 0.9 * m + 0.1 * g, 0.99 * v + 0.01 * g**2
        w -= 0.1 * (m / (1 - 0.9**t)) / (math.sqrt(v / (1 - 0.99**t)) + 0.1)
        assert math.isclose(params[0][0][0, 0], w)


@equation("11.7", "11.8")
def test_schedules_rise_to_1_and_fall_along_a_line_or_half_a_cosine():
    n, n_w = 10, 4
    for t in range(n):
        done = (t - n_w) / (n - n_w)
        rise = (t + 1) / n_w
        line, cosine = 1 - done, (1 + math.cos(math.pi * done)) / 2
        assert math.isclose(helpers.linear_decay(t, n, n_w), rise if t < n_w else line)
        assert math.isclose(helpers.cosine_decay(t, n, n_w), rise if t < n_w else cosine)


@equation("11.9", "11.10")
def test_l2_adds_half_the_squares_to_the_loss_and_the_weights_to_the_gradient(rng):
    params = [(rng.standard_normal((3, 2)), rng.standard_normal(2))]
    grads = [(rng.standard_normal((3, 2)), rng.standard_normal(2))]
    (W, _), (dW, db) = params[0], (array.copy() for array in grads[0])
    squares = sum(W[k, j] ** 2 for k, j in np.ndindex(3, 2))
    assert math.isclose(helpers.l2_loss(params, 0.3), 0.3 / 2 * squares)
    helpers.add_l2(grads, params, 0.3)
    for k, j in np.ndindex(3, 2):
        assert math.isclose(grads[0][0][k, j], dW[k, j] + 0.3 * W[k, j])
    assert np.array_equal(grads[0][1], db)


@equation("11.11")
def test_decay_shrinks_weights_only(rng):
    W, b = rng.standard_normal((3, 2)), rng.standard_normal(2)
    params = [(W.copy(), b.copy())]
    helpers.decay_weights(params, 0.2)
    for k, j in np.ndindex(3, 2):
        assert math.isclose(params[0][0][k, j], (1 - 0.2) * W[k, j])
    assert np.array_equal(params[0][1], b)


@equation("11.12", "11.13")
def test_dropout_masks_activations_forward_and_their_derivatives_backward(rng):
    params = helpers.initialize([3, 4, 2], "tanh", rng=rng, dtype=np.float64)
    X, Y = rng.standard_normal((5, 3)), helpers.one_hot(rng.integers(2, size=5), classes=2)
    (mask,) = masks = helpers.dropout_masks(5, params, 0.5, rng)
    A, cache = helpers.forward_dropout(X, params, masks, "tanh")
    (dW1, db1), (dW2, _) = helpers.backward_dropout(cache, Y, params, masks)
    W2 = params[1][0]
    for i, j in np.ndindex(5, 4):
        assert math.isclose(cache.A[1][i, j], math.tanh(cache.Z[1][i, j]) * mask[i, j])
    for j in range(4):
        dZ = [
            sum((A[i, n] - Y[i, n]) / 5 * W2[j, n] for n in range(2))
            * mask[i, j]
            * (1 - math.tanh(cache.Z[1][i, j]) ** 2)
            for i in range(5)
        ]
        assert math.isclose(db1[j], sum(dZ), abs_tol=1e-15)
        for k in range(3):
            expected = sum(X[i, k] * dZ[i] for i in range(5))
            assert math.isclose(dW1[k, j], expected, abs_tol=1e-15)


@equation("11.14")
def test_smooth_labels_share_a_part_among_all_classes():
    Y = helpers.smooth_labels(np.eye(4), 0.2)
    for i, j in np.ndindex(4, 4):
        assert math.isclose(Y[i, j], (1 - 0.2) * (i == j) + 0.2 / 4)


@equation("11.15")
def test_an_affine_map_scales_slants_turns_and_shifts_in_this_order():
    phi, (s_x, s_y), k, (t_x, t_y) = math.radians(30), (1.2, 0.7), 0.4, (2.0, -1.0)
    maps = helpers.affine_maps(
        np.array([30.0]), np.array([[1.2, 0.7]]), np.array([0.4]), np.array([[2.0, -1.0]])
    )
    for x, y in (1.0, 0.0), (0.0, 1.0), (-3.0, 5.0):
        slanted = s_x * x + k * s_y * y, s_y * y
        turned = (
            math.cos(phi) * slanted[0] - math.sin(phi) * slanted[1],
            math.sin(phi) * slanted[0] + math.cos(phi) * slanted[1],
        )
        expected = turned[0] + t_x, turned[1] + t_y
        assert np.allclose(maps[:, 0] @ [x, y, 1], expected, rtol=1e-12)


@equation("11.16")
def test_bilinear_reads_between_four_pixels():
    a, b, c, d = 0.1, 0.9, 0.3, 0.2
    for u, v in product((0, 0.25, 0.9), repeat=2):
        expected = (1 - v) * ((1 - u) * a + u * b) + v * ((1 - u) * c + u * d)
        X, x, y = np.array([[a, b, c, d]]), np.full((1, 4), u), np.full((1, 4), v)
        assert np.allclose(helpers.bilinear(X, x, y), expected, atol=1e-6)


@equation("11.17")
def test_smooth_bumps_are_bell_curves_over_the_root_of_the_sum_of_their_squares():
    side, s = 7, 3
    places = [-1.5, 1.5, 4.5, 7.5]  # s apart, about the center at 3
    centers = [(x, y) for y in places for x in places]
    bumps = helpers.smooth_bumps(side, s)
    assert len(bumps) == len(centers)
    for x, y in product(range(side), repeat=2):
        g = [math.exp(-((x - p) ** 2 + (y - q) ** 2) / (2 * s**2)) for p, q in centers]
        root = math.sqrt(sum(value**2 for value in g))
        assert np.allclose(bumps[:, side * y + x], np.array(g) / root, rtol=1e-12)


@equation("12.2")
def test_the_expected_maximum_is_that_of_many_draws(rng):
    for n in (1, 2, 5, 30):
        largest = rng.standard_normal((100_000, n)).max(axis=1)
        error = largest.std() / math.sqrt(len(largest))
        assert abs(cluster.expected_maximum(n) - largest.mean()) < 4 * error
    assert abs(cluster.expected_maximum(3) - 1.5 / math.sqrt(math.pi)) < 1e-9  # in closed form


@equation("12.5")
def test_halving_needs_the_part_of_the_epochs_that_the_equation_says(monkeypatch):
    def here(plan, run, seeds, client, progress):
        return pd.DataFrame([{**call, "seed": 0, "error": run(**call)} for call in plan])

    monkeypatch.setattr(cluster.sweeps, "sweep", here)  # no worker is needed to count
    settings = [{"rate": rate} for rate in range(16)]
    rounds = cluster.successive_halving(settings, lambda rate, epochs: -rate, [0], "error")
    epochs = sum(table["epochs"].sum() for table in rounds)
    assert epochs / (16 * 16) == (math.log2(16) + 1) / 16
    assert [len(table) for table in rounds] == [16, 8, 4, 2, 1]
    assert rounds[-1]["rate"].tolist() == [15]


class AtOnce:
    """Two workers that are no workers: what is submitted is done here, at once."""

    def nthreads(self):
        return {"one": 1, "other": 1}

    def submit(self, function, *arguments, **options):
        given = [a.result if isinstance(a, SimpleNamespace) else a for a in arguments]
        return SimpleNamespace(result=function(*given), exception=lambda: None)

    def gather(self, futures):
        return [future.result for future in futures]


@pytest.fixture
def sharded(rng):
    """Nine examples in shards of two and seven; X, Y, the shards, and a network."""
    X, y = rng.standard_normal((9, 4)), np.arange(9) % 3
    parts = [np.array([8, 3]), np.array([0, 1, 2, 4, 5, 6, 7])]
    shards = cluster.Shards(AtOnce(), lambda: (X, y), parts)
    params = helpers.initialize([4, 5, 3], rng=rng, dtype=np.float64)
    return X, helpers.one_hot(y, 3), shards, params


@equation("12.6", "12.7")
def test_a_gradient_is_the_sum_over_all_examples_wherever_they_are(sharded):
    X, Y, shards, params = sharded
    rows = np.array([3, 0, 8, 5, 1])
    sums = [[np.zeros_like(W), np.zeros_like(b)] for W, b in params]
    for row in rows:
        _, cache = helpers.forward(X[[row]], params)
        for pair, (dW, db) in zip(sums, helpers.backward(cache, Y[[row]], params), strict=True):
            pair[0] += dW / len(rows)
            pair[1] += db / len(rows)
    for pair, grads in zip(sums, shards.gradients(rows, None, params), strict=True):
        for expected, got in zip(pair, grads, strict=True):
            assert np.allclose(got, expected, rtol=0, atol=1e-12)


@equation("12.11")
def test_local_descent_ends_at_the_mean_weighted_by_the_sizes(sharded):
    X, Y, shards, params = sharded
    ends = []
    for rows in (np.array([8, 3]), np.array([0, 1, 2, 4, 5, 6, 7])):
        own = [(W.copy(), b.copy()) for W, b in params]
        for _ in range(3):  # the batch is the whole shard
            _, cache = helpers.forward(X[rows], own)
            helpers.update(own, helpers.backward(cache, Y[rows], own), 0.5)
        ends.append(own)
    settings = {"learning_rate": 0.5, "batch_size": 9, "seed": [0]}
    for pair, one, other in zip(shards.descend_locally(params, 3, **settings), *ends, strict=True):
        for got, a, b in zip(pair, one, other, strict=True):
            assert np.allclose(got, 2 / 9 * a + 7 / 9 * b, rtol=0, atol=1e-12)
