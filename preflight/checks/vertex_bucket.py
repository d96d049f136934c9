"""Vertex AI's bucket: where it is, who sees it, how long it keeps, and with what key."""

from datetime import timedelta

from preflight.checks.remedies import instead
from preflight.checks.vertex_rights import UP
from preflight.contract import ACCESS_LOGS, NO_PUBLIC_ACCESS, VertexAI
from preflight.limits import longest_hours
from preflight.outcomes import Answer, Check, Failed, Passed, Unknown, check
from preflight.seams import Gcp, GcsBucket

_GRACE = timedelta(days=1)
"""Cloud Storage deletes by the day that an object's age reaches: one day more keeps clear of it."""


def found_bucket(promised: VertexAI, gcp: Gcp) -> GcsBucket | Failed:
    """The bucket, or that there is none."""
    found = gcp.bucket(promised.bucket)
    return found or Failed(f"bucket gs://{promised.bucket} does not exist", UP)


@check("vertex-bucket", "The bucket exists", gate=True)
def bucket(promised: VertexAI, gcp: Gcp) -> Answer:
    """Requests and results lie in it. A job made for a missing bucket is accepted, then fails."""
    found = found_bucket(promised, gcp)
    if isinstance(found, Failed):
        return found
    return Passed(f"gs://{promised.bucket} exists, in {found.region}")


@check("vertex-bucket-region", "The bucket is in the region that the jobs run in")
def bucket_region(promised: VertexAI, gcp: Gcp) -> Answer:
    """A regional endpoint wants the bucket in its own region; a multi-region is another place.

    Google words it so: "It must be in the same regional location as the service location". The
    global endpoint takes any bucket.
    """
    found = found_bucket(promised, gcp)
    if isinstance(found, Failed):
        return found
    where = f"gs://{promised.bucket} is in {found.location_type or 'location'} {found.region}"
    if promised.region == "global":
        return Passed(where, caveat="the global endpoint gives no word on where data is processed")
    if found.location_type in ("region", "") and found.region == promised.region.lower():
        return Passed(where)
    if found.location_type == "region":
        remedy = instead("vertexRegions", promised.region, found.region)
    else:
        remedy = "pulumi up --refresh, which puts a bucket of that region in its place"
    return Failed(f"{where}, but jobs run in region {promised.region}", remedy)


@check("vertex-bucket-access", "The bucket is closed to the public")
def bucket_access(promised: VertexAI, gcp: Gcp) -> Answer:
    """Requests and results are customers' data. A job runs without it, so it never fails.

    Where the stack promises it, vertex-bucket-guards holds it to that.
    """
    found = found_bucket(promised, gcp)
    if isinstance(found, Failed):
        return found
    promises = NO_PUBLIC_ACCESS in promised.guards
    caveat = "" if promises else "; ".join(_open_to_the_public(found))
    return Passed(f"looked at the access of gs://{promised.bucket}", caveat=caveat)


@check("vertex-bucket-expiry", "The bucket keeps requests until the longest job has ended")
def bucket_expiry(promised: VertexAI, gcp: Gcp) -> Answer:
    """A job may wait 72 hours and run 24: a rule that deletes sooner takes its requests away."""
    found = found_bucket(promised, gcp)
    if isinstance(found, Failed):
        return found
    longest = longest_hours("vertex")
    needed = timedelta(hours=longest) + _GRACE
    for rule in sorted(found.expiry, key=lambda rule: rule.days):
        keys = f"keys under {rule.prefix}" if rule.prefix else "all objects"
        if timedelta(days=rule.days) < needed:
            return Failed(
                f"a rule of gs://{promised.bucket} deletes {keys} after {rule.days} days, but a "
                f"job may take {longest} hours",
                "pulumi config set resultDays 14; then pulumi up --refresh",
            )
    kept = min((rule.days for rule in found.expiry), default=None)
    return Passed(f"objects are kept {'for good' if kept is None else f'{kept} days'}")


@check("vertex-bucket-guards", "The bucket is guarded as promised")
def bucket_guards(promised: VertexAI, gcp: Gcp) -> Answer:
    """What the stack promises of its bucket beyond what a job needs: a job runs without it.

    An existing bucket is its owner's matter, and nothing is promised of it.
    """
    found = found_bucket(promised, gcp)
    if isinstance(found, Failed):
        return found
    gone = {
        NO_PUBLIC_ACCESS: _open_to_the_public(found),
        ACCESS_LOGS: [] if found.log_bucket else ["its accesses are not logged"],
    }
    unjudged = [guard for guard in promised.guards if guard not in gone]
    lost = [words for guard in promised.guards for words in gone.get(guard, [])]
    if lost:
        return Failed(f"gs://{promised.bucket}: {'; '.join(lost)}", UP)
    if unjudged:
        return Unknown(
            f"Cloud Storage has no setting for {', '.join(unjudged)}",
            f"a promise without {', '.join(unjudged)}",
        )
    return Passed(f"as promised: {', '.join(promised.guards) or 'nothing'}")


def _open_to_the_public(found: GcsBucket) -> list[str]:
    open_by = [] if found.uniform_access else ["access is not uniform: single objects have ACLs"]
    if found.public_access_prevention != "enforced":
        open_by.append("public access prevention is not enforced on it")
    return open_by


ON_BUCKET: tuple[Check, ...] = (bucket_region, bucket_access, bucket_guards, bucket_expiry)
"""What is asked of a bucket that exists."""
