"""Prints what a release's notes say, from CHANGELOG.md; refuses a tag that is not what is built.

Usage: python ci/release_notes.py v1.2.3
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
VERSION = re.compile(r'^VERSION = "(.+)"$', re.MULTILINE)


class NoRelease(ValueError):
    """The tag cannot be released: the sentence says why, and what to change."""


def notes(tag: str, version: str, changelog: str) -> str:
    """The section of the changelog that a tag stands for.

    Args:
        tag: `v` and the version.
        version: what the package says it is.
        changelog: the whole of CHANGELOG.md.

    Raises:
        NoRelease: tag and version differ, or the changelog has no dated section of it.
    """
    if tag != f"v{version}":
        raise NoRelease(
            f"the tag {tag} is not v{version}, which preflight/version.py says; tag that"
        )
    parts = re.split(r"^## \[(.+?)\] - (.+)$", changelog, flags=re.MULTILINE)
    for name, dated, text in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        if name != version:
            continue
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", dated):
            raise NoRelease(f"CHANGELOG.md: {version} is {dated!r}; write the day in its place")
        return text.strip() + "\n"
    raise NoRelease(f"CHANGELOG.md: has no section '## [{version}] - DAY'; add it")


def main(arguments: list[str]) -> int:
    """Print the notes; 1 where the tag cannot be released, 2 for wrong usage."""
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    found = VERSION.search((ROOT / "preflight" / "version.py").read_text())
    version = found[1] if found else ""
    try:
        print(notes(arguments[0], version, (ROOT / "CHANGELOG.md").read_text()), end="")
    except NoRelease as error:
        print(f"no release: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
