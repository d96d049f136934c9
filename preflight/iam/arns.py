"""Patterns for ARNs: compared part by part in conditions, as one text in Resource."""

from preflight.iam.patterns import Pattern
from preflight.iam.truth import Truth

_PARTS = 6


def arn_like(value: str, pattern: Pattern) -> Truth:
    """ArnLike and ArnEquals: a wildcard does not reach over a colon, save in the last part.

    A pattern that fits only as one text (`arn:aws:bedrock:*`) is not an ARN pattern at all: cannot
    tell. Source: the IAM user guide, condition operators, ARN.
    """
    parts, values = pattern.split(), value.split(":", _PARTS - 1)
    if len(parts) != _PARTS:
        return None if pattern.matches(value) else False
    return len(values) == _PARTS and _fits(parts, values)


def resource_like(value: str, pattern: Pattern) -> Truth:
    """Resource and NotResource: a star may reach over colons only where it ends its part.

    What fits only with a wildcard that would have to do otherwise, AWS does not define. Source: the
    IAM user guide, the Resource element, wildcards in paths.
    """
    if not pattern.matches(value):
        return False
    parts, values = pattern.split(), value.split(":", _PARTS - 1)
    if len(parts) == len(values) and _fits(parts, values):
        return True
    ends = all(not part.wild or _only_ends(part) for part in parts[: _PARTS - 1])
    return True if ends else None


def _fits(parts: tuple[Pattern, ...], values: list[str]) -> bool:
    return all(part.matches(value) for part, value in zip(parts, values, strict=True))


def _only_ends(part: Pattern) -> bool:
    """Whether its one wildcard is a star at its end."""
    return part.tokens[-1] is None and not Pattern(part.tokens[:-1]).wild
