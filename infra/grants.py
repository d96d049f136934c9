"""What the program allows, which is the permission table, and the one thing it denies."""

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
from preflight.permissions import On, arns

__all__ = [
    "AZURE_ROLE_IDS",
    "azure_role_id",
    "gateway_role_trust",
    "identity_policy",
    "job_role_trust",
    "roles",
    "tls_only",
]


def tls_only(promised: Bedrock) -> Document:
    """A bucket policy that refuses every request that is not encrypted on the way."""
    return document(
        [
            {
                "Sid": "EncryptedOnTheWay",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": [*arns(promised, On.BUCKET), *arns(promised, On.OBJECTS)],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ]
    )
