"""Text from outside (file contents, names, provider messages) made safe to show on a terminal."""

import re

_ORDER = re.compile(r"^\s*::(?=.*::)|##(?=\w*\[)")
"""What a CI takes for a command in its log: `::error::...` at a line's start, `##vso[` anywhere."""


def printable(text: str) -> str:
    """The text with each control, format or unpaired character as a visible escape.

    Line breaks become blanks: whatever comes from outside stays on its own line.
    """
    folded = text.replace("\r\n", " ").replace("\n", " ").replace("\t", " ")
    if not folded.isprintable():
        folded = "".join(
            char if char.isprintable() else char.encode("unicode_escape").decode("ascii")
            for char in folded
        )
    return no_order(folded)


def no_order(line: str) -> str:
    """A line that no CI's log reader takes for a command."""
    return _ORDER.sub(lambda found: found[0][:-1] + f"\\x{ord(found[0][-1]):02x}", line)
