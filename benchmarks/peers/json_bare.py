"""The loop of most examples: it parses and checks nothing."""

import json
import sys

with open(sys.argv[1], "rb") as file:  # noqa: PTH123 - as people write it
    for line in file:
        json.loads(line)
