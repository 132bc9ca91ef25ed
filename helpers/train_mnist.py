"""The first name of `python -m helpers`."""

import sys

from .__main__ import main

if __name__ == "__main__":
    sys.exit(main())
