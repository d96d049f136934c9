import dataclasses
import itertools
import json
from pathlib import Path

import pytest
import yaml
from infra_world import (
    ALL,
    AZURE,
    BEDROCK,
    EVERYTHING,
    OPENAI,
    ROOT,
    VERTEX,
    all_four,
    every_type,
    run,
)

from infra.azure_openai import AzureOpenAIArgs
from infra.bedrock_args import BedrockArgs
from infra.vertex import VertexArgs
from preflight.contract import PROVIDERS, VERSION, Promises
from preflight.promises import parse

CLOUD_OF = {"openai": None, "azure": "azure-native", "vertex": "gcp", "bedrock": "aws"}
SETTINGS = {"openai": OPENAI, "azure": AZURE, "vertex": VERTEX, "bedrock": BEDROCK}
SUBSETS = [chosen for size in range(5) for chosen in itertools.combinations(PROVIDERS, size)]


@pytest.mark.parametrize("chosen", SUBSETS, ids=lambda chosen: "+".join(chosen) or "none")
def test_any_of_the_providers_can_be_on_and_touches_its_own_cloud_only(chosen):
    config = {}
    for provider in chosen:
        config |= SETTINGS[provider]
    recorder, outputs = run(config)
    assert set(outputs) == {"version", "gateway", *chosen}
    clouds = {it.token.partition(":")[0] for it in recorder.resources}
    assert clouds == {CLOUD_OF[provider] for provider in chosen} - {None}
    assert {token.partition(":")[0] for token, _ in recorder.calls} == clouds


def test_preflight_reads_every_field_that_the_program_writes():
    _, outputs = all_four()
    promises = parse(json.dumps(outputs), "stack sandbox")
    assert dataclasses.asdict(promises.gateway) == outputs["gateway"]
    for name in PROVIDERS:
        (target,), (section,) = promises.of(name), outputs[name]
        promised = {
            key: list(value) if isinstance(value, tuple) else value
            for key, value in dataclasses.asdict(target).items()
            if value is not None
        }
        assert promised == section
    assert outputs["version"] == VERSION
    assert set(outputs) == {"version", *(field.name for field in dataclasses.fields(Promises))}


def test_outputs_are_plain_json_and_no_number_became_a_float():
    _, outputs = all_four()
    assert json.loads(json.dumps(outputs)) == outputs
    assert isinstance(outputs["version"], int)


def test_what_every_provider_is_told_is_in_the_outputs_as_it_was_asked_for():
    asked = {
        "openaiProviderName": "openai-eu",
        "openaiModels": ["gpt-4.1-mini"],
        "azureProviderNames": ["azure-eu"],
        "azureModels": ["gpt-4.1@2025-04-14"],
        "azureApiVersion": "2025-03-01-preview",
        "vertexProviderName": "vertex-eu",
        "vertexModels": ["gemini-2.5-pro"],
        "bedrockProviderNames": ["bedrock-eu"],
        "bedrockModels": ["amazon.nova-lite-v1:0"],
    }
    _, outputs = run(ALL | asked)
    assert [outputs[provider][0]["provider_name"] for provider in PROVIDERS] == [
        f"{provider}-eu" for provider in PROVIDERS
    ]
    assert [outputs[provider][0]["model"] for provider in PROVIDERS] == [
        "gpt-4.1-mini",
        "gpt-4.1",
        "gemini-2.5-pro",
        "amazon.nova-lite-v1:0",
    ]
    assert outputs["azure"][0]["api_version"] == "2025-03-01-preview"


def test_no_output_holds_anything_that_could_be_a_secret():
    _, outputs = run(ALL | {"gatewayAwsExternalId": "tenant-7"})
    names = {key for name in PROVIDERS for target in outputs[name] for key in target}
    assert not [name for name in names if "key" in name or "secret" in name or "token" in name]
    assert "tenant-7" not in json.dumps(outputs)


@pytest.mark.parametrize("args", [AzureOpenAIArgs, BedrockArgs, VertexArgs])
def test_a_component_cannot_be_given_two_regions(args):
    places = [
        field.name
        for field in dataclasses.fields(args)
        if field.name in {"region", "location", "zone"}
        or field.name.endswith(("_region", "_location"))
    ]
    assert places == ["region"]


def test_the_program_uses_the_resource_types_that_the_sandbox_knows_and_no_others():
    assert every_type() == {
        "aws:iam/role:Role",
        "aws:iam/rolePolicy:RolePolicy",
        "aws:iam/userPolicy:UserPolicy",
        "aws:kms/key:Key",
        "aws:s3/bucket:Bucket",
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        "aws:s3/bucketLogging:BucketLogging",
        "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
        "aws:s3/bucketPolicy:BucketPolicy",
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        "azure-native:authorization:RoleAssignment",
        "azure-native:cognitiveservices:Account",
        "azure-native:cognitiveservices:Deployment",
        "azure-native:resources:ResourceGroup",
        "gcp:iam/workloadIdentityPool:WorkloadIdentityPool",
        "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider",
        "gcp:kms/cryptoKey:CryptoKey",
        "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember",
        "gcp:kms/keyRing:KeyRing",
        "gcp:projects/iAMCustomRole:IAMCustomRole",
        "gcp:projects/iAMMember:IAMMember",
        "gcp:projects/service:Service",
        "gcp:projects/serviceIdentity:ServiceIdentity",
        "gcp:serviceaccount/account:Account",
        "gcp:serviceaccount/iAMMember:IAMMember",
        "gcp:storage/bucket:Bucket",
        "gcp:storage/bucketIAMMember:BucketIAMMember",
    }
    recorder, _ = run(EVERYTHING)
    assert {token for token, _ in recorder.calls} == {
        "aws:index/getCallerIdentity:getCallerIdentity",
        "aws:index/getPartition:getPartition",
        "azure-native:authorization:getClientConfig",
        "gcp:organizations/getProject:getProject",
        "gcp:storage/getProjectServiceAccount:getProjectServiceAccount",
    }


STACKS = sorted((ROOT / "examples" / "stacks").glob("Pulumi.*.yaml"))


@pytest.mark.parametrize("path", STACKS, ids=lambda path: path.name)
def test_an_example_stack_is_taken_by_the_program(path: Path):
    config = yaml.safe_load(path.read_text())["config"]
    plain = {key.removeprefix("batch-preflight:"): value for key, value in config.items()}
    subscription = plain.get("azureSubscriptionId", "")
    recorder, _ = all_four()
    _, outputs = run(plain, dataclasses.replace(recorder, resources=[], subscription=subscription))
    assert set(outputs) > {"version", "gateway"}


def test_there_are_example_stacks():
    assert STACKS
