"""A loop that parses and checks nothing."""

import sys

import orjson

with open(sys.argv[1], "rb") as file:  # noqa: PTH123 - as people write it
    for line in file:
        orjson.loads(line)
