"""The errors that cross the seams.

    PreflightError                 one sentence: where, what, how to repair it
    |-- UsageError                 exit code 2: the command line, a promise file, a request file
    |   |-- PromiseError           a promise that is missing, extra, secret or of the wrong kind
    |   `-- RequestFileError       a request file that cannot be read at all
    |-- LookError                  a question that got no answer; in a check it becomes Unknown
    |   |-- Refused                the look was denied: names the permission it needs
    |   |-- Unreachable            nothing answered, not in time, or not in a form that can be read
    |   |-- NotInTime              the deadline came before the answer
    |   `-- CredentialsMissing     there is nobody to ask as
    `-- RunError                   exit code 1: the run itself did not go as planned

A missing thing is an answer (None); a refused question is not. No SDK exception crosses this line.
"""

from typing import Any


class PreflightError(Exception):
    """The base of all errors preflight raises on purpose.

    Args:
        where: the file, key, resource or address it is about.
        what: what is wrong there.
        remedy: the one change that repairs it.
    """

    exit_code = 2

    def __init__(self, where: str, what: str, remedy: str) -> None:
        """Keep the three parts; the message is one sentence of them."""
        super().__init__(f"{where}: {what}; {remedy}")
        self.where = where
        self.what = what
        self.remedy = remedy

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel whole from the process that reads to the one that reports."""
        return _arrived, (type(self), self.args), vars(self)


def _arrived(kind: type[PreflightError], parts: tuple[Any, ...]) -> PreflightError:
    """An error of this kind, to be given its attributes."""
    return kind.__new__(kind, *parts)


class UsageError(PreflightError):
    """Wrong usage or unreadable input."""


class PromiseError(UsageError):
    """A promise that cannot be used."""


class RequestFileError(UsageError):
    """A request file that cannot be read."""


class LookError(PreflightError):
    """A question that got no answer."""

    exit_code = 3


class Refused(LookError):
    """The look was denied.

    Args:
        where: the resource that was looked at.
        permission: the action that would allow the look, as the provider spells it.
        who: the identity that asked, where it is known.
    """

    def __init__(
        self, where: str, permission: str, who: str = "the identity running preflight"
    ) -> None:
        """Word the refusal so that the permission to grant is in it."""
        super().__init__(where, f"{who} may not look", f"grant it {permission}")
        self.permission = permission
        self.who = who


class Unreachable(LookError):
    """Nothing answered, or not in time, or not in a form that can be read."""


class NotInTime(LookError):
    """The deadline came before the answer.

    Args:
        where: what was asked.
        seconds: how long the deadline was.
        option: the command line's name for it.
    """

    def __init__(self, where: str, seconds: float, option: str = "--deadline") -> None:
        """Word it so that the deadline is in it."""
        all_of_it = " for all questions together" if option != "--deadline" else ""
        super().__init__(
            where,
            f"no answer within {seconds:g} s{all_of_it}",
            f"a provider that answers in time; or a longer {option}",
        )
        self.seconds = seconds
        self.option = option


class CredentialsMissing(LookError):
    """There are no usable credentials to ask with."""


class RunError(PreflightError):
    """The run did not go as planned; the ledger says how far it came."""

    exit_code = 1
