"""An answer or its refusal as the bundle's values, and back as the same class."""

from typing import Any

from msgspec import convert, to_builtins
from msgspec.json import decode, encode

from preflight.bundle.shape import Answered, Late, Nobody, Outcome, Refusal, Silence
from preflight.seams import CredentialsMissing, LookError, NotInTime, Refused, Unreachable
from preflight.seams.questions import Question


def answered(answer: Any) -> Outcome:
    """The answer as JSON will hold it. Raises ValueError for what JSON cannot hold."""
    try:
        return Answered(decode(encode(to_builtins(answer, order="deterministic"))))
    except (TypeError, RecursionError) as error:
        raise ValueError(str(error)) from error


def answer(question: Question, outcome: Answered) -> Any:
    """The answer as the question's type has it.

    Raises ValueError where it is of another, or holds anything that the type has no place for.
    """
    found = convert(outcome.answer, type=question.answer)
    if answered(found) != outcome:
        raise ValueError(f"{question.name} answers with nothing of that kind")
    return found


def refused(error: LookError) -> Outcome:
    """The refusal's parts."""
    match error:
        case Refused():
            return Refusal(error.where, error.permission, error.who)
        case NotInTime():
            late: Any = error.option
            return Late(error.where, error.seconds, late)
        case CredentialsMissing():
            return Nobody(error.where, error.what, error.remedy)
    return Silence(error.where, error.what, error.remedy)


def error_of(outcome: Refusal | Silence | Nobody | Late) -> LookError:
    """The refusal again."""
    match outcome:
        case Refusal(where, permission, who):
            return Refused(where, permission, who)
        case Late(where, seconds, option):
            return NotInTime(where, seconds, option)
        case Nobody(where, what, remedy):
            return CredentialsMissing(where, what, remedy)
        case Silence(where, what, remedy):
            return Unreachable(where, what, remedy)
