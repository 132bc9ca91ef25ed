"""What the examples in docstrings may use, and pictures without a screen."""

import matplotlib
import numpy as np
import pytest

import helpers

matplotlib.use("Agg")


@pytest.fixture(autouse=True)
def names_for_doctests(doctest_namespace):
    doctest_namespace["np"] = np
    for name in helpers.__all__:
        doctest_namespace[name] = getattr(helpers, name)
