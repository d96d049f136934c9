"""The job role: Bedrock may assume it, and it may read, write and run the model."""

from preflight.checks.bedrock_request import named
from preflight.checks.bedrock_rights import IN_BUCKET, UP, rights
from preflight.contract import Bedrock
from preflight.iam import Effect, Kind, Principal, Request, evaluate
from preflight.outcomes import Answer, Failed, Passed, Unknown, check
from preflight.permissions import Identity, On, trust_source_arn
from preflight.seams import Aws

_SERVICE = "bedrock.amazonaws.com"
_NEXT_JOB = "0preflight00"
"""Stands for the id of a job to come: of the right form, and none that a policy was pinned to."""

_CONFUSED_DEPUTY = frozenset({"aws:sourceaccount", "aws:sourcearn"})

_NOT_A_SERVICES = frozenset(
    {"sts:ExternalId", "sts:SourceIdentity", "sts:TransitiveTagKeys", "aws:TagKeys"}
    | {"aws:PrincipalArn", "aws:PrincipalAccount", "aws:PrincipalOrgID", "aws:PrincipalOrgPaths"}
    | {"aws:PrincipalTag/", "aws:RequestTag/", "aws:PrincipalType", "aws:username", "aws:userid"}
    | {"aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge", "aws:FederatedProvider"}
    | {"aws:SourceVpc", "aws:SourceVpce", "aws:VpcSourceIp", "aws:TokenIssueTime"}
)
"""Keys that only a user's or a role's request carries: Bedrock never meets a condition on one."""


@check("bedrock-job-role", "The job role exists", gate=True)
def job_role(promised: Bedrock, aws: Aws) -> Answer:
    """Bedrock reads the requests, runs the model and writes the results as this role."""
    if aws.role(promised.job_role_arn) is None:
        return Failed(f"{named(promised, Identity.JOB_ROLE)} does not exist", UP)
    return Passed(f"{promised.job_role_arn} exists")


@check("bedrock-job-role-trust", "Bedrock may assume the job role for the jobs to come")
def job_role_trust(promised: Bedrock, aws: Aws) -> Answer:
    """The role's trust policy must let bedrock.amazonaws.com in, for this account and region.

    IAM's simulator does not read trust policies, so it is evaluated here. A policy that names one
    job's id lets that job in and no later one.
    """
    role = aws.role(promised.job_role_arn)
    if role is None:
        return Failed(f"{named(promised, Identity.JOB_ROLE)} does not exist", UP)
    source = trust_source_arn(promised)
    request = Request(
        action="sts:AssumeRole",
        resource=promised.job_role_arn,
        principal=Principal(Kind.SERVICE, _SERVICE),
        context={
            "aws:SourceAccount": promised.account,
            "aws:SourceArn": source.replace("*", _NEXT_JOB),
            "aws:SecureTransport": "true",
            "aws:PrincipalIsAWSService": "true",
            "aws:PrincipalServiceName": _SERVICE,
        },
        absent=_NOT_A_SERVICES,
    )
    ruling = evaluate(role.trust, request)
    who = named(promised, Identity.JOB_ROLE)
    reason = f"{ruling.statement}: {ruling.reason}".replace(_NEXT_JOB, "<the next job's id>")
    reason = reason.removeprefix(": ")
    if ruling.effect is Effect.UNKNOWN:
        return Unknown(
            f"whether the trust policy of {who} lets Bedrock assume it depends on {reason}",
            "a statement that does not depend on it; or a job sent with --force",
        )
    if ruling.effect is not Effect.ALLOW:
        denies = ruling.effect is Effect.DENY
        says = f"denies it by its {ruling.statement}" if denies else reason
        return Failed(
            f"{_SERVICE} may not assume {who} for {source}: the trust policy, {says}",
            f"{UP}, or let the trust policy allow {_SERVICE} sts:AssumeRole with aws:SourceAccount "
            f"{promised.account} and ArnLike aws:SourceArn {source}",
        )
    caveat = "it does so for jobs of any account: no condition names aws:SourceAccount or SourceArn"
    return Passed(
        f"the trust policy of {who} lets {_SERVICE} in for {source}",
        "" if ruling.keys & _CONFUSED_DEPUTY else caveat,
    )


@check("bedrock-job-role-bucket", "The job role may read and write the bucket")
def job_role_bucket(promised: Bedrock, aws: Aws) -> Answer:
    """A job whose role lacks a right on the bucket is accepted, and fails when it gets there."""
    return rights(promised, aws, Identity.JOB_ROLE, *IN_BUCKET)


@check("bedrock-job-role-models", "The job role may run the model wherever it is routed")
def job_role_models(promised: Bedrock, aws: Aws) -> Answer:
    """An inference profile needs rights on itself and on its model in every region it routes to.

    Where one region is missing, the job fails part way through, on the requests that are routed
    there.
    """
    return rights(promised, aws, Identity.JOB_ROLE, On.MODELS)
