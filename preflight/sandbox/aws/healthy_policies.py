"""Policies written in other ways than the program writes them, each as good."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from preflight.contract import Bedrock
from preflight.sandbox.aws.clients import Clients
from preflight.sandbox.aws.policy_edits import (
    Document,
    as_list,
    change_policies,
    holder,
)

Change = Callable[[Mapping[str, str], Bedrock], None]


def managed(env: Mapping[str, str], promised: Bedrock) -> None:
    """Both roles' inline policies become managed ones."""
    iam = Clients(env).get("iam")
    for arn in (promised.gateway_principal_arn, promised.job_role_arn):
        name = arn.rpartition("/")[2]
        for number, policy in enumerate(iam.list_role_policies(RoleName=name)["PolicyNames"]):
            one = {"RoleName": name, "PolicyName": policy}
            document = iam.get_role_policy(**one)["PolicyDocument"]
            made = iam.create_policy(
                PolicyName=f"{name}-{number}"[-64:], PolicyDocument=json.dumps(document)
            )
            iam.attach_role_policy(RoleName=name, PolicyArn=made["Policy"]["Arn"])
            iam.delete_role_policy(**one)


def job_role_statements(*statements: Mapping[str, object]) -> Change:
    """The job role has one inline policy of these statements; `{bucket}` is the bucket's ARN."""

    def apply(env: Mapping[str, str], promised: Bedrock) -> None:
        _replace(env, promised, promised.job_role_arn, statements)

    return apply


def gateway_statements(*statements: Mapping[str, object]) -> Change:
    """The same for the gateway's role."""

    def apply(env: Mapping[str, str], promised: Bedrock) -> None:
        _replace(env, promised, promised.gateway_principal_arn, statements)

    return apply


def account_as_variable(env: Mapping[str, str], promised: Bedrock) -> None:
    """The gateway's policy names its account by a policy variable."""

    def left(statement: Document) -> list[Document]:
        places = [
            one.replace(promised.account, "${aws:PrincipalAccount}") if ":bedrock:" in one else one
            for one in as_list(statement["Resource"])
        ]
        return [statement | {"Resource": places}]

    change_policies(env, promised.gateway_principal_arn, left)


def trust_statements(*statements: Mapping[str, object]) -> Change:
    """The job role's trust has these statements, after those that it has."""

    def apply(env: Mapping[str, str], promised: Bedrock) -> None:
        iam = Clients(env).get("iam")
        role = promised.job_role_arn.rpartition("/")[2]
        trust = iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
        trust["Statement"] = [*as_list(trust["Statement"]), *_filled(statements, promised)]
        iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(trust))

    return apply


def key_policy_by_statement(env: Mapping[str, str], promised: Bedrock) -> None:
    """The key's policy lets both roles use the key, and leaves nothing to IAM."""
    root = f"arn:{promised.partition}:iam::{promised.account}:root"
    users = [promised.job_role_arn, promised.gateway_principal_arn]
    manage = ["kms:Describe*", "kms:Get*", "kms:List*", "kms:PutKeyPolicy", "kms:ScheduleKey*"]
    use = ["kms:Decrypt", "kms:GenerateDataKey*", "kms:DescribeKey", "kms:Encrypt"]
    statements = [
        {"Effect": "Allow", "Principal": {"AWS": root}, "Action": manage, "Resource": "*"},
        {"Effect": "Allow", "Principal": {"AWS": users}, "Action": use, "Resource": "*"},
    ]
    Clients(env).get("kms", promised.region).put_key_policy(
        KeyId=promised.kms_key_arn,
        PolicyName="default",
        Policy=json.dumps({"Version": "2012-10-17", "Statement": statements}),
    )


def boundary(*statements: Mapping[str, object]) -> Change:
    """Both roles have this permissions boundary."""

    def apply(env: Mapping[str, str], promised: Bedrock) -> None:
        iam = Clients(env).get("iam")
        made = iam.create_policy(
            PolicyName="our-limits", PolicyDocument=_document(_filled(statements, promised))
        )
        for arn in (promised.gateway_principal_arn, promised.job_role_arn):
            iam.put_role_permissions_boundary(
                RoleName=arn.rpartition("/")[2], PermissionsBoundary=made["Policy"]["Arn"]
            )

    return apply


def _replace(
    env: Mapping[str, str],
    promised: Bedrock,
    arn: str,
    statements: Sequence[Mapping[str, object]],
) -> None:
    iam, name = Clients(env).get("iam"), arn.rpartition("/")[2]
    change_policies(env, arn, lambda _: [])
    getattr(iam, f"put_{holder(arn)}_policy")(
        RoleName=name, PolicyName="ours", PolicyDocument=_document(_filled(statements, promised))
    )


def _filled(statements: Sequence[Mapping[str, object]], promised: Bedrock) -> list[Any]:
    names = {
        "bucket": f"arn:{promised.partition}:s3:::{promised.bucket}",
        "job_role": promised.job_role_arn,
        "gateway": promised.gateway_principal_arn,
        "region": promised.region,
        "account": promised.account,
    }
    text = json.dumps(list(statements))
    for name, value in names.items():
        text = text.replace(f"{{{name}}}", value)
    filled: list[Any] = json.loads(text)
    return filled


def _document(statements: list[Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})
