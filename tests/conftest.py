"""What several test modules use."""

import numpy as np
import pytest
from hypothesis import settings

import helpers

# derandomize: the same draws on every machine, so that a failure comes back when it is run again
settings.register_profile("course", deadline=None, max_examples=50, derandomize=True)
settings.load_profile("course")


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
