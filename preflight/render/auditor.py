"""What whoever runs `preflight check` must be allowed: for programs, and for a review."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from preflight.auditor import (
    AZURE_ROLE_IDS,
    aws_policy,
    aws_trust,
    azure_roles,
    google_permissions,
    places,
)
from preflight.contract import AzureOpenAI, Bedrock, VertexAI
from preflight.holders import Provisioned
from preflight.looks import Look, Scope, looks
from preflight.render.pages.markdown import NAMES, code, codes, fenced, table
from preflight.render.permissions_json import mark, text_of
from preflight.vocabulary import AUDITOR

Targets = Mapping[str, tuple[Provisioned, ...]]
"""Provider -> one target for those that are looked at with the same rights."""

WHO = "the auditor, who runs preflight check"

PRINCIPALS = {
    "azure": "auditor_azure_principal_id",
    "vertex": "auditor_gcp_member",
    "bedrock": "auditor_aws_principal_arn",
}
"""The stand-ins: no stack promises who the auditor is, for it is nothing that is checked."""

_HEAD = """\
# Permissions of preflight check

The rights to look, for whoever runs `preflight check`. No job needs them.
"""
_STAND_INS = (
    "Names in angle brackets stand for your own; `--stack` or `--promises` fills them in, but for\n"
    "who the auditor is.\n"
)
_AS_GATEWAY = """\
Google Cloud tells only the gateway what the gateway may do, so the auditor asks with a token of its
service account: with it the auditor can do what the gateway can. All else only reads.
"""


def as_json(targets: Targets) -> str:
    """The document of `preflight permissions`, with the line break at its end."""
    return text_of([_identity(*each) for each in _each(targets)])


def as_markdown(targets: Targets, *, named: bool) -> str:
    """The text; `named` says whether the promises hold real names."""
    parts = [_HEAD, _STAND_INS] if not named else [_HEAD]
    for provider, promised in _each(targets):
        parts += _section(provider, promised)
    return "\n".join(parts)


def _each(targets: Targets) -> Iterator[tuple[str, Provisioned]]:
    return ((provider, one) for provider, several in targets.items() for one in several)


def _identity(provider: str, promised: Provisioned) -> dict[str, Any]:
    return {
        "provider": provider,
        "identity": AUDITOR,
        "who": WHO,
        "principal": mark(PRINCIPALS[provider]),
        "permissions": [
            {
                "action": look.permission,
                "on": look.on.value,
                "resources": list(places(promised, look.on)),
                "condition": _condition(promised, look),
                "why": _why(look),
                "granted_by": look.granted_by,
            }
            for look in looks(provider)
        ],
        **_of_cloud(promised),
    }


def _why(look: Look) -> str:
    return f"tells {look.tells}" + f" ({look.when})" * bool(look.when)


def _condition(promised: Provisioned, look: Look) -> dict[str, str]:
    of_region = isinstance(promised, Bedrock) and look.on is Scope.REGION
    return {"aws:RequestedRegion": promised.region} if of_region else {}


def _of_cloud(promised: Provisioned) -> dict[str, Any]:
    """What the cloud takes for them."""
    match promised:
        case Bedrock() as bedrock:
            trust = aws_trust(mark(PRINCIPALS["bedrock"]))
            return {"aws": {"policy": aws_policy(bedrock), "trust_policy": trust}}
        case VertexAI() as vertex:
            return {"gcp": {"custom_roles": list(_google(vertex))}}
        case AzureOpenAI() as azure:
            actions = sorted(look.permission for look in looks("azure"))
            return {
                "azure": {
                    "role_assignments": list(_azure(azure)),
                    "custom_role_actions": actions,
                }
            }


def _google(vertex: VertexAI) -> Iterator[dict[str, Any]]:
    for scope, permissions in google_permissions().items():
        (resource,) = places(vertex, scope)
        yield {
            "on": scope.value,
            "resource": resource,
            "member": mark(PRINCIPALS["vertex"]),
            "permissions": list(permissions),
        }


def _azure(azure: AzureOpenAI) -> Iterator[dict[str, Any]]:
    definitions = f"/subscriptions/{azure.subscription_id}/providers/Microsoft.Authorization"
    for scope, roles in azure_roles().items():
        (place,) = places(azure, scope)
        for role in roles:
            yield {
                "scope": place,
                "role": role,
                "role_definition_id": f"{definitions}/roleDefinitions/{AZURE_ROLE_IDS[role]}",
                "principal_id": mark(PRINCIPALS["azure"]),
            }


def _section(provider: str, promised: Provisioned) -> Iterator[str]:
    yield f"## {NAMES[provider]}: the auditor\n"
    yield table(
        ("Action", "On", "Why", "Granted by"),
        (
            (code(look.permission), look.on, _why(look), look.granted_by or "a role of its own")
            for look in looks(provider)
        ),
    )
    scopes = dict.fromkeys(look.on for look in looks(provider) if places(promised, look.on))
    yield "".join(f"- {on}: {codes(places(promised, on))}\n" for on in scopes)
    if isinstance(promised, VertexAI):
        yield _AS_GATEWAY
    if isinstance(promised, Bedrock):
        yield "A role with this policy, which the auditor may assume:\n"
        yield fenced("json", json.dumps(aws_policy(promised), indent=2)) + "\n"
