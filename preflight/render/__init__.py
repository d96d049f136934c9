"""A renderer is a function of a Report."""
