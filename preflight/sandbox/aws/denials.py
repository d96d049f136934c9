"""AWS's words for a denial: whose policy denies, or whose lacks the allowing statement."""

from typing import Any

BOUNDARY = "Not within the permissions boundary"
"""The reason in an EvalResult whose policies allow what the boundary does not."""


def denial(refused: Any, action: str, resource: str) -> str:
    """The message of ministack's EvalResult.

    Its `resource_policy_arn` is set where the resource's own policy decided.
    """
    kind = "a resource-based" if refused.resource_policy_arn else "an identity-based"
    reason = f"because no {kind.partition(' ')[2]} policy allows the {action} action"
    if refused.reason == BOUNDARY:
        reason = f"because no permissions boundary allows the {action} action"
    if refused.decision == "Deny":
        reason = f"with an explicit deny in {kind} policy"
    who = f"User: {refused.principal_arn} is not authorized to perform: {action}"
    return f"{who} on resource: {resource} {reason}"
