"""Who may do what by the documents alone: trust policies, bucket policies, key policies."""

from preflight.iam.request import Kind, Principal, Request
from preflight.iam.statements import Effect, Ruling, evaluate

__all__ = ["Effect", "Kind", "Principal", "Request", "Ruling", "evaluate"]
