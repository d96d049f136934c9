"""What iam:SimulatePrincipalPolicy answers, worked out with ministack's policy evaluator.

An evaluator that shares nothing with the product's own, so that the two can contradict each other.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from preflight.sandbox.aws.principals import Policy, Principal

_SIMULATED = "simulated:"
"""Put before every condition key: the evaluator would fill some of AWS's global keys in by itself,
but a simulation knows only what it is told."""

_DECISIONS = {"Allow": "allowed", "Deny": "explicitDeny", "ImplicitDeny": "implicitDeny"}


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The answer for one action on one resource: allowed, explicitDeny or implicitDeny."""

    action: str
    resource: str
    decision: str
    matched: tuple[Policy, ...]
    missing: tuple[str, ...]
    within_boundary: bool


def simulate(
    principal: Principal,
    extra: Sequence[str],
    actions: Sequence[str],
    resources: Sequence[str],
    context: Mapping[str, list[str]],
) -> list[Evaluation]:
    """Evaluate every action on every resource.

    `extra`: further policy documents that count as the principal's own; `context`: condition key
    -> its values.
    """
    import json  # noqa: PLC0415

    policies = principal.policies + tuple(
        Policy(f"PolicyInputList.{number}", json.loads(document))
        for number, document in enumerate(extra, 1)
    )
    known = {key.lower(): [value] for key, value in principal.keys.items()}
    now = datetime.now(UTC)
    known["aws:currenttime"] = [now.isoformat()]
    known["aws:epochtime"] = [str(int(now.timestamp()))]
    known |= {key.lower(): values for key, values in context.items()}
    return [
        _evaluate(principal, policies, action, resource, known)
        for action in actions
        for resource in resources
    ]


def _evaluate(
    principal: Principal,
    policies: Sequence[Policy],
    action: str,
    resource: str,
    known: Mapping[str, list[str]],
) -> Evaluation:
    from ministack.core.iam_evaluator import EvalContext, evaluate  # noqa: PLC0415

    asked = EvalContext(
        principal_arn=principal.arn,
        principal_type="",
        principal_account="",
        action=action,
        resource_arn=resource,
        region="",
        service_context={
            _SIMULATED + key: values if len(values) != 1 else values[0]
            for key, values in known.items()
        },
    )
    own = [(policy, list(_statements(policy, known))) for policy in policies]
    limits = []
    if principal.boundary is not None:
        limits = [[list(_statements(principal.boundary, known))]]
    decision = evaluate(asked, [statements for _, statements in own], *limits).decision
    effect = {"Allow": "Allow", "Deny": "Deny"}.get(decision)
    matched = tuple(
        policy
        for policy, statements in own
        if any(
            statement.effect == effect and evaluate(asked, [[statement]]).decision == effect
            for statement in statements
        )
    )
    used = [policy for policy, _ in own] + ([principal.boundary] if principal.boundary else [])
    missing = sorted({key for policy in used for key in _keys(policy) if key.lower() not in known})
    within = all(evaluate(asked, layer).decision == "Allow" for layer in limits)
    return Evaluation(action, resource, _DECISIONS[decision], matched, tuple(missing), within)


def _statements(policy: Policy, known: Mapping[str, list[str]]) -> Iterator[Any]:
    from ministack.core.iam_evaluator import parse_policy_document  # noqa: PLC0415

    for statement in parse_policy_document(_expanded(policy.document, known)):
        statement.conditions = {
            operator: {_SIMULATED + key.lower(): values for key, values in block.items()}
            for operator, block in statement.conditions.items()
        }
        yield statement


def _expanded(part: Any, known: Mapping[str, list[str]]) -> Any:
    """The document with its policy variables filled in, which ministack's evaluator ignores."""
    if isinstance(part, Mapping):
        return {key: _expanded(value, known) for key, value in part.items()}
    if isinstance(part, list):
        return [_expanded(value, known) for value in part]
    if isinstance(part, str) and "${" in part:
        for key, values in known.items():
            start = part.lower().find("${" + key + "}")
            if start >= 0 and len(values) == 1:
                part = part[:start] + values[0] + part[start + len(key) + 3 :]
    return part


def _keys(policy: Policy) -> Iterable[str]:
    statements = policy.document["Statement"]
    for statement in [statements] if isinstance(statements, Mapping) else statements:
        for block in statement.get("Condition", {}).values():
            yield from block
