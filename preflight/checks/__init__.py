"""The checks, one file per world."""
