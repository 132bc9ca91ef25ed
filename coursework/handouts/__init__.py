"""What students and instructors get: each chapter as a notebook and as a PDF."""
