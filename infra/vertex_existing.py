"""What is there already and is used as it is: looked up before anything is made, and refused else.

Asked at once and not as an output, so that a preview says it too. Types are named in quotes: the
SDK's modules are loaded when they are first looked into, which costs time.
"""

import pulumi
import pulumi_gcp as gcp


def service_account(email: str) -> "gcp.serviceaccount.GetAccountResult":
    """The service account. Raises RunError where it does not exist, or is disabled."""
    try:
        found = gcp.serviceaccount.get_account(account_id=email)
    except Exception as error:
        raise _refused("gatewayGcpServiceAccount", email, "service account", error) from error
    if found.disabled:
        raise pulumi.RunError(
            f"gatewayGcpServiceAccount is {email}, which is disabled: "
            f"gcloud iam service-accounts enable {email} --project {found.project}"
        )
    return found


def bucket(name: str, region: str) -> "gcp.storage.GetBucketResult":
    """The bucket. Raises RunError where it does not exist, or is not in the region."""
    try:
        found = gcp.storage.get_bucket(name=name)
    except Exception as error:
        raise _refused("vertexBuckets", name, "bucket", error) from error
    if found.location.lower() != region:
        raise pulumi.RunError(
            f"vertexBuckets names {name} for {region}, but that bucket is in "
            f"{found.location.lower()}: name a bucket of {region}, or none to have one made"
        )
    return found


def _refused(key: str, name: str, kind: str, error: Exception) -> pulumi.RunError:
    said = " ".join(str(error).split())
    return pulumi.RunError(f"{key} names {name}, but no such {kind} can be seen: {said}")
