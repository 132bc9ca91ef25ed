"""The same as `python -m coursework.grading`, from any folder."""

import runpy
import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parent.parent)
runpy.run_module("coursework.grading", run_name="__main__")
