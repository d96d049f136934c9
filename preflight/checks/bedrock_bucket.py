"""The bucket that requests and results lie in: there, ours, in the right place, open to both."""

from collections.abc import Iterator

from preflight.checks.bedrock_request import is_foreign, named
from preflight.checks.bedrock_rights import IN_BUCKET, UP, bucket_in, bucket_ruling
from preflight.contract import Bedrock
from preflight.iam import Effect
from preflight.outcomes import Answer, Failed, Passed, Unknown, check
from preflight.permissions import Identity, arns, buckets, held, owner
from preflight.seams import Aws

LONGEST_JOB_HOURS = 168
"""What a job may be given at the most. Source: Bedrock's timeoutDurationInHours, 2026-10."""

FETCH_HOURS = 24
"""For results to be fetched once the job is done, before they may be deleted."""

_OUTPUT_UNCERTAIN = (
    "the results go to {place}, named to the gateway as output_data_config, which its reference "
    "does not list"
)
_OWNER_UNCERTAIN = (
    "that the gateway names the bucket's owner to Bedrock (s3BucketOwner) is not documented"
)


@check("bedrock-bucket", "The bucket exists", gate=True)
def bucket(promised: Bedrock, aws: Aws) -> Answer:
    """The gateway uploads the requests to this bucket, and Bedrock writes the results there.

    Results may have a bucket of their own.
    """
    for name in buckets(promised):
        if aws.bucket_region(name) is None:
            return Failed(f"bucket {name} does not exist", UP)
    elsewhere = promised.output_uri
    return Passed(
        _listed(promised),
        _OUTPUT_UNCERTAIN.format(place=elsewhere) if elsewhere else "",
    )


@check("bedrock-bucket-region", "The bucket is in the region the jobs run in")
def bucket_region(promised: Bedrock, aws: Aws) -> Answer:
    """Bedrock reads batch requests only from a bucket in the job's own region."""
    for name in buckets(promised):
        actual = aws.bucket_region(name)
        if actual is None:
            return Failed(f"bucket {name} does not exist", UP)
        if actual != promised.region:
            return Failed(
                f"bucket {name} is in {actual}, but the jobs run in {promised.region}",
                "pulumi up --refresh, which makes a bucket there; or move the bucket",
            )
    names = buckets(promised)
    are = "are" if len(names) > 1 else "is"
    return Passed(f"{' and '.join(names)} {are} in {promised.region}")


@check("bedrock-bucket-owner", "The bucket belongs to the promised account")
def bucket_owner(promised: Bedrock, aws: Aws) -> Answer:
    """Bucket names are shared by all of AWS: one of the same name may be somebody else's."""
    account = owner(promised)
    for name in buckets(promised):
        if not aws.bucket_owned_by(name, account):
            return Failed(
                f"bucket {name} does not belong to account {account}",
                "pulumi up --refresh, which makes a bucket of a new name",
            )
    return Passed(
        f"account {account} owns {' and '.join(buckets(promised))}",
        _OWNER_UNCERTAIN if is_foreign(promised) else "",
    )


@check("bedrock-bucket-policy", "The bucket policy keeps neither identity out")
def bucket_policy(promised: Bedrock, aws: Aws) -> Answer:
    """A deny in the bucket's own policy beats every right of the gateway and of the job role.

    In a bucket of another account the policy must also let both in. IAM's simulator does not read
    it, so it is evaluated here for each right on the bucket.
    """
    answers = tuple(_policy_answers(promised, aws))
    for kind in (Failed, Unknown):
        for answer in answers:
            if isinstance(answer, kind):
                return answer
    names = " and ".join(buckets(promised))
    if is_foreign(promised):
        return Passed(f"the policy of {names} lets the gateway and the job role in")
    return Passed(f"no policy of {names} denies the gateway or the job role anything")


def _policy_answers(promised: Bedrock, aws: Aws) -> Iterator[Failed | Unknown]:
    """What keeps an identity out, or may."""
    for identity in (Identity.GATEWAY, Identity.JOB_ROLE):
        for row in held(promised, identity, *IN_BUCKET):
            for resource in arns(promised, row.on):
                ruling = bucket_ruling(promised, aws, identity, row.action, resource)
                right = f"{row.action} on {resource} to {named(promised, identity)}"
                policy = f"the policy of bucket {bucket_in(resource)}"
                if ruling.effect is Effect.DENY:
                    yield Failed(
                        f"{policy} denies {right} ({row.why}) by its {ruling.statement}",
                        f"except {row.action} by that identity from {ruling.statement}",
                    )
                elif ruling.effect is Effect.UNKNOWN:
                    yield Unknown(
                        f"whether {policy} denies {right} depends on its {ruling.statement}: "
                        f"{ruling.reason}",
                        "a statement that does not depend on it; or a job sent with --force",
                    )
                elif ruling.effect is Effect.NONE and is_foreign(promised):
                    yield Failed(
                        f"{policy}, which account {owner(promised)} owns, does not allow {right} "
                        f"({row.why})",
                        f"let account {owner(promised)} add to it what "
                        "`preflight permissions --provider bedrock` prints",
                    )


@check("bedrock-bucket-expiry", "The bucket keeps requests and results long enough")
def bucket_expiry(promised: Bedrock, aws: Aws) -> Answer:
    """A rule that deletes objects while the job still runs takes the requests or the results."""
    hours = LONGEST_JOB_HOURS + FETCH_HOURS
    kept: list[str] = []
    caveats: list[str] = []
    for name in buckets(promised):
        rules = aws.bucket_expiry(name)
        short = [rule for rule in rules if rule.days * 24 < hours]
        everywhere = [rule.days for rule in short if not rule.prefix]
        if everywhere:
            return Failed(
                f"bucket {name} deletes objects after {min(everywhere)} days, but a job "
                f"may take {LONGEST_JOB_HOURS} hours and its results must then be fetched",
                f"let the lifecycle rule delete after {hours // 24} days or more ({UP})",
            )
        days = min((rule.days for rule in rules if not rule.prefix), default=None)
        kept.append(f"{name} keeps objects {'for ever' if days is None else f'{days} days'}")
        if short:
            prefixes = ", ".join(f"{rule.prefix} ({rule.days} days)" for rule in short)
            caveats.append(f"the gateway must not write below {prefixes}")
    return Passed("; ".join(kept), "; ".join(dict.fromkeys(caveats)))


def _listed(promised: Bedrock) -> str:
    names = buckets(promised)
    return f"{' and '.join(names)} {'exist' if len(names) > 1 else 'exists'}"
