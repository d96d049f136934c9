"""The bucket that requests and results lie in: there, ours, in the right place, open to both."""

from preflight.check import Answer, Failed, Passed, Unknown, check
from preflight.checks.bedrock_rights import UP, bucket_ruling, named
from preflight.contract import Bedrock
from preflight.iam import Effect
from preflight.permissions import Identity, On, arns, permissions
from preflight.seams import Aws

LONGEST_JOB_HOURS = 168
"""What a job may be given at the most. Source: Bedrock's timeoutDurationInHours, 2026-10."""

FETCH_HOURS = 24
"""For results to be fetched once the job is done, before they may be deleted."""


@check("bedrock-bucket", "The bucket exists", gate=True)
def bucket(promised: Bedrock, aws: Aws) -> Answer:
    """The gateway uploads the requests to this bucket, and Bedrock writes the results there."""
    region = aws.bucket_region(promised.bucket)
    if region is None:
        return Failed(f"bucket {promised.bucket} does not exist", UP)
    return Passed(f"{promised.bucket} exists")


@check("bedrock-bucket-region", "The bucket is in the region the jobs run in")
def bucket_region(promised: Bedrock, aws: Aws) -> Answer:
    """Bedrock reads batch requests only from a bucket in the job's own region."""
    actual = aws.bucket_region(promised.bucket)
    if actual is None:
        return Failed(f"bucket {promised.bucket} does not exist", UP)
    if actual != promised.region:
        return Failed(
            f"bucket {promised.bucket} is in {actual}, but the jobs run in {promised.region}",
            "pulumi up --refresh, which makes a bucket there; or move the bucket",
        )
    return Passed(f"{promised.bucket} is in {actual}")


@check("bedrock-bucket-owner", "The bucket belongs to the promised account")
def bucket_owner(promised: Bedrock, aws: Aws) -> Answer:
    """Bucket names are shared by all of AWS: one of the same name may be somebody else's."""
    if not aws.bucket_owned_by(promised.bucket, promised.account):
        return Failed(
            f"bucket {promised.bucket} does not belong to account {promised.account}",
            "pulumi up --refresh, which makes a bucket of a new name",
        )
    return Passed(f"account {promised.account} owns {promised.bucket}")


@check("bedrock-bucket-policy", "The bucket policy keeps neither identity out")
def bucket_policy(promised: Bedrock, aws: Aws) -> Answer:
    """A deny in the bucket's own policy beats every right of the gateway and of the job role.

    IAM's simulator does not read it, so it is evaluated here for each right on the bucket.
    """
    doubt = None
    for identity in (Identity.GATEWAY, Identity.JOB_ROLE):
        for row in permissions("bedrock", identity, On.BUCKET, On.OBJECTS):
            for resource in arns(promised, row.on):
                ruling = bucket_ruling(promised, aws, identity, row.action, resource)
                right = f"{row.action} on {resource} to {named(promised, identity)}"
                if ruling.effect is Effect.DENY:
                    return Failed(
                        f"the policy of bucket {promised.bucket} denies {right} ({row.why}) by "
                        f"its {ruling.statement}",
                        f"except {row.action} by that identity from {ruling.statement}",
                    )
                if ruling.effect is Effect.UNKNOWN and doubt is None:
                    doubt = Unknown(
                        f"whether the policy of bucket {promised.bucket} denies {right} depends "
                        f"on its {ruling.statement}: {ruling.reason}",
                        "a statement that does not depend on it; or a job sent with --force",
                    )
    if doubt is not None:
        return doubt
    return Passed(f"no policy of {promised.bucket} denies the gateway or the job role anything")


@check("bedrock-bucket-expiry", "The bucket keeps requests and results long enough")
def bucket_expiry(promised: Bedrock, aws: Aws) -> Answer:
    """A rule that deletes objects while the job still runs takes the requests or the results."""
    hours = LONGEST_JOB_HOURS + FETCH_HOURS
    rules = aws.bucket_expiry(promised.bucket)
    short = [rule for rule in rules if rule.days * 24 < hours]
    everywhere = [rule.days for rule in short if not rule.prefix]
    if everywhere:
        return Failed(
            f"bucket {promised.bucket} deletes objects after {min(everywhere)} days, but a job "
            f"may take {LONGEST_JOB_HOURS} hours and its results must then be fetched",
            f"let the lifecycle rule delete after {hours // 24} days or more ({UP})",
        )
    prefixes = ", ".join(f"{rule.prefix} ({rule.days} days)" for rule in short)
    days = min((rule.days for rule in rules if not rule.prefix), default=None)
    return Passed(
        f"{promised.bucket} keeps objects {'for ever' if days is None else f'{days} days'}",
        f"the gateway must not write below {prefixes}" if prefixes else "",
    )
