"""The gateway identity: it may upload, start, follow and stop jobs, and hand over the job role."""

from preflight.checks.bedrock_request import named
from preflight.checks.bedrock_rights import IN_BUCKET, UP, nobody, rights
from preflight.checks.bedrock_ways import standing
from preflight.contract import Bedrock
from preflight.outcomes import Answer, Failed, Passed, check
from preflight.permissions import Identity, On, arns
from preflight.seams import Aws


@check("bedrock-gateway-identity", "The gateway identity exists", gate=True)
def gateway_identity(promised: Bedrock, aws: Aws) -> Answer:
    """The gateway makes every call to AWS as this role or user."""
    action, resource = "s3:ListBucket", arns(promised, On.BUCKET)[0]
    try:
        # IAM's engine knows users and roles alike, and says for any question that one is missing.
        found = standing(promised, aws, Identity.GATEWAY, action, resource)
    except ValueError:
        return nobody(promised, Identity.GATEWAY)
    if found is None:
        return Failed(f"{named(promised, Identity.GATEWAY)} does not exist", UP)
    return Passed(f"{promised.gateway_principal_arn} exists", by=found.by)


@check("bedrock-gateway-jobs", "The gateway may start, follow and stop jobs")
def gateway_jobs(promised: Bedrock, aws: Aws) -> Answer:
    """To invoke a model is another right than to run it as a batch job."""
    return rights(promised, aws, Identity.GATEWAY, On.JOBS, On.JOB_LIST, On.MODELS)


@check("bedrock-gateway-bucket", "The gateway may read and write the bucket")
def gateway_bucket(promised: Bedrock, aws: Aws) -> Answer:
    """The gateway uploads the requests, and reads the results once the job is done."""
    return rights(promised, aws, Identity.GATEWAY, *IN_BUCKET)


@check("bedrock-gateway-pass-role", "The gateway may hand the job role to Bedrock")
def gateway_pass_role(promised: Bedrock, aws: Aws) -> Answer:
    """The right to create a job does not carry the right to name a role for it: iam:PassRole."""
    return rights(promised, aws, Identity.GATEWAY, On.JOB_ROLE)
