"""One-place breakages: each makes one promise or one file untrue, as it happens to people.

A breakage declares which checks must fail for it, and what the provider says when the job is forced
through; a test compares both with what really happens.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from preflight.sandbox import limit_breakages as limit
from preflight.sandbox.aws import breakages as aws
from preflight.sandbox.aws import existing as found
from preflight.sandbox.aws.cloud import OTHER_ACCOUNT
from preflight.sandbox.azure import breakages as azure
from preflight.sandbox.azure import existing as microsoft
from preflight.sandbox.gcp import breakages as gcp
from preflight.sandbox.gcp import existing as google
from preflight.sandbox.world import PROJECT, Prepare, Sandbox
from preflight.seams import UsageError

_GUARD = "a job runs without it"
_THEIR_ACCOUNT = {"gatewayGcpServiceAccount": f"{google.ACCOUNT}@{PROJECT}.iam.gserviceaccount.com"}
_OWN_ISSUER = {"gatewayGcpSubject": google.SUBJECT}
_THEIR_KEY = {"vertexKeyNames": [google.KEY]}
_THEIR_GROUP = {"azureResourceGroup": microsoft.GROUP}
_THEIR_AZURE = {**_THEIR_GROUP, "azureAccounts": [microsoft.ACCOUNT]}
_THEIR_BUCKET = {"vertexBuckets": [google.BUCKET]}

_OWN_KEY = {"bedrockCustomerKey": True}
_OUR_IDENTITY = {"gatewayAwsIdentityArn": "made"}

BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Breakage:
    """One thing to break.

    `fails` are the ids of the checks that must fail, and no other; `says` is a piece of what the
    forced job ends with; `blinds` are the checks that it keeps from finding out. `settings` and
    `prepare` are those of the world that it is broken in, where that is not the default one.
    `unseen` says why no job can show it: then the forced one completes, and `says` nothing.
    """

    name: str
    provider: str
    words: str
    fails: frozenset[str]
    says: str
    apply: Callable[[Sandbox], None]
    blinds: frozenset[str] = frozenset()
    settings: Mapping[str, object] = field(default_factory=dict)
    prepare: Prepare | None = None
    unseen: str = ""

    @property
    def needs(self) -> str:
        """The settings of its world, as one text; "" where it is the default one."""
        return ", ".join(self.settings)


def _rewrite(
    provider: str, change: Callable[[list[bytes]], list[bytes]]
) -> Callable[[Sandbox], None]:
    """A breakage of the provider's request file."""

    def apply(sandbox: Sandbox) -> None:
        path: Path = sandbox.request_file(provider)
        path.write_bytes(b"".join(change(path.read_bytes().splitlines(keepends=True))))

    return apply


def _same_id(lines: list[bytes]) -> list[bytes]:
    """The last request takes the first one's id."""
    first, last = json.loads(lines[0]), json.loads(lines[-1])
    last["custom_id"] = first["custom_id"]
    return [*lines[:-1], json.dumps(last).encode() + b"\n"]


def _virtual_model(lines: list[bytes]) -> list[bytes]:
    """Every request names a virtual model, which the gateway would route and fall back on."""
    requests = [json.loads(line) for line in lines]
    for request in requests:
        request["body"]["model"] = "my-virtual-account/cheapest"
    return [json.dumps(request).encode() + b"\n" for request in requests]


def _stream(lines: list[bytes]) -> list[bytes]:
    first = json.loads(lines[0])
    first["body"]["stream"] = True
    return [json.dumps(first).encode() + b"\n", *lines[1:]]


def _body(**fields: object) -> Callable[[list[bytes]], list[bytes]]:
    """Every request has these fields in its body too."""

    def change(lines: list[bytes]) -> list[bytes]:
        requests = [json.loads(line) for line in lines]
        for request in requests:
            request["body"].update(fields)
        return [json.dumps(request).encode() + b"\n" for request in requests]

    return change


def _cloud(provider: str, function: Callable[..., None]) -> Callable[[Sandbox], None]:
    """A breakage of what was provisioned for the provider."""

    def apply(sandbox: Sandbox) -> None:
        function(sandbox.env, sandbox.promises.of(provider)[0])

    return apply


def _breakage(  # noqa: PLR0917 - a table reads best in columns
    provider: str,
    name: str,
    words: str,
    fails: str,
    says: str,
    apply: Callable[[Sandbox], None],
    blinds: str = "",
    *,
    settings: Mapping[str, object] | None = None,
    prepare: Prepare | None = None,
    unseen: str = "",
) -> Breakage:
    ids, blind = frozenset(fails.split()), frozenset(blinds.split())
    return Breakage(
        f"{provider}-{name}",
        provider,
        words,
        ids,
        says,
        apply,
        blind,
        settings or {},
        prepare,
        unseen,
    )


# fmt: off
BREAKAGES = (
    _breakage("openai", "duplicate-id", "two requests share a custom_id", "requests-unique", "duplicate_custom_id", _rewrite("openai", _same_id)),
    _breakage("openai", "cut-off-line", "the last line is cut off in the middle", "requests-json", "invalid_json_line", _rewrite("openai", lambda lines: [*lines[:-1], lines[-1][:40]])),
    _breakage("openai", "virtual-model", "the requests name a virtual model", "requests-model", "virtual", _rewrite("openai", _virtual_model)),
    _breakage("openai", "streaming", "one request asks for a stream", "requests-stream", "stream", _rewrite("openai", _stream)),
    _breakage("openai", "misspelt", "a parameter is misspelt", "requests-parameters", "Unrecognized request argument supplied: temprature", _rewrite("openai", _body(temprature=0.5))),
    _breakage("openai", "long-answers", "the requests ask for longer answers than the model gives", "requests-max-tokens", "max_tokens is too large", _rewrite("openai", _body(max_tokens=20_000))),
    _breakage("openai", "full-queue", "the organisation's queue takes fewer tokens", "openai-queue", "token_limit_exceeded", limit.full_queue),
    _breakage("openai", "shut-down", "the model is shut down while the batch runs", "openai-model-retirement", "model_not_found", limit.shut_down),
    _breakage("openai", "gateway-size", "the gateway takes smaller files only", "requests-size", "max_batch_file_size_mb", limit.gateway("max_bytes", 10_000, max_bytes=10_000)),
    _breakage("azure", "standard-deployment", "the deployment is of type Standard", "azure-deployment-type", "SKU", _cloud("azure", azure.standard_deployment)),
    _breakage("azure", "bom", "the file begins with a byte order mark", "requests-encoding", "model", _rewrite("azure", lambda lines: [BOM + lines[0], *lines[1:]])),
    _breakage("azure", "read-only-role", "the gateway has a role that cannot upload", "azure-gateway-role", "files/write", _cloud("azure", azure.read_only_role)),
    _breakage("azure", "no-deployment", "the deployment is gone", "azure-deployment", "model_not_found", _cloud("azure", azure.delete_deployment)),
    _breakage("azure", "capacity", "the deployment queues too few tokens", "azure-capacity", "token_limit_exceeded", _cloud("azure", azure.shrink_capacity)),
    _breakage("azure", "other-model", "the deployment serves another model", "azure-deployment-model", "", _cloud("azure", azure.other_model), unseen="nothing refuses it: another model answers"),
    _breakage("azure", "no-account", "the account was deleted, and Azure keeps its name", "azure-account", "404", _cloud("azure", azure.delete_account), "gateway-batch-api"),
    _breakage("azure", "group-no-role", "in a group that was there, the gateway lost its role", "azure-gateway-role", "files/write", _cloud("azure", azure.remove_role), "gateway-batch-api", settings=_THEIR_GROUP, prepare=microsoft.group),
    _breakage("azure", "their-account-kind", "in an account that was there, the deployment was made Standard", "azure-deployment-type", "SKU", _cloud("azure", azure.standard_deployment), settings=_THEIR_AZURE, prepare=microsoft.account),
    _breakage("azure", "their-account-role", "in an account that was there, the gateway lost its role", "azure-gateway-role", "files/write", _cloud("azure", azure.remove_role), "gateway-batch-api", settings=_THEIR_AZURE, prepare=microsoft.account),
    _breakage("azure", "gateway-model", "the gateway has lost the model", "gateway-model", "is not registered", limit.unregistered("gpt-4o-mini", "batch-gpt-4o-mini")),
    _breakage("vertex", "bucket-region", "the bucket is in another region", "vertex-bucket-region", "location", _cloud("vertex", gcp.move_bucket)),
    _breakage("vertex", "agent-grants", "the service agent lost its grants", "vertex-agent-bucket", "bucket", _cloud("vertex", gcp.remove_agent_grants)),
    _breakage("vertex", "job-right", "the gateway may create no jobs", "vertex-gateway-project", "aiplatform.batchPredictionJobs.create", _cloud("vertex", gcp.remove_job_right), "gateway-batch-api"),
    _breakage("vertex", "upload-right", "the gateway may not write the bucket", "vertex-gateway-bucket", "storage.objects.create", _cloud("vertex", gcp.remove_upload_right)),
    _breakage("vertex", "api-off", "the Vertex AI API is off", "vertex-apis", "disabled", _cloud("vertex", gcp.disable_api), "gateway-batch-api vertex-model"),
    _breakage("vertex", "public-access", "the bucket may be opened to the public", "vertex-bucket-guards", "", _cloud("vertex", gcp.allow_public_access), unseen=_GUARD),
    _breakage("vertex", "access-logs", "the bucket's accesses are not logged any more", "vertex-bucket-guards", "", _cloud("vertex", gcp.stop_access_logs), settings={"accessLogs": True}, unseen=_GUARD),
    _breakage("vertex", "their-account-off", "the existing service account is disabled", "gateway-batch-api vertex-gateway-account", "invalid authentication credentials", _cloud("vertex", gcp.disable_service_account), settings=_THEIR_ACCOUNT, prepare=google.service_account),
    _breakage("vertex", "pool-binding", "the gateway's workload may not act as the service account", "vertex-gateway-federation", "iam.serviceAccounts.getAccessToken", _cloud("vertex", gcp.remove_federation), "gateway-batch-api", settings=_OWN_ISSUER, prepare=google.issuer),
    _breakage("vertex", "pool-provider", "the identity pool's provider is off", "vertex-gateway-federation", "audience", _cloud("vertex", gcp.disable_provider), "gateway-batch-api", settings=_OWN_ISSUER, prepare=google.issuer),
    _breakage("vertex", "pool-issuer", "the identity pool trusts another issuer", "vertex-gateway-federation", "issuer", _cloud("vertex", gcp.change_issuer), "gateway-batch-api", settings=_OWN_ISSUER, prepare=google.issuer),
    _breakage("vertex", "pool-api", "the API that exchanges the gateway's tokens is off", "vertex-apis", "Security Token Service API", _cloud("vertex", gcp.disable_tokens_api), "gateway-batch-api", settings=_OWN_ISSUER, prepare=google.issuer),
    _breakage("vertex", "key-grant", "Cloud Storage may not use the customer key", "vertex-bucket-key", "Permission denied on Cloud KMS key", _cloud("vertex", gcp.remove_key_grant), settings={"vertexCustomerKey": True}),
    _breakage("vertex", "key-off", "the customer key is off", "vertex-bucket-key", "is not enabled", _cloud("vertex", gcp.disable_key), settings={"vertexCustomerKey": True}),
    _breakage("vertex", "key-cleared", "Google's own keys encrypt the bucket", "vertex-bucket-key", "", _cloud("vertex", gcp.clear_key), settings={"vertexCustomerKey": True}, unseen="a job runs with any key that can be used"),
    _breakage("vertex", "their-key-grant", "Cloud Storage may not use the existing key", "vertex-bucket-key", "Permission denied on Cloud KMS key", _cloud("vertex", gcp.remove_key_grant), settings=_THEIR_KEY, prepare=google.key),
    _breakage("vertex", "their-bucket", "the service agent lost its grants on the other project's bucket", "vertex-agent-bucket", "bucket", _cloud("vertex", gcp.remove_bucket_agent_grants), settings=_THEIR_BUCKET, prepare=google.bucket),
    _breakage("vertex", "image", "one request has an image, and the gateway counts tokens", "requests-features-gateway", "Could not account for all tokens", limit.image("vertex")),
    _breakage("bedrock", "pass-role", "the gateway may not pass the job role", "bedrock-gateway-pass-role", "iam:PassRole", _cloud("bedrock", aws.remove_pass_role)),
    _breakage("bedrock", "bucket-region", "the bucket is in another region", "bedrock-bucket-region", "PermanentRedirect", _cloud("bedrock", aws.move_bucket)),
    _breakage("bedrock", "source-account", "the job role trusts another account's jobs", "bedrock-job-role-trust", "assume", _cloud("bedrock", aws.wrong_source_account)),
    _breakage("bedrock", "service-principal", "the job role does not trust Bedrock", "bedrock-job-role-trust", "assume", _cloud("bedrock", aws.remove_service_principal)),
    _breakage("bedrock", "bucket-policy", "the bucket's policy keeps the job role out", "bedrock-bucket-policy", "explicit deny", _cloud("bedrock", aws.deny_in_bucket_policy)),
    _breakage("bedrock", "results-right", "the job role may not write results", "bedrock-job-role-bucket", "s3:PutObject", _cloud("bedrock", aws.drop_results_right)),
    _breakage("bedrock", "model-right", "the job role may not run the model", "bedrock-job-role-models", "bedrock:InvokeModel", _cloud("bedrock", aws.drop_model_right)),
    _breakage("bedrock", "job-rights", "the gateway may create no jobs", "bedrock-gateway-jobs", "bedrock:CreateModelInvocationJob", _cloud("bedrock", aws.drop_job_rights), "gateway-batch-api"),
    _breakage("bedrock", "plain-text", "the bucket's policy is gone, and plain text is taken", "bedrock-bucket-guards", "", _cloud("bedrock", aws.remove_bucket_policy), unseen=_GUARD),
    _breakage("bedrock", "public-access", "nothing but its policy keeps the public out of the bucket", "bedrock-bucket-guards", "", _cloud("bedrock", aws.remove_public_access_block), unseen=_GUARD),
    _breakage("bedrock", "access-logs", "the bucket's accesses are not logged any more", "bedrock-bucket-guards", "", _cloud("bedrock", aws.stop_access_logs), settings={"accessLogs": True}, unseen=_GUARD),
    _breakage("bedrock", "key-disabled", "the customer key is disabled", "bedrock-bucket-key", "is disabled", _cloud("bedrock", aws.disable_key), settings=_OWN_KEY),
    _breakage("bedrock", "key-rights", "the job role may not use the customer key", "bedrock-bucket-key", "Could not validate GetObject permissions", _cloud("bedrock", aws.drop_key_rights), settings=_OWN_KEY),
    _breakage("bedrock", "key-policy", "the customer key's policy keeps the job role out", "bedrock-bucket-key", "Could not validate GetObject permissions", _cloud("bedrock", aws.deny_in_key_policy), settings=_OWN_KEY),
    _breakage("bedrock", "key-cleared", "S3's own keys encrypt the bucket", "bedrock-bucket-key", "", _cloud("bedrock", aws.clear_key), settings=_OWN_KEY, unseen="a job runs with any key that can be used"),
    _breakage("bedrock", "our-key-disabled", "the existing key is disabled", "bedrock-bucket-key", "is disabled", _cloud("bedrock", aws.disable_key), settings={"bedrockKeyArns": ["made"]}, prepare=found.key),
    _breakage("bedrock", "output-right", "the job role may not write to the results' own bucket", "bedrock-job-role-bucket", "s3:PutObject", _cloud("bedrock", aws.drop_output_right), settings={"bedrockSeparateOutput": True}),
    _breakage("bedrock", "prefix-right", "the job role may not write below the results' prefix", "bedrock-job-role-bucket", "s3:PutObject", _cloud("bedrock", aws.drop_output_right), settings={"bedrockOutputPrefix": "results"}),
    _breakage("bedrock", "our-user", "the existing user has lost its policy", "bedrock-gateway-jobs bedrock-gateway-bucket bedrock-gateway-pass-role", "s3:PutObject", _cloud("bedrock", aws.remove_gateway_policy), "gateway-batch-api", settings=_OUR_IDENTITY, prepare=found.gateway_user),
    _breakage("bedrock", "our-role", "the existing gateway role may not pass the job role", "bedrock-gateway-pass-role", "iam:PassRole", _cloud("bedrock", aws.remove_pass_role), settings=_OUR_IDENTITY, prepare=found.gateway_role),
    _breakage("bedrock", "our-job-role", "the existing job role does not trust Bedrock any more", "bedrock-job-role-trust", "assume", _cloud("bedrock", aws.remove_service_principal), settings={"bedrockJobRoleArn": "made"}, prepare=found.job_role),
    _breakage("bedrock", "our-bucket", "the existing bucket is in another region", "bedrock-bucket-region", "PermanentRedirect", _cloud("bedrock", aws.move_bucket), settings={"bedrockBuckets": [found.BUCKET]}, prepare=found.bucket),
    _breakage("bedrock", "their-bucket", "another account's bucket lets nobody in any more", "bedrock-bucket-policy", "no resource-based policy allows", _cloud("bedrock", aws.remove_bucket_policy), settings={"bedrockBucketAccount": OTHER_ACCOUNT}, prepare=found.foreign_bucket),
    _breakage("bedrock", "boundary", "the permissions boundary keeps the job role from writing results", "bedrock-job-role-bucket", "s3:PutObject", _cloud("bedrock", aws.bound_job_role), settings={"awsPermissionsBoundaryArn": "made"}, prepare=found.boundary),
    _breakage("bedrock", "too-few", "the file holds 99 requests", "bedrock-quota-minimum", "less records", _rewrite("bedrock", lambda lines: lines[:99])),
    _breakage("bedrock", "open-batches", "the key may have no open batch", "gateway-open-batches", "batch_limit_exceeded", limit.gateway("max_open_batches", 0, max_open_batches=0)),
)
# fmt: on
"""In the order of the providers."""

DEMO = {
    "openai": "openai-duplicate-id",
    "azure": "azure-standard-deployment",
    "vertex": "vertex-bucket-region",
    "bedrock": "bedrock-pass-role",
}
"""The one that the demonstration breaks at each provider."""


def named(name: str) -> Breakage:
    """The breakage of that name. Raises UsageError."""
    for breakage in BREAKAGES:
        if breakage.name == name:
            return breakage
    raise UsageError(name, "is no breakage", "see `preflight sandbox list`")
