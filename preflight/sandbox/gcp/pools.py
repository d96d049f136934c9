"""Workload identity pools and their OIDC providers: who from outside is who inside.

Of the language of mappings and conditions that part is read which the program writes: a mapping to
one claim, and a condition of equalities. Anything else is refused when the provider is made.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from preflight.sandbox.gcp.errors import ApiError
from preflight.sandbox.gcp.names import IAM_API

_CLAIM = re.compile(r"assertion\.([a-zA-Z_][a-zA-Z0-9_]*)")
_EQUAL = re.compile(r"""(assertion|google|attribute)\.(\w+)\s*==\s*(["'])(.*?)\3""")
_SUBJECT = "google.subject"
_LOOPBACK = "127.0.0.1"


@dataclass(slots=True)
class Provider:
    """An OIDC provider of a pool. `settings`: what may be set, as Google's API spells it."""

    name: str
    settings: dict[str, Any]
    deleted: bool = False

    @property
    def issuer(self) -> str:
        """Who must have issued a token."""
        return str(self.settings["oidc"]["issuerUri"])

    @property
    def audiences(self) -> list[str]:
        """For whom a token may be issued; where none are set, for the provider itself."""
        asked = self.settings["oidc"].get("allowedAudiences") or ()
        default = (f"https://{IAM_API}/{self.name}", f"//{IAM_API}/{self.name}")
        return list(asked or default)

    def subject(self, claims: Mapping[str, Any]) -> str:
        """Who the bearer of these claims is in the pool; "" where they do not say."""
        return self._mapped(claims).get(_SUBJECT, "")

    def admits(self, claims: Mapping[str, Any]) -> bool:
        """Whether the provider's condition holds for these claims."""
        condition = self.settings.get("attributeCondition", "")
        known = self._mapped(claims)
        known |= {f"assertion.{name}": str(value) for name, value in claims.items()}
        return all(
            known.get(f"{match[1]}.{match[2]}") == match[4]
            for match in map(_EQUAL.fullmatch, _parts(condition))
            if match
        )

    def _mapped(self, claims: Mapping[str, Any]) -> dict[str, str]:
        mapping = self.settings["attributeMapping"]
        names = {name: expression.partition(".")[2] for name, expression in mapping.items()}
        return {name: str(claims[claim]) for name, claim in names.items() if claim in claims}


@dataclass(slots=True)
class Pool:
    """A pool. Deleted, it keeps its id for some weeks and gives nothing."""

    name: str
    settings: dict[str, Any]
    deleted: bool = False
    providers: dict[str, Provider] = field(default_factory=dict)


def vet_provider(settings: Mapping[str, Any]) -> None:
    """Raise ApiError 400 for settings that Google refuses, or that cannot be judged here."""
    oidc = settings.get("oidc") or {}
    issuer = urlsplit(str(oidc.get("issuerUri", "")))
    # Google takes https only; the sandbox's own issuer is on loopback, where nobody listens in.
    if issuer.scheme != "https" and issuer.hostname != _LOOPBACK:
        raise ApiError(400, "oidc.issuer_uri must be a URL of scheme https.")
    mapping = settings.get("attributeMapping") or {}
    if _SUBJECT not in mapping:
        raise ApiError(400, f"attribute_mapping must map {_SUBJECT}.")
    for expression in mapping.values():
        if not _CLAIM.fullmatch(expression):
            raise ApiError(400, f"The sandbox does not evaluate the mapping {expression!r}.")
    for part in _parts(settings.get("attributeCondition", "")):
        if not _EQUAL.fullmatch(part):
            raise ApiError(400, f"The sandbox does not evaluate the condition {part!r}.")


def _parts(condition: str) -> list[str]:
    return [part.strip() for part in condition.split("&&") if part.strip()]
