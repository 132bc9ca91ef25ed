"""For instructors: handouts for students, and the grading of what comes back."""

import sys

# Notebooks are validated with jsonschema, which imports this package if it is there: 1.6 s at each
# start, of each grader too, for checking international addresses. No notebook has any to check.
sys.modules.setdefault("rfc3987_syntax", None)
