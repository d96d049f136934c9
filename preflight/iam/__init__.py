"""Who may do what by the documents alone: every policy that AWS weighs, and how it weighs them."""

from preflight.iam.decisions import Verdict, decide
from preflight.iam.request import Kind, Principal, Request, role_of_session
from preflight.iam.rulings import Effect, Ruling, evaluate
from preflight.iam.shape import Document, Unreadable, document_of
from preflight.iam.sides import Holdings, Levels, Resource

__all__ = [
    "Document",
    "Effect",
    "Holdings",
    "Kind",
    "Levels",
    "Principal",
    "Request",
    "Resource",
    "Ruling",
    "Unreadable",
    "Verdict",
    "decide",
    "document_of",
    "evaluate",
    "role_of_session",
]
