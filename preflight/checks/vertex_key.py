"""The customer key of Vertex AI's bucket: whether it is there, on, and open to Cloud Storage.

Cloud Storage uses the key in its own name, whoever reads or writes. What it lacks is told late: at
the gateway's upload, or by the job when it begins to read.
"""

from dataclasses import replace

from preflight.checks.vertex_bucket import found_bucket
from preflight.checks.vertex_rights import UP
from preflight.checks.vertex_ways import Place, agent_holds
from preflight.contract import VertexAI
from preflight.outcomes import Answer, Failed, Passed, Unknown, check
from preflight.permissions import Identity, permissions
from preflight.seams import Gcp, GcsBucket

_ENABLED = "ENABLED"


@check("vertex-bucket-key", "The bucket's encryption key is the promised one, and can be used")
def bucket_key(promised: VertexAI, gcp: Gcp) -> Answer:
    """With a customer's key, Cloud Storage's own service agent must be allowed to use it.

    A bucket with another key than the promised one is not as its owner was told, though a job may
    run.
    """
    found = found_bucket(promised, gcp)
    if isinstance(found, Failed):
        return found
    if promised.kms_key and found.kms_key != promised.kms_key:
        actual = found.kms_key or "Google's own keys"
        return Failed(
            f"gs://{promised.bucket} is encrypted with {actual}, but {promised.kms_key} is "
            "promised",
            UP,
        )
    if not found.kms_key:
        return Passed("Google's own keys encrypt it")
    answer = _usable(promised, gcp, found, found.kms_key)
    if isinstance(answer, Passed) and not promised.kms_key:
        return replace(answer, caveat=f"no key is promised, and {found.kms_key} encrypts it")
    return answer


def _usable(promised: VertexAI, gcp: Gcp, bucket: GcsBucket, name: str) -> Answer:
    key = gcp.kms_key(name)
    if key is None:
        return Failed(
            f"the key {name} of gs://{promised.bucket} does not exist",
            f"gcloud storage buckets update gs://{promised.bucket} --clear-default-encryption-key",
        )
    if key.state != _ENABLED:
        ring, _, short = name.rpartition("/cryptoKeys/")
        return Failed(
            f"the primary version of {name} is {key.state or 'missing'}, so that nothing can be "
            f"written to gs://{promised.bucket} nor read from it",
            "gcloud kms keys versions enable VERSION"
            f" --key {short} --keyring {ring.rpartition('/')[2]} --location {name.split('/')[3]}"
            f" --project {name.split('/')[1]}",
        )
    agent = f"service-{bucket.project_number}@gs-project-accounts.iam.gserviceaccount.com"
    if not bucket.project_number:
        return Unknown(
            f"gs://{promised.bucket} does not say which project it is of, so that it is not known "
            "who uses its key",
            "a look at the bucket's project number",
        )
    return agent_holds(
        gcp,
        (Identity.STORAGE_AGENT, agent),
        permissions("vertex", Identity.STORAGE_AGENT),
        Place(
            name,
            f"//cloudkms.googleapis.com/{name}",
            (
                lambda: gcp.key_bindings(name),
                lambda: gcp.ring_bindings(name.rpartition("/cryptoKeys/")[0]),
                lambda: gcp.project_bindings(name.split("/")[1]),
            ),
        ),
    )
