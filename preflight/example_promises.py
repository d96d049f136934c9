"""An example of what a stack promises, for who provisions by other means than the Pulumi program.

The names are nobody's: account and subscription ids are those that the clouds' own manuals use.
"""

from preflight.contract import AzureOpenAI, Bedrock, Gateway, OpenAI, Promises, VertexAI

_ACCOUNT = "123456789012"
_REGION = "us-west-2"
_MODEL = "openai.gpt-oss-120b-1:0"
_PROJECT = "your-project"
_NUMBER = "123456789012"

EXAMPLE = Promises(
    Gateway("https://gateway.truefoundry.ai"),
    openai=(OpenAI(provider_name="openai-main", model="gpt-4o-mini"),),
    azure=(
        AzureOpenAI(
            provider_name="azure-main",
            subscription_id="00000000-0000-0000-0000-000000000000",
            resource_group="your-resource-group",
            account="your-openai-account",
            region="swedencentral",
            deployment="your-batch-deployment",
            model="gpt-5-mini",
            sku="GlobalBatch",
            api_version="2024-10-21",
            gateway_principal_id="11111111-1111-1111-1111-111111111111",
        ),
    ),
    vertex=(
        VertexAI(
            provider_name="vertex-main",
            project=_PROJECT,
            project_number=_NUMBER,
            region="europe-west4",
            bucket="your-vertex-bucket",
            model="gemini-3.5-flash-lite",
            gateway_service_account=f"your-gateway@{_PROJECT}.iam.gserviceaccount.com",
            service_agent=f"service-{_NUMBER}@gcp-sa-aiplatform.iam.gserviceaccount.com",
        ),
    ),
    bedrock=(
        Bedrock(
            provider_name="bedrock-main",
            partition="aws",
            account=_ACCOUNT,
            region=_REGION,
            bucket="your-bedrock-bucket",
            model=_MODEL,
            model_arns=(f"arn:aws:bedrock:{_REGION}::foundation-model/{_MODEL}",),
            job_role_arn=f"arn:aws:iam::{_ACCOUNT}:role/your-bedrock-job-role",
            gateway_principal_arn=f"arn:aws:iam::{_ACCOUNT}:role/your-gateway-role",
        ),
    ),
)
"""All four providers; they also say the form of every field."""
