"""One option that a team may set once: in a file, in the environment, or with a flag each time.

Help reads it, so it imports nothing that is slow to import.
"""

from enum import StrEnum
from typing import NamedTuple


class Takes(StrEnum):
    """What an option's value is."""

    TEXT = "text"
    PATH = "a path"
    ADDRESS = "the address of a database, without a password"
    NOTICE = "a command, or a URL without credentials"
    SECONDS = "a number of seconds above 0 and up to 604800"
    COUNT = "a whole number from 1 to 100,000"
    FLAG = "true or false"
    CHOICE = "one of"
    CHOICES = "a list of some of"
    CHECKS = "a list of ids of checks, or of patterns of them"
    REPORTS = "a list of NAME or NAME:FILE"


LISTS = (Takes.CHOICES, Takes.CHECKS, Takes.REPORTS)


class Option(NamedTuple):
    """One row of the table.

    Attributes:
        name: in the file, and of the flag.
        takes: what its value is.
        commands: for which it can be set once; a flag may be there for others, too.
        words: for the help of its flag.
        default: the value where nobody says any.
        choices: those there are, of a CHOICE, CHOICES or REPORTS.
        metavar: of the flag's value, in help.
        flag: where it is not `--` and the name.
        back: the flag that takes a FLAG back which was set once.
        dest: the attribute of the parsed command line, where it is not the name.
        inverted: whether that attribute is true where the option is false.
        variable: of the environment, where it is not PREFLIGHT_ and the name.
        unless: attributes of the command line that leave it without meaning.
        when: the attribute of the command line without which it has no meaning.
        means: for the page and for editors, where the words fit the flag alone.
    """

    name: str
    takes: Takes
    commands: tuple[str, ...]
    words: str
    default: str | float | None = None
    choices: tuple[str, ...] = ()
    metavar: str = ""
    flag: str = ""
    back: str = ""
    dest: str = ""
    inverted: bool = False
    variable: str = ""
    unless: tuple[str, ...] = ()
    when: str = ""
    means: str = ""

    @property
    def meaning(self) -> str:
        """What it is, for whoever writes it down rather than gives a flag."""
        return self.means or self.words

    @property
    def attribute(self) -> str:
        """Where the parsed command line has it."""
        return self.dest or self.name.replace("-", "_")

    @property
    def option(self) -> str:
        """The flag that sets it."""
        return self.flag or f"--{self.name}"

    @property
    def environment(self) -> str:
        """The variable that sets it."""
        return self.variable or f"PREFLIGHT_{self.name.upper().replace('-', '_')}"

    @property
    def allowed(self) -> str:
        """What its value must be, in words."""
        if self.takes in {Takes.CHOICE, Takes.CHOICES}:
            return f"{self.takes} {', '.join(self.choices)}"
        if self.takes is Takes.REPORTS:
            return f"{self.takes}, where NAME is one of {', '.join(self.choices)}"
        return str(self.takes)
