"""What a stack may find in Google Cloud and use: made before the program is applied."""

from collections.abc import Mapping
from typing import Any

from preflight.sandbox.gcp.client import Operator
from preflight.sandbox.gcp.names import OTHER_PROJECT, PROJECT
from preflight.sandbox.handlers.gcp import handlers

Clouds = Mapping[str, Any]
"""The running clouds, by provider."""

Named = dict[str, object]
"""The settings that name what was made."""

REGION = "europe-west4"
SUBJECT = "system:serviceaccount:ai-gateway:gateway"
BUCKET = "their-batches"
ACCOUNT = "their-gateway"
RING = f"projects/{OTHER_PROJECT}/locations/{REGION}/keyRings/theirs"
KEY = f"{RING}/cryptoKeys/batches"


def service_account(clouds: Clouds) -> Named:
    """A service account that the gateway acts as already."""
    path = f"/v1/projects/{PROJECT}/serviceAccounts"
    made = Operator(clouds["vertex"].env).call("POST", path, {"accountId": ACCOUNT})
    return {"gatewayGcpServiceAccount": made["email"]}


def issuer(clouds: Clouds) -> Named:
    """The gateway's own issuer of tokens."""
    return {"gatewayGcpIssuer": clouds["vertex"].issuer.url, "gatewayGcpSubject": SUBJECT}


def bucket(clouds: Clouds) -> Named:
    """A bucket of another project."""
    asked = {
        "name": BUCKET,
        "location": REGION,
        "iamConfiguration": {"uniformBucketLevelAccess": {"enabled": True}},
    }
    path = f"/storage/v1/b?project={OTHER_PROJECT}"
    Operator(clouds["vertex"].env).call("POST", path, asked)
    return {"vertexBuckets": [BUCKET]}


def key(clouds: Clouds) -> Named:
    """A customer key of another project, that nobody may use yet."""
    operator = Operator(clouds["vertex"].env)
    parent, _, ring = RING.rpartition("/")
    operator.call("POST", f"/v1/{parent}?keyRingId={ring}", {})
    asked = {"purpose": "ENCRYPT_DECRYPT"}
    operator.call("POST", f"/v1/{RING}/cryptoKeys?cryptoKeyId={KEY.rpartition('/')[2]}", asked)
    return {"vertexKeyNames": [KEY]}


def encrypted_bucket(clouds: Clouds) -> Named:
    """A bucket of another project with a customer key there, which Cloud Storage may use."""
    env = clouds["vertex"].env
    named, _ = bucket(clouds), key(clouds)
    operator = Operator(env)
    path = f"/storage/v1/projects/{OTHER_PROJECT}/serviceAccount"
    agent = operator.call("GET", path)["email_address"]
    grant = {
        "cryptoKeyId": KEY,
        "role": "roles/cloudkms.cryptoKeyEncrypterDecrypter",
        "member": f"serviceAccount:{agent}",
    }
    handlers(env)["gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember"].create("theirs", grant)
    change = {"encryption": {"defaultKmsKeyName": KEY}}
    operator.call("PATCH", f"/storage/v1/b/{BUCKET}", change)
    return named
