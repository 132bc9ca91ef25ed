"""The doctor looks at networks as readers have them, and speaks their language.

Each network here is text: the lines of its forward and backward pass as its reader would write
them. A bug replaces a line; the repair in the verdict, followed to the letter, replaces it back.
"""

import re
from functools import cache
from types import SimpleNamespace as Thing

import numpy as np
import pytest

from helpers import (
    as_pairs,
    check_gradients,
    initialize,
    numerical_gradients,
    one_hot,
    relu_derivative,
    tanh_derivative,
)
from helpers.gradients.bugs import (
    BIASES,
    HIDDEN_LAYERS,
    OUTPUT,
    OUTPUT_OF_ANOTHER_LOSS,
    WEIGHTS,
)
from helpers.gradients.convention import Convention

SIZES, M = [6, 5, 4], 9

# ---- a reader's code, in four conventions --------------------------------------------------------

ROWS = """
Z1 = X @ W1 + b1
A1 = np.maximum(Z1, 0)
Z2 = A1 @ W2 + b2
A2 = softmax(Z2)
J = -(Y * np.log(A2)).sum() / m
dZ2 = (A2 - Y) / m
dW2 = A1.T @ dZ2
db2 = dZ2.sum(axis=0)
dZ1 = (dZ2 @ W2.T) * (Z1 > 0)
dW1 = X.T @ dZ1
db1 = dZ1.sum(axis=0)
"""
FLAT_BIASES = ROWS.replace("axis=0", "axis=0, keepdims=True")
COLUMNS = """
Z1 = W1 @ X + b1
A1 = np.maximum(Z1, 0)
Z2 = W2 @ A1 + b2
A2 = softmax(Z2.T).T
J = -(Y * np.log(A2)).sum() / m
dZ2 = (A2 - Y) / m
dW2 = dZ2 @ A1.T
db2 = dZ2.sum(axis=1, keepdims=True)
dZ1 = (W2.T @ dZ2) * (Z1 > 0)
dW1 = dZ1 @ X.T
db1 = dZ1.sum(axis=1, keepdims=True)
"""
TORCH = """
Z1 = X @ W1.T + b1
A1 = np.maximum(Z1, 0)
Z2 = A1 @ W2.T + b2
A2 = softmax(Z2)
J = -(Y * np.log(A2)).sum() / m
dZ2 = (A2 - Y) / m
dW2 = dZ2.T @ A1
db2 = dZ2.sum(axis=0)
dZ1 = (dZ2 @ W2) * (Z1 > 0)
dW1 = dZ1.T @ X
db1 = dZ1.sum(axis=0)
"""
# name -> (code, W is (out, in), examples are columns, shape of b)
CONVENTIONS = {
    "rows": (ROWS, False, False, lambda b: b),
    "rows, b (1, n)": (FLAT_BIASES, False, False, lambda b: b[None, :]),
    "columns": (COLUMNS, True, True, lambda b: b[:, None]),
    "as PyTorch": (TORCH, True, False, lambda b: b),
}

# what replaces the line of a name, and what must be said of it
BUGS = {
    "sign": ("dZ2", lambda right: right.replace("A2 - Y", "Y - A2"), "Y - A2 instead of A2 - Y"),
    "no 1/m": ("dZ2", lambda right: right.replace(" / m", ""), "the 1/m is missing"),
    "gate": ("dZ1", lambda right: right.replace(" * (Z1 > 0)", ""), "gate of ReLU is always open"),
    "Z for A": ("dW2", lambda right: right.replace("A1", "Z1"), "with Z1 instead of A1"),
    "half": ("db1", lambda right: f"{right} / 2", "a 2 is lost"),
    "sign of dW": ("dW1", lambda right: f"-({right})", "dW1 has the wrong sign"),
}


class Network:
    """A network in a reader's convention, in any form: `make` builds it, `read` takes it apart."""

    def __init__(self, convention, make=None, read=None, sizes=SIZES):
        self.code, self.turned, self.columns, shaped = CONVENTIONS[convention]
        rng = np.random.default_rng(3)
        arrays = []
        for W, b in initialize(sizes, rng=rng, dtype=np.float64):
            b += rng.normal(size=b.shape)
            arrays += [(W.T.copy() if self.turned else W, shaped(b).copy())]
        self.own = make(arrays) if make else arrays
        self.read = read or list
        X, y = rng.normal(size=(M, sizes[0])), rng.integers(sizes[-1], size=M)
        self.batch = [a.T.copy() if self.columns else a for a in (X, one_hot(y, sizes[-1]))]

    def with_bug(self, bug):
        """The code with another line for one name."""
        name, wrong, _ = BUGS[bug]
        return self.edited(f"{name} = {wrong(self.line(name))}")

    def line(self, name):
        return re.search(rf"^{name} = (.*)$", self.code, re.M)[1]

    def edited(self, line, code=None):
        name = line.partition(" ")[0]
        return re.sub(rf"^{name} = .*$", line, code or self.code, flags=re.M)

    def run(self, code, own=None):
        """Run the reader's lines; return all names."""
        (W1, b1), (W2, b2) = self.read(self.own if own is None else own)
        X, Y = self.batch
        names = {"W1": W1, "b1": b1, "W2": W2, "b2": b2, "X": X, "Y": Y, "m": M, "np": np}
        names |= {"softmax": softmax, "relu_derivative": relu_derivative}
        exec(compiled(code), names)
        return names

    def loss(self, own):
        return self.run(self.code, own)["J"]

    def grads(self, code):
        names = self.run(code)
        return {name: names[name] for name in ("dW1", "db1", "dW2", "db2")}

    def check(self, grads, **settings):
        X, Y = self.batch
        return check_gradients(self.loss, self.own, grads, **{"X": X, "Y": Y, **settings})


@cache
def compiled(code):
    return compile(code, "a reader's code", "exec")


def softmax(Z):
    E = np.exp(Z - Z.max(axis=-1, keepdims=True))
    return E / E.sum(axis=-1, keepdims=True)


def repair(verdict):
    (line,) = re.findall(r"Repair: (\w+ = .+?)(?:, without|\. |\.$)", verdict)
    return line


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_a_right_network_is_right(convention):
    network = Network(convention)
    assert network.check(network.grads(network.code)).ok
    assert network.check(network.grads(network.code), X=None, Y=None).ok


@pytest.mark.parametrize("bug", BUGS)
@pytest.mark.parametrize("convention", CONVENTIONS)
def test_the_repair_followed_to_the_letter_gives_a_right_gradient(convention, bug):
    network = Network(convention)
    name, _, said = BUGS[bug]
    code = network.with_bug(bug)
    assert code != network.code
    report = network.check(network.grads(code))
    assert not report.ok
    assert said in report.verdict
    line = repair(report.verdict)
    assert line.startswith(f"{name} = ")
    assert network.check(network.grads(network.edited(line, code))).ok, line


def test_code_is_said_as_the_reader_writes_it():
    said = [Network(c) for c in CONVENTIONS]
    said = [net.check(net.grads(net.with_bug("gate"))).verdict for net in said]
    assert "dZ1 = (dZ2 @ W2.T) * (Z1 > 0)." in said[0]
    assert "dZ1 = (dZ2 @ W2.T) * (Z1 > 0)." in said[1]
    assert "dZ1 = (W2.T @ dZ2) * (Z1 > 0)." in said[2]
    assert "dZ1 = (dZ2 @ W2) * (Z1 > 0)." in said[3]


def test_the_table_has_the_shapes_and_places_of_the_readers_arrays():
    network = Network("columns")
    grads = network.grads(network.code)
    grads["dW1"][3, 5] += 1
    grads["db2"][2, 0] += 1
    table = network.check(grads).table
    assert table["shape"].tolist() == [(5, 6), (5, 1), (4, 5), (4, 1)]
    assert table.loc["dW1", "worst at"] == (3, 5)
    assert table.loc["db2", "worst at"] == (2, 0)
    network = Network("rows, b (1, n)")
    grads = network.grads(network.code)
    grads["db2"][0, 2] += 1
    assert network.check(grads).table.loc["db2", "worst at"] == (0, 2)


# ---- the forms in which readers keep their arrays ------------------------------------------------


def keys(W="W{}", b="b{}", first=1):
    """A dict of arrays by such names."""

    def make(arrays):
        of = {}
        for l, (W_l, b_l) in enumerate(arrays, start=first):
            of |= {W.format(l): W_l, b.format(l): b_l}
        return of

    def read(own):
        return [(own[W.format(l)], own[b.format(l)]) for l in (first, first + 1)]

    return make, read


def attributes(**names):
    make, read = keys(**names)
    return lambda arrays: Thing(**make(arrays), learning_rate=0.1, X=None), lambda o: read(vars(o))


class Tensor:
    """As much of a PyTorch tensor as the doctor touches."""

    def __init__(self, array):
        self._array, self.grad = array, None

    def detach(self):
        return self

    def numpy(self):
        return self._array


class Module:
    """As much of a PyTorch module."""

    def __init__(self, arrays):
        names = ("fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias")
        self._named = dict(zip(names, map(Tensor, sum(arrays, ())), strict=True))

    def named_parameters(self):
        return self._named.items()


def layers(arrays):
    first, second = (Thing(W=W, b=b) for W, b in arrays)
    return [first, Thing(function="relu"), second]


FORMS = {
    "pairs": (list, list),
    "a tuple of lists": (lambda arrays: tuple(map(list, arrays)), list),
    "a flat list": (lambda arrays: list(sum(arrays, ())), lambda own: [own[:2], own[2:]]),
    "a dict": keys(),
    "a dict from 0": keys(first=0),
    "a dict, small": keys("w{}", "b{}"),
    "a dict, long": keys("weights_{}", "bias_{}"),
    "an object": attributes(),
    "an object from 0": attributes(first=0),
    "a dict of lists": (
        lambda arrays: {"weights": [W for W, b in arrays], "biases": [b for W, b in arrays]},
        lambda own: list(zip(own["weights"], own["biases"], strict=True)),
    ),
    "an object with lists": (
        lambda arrays: Thing(weights=[W for W, b in arrays], biases=[b for W, b in arrays]),
        lambda own: list(zip(own.weights, own.biases, strict=True)),
    ),
    "an object with a dict": (
        lambda arrays: Thing(params=keys()[0](arrays), reg=0.1, w=28),
        lambda own: keys()[1](own.params),
    ),
    "layers": (
        layers,
        lambda own: [(own[0].W, own[0].b), (own[2].W, own[2].b)],
    ),
    "an object with layers": (
        lambda arrays: Thing(layers=layers(arrays)),
        lambda own: [(own.layers[0].W, own.layers[0].b), (own.layers[2].W, own.layers[2].b)],
    ),
    "layers as attributes": (
        lambda arrays: Thing(fc1=Thing(W=arrays[0][0], b=arrays[0][1]), relu=Thing(),
                             fc2=Thing(W=arrays[1][0], b=arrays[1][1])),
        lambda own: [(own.fc1.W, own.fc1.b), (own.fc2.W, own.fc2.b)],
    ),
    "a list of dicts": (
        lambda arrays: [{"weight": W, "bias": b} for W, b in arrays],
        lambda own: [(layer["weight"], layer["bias"]) for layer in own],
    ),
    "a module": (
        Module,
        lambda own: [
            (own._named[f"fc{l}.weight"].numpy(), own._named[f"fc{l}.bias"].numpy()) for l in (1, 2)
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("convention", ["rows, b (1, n)", "columns"])
@pytest.mark.parametrize("form", FORMS)
def test_a_network_in_any_form(form, convention):
    network = Network(convention, *FORMS[form])
    before = [array.copy() for pair in network.read(network.own) for array in pair]
    some = {"sample": 5, "rng": np.random.default_rng(0)}
    assert network.check(network.grads(network.code), **some).ok
    grads = network.grads(network.with_bug("half"))
    report = network.check(grads, **some)
    assert not report.ok
    assert (report.table["ok"] == [True, False, True, True]).all()
    # the gradients in the form of the parameters, or in a form of their own: the same diagnosis
    pairs = [(grads["dW1"], grads["db1"]), (grads["dW2"], grads["db2"])]
    said = report.table["likely cause"].tolist()
    assert network.check(pairs, **some).table["likely cause"].tolist() == said
    make, _ = FORMS[form]
    if form != "a module":  # there they stand in .grad
        assert network.check(make(pairs), **some).table["likely cause"].tolist() == said
    after = [array for pair in network.read(network.own) for array in pair]
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))


@pytest.mark.parametrize("form", FORMS)
def test_pairs_are_views(form):
    network = Network("columns", *FORMS[form])
    pairs = as_pairs(network.own)
    for (W, b), (own_W, own_b) in zip(pairs, network.read(network.own), strict=True):
        assert np.array_equal(W, own_W.T)
        assert np.array_equal(b, own_b[:, 0])
        assert np.shares_memory(W, own_W)
        assert np.shares_memory(b, own_b)


def test_a_module_has_its_gradients_in_grad():
    network = Network("as PyTorch", *FORMS["a module"])
    with pytest.raises(TypeError, match="dW1 must be a NumPy array, got NoneType"):
        network.check(network.own)
    grads = network.grads(network.code)
    for name, grad in zip(network.own._named, ("dW1", "db1", "dW2", "db2"), strict=True):
        network.own._named[name].grad = Tensor(grads[grad])
    assert network.check(network.own).ok
    network.own._named["fc2.bias"].grad = Tensor(-grads["db2"])
    report = network.check(network.own)
    assert "db2 has the wrong sign" in report.verdict
    assert "b2 is fc2.bias" in report.verdict


def test_a_module_of_pytorch():
    torch = pytest.importorskip("torch")
    model = torch.nn.Sequential(torch.nn.Linear(6, 5), torch.nn.ReLU(), torch.nn.Linear(5, 4))
    X, y = torch.randn(9, 6), torch.arange(9) % 4
    with pytest.raises(TypeError, match=r"got float32 in 0.weight; use params.double\(\)"):
        check_gradients(lambda model: 0.0, model, model)
    model, X = model.double(), X.double()

    def loss(model):
        return torch.nn.functional.cross_entropy(model(X), y)

    loss(model).backward()
    batch = {"X": X.numpy(), "Y": one_hot(y.numpy(), 4)}
    assert check_gradients(loss, model, model, **batch).ok
    model[2].bias.grad *= -1
    assert "db2 has the wrong sign" in check_gradients(loss, model, model, **batch).verdict


def test_an_object_with_its_gradients_is_given_twice():
    network = Network("rows", *FORMS["an object"])
    vars(network.own).update(network.grads(network.with_bug("sign of dW")))
    report = network.check(network.own)
    assert "dW1 has the wrong sign" in report.verdict


@pytest.mark.parametrize("form", ["a dict from 0", "an object from 0"])
def test_layers_are_numbered_as_theirs(form):
    network = Network("columns", *FORMS[form])

    def with_bug(bug):
        grads = network.grads(network.with_bug(bug))
        return {name.translate({49: 48, 50: 49}): array for name, array in grads.items()}

    report = network.check(with_bug("gate"))
    assert list(report.table.index) == ["dW0", "db0", "dW1", "db1"]
    from_1 = network.check(network.grads(network.code))
    assert list(from_1.table.index) == ["dW0", "db0", "dW1", "db1"]
    assert "Wrong: dW0 and db0. Right: dW1 and db1." in report.verdict
    assert "dZ0 = (W1.T @ dZ1) * (Z0 > 0)." in report.verdict
    assert "A0 >= 0" in report.verdict
    assert "in layer 0" in report.verdict
    report = network.check(with_bug("sign of dW"))
    assert "dW0 = dZ0 @ X.T." in report.verdict


def test_arrays_are_named_as_theirs():
    network = Network("rows", *FORMS["a dict, small"])
    grads = network.grads(network.with_bug("sign of dW"))
    report = network.check(grads)
    assert "dW1 = X.T @ dZ1." in report.verdict  # as in grads
    grads = {name.replace("d", ""): array for name, array in grads.items()}
    report = network.check(grads)
    assert list(report.table.index) == ["dw1", "db1", "dw2", "db2"]
    assert "dw1 = X.T @ dZ1." in report.verdict


def test_arrays_without_a_number_are_pointed_out():
    network = Network("rows", *FORMS["an object with lists"])
    verdict = network.check(network.grads(network.with_bug("gate"))).verdict
    assert verdict.endswith(
        "(W1 is weights[0], b1 is biases[0], W2 is weights[1], b2 is biases[1].)"
    )


# ---- 1/m in dW and db, as in the course of Andrew Ng ---------------------------------------------

AT_THE_END = COLUMNS.replace("(A2 - Y) / m", "A2 - Y")
AT_THE_END = re.sub(r"^(d[Wb]\d) = ", r"\1 = 1 / m * ", AT_THE_END, flags=re.M)


@pytest.fixture
def at_the_end():
    network = Network("columns")
    network.code = AT_THE_END
    return network


def test_1_over_m_may_stand_in_the_gradients(at_the_end):
    assert at_the_end.check(at_the_end.grads(AT_THE_END)).ok


@pytest.mark.parametrize("name", ["dW1", "db1", "dW2", "db2"])
def test_1_over_m_that_is_missing_there_is_missing(at_the_end, name):
    wrong = f"{name} = {at_the_end.line(name).removeprefix('1 / m * ')}"
    verdict = at_the_end.check(at_the_end.grads(at_the_end.edited(wrong))).verdict
    assert f"{name} is 9.000 times what it should be" in verdict
    assert "missing where your dW and db carry it" in verdict


@pytest.mark.parametrize("line", ["dZ2 = Y - A2", "dZ2 = A2", "dZ2 = (A2 - Y) * A2 * (1 - A2)"])
def test_a_repair_of_the_last_layer_says_where_1_over_m_belongs(at_the_end, line):
    code = at_the_end.edited(line)
    verdict = at_the_end.check(at_the_end.grads(code)).verdict
    assert "without the 1/m if it stands in your dW and db" in verdict
    line = repair(verdict).removesuffix(" / m")
    assert at_the_end.check(at_the_end.grads(at_the_end.edited(line, code))).ok


@pytest.mark.parametrize("bug", ["Z for A", "half", "sign of dW"])
def test_a_repair_of_dW_or_db_says_where_1_over_m_stands(at_the_end, bug):
    code = at_the_end.with_bug(bug)
    verdict = at_the_end.check(at_the_end.grads(code)).verdict
    assert verdict.endswith("In this line dZ2 carries the 1/m.")
    name, _, line = repair(verdict).partition(" = ")  # here it does not, so dW has to
    assert at_the_end.check(
        at_the_end.grads(at_the_end.edited(f"{name} = 1 / m * {line}", code))
    ).ok


# ---- what the shapes leave open ------------------------------------------------------------------


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_square_layers(convention):
    network = Network(convention, sizes=[4, 4, 4])
    assert network.check(network.grads(network.code)).ok
    if convention != "as PyTorch":  # there nothing tells
        verdict = network.check(network.grads(network.with_bug("gate"))).verdict
        assert repair(verdict) == f"dZ1 = {network.line('dZ1')}"


def flat_columns(sizes):
    """Columns, but with biases of shape (n,), which do not tell."""
    network = Network("columns", sizes=sizes)
    network.own = [(W, b[:, 0]) for W, b in network.own]
    network.read = lambda own: [(W, b[:, None]) for W, b in own]
    return network


@pytest.mark.parametrize("sizes", [[4, 4, 4], [M, 5, 4], [6, 5, M]])
def test_columns_are_known_by_the_examples_or_by_their_labels(sizes):
    network = flat_columns(sizes)
    grads = network.grads(network.with_bug("gate"))
    grads |= {name: grads[name][:, 0] for name in ("db1", "db2")}
    assert repair(network.check(grads).verdict) == "dZ1 = (W2.T @ dZ2) * (Z1 > 0)"


def test_columns_are_known_by_their_biases():
    network = Network("columns")
    grads = network.grads(network.with_bug("sign of dW"))
    verdict = network.check(grads, X=None, Y=None).verdict
    assert repair(verdict) == f"dW1 = {network.line('dW1')}"


def test_a_batch_may_be_in_rows_all_the_same():
    network = Network("columns")
    X, Y = network.batch
    grads = network.grads(network.with_bug("gate"))
    verdict = network.check(grads, X=X.T, Y=Y.T).verdict
    assert repair(verdict) == "dZ1 = (W2.T @ dZ2) * (Z1 > 0)"


def test_as_many_examples_as_inputs():
    network = Network("columns", sizes=[M, 5, 4])
    assert network.check(network.grads(network.code)).ok
    verdict = network.check(network.grads(network.with_bug("gate"))).verdict
    assert repair(verdict) == "dZ1 = (W2.T @ dZ2) * (Z1 > 0)"


def test_dropout_masks_of_columns():
    network = Network("columns")
    mask = 2.0 * (np.random.default_rng(0).random((5, M)) < 0.5)
    network.code = network.code.replace("(Z1, 0)", "(Z1, 0) * mask1").replace(
        "* (Z1", "* mask1 * (Z1"
    )
    run = network.run
    network.run = lambda code, own=None: run(f"mask1 = np.array({mask.tolist()})\n{code}", own)
    assert network.check(network.grads(network.code), masks=[mask]).ok
    forgotten = network.edited("dZ1 = (W2.T @ dZ2) * (Z1 > 0)")
    verdict = network.check(network.grads(forgotten), masks=[mask]).verdict
    assert "mask of layer 1 is used in the forward pass" in verdict
    assert repair(verdict) == "dZ1 = (W2.T @ dZ2) * mask1 * relu_derivative(Z1)"


# ---- numerical gradients, and exceptions ---------------------------------------------------------


def test_numerical_gradients_have_the_shapes_of_the_readers_arrays():
    network = Network("columns", *FORMS["an object"])
    numeric = numerical_gradients(network.loss, network.own)
    grads = network.grads(network.code)
    for l, (dW, db) in enumerate(numeric, start=1):
        np.testing.assert_allclose(dW, grads[f"dW{l}"], atol=1e-8)
        np.testing.assert_allclose(db, grads[f"db{l}"], atol=1e-8)


@pytest.mark.parametrize("call", [1, 2, 30])
def test_after_an_exception_in_the_loss_the_parameters_are_as_before(call):
    network = Network("columns", *FORMS["a dict"])
    before = {name: array.copy() for name, array in network.own.items()}
    calls = []

    def loss(own):
        calls.append(own)
        if len(calls) == call:
            raise ZeroDivisionError
        return network.loss(own)

    with pytest.raises(ZeroDivisionError):
        check_gradients(loss, network.own, network.grads(network.code))
    assert all(own is network.own for own in calls)  # the reader's own object, not a copy
    assert all(np.array_equal(network.own[name], before[name]) for name in before)


# ---- what cannot be taken ------------------------------------------------------------------------

UNUSABLE = {
    "float32": (lambda array: array.astype(np.float32), "float32"),
    "whole numbers": (lambda array: np.rint(3 * array).astype(int), np.dtype(int).name),
    "lists": (lambda array: array.tolist(), "list"),
    "nested tuples": (lambda array: tuple(map(tuple, array.tolist())), "tuple"),
    "not writable": (lambda array: np.frombuffer(array.tobytes()).reshape(array.shape), "written"),
}


LISTS = ["a flat list", "an object with lists", "a dict of lists"]  # of lists of lists: nobody has
NESTED = ["lists", "nested tuples"]
MENDED = [(form, unusable) for form in ["pairs", "a dict", "an object", "layers", *LISTS]
          for unusable in UNUSABLE if form not in LISTS or unusable not in NESTED]  # fmt: skip


@pytest.mark.parametrize(("form", "unusable"), MENDED)
def test_the_line_in_the_message_mends_it(form, unusable):
    change, said = UNUSABLE[unusable]
    network = Network("rows, b (1, n)", *FORMS[form])
    network.own = FORMS[form][0]([(change(W), change(b)) for W, b in network.read(network.own)])
    grads = Network("rows, b (1, n)").own
    with pytest.raises(TypeError, match=f"need float64 parameters, got .*{said}.*; use ") as error:
        check_gradients(network.loss, network.own, grads)
    line = str(error.value).partition("; use ")[2].partition(", or initialize")[0]
    names = {"np": np, "params": network.own}
    exec(line, names)
    network.own = names["params"]
    assert network.check(network.grads(network.code)).ok


def test_a_bias_that_is_a_number_becomes_an_array():
    params = {"W": np.ones((3, 1)), "b": 0.5}
    with pytest.raises(TypeError, match=r"got float 0\.5 in") as error:
        as_pairs(params)
    exec(str(error.value).partition("; use ")[2], {"np": np, "params": params})
    assert params["b"].tolist() == [0.5]
    assert len(as_pairs(params)) == 1


def test_biases_of_zeros_stand_for_none():
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(9, 6)), one_hot(rng.integers(4, size=9), 4)
    params = {"weights_1": rng.normal(size=(6, 4))}
    dW = X.T @ (softmax(X @ params["weights_1"]) - Y) / len(X)
    with pytest.raises(ValueError, match=r"add b1 of zeros, to params and to grads"):
        as_pairs(params)
    params["b1"], db = np.zeros(4), np.zeros(4)

    def loss(params):
        return -(Y * np.log(softmax(X @ params["weights_1"]))).sum() / len(X)

    assert check_gradients(loss, params, {"dW1": dW, "db1": db}).ok
    verdict = check_gradients(loss, params, {"dW1": -dW, "db1": db}).verdict
    assert "dW1 has the wrong sign" in verdict


def test_pairs_may_be_in_float32_where_nothing_is_measured():
    params = {"W1": np.zeros((3, 2), np.float32), "b1": np.zeros(2, np.float32)}
    assert as_pairs(params)[0][0] is params["W1"]


REFUSED = {
    "no bias": ({"W0": np.ones((3, 2))}, ValueError, r'params\["W0"\] stands alone.* add b0 of z'),
    "no weights": ({"b": np.ones(2)}, ValueError, r'params\["b"\] stands alone: .* W and b$'),
    "a bias missing": (
        {"W1": np.ones((3, 2)), "b1": np.ones(2), "W2": np.ones((2, 2))},
        ValueError,
        r'params\["W2"\] stands alone.* add b2 of zeros',
    ),
    "an odd list": ([np.ones((3, 2)), np.ones(2), np.ones((2, 2))], ValueError, "got 3 arrays"),
    "two lists": (
        {"weights": [np.ones((3, 2))] * 2, "biases": [np.ones(2)]},
        ValueError,
        "has 2 arrays, .* has 1",
    ),
    "shapes": (
        {"W1": np.ones((3, 2)), "b1": np.ones(2), "W2": np.ones((4, 5)), "b2": np.ones(5)},
        ValueError,
        r'do not fit together: params\["W1"\] \(3, 2\), .*\["b2"\] \(5,\)',
    ),
    "a row of weights": ({"W": np.ones(3), "b": np.ones(1)}, ValueError, "have 2 dimensions"),
    "a square bias": ({"W": np.eye(3), "b": np.eye(3)}, ValueError, r"\(n,\), \(1, n\)"),
    "a bias without an axis": ({"W": np.ones((3, 1)), "b": np.array(0.5)}, ValueError, r"\(\)$"),
    "a bias with three": ({"W": np.ones((3, 1)), "b": np.ones((1, 1, 1))}, ValueError, r"1, 1\)$"),
    "a module without bias": (
        Thing(named_parameters=lambda: [("fc1.weight", Tensor(np.ones((3, 2))))]),
        ValueError,
        "fc1.weight stands alone",
    ),
    "no network": (Thing(X=np.ones(3)), TypeError, "a dict or an object with W1, b1"),
    "other names": ({"kernel": np.ones((3, 2))}, TypeError, "params must be a non-empty list"),
    "nothing": ([], TypeError, "params must be a non-empty list"),
    "a triple": ([(1, 2, 3)], TypeError, r"params\[0\] must be a pair \(W, b\)"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_network_is_refused(what):
    params, error, said = REFUSED[what]
    with pytest.raises(error, match=said):
        as_pairs(params)


SHAPES = {
    "transposed": (lambda g: g["dW1"].T, "dW1", r"expected \(5, 6\): .* dW1\.T, transposed\?"),
    "not kept": (lambda g: g["db1"][:, 0], "db1", r"\(5,\), expected \(5, 1\): .*keepdims=True\)$"),
    "a row": (lambda g: g["db1"].T, "db1", r"\(1, 5\), expected \(5, 1\): .*axis=1, keepdims"),
    "not summed": (lambda g: np.ones((5, M)), "db1", r"\(5, 9\), .* over the examples\? db1 = "),
    "a number": (lambda g: g["db1"].sum(), "db1", r"\(\), .* over the units, too\? db1 = .*axis=1"),
    "a list": (lambda g: g["dW1"].tolist(), "dW1", "dW1 must be a NumPy array, got list"),
}


@pytest.mark.parametrize("slip", SHAPES)
def test_shapes_of_gradients_are_told_in_the_readers_words(slip):
    wrong, name, said = SHAPES[slip]
    network = Network("columns", *FORMS["a dict"])
    grads = network.grads(network.code)
    with pytest.raises((ValueError, TypeError), match=said):
        network.check(grads | {name: wrong(grads)})


def test_a_gradient_without_keepdims_fits_a_bias_that_is_a_row():
    network = Network("rows, b (1, n)")
    grads = network.grads(network.code)
    assert network.check(grads | {"db1": grads["db1"][0]}).ok


def test_the_last_layer_first():
    network = Network("columns")
    grads = network.grads(network.code)
    with pytest.raises(ValueError, match=r"reverse order, return grads\[::-1\]"):
        network.check([(grads["dW2"], grads["db2"]), (grads["dW1"], grads["db1"])])


# ---- code in another convention ------------------------------------------------------------------

LINES = [
    "dZ2 = (A2 - Y) / m",
    "dZ1 = (dZ2 @ W2.T) * tanh_derivative(Z1)",
    "dZ1 = (dZ2 @ W2.T) * mask1 * (Z1 > 0)",
    "dW2 = A1.T @ dZ2",
    "dW1 = X.T @ dZ1 + 0.1 * W1",
    "db2 = dZ2.sum(axis=0) + 0.1 * b2",
    "dZ2 = -Y * (1 - A2) / m",
    "dZ2 = -Y / A2 / m",
    "dA1 = dZ2 @ W2.T",
    "dZ2 = A2 * (1 - A2) * (Y.shape[1] / len(Y))",
    "db2 = dZ2[-1]",
    "db1 = dZ1.mean(axis=0)",
]


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("convention", CONVENTIONS)
def test_a_translated_line_computes_the_same(line, convention):
    code, turned, columns, shaped = CONVENTIONS[convention]
    rng = np.random.default_rng(0)
    sizes = {"X": (M, 6), "A1": (M, 5), "A2": (M, 4), "Y": (M, 4)}
    sizes |= {"Z1": (M, 5), "dZ1": (M, 5), "mask1": (M, 5), "dZ2": (M, 4)}
    sizes |= {"W1": (6, 5), "W2": (5, 4), "b1": (5,), "b2": (4,)}
    course = {name: rng.random(shape) for name, shape in sizes.items()}

    def theirs(name, array):
        if name.lstrip("d")[0] == "b":
            return shaped(array)
        return array.T if (turned if "W" in name else columns) else array

    own = {name: theirs(name, array) for name, array in course.items()}
    tools = {"m": M, "tanh_derivative": tanh_derivative}
    keepdims = convention in ("rows, b (1, n)", "columns")
    exec(line, course | tools, results := {})
    exec(Convention(turned, columns, keepdims).code(line), own | tools, own_results := {})
    ((name, right),) = results.items()
    ((_, got),) = own_results.items()
    right = theirs(name, right)
    if line == "db2 = dZ2[-1]":
        got = got.reshape(right.shape)
    np.testing.assert_allclose(got, right)
    assert got.shape == right.shape


def pieces():
    """All code in the sentences of the known bugs, for layers 2 and 3 of three."""
    last, others = [*OUTPUT, *OUTPUT_OF_ANOTHER_LOSS], [*HIDDEN_LAYERS, *WEIGHTS, *BIASES]
    found = []
    for l, bugs in ((3, last), (2, others)):
        numbers = {"l": l, "n": l + 1, "p": l - 1, "L": 3}
        for text in (text for bug in bugs for text in (bug.sentence, bug.repair)):
            text = text.format(**numbers, G="tanh", slope="tanh_derivative", loss="")
            found += text.split("`")[1::2]
    return dict.fromkeys(found)


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_all_code_in_the_sentences_is_translated(convention):
    _, turned, columns, shaped = CONVENTIONS[convention]
    rng = np.random.default_rng(0)
    course = {"X": rng.random((M, 6)), "Y": rng.random((M, 3))}
    for l, (n_in, n) in enumerate([(6, 5), (5, 4), (4, 3)], start=1):
        course |= {f"{kind}{l}": rng.random((M, n)) for kind in ("A", "Z", "dA", "dZ", "mask")}
        course |= {f"{kind}{l}": rng.random((n_in, n)) for kind in ("W", "dW")}
        course |= {f"{kind}{l}": rng.random(n) for kind in ("b", "db")}

    def theirs(name, array):
        if name.lstrip("d")[0] == "b":
            return shaped(array)
        return array.T if (turned if "W" in name else columns) else array

    own = {name: theirs(name, array) for name, array in course.items()}
    tools = {"m": M, "tanh_derivative": tanh_derivative, "relu": np.tanh}  # any functions will do
    translate = Convention(turned, columns, convention in ("rows, b (1, n)", "columns")).code
    seen = 0
    for piece in pieces():
        try:
            right = eval(piece.rpartition(" = ")[2], tools | course)
        except (SyntaxError, NameError):
            continue
        got = eval(translate(piece).rpartition(" = ")[2], tools | own)
        np.testing.assert_allclose(*(np.sort(np.ravel(values)) for values in (got, right)))
        name, is_line, _ = piece.rpartition(" = ")
        if is_line:
            assert np.shape(got) == np.shape(theirs(name, right)), piece
        seen += "." in piece
    assert seen > 5


def test_what_needs_no_other_words_stays_as_it_is():
    text = "`dZ2 = (A2 - Y) / m` has `1/m`; `W2` and `+=`."
    assert Convention().spoken(text) == text.replace("`", "")
    assert Convention(True, True, True).spoken("`1/m` of A2.T @ dZ2") == "1/m of A2.T @ dZ2"
