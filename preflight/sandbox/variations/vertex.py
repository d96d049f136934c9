"""Healthy variations of Vertex AI."""

from functools import partial

from preflight.sandbox.breakages import edits
from preflight.sandbox.breakages.breakage import in_cloud, in_file, in_promises
from preflight.sandbox.gcp import existing as google
from preflight.sandbox.gcp import grant_breakages as grants
from preflight.sandbox.gcp import healthy_grants as healthy
from preflight.sandbox.variations.variation import variation
from preflight.sandbox.world import PROJECT

_row = partial(variation, "vertex")
_file = partial(in_file, "vertex")
_cloud = partial(in_cloud, "vertex")

_JOBS = "aiplatform.batchPredictionJobs."
_THEIR_ACCOUNT = {"gatewayGcpServiceAccount": f"{google.ACCOUNT}@{PROJECT}.iam.gserviceaccount.com"}

# fmt: off
ROWS = (
    _row("no-model", "the requests leave the model to the job", _file(edits.each(edits.bare("model")))),
    _row("no-url", "the requests leave url and method to the gateway", _file(edits.each(edits.without("url", "method")))),
    _row("schema", "the requests ask for answers of a JSON Schema", _file(edits.schemas({"properties": {"a": {"type": "string"}}}))),
    _row("crlf", "the lines end as on Windows", _file(edits.crlf)),
    _row("number-ids", "every custom_id is a text of digits, and the run sends other names", _file(edits.numbered)),
    _row("unicode-ids", "the ids are words of other scripts, and the run sends other names", _file(edits.unicode_ids)),
    _row("agent-on-project", "the service agent's roles are on the project", _cloud(healthy.agent_on_project("roles/storage.admin"))),
    _row("agent-admin", "the service agent has one wide role on the bucket", _cloud(grants.agent_has("roles/storage.admin"))),
    _row("gateway-admin", "the gateway has a wide role on the bucket", _cloud(grants.gateway_has("roles/storage.admin"))),
    _row("gateway-editor", "the gateway is an administrator of Vertex AI", _cloud(healthy.gateway_on_project("roles/aiplatform.admin"))),
    _row("custom-role", "the gateway's rights are those of a custom role", _cloud(healthy.custom_role(*(f"{_JOBS}{verb}" for verb in ("create", "get", "list", "cancel"))))),
    _row("their-account", "the service account was there", settings=_THEIR_ACCOUNT, prepare=google.service_account),
    _row("federation", "the gateway comes in by its own issuer", settings={"gatewayGcpSubject": google.SUBJECT}, prepare=google.issuer),
    _row("their-bucket", "another project's bucket", settings={"vertexBuckets": [google.BUCKET]}, prepare=google.bucket),
    _row("their-encrypted-bucket", "another project's bucket with that project's key", settings={"vertexBuckets": [google.BUCKET], "resultDays": 30}, prepare=google.encrypted_bucket),
    _row("customer-key", "a customer key that the stack makes", settings={"vertexCustomerKey": True}),
    _row("their-key", "another project's customer key", settings={"vertexKeyNames": [google.KEY]}, prepare=google.key),
    _row("labels", "labels on all that takes them", settings={"tags": ["team=search", "cost-centre=42"]}),
    _row("logs", "accesses are logged", settings={"accessLogs": True}),
    _row("fortnight", "results are kept for the shortest time", settings={"resultDays": 14}),
    _row("two-models", "two models", settings={"vertexModels": ["gemini-2.5-flash", "gemini-2.5-pro"]}),
    _row("two-regions", "two regions", settings={"vertexRegions": ["europe-west4", "us-central1"]}, options=("--region", "us-central1")),
    _row("global", "the global endpoint, which takes a bucket of any place", in_promises("vertex", region="global")),
    _row("condition", "a condition that holds keeps the service agent to the bucket", _cloud(healthy.agent_condition('resource.name.startsWith("projects/_/buckets/{bucket}")'))),
    _row("condition-until", "the service agent's roles are for a time that outlasts the job", _cloud(healthy.agent_condition('request.time < timestamp("2099-01-01T00:00:00Z")'))),
    _row("condition-type", "a condition that names the service and the time", _cloud(healthy.agent_condition('resource.service == "storage.googleapis.com" && request.time > timestamp("2020-01-01T00:00:00Z")'))),
)
# fmt: on
