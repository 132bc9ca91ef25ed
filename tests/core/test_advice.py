"""What is said when a network has not learned, or reads badly; and that else nothing is said."""

import itertools

import numpy as np
import pytest

from helpers import Adam, evaluate, initialize, points, train

SETTINGS = {"learning_rate": 0.1, "batch_size": 32, "epochs": 2}


@pytest.fixture
def digits(mnist):
    X, y, X_test, y_test = mnist
    return X[:5000], y[:5000], X_test[:500], y_test[:500]


def trained(X, y, *units, hidden="relu", params=None, seed=0, scheme=None, **settings):
    """Train a network; return it and its history. Warnings are errors here."""
    rng = np.random.default_rng(seed)
    if params is None:
        sizes = [X.shape[1], *units, int(y.max()) + 1]
        params = initialize(sizes, hidden=hidden, rng=rng, scheme=scheme)
    settings = SETTINGS | settings
    history = train(X, y, params, **settings, hidden=hidden, rng=rng, progress=False)
    return params, history


# It says why nothing was learned; what it advises helps


def dead(X):
    params = initialize([784, 32, 10], rng=np.random.default_rng(0))
    params[0][1][:] = -1000
    return params


ALWAYS = r"^after training, the accuracy is \d+\.\d%, and always answering 1 has 11\.3%[:,] "
BAD = {
    "white paper": (
        lambda X, y: trained(1 - X, y, 128, 64, learning_rate=0.3),
        "the mean of X is 0.87: .* Try 1 - X,",
        lambda X, y: trained(1 - (1 - X), y, 128, 64, learning_rate=0.3)),
    "divided twice": (
        lambda X, y: trained(X / 255, y, 64),
        r"the values of X go up to 0\.0039 only, .* Try 255 \* X",
        lambda X, y: trained(255 * (X / 255), y, 64)),
    "dead units": (
        lambda X, y: trained(X, y, params=dead(X)),
        r"all 32 units of hidden layer 1 are dead: .* Initialize .* learning_rate=0\.01\.$",
        lambda X, y: trained(X, y, 32, learning_rate=0.01)),
    "large rate": (
        lambda X, y: trained(X, y, 128, 64, learning_rate=2.0, seed=1),
        r".* Initialize .* learning_rate=0\.2[.,]",
        lambda X, y: trained(X, y, 128, 64, learning_rate=0.2, seed=1)),
    "deep sigmoid": (
        lambda X, y: trained(X, y, 30, 30, 30, 30, hidden="sigmoid"),
        '4 hidden layers of sigmoid .* Try hidden="relu" or "tanh"',
        lambda X, y: trained(X, y, 30, 30, 30, 30, hidden="tanh")),
    "zero weights": (
        lambda X, y: trained(X, y, 32, scheme="zeros"),
        r"all weights of layer 1 are 0, .* initialize\(sizes, rng=rng\)",
        lambda X, y: trained(X, y, 32)),
    "too much decay": (
        lambda X, y: trained(X, y, 32, weight_decay=1.0),
        "the network answers nearly the same for all .* what you added to plain training is too",
        lambda X, y: trained(X, y, 32)),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD)
def test_it_says_why_and_the_advice_helps(digits, kind):
    X, y, _, _ = digits
    bad, message, mended = BAD[kind]
    with pytest.warns(RuntimeWarning, match=f"{ALWAYS}{message}") as said:
        bad(X, y)
    assert [warning.filename for warning in said] == [__file__]  # it points to the call
    _, history = mended(X, y)  # warnings are errors
    assert history["train_accuracy"].iloc[-1] > 0.6


def test_a_small_learning_rate_and_labels_of_other_images_are_spoken_of(digits):
    X, y, _, _ = digits
    message = r"the loss hardly falls\. .* try learning_rate=1e-05, or .* y\[i\] is the label of X"
    with pytest.warns(RuntimeWarning, match=message):
        trained(X, y, 32, learning_rate=1e-6)


def test_labels_of_one_class_are_spoken_of(digits):
    X, y, _, _ = digits
    with pytest.warns(RuntimeWarning, match="all labels are 0: there is nothing to learn"):
        trained(X, 0 * y, params=dead(X))


def test_dev_images_that_are_not_like_the_others_are_spoken_of(digits):
    X, y, X_dev, y_dev = digits
    message = r"X_dev is not like X: the network reads .* of 1 - X_dev: .* look inverted"
    with pytest.warns(RuntimeWarning, match=message):
        trained(X, y, 32, X_dev=1 - X_dev, y_dev=y_dev)


# Nothing is said of a network that learns


@pytest.mark.parametrize("hidden", ["relu", "sigmoid", "tanh"])
def test_nothing_is_said_of_a_network_that_learns(digits, hidden):
    X, y, _, _ = digits
    rates = [0.2, 0.4] if hidden == "sigmoid" else [0.03, 0.2]
    grid = itertools.product([(16,), (32, 16)], rates, [20, 100, 1000], [1, 4], range(2))
    for units, rate, m, epochs, seed in grid:
        part = np.random.default_rng(seed).permutation(len(X))[:m]
        known = {"learning_rate": rate, "epochs": epochs, "seed": seed, "hidden": hidden}
        trained(X[part], y[part], *units, **known)  # warnings are errors
        few = y[part] == 0  # one in ten: a network that says "never" is right in nine of ten
        trained(X[part], few.astype(int), *units, **known)


def test_nothing_is_said_of_points_and_of_other_optimizers(digits):
    for shape, seed in itertools.product(["moons", "clusters"], range(3)):
        X, y = points(shape, 200, 0.1, np.random.default_rng(seed))
        trained(X, y, 16, epochs=20, seed=seed)
    X, y, _, _ = digits
    params = initialize([784, 32, 10], rng=np.random.default_rng(0))
    trained(X, y, params=params, learning_rate=0.001, update=Adam(params).update, epochs=1)


# Images that a network reads badly, though it would read them well otherwise


@pytest.mark.parametrize(
    ("change", "code", "look"),
    [
        (lambda X: 1 - X, "1 - X", "inverted"),
        (lambda X: X / 255, "255 * X", "divided by 255 once too often"),
        (lambda X: X.reshape(-1, 28, 28).swapaxes(1, 2).reshape(-1, 784),
         "X.reshape(-1, 28, 28).swapaxes(1, 2).reshape(len(X), -1)", "rows and columns exchanged"),
    ],
)  # fmt: skip
def test_evaluate_says_what_images_look_like(digits, change, code, look):
    X, y, X_test, y_test = digits
    params, _ = trained(X, y, 32)
    right = evaluate(X_test, y_test, params)  # warnings are errors
    with pytest.warns(RuntimeWarning, match=f"{look}.$") as said:
        wrong = evaluate(change(X_test), y_test, params)
    assert f" of {code}: " in str(said[0].message)
    assert said[0].filename == __file__
    assert wrong[1] < 0.5
    assert evaluate(eval(code, {"X": change(X_test)}), y_test, params) == pytest.approx(
        right, abs=0.01
    )


def test_evaluate_says_nothing_of_a_network_that_reads_all_of_them_badly(digits):
    _, _, X_test, y_test = digits
    for seed in range(5):
        params = initialize([784, 32, 10], rng=np.random.default_rng(seed))
        for X in X_test, 1 - X_test, X_test / 255:
            assert evaluate(X, y_test, params)[1] < 0.3
