"""The questions of each seam, read from its Protocol, and when two of them are the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from inspect import signature
from typing import Any, get_type_hints

from msgspec import to_builtins
from msgspec.json import encode

from preflight import routes
from preflight.seams.aws import Aws
from preflight.seams.azure import Azure
from preflight.seams.gateway import GatewayApi
from preflight.seams.gcp import Gcp

SEAMS: Mapping[str, type] = {"gateway": GatewayApi, "azure": Azure, "gcp": Gcp, "aws": Aws}
"""By the name that a bundle uses."""

_ACCOUNT = ("subscription_id", "resource_group", "account")
_ABOUT = {
    "account": _ACCOUNT,
    "deployment": (*_ACCOUNT, "deployment"),
    "offers": _ACCOUNT,
    "roles_of": _ACCOUNT,
    "denials_of": _ACCOUNT,
    "usages": ("subscription_id", "region"),
}
"""Azure's questions are put with a whole promise; what of it each is about, where not all."""


@dataclass(frozen=True, slots=True)
class Question:
    """One method of a seam: the names of its arguments and the type of its answer."""

    name: str
    arguments: tuple[str, ...]
    answer: Any


def _read(seam: type) -> dict[str, Question]:
    return {
        name: Question(
            name,
            tuple(signature(method).parameters)[1:],
            get_type_hints(method)["return"],
        )
        for name, method in vars(seam).items()
        if not name.startswith("_") and callable(method)
    }


QUESTIONS: Mapping[str, Mapping[str, Question]] = {
    name: _read(seam) for name, seam in SEAMS.items()
}
"""Seam -> the name of a question -> the question."""


def plain(seam: str, question: Question, arguments: tuple[Any, ...]) -> dict[str, Any]:
    """The arguments by name as plain JSON values: as far as they have a part in the answer."""
    given = dict(zip(question.arguments, arguments, strict=True))
    if seam == "azure" and question.name in _ABOUT:
        of = given["promised"]
        given["promised"] = {name: getattr(of, name) for name in _ABOUT[question.name]}
    if seam == "gateway":
        given["route"] = routes.headers(given["route"])
    found: dict[str, Any] = to_builtins(given, order="deterministic")
    return found


def key(question: str, arguments: Mapping[str, Any]) -> bytes:
    """Two questions are the same where this is."""
    return encode((question, arguments), order="deterministic")
