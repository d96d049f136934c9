"""Amazon Bedrock: all its checks, in the order of reading, as suites that run side by side."""

from preflight.checks import (
    bedrock_bucket,
    bedrock_gateway,
    bedrock_guards,
    bedrock_key,
    bedrock_model,
    bedrock_quota,
    bedrock_role,
    retirement,
)
from preflight.checks.bedrock_quota import Judged
from preflight.contract import Bedrock
from preflight.outcomes import Answer, Check, Failed, Passed, check
from preflight.seams import Aws

__all__ = ["CHECKS", "QUOTA_CHECKS", "SUITES", "Judged", "credentials"]


@check("bedrock-credentials", "AWS knows who is asking, in the promised account", gate=True)
def credentials(promised: Bedrock, aws: Aws) -> Answer:
    """All looks at AWS are made with the credentials of the environment.

    In another account roles of the same name would be looked at, and they are other roles.

    When their session ends is no matter: they only look. A run is sent, watched and fetched with
    the gateway's key, which has a check of its own, and the job runs as the job role.
    """
    caller = aws.caller()
    if caller.account != promised.account:
        return Failed(
            f"the credentials are {caller.name} in account {caller.account}, but the stack is in "
            f"account {promised.account}",
            f"set AWS_PROFILE to a profile of account {promised.account}",
        )
    return Passed(f"asking as {caller.name}")


SUITES: tuple[tuple[str, tuple[Check, ...]], ...] = (
    (
        "bedrock bucket",
        (
            credentials,
            bedrock_bucket.bucket,
            bedrock_bucket.bucket_region,
            bedrock_bucket.bucket_owner,
            bedrock_bucket.bucket_policy,
            bedrock_key.bucket_key,
            bedrock_bucket.bucket_expiry,
            bedrock_guards.bucket_guards,
        ),
    ),
    (
        "bedrock job role",
        (
            credentials,
            bedrock_role.job_role,
            bedrock_role.job_role_trust,
            bedrock_role.job_role_bucket,
            bedrock_role.job_role_models,
        ),
    ),
    (
        "bedrock gateway",
        (
            credentials,
            bedrock_gateway.gateway_identity,
            bedrock_gateway.gateway_jobs,
            bedrock_gateway.gateway_bucket,
            bedrock_gateway.gateway_pass_role,
        ),
    ),
    (
        "bedrock model",
        (
            credentials,
            bedrock_model.model,
            bedrock_model.model_agreement,
            bedrock_model.model_batch,
            retirement.bedrock_retirement,
            bedrock_model.open_jobs,
        ),
    ),
)
"""Suite name -> its checks, over (Bedrock, Aws). All begin with the same gate, asked once."""

CHECKS: tuple[Check, ...] = tuple(dict.fromkeys(one for _, checks in SUITES for one in checks))
"""Every check over (Bedrock, Aws), each once."""

QUOTA_CHECKS: tuple[Check, ...] = (bedrock_quota.quota_minimum, bedrock_quota.quota_maximum)
"""The checks over (Bedrock, Judged): they need the request file too."""
