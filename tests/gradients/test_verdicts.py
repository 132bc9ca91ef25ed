"""What the doctor must not say: of right lines, of losses that cannot be measured, of itself."""

import copy

import numpy as np
import pytest
from small_network import Small, softmax

from helpers import check_gradients


def examine(net, grads, loss=None, batch=True, **settings):
    if batch:
        settings = {"X": net.X, "Y": net.Y, "hidden": net.hidden} | settings
    return check_gradients(loss or net.loss, net.params, grads, **settings)


# A loss in float32


def float32_everywhere(net):
    small = copy.copy(net)
    small.X = net.X.astype(np.float32)
    small.Y = net.Y.astype(np.float32)
    return lambda params: small.loss(
        [(W.astype(np.float32), b.astype(np.float32)) for W, b in params]
    )


def float32_at_the_end(net):
    return lambda params: np.float32(net.loss(params))


def float32_then_float64(net):
    """As with a mean or a penalty in float64: the digits are those of float64."""
    return lambda params: float(np.float32(9 * net.loss(params))) / 9


def float32_of_a_large_sum(net):
    """It does not change at ±h, as if it used copies."""
    return lambda params: float(np.float32(1000 + net.loss(params))) / 9


def float32_in_torch(net):
    torch = pytest.importorskip("torch")

    def loss(params):
        A = torch.tensor(net.X, dtype=torch.float32)
        for W, b in params[:-1]:
            Z = A @ torch.tensor(W, dtype=torch.float32) + torch.tensor(b, dtype=torch.float32)
            A = torch.relu(Z) if net.hidden == "relu" else torch.tanh(Z)
        W, b = (torch.tensor(array, dtype=torch.float32) for array in params[-1])
        return torch.nn.functional.cross_entropy(A @ W + b, torch.tensor(net.y))

    return loss


@pytest.mark.parametrize("hidden", ["relu", "tanh"])
@pytest.mark.parametrize(
    "loss",
    [
        float32_everywhere,
        float32_at_the_end,
        float32_then_float64,
        float32_of_a_large_sum,
        float32_in_torch,
    ],
)
@pytest.mark.parametrize("factor", [1, 0, -1, 2])
def test_a_loss_in_float32_measures_nothing(hidden, loss, factor):
    net = Small(hidden=hidden, seed=factor + 1)
    grads = [(factor * dW, factor * db) for dW, db in net.gradients()]
    for batch in (True, False):
        report = examine(net, grads, loss(net), batch)
        assert not report.ok
        assert report.verdict.startswith("The loss is computed in float32")
        assert "disagree" not in str(report)
        assert "bug" not in report.verdict


def test_a_steep_loss_in_float32_is_told_by_its_digits():
    """As of images that were not normalized, where tiny changes show even in float32."""
    net = Small(m=3, seed=29)
    net.X = 30 * net.X
    report = examine(net, net.gradients(), lambda params: np.float32(net.loss(params)))
    assert report.verdict.startswith("The loss is computed in float32")


@pytest.mark.parametrize("hidden", ["tanh", "sigmoid"])
def test_a_smooth_network_has_no_corners(hidden):
    """Though the loss has one, where the check is told that there is none."""
    net = Small(hidden=hidden)
    W = net.params[0][0]
    W[0, 0] = 1e-6

    def loss(params):
        return net.loss(params, l1=1.0)

    grads = net.gradients(l1=1.0)
    assert examine(net, grads, loss, batch=False).ok
    assert not examine(net, grads, loss).ok


# A loss that is no number, or does not see the parameters


@pytest.mark.parametrize(
    "form",
    [lambda J: np.array([J]), lambda J: np.array([[J]]), np.array, np.float64],
    ids=["(1,)", "(1, 1)", "0-d", "scalar"],
)
def test_a_loss_of_one_entry_is_taken(form):
    net = Small()
    assert examine(net, net.gradients(), lambda params: form(net.loss(params))).ok


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (
            None,
            TypeError,
            "returned None, expected the loss as one number: does it end with return",
        ),
        ((1.0, []), TypeError, "a tuple of 2, .*lambda params: loss\\(params\\)\\[0\\]"),
        (np.ones(9), ValueError, "shape \\(9,\\), .* one per example\\? Take the mean"),
        ("1.0", TypeError, "returned '1.0', expected"),
        (1j, TypeError, "returned 1j, expected"),
    ],
)
def test_a_loss_that_is_no_number_is_told_what_to_do(value, error, text):
    net = Small()
    before = copy.deepcopy(net.params)
    with pytest.raises(error, match=text):
        examine(net, net.gradients(), lambda params: value)
    np.testing.assert_equal(net.params, before)


def test_a_loss_of_copies_is_told():
    net = Small()
    copies = copy.deepcopy(net.params)
    report = examine(net, net.gradients(), lambda params: net.loss(copies))
    assert not report.ok
    assert report.verdict == (
        "The loss does not change with these arrays: does it use them, or copies of them?"
    )


# Right lines are not blamed


def test_the_divisor_is_blamed_beside_a_penalty_of_half_the_strength():
    """Exercise 2 of chapter 10: three mistakes at once."""
    net = Small((6, 5, 4), hidden="tanh")
    grads = net.gradients(
        output=lambda A, Y: (A - Y) / Y.size, gate=lambda dA, Z, A, l: dA * (1 - Z**2), l2=0.15
    )
    verdict = examine(net, grads, lambda params: net.loss(params, l2=0.3)).verdict
    assert "1/4 is one over the number of classes" in verdict
    assert "dW2 has 0.15 * W2 from the regularization" in verdict
    assert "in terms of A1 is given Z1" in verdict
    assert "no pattern" not in verdict


@pytest.mark.parametrize(
    ("lines", "l2", "texts"),
    [
        (
            {
                "output": lambda A, Y: (Y - A) / len(Y),
                "biases": lambda dZ, dW, l: dZ.mean(axis=0),
            },
            0.0,
            ["dZ3 has the wrong sign", "as by a mean instead of the sum"],
        ),
        (
            {"output": lambda A, Y: A - Y},
            0.03,
            ["the 1/m is missing", "dW3 has 0.03 * W3 too much"],
        ),
    ],
)
def test_two_bugs_of_the_explorer_are_both_named(lines, l2, texts):
    net = Small()
    verdict = examine(net, net.gradients(**lines, l2=l2)).verdict
    assert all(text in verdict for text in texts), verdict
    assert verdict.count("Likely bug") == 2


@pytest.mark.parametrize(("factor", "text"), [(-1, "has the wrong sign"), (0.37, "is 0.370 times")])
def test_a_common_factor_holds_for_the_penalty_too(factor, text):
    net = Small()
    grads = [(factor * dW, factor * db) for dW, db in net.gradients(l2=0.1)]
    verdict = examine(net, grads, lambda params: net.loss(params, l2=0.1)).verdict
    assert f"every gradient, that of the penalty included, {text}" in verdict
    assert "dW3 = " not in verdict


def test_an_update_is_not_made_of_two_numbers():
    """With one example and two units, nearly any dZ1 can be had from W2 after some update."""
    net = Small((2, 2, 2), m=1)
    net.params = [
        (np.array([[1.0, -1.0], [1.0, 0.0]]), np.zeros(2)),
        (np.array([[1.0, 2.0], [2.0, -1.0]]), np.array([3.0, 0.0])),
    ]
    net.X, net.Y = np.array([[1.0, 2.0]]), np.array([[1.0, 0.0]])
    grads = net.gradients(gate=lambda dA, Z, A, l: 0.77 * dA * (Z > 0))
    verdict = examine(net, grads).verdict
    assert "dZ1 is 0.770 times" in verdict
    assert "update" not in verdict


def test_weights_that_all_get_one_number_are_no_sum_over_the_units():
    """Only a bias is; what a dW of one number is made of is not known."""
    net = Small()
    grads = [(np.full_like(dW, dW.sum()), db) for dW, db in net.gradients()]
    assert "over the units" not in examine(net, grads).verdict


def test_the_line_to_look_at_is_told_as_it_should_be():
    net = Small((6, 8, 7, 3), m=4)
    grads = net.gradients(output=lambda A, Y: (A - Y) / len(Y) + 0.01 * (A > 0.2))
    assert "Look at the line dZ3 = (A3 - Y) / m." in examine(net, grads).verdict


def test_two_numbers_are_no_factor():
    """With two classes each row of dZ is (d, -d), so that any db is some factor times the right."""
    net = Small((6, 5, 2))
    grads = net.gradients(biases=lambda dZ, dW, l: dZ[0] if l == 2 else dZ.sum(axis=0))
    verdict = examine(net, grads, batch=False).verdict
    assert "Wrong: db2." in verdict
    assert "times" not in verdict


def test_one_m_in_a_verdict():
    net = Small()
    grads = net.gradients(weights=lambda A, dZ, l: A.T @ dZ / A.shape[1])
    assert "number of examples" not in examine(net, grads, batch=False).verdict


def test_an_m_in_the_biases_is_true_of_both_places_of_the_divisor():
    """Of code with 1/m in dW and db, and not in dZ, as well."""
    net = Small()
    verdict = examine(net, [(dW, 9 * db) for dW, db in net.gradients()]).verdict
    assert "missing where your dW and db carry it" in verdict
    assert "Repair: db3 = " not in verdict


def test_what_has_no_known_cause_has_no_repair():
    net = Small()
    grads = [(3.7 * dW, 3.7 * db) for dW, db in net.gradients()]
    verdict = examine(net, grads).verdict
    assert "3.700 times" in verdict
    assert "Repair" not in verdict


def test_another_loss_is_named_beside_a_bug():
    net = Small()

    def squared(params):
        A = softmax(net.forward(params)[1][-1])
        return ((A - net.Y) ** 2).sum() / 18

    def through_softmax(A, Y):
        return A * ((A - Y) - ((A - Y) * A).sum(axis=1, keepdims=True)) / 9

    right = net.gradients(output=through_softmax)
    assert examine(net, right, squared).ok
    opened = net.gradients(output=through_softmax, gate=lambda dA, Z, A, l: dA)
    verdict = examine(net, opened, squared).verdict
    assert "gate of ReLU is always open in layer 2" in verdict
    assert "the loss is a squared error" in verdict
    assert "/ m" not in verdict
