"""Clouds, each with the stand-in for its plugin before it."""

import pytest
from engine.playing import provider

from preflight.sandbox.aws.cloud import AwsCloud
from preflight.sandbox.gcp.cloud import GcpCloud


@pytest.fixture(scope="module")
def aws(tmp_path_factory):
    with AwsCloud(tmp_path_factory.mktemp("aws")) as cloud, provider("aws", cloud.env) as stub:
        yield cloud.env, stub


@pytest.fixture
def google(tmp_path):
    with GcpCloud(tmp_path) as cloud, provider("gcp", cloud.env) as stub:
        yield cloud.env, stub
