"""Text from outside (file contents, names, provider messages) made safe to show on a terminal."""


def printable(text: str) -> str:
    """The text with each control, format or unpaired character as a visible escape.

    Line breaks become blanks: whatever comes from outside stays on its own line.
    """
    folded = text.replace("\r\n", " ").replace("\n", " ").replace("\t", " ")
    if folded.isprintable():
        return folded
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii")
        for char in folded
    )
