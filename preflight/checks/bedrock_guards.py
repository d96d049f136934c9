"""What guards the bucket beyond what a job needs: no job shows that it is gone."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from preflight.checks.bedrock_request import request_of
from preflight.checks.bedrock_rights import UP
from preflight.contract import ACCESS_LOGS, ENCRYPTED_TRANSPORT, NO_PUBLIC_ACCESS, Bedrock
from preflight.iam import Effect, Principal, Request, evaluate
from preflight.outcomes import Answer, Failed, Passed, Unknown, check
from preflight.permissions import Identity, buckets
from preflight.seams import Aws

_Gone = Failed | Unknown | None
"""What is wrong with one guard of one bucket; None: it is there."""

_ANYBODY = "preflight-anybody"
"""Stands for a user that no policy names."""


@check("bedrock-bucket-guards", "What guards the bucket is as promised")
def bucket_guards(promised: Bedrock, aws: Aws) -> Answer:
    """Plain text refused, the public kept out, accesses logged: each as the stack promises it.

    Jobs run without them. That they are gone shows here, or when it is too late.
    """
    if not promised.guards:
        return Passed("the stack promises none: the bucket is used as it is")
    answers = [
        _GUARDS[guard](promised, aws, name)
        for guard in promised.guards
        for name in buckets(promised)
    ]
    for kind in (Failed, Unknown):
        for answer in answers:
            if isinstance(answer, kind):
                return answer
    return Passed(f"{' and '.join(buckets(promised))}: {', '.join(promised.guards)}")


def _encrypted_transport(promised: Bedrock, aws: Aws, name: str) -> _Gone:
    """The policy denies each kind of request without TLS, whoever sends it."""
    policy = aws.bucket_policy(name)
    lost = Failed(f"bucket {name} takes requests in plain text: no statement denies them", UP)
    if policy is None:
        return lost
    arn = f"arn:{promised.partition}:s3:::{name}"
    for action, resource in (
        ("s3:ListBucket", arn),
        ("s3:GetObject", f"{arn}/any"),
        ("s3:PutObject", f"{arn}/any"),
    ):
        for request in _in_plain_text(promised, action, resource):
            ruling = evaluate(policy, request)
            if ruling.effect is Effect.UNKNOWN:
                return Unknown(
                    f"whether bucket {name} refuses plain text depends on its {ruling.statement}: "
                    f"{ruling.reason}",
                    "a statement that does not depend on it",
                )
            if ruling.effect is not Effect.DENY:
                return lost
    return None


def _in_plain_text(promised: Bedrock, action: str, resource: str) -> tuple[Request, ...]:
    """The request without TLS, of the job role and of somebody else in the account."""
    ours = request_of(promised, Identity.JOB_ROLE, action, resource)
    context = {**ours.context, "aws:SecureTransport": "false"}
    anybody = f"arn:{promised.partition}:iam::{promised.account}:user/{_ANYBODY}"
    theirs = {**context, "aws:PrincipalArn": anybody}
    return (
        replace(ours, context=context),
        replace(ours, context=theirs, principal=Principal.of_arn(anybody)),
    )


def _no_public_access(promised: Bedrock, aws: Aws, name: str) -> _Gone:
    del promised
    off = aws.bucket_public_access(name)
    if off:
        return Failed(
            f"nothing but its policy keeps the public out of bucket {name}: off are "
            f"{', '.join(sorted(off))}",
            UP,
        )
    return None


def _access_logs(promised: Bedrock, aws: Aws, name: str) -> _Gone:
    del promised
    if aws.bucket_logging(name) is None:
        return Failed(f"accesses of bucket {name} are not logged", UP)
    return None


_GUARDS: Mapping[str, Callable[[Bedrock, Aws, str], _Gone]] = {
    ENCRYPTED_TRANSPORT: _encrypted_transport,
    NO_PUBLIC_ACCESS: _no_public_access,
    ACCESS_LOGS: _access_logs,
}
"""How each promised guard of a bucket is looked at."""
