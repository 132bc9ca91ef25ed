"""The course as a website and as one PDF, both made from the chapters as they are committed."""

import coursework  # noqa: F401, which makes importing nbformat quick; so it comes first
