"""The checks of the exercises, one file per chapter.

A chapter's check cell imports what it needs: `from helpers.exercises.chapter_03 import check_...`.
"""
