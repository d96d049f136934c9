"""One-place breakages: each makes one promise or one file untrue, as it happens to people.

A breakage declares which checks must fail for it, and what the provider says when the job is forced
through; a test compares both with what really happens.
"""

from preflight.sandbox.breakages import azure, bedrock, openai, vertex
from preflight.sandbox.breakages.breakage import Breakage
from preflight.seams import UsageError

__all__ = ["BREAKAGES", "DEMO", "Breakage", "named"]

BREAKAGES = (*openai.ROWS, *azure.ROWS, *vertex.ROWS, *bedrock.ROWS)
"""In the order of the providers."""

DEMO = {
    "openai": "openai-duplicate-id",
    "azure": "azure-standard-deployment",
    "vertex": "vertex-bucket-region",
    "bedrock": "bedrock-pass-role",
}
"""The one that the demonstration breaks at each provider."""


def named(name: str) -> Breakage:
    """The breakage of that name. Raises UsageError."""
    for breakage in BREAKAGES:
        if breakage.name == name:
            return breakage
    raise UsageError(name, "is no breakage", "see `preflight sandbox list`")
