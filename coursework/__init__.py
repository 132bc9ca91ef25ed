"""For instructors: handouts for students, and the grading of what comes back."""
