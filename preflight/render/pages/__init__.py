"""The parts of the documentation that repeat what the program knows: rendered, never typed."""
