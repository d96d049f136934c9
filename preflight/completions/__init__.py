"""What shells read to complete the command line: written ahead, so that a shell starts no Python.

`python -m preflight.completions` renews the scripts beside this file from the grammar. It needs
shtab; to print the scripts does not.
"""
