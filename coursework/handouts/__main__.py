"""Build the handouts of a course: python -m coursework.handouts --help (or make handouts)."""

import sys

try:
    from coursework.handouts.build import main
except ModuleNotFoundError as error:
    sys.exit(f'{error.name} is not installed here: python -m pip install -e ".[instructor]"')

sys.exit(main())
