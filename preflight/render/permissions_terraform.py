"""Who gets what, as Terraform: to paste beside what makes the buckets and the Azure account.

Every name is a variable. With a stack's promises the variables have the real names as defaults.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, replace

from preflight.contract import AzureOpenAI, Bedrock, VertexAI
from preflight.grants import azure_account_id, roles
from preflight.holders import Holder, marked_azure, marked_vertex
from preflight.permissions import Identity, On, buckets
from preflight.render.permissions_hcl import Line, Value, block, reference, variable
from preflight.render.permissions_terraform_aws import bedrock, iam_parts
from preflight.render.permissions_variables import declared

_HEAD = """\
# What LLM batch jobs need: rights only, from batch-preflight's table of permissions.
# The buckets, the service accounts and the Azure OpenAI account are made elsewhere.
"""


def render(found: Collection[Holder], *, named: bool) -> str:
    """The text. Raises UsageError where a promised principal is neither a role nor a user.

    Args:
        found: who gets what.
        named: whether their promises hold real names, which become the variables' defaults.
    """
    own_role = any(holder.identity is Identity.JOB_ROLE for holder in found)
    text = "\n".join(
        "\n".join(lines) + "\n"
        for holder in found
        for lines in _blocks(holder, holder.principal if named else "", own_role=own_role)
    )
    variables = declared(text, _defaults(found) if named else {})
    return "\n".join(part for part in (_HEAD, variables, text) if part)


def _defaults(found: Iterable[Holder]) -> dict[str, Value]:
    """Variable -> the promised name."""
    made: dict[str, Value] = {}
    for holder in found:
        made |= {
            f"{holder.provider}_{name}": value for name, value in asdict(holder.promised).items()
        }
        if isinstance(holder.promised, Bedrock):
            made["bedrock_results_bucket"] = buckets(holder.promised)[-1]
            iam = iam_parts(holder.principal)
            who = "job" if holder.identity is Identity.JOB_ROLE else "gateway"
            made[f"bedrock_{who}_{iam['kind']}_name"] = iam["name"]
    return made


def _blocks(holder: Holder, principal: str, *, own_role: bool) -> Iterator[list[str]]:
    """The holder's blocks, after a comment that says whose they are."""
    match holder.promised:
        case Bedrock():
            made = bedrock(holder, principal, own_role=own_role)
        case VertexAI():
            made = _vertex(holder)
        case AzureOpenAI():
            made = _azure(holder)
    first, *rest = made
    yield [f"# {holder.identity} ({holder.provider})", *first]
    yield from rest


def _vertex(holder: Holder) -> Iterator[list[str]]:
    """A member more for each role; the bucket's and the project's other members stay."""
    vertex = replace(
        marked_vertex(variable),
        service_agent=variable("vertex_service_agent"),
        storage_agent=variable("vertex_storage_agent"),
    )
    member = replace(holder, promised=vertex).principal
    identity = holder.identity.name.lower()
    account = f"projects/-/serviceAccounts/{vertex.gateway_service_account}"
    key = vertex.kms_key or ""
    for kind, place, name, on, optional in (
        ("google_storage_bucket_iam_member", "bucket", vertex.bucket, (On.BUCKET, On.OBJECTS), ""),
        ("google_project_iam_member", "project", vertex.project, (On.PROJECT,), ""),
        ("google_kms_crypto_key_iam_member", "crypto_key_id", key, (On.KEY,), "kms_key"),
        (
            "google_service_account_iam_member",
            "service_account_id",
            account,
            (On.SERVICE_ACCOUNT,),
            "federation",
        ),
    ):
        given = f'var.vertex_{optional} == "" ? 0 : 1'
        count: list[Line] = [("count", reference(given)), ""] if optional else []
        for role in roles("vertex", holder.identity, *on):
            yield [
                *_whys(holder, role, on),
                *block(
                    f'resource "{kind}" "vertex_{identity}_{_label(role.rpartition(".")[2])}"',
                    [*count, (place, name), ("role", role), ("member", member)],
                ),
            ]


def _azure(holder: Holder) -> Iterator[list[str]]:
    """The built-in role, held on the one account."""
    azure = marked_azure(variable)
    for role in roles("azure", holder.identity, On.ACCOUNT):
        yield [
            *_whys(holder, role, (On.ACCOUNT,)),
            *block(
                f'resource "azurerm_role_assignment" "azure_gateway_{_label(role)}"',
                [
                    ("scope", azure_account_id(azure)),
                    ("role_definition_name", role),
                    ("principal_id", azure.gateway_principal_id),
                    ("principal_type", "ServicePrincipal"),
                ],
            ),
        ]


def _whys(holder: Holder, role: str, on: Collection[On]) -> Iterator[str]:
    """A comment for each row that the role is given for; it carries more than these."""
    for row in holder.rows:
        if row.granted_by == role and row.on in on:
            yield f"# {row.action}: {row.why}"


def _label(name: str) -> str:
    """`objectUser`, `Cognitive Services OpenAI User` -> small letters with underscores."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|\W+", "_", name).lower().replace("open_ai", "openai")
