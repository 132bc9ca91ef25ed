"""Pictures of chapter 12: many runs, many workers, endless images."""
