"""Tables for the terminal and, with `--markdown`, for the README."""


def show(title, header, rows, markdown):
    """Print a table: the first column to the left, numbers to the right.

    Parameters
    ----------
    title : str
        Printed above the table.
    header : list of str
        One name per column.
    rows : list of list of str
        One string per column.
    markdown : bool
        Markdown instead of columns padded with spaces.
    """
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
