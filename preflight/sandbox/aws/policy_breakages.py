"""Policies written a little wrong: each is one that people wrote, and each is hard to see."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from preflight.contract import Bedrock
from preflight.sandbox.aws.clients import Clients
from preflight.sandbox.aws.policy_edits import (
    Document,
    add_to_bucket_policy,
    as_list,
    change_policies,
    change_trust,
    drop_actions,
    holder,
)

Break = Callable[[Mapping[str, str], Bedrock], None]

_ELSEWHERE = "eu-central-1"
_SOMEBODY_ELSE = "210987654321"


def trust_where(operator: str, key: str, value: str) -> Break:
    """The job role's trust has this one condition; `{region}` and `{account}` are the promised."""

    def apply(env: Mapping[str, str], promised: Bedrock) -> None:
        text = value.format(region=promised.region, account=promised.account)
        condition = {operator: {key: text}}
        change_trust(env, promised.job_role_arn, lambda one: one | {"Condition": condition})

    return apply


def trust_of(**fields: object) -> Break:
    """Every statement of the job role's trust has these fields."""

    def apply(env: Mapping[str, str], promised: Bedrock) -> None:
        change_trust(env, promised.job_role_arn, lambda one: one | fields)

    return apply


def gateway_trust_where(condition: Mapping[str, object]) -> Break:
    """The gateway's role asks this of whoever assumes it."""

    def apply(env: Mapping[str, str], promised: Bedrock) -> None:
        change_trust(
            env, promised.gateway_principal_arn, lambda one: one | {"Condition": condition}
        )

    return apply


def job_role_lacks(action: str) -> Break:
    """The job role lacks what begins with this action."""
    return lambda env, promised: drop_actions(env, promised.job_role_arn, action)


def gateway_lacks(action: str) -> Break:
    """The gateway lacks what begins with this action."""
    return lambda env, promised: drop_actions(env, promised.gateway_principal_arn, action)


def denies(identity: str, **fields: object) -> Break:
    """The identity ("gateway" or "job_role") has one more inline policy, which denies."""

    def apply(env: Mapping[str, str], promised: Bedrock) -> None:
        arn = _arn(promised, identity)
        kind = holder(arn)
        statement = {"Effect": "Deny", "Resource": "*", **_filled(fields, promised)}
        getattr(Clients(env).get("iam"), f"put_{kind}_policy")(
            **{f"{kind.title()}Name": arn.rpartition("/")[2]},
            PolicyName="denial",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
        )

    return apply


def bucket_denies(**fields: object) -> Break:
    """The bucket's policy has one more statement, which denies."""

    def apply(env: Mapping[str, str], promised: Bedrock) -> None:
        arn = f"arn:{promised.partition}:s3:::{promised.bucket}"
        statement = {
            "Sid": "Denial",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [arn, f"{arn}/*"],
            **_filled(fields, promised),
        }
        s3 = Clients(env).get("s3", promised.region)
        add_to_bucket_policy(s3, promised.bucket, statement)

    return apply


def job_role_elsewhere(env: Mapping[str, str], promised: Bedrock) -> None:
    """The job role's rights on objects end one folder short of the bucket."""

    def left(statement: Document) -> list[Document]:
        places = [
            f"{one.removesuffix('*')}archive/*" if one.endswith(f"{promised.bucket}/*") else one
            for one in as_list(statement["Resource"])
        ]
        return [statement | {"Resource": places}]

    change_policies(env, promised.job_role_arn, left)


def pass_role_to(service: str) -> Break:
    """The gateway may pass the job role to this service alone."""

    def apply(env: Mapping[str, str], promised: Bedrock) -> None:
        def left(statement: Document) -> list[Document]:
            if "iam:PassRole" not in as_list(statement["Action"]):
                return [statement]
            condition = {"StringEquals": {"iam:PassedToService": service}}
            return [statement | {"Condition": condition}]

        change_policies(env, promised.gateway_principal_arn, left)

    return apply


def delete_role(identity: str) -> Break:
    """The identity's role is gone."""

    def apply(env: Mapping[str, str], promised: Bedrock) -> None:
        drop_actions(env, _arn(promised, identity), "")
        name = _arn(promised, identity).rpartition("/")[2]
        Clients(env).get("iam").delete_role(RoleName=name)

    return apply


def expire_after(days: int) -> Break:
    """The bucket deletes all objects after so many days."""

    def apply(env: Mapping[str, str], promised: Bedrock) -> None:
        rule = {"ID": "soon", "Status": "Enabled", "Filter": {}, "Expiration": {"Days": days}}
        Clients(env).get("s3", promised.region).put_bucket_lifecycle_configuration(
            Bucket=promised.bucket, LifecycleConfiguration={"Rules": [rule]}
        )

    return apply


def schedule_key_deletion(env: Mapping[str, str], promised: Bedrock) -> None:
    """The customer key is to be deleted in a week: it is of no use from now on."""
    kms = Clients(env).get("kms", promised.region)
    kms.schedule_key_deletion(KeyId=promised.kms_key_arn, PendingWindowInDays=7)


def gateway_lacks_key(env: Mapping[str, str], promised: Bedrock) -> None:
    """The gateway may not use the customer key."""
    drop_actions(env, promised.gateway_principal_arn, "kms:")


def _arn(promised: Bedrock, identity: str) -> str:
    return promised.job_role_arn if identity == "job_role" else promised.gateway_principal_arn


def _filled(fields: Mapping[str, Any], promised: Bedrock) -> dict[str, Any]:
    """The fields, `{gateway}`, `{job_role}`, `{bucket}` and so on in their texts filled in."""
    names = {
        "gateway": promised.gateway_principal_arn,
        "job_role": promised.job_role_arn,
        "bucket": promised.bucket,
        "region": promised.region,
        "account": promised.account,
    }
    text = json.dumps(fields)
    for name, value in names.items():
        text = text.replace(f"{{{name}}}", value)
    filled: dict[str, Any] = json.loads(text)
    return filled
