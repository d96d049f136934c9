"""The stand-in as a whole: each type, each function, each rule, and the process that it runs as."""

import importlib
import os
import subprocess
import sys
from itertools import chain

import grpc
import pytest
from engine.playing import Resource, provider
from engine.stack import ROOT
from engine.wire import read, write
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderStub
from standin_fixtures import aws, google
from standin_shapes import refusal

from preflight.sandbox.azure.cloud import AzureCloud
from preflight.sandbox.azure.operator import COGNITIVE, Arm
from preflight.sandbox.handlers import aws as aws_handlers
from preflight.sandbox.handlers import azure as azure_handlers
from preflight.sandbox.handlers import gcp as gcp_handlers

__all__ = ["aws", "google"]


@pytest.fixture
def azure(tmp_path):
    with AzureCloud(tmp_path) as cloud, provider("azure-native", cloud.env) as stub:
        yield cloud.env, stub


def test_a_deployment_changes_its_kind_in_place_and_all_else_goes_first(azure):
    env, stub = azure
    group = Resource(stub, "azure-native:resources:ResourceGroup").created(location="eastus")
    place = {"resourceGroupName": group.outputs["name"]}
    account = Resource(stub, "azure-native:cognitiveservices:Account").created(
        **place,
        accountName="batch-1",
        location="eastus",
        kind="OpenAI",
        sku={"name": "S0"},
        identity={"type": "SystemAssigned"},
        properties={"customSubDomainName": "batch-1"},
    )
    model = {"format": "OpenAI", "name": "gpt-4o-mini", "version": "2024-07-18"}
    asked = {
        **place,
        "accountName": "batch-1",
        "deploymentName": "batch",
        "sku": {"name": "GlobalBatch", "capacity": 50},
        "properties": {"model": model},
    }
    made = Resource(stub, "azure-native:cognitiveservices:Deployment").created(**asked)
    # What Azure adds by itself is in the state, and no difference.
    assert made.outputs["properties"]["provisioningState"] == "Succeeded"
    assert made.looked().asked == made.asked
    standard = {"name": "Standard", "capacity": 10}
    Arm(env).put(made.id, COGNITIVE, {"sku": standard, "properties": {"model": model}})
    found = made.looked()
    assert found.asked["sku"] == standard
    changed = found.diff(**asked)
    assert (changed.paths, changed.replaces) == ({"sku.name", "sku.capacity"}, [])
    assert found.updated(**asked).looked().asked["sku"] == {"name": "GlobalBatch", "capacity": 50}
    moved = group.diff(location="swedencentral")
    assert (moved.replaces, moved.deletes_first) == (["location"], True)
    for one in (made, account, group):
        one.deleted()
        assert one.looked() is None
    made.deleted()  # its group is gone, and so is it


def test_functions_are_answered(aws, google, azure):
    for (_, stub), token, name, value in (
        (aws, "aws:index/getPartition:getPartition", "partition", "aws"),
        (google, "gcp:organizations/getProject:getProject", "number", "123456789"),
        (azure, "azure-native:authorization:getClientConfig", "subscriptionId", None),
    ):
        answer = stub.Invoke(provider_pb2.InvokeRequest(tok=token, args=write({})))
        found = read(getattr(answer, "return")).values[name]
        assert found == (value or azure[0]["AZURE_SUBSCRIPTION_ID"])


def test_a_type_and_a_function_that_nobody_knows_are_named(google):
    _, stub = google
    code, words = refusal(Resource(stub, "gcp:pubsub/topic:Topic").checked, {})
    assert code is grpc.StatusCode.UNIMPLEMENTED
    assert "gcp:pubsub/topic:Topic" in words
    code, words = refusal(stub.Invoke, provider_pb2.InvokeRequest(tok="gcp:index/now:now"))
    assert code is grpc.StatusCode.UNIMPLEMENTED
    assert "gcp:index/now:now" in words


@pytest.mark.parametrize("package", ["aws", "gcp", "azure-native"])
def test_the_plugin_says_its_port_first_and_its_sdks_version(package):
    process = subprocess.Popen(
        [sys.executable, "-m", "engine.plugin", package, "127.0.0.1:1"],
        env=os.environ | {"PYTHONPATH": str(ROOT / "tests")},
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            port = int(process.stdout.readline())
            with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
                stub = ResourceProviderStub(channel)
                told = stub.GetPluginInfo(empty_pb2.Empty(), timeout=20).version
        finally:
            process.kill()
    module = importlib.import_module(f"pulumi_{package.replace('-', '_')}")
    assert told == module._utilities.get_version()  # noqa: SLF001 - it has no public name


ENVIRONMENTS = {"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_DEFAULT_REGION": "us-west-2"}


@pytest.mark.filterwarnings("ignore:.* has been deprecated in favor of:DeprecationWarning")
def test_every_rule_names_an_input_that_the_real_sdk_has(azure):
    env, _ = azure
    tables = (
        aws_handlers.handlers(ENVIRONMENTS),
        gcp_handlers.handlers({}),
        azure_handlers.handlers(env),
    )
    for token, handler in chain.from_iterable(table.items() for table in tables):
        package, module, kind = token.split(":")
        sdk = importlib.import_module(
            f"pulumi_{package.replace('-', '_')}.{module.partition('/')[0]}"
        )
        # Where a nested type has the resource's name, it has the shorter name too.
        arguments = getattr(sdk, f"{kind}InitArgs", None) or getattr(sdk, f"{kind}Args")
        known = {
            member.fget._pulumi_name  # noqa: SLF001 - it has no public name
            for member in vars(arguments).values()
            if isinstance(member, property)
        }
        rules = handler.rules
        named = {rules.named_by} if rules.named_by else set()
        # A setting's handler serves them all, and only one of them has a policy.
        documents = rules.documents & known
        assert rules.replaced_by | named | documents <= known | {"expectedBucketOwner"}, token
        assert rules.replaced_by & known, token
