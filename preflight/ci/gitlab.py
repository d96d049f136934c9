"""What ci/gitlab.yml runs: checks, a JUnit report for each, and one Code Quality report."""

import json
import os
import sys
from pathlib import Path

from preflight.ci.changed import changed
from preflight.ci.checking import check_all, worst
from preflight.ci.code_quality import code_quality
from preflight.ci.settings import settings
from preflight.render.printable import printable
from preflight.render.streams import harden
from preflight.seams import PreflightError

_BASES = ("CI_MERGE_REQUEST_DIFF_BASE_SHA", "CI_COMMIT_BEFORE_SHA")


def main() -> int:
    """Run the job; the exit code."""
    harden()
    try:
        asked = settings()
        base = next((value for name in _BASES if (value := os.environ.get(name))), "")
        found = changed(base, asked.requests)
        notes = list(found.notes)
        if asked.alone and not asked.offline:
            notes.append(
                "there is no TFY_API_KEY (a merge request of a fork has none): request files are "
                "judged alone (--offline), and no cloud is asked"
            )
        for note in notes:
            print(f"Note: {printable(note)}", flush=True)
        done = check_all(asked, found.files, "text")
    except PreflightError as error:
        print(f"preflight: {printable(str(error))}", file=sys.stderr)
        return error.exit_code
    logs = [log for one in done if (log := one.report("sarif")) is not None]
    text = json.dumps(code_quality(logs), indent=2)
    Path(asked.reports, "code-quality.json").write_text(f"{text}\n", encoding="utf-8")
    return worst(done)


if __name__ == "__main__":
    sys.exit(main())
