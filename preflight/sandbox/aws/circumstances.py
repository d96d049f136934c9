"""What a policy may know of a request, put right in ministack's process: role ARNs, variables.

Source: AWS's pages on global condition keys (aws:PrincipalArn of a session is its role's ARN) and
on policy variables, read October 2026.
"""

import re
from dataclasses import replace
from functools import wraps
from typing import Any

from ministack.core import iam_evaluator
from ministack.services import iam

_SESSION = re.compile(r"arn:[^:]+:sts::(\d{12}):assumed-role/([^/]+)/.+")
_VARIABLE = re.compile(r"\$\{([A-Za-z0-9]+:[^,}]+)\}")


def correct() -> None:
    """Put both right. To be called once, before the first request."""
    _role_of_session()
    _variables()


def _role_of_session() -> None:
    """A condition sees the role of a session, with its path, and no session's name."""
    original = iam_evaluator._resolve_condition_key  # noqa: SLF001

    @wraps(original)
    def resolve(key: str, asked: Any) -> Any:
        session = _SESSION.fullmatch(asked.principal_arn)
        if key.lower() == "aws:principalarn" and session:
            role = iam._roles.get_scoped(session[1], None, session[2])  # noqa: SLF001
            return role["Arn"] if role else original(key, asked)
        return original(key, asked)

    iam_evaluator._resolve_condition_key = resolve  # noqa: SLF001


def _variables() -> None:
    """`${aws:PrincipalAccount}` and the like are filled in, in resources and conditions."""
    original = iam_evaluator._first_match  # noqa: SLF001

    @wraps(original)
    def first_match(asked: Any, statements: list[Any], effect: str) -> Any:
        return original(asked, [_filled(each, asked) for each in statements], effect)

    iam_evaluator._first_match = first_match  # noqa: SLF001


def _filled(statement: Any, asked: Any) -> Any:
    return replace(
        statement,
        resources=_without_variables(statement.resources, asked),
        not_resources=_without_variables(statement.not_resources, asked),
        conditions=_without_variables(statement.conditions, asked),
    )


def _without_variables(part: Any, asked: Any) -> Any:
    """A variable without a value stays as it is, and so matches nothing that there is."""
    if isinstance(part, dict):
        return {key: _without_variables(value, asked) for key, value in part.items()}
    if isinstance(part, list):
        return [_without_variables(value, asked) for value in part]
    if not isinstance(part, str) or "${" not in part:
        return part

    def value(found: re.Match[str]) -> str:
        known = iam_evaluator._resolve_condition_key(found[1], asked)  # noqa: SLF001
        return known if isinstance(known, str) else found[0]

    return _VARIABLE.sub(value, part)
