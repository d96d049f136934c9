"""Who gets what at AWS, as Terraform: a role or user, its policy, and whom it trusts."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from preflight.contract import Bedrock
from preflight.grants import (
    Document,
    bucket_policy,
    gateway_role_trust,
    identity_policy,
    job_role_trust,
)
from preflight.holders import Holder, Provisioned, marked_bedrock
from preflight.permissions import Identity, results
from preflight.render.permissions_hcl import Line, Value, block, reference, variable, whole_list
from preflight.render.permissions_variables import EXTERNAL_ID, KEY, OWN_PRINCIPAL
from preflight.seams import UsageError

_POLICY_NAME = "batch-jobs"
_IAM = re.compile(r"arn:[a-z-]+:iam::\d+:(?P<kind>role|user)(?P<path>/(?:.*/)?)(?P<name>[^/]+)")
_WITH_KEY = f'var.{KEY} == "" ? [] : [var.{KEY}]'
_GIVEN = f'var.{EXTERNAL_ID} == "" ? [] : [var.{EXTERNAL_ID}]'


def bedrock(holder: Holder, principal: str, *, own_role: bool) -> Iterator[list[str]]:
    """A role (or, for a gateway that is one, a user) with its policy, and whom the role trusts."""
    job_role = "aws_iam_role.bedrock_job_role.arn" if own_role else "var.bedrock_job_role_arn"
    names = replace(
        _names(holder.promised, named=bool(principal)), job_role_arn=reference(job_role)
    )
    iam = iam_parts(principal) if principal else {"kind": "role", "path": "/"}
    who = "job" if holder.identity is Identity.JOB_ROLE else "gateway"
    label, kind = f"bedrock_{who}_{iam['kind']}", iam["kind"]
    maybe = () if principal else (names.kms_key_arn,)
    yield document_block(label, identity_policy(names, holder.identity), maybe=maybe)
    if kind == "role":
        trust = f"{label}_trust"
        if holder.identity is Identity.JOB_ROLE:
            yield document_block(trust, job_role_trust(names))
        else:
            document = gateway_role_trust(variable(OWN_PRINCIPAL), "")
            yield document_block(trust, document, _external_id())
        path: list[Line] = [("path", iam["path"])] if iam["path"] != "/" else []
        yield block(
            f'resource "aws_iam_role" "{label}"',
            [
                ("name", variable(f"{label}_name")),
                *path,
                ("assume_role_policy", reference(f"data.aws_iam_policy_document.{trust}.json")),
            ],
        )
    name = reference(f"aws_iam_role.{label}.name") if kind == "role" else variable(f"{label}_name")
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
    marked = replace(marked_bedrock(variable), model_arns=whole_list("var.bedrock_model_arns"))
    if not named or not isinstance(promised, Bedrock):
        return marked
    changes: dict[str, Any] = {}
    if promised.kms_key_arn is None:
        changes["kms_key_arn"] = None
    if promised.bucket_account:
        changes["bucket_account"] = variable("bedrock_bucket_account")
    if promised.output_uri:
        bucket, _, prefix = results(promised).partition("/")
        own = "bedrock_bucket" if bucket == promised.bucket else "bedrock_results_bucket"
        changes["output_uri"] = f"s3://{variable(own)}/{prefix}"
    if promised.partition == "aws-cn":
        # Where S3 has another name to KMS, which no variable tells.
        changes["partition"] = promised.partition
    return replace(marked, **changes)


def iam_parts(arn: str) -> Mapping[str, str]:
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
