"""What whoever runs `preflight check` must be allowed, as Terraform."""

from collections.abc import Iterator
from dataclasses import replace

from preflight.auditor import aws_policy, aws_trust, azure_roles, google_permissions, places
from preflight.contract import AzureOpenAI, Bedrock, VertexAI
from preflight.holders import Provisioned, marked_azure, marked_bedrock, marked_vertex
from preflight.looks import Scope
from preflight.render.auditor import PRINCIPALS, Targets
from preflight.render.permissions_hcl import block, reference
from preflight.render.permissions_terraform_aws import document_block
from preflight.render.permissions_variables import declared

_HEAD = """\
# What preflight check looks at: the rights of whoever runs it, and no others.
"""
_MEMBERS = {
    Scope.BUCKET: ("google_storage_bucket_iam_member", "bucket"),
    Scope.GATEWAY: ("google_service_account_iam_member", "service_account_id"),
    Scope.PROJECT: ("google_project_iam_member", "project"),
}


def render(targets: Targets, *, named: bool) -> str:
    """The text.

    Args:
        targets: one for each provider, or two resources have one label.
        named: whether they hold real names; where not, every name is a variable.
    """
    found = [one for several in targets.values() for one in several]
    text = "\n".join(
        "\n".join(lines) + "\n" for one in found for lines in _blocks(one, named=named)
    )
    return "\n".join(part for part in (_HEAD, declared(text, {}), text) if part)


def _variable(name: str) -> str:
    return reference(f"var.{name}")


def _blocks(promised: Provisioned, *, named: bool) -> Iterator[list[str]]:
    match promised:
        case Bedrock() as bedrock:
            yield from _bedrock(bedrock if named else _any_bedrock())
        case VertexAI() as vertex:
            yield from _vertex(vertex if named else marked_vertex(_variable))
        case AzureOpenAI() as azure:
            yield from _azure(azure if named else marked_azure(_variable))


def _any_bedrock() -> Bedrock:
    """Which key there is, is what the look finds out."""
    return replace(marked_bedrock(_variable), kms_key_arn=None)


def _bedrock(bedrock: Bedrock) -> Iterator[list[str]]:
    label, trust = "bedrock_auditor", "bedrock_auditor_trust"
    yield document_block(label, aws_policy(bedrock))
    yield document_block(trust, aws_trust(_variable(PRINCIPALS["bedrock"])))
    yield block(
        f'resource "aws_iam_role" "{label}"',
        [
            ("name", "preflight-auditor"),
            ("assume_role_policy", reference(f"data.aws_iam_policy_document.{trust}.json")),
        ],
    )
    yield block(
        f'resource "aws_iam_role_policy" "{label}"',
        [
            ("name", "preflight-looks"),
            ("role", reference(f"aws_iam_role.{label}.name")),
            ("policy", reference(f"data.aws_iam_policy_document.{label}.json")),
        ],
    )


def _vertex(vertex: VertexAI) -> Iterator[list[str]]:
    """A custom role for each place: no predefined one reads a bucket's policy without more."""
    for scope, permissions in google_permissions().items():
        (place,) = places(vertex, scope)
        label = f"vertex_auditor_{scope.name.lower()}"
        yield block(
            f'resource "google_project_iam_custom_role" "{label}"',
            [
                ("project", vertex.project),
                ("role_id", f"preflightLooks_{scope.name.lower()}"),
                ("title", f"preflight check, looks at {scope}"),
                ("permissions", permissions),
            ],
        )
        kind, field = _MEMBERS[scope]
        # The bucket and the project by their bare names.
        bare = {Scope.BUCKET: vertex.bucket, Scope.PROJECT: vertex.project}
        yield block(
            f'resource "{kind}" "{label}"',
            [
                (field, bare.get(scope, place)),
                ("role", reference(f"google_project_iam_custom_role.{label}.name")),
                ("member", _variable(PRINCIPALS["vertex"])),
            ],
        )


def _azure(azure: AzureOpenAI) -> Iterator[list[str]]:
    for scope, roles in azure_roles().items():
        (place,) = places(azure, scope)
        for role in roles:
            label = f"azure_auditor_{role.lower().replace(' ', '_')}"
            yield block(
                f'resource "azurerm_role_assignment" "{label}"',
                [
                    ("scope", place),
                    ("role_definition_name", role),
                    ("principal_id", _variable(PRINCIPALS["azure"])),
                ],
            )
