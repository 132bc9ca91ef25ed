"""Chapter 09's laboratory as a page of its own, for the screen in class.

Options are those of Voilà, such as `--no-browser` and `--port=8866`.
"""

import re
import sys
import tempfile
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

CHAPTER = Path(__file__).parent.parent / "notebooks/09_play_in_the_live_laboratory.ipynb"
# Voilà's page asks another host for icons that nothing here uses, and waits for them
OWN_STYLES_ONLY = {"Content-Security-Policy": "style-src 'self' 'unsafe-inline'"}


def laboratory():
    """Return a notebook with the explorers of chapter 09, each below its heading.

    The pad trains its network itself: it is the one that the chapter trains for it.
    """
    chapter = nbformat.read(CHAPTER, as_version=4)
    cells = [new_code_cell("from helpers import explorers")]
    for cell in chapter.cells:
        if "explore" not in cell.metadata.get("tags", []):
            continue
        if cell.source.startswith("## "):
            cells.append(new_markdown_cell(cell.source.partition("\n")[0]))
        elif cell.source.startswith("explorers."):
            cells.append(new_code_cell(re.sub(r"\(.*\)", "()", cell.source)))
    return new_notebook(cells=cells, metadata={"kernelspec": chapter.metadata.kernelspec})


def main(options):
    """Serve the laboratory until Ctrl-C."""
    from voila.app import Voila

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "laboratory.ipynb"
        nbformat.write(laboratory(), path)
        Voila.launch_instance([str(path), *options], tornado_settings={"headers": OWN_STYLES_ONLY})


if __name__ == "__main__":
    main(sys.argv[1:])
