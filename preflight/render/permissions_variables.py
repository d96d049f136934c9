"""The variables of the Terraform text: what each is, and the declarations of those in use."""

import re
from collections.abc import Mapping

from preflight.render.permissions_hcl import Line, Value, block, reference

EXTERNAL_ID = "bedrock_gateway_external_id"
KEY = "bedrock_kms_key_arn"
OWN_PRINCIPAL = "bedrock_gateway_own_principal_arn"

_AGENT = "service-PROJECT_NUMBER@gcp-sa-aiplatform.iam.gserviceaccount.com"
_STORAGE = "service-PROJECT_NUMBER@gs-project-accounts.iam.gserviceaccount.com"
_MODELS = "bedrock_model_arns"

VARIABLES = {
    "bedrock_partition": "AWS partition: aws, aws-us-gov or aws-cn",
    "bedrock_account": "Id of the AWS account that the jobs run in",
    "bedrock_region": "AWS region that the jobs run in",
    "bedrock_bucket": "S3 bucket of the requests and results, in that region",
    _MODELS: "ARN of the model; or of an inference profile, and of its model in each region",
    "bedrock_results_bucket": "S3 bucket of the results, in that region",
    "bedrock_bucket_account": "Id of the AWS account that owns the bucket",
    "bedrock_kms_key_arn": "ARN of the customer key that encrypts the bucket; empty for none",
    "bedrock_job_role_name": "Name of the role that Bedrock runs the jobs as",
    "bedrock_job_role_arn": "ARN of the role that Bedrock runs the jobs as",
    "bedrock_gateway_role_name": "Name of the role that the gateway acts as",
    "bedrock_gateway_user_name": "Name of the IAM user that the gateway is",
    OWN_PRINCIPAL: "ARN of the gateway's own principal, which may assume its role",
    EXTERNAL_ID: "External id that the gateway must name when it does; empty asks for none",
    "vertex_project": "Id of the Google Cloud project that the jobs run in",
    "vertex_bucket": "Cloud Storage bucket of the requests and results",
    "vertex_gateway_service_account": "E-mail of the gateway's service account",
    "vertex_service_agent": f"E-mail of Vertex AI's service agent: {_AGENT}",
    "vertex_kms_key": "Customer key of the bucket, projects/.../cryptoKeys/...; empty for none",
    "vertex_storage_agent": f"E-mail of Cloud Storage's service agent, with a key: {_STORAGE}",
    "vertex_federation": "principal:// that may act as the service account; empty for nobody",
    "azure_subscription_id": "Id of the subscription that the Azure OpenAI account is in",
    "azure_resource_group": "Resource group of the Azure OpenAI account",
    "azure_account": "Name of the Azure OpenAI account",
    "auditor_aws_principal_arn": "ARN of who may assume the role that runs preflight check",
    "auditor_gcp_member": "Who runs preflight check, such as serviceAccount:EMAIL",
    "auditor_azure_principal_id": "Entra object id of who runs preflight check",
    "bedrock_model": "Id of the foundation model",
    "azure_gateway_principal_id": "Entra object id of the gateway's service principal",
}
"""Name -> description, in the order of declaring."""


_NONE: Mapping[str, Value] = dict.fromkeys(
    (EXTERNAL_ID, KEY, "vertex_kms_key", "vertex_storage_agent", "vertex_federation"), ""
)
"""What not everybody has."""


def declared(text: str, defaults: Mapping[str, Value]) -> str:
    """Declarations of the variables that the text uses; one without a default has to be given."""
    blocks = [
        _variable(name, {**_NONE, **defaults}.get(name))
        for name in VARIABLES
        if re.search(rf"\bvar\.{name}\b", text)
    ]
    return "\n".join("\n".join(lines) + "\n" for lines in blocks)


def _variable(name: str, default: Value | None) -> list[str]:
    lines: list[Line] = [
        ("description", VARIABLES[name]),
        ("type", reference("list(string)" if name == _MODELS else "string")),
    ]
    if default is not None:
        lines.append(("default", default))
    return block(f'variable "{name}"', lines)
