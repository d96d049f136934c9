"""One thing broken at a time in the sandbox's AWS, each named after what it takes away.

All take the operator's environment variables and what the stack promises, and change what is
deployed, as somebody with a console would.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from preflight.contract import Bedrock
from preflight.sandbox.aws.clients import Clients

Document = dict[str, Any]

_ELSEWHERE = ("eu-central-1", "us-east-2")
_SOMEBODY_ELSE = "210987654321"


def remove_pass_role(env: Mapping[str, str], promised: Bedrock) -> None:
    """The gateway may no longer hand the job role to Bedrock."""
    _drop_actions(env, promised.gateway_principal_arn, "iam:PassRole")


def drop_job_rights(env: Mapping[str, str], promised: Bedrock) -> None:
    """The gateway may no longer create, read or stop batch jobs."""
    _drop_actions(env, promised.gateway_principal_arn, "bedrock:")


def drop_results_right(env: Mapping[str, str], promised: Bedrock) -> None:
    """The job role may no longer write the results."""
    _drop_actions(env, promised.job_role_arn, "s3:PutObject")


def drop_model_right(env: Mapping[str, str], promised: Bedrock) -> None:
    """The job role may no longer run the model."""
    _drop_actions(env, promised.job_role_arn, "bedrock:InvokeModel")


def wrong_source_account(env: Mapping[str, str], promised: Bedrock) -> None:
    """The job role trusts Bedrock only when it acts for somebody else's account."""

    def change(statement: Document) -> Document:
        condition = statement.get("Condition", {})
        equals = condition.get("StringEquals", {}) | {"aws:SourceAccount": _SOMEBODY_ELSE}
        return statement | {"Condition": condition | {"StringEquals": equals}}

    _change_trust(env, promised.job_role_arn, change)


def remove_service_principal(env: Mapping[str, str], promised: Bedrock) -> None:
    """The job role trusts its account's users instead of Bedrock."""
    root = f"arn:{promised.partition}:iam::{promised.account}:root"
    _change_trust(
        env, promised.job_role_arn, lambda statement: statement | {"Principal": {"AWS": root}}
    )


def deny_in_bucket_policy(env: Mapping[str, str], promised: Bedrock) -> None:
    """The bucket's own policy keeps the job role out, whatever the role's policies say."""
    s3 = Clients(env).get("s3", promised.region)
    policy = _bucket_policy(s3, promised.bucket) or {"Version": "2012-10-17", "Statement": []}
    arn = f"arn:{promised.partition}:s3:::{promised.bucket}"
    denial = {
        "Sid": "KeepOut",
        "Effect": "Deny",
        "Principal": {"AWS": promised.job_role_arn},
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
    }
    policy["Statement"] = [*_statements(policy), denial]
    s3.put_bucket_policy(Bucket=promised.bucket, Policy=json.dumps(policy))


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
    kept = [(put, settings) for put, settings in _settings(here, promised.bucket) if settings]
    delete_bucket(env, promised)
    region = next(region for region in _ELSEWHERE if region != promised.region)
    there = clients.get("s3", region)
    there.create_bucket(
        Bucket=promised.bucket, CreateBucketConfiguration={"LocationConstraint": region}
    )
    for put, settings in kept:
        getattr(there, put)(Bucket=promised.bucket, **settings)


def _settings(s3: Any, bucket: str) -> Iterator[tuple[str, Document]]:
    """How each setting is put back, and its value."""
    yield (
        "put_public_access_block",
        _asked(s3.get_public_access_block, bucket, "PublicAccessBlockConfiguration"),
    )
    yield (
        "put_bucket_ownership_controls",
        _asked(s3.get_bucket_ownership_controls, bucket, "OwnershipControls"),
    )
    yield (
        "put_bucket_encryption",
        _asked(s3.get_bucket_encryption, bucket, "ServerSideEncryptionConfiguration"),
    )
    rules = _asked(s3.get_bucket_lifecycle_configuration, bucket, "Rules")
    yield "put_bucket_lifecycle_configuration", {"LifecycleConfiguration": rules} if rules else {}
    tags = _asked(s3.get_bucket_tagging, bucket, "TagSet")
    yield "put_bucket_tagging", {"Tagging": tags} if tags else {}
    yield "put_bucket_policy", _asked(s3.get_bucket_policy, bucket, "Policy")


def _asked(get: Callable[..., Document], bucket: str, member: str) -> Document:
    """The one member of the answer that is the setting; empty where the bucket has none."""
    from botocore.exceptions import ClientError  # noqa: PLC0415

    try:
        return {member: get(Bucket=bucket)[member]}
    except ClientError as error:
        # S3 has a code of its own for each setting that a bucket does not have.
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:  # noqa: PLR2004
            raise
        return {}


def _bucket_policy(s3: Any, bucket: str) -> Document:
    found = _asked(s3.get_bucket_policy, bucket, "Policy")
    return dict(json.loads(found["Policy"])) if found else {}


def _drop_actions(env: Mapping[str, str], role_arn: str, prefix: str) -> None:
    """Take every action that starts so out of the role's inline policies."""
    iam = Clients(env).get("iam")
    role = role_arn.rpartition("/")[2]
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        document = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        kept = []
        for statement in _statements(document):
            actions = statement["Action"]
            actions = [actions] if isinstance(actions, str) else actions
            left = [action for action in actions if not action.startswith(prefix)]
            if left:
                kept.append(statement | {"Action": left})
        if kept == _statements(document):
            continue
        if not kept:
            iam.delete_role_policy(RoleName=role, PolicyName=name)
            continue
        iam.put_role_policy(
            RoleName=role,
            PolicyName=name,
            PolicyDocument=json.dumps(document | {"Statement": kept}),
        )


def _change_trust(
    env: Mapping[str, str], role_arn: str, change: Callable[[Document], Document]
) -> None:
    iam = Clients(env).get("iam")
    role = role_arn.rpartition("/")[2]
    document = iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
    document["Statement"] = [change(statement) for statement in _statements(document)]
    iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(document))


def _statements(document: Document) -> list[Document]:
    statements = document["Statement"]
    return [statements] if isinstance(statements, dict) else list(statements)


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
)
"""All of them."""
