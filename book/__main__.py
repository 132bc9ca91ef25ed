"""Make the book: python -m book --help (or make book, make book-pdf)."""

import sys

try:
    from book.build import main

    sys.exit(main())
except ModuleNotFoundError as error:
    sys.exit(f'{error.name} is not installed here: python -m pip install -e ".[book]"')
