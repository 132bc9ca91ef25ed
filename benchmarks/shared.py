"""What the scripts share: their command line, other processes, and tables.

Nothing here imports NumPy: the number of threads has to be known before.
"""

import argparse
import json
import subprocess
import sys


def command_line(description, quick="a short run: does it work at all?"):
    """Return a parser that knows --quick, unless None, and --markdown."""
    parser = argparse.ArgumentParser(description=description)
    if quick:
        parser.add_argument("--quick", action="store_true", help=quick)
    parser.add_argument("--markdown", action="store_true", help="print Markdown tables")
    return parser


def threads(count):
    """Return the environment variables that give every library this number of threads."""
    variables = ["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NPROC"]
    variables.append("VECLIB_MAXIMUM_THREADS")  # NumPy on macOS
    return dict.fromkeys(variables, str(count))


def in_fresh_process(*arguments, env=None):
    """Run a script; print what it prints, but return the last line, read as JSON."""
    command = [sys.executable, *map(str, arguments)]
    done = subprocess.run(command, env=env, stdout=subprocess.PIPE, text=True, check=True)
    *notes, result = done.stdout.splitlines()
    print(*notes, sep="\n", end="\n" * bool(notes))
    return json.loads(result)


def peak_memory():
    """Return the peak memory of this process in MB; None on Windows."""
    try:
        import resource
    except ModuleNotFoundError:
        return None
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def show(title, header, rows, markdown):
    """Print a table of strings: the first column to the left, numbers to the right."""
    print(f"\n### {title}\n" if markdown else f"\n{title}")
    lines = [header, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    padded = [_padded(line, widths) for line in lines]
    if markdown:
        padded.insert(1, ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])])
    for line in padded:
        print(f"| {' | '.join(line)} |" if markdown else "  ".join(line).rstrip())


def _padded(line, widths):
    first, *rest = zip(line, widths, strict=True)
    return [first[0].ljust(first[1]), *(text.rjust(width) for text, width in rest)]
