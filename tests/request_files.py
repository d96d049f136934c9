"""Request files to test with, built line by line."""

import json

from preflight.contract import AzureOpenAI, Bedrock, OpenAI, VertexAI

PROMISED = {
    "openai": OpenAI("openai-main", "gpt-4o-mini"),
    "azure": AzureOpenAI(
        provider_name="azure-main",
        subscription_id="00000000-0000-0000-0000-00000000a2e0",
        resource_group="batches",
        account="batch-account",
        region="swedencentral",
        deployment="batch-gpt-4o-mini",
        model="gpt-4o-mini",
        sku="GlobalBatch",
        api_version="2024-10-21",
        gateway_principal_id="00000000-0000-0000-0000-00000000ca7e",
    ),
    "vertex": VertexAI(
        provider_name="vertex-main",
        project="sandbox-project",
        project_number="123456789",
        region="europe-west4",
        bucket="a-bucket",
        model="gemini-2.5-flash",
        gateway_service_account="gateway@sandbox-project.iam.gserviceaccount.com",
        service_agent="service-123456789@gcp-sa-aiplatform.iam.gserviceaccount.com",
    ),
    "bedrock": Bedrock(
        provider_name="bedrock-main",
        partition="aws",
        account="123456789012",
        region="us-west-2",
        bucket="a-bucket",
        model="anthropic.claude-3-5-haiku-20241022-v1:0",
        model_arns=(),
        job_role_arn="arn:aws:iam::123456789012:role/job",
        gateway_principal_arn="arn:aws:iam::123456789012:role/gateway",
    ),
}

MODELS = {
    "openai": "gpt-4o-mini",
    "azure": "batch-gpt-4o-mini",
    "vertex": "gemini-2.5-flash",
    "bedrock": "anthropic.claude-3-5-haiku-20241022-v1:0",
}


def request(number, provider="openai", **body):
    """A good request; `body` changes its body, None takes a field out."""
    fields = {
        "model": MODELS[provider],
        "messages": [
            {"role": "system", "content": 'Be brief, "please".'},
            {"role": "user", "content": f"What is {number} in words?\nSay it in one line."},
        ],
        "max_tokens": 50,
        **body,
    }
    return {
        "custom_id": f"ask-{number}",
        "method": "POST",
        "url": "/chat/completions" if provider == "azure" else "/v1/chat/completions",
        "body": {name: value for name, value in fields.items() if value is not None},
    }


def line(value):
    return json.dumps(value).encode()


def good_lines(count, provider="openai"):
    return [line(request(number, provider)) for number in range(1, count + 1)]


def write(path, lines):
    path.write_bytes(b"".join(one + b"\n" for one in lines))
    return path
