"""One-place breakages of Vertex AI."""

from functools import partial

from preflight.sandbox import limit_breakages as limit
from preflight.sandbox.breakages.breakage import breakage, in_cloud, in_file
from preflight.sandbox.gcp import breakages as gcp
from preflight.sandbox.gcp import existing as google
from preflight.sandbox.world import PROJECT

_row = partial(breakage, "vertex")
_file = partial(in_file, "vertex")
_cloud = partial(in_cloud, "vertex")

_GUARD = "a job runs without it"
_THEIR_ACCOUNT = {"gatewayGcpServiceAccount": f"{google.ACCOUNT}@{PROJECT}.iam.gserviceaccount.com"}
_OWN_ISSUER = {"gatewayGcpSubject": google.SUBJECT}
_THEIR_KEY = {"vertexKeyNames": [google.KEY]}
_THEIR_BUCKET = {"vertexBuckets": [google.BUCKET]}

# fmt: off
ROWS = (
    _row("bucket-region", "the bucket is in another region", "vertex-bucket-region", "location", _cloud(gcp.move_bucket)),
    _row("agent-grants", "the service agent lost its grants", "vertex-agent-bucket", "bucket", _cloud(gcp.remove_agent_grants)),
    _row("job-right", "the gateway may create no jobs", "vertex-gateway-project", "aiplatform.batchPredictionJobs.create", _cloud(gcp.remove_job_right), "gateway-batch-api"),
    _row("upload-right", "the gateway may not write the bucket", "vertex-gateway-bucket", "storage.objects.create", _cloud(gcp.remove_upload_right)),
    _row("api-off", "the Vertex AI API is off", "vertex-apis", "disabled", _cloud(gcp.disable_api), "gateway-batch-api vertex-model"),
    _row("public-access", "the bucket may be opened to the public", "vertex-bucket-guards", "", _cloud(gcp.allow_public_access), unseen=_GUARD),
    _row("access-logs", "the bucket's accesses are not logged any more", "vertex-bucket-guards", "", _cloud(gcp.stop_access_logs), settings={"accessLogs": True}, unseen=_GUARD),
    _row("their-account-off", "the existing service account is disabled", "gateway-batch-api vertex-gateway-account", "invalid authentication credentials", _cloud(gcp.disable_service_account), settings=_THEIR_ACCOUNT, prepare=google.service_account),
    _row("pool-binding", "the gateway's workload may not act as the service account", "vertex-gateway-federation", "iam.serviceAccounts.getAccessToken", _cloud(gcp.remove_federation), "gateway-batch-api", settings=_OWN_ISSUER, prepare=google.issuer),
    _row("pool-provider", "the identity pool's provider is off", "vertex-gateway-federation", "audience", _cloud(gcp.disable_provider), "gateway-batch-api", settings=_OWN_ISSUER, prepare=google.issuer),
    _row("pool-issuer", "the identity pool trusts another issuer", "vertex-gateway-federation", "issuer", _cloud(gcp.change_issuer), "gateway-batch-api", settings=_OWN_ISSUER, prepare=google.issuer),
    _row("pool-api", "the API that exchanges the gateway's tokens is off", "vertex-apis", "Security Token Service API", _cloud(gcp.disable_tokens_api), "gateway-batch-api", settings=_OWN_ISSUER, prepare=google.issuer),
    _row("key-grant", "Cloud Storage may not use the customer key", "vertex-bucket-key", "Permission denied on Cloud KMS key", _cloud(gcp.remove_key_grant), settings={"vertexCustomerKey": True}),
    _row("key-off", "the customer key is off", "vertex-bucket-key", "is not enabled", _cloud(gcp.disable_key), settings={"vertexCustomerKey": True}),
    _row("key-cleared", "Google's own keys encrypt the bucket", "vertex-bucket-key", "", _cloud(gcp.clear_key), settings={"vertexCustomerKey": True}, unseen="a job runs with any key that can be used"),
    _row("their-key-grant", "Cloud Storage may not use the existing key", "vertex-bucket-key", "Permission denied on Cloud KMS key", _cloud(gcp.remove_key_grant), settings=_THEIR_KEY, prepare=google.key),
    _row("their-bucket", "the service agent lost its grants on the other project's bucket", "vertex-agent-bucket", "bucket", _cloud(gcp.remove_bucket_agent_grants), settings=_THEIR_BUCKET, prepare=google.bucket),
    _row("image", "one request has an image, and the gateway counts tokens", "requests-features-gateway", "Could not account for all tokens", limit.image("vertex")),
)
# fmt: on
