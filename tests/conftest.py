"""What several test modules use."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import settings
from tools import missing

import helpers

# derandomize: the same draws on every machine, so that a failure comes back when it is run again
FEW = 5 if sys.platform == "emscripten" else 50  # a browser's Python is slow
settings.register_profile("course", deadline=None, max_examples=FEW, derandomize=True)
settings.load_profile("course")


def pytest_make_parametrize_id(val, argname):
    """Bytes are told by the argument's name: an archive holds the time, and ids must agree."""
    return argname if isinstance(val, bytes) else None


@pytest.hookimpl(wrapper=True, optionalhook=True)  # of xdist, which may not be installed
def pytest_xdist_auto_num_workers(config):
    """One worker more than cores where browsers, kernels and graders are waited for."""
    return (yield) + (config.option.markexpr != "not slow")


def pytest_collection_modifyitems(items):
    """Begin with notebooks and slow tests, so that no worker waits for them at the end."""
    items.sort(
        key=lambda item: item.path.suffix != ".ipynb" and not item.get_closest_marker("slow")
    )


@pytest.fixture(scope="session")
def mnist():
    """All of MNIST, read-only: a function that writes into its input fails."""
    arrays = helpers.load_mnist()
    for array in arrays:
        array.flags.writeable = False
    return arrays


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture(scope="module")
def browser():
    """A Chromium that is driven by Playwright; where CI demands it, its absence is a failure.

    It ends with its module: Playwright's event loop is in the way of tests that run their own.
    """
    import jupyter_in_browser

    if jupyter_in_browser.CHROMIUM is None:
        missing("there is no Chromium or Chrome here, so no slider was moved in a real browser")
    with jupyter_in_browser.chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def lab(browser, tmp_path_factory):
    """A JupyterLab that serves the notebooks of its own folder."""
    import jupyter_in_browser

    folder = tmp_path_factory.mktemp("lab")
    with jupyter_in_browser.jupyter_lab(folder) as address:
        yield SimpleNamespace(address=address, folder=folder)


@pytest.fixture
def page(browser):
    """An empty page; an error on it, or a message of one in its console, fails the test."""
    import jupyter_in_browser

    page = browser.new_page(viewport={"width": 1200, "height": 1400})
    page.set_default_timeout(1000 * jupyter_in_browser.PATIENCE)
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    page.close()
    assert not errors
