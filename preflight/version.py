"""Which version this is, for `--version` and for whatever is written.

pyproject.toml says it first, and a test compares. To ask the installation takes several times as
long as Python itself takes to start.
"""

VERSION = "0.1.0"
