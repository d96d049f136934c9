"""What a stack may find in AWS and use: made before the program is applied."""

import json
from collections.abc import Mapping
from typing import Any

from preflight.sandbox.aws.clients import Clients
from preflight.sandbox.aws.cloud import ACCOUNT, OTHER_ACCOUNT, REGION

Running = Mapping[str, Any]
"""The running clouds, by provider."""

Named = dict[str, object]
"""The settings that name what was made."""

BUCKET = "our-batches"
THEIR_BUCKET = "their-batches"
GATEWAY_ROLE = "our-gateway"
JOB_ROLE = "our-bedrock-jobs"
BOUNDARY = "our-boundary"
PATH = "/platform/"


def gateway_user(running: Running) -> Named:
    """The gateway acts as its own IAM user."""
    return _identity(running["bedrock"].gateway_user_arn)


def gateway_role(running: Running) -> Named:
    """The gateway acts as a role that is there already, and trusts its user."""
    cloud = running["bedrock"]
    return _identity(_role(cloud, GATEWAY_ROLE, {"AWS": cloud.gateway_user_arn}))


def job_role(running: Running) -> Named:
    """Bedrock runs the jobs as a role that is there already, and trusts it for this account."""
    condition = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    service = {"Service": "bedrock.amazonaws.com"}
    return {"bedrockJobRoleArn": _role(running["bedrock"], JOB_ROLE, service, condition)}


def bucket(running: Running) -> Named:
    """A bucket that was there before the stack, with nothing set."""
    location = {"LocationConstraint": REGION}
    _clients(running["bedrock"]).get("s3").create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration=location
    )
    return {"bedrockBuckets": [BUCKET]}


def encrypted_bucket(running: Running) -> Named:
    """A bucket that a customer key encrypts, both from before the stack."""
    bucket(running)
    arn = _key(running)
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": arn}
    rule = {"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}
    _clients(running["bedrock"]).get("s3").put_bucket_encryption(
        Bucket=BUCKET, ServerSideEncryptionConfiguration={"Rules": [rule]}
    )
    return {"bedrockBuckets": [BUCKET], "bedrockKeyArns": [arn]}


def foreign_bucket(running: Running) -> Named:
    """A bucket of another account, whose policy lets this account's identities in."""
    cloud = running["bedrock"]
    cloud.make_foreign_bucket(THEIR_BUCKET)
    arn = f"arn:aws:s3:::{THEIR_BUCKET}"
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": ["s3:ListBucket", "s3:GetObject*", "s3:PutObject"],
        "Resource": [arn, f"{arn}/*"],
    }
    cloud.put_foreign_bucket_policy(THEIR_BUCKET, _document(statement))
    return {"bedrockBuckets": [THEIR_BUCKET], "bedrockBucketAccount": OTHER_ACCOUNT}


def key(running: Running) -> Named:
    """A customer key of this account, which leaves it to IAM who may use it."""
    return {"bedrockKeyArns": [_key(running)]}


def boundary(running: Running) -> Named:
    """A permissions boundary that keeps roles from nothing but IAM."""
    statements = (
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Effect": "Deny", "Action": "iam:Create*", "Resource": "*"},
    )
    made = (
        _clients(running["bedrock"])
        .get("iam")
        .create_policy(PolicyName=BOUNDARY, PolicyDocument=json.dumps(_document(*statements)))
    )
    return {"awsPermissionsBoundaryArn": made["Policy"]["Arn"]}


def _key(running: Running) -> str:
    return str(_clients(running["bedrock"]).get("kms").create_key()["KeyMetadata"]["Arn"])


def _identity(arn: str) -> Named:
    return {"gatewayAwsPrincipalArn": "", "gatewayAwsIdentityArn": arn}


def _role(
    cloud: Any, name: str, trusted: Mapping[str, str], condition: Mapping[str, object] | None = None
) -> str:
    trust: dict[str, object] = {"Effect": "Allow", "Principal": trusted, "Action": "sts:AssumeRole"}
    if condition:
        trust["Condition"] = condition
    made = (
        _clients(cloud)
        .get("iam")
        .create_role(
            RoleName=name, Path=PATH, AssumeRolePolicyDocument=json.dumps(_document(trust))
        )
    )
    return str(made["Role"]["Arn"])


def _document(*statements: Mapping[str, object]) -> Named:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _clients(cloud: Any) -> Clients:
    return Clients(cloud.env)
