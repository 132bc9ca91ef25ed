"""What a machine may lack."""

import os

import pytest


def missing(words):
    """Leave a test out for want of a tool, saying so; where CI demands the tools, fail."""
    (pytest.fail if os.environ.get("TOOLS_REQUIRED") else pytest.skip)(words)
