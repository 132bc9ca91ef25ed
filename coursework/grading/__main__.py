"""Grade a folder of submitted notebooks: python -m coursework.grading FOLDER --chapter 03."""

import sys

try:
    from coursework.grading import grade, gradescope
except ModuleNotFoundError as error:
    sys.exit(
        f"This Python ({sys.executable}) has no package {error.name}. In the course's folder, with "
        'its environment activated, run: python -m pip install -e ".[instructor]"'
    )

if sys.argv[1:2] == ["gradescope"]:
    gradescope.main(sys.argv[2:])
else:
    grade.main()
