"""How soon the explorers answer: sliders are moved in JupyterLab in a real browser.

`python benchmarks/latency.py`, from the root of the project; README.md says what the columns mean.
"""

import itertools
import multiprocessing
import statistics
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from shared import command_line, show

sys.path.append(str(Path(__file__).parent.parent / "tests"))
from jupyter_in_browser import (
    CHROMIUM,
    ShownExplorer,
    chromium,
    explorer_notebook,
    jupyter_lab,
    run_all,
)

# chapter, place of the explorer in it, slider to move (None draws on the pad), sliders put to their
# right ends before
MOVED = [
    ("00", 0, "image i", ()),
    ("01", 0, "contrast", ()),
    ("02", 0, "weight w", ()),
    ("02", 1, "temperature T", ()),
    ("03", 0, "probability a", ()),
    ("04", 0, "weight w", ()),
    ("05", 0, "learning rate α", ()),
    ("05", 1, "learning rate α", ()),
    ("06", 0, "scale factor", ()),
    ("07", 0, "learning rate", ()),
    ("08", 0, "rate α", ()),
    ("09", 0, "learning rate", ()),
    ("09", 0, "learning rate", ("hidden layers", "units in each")),
    ("09", 1, None, ()),
    ("10", 0, "learning rate", ()),
    ("11", 0, "blue rate α", ()),
    ("11", 1, "rotation (°)", ()),
    ("12", 0, "bytes/s v", ()),
]
PRESSES = 20
DRAG_SECONDS = 2.5

WATCH = """canvas => {
    window.pictures = [];
    window.watcher?.disconnect();
    window.watcher = new MutationObserver(() => window.pictures.push([performance.now(),
        canvas.dataset.state]));
    window.watcher.observe(canvas, {attributes: true, attributeFilter: ['data-number']});
    for (const name of ['keydown', 'pointerdown'])
        document.addEventListener(name, () => { window.begin = performance.now(); }, true);
}"""
SINCE = "() => window.pictures.map(([time, state]) => [time - window.begin, state])"
CLEAR = "() => { window.pictures = []; }"
LAST_IS_DONE = "() => window.pictures.at(-1)?.[1] === 'done'"


def answer(page, act):
    """Do something; return the milliseconds until the first and until the last picture."""
    page.evaluate(CLEAR)
    act()
    # by itself it would ask for each frame, and have each one drawn
    page.wait_for_function(LAST_IS_DONE, timeout=30_000, polling=50)
    times = [time for time, _ in page.evaluate(SINCE)]
    page.wait_for_timeout(50)
    return times[0], times[-1]


def pictures_in_a_drag(page, explorer, grip, track):
    """Take the grip and move it to and fro along the track; return pictures per second."""
    box = grip.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    box = track.bounding_box()
    left, middle = box["x"], box["y"] + box["height"] / 2
    page.evaluate(CLEAR)
    begin = time.perf_counter()
    step = 0
    while time.perf_counter() < begin + DRAG_SECONDS:
        step += 1
        page.mouse.move(left + abs(step % 40 - 20) / 20 * box["width"], middle + step % 7)
    seconds = time.perf_counter() - begin
    count = page.evaluate("() => window.pictures.length")
    page.mouse.up()
    explorer.wait_until_done()
    return count / seconds


def measure(page, explorer, label):
    """Return the medians until the first and the last picture, and pictures per second."""
    explorer.canvas.scroll_into_view_if_needed()
    explorer.canvas.evaluate(WATCH)
    if label is None:
        pad = explorer.root.locator("canvas").first
        pad.scroll_into_view_if_needed()
        box = pad.bounding_box()
        dots = [
            lambda place=place: page.mouse.click(box["x"] + 40 + 10 * place, box["y"] + 60)
            for place in range(PRESSES)
        ]
        answers = [answer(page, dot) for dot in dots]
        grip = track = pad
    else:
        handle = explorer.handle(label)
        keys = ["ArrowRight", "ArrowRight", "ArrowLeft", "ArrowLeft"]
        answers = [answer(page, lambda key=key: handle.press(key)) for key in keys * (PRESSES // 4)]
        grip, track = handle, explorer.control(label).locator(".noUi-target")
    first, last = (statistics.median(times) for times in zip(*answers, strict=True))
    return first, last, pictures_in_a_drag(page, explorer, grip, track)


@contextmanager
def busy(processes):
    """Keep processes counting in the background, as another program on the machine would."""
    counting = [multiprocessing.Process(target=_count, daemon=True) for _ in range(processes)]
    for process in counting:
        process.start()
    yield
    for process in counting:
        process.terminate()


def _count():
    while True:
        pass


def main(options):
    """Measure every explorer and print a table."""
    if CHROMIUM is None:
        print("There is no Chromium or Chrome here, so no slider was timed.")
        return
    rows = []
    folder = Path(tempfile.mkdtemp())
    with jupyter_lab(folder) as address, chromium() as browser:
        for chapter, moved in itertools.groupby(MOVED, lambda one: one[0]):
            calls = explorer_notebook(folder / f"{chapter}.ipynb", [chapter])
            page = browser.new_page(viewport={"width": 1200, "height": 1400})
            run_all(page, address, f"{chapter}.ipynb")
            with busy(options.busy):
                for _, place, label, largest in moved:
                    explorer = ShownExplorer(page, place)
                    if largest:  # the drag has left a rate with which training diverges at once
                        explorer.button("Reset").click()
                    for one in largest:
                        explorer.handle(one).press("End")
                        explorer.wait_until_done()
                    first, last, rate = measure(page, explorer, label)
                    name = calls[place].partition("(")[0].replace("explorers.", f"{chapter} ")
                    name += f": {label or 'drawing'}{', largest network' * bool(largest)}"
                    rows.append([name, f"{first:.0f} ms", f"{last:.0f} ms", f"{rate:.0f}"])
                    print(*rows[-1], sep="  ", file=sys.stderr, flush=True)
            page.evaluate("() => window.jupyterapp.serviceManager.sessions.shutdownAll()")
            page.close()
    header = ["explorer: what is moved", "first answer", "final picture", "pictures/s in a drag"]
    title = f"Answers of the explorers, {options.busy} other programs on the machine"
    show(title, header, rows, options.markdown)


if __name__ == "__main__":
    parser = command_line("Time the answers of the explorers.", quick=None)
    parser.add_argument("--busy", type=int, default=0, help="programs that count in the background")
    main(parser.parse_args())
