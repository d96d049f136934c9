"""What this project reads with: every rule, as `preflight check` uses it."""

import sys
from pathlib import Path

from preflight.requests.scan import scan

jobs = int(sys.argv[2]) if len(sys.argv) > 2 else 1  # noqa: PLR2004
found = scan(Path(sys.argv[1]), jobs=jobs, digest=False)
print(found.requests, len(found.faults))
