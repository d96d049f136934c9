"""One sandboxed AWS for all tests of a file, and a stack of its own for each test."""

import threading

import pytest
from aws_stack import CLOCK, SECONDS, deploy

from preflight.sandbox.aws.clients import Clients
from preflight.sandbox.aws.cloud import AwsCloud


@pytest.fixture(scope="module")
def cloud(tmp_path_factory):
    cloud = AwsCloud(tmp_path_factory.mktemp("aws"), SECONDS, CLOCK)
    # Started in a thread that ends at once: ministack must live as long as the process instead.
    starter = threading.Thread(target=cloud.__enter__)
    starter.start()
    starter.join()
    yield cloud
    cloud.__exit__(None, None, None)


@pytest.fixture(scope="module")
def operator(cloud):
    return Clients(cloud.env)


@pytest.fixture
def stack(cloud):
    return deploy(cloud)
