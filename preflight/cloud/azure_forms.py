"""Azure's models, read into the plain answers of `seams`."""

import base64
import json
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from preflight.seams import (
    AzureAccount,
    Caller,
    DenyAssignment,
    Deployment,
    Offer,
    RoleDefinition,
)

_TOKEN_PARTS = 3
_OPENAI = "OpenAI"
_DAY_LENGTH = len("2026-10-31")


def account(found: Any) -> AzureAccount:
    """A Cognitive Services account. Its region is said with capitals and blanks at times."""
    properties = found.properties
    return AzureAccount(
        region=(found.location or "").lower().replace(" ", ""),
        kind=found.kind or "",
        custom_subdomain=_word(properties, "custom_sub_domain_name"),
        identity_type=_word(found.identity, "type") or "None",
        provisioning_state=_word(properties, "provisioning_state"),
        public_network_access=_word(properties, "public_network_access"),
    )


def deployment(found: Any) -> Deployment:
    """A model deployment."""
    model = getattr(found.properties, "model", None)
    return Deployment(
        name=found.name or "",
        sku=_word(found.sku, "name"),
        capacity=int(getattr(found.sku, "capacity", 0) or 0),
        model=_word(model, "name"),
        model_version=_word(model, "version"),
        provisioning_state=_word(found.properties, "provisioning_state"),
    )


def offers(found: Iterable[Any]) -> tuple[Offer, ...]:
    """The OpenAI models of an account's list, each with the types of deployment it may have.

    Raises ValueError for a day that is none.
    """
    return tuple(
        Offer(
            model=_word(one, "name"),
            version=_word(one, "version"),
            kinds={
                _word(sku, "name"): _day(getattr(sku, "deprecation_date", None))
                for sku in getattr(one, "skus", None) or ()
            },
            ends=_day(getattr(getattr(one, "deprecation", None), "inference", None)),
        )
        for one in found
        if _word(one, "format") == _OPENAI
    )


def _day(moment: Any) -> date | None:
    """The day of a moment, as the SDK reads it or as Azure writes it; None for no moment."""
    if not moment:
        return None
    return date.fromisoformat(str(moment)[:_DAY_LENGTH])


def _word(model: Any, field: str) -> str:
    """A field that may be missing, None, or an enumeration of words."""
    value = getattr(model, field, None)
    return str(getattr(value, "value", value) or "")


def role_definitions(found: Any, condition: str = "") -> Iterator[RoleDefinition]:
    """One for each block of permissions: what a block takes away, it takes from itself only."""
    for block in found.permissions or ():
        yield RoleDefinition(
            name=found.role_name or found.name or "",
            data_actions=tuple(block.data_actions or ()),
            not_data_actions=tuple(block.not_data_actions or ()),
            condition=condition,
        )


def deny_assignments(found: Any) -> Iterator[DenyAssignment]:
    """One for each block of permissions."""
    for block in found.permissions or ():
        yield DenyAssignment(
            name=found.deny_assignment_name or found.name or "",
            data_actions=tuple(block.data_actions or ()),
            not_data_actions=tuple(block.not_data_actions or ()),
            principals=_principals(found.principals),
            excluded=_principals(found.exclude_principals),
            condition=found.condition or block.condition or "",
        )


def _principals(found: Any) -> dict[str, str]:
    return {(one.id or "").lower(): one.type or "" for one in found or ()}


def names(token: str) -> Caller:
    """Tenant and object id out of an access token; a token that is not a JWT names nobody."""
    parts = token.split(".")
    unnamed = Caller("", "an identity whose token names nobody")
    if len(parts) != _TOKEN_PARTS:
        return unnamed
    padded = parts[1] + "=" * (-len(parts[1]) % 4)
    try:
        claims = json.loads(base64.urlsafe_b64decode(padded))
    except ValueError:
        return unnamed
    name = claims.get("oid") or claims.get("appid")
    return Caller(str(claims.get("tid", "")), str(name)) if name else unnamed
