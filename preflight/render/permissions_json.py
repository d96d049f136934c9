"""Who gets what, for programs: the rows, and what each cloud takes for them; versioned.

Version policy: fields may be added within a version; a field that changes its meaning, its type or
goes away makes the next version.
"""

import json
import re
from collections.abc import Iterable
from typing import Any

from preflight.contract import AzureOpenAI, Bedrock, VertexAI
from preflight.grants import (
    azure_account_id,
    azure_role_id,
    bucket_policy,
    foreign_key,
    gateway_role_trust,
    identity_policy,
    job_role_trust,
    key_statements,
    roles,
)
from preflight.holders import Holder, short
from preflight.permissions import Identity, On, condition

VERSION = 1

TRUSTED = "bedrock_gateway_own_principal_arn"
"""Whom the gateway role trusts: no stack promises it, for it is nothing that is checked."""


def mark(name: str) -> str:
    """The stand-in for a name: `<BEDROCK_BUCKET>`, which no cloud takes for a real one."""
    return f"<{name.upper()}>"


_MARK = re.compile(r"<[A-Z_]+>")


def shape(holders: Iterable[Holder]) -> dict[str, Any]:
    """Plain JSON values; `placeholders` are the stand-ins that are to be replaced."""
    return _shape([_identity(holder) for holder in holders])


def _shape(identities: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "format": "preflight-permissions",
        "version": VERSION,
        "placeholders": sorted(set(_MARK.findall(json.dumps(identities)))),
        "identities": identities,
    }


def text_of(identities: list[dict[str, Any]]) -> str:
    """The document that holds these identities, with the line break at its end."""
    return json.dumps(_shape(identities), indent=2) + "\n"


def render(holders: Iterable[Holder]) -> str:
    """The text, with the line break at its end."""
    return json.dumps(shape(holders), indent=2) + "\n"


def _identity(holder: Holder) -> dict[str, Any]:
    return {
        "provider": holder.provider,
        "identity": short(holder.identity),
        "who": holder.identity.value,
        "principal": holder.principal,
        "permissions": [
            {
                "action": row.action,
                "on": row.on.value,
                "resources": list(holder.resources(row.on)),
                "condition": condition(row, holder.promised)
                if isinstance(holder.promised, Bedrock)
                else {},
                "why": row.why,
                "granted_by": row.granted_by,
            }
            for row in holder.rows
        ],
        **_of_cloud(holder),
    }


def _of_cloud(holder: Holder) -> dict[str, Any]:
    match holder.promised:
        case Bedrock() as bedrock:
            return {"aws": _aws(holder, bedrock)}
        case VertexAI():
            return {"gcp": _gcp(holder)}
        case AzureOpenAI() as azure:
            return {"azure": _azure(holder, azure)}


def _aws(holder: Holder, bedrock: Bedrock) -> dict[str, Any]:
    """The documents; whoever is no role is assumed by nobody, and has no trust policy.

    What another account owns must let the identity in by a policy of its own.
    """
    made: dict[str, Any] = {"policy": identity_policy(bedrock, holder.identity)}
    if holder.identity is Identity.JOB_ROLE:
        made["trust_policy"] = job_role_trust(bedrock)
    elif ":role/" in holder.principal:
        made["trust_policy"] = gateway_role_trust(mark(TRUSTED), "")
    if bedrock.bucket_account:
        allowed = bucket_policy(bedrock, holder.identity)
        made["bucket_policy"] = {"account": bedrock.bucket_account, "policy": allowed}
    if key := foreign_key(bedrock):
        allowed = key_statements(bedrock, holder.identity)
        made["key_policy"] = {"account": key.split(":")[4], "policy": allowed}
    return made


def _gcp(holder: Holder) -> dict[str, Any]:
    """Predefined roles, and for who wants to grant no more: what a custom role has to hold."""
    places = {
        "bucket": (On.BUCKET, On.OBJECTS),
        "project": (On.PROJECT,),
        "key": (On.KEY,),
        "service_account": (On.SERVICE_ACCOUNT,),
    }
    return {
        "bindings": [
            {"on": place, "resource": resource, "role": role, "member": holder.principal}
            for place, on in places.items()
            for role in roles("vertex", holder.identity, *on)
            for resource in holder.resources(on[0])
        ],
        "custom_role_permissions": {
            place: held
            for place, on in places.items()
            if (held := sorted({row.action for row in holder.rows if row.on in on}))
        },
    }


def _azure(holder: Holder, azure: AzureOpenAI) -> dict[str, Any]:
    """A built-in role, and for who wants to grant no more: what a custom role has to hold."""
    scope = azure_account_id(azure)
    return {
        "role_assignments": [
            {
                "scope": scope,
                "role": role,
                "role_definition_id": azure_role_id(role, azure.subscription_id),
                "principal_id": holder.principal,
                "principal_type": "ServicePrincipal",
            }
            for role in roles("azure", holder.identity)
        ],
        "custom_role_data_actions": sorted(row.action for row in holder.rows),
    }
