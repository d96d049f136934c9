"""What stands in each suite, and what decides about the rest of it: one row a suite, in order."""

import pytest

from preflight.checks import azure, bedrock, gateway, openai, vertex
from preflight.contract import PROVIDERS

MODULES = {"openai": openai, "azure": azure, "vertex": vertex, "bedrock": bedrock}
SUITES = {
    "gateway": dict(gateway.SUITES),
    "openai tables": dict(openai.TABLE_SUITES),
    "openai queue": {"gates": openai.GATES},
    "azure gates": {
        "gateway's": gateway.GATES,
        "queue": azure.GATES,
        **dict(azure.GATEWAY_SUITES),
        "sized": azure.SIZED_CHECKS,
        "queued": azure.QUEUED_CHECKS,
    },
} | {name: dict(module.SUITES) for name, module in MODULES.items()}

# A check that ends in ! is a gate: what stands after it is asked only where it passed.
STAND = {
    "gateway": {
        "gateway": [
            "gateway-reachable!",
            "gateway-key!",
            "gateway-key-lifetime",
            "gateway-provider-account!",
            "gateway-model",
            "gateway-batch-api!",
            "gateway-open-batches",
        ],
    },
    "openai tables": {
        "openai model": [
            "openai-model",
            "openai-model-retirement",
        ],
    },
    "openai queue": {
        "gates": [
            "gateway-reachable!",
            "gateway-key!",
            "gateway-provider-account!",
            "openai-key!",
        ],
    },
    "azure gates": {
        "gateway's": [
            "gateway-reachable!",
            "gateway-key!",
            "gateway-provider-account!",
            "gateway-batch-api!",
        ],
        "queue": [
            "azure-credentials!",
            "azure-account!",
            "azure-deployment!",
            "azure-deployment-type",
        ],
        "azure files": [
            "azure-files",
        ],
        "sized": [
            "azure-capacity",
        ],
        "queued": [
            "azure-open-batches",
        ],
    },
    "openai": {
        "openai": [
            "gateway-reachable!",
            "gateway-key!",
            "gateway-provider-account!",
            "openai-key!",
            "openai-open-batches",
        ],
    },
    "azure": {
        "azure account": [
            "azure-credentials!",
            "azure-account!",
            "azure-subdomain",
            "azure-region",
            "azure-network",
        ],
        "azure deployment": [
            "azure-credentials!",
            "azure-account!",
            "azure-deployment!",
            "azure-deployment-type",
            "azure-deployment-model",
        ],
        "azure gateway identity": [
            "azure-credentials!",
            "azure-account!",
            "azure-gateway-role",
        ],
        "azure quota": [
            "azure-credentials!",
            "azure-account!",
            "azure-deployment!",
            "azure-quota",
        ],
        "azure model": [
            "azure-credentials!",
            "azure-account!",
            "azure-model-retirement",
            "azure-model-offered!",
            "azure-model-batch",
        ],
        "azure API": [
            "azure-api-version",
        ],
    },
    "vertex": {
        "vertex project": [
            "vertex-credentials!",
            "vertex-project!",
            "vertex-apis",
        ],
        "vertex bucket": [
            "vertex-credentials!",
            "vertex-bucket!",
            "vertex-bucket-region",
            "vertex-bucket-access",
            "vertex-bucket-guards",
            "vertex-bucket-expiry",
            "vertex-bucket-key",
        ],
        "vertex gateway identity": [
            "vertex-credentials!",
            "vertex-gateway-account!",
            "vertex-gateway-federation",
            "vertex-gateway-project",
        ],
        "vertex gateway on bucket": [
            "vertex-credentials!",
            "vertex-bucket!",
            "vertex-gateway-account!",
            "vertex-gateway-bucket",
        ],
        "vertex service agent": [
            "vertex-credentials!",
            "vertex-project!",
            "vertex-agent-name!",
            "vertex-bucket!",
            "vertex-agent-bucket",
        ],
        "vertex model": [
            "vertex-credentials!",
            "vertex-location!",
            "vertex-model",
        ],
        "vertex batch models": [
            "vertex-model-batch",
            "vertex-model-retirement",
        ],
    },
    "bedrock": {
        "bedrock bucket": [
            "bedrock-credentials!",
            "bedrock-bucket!",
            "bedrock-bucket-region",
            "bedrock-bucket-owner",
            "bedrock-bucket-policy",
            "bedrock-bucket-key",
            "bedrock-bucket-expiry",
            "bedrock-bucket-guards",
        ],
        "bedrock job role": [
            "bedrock-credentials!",
            "bedrock-job-role!",
            "bedrock-job-role-trust",
            "bedrock-job-role-bucket",
            "bedrock-job-role-models",
        ],
        "bedrock gateway": [
            "bedrock-credentials!",
            "bedrock-gateway-identity!",
            "bedrock-gateway-jobs",
            "bedrock-gateway-bucket",
            "bedrock-gateway-pass-role",
        ],
        "bedrock model": [
            "bedrock-credentials!",
            "bedrock-model!",
            "bedrock-model-agreement",
            "bedrock-model-batch",
            "bedrock-model-retirement",
            "bedrock-open-jobs",
        ],
    },
}


@pytest.mark.parametrize("name", STAND)
def test_each_suite_asks_what_it_should_behind_the_gates_that_decide_about_it(name):
    stand = {
        suite: [check.id + "!" * check.gate for check in checks]
        for suite, checks in SUITES[name].items()
    }
    assert stand == STAND[name]


def test_no_suite_of_a_provider_is_left_out_here():
    assert set(STAND) == set(SUITES)
    assert set(MODULES) == set(PROVIDERS)
