"""What the examples in docstrings may use, and pictures without a screen."""

import matplotlib
import numpy as np
import pytest

import helpers

matplotlib.use("Agg")


@pytest.fixture(autouse=True, scope="session")
def kaggle_files_in_a_temporary_folder(tmp_path_factory):
    """Keep tests and examples away from the files that the reader has, and from the cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(helpers.kaggle, "PROJECT", tmp_path_factory.mktemp("project"))
        patch.setattr(helpers.kaggle, "CACHE", tmp_path_factory.mktemp("cache"))
        patch.setattr(helpers.kaggle, "MOUNTS", [])
        yield


@pytest.fixture(autouse=True)
def names_for_doctests(doctest_namespace):
    doctest_namespace["np"] = np
    for name in helpers.__all__:
        doctest_namespace[name] = getattr(helpers, name)
