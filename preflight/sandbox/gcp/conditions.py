"""The part of IAM's condition language that is evaluated: conjunctions of name, type and time.

An expression outside it is refused when the policy is set, so that no binding is ever judged by a
guess.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

_ATOMS = {
    "name starts": re.compile(r"""resource\.name\.startsWith\(\s*["']([^"']*)["']\s*\)"""),
    "name is": re.compile(r"""resource\.name\s*==\s*["']([^"']*)["']"""),
    "type is": re.compile(r"""resource\.type\s*==\s*["']([^"']*)["']"""),
    "service is": re.compile(r"""resource\.service\s*==\s*["']([^"']*)["']"""),
    "until": re.compile(r"""request\.time\s*<\s*timestamp\(\s*["']([^"']*)["']\s*\)"""),
    "from": re.compile(r"""request\.time\s*>=?\s*timestamp\(\s*["']([^"']*)["']\s*\)"""),
}


@dataclass(frozen=True, slots=True)
class Target:
    """What is being accessed, as conditions see it."""

    service: str
    type: str
    name: str


def holds(expression: str, target: Target) -> bool:
    """Whether a binding's condition is met now. Raises ValueError for what cannot be evaluated."""
    return all(_atom(part.strip(), target) for part in expression.split("&&"))


def _atom(text: str, target: Target) -> bool:
    text = text.removeprefix("(").removesuffix(")") if text.startswith("(") else text
    for kind, pattern in _ATOMS.items():
        match = pattern.fullmatch(text.strip())
        if match:
            return _judge(kind, match[1], target)
    raise ValueError(f"the sandbox does not evaluate the condition {text!r}")


def _judge(kind: str, operand: str, target: Target) -> bool:
    match kind:
        case "name starts":
            return target.name.startswith(operand)
        case "name is":
            return target.name == operand
        case "type is":
            return target.type == operand
        case "service is":
            return target.service == operand
    moment = datetime.fromisoformat(operand)
    return (datetime.now(UTC) < moment) is (kind == "until")
