"""The sandbox's Google Cloud: one for each test, and one for all tests of a file."""

import pytest
from gcp_world import JOB_SECONDS, provisioned

from preflight.sandbox.gcp.cloud import GcpCloud


@pytest.fixture
def cloud(tmp_path):
    with GcpCloud(tmp_path, job_seconds=JOB_SECONDS, agent_seconds=0.05) as running:
        yield running


@pytest.fixture
def promised(cloud):
    return provisioned(cloud)


@pytest.fixture(scope="module")
def steady(tmp_path_factory):
    """A provisioned cloud for tests that leave it as it was."""
    with GcpCloud(tmp_path_factory.mktemp("steady"), job_seconds=JOB_SECONDS) as running:
        yield running, provisioned(running)
