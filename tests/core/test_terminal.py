"""The command line: `python -m helpers`."""

import contextlib
import re
import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from PIL import Image

from helpers import __main__ as terminal
from helpers import initialize, load_params, plots, predict, save_params, train
from helpers.__main__ import main

ROOT = Path(__file__).resolve().parents[2]
FILES = {
    "confusion_matrix.png",
    "history.csv",
    "learning_curves.png",
    "mistakes.png",
    "parameters.npz",
    "predictions.csv",
}


def test_the_command_knows_the_names_of_its_results():
    assert terminal.RESULTS == FILES


@pytest.fixture(autouse=True)
def blank_pictures(monkeypatch):
    """They take longest: only the whole command, a process of its own, writes them."""
    monkeypatch.setattr(Figure, "savefig", lambda figure, path, dpi: Path(path).touch())


@pytest.fixture
def small(mnist, monkeypatch):
    """Let the command train on 1,800 images in place of 55,000."""
    X, y, X_test, y_test = mnist
    part = X[:2000], y[:2000], X_test[:500], y_test[:500]
    monkeypatch.setattr(terminal, "load_mnist", lambda: part)
    monkeypatch.setattr(terminal, "DEV_SIZE", 200)
    return part


@pytest.fixture
def no_training(monkeypatch):
    """What is wrong must be said before anyone waits for training."""
    monkeypatch.setattr(terminal, "train", lambda *args, **kwargs: pytest.fail("it trains"))


def arguments(output, **options):
    options = {"hidden": 8, "epochs": 2, "output": output} | options
    return [
        argument
        for name, value in options.items()
        if value is not None
        for argument in (f"--{name.replace('_', '-')}", *str(value).split())
    ]


def assert_results_agree(output, printed, X_test, y_test):
    """The files, the trained parameters and the printed accuracy tell the same."""
    assert {path.name for path in output.iterdir()} == FILES
    table = pd.read_csv(output / "predictions.csv", index_col="image")
    predicted = predict(X_test, load_params(output / "parameters.npz"))
    assert table.index.tolist() == list(range(len(y_test)))
    assert table["label"].tolist() == y_test.tolist()
    assert table["predicted"].tolist() == predicted.tolist()
    assert table["probability"].between(0.1, 1).all()  # the largest of ten is at least a tenth
    [percent] = re.findall(r"test accuracy ([\d.]+)%", printed)
    assert float(percent) == pytest.approx(100 * np.mean(predicted == y_test), abs=0.006)


def test_the_command_trains_on_all_of_mnist_and_writes_what_it_found(mnist, tmp_path):
    command = [sys.executable, "-m", "helpers"]
    output = tmp_path / "new" / "results"
    done = subprocess.run(
        [*command, *arguments(output, hidden=16, epochs=1)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "training 784-16-10 on 55,000 images" in done.stdout
    assert_results_agree(output, done.stdout, *mnist[2:])
    assert len(pd.read_csv(output / "predictions.csv")) == 10_000
    for picture in output.glob("*.png"):
        with Image.open(picture) as image:
            assert min(image.size) > 300
    # far from guessing's 10%: trained on the images that the labels belong to
    assert float(re.findall(r"test accuracy ([\d.]+)%", done.stdout)[0]) > 85


@pytest.mark.parametrize("hidden", ["8", "8 6", ""])
def test_results_agree_for_any_number_of_hidden_layers(small, tmp_path, capsys, hidden):
    assert main(arguments(tmp_path / "out", hidden=hidden)) == 0
    assert_results_agree(tmp_path / "out", capsys.readouterr().out, *small[2:])
    params = load_params(tmp_path / "out" / "parameters.npz")
    assert [W.shape[1] for W, b in params] == [*map(int, hidden.split()), 10]


def test_history_has_a_row_per_epoch(small, tmp_path):
    main(arguments(tmp_path, epochs=3))
    history = pd.read_csv(tmp_path / "history.csv", index_col="epoch")
    assert history.index.tolist() == [1, 2, 3]
    hits = history["dev_accuracy"] * 200  # whole numbers, if it is measured on the dev set
    assert hits.tolist() == pytest.approx(hits.round().tolist())


def test_the_activation_is_used_for_training_and_prediction(small, tmp_path):
    main(arguments(tmp_path, activation="tanh"))
    _, _, X_test, y_test = small
    predicted = predict(X_test, load_params(tmp_path / "parameters.npz"), "tanh")
    table = pd.read_csv(tmp_path / "predictions.csv")
    assert table["predicted"].tolist() == predicted.tolist()
    # were it trained with ReLU, tanh would predict with weights made for another network
    assert np.mean(predicted == y_test) > 0.6


def test_the_seed_decides(small, tmp_path):
    for name, seed in ("first", 1), ("again", 1), ("other", 2):
        main(arguments(tmp_path / name, seed=seed, epochs=1))
    first, again, other = (
        load_params(tmp_path / name / "parameters.npz") for name in ("first", "again", "other")
    )
    np.testing.assert_equal(first, again)
    assert (first[0][0] != other[0][0]).any()


def test_mistakes_show_the_surest_first(small, tmp_path, monkeypatch):
    drawn = []
    digits = plots.digits
    monkeypatch.setattr(
        plots,
        "digits",
        lambda X, captions, **kw: drawn.append((X, captions)) or digits(X, captions),
    )
    main(arguments(tmp_path))
    table = pd.read_csv(tmp_path / "predictions.csv")
    wrong = table[table["label"] != table["predicted"]]
    worst = wrong.sort_values("probability", ascending=False, kind="stable").head(25)
    [(X, captions)] = drawn
    np.testing.assert_array_equal(X, small[2][worst.index])
    pairs = zip(worst["label"], worst["predicted"], strict=True)
    assert captions == [f"{label} read as {predicted}" for label, predicted in pairs]


def test_without_a_mistake_there_is_no_picture_of_mistakes(small, tmp_path):
    _, _, X_test, y_test = small
    history = pd.DataFrame({"train_loss": [0.1], "train_accuracy": [1.0]})
    params = [(np.eye(2), np.zeros(2))]
    terminal.write_results(tmp_path, history, params, np.eye(10)[y_test], X_test, y_test)
    assert {path.name for path in tmp_path.iterdir()} == FILES - {"mistakes.png", "predictions.csv"}


# What goes wrong


def test_divergence_is_said_and_nothing_written(small, tmp_path, capsys):
    assert main(arguments(tmp_path / "out", hidden="128 64", learning_rate=10, epochs=20)) == 1
    assert re.search(r"--learning-rate 10 is too large; try 1\.", capsys.readouterr().err)
    assert not (tmp_path / "out").exists()


def test_a_loss_that_is_no_number_counts_as_divergence(small, tmp_path, capsys):
    one_step = arguments(tmp_path / "out", hidden="8 8", epochs=1, batch_size=1800)
    assert main([*one_step, "--learning-rate", "1e20"]) == 1
    assert "too large" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.filterwarnings("default")
def test_a_small_learning_rate_is_not_called_too_large(small, tmp_path, capsys):
    assert main(arguments(tmp_path, learning_rate=1e-6, batch_size=8, seed=1)) == 0
    message = "warning: after training, the accuracy is .* try learning_rate=1e-05"
    assert re.search(message, capsys.readouterr().err)


@pytest.mark.parametrize("inside", ["", "deeper/still"])
def test_a_file_in_the_way_is_noticed_before_training(
    no_training, tmp_path, capsys, monkeypatch, inside
):
    (tmp_path / "file").write_text("in the way")
    assert main(arguments(tmp_path / "file" / inside)) == 1
    assert re.search(r"error: cannot write results into .*file", capsys.readouterr().err)
    assert (tmp_path / "file").read_text() == "in the way"


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("hidden", "0"),
        ("hidden", "8 -3"),
        ("learning-rate", "0"),
        ("learning-rate", "nan"),
        ("learning-rate", "inf"),
        ("batch-size", "0"),
        ("epochs", "-1"),
        ("seed", "-1"),
    ],
)
def test_a_bad_option_is_named_before_training(no_training, tmp_path, capsys, option, value):
    assert main(arguments(tmp_path / "out", **{option: value})) == 1
    assert re.search(rf"error: --{option} must be", capsys.readouterr().err)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "bad", ["--hidden 1.5", "--activation step", "--epochs two", "--learning-rate 0,1"]
)
def test_an_option_that_cannot_be_read_is_named(bad, capsys):
    with pytest.raises(SystemExit, match="2"):
        main(bad.split())
    assert f"argument {bad.split()[0]}: invalid" in capsys.readouterr().err


def test_a_damaged_data_file_is_one_line_not_a_traceback(no_training, monkeypatch, capsys):
    def damaged():
        raise ValueError("mnist.npz: array x_test is not MNIST's")

    monkeypatch.setattr(terminal, "load_mnist", damaged)
    assert main([]) == 1
    assert capsys.readouterr().err == "error: mnist.npz: array x_test is not MNIST's\n"


def test_an_interrupted_training_writes_nothing(small, tmp_path, monkeypatch, capsys):
    def interrupted(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(terminal, "train", interrupted)
    assert main(arguments(tmp_path / "out")) == 130
    assert "nothing was written" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_help_tells_every_option_and_its_default(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])
    text = " ".join(capsys.readouterr().out.split())
    for name, default in vars(terminal.parser().parse_args([])).items():
        of_this_option = rf"--{name.replace('_', '-')} (?:(?!--).)*"
        assert re.search(of_this_option + re.escape(f"(default: {default})"), text), name


def test_the_first_name_of_the_command_still_runs_and_ends_with_its_status(monkeypatch):
    monkeypatch.setattr(terminal, "main", lambda: 1)
    monkeypatch.delitem(sys.modules, "helpers.train_mnist", raising=False)
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("helpers.train_mnist", run_name="__main__")
    assert ended.value.code == 1


# Going on


def test_training_goes_on_from_saved_parameters(small, tmp_path, capsys):
    assert main(arguments(tmp_path / "first", hidden="12", epochs=3)) == 0
    saved = tmp_path / "first" / "parameters.npz"
    assert main(arguments(tmp_path / "second", hidden=None, epochs=2, **{"from": saved})) == 0
    assert capsys.readouterr().out.count("training 784-12-10 on 1,800 images") == 2
    first, second = (
        pd.read_csv(tmp_path / name / "history.csv")["train_loss"] for name in ("first", "second")
    )
    assert second.iloc[0] < first.iloc[-1]  # not from the beginning
    assert second.iloc[-1] < second.iloc[0]


def test_parameters_to_go_on_from_must_fit(small, tmp_path, monkeypatch, capsys):
    assert main(arguments(tmp_path, hidden="8 8", activation="tanh", epochs=4)) == 0
    save_params(tmp_path / "other.npz", initialize([4, 2], rng=np.random.default_rng(0)))
    (tmp_path / "page.npz").write_text("<html>")
    monkeypatch.setattr(terminal, "train", lambda *args, **kwargs: pytest.fail("it trains"))
    for name, options, message in [
        ("nowhere.npz", {}, r"there is no file .*nowhere\.npz"),
        ("page.npz", {}, "it is a web page"),
        ("other.npz", {}, "has 4 inputs and 2 outputs, expected 784 and 10"),
        ("parameters.npz", {"hidden": "16"}, r"has hidden layers \[8, 8\]; leave out --hidden"),
        ("parameters.npz", {}, "--activation relu, and .* with tanh; give --activation tanh"),
    ]:
        options = {"hidden": None, "from": tmp_path / name} | options
        assert main(arguments(tmp_path / "out", **options)) == 1
        assert re.search(f"error: .*{message}", capsys.readouterr().err)
    assert not (tmp_path / "out").exists()


# Kaggle's files


def write_csv(path, X, y=None):
    table = pd.DataFrame(np.rint(255 * X).astype(int), columns=[f"pixel{i}" for i in range(784)])
    if y is not None:
        table.insert(0, "label", y)
    table.to_csv(path, index=False)


@pytest.fixture
def files(tmp_path, mnist):
    """A folder with five real digits with labels and five without."""
    X, y, X_test, _ = mnist
    write_csv(tmp_path / "train.csv", X[:5], y[:5])
    write_csv(tmp_path / "test.csv", X_test[:5])
    return tmp_path


def for_kaggle(folder, **options):
    names = {"train": "train.csv", "predict": "test.csv", "submission": "out/submission.csv"}
    paths = {name: folder / path for name, path in names.items()}
    return arguments(**{"output": folder / "out"} | paths | options)


CELL = r"{}, line 3, column pixel7: got 'ink', expected a whole number from 0 to 255"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"train": "ink.csv"}, CELL.format("ink.csv")),
        ({"predict": "ink.csv"}, "a column label, this looks like train"),
        ({"train": "cut.csv.gz"}, "is damaged, or not what its name says"),
        ({"train": "one.csv"}, r"one\.csv has 1 row, expected at least 2"),
        ({"train": "test.csv"}, "no column label, this looks like test"),
        ({"train": "nowhere.csv"}, r"there is no file nowhere\.csv"),
        ({"predict": "nowhere.csv"}, r"there is no file nowhere\.csv"),
        ({"train": "."}, "there is no file ., it is a folder"),
        ({"train": None}, "go together: also give --train$"),
        ({"predict": None}, "go together: also give --predict$"),
        ({"submission": None}, "go together: also give --submission$"),
        ({"train": None, "submission": None}, "go together: also give --train and --submission$"),
        ({"submission": "test.csv"}, r"test\.csv is there already; move it away"),
        ({"submission": "."}, "is there already"),
        ({"submission": "test.csv/new.csv"}, r"cannot write .*test\.csv is not writable"),
        ({"submission": "out"}, "--submission .* is in the way of the results in"),
        ({"submission": "new", "output": "new/out"}, "--submission .* is in the way of"),
        ({"submission": "out/history.csv"}, r"--submission .*history\.csv is in the way of"),
        ({"epochs": 0}, "--epochs must be at least 1"),
    ],
)
def test_the_command_refuses_what_cannot_work(no_training, files, capsys, options, message):
    header, *rows = (files / "train.csv").read_text().splitlines()
    (files / "one.csv").write_text(f"{header}\n{rows[0]}\n")
    cells = rows[1].split(",")
    cells[8] = "ink"
    (files / "ink.csv").write_text("\n".join([header, rows[0], ",".join(cells)]))
    (files / "cut.csv.gz").write_bytes(b"\x1f\x8b\x08")
    before = sorted(files.rglob("*"))
    with contextlib.chdir(files):
        assert main(for_kaggle(files, **options)) == 1
    printed = capsys.readouterr()
    assert re.fullmatch(rf"error: .*{message}.*\n", printed.err)
    assert not printed.out
    assert sorted(files.rglob("*")) == before


@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_the_command_predicts_every_row_in_its_order(tmp_path, mnist, capsys, activation):
    X, y, X_test, y_test = (part[:600] for part in mnist)
    write_csv(tmp_path / "train.csv", X, y)
    write_csv(tmp_path / "test.csv", X_test)
    place = tmp_path / "deeper" / "still" / "new.csv"
    options = {"submission": place, "activation": activation, "hidden": 16, "epochs": 12}
    assert main(for_kaggle(tmp_path, **options)) == 0
    submission = pd.read_csv(place)
    assert submission.columns.tolist() == ["ImageId", "Label"]
    assert submission["ImageId"].tolist() == list(range(1, 601))
    assert np.mean(submission["Label"] == y_test) > 0.7  # these rows, in this order
    params = load_params(tmp_path / "out" / "parameters.npz")
    assert submission["Label"].tolist() == predict(X_test, params, activation).tolist()

    printed = capsys.readouterr().out
    assert "training 784-16-10 on 540 images" in printed
    assert "600 predictions are in" in printed
    assert {path.name for path in (tmp_path / "out").iterdir()} == FILES - {"predictions.csv"}
    history = pd.read_csv(tmp_path / "out" / "history.csv")
    [percent] = re.findall(r"dev accuracy ([\d.]+)%", printed)
    assert float(percent) == pytest.approx(100 * history["dev_accuracy"].iloc[-1], abs=0.006)
    hits = history["dev_accuracy"] * 60
    assert hits.tolist() == pytest.approx(hits.round().tolist())


def test_a_few_rows_are_enough(files, monkeypatch):
    """A tiny dev set has a large loss, which is not divergence."""
    monkeypatch.setattr(terminal, "UNSTEADY_STEPS", 20)
    assert main(for_kaggle(files, epochs=30)) == 0
    assert len(pd.read_csv(files / "out" / "submission.csv")) == 5


@pytest.mark.parametrize(("unsteady_steps", "status"), [(10, 0), (3, 1)])
def test_a_loss_that_jumps_up_at_first_is_not_divergence(
    files, monkeypatch, unsteady_steps, status
):
    losses = iter([2.3, *[99.0] * 6])  # before training, and after each epoch
    monkeypatch.setattr(terminal, "loss_and_accuracy", lambda *args: (next(losses), 0.1))
    monkeypatch.setattr(terminal, "UNSTEADY_STEPS", unsteady_steps)
    assert main(for_kaggle(files, epochs=6)) == status  # 6 steps


# reading a photo


@pytest.fixture
def trained(tmp_path, mnist):
    """A network for MNIST in a folder of results."""
    X, y, _, _ = mnist
    params = initialize([784, 32, 10], rng=np.random.default_rng(0))
    settings = {"learning_rate": 0.2, "batch_size": 32, "epochs": 3, "progress": False}
    train(X[:5000], y[:5000], params, **settings, rng=np.random.default_rng(1))
    save_params(tmp_path / "parameters.npz", params)
    return tmp_path


def photo_of(X):
    return Image.fromarray(np.rint(255 * (1 - np.hstack(X.reshape(-1, 28, 28)))).astype(np.uint8))


def test_the_command_reads_a_photo(no_training, trained, mnist, capsys):
    photo_of(mnist[2][:4]).save(trained / "photo.jpg", quality=95)
    before = sorted(trained.rglob("*"))
    for known in ("--output", trained), ("--from", trained / "parameters.npz"):
        assert main(["--read", str(trained / "photo.jpg"), known[0], str(known[1])]) == 0
        digits, probabilities = capsys.readouterr().out.splitlines()
        assert digits.split() == ["digits", *map(str, mnist[3][:4])]
        assert all(0 < float(p) <= 1 for p in probabilities.split()[1:])
    assert sorted(trained.rglob("*")) == before


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["--read", "no.png", "--output", "."], r"there is no file no\.png"),
        (["--read", "parameters.npz", "--output", "."], "parameters.npz is not an image"),
        (["--read", "white.png", "--output", "."], "there is no ink"),
        (["--read", "white.png"], r"no file results.parameters\.npz: train first, or .* --from"),
        (["--read", "white.png", "--from", "white.png"], r"not a complete \.npz"),
        (
            ["--read", "seven.png", "--from", "small.npz"],
            "a network for 4 inputs, .* digit has 784",
        ),
    ],
)
def test_what_cannot_be_read_is_one_line(no_training, trained, mnist, capsys, given, message):
    Image.new("L", (60, 40), 255).save(trained / "white.png")
    photo_of(mnist[2][:1]).save(trained / "seven.png")
    save_params(trained / "small.npz", initialize([4, 3], rng=np.random.default_rng(0)))
    with contextlib.chdir(trained):
        assert main(given) == 1
    assert re.fullmatch(rf"error: .*{message}.*\n", capsys.readouterr().err)
