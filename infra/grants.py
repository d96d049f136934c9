"""What the program allows, which is the permission table, and what guards keys and buckets."""

from preflight.contract import Bedrock
from preflight.grants import (
    AZURE_ROLE_IDS,
    Document,
    azure_role_id,
    document,
    gateway_role_trust,
    identity_policy,
    job_role_trust,
    roles,
)
from preflight.permissions import buckets

__all__ = [
    "AZURE_ROLE_IDS",
    "azure_role_id",
    "gateway_role_trust",
    "identity_policy",
    "job_role_trust",
    "key_policy",
    "log_delivery",
    "roles",
    "tls_only",
]


def tls_only(promised: Bedrock, bucket: str = "") -> Document:
    """A bucket policy that refuses every request that is not encrypted on the way."""
    return document([_tls_only(promised, bucket or promised.bucket)])


def log_delivery(promised: Bedrock, logs: str) -> Document:
    """The policy of the bucket of access logs: S3 itself writes there, for these buckets only."""
    arn = f"arn:{promised.partition}:s3:::"
    delivery = {
        "Sid": "AccessLogs",
        "Effect": "Allow",
        "Principal": {"Service": "logging.s3.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"{arn}{logs}/*",
        "Condition": {
            "StringEquals": {"aws:SourceAccount": promised.account},
            "ArnEquals": {"aws:SourceArn": [f"{arn}{bucket}" for bucket in buckets(promised)]},
        },
    }
    return document([delivery, _tls_only(promised, logs)])


def key_policy(promised: Bedrock) -> Document:
    """A key's own policy: the account's IAM decides, and so the rows of the permission table do."""
    return document(
        [
            {
                "Sid": "TheAccountsPoliciesDecide",
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:{promised.partition}:iam::{promised.account}:root"},
                "Action": "kms:*",
                "Resource": "*",
            }
        ]
    )


def _tls_only(promised: Bedrock, bucket: str) -> Document:
    arn = f"arn:{promised.partition}:s3:::{bucket}"
    return {
        "Sid": "EncryptedOnTheWay",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
