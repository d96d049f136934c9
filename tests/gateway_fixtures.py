"""One gateway before doubles for all tests of a file, as new for each test."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from gateway_world import KEY, Double, World
from moto.moto_server.threaded_moto_server import ThreadedMotoServer

from preflight.sandbox.accounts import AzureAccount, OpenAIAccount, VertexAccount
from preflight.sandbox.gateway import SandboxGateway
from preflight.sandbox.serving import serve


@pytest.fixture(scope="module")
def aws_url():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="module")
def served_gateway(aws_url) -> Iterator[tuple[World, list[str]]]:
    with ExitStack() as running:
        doubles = [Double(), Double(), Double(), Double()]
        urls = [running.enter_context(serve(double.app())) for double in doubles]
        gateway = running.enter_context(SandboxGateway(KEY, ()))
        yield World(gateway, *doubles, aws_url, urls[3]), urls


@pytest.fixture
def world(served_gateway) -> World:
    world, (upstream, azure, google, _) = served_gateway
    for double in (world.upstream, world.azure, world.google, world.jobs):
        double.answers = {}
        double.asked.clear()
    for account in (
        OpenAIAccount("openai-main", f"{upstream}/v1", "sk-of-the-gateway"),
        AzureAccount("azure-main", f"{azure}/accounts/sub", "entra-token"),
        VertexAccount("vertex-main", google, "sandbox-project", "google-token"),
        world.bedrock_account(),
    ):
        world.gateway.register(account)
    return world


@pytest.fixture
def bucket(world):
    s3 = world.s3()
    where = {"LocationConstraint": "us-west-2"}
    s3.create_bucket(Bucket="bedrock-bucket", CreateBucketConfiguration=where)
    yield s3
    for found in s3.list_objects_v2(Bucket="bedrock-bucket").get("Contents", []):
        s3.delete_object(Bucket="bedrock-bucket", Key=found["Key"])
    s3.delete_bucket(Bucket="bedrock-bucket")
