"""What people write by hand: all results in a dict by custom_id, then the requests in order."""

import json
import sys
from pathlib import Path

requests, to, *results = map(Path, sys.argv[1:])
found = {}
for path in results:
    with path.open("rb") as file:
        for line in file:
            row = json.loads(line)
            found[row["custom_id"]] = row
with requests.open("rb") as file, to.open("w", encoding="utf-8") as out:
    for line in file:
        row = found.get(json.loads(line)["custom_id"])
        if row is not None and row["response"]["status_code"] == 200:  # noqa: PLR2004
            out.write(json.dumps(row) + "\n")
