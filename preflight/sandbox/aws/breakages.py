"""One thing broken at a time in the sandbox's AWS, each named after what it takes away.

All take the operator's environment variables and what the stack promises, and change what is
deployed, as somebody with a console would.
"""

import json
from collections.abc import Callable, Mapping
from secrets import token_hex
from typing import Any

from preflight.contract import Bedrock
from preflight.sandbox.aws.bucket_copies import settings
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

_ELSEWHERE = ("eu-central-1", "us-east-2")
_SOMEBODY_ELSE = "210987654321"


def remove_pass_role(env: Mapping[str, str], promised: Bedrock) -> None:
    """The gateway may no longer hand the job role to Bedrock."""
    drop_actions(env, promised.gateway_principal_arn, "iam:PassRole")


def drop_job_rights(env: Mapping[str, str], promised: Bedrock) -> None:
    """The gateway may no longer create, read or stop batch jobs."""
    drop_actions(env, promised.gateway_principal_arn, "bedrock:")


def drop_results_right(env: Mapping[str, str], promised: Bedrock) -> None:
    """The job role may no longer write the results."""
    drop_actions(env, promised.job_role_arn, "s3:PutObject")


def drop_model_right(env: Mapping[str, str], promised: Bedrock) -> None:
    """The job role may no longer run the model."""
    drop_actions(env, promised.job_role_arn, "bedrock:InvokeModel")


def wrong_source_account(env: Mapping[str, str], promised: Bedrock) -> None:
    """The job role trusts Bedrock only when it acts for somebody else's account."""

    def change(statement: Document) -> Document:
        condition = statement.get("Condition", {})
        equals = condition.get("StringEquals", {}) | {"aws:SourceAccount": _SOMEBODY_ELSE}
        return statement | {"Condition": condition | {"StringEquals": equals}}

    change_trust(env, promised.job_role_arn, change)


def remove_service_principal(env: Mapping[str, str], promised: Bedrock) -> None:
    """The job role trusts its account's users instead of Bedrock."""
    root = f"arn:{promised.partition}:iam::{promised.account}:root"
    change_trust(
        env, promised.job_role_arn, lambda statement: statement | {"Principal": {"AWS": root}}
    )


def deny_in_bucket_policy(env: Mapping[str, str], promised: Bedrock) -> None:
    """The bucket's own policy keeps the job role out, whatever the role's policies say."""
    s3 = Clients(env).get("s3", promised.region)
    arn = f"arn:{promised.partition}:s3:::{promised.bucket}"
    denial = {
        "Sid": "KeepOut",
        "Effect": "Deny",
        "Principal": {"AWS": promised.job_role_arn},
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
    }
    add_to_bucket_policy(s3, promised.bucket, denial)


def delete_bucket(env: Mapping[str, str], promised: Bedrock) -> None:
    """The bucket is gone, with all that was in it."""
    s3 = Clients(env).get("s3", promised.region)
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=promised.bucket):
        for found in page.get("Contents", []):
            s3.delete_object(Bucket=promised.bucket, Key=found["Key"])
    s3.delete_bucket(Bucket=promised.bucket)


def move_bucket(env: Mapping[str, str], promised: Bedrock) -> None:
    """The bucket is in another region: same name, same settings, but empty."""
    clients = Clients(env)
    here = clients.get("s3", promised.region)
    kept = [(put, value) for put, value in settings(here, promised.bucket) if value]
    delete_bucket(env, promised)
    region = next(region for region in _ELSEWHERE if region != promised.region)
    there = clients.get("s3", region)
    there.create_bucket(
        Bucket=promised.bucket, CreateBucketConfiguration={"LocationConstraint": region}
    )
    for put, value in kept:
        getattr(there, put)(Bucket=promised.bucket, **value)


def disable_key(env: Mapping[str, str], promised: Bedrock) -> None:
    """The customer key is disabled: nobody can read or write what it encrypts."""
    _kms(env, promised).disable_key(KeyId=promised.kms_key_arn)


def drop_key_rights(env: Mapping[str, str], promised: Bedrock) -> None:
    """The job role may no longer use the customer key."""
    drop_actions(env, promised.job_role_arn, "kms:")


def deny_in_key_policy(env: Mapping[str, str], promised: Bedrock) -> None:
    """The key's own policy keeps the job role out, whatever the role's policies say."""
    kms = _kms(env, promised)
    named = {"KeyId": promised.kms_key_arn, "PolicyName": "default"}
    policy = json.loads(kms.get_key_policy(**named)["Policy"])
    denial = {
        "Sid": "KeepOut",
        "Effect": "Deny",
        "Principal": {"AWS": promised.job_role_arn},
        "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
        "Resource": "*",
    }
    policy["Statement"] = [*as_list(policy["Statement"]), denial]
    kms.put_key_policy(**named, Policy=json.dumps(policy))


def clear_key(env: Mapping[str, str], promised: Bedrock) -> None:
    """S3's own keys encrypt the bucket, and no longer the customer key."""
    s3 = Clients(env).get("s3", promised.region)
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    s3.put_bucket_encryption(
        Bucket=promised.bucket, ServerSideEncryptionConfiguration={"Rules": [rule]}
    )


def remove_bucket_policy(env: Mapping[str, str], promised: Bedrock) -> None:
    """The bucket has no policy any more, whichever account owns it."""
    owner = promised.bucket_account or promised.account
    s3 = Clients(env).of_account(owner).get("s3", promised.region)
    s3.delete_bucket_policy(Bucket=promised.bucket)


def remove_public_access_block(env: Mapping[str, str], promised: Bedrock) -> None:
    """Nothing but its policy keeps the public out of the bucket."""
    s3 = Clients(env).get("s3", promised.region)
    s3.delete_public_access_block(Bucket=promised.bucket)


def stop_access_logs(env: Mapping[str, str], promised: Bedrock) -> None:
    """Accesses of the bucket are no longer logged."""
    s3 = Clients(env).get("s3", promised.region)
    s3.put_bucket_logging(Bucket=promised.bucket, BucketLoggingStatus={})


def drop_output_right(env: Mapping[str, str], promised: Bedrock) -> None:
    """The job role may no longer write where the results go; it still may everywhere else."""
    bucket = (promised.output_uri or promised.bucket).removeprefix("s3://").partition("/")[0]
    place = f"arn:{promised.partition}:s3:::{bucket}/"

    def left(statement: Document) -> list[Document]:
        actions, resources = as_list(statement["Action"]), as_list(statement["Resource"])
        others = [action for action in actions if action != "s3:PutObject"]
        elsewhere = [one for one in resources if not one.startswith(place)]
        if others == actions:
            return [statement]
        kept = [statement | {"Action": others}] if others else []
        allowed = statement | {"Action": ["s3:PutObject"], "Resource": elsewhere}
        return [*kept, allowed] if elsewhere else kept

    change_policies(env, promised.job_role_arn, left)


def remove_gateway_policy(env: Mapping[str, str], promised: Bedrock) -> None:
    """The gateway's role or user has no inline policy any more."""
    drop_actions(env, promised.gateway_principal_arn, "")


def bound_gateway(env: Mapping[str, str], promised: Bedrock) -> None:
    """A permissions boundary keeps the gateway from passing the job role, and from nothing else."""
    _bound(env, promised.gateway_principal_arn, "iam:PassRole")


def bound_job_role(env: Mapping[str, str], promised: Bedrock) -> None:
    """A permissions boundary keeps the job role from writing results, and from nothing else."""
    _bound(env, promised.job_role_arn, "s3:PutObject")


def _bound(env: Mapping[str, str], arn: str, withheld: str) -> None:
    iam, kind = Clients(env).get("iam"), holder(arn)
    statement = {"Effect": "Allow", "NotAction": withheld, "Resource": "*"}
    boundary = iam.create_policy(
        PolicyName=f"boundary-{token_hex(4)}",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )["Policy"]["Arn"]
    named = {f"{kind.title()}Name": arn.rpartition("/")[2]}
    put = getattr(iam, f"put_{kind}_permissions_boundary")
    put(**named, PermissionsBoundary=boundary)


def _kms(env: Mapping[str, str], promised: Bedrock) -> Any:
    _, _, _, region, account, _ = str(promised.kms_key_arn).split(":")
    return Clients(env).of_account(account).get("kms", region)


BREAKAGES: tuple[Callable[[Mapping[str, str], Bedrock], None], ...] = (
    remove_pass_role,
    drop_job_rights,
    wrong_source_account,
    remove_service_principal,
    drop_results_right,
    drop_model_right,
    deny_in_bucket_policy,
    move_bucket,
    delete_bucket,
    remove_gateway_policy,
    bound_gateway,
    bound_job_role,
    remove_bucket_policy,
    remove_public_access_block,
)
"""Of every stack."""

OPTIONAL: tuple[Callable[[Mapping[str, str], Bedrock], None], ...] = (
    disable_key,
    drop_key_rights,
    deny_in_key_policy,
    clear_key,
    stop_access_logs,
    drop_output_right,
)
"""Of a stack that has what they break: a customer key, access logs, a place for the results."""
