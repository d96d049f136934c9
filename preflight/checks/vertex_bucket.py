"""Vertex AI's bucket: where it is, who sees it, how long it keeps, and with what key."""

from preflight.check import Answer, Check, Failed, Passed, Unknown, check
from preflight.checks.remedies import instead
from preflight.contract import VertexAI
from preflight.seams import Gcp, GcsBucket

_LONGEST_HOURS = 72 + 24
"""A job may wait 72 hours and then run 24. Source: Vertex AI's Gemini batch page, 2026-10."""

_GRACE_HOURS = 24
"""Cloud Storage deletes by the day that an object's age reaches: one day more keeps clear of it."""


def found_bucket(promised: VertexAI, gcp: Gcp) -> GcsBucket | Failed:
    """The bucket, or that there is none."""
    found = gcp.bucket(promised.bucket)
    return found or Failed(f"bucket gs://{promised.bucket} does not exist", "pulumi up --refresh")


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
    """Requests and results are customers' data. A job runs without it, so it never fails."""
    found = found_bucket(promised, gcp)
    if isinstance(found, Failed):
        return found
    lacks = [] if found.uniform_access else ["access is not uniform: single objects have ACLs"]
    if found.public_access_prevention != "enforced":
        lacks.append("public access prevention is not enforced on it")
    return Passed(f"looked at the access of gs://{promised.bucket}", caveat="; ".join(lacks))


@check("vertex-bucket-expiry", "The bucket keeps requests until the longest job has ended")
def bucket_expiry(promised: VertexAI, gcp: Gcp) -> Answer:
    """A job may wait 72 hours and run 24: a rule that deletes sooner takes its requests away."""
    found = found_bucket(promised, gcp)
    if isinstance(found, Failed):
        return found
    needed = _LONGEST_HOURS + _GRACE_HOURS
    for rule in sorted(found.expiry, key=lambda rule: rule.days):
        keys = f"keys under {rule.prefix}" if rule.prefix else "all objects"
        if rule.days * 24 < needed:
            return Failed(
                f"a rule of gs://{promised.bucket} deletes {keys} after {rule.days} days, but a "
                f"job may take {_LONGEST_HOURS} hours",
                "pulumi config set resultDays 14; then pulumi up --refresh",
            )
    kept = min((rule.days for rule in found.expiry), default=None)
    return Passed(f"objects are kept {'for good' if kept is None else f'{kept} days'}")


@check("vertex-bucket-key", "The bucket's encryption key needs no more grants")
def bucket_key(promised: VertexAI, gcp: Gcp) -> Answer:
    """With a customer's key, Cloud Storage's own service agent must be allowed to use it."""
    found = found_bucket(promised, gcp)
    if isinstance(found, Failed):
        return found
    if found.kms_key:
        return Unknown(
            f"gs://{promised.bucket} is encrypted with {found.kms_key}, whose grants are not seen",
            "roles/cloudkms.cryptoKeyEncrypterDecrypter on that key for "
            f"service-{found.project_number}@gs-project-accounts.iam.gserviceaccount.com; "
            "then send with --force",
        )
    return Passed("Google's own keys encrypt it")


ON_BUCKET: tuple[Check, ...] = (bucket_region, bucket_access, bucket_expiry, bucket_key)
"""What is asked of a bucket that exists."""
