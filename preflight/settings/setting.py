"""What one setting is, and the sentence for a value that it cannot have."""

import json
import re
from dataclasses import dataclass
from enum import Enum, auto

_ANYTHING = re.compile(".*")
_CREDENTIALS = re.compile(r"//[^/]*@")


class Takes(Enum):
    """What kind of value a setting takes."""

    TEXT = auto()
    TEXTS = auto()
    FLAG = auto()
    NUMBER = auto()
    URL = auto()


class WrongSetting(ValueError):
    """A value that a setting cannot have: one sentence, with the command that sets a good one.

    Args:
        key: the setting.
        value: what it is, as the text that Pulumi keeps; credentials in it are not repeated.
        allowed: what it must be, or why it is refused.
        example: a good value, or the whole argument of `pulumi config set`.
    """

    def __init__(self, key: str, value: str, allowed: str, example: str) -> None:
        """Word the sentence."""
        if value in {"", "[]"}:
            self.found = "is not set"
        elif _CREDENTIALS.search(value):
            self.found = "holds credentials"
        else:
            self.found = f"is {value if value.startswith('[') else json.dumps(value)}"
        self.allowed = allowed
        command = example if example.startswith("--path") else f"{key} {example}"
        super().__init__(f"{key} {self.found}, but {allowed}: pulumi config set {command}")


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: whose it is ("" for all providers), and what it may be.

    `form` is the whole text, or each text of a list; `least` is the smallest number; `optional`
    allows the empty text or list; `unless` is another setting that may be given in its place.
    """

    key: str
    provider: str
    takes: Takes
    allowed: str
    example: str
    form: re.Pattern[str] = _ANYTHING
    least: int = 0
    optional: bool = False
    unless: str = ""

    def wrong(self, value: str) -> WrongSetting:
        """The refusal of a value."""
        return WrongSetting(self.key, value, self.allowed, self.example)
