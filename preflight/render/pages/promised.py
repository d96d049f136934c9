"""What a stack writes down of each provider, field by field: for who writes the file by hand."""

import dataclasses

from preflight.contract import CLASSES
from preflight.example_promises import EXAMPLE
from preflight.render.pages.markdown import code, codes, table

_ACCOUNT_AT_GATEWAY = "the provider account at the gateway"
_REGION = "where the jobs run"
_KEY_OMITTED = "left out where the cloud's own keys encrypt the bucket"
_GUARDS = (
    "what is promised of the bucket beyond what a job needs: `encrypted-transport`,"
    " `no-public-access`, `access-logs`; left out, none is looked at"
)
_GUARDS_GOOGLE = _GUARDS.replace("`encrypted-transport`, ", "")

MEANING = {
    "openai": {"provider_name": _ACCOUNT_AT_GATEWAY, "model": "OpenAI's id of the model"},
    "azure": {
        "provider_name": f"{_ACCOUNT_AT_GATEWAY}, another one for each account",
        "subscription_id": "the subscription of the account",
        "resource_group": "the account's resource group, by its name",
        "account": "the account's name",
        "region": "where the account is",
        "deployment": "the deployment's name, which is what a request file names as its model",
        "model": "the model that is deployed",
        "sku": "the deployment's kind, `GlobalBatch` or `DataZoneBatch`",
        "api_version": "what the gateway names to Azure",
        "gateway_principal_id": "Entra object id of the gateway's service principal",
    },
    "vertex": {
        "provider_name": _ACCOUNT_AT_GATEWAY,
        "project": "the project's id",
        "project_number": "the project's number",
        "region": _REGION,
        "bucket": "the bucket in that region, without `gs://`",
        "model": "Google's id of the model",
        "gateway_service_account": "whom the gateway acts as",
        "service_agent": "Vertex AI's service agent of the project",
        "kms_key": f"full name of the customer key; {_KEY_OMITTED}",
        "storage_agent": "Cloud Storage's service agent of the bucket's project; with `kms_key`",
        "federation": (
            "the member of an identity pool that acts as the service account, `principal://...`"
        ),
        "federation_provider": "the pool's provider by its full name; with `federation`",
        "federation_issuer": "whose tokens it takes; with `federation`",
        "federation_audience": "for whom the tokens are, where not for the provider itself",
        "guards": _GUARDS_GOOGLE,
    },
    "bedrock": {
        "provider_name": _ACCOUNT_AT_GATEWAY,
        "partition": "`aws`, `aws-us-gov` or `aws-cn`",
        "account": "the account that the jobs run in",
        "region": _REGION,
        "bucket": "the bucket in that region, without `s3://`",
        "model": "id of a foundation model or of an inference profile",
        "model_arns": "the model; or the profile and its model in every region it routes to",
        "job_role_arn": "whom Bedrock runs the jobs as",
        "gateway_principal_arn": "the role or user that the gateway acts as",
        "bucket_account": "who owns the bucket, where that is another account",
        "output_uri": "`s3://BUCKET/PREFIX/` where results do not go beside the requests",
        "kms_key_arn": f"the customer key; {_KEY_OMITTED}",
        "guards": _GUARDS,
    },
}
"""By provider and field."""


def promised(provider: str) -> str:
    """The fields of one target, those that may be left out last, each with an example."""
    (example,) = EXAMPLE.of(provider)
    rows = []
    for field in dataclasses.fields(CLASSES[provider]):
        value = getattr(example, field.name)
        needed = field.default is dataclasses.MISSING
        shown = codes(value) if isinstance(value, tuple) else code(str(value)) if value else ""
        meaning = MEANING[provider][field.name]
        rows.append((code(field.name), "yes" if needed else "", meaning, shown))
    return table(("Field", "Needed", "What it is", "Example"), rows)
