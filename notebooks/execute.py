"""Run chapters, keep their outputs: python notebooks/execute.py [chapter.ipynb ...].

What changes from run to run is taken out, so that running twice changes no byte:
execution times in the metadata, Python's version, and progress bars. In a cell tagged
`timing` the committed output stays if the new one differs in its numbers only. A live
explorer leaves its still picture: a widget without its kernel shows nothing.
"""

import re
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).parent
WIDGET = "application/vnd.jupyter.widget-view+json"


def execute(path):
    """Run one notebook from a fresh kernel and write it back, normalized."""
    notebook = nbformat.read(path, as_version=4)
    committed = [list(cell.get("outputs", [])) for cell in notebook.cells]
    NotebookClient(
        notebook,
        timeout=600,
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(FOLDER)}},
    ).execute()
    for cell, before in zip(notebook.cells, committed, strict=True):
        if cell.cell_type == "code":
            normalize(cell, before)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook.metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    nbformat.write(notebook, path)


def normalize(cell, before):
    """Take out of an executed cell what another run would do differently."""
    cell.metadata.pop("execution", None)
    if "solution" in cell.metadata.get("tags", []):
        cell.outputs = []  # its verdict would give the answer away
    cell.outputs = [one for one in cell.outputs if is_kept(one)]
    timing = "timing" in cell.metadata.get("tags", [])
    if timing and words(before) == words(cell.outputs):
        cell.outputs = before


def is_kept(output):
    """Whether an output says something without its kernel.

    A live explorer does not; its still picture is next. What a bar left is empty.
    """
    data = output.get("data", {"text"})
    return bool(data) and WIDGET not in data


def words(outputs):
    """Return the text of outputs without numbers and spacing."""
    texts = [o.get("text") or o.get("data", {}).get("text/plain") for o in outputs]
    return [re.sub(r"[\d.\s+-]+", "#", str(text)) for text in texts]


if __name__ == "__main__":
    chapters = [Path(name) for name in sys.argv[1:]] or sorted(FOLDER.glob("*.ipynb"))
    for chapter in chapters:
        print(f"running {chapter.name}", flush=True)
        execute(chapter)
