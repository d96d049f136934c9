"""What a check was told, in a file: collected in one place, and judged again in another."""
