"""`python -m preflight.render.pages FOLDER`: renew the rendered parts of the folder's pages."""

import argparse
import sys
from pathlib import Path

from preflight.render.pages.renewal import renew
from preflight.seams import PreflightError


def main() -> int:
    """Renew them and name those that changed; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m preflight.render.pages", description=__doc__)
    parser.add_argument("folder", type=Path, help="of the Markdown pages")
    try:
        for page in renew(parser.parse_args().folder):
            print(page)
    except PreflightError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
