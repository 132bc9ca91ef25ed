"""The chapters as a browser runs them: less to train, and a cell that says so.

NumPy has no BLAS in WebAssembly and is thirty to sixty times slower. What would take minutes there
works on a part: in each chapter named here, some lines are replaced, each of which it has once.
"""

import copy

from nbformat.v4 import new_markdown_cell

TRAIN = "train(X_train, y_train,"
A_PART = "train(X_train[:10_000], y_train[:10_000],"
ON_A_PART = "so here it trains on 10,000 of its 55,000 images"

# by chapter: what is smaller, and the lines, each with its beginning or end where it is not unique
SMALLER = {
    "00": (
        f"{ON_A_PART}, and reads about 93% instead of 97%",
        {f"history = {TRAIN}": f"history = {A_PART}"},
    ),
    "05": (
        "so here the training set has 11,000 images instead of 60,000, noise is measured with 50 "
        "batches instead of 200, each size is timed twice, batch sizes are compared with one seed "
        "and rates on 4,000 images",
        {
            ", _, _ = load_mnist()": (
                ", _, _ = load_mnist()\nX_mnist, y_mnist = X_mnist[:11_000], y_mnist[:11_000]"
            ),
            "integers(60_000, size": "integers(11_000, size",
            "draws=200": "draws=50",
            "for _ in range(10)) for B in (1, 32, 1024, 60_000)": (
                "for _ in range(2)) for B in (1, 32, 1024, 11_000)"
            ),
            "final, time = [], 0\n    for seed in range(3):": (
                "final, time = [], 0\n    for seed in range(1):"
            ),
            ".sum() / 3": ".sum()",
            "train(X_mnist[:10_000], y_mnist[:10_000],": "train(X_mnist[:4_000], y_mnist[:4_000],",
            "evaluate(X_mnist[-1000:], y_mnist[-1000:]": "evaluate(X_mnist[-300:], y_mnist[-300:]",
            "< 2.26 < curves[3.0]": "and 2.26 < curves[3.0]",
        },
    ),
    "07": (
        "so here it compares networks on 10,000 of its 55,000 images, and trains the last one on "
        "5,000. All accuracies are lower: on the test set about 95% instead of 98%",
        {
            f"    {TRAIN} params": f"    {A_PART} params",
            f"curve = {TRAIN}": f"curve = {A_PART}",
            f"history = {TRAIN}": "history = train(X_train[:5_000], y_train[:5_000],",
            '"dev accuracy"] > 0.90': '"dev accuracy"] > 0.80',
            '"dev accuracy"] + 0.03': '"dev accuracy"]',
            "in ((55_000, 0.3),": "in ((10_000, 0.3),",
            "full_or_mini(curves[55_000]": "full_or_mini(curves[10_000]",
            "assert curves[32].iloc[0] > 0.9": "assert curves[32].iloc[0] > 0.7",
            "and curves[55_000]": "and curves[10_000]",
            "assert round(test_accuracy, 2) >= 0.98": "assert test_accuracy > 0.93",
        },
    ),
    "08": (
        "so here the classic takes its steps on 1,000 images instead of 5,000",
        {"part = 5000": "part = 1000"},
    ),
    "09": (
        "so here the network that reads your digits learns from 10,000 images",
        {
            "    train(X_train, y_train, reader,": (
                "    train(X_train[:10_000], y_train[:10_000], reader,"
            ),
            "explorers.ch09_drawing.trained_on_mnist()": "reader",  # it would train as long again
        },
    ),
    "10": (
        "so here case 1 runs with two seeds instead of three, and of five seeds case 4 has three "
        "and case 5 two",
        {
            "rate=0.1, seed=s)[0] for s in range(5)": "rate=0.1, seed=s)[0] for s in range(3)",
            "rate=rate, seed=s)[0] for s in range(5)": "rate=rate, seed=s)[0] for s in range(2)",
            "for seed in 1, 2:\n    ends = [learn(": "for seed in (1,):\n    ends = [learn(",
        },
    ),
    "11": (
        "so here all trials train on 2,000 images with one seed, instead of 5,000 with three, and "
        "the last run on 5,000. Errors are higher, and small differences mean nothing",
        {
            "X, y = X_train[:5000], y_train[:5000]": "X, y = X_train[:2000], y_train[:2000]",
            "**extras) for seed in range(3)]": "**extras) for seed in range(1)]",
            f"begin = process_time()\n{TRAIN}": (
                "begin = process_time()\ntrain(X_train[:5000], y_train[:5000],"
            ),
            'errors["Adam 0.01"] - 0.4': 'errors["Adam 0.01"] + 0.5',
            "assert 1 - test_accuracy < 0.015": "assert 1 - test_accuracy < 0.05",
        },
    ),
}
# what else the page says, by chapter
SAYS = {
    "02": "NumPy notices no overflow in a browser: where it warns elsewhere, it is silent here.",
    "12": (
        "**This chapter cannot run here.** Dask starts processes, and a browser has none. Read it "
        "on the website, or install the course."
    ),
}

NOTE = """\
**This chapter runs in your browser.** Nothing is installed. The first cell that you run loads \
Python and the course, about {megabytes} MB; on the next visit your browser has most of it. \
*Run → Run All Cells* runs all.

What you write stays in this browser, on this computer, until you clear its data. To keep it \
elsewhere, or to hand it in: *File → Download*. To begin anew: delete the file in the list on the \
left (a right click), and reload the page; the chapter comes back as it was.

Python is slower here{smaller}.{says}"""


def for_lab(notebook, number, megabytes):
    """Return a copy of a chapter without outputs, smaller where it must be, and saying so."""
    notebook = copy.deepcopy(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for cell in code:
        cell.outputs, cell.execution_count = [], None
    smaller, lines = SMALLER.get(number, ("", {}))
    for old, new in lines.items():
        cells = [cell for cell in code if old in cell.source]
        if sum(cell.source.count(old) for cell in cells) != 1:
            raise ValueError(f"chapter {number} should have {old!r} once: mend {__file__}")
        cells[0].source = cells[0].source.replace(old, new)
    words = NOTE.format(
        megabytes=megabytes,
        smaller=f", {smaller}. The text tells of the full runs" if smaller else "",
        says=f"\n\n{SAYS[number]}" if number in SAYS else "",
    )
    notebook.cells.insert(1, new_markdown_cell(words, id="in-the-browser"))
    return notebook
