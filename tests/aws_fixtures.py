"""One sandboxed AWS for all tests of a file, and a stack of its own for each test."""

import threading

import pytest
from aws_stack import CLOCK, SECONDS, deploy

from preflight.sandbox.aws.clients import Clients
from preflight.sandbox.aws.cloud import AwsCloud


@pytest.fixture(scope="module")
def aws_cloud(tmp_path_factory):
    aws_cloud = AwsCloud(tmp_path_factory.mktemp("aws"), SECONDS, CLOCK)
    # Started in a thread that ends at once: ministack must live as long as the process instead.
    starter = threading.Thread(target=aws_cloud.__enter__)
    starter.start()
    starter.join()
    yield aws_cloud
    aws_cloud.__exit__(None, None, None)


@pytest.fixture(scope="module")
def operator(aws_cloud):
    return Clients(aws_cloud.env)


@pytest.fixture
def stack(aws_cloud):
    return deploy(aws_cloud)
