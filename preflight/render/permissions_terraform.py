"""Who gets what, as Terraform: to paste beside what makes the buckets and the Azure account.

Every name is a variable. With a stack's promises the variables have the real names as defaults.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from typing import Any

from preflight.contract import AzureOpenAI, Bedrock, VertexAI
from preflight.grants import (
    Document,
    azure_account_id,
    bucket_policy,
    gateway_role_trust,
    identity_policy,
    job_role_trust,
    roles,
)
from preflight.holders import Holder, Provisioned, marked_azure, marked_bedrock, marked_vertex
from preflight.permissions import Identity, On, buckets, results
from preflight.render.permissions_hcl import Line, Value, block, reference, whole_list
from preflight.render.permissions_variables import EXTERNAL_ID, KEY, OWN_PRINCIPAL, declared
from preflight.seams import UsageError

_HEAD = """\
# What LLM batch jobs need: rights only, from batch-preflight's table of permissions.
# The buckets, the service accounts and the Azure OpenAI account are made elsewhere.
"""
_POLICY_NAME = "batch-jobs"
_IAM = re.compile(r"arn:[a-z-]+:iam::\d+:(?P<kind>role|user)(?P<path>/(?:.*/)?)(?P<name>[^/]+)")
_WITH_KEY = f'var.{KEY} == "" ? [] : [var.{KEY}]'
_GIVEN = f'var.{EXTERNAL_ID} == "" ? [] : [var.{EXTERNAL_ID}]'


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


def _variable(name: str) -> str:
    return reference(f"var.{name}")


def _defaults(found: Iterable[Holder]) -> dict[str, Value]:
    """Variable -> the promised name."""
    made: dict[str, Value] = {}
    for holder in found:
        made |= {
            f"{holder.provider}_{name}": value for name, value in asdict(holder.promised).items()
        }
        if isinstance(holder.promised, Bedrock):
            made["bedrock_results_bucket"] = buckets(holder.promised)[-1]
            iam = _iam(holder.principal)
            who = "job" if holder.identity is Identity.JOB_ROLE else "gateway"
            made[f"bedrock_{who}_{iam['kind']}_name"] = iam["name"]
    return made


def _blocks(holder: Holder, principal: str, *, own_role: bool) -> Iterator[list[str]]:
    """The holder's blocks, after a comment that says whose they are."""
    match holder.promised:
        case Bedrock():
            made = _bedrock(holder, principal, own_role=own_role)
        case VertexAI():
            made = _vertex(holder)
        case AzureOpenAI():
            made = _azure(holder)
    first, *rest = made
    yield [f"# {holder.identity} ({holder.provider})", *first]
    yield from rest


def _bedrock(holder: Holder, principal: str, *, own_role: bool) -> Iterator[list[str]]:
    """A role (or, for a gateway that is one, a user) with its policy, and whom the role trusts."""
    job_role = "aws_iam_role.bedrock_job_role.arn" if own_role else "var.bedrock_job_role_arn"
    names = replace(
        _names(holder.promised, named=bool(principal)), job_role_arn=reference(job_role)
    )
    iam = _iam(principal) if principal else {"kind": "role", "path": "/"}
    who = "job" if holder.identity is Identity.JOB_ROLE else "gateway"
    label, kind = f"bedrock_{who}_{iam['kind']}", iam["kind"]
    maybe = () if principal else (names.kms_key_arn,)
    yield document_block(label, identity_policy(names, holder.identity), maybe=maybe)
    if kind == "role":
        trust = f"{label}_trust"
        if holder.identity is Identity.JOB_ROLE:
            yield document_block(trust, job_role_trust(names))
        else:
            document = gateway_role_trust(_variable(OWN_PRINCIPAL), "")
            yield document_block(trust, document, _external_id())
        path: list[Line] = [("path", iam["path"])] if iam["path"] != "/" else []
        yield block(
            f'resource "aws_iam_role" "{label}"',
            [
                ("name", _variable(f"{label}_name")),
                *path,
                ("assume_role_policy", reference(f"data.aws_iam_policy_document.{trust}.json")),
            ],
        )
    name = reference(f"aws_iam_role.{label}.name") if kind == "role" else _variable(f"{label}_name")
    yield block(
        f'resource "aws_iam_{kind}_policy" "{label}"',
        [
            ("name", _POLICY_NAME),
            (kind, name),
            ("policy", reference(f"data.aws_iam_policy_document.{label}.json")),
        ],
    )
    if names.bucket_account:
        yield [
            "# To be added to the policy of the bucket, by the account that owns it.",
            *document_block(f"{label}_in_bucket", bucket_policy(names, holder.identity)),
        ]


def _names(promised: Provisioned, *, named: bool) -> Bedrock:
    """A variable for each name; what is not everybody's only as far as it is promised."""
    marked = replace(marked_bedrock(_variable), model_arns=whole_list("var.bedrock_model_arns"))
    if not named or not isinstance(promised, Bedrock):
        return marked
    changes: dict[str, Any] = {}
    if promised.kms_key_arn is None:
        changes["kms_key_arn"] = None
    if promised.bucket_account:
        changes["bucket_account"] = _variable("bedrock_bucket_account")
    if promised.output_uri:
        bucket, _, prefix = results(promised).partition("/")
        own = "bedrock_bucket" if bucket == promised.bucket else "bedrock_results_bucket"
        changes["output_uri"] = f"s3://{_variable(own)}/{prefix}"
    if promised.partition == "aws-cn":
        # Where S3 has another name to KMS, which no variable tells.
        changes["partition"] = promised.partition
    return replace(marked, **changes)


def _iam(arn: str) -> Mapping[str, str]:
    """The kind, path and name of a role or user."""
    found = _IAM.fullmatch(arn)
    if found is None:
        raise UsageError(
            arn, "is neither a role nor a user, and can hold no policy", "promise a role's ARN"
        )
    return found.groupdict()


def document_block(
    label: str,
    document: Document,
    extra: Iterable[Line] = (),
    *,
    maybe: Collection[str | None] = (),
) -> list[str]:
    """A document; what is about a resource of `maybe` is there only if its variable is given."""
    inner: list[Line] = []
    for statement in document["Statement"]:
        made = [*_statement(statement), *extra]
        if set(statement.get("Resource", ())) & set(maybe):
            content: list[Line] = [("for_each", reference(_WITH_KEY)), "", *block("content", made)]
            inner += ["", *block('dynamic "statement"', content)]
        else:
            inner += ["", *block("statement", made)]
    return block(f'data "aws_iam_policy_document" "{label}"', inner[1:])


def _statement(statement: Mapping[str, Any]) -> Iterator[Line]:
    actions = statement["Action"]
    yield "sid", statement["Sid"]
    yield "effect", statement["Effect"]
    yield "actions", [actions] if isinstance(actions, str) else actions
    if "Resource" in statement:
        yield "resources", statement["Resource"]
    for kind, who in statement.get("Principal", {}).items():
        yield ""
        yield from block("principals", [("type", kind), ("identifiers", [who])])
    for test, keys in statement.get("Condition", {}).items():
        for key, value in keys.items():
            yield ""
            yield from block("condition", [("test", test), ("variable", key), ("values", [value])])


def _external_id() -> list[Line]:
    """A condition that is there only if an external id is given."""
    values: Value = whole_list("[condition.value]")
    content = block(
        "content", [("test", "StringEquals"), ("variable", "sts:ExternalId"), ("values", values)]
    )
    return ["", *block('dynamic "condition"', [("for_each", reference(_GIVEN)), "", *content])]


def _vertex(holder: Holder) -> Iterator[list[str]]:
    """A member more for each role; the bucket's and the project's other members stay."""
    vertex = replace(
        marked_vertex(_variable),
        service_agent=_variable("vertex_service_agent"),
        storage_agent=_variable("vertex_storage_agent"),
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
    azure = marked_azure(_variable)
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
