"""The course as a website and as one PDF, both made from the chapters as they are committed."""
