"""Who may do what by the documents alone: trust policies, bucket policies, key policies."""

from preflight.iam.request import Kind, Principal, Request, role_of_session
from preflight.iam.statements import Effect, Ruling, evaluate

__all__ = ["Effect", "Kind", "Principal", "Request", "Ruling", "evaluate", "role_of_session"]
