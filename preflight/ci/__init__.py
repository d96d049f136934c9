"""What a CI runs: `python -P -m preflight.ci.github`, `.gitlab` and `.hook`.

`-P` keeps what a pull request brings from being imported in the place of what is installed.
"""
