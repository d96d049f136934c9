"""One-place breakages of Vertex AI."""

from functools import partial

from preflight.sandbox import limit_breakages as limit
from preflight.sandbox.breakages import edits
from preflight.sandbox.breakages.breakage import breakage, in_cloud, in_file, in_promises
from preflight.sandbox.gcp import breakages as gcp
from preflight.sandbox.gcp import existing as google
from preflight.sandbox.gcp import grant_breakages as grants
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
    _row("api-off", "the Vertex AI API is off", "vertex-apis", "disabled", _cloud(gcp.disable_api), "gateway-batch-api vertex-location"),
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
    _row("gateway-key", "the gateway does not know the key any more", "gateway-key", "does not know this API key", limit.gateway("", None, revoked=True)),
    _row("no-gateway-account", "the gateway has no such provider account", "gateway-provider-account", "no provider account", limit.no_account("vertex")),
    _row("stale-token", "the gateway's token of Google has expired", "gateway-batch-api", "invalid authentication credentials", limit.account("vertex", token="stale")),
    _row("other-project", "the gateway sends its jobs to another project", "", "aiplatform.batchPredictionJobs.create", limit.account("vertex", project="other-project"), "gateway-batch-api"),
    _row("no-bucket", "the bucket was deleted", "vertex-bucket", "does not exist", _cloud(gcp.delete_bucket)),
    _row("agent-reads", "the service agent may read the bucket, and not write", "vertex-agent-bucket", "storage.objects.create", _cloud(grants.agent_has("roles/storage.objectViewer", "roles/storage.legacyBucketReader"))),
    _row("agent-objects", "the service agent has the objects, and may not look at the bucket", "vertex-agent-bucket", "failed to get GCS bucket location", _cloud(grants.agent_has("roles/storage.objectAdmin"))),
    _row("agent-condition", "a condition keeps the service agent to another bucket", "vertex-agent-bucket", "failed to get GCS bucket location", _cloud(grants.agent_has("roles/storage.objectAdmin", "roles/storage.legacyBucketReader", condition='resource.name.startsWith("projects/_/buckets/b/objects/old/")'))),
    _row("agent-deleted", "the service agent was deleted", "vertex-agent-bucket", "service agents are being provisioned", _cloud(grants.delete_agent)),
    _row("perimeter", "a perimeter of VPC Service Controls keeps the gateway out", "gateway-batch-api", "prohibited by organization's policy", _cloud(grants.perimeter)),
    _row("agent-expired", "the service agent's roles were for a time that is over", "vertex-agent-bucket", "failed to get GCS bucket location", _cloud(grants.agent_has("roles/storage.objectAdmin", "roles/storage.legacyBucketReader", condition='request.time < timestamp("2020-01-01T00:00:00Z")'))),
    _row("agent-only-objects", "a condition keeps the service agent to objects, and not to the bucket", "vertex-agent-bucket", "failed to get GCS bucket location", _cloud(grants.agent_has("roles/storage.objectAdmin", "roles/storage.legacyBucketReader", condition='resource.type == "storage.googleapis.com/Object"'))),
    _row("gateway-creates", "the gateway may write objects, and not read them", "vertex-gateway-bucket", "storage.objects.get", _cloud(grants.gateway_has("roles/storage.objectCreator"))),
    _row("gateway-views", "the gateway may read objects, and not write them", "vertex-gateway-bucket", "storage.objects.create", _cloud(grants.gateway_has("roles/storage.objectViewer"))),
    _row("account-gone", "the gateway's service account was deleted", "gateway-batch-api vertex-gateway-account", "invalid authentication credentials", _cloud(grants.delete_service_account)),
    _row("storage-off", "the Cloud Storage API is off", "vertex-apis", "Cloud Storage API", _cloud(grants.disable_storage_api), "vertex-bucket"),
    _row("short-lived", "a rule of the bucket deletes objects after two days", "vertex-bucket-expiry", "", _cloud(grants.expire_after(2)), unseen="the sandbox's jobs end within seconds"),
    _row("other-number", "the stack promises another project's number", "vertex-project", "", in_promises("vertex", project_number="987654321"), unseen="a job is sent by the project's id"),
    _row("other-agent", "the stack promises another project's service agent", "vertex-agent-name", "", in_promises("vertex", service_agent="service-1@gcp-sa-aiplatform.iam.gserviceaccount.com"), unseen="the bucket was opened to the right one before"),
    _row("number-id", "one custom_id is a number", "requests-custom-id", "Failed to import data", _file(edits.last(edits.fields(custom_id=7)))),
    _row("duplicate-id", "two requests share a custom_id", "requests-unique", "1 missing", _file(edits.same_id)),
    _row("cut-off-line", "the last line is cut off in the middle", "requests-json", "1 missing", _file(edits.cut_off)),
    _row("blank-line", "there is a blank line between two requests", "requests-json", "", _file(edits.blank_line), unseen="the sandbox's gateway drops the line; others may refuse it"),
    _row("no-prompt", "one request has no messages", "requests-body", "INTERNAL", _file(edits.last(edits.bare("messages")))),
    _row("no-answer", "one request asks for no token at all", "requests-max-tokens", "max_output_tokens must be from 1", _file(edits.last(edits.body(max_tokens=0)))),
    _row("deep-schema", "a schema is nested deeper than the importer reads", "requests-import-vertex", "nested deeper than 15", _file(edits.schemas(edits.nested(20)))),
    _row("empty-object", "a schema holds an empty object", "requests-import-vertex", "is an empty object", _file(edits.schemas({"properties": {}}))),
    _row("dollar-name", "a schema has a key with a dollar sign", "requests-import-vertex", "no valid field name", _file(edits.schemas({"$defs": {"a": {"type": "string"}}}))),
    _row("two-types", "a key is a text on one line and a number on another", "requests-import-vertex", "is a number here and a string before", _file(edits.schemas({"default": "a"}, {"default": 1}))),
)
# fmt: on
