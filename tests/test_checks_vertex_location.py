"""Where Vertex AI runs jobs, who its service agent is no more, and what stands around it."""

from dataclasses import replace

import pytest
from suite_reports import outcomes, report
from test_checks_gateway import ROUTES, FakeGateway
from vertex_world import AGENT_MEMBER, PROMISED, FakeGcp, judged

from preflight.checks import gateway
from preflight.checks.vertex_model import location
from preflight.outcomes import Failed, Passed, Skipped, Unknown
from preflight.seams import Binding, GatewayAnswer

SERVED = frozenset({"europe-west4", "us-central1"})


def at(region, served=SERVED):
    return location(replace(PROMISED, region=region), FakeGcp(served=served))


def test_a_location_that_is_served_passes():
    assert at("us-central1") == Passed("Vertex AI serves us-central1")


@pytest.mark.parametrize(
    ("region", "near"),
    [("europe-west44", "europe-west4"), ("us", ""), ("eu", ""), ("US-CENTRAL1", "us-central1")],
)
def test_a_location_that_is_not_served_fails_and_names_one_that_is_like_it(region, near):
    failed = at(region)
    assert isinstance(failed, Failed)
    assert failed.problem.startswith(f"Vertex AI does not serve {region}")
    assert ("; it does serve " in failed.problem) is bool(near)
    assert near in failed.problem
    put = near or "a region that it does"
    assert f"put {put} in the place of {region}; then pulumi up" in failed.remedy


def test_the_model_is_not_asked_for_where_the_location_is_not_served():
    world = FakeGcp(served=frozenset({"us-central1"}))
    looked = judged(world)
    assert looked.failed_ids() == {"vertex-location"}
    assert isinstance(outcomes(looked)["vertex-model"], Skipped)


def test_the_global_endpoint_is_no_region_and_an_empty_list_is_no_answer():
    assert isinstance(at("global", frozenset()), Passed)
    unknown = at("europe-west4", frozenset())
    assert isinstance(unknown, Unknown)
    assert "gcloud ai locations list" in unknown.needs


# --- the service agent ----------------------------------------------------------------------------

ROLES = ("roles/storage.objectUser", "roles/storage.legacyBucketReader")
GONE = f"deleted:{AGENT_MEMBER}?uid=1122334455"


@pytest.mark.parametrize("on_project", [False, True], ids=["on the bucket", "on the project"])
def test_an_agent_that_was_deleted_is_made_again_before_anything_is_granted(on_project):
    gone = tuple(Binding(role, GONE) for role in ROLES)
    where = {PROMISED.project: gone} if on_project else {}
    world = FakeGcp(on_bucket=() if on_project else gone, on_project=where)
    failed = outcomes(judged(world))["vertex-agent-bucket"]
    assert isinstance(failed, Failed)
    assert "was deleted" in failed.problem
    made = "gcloud beta services identity create --service aiplatform.googleapis.com"
    assert failed.remedy.startswith(made)
    assert failed.remedy.endswith("then pulumi up --refresh")


def test_another_agent_that_was_deleted_is_none_of_this_one():
    other = GONE.replace("service-123456789@", "service-42@")
    world = FakeGcp(on_bucket=tuple(Binding(role, other) for role in ROLES))
    failed = outcomes(judged(world))["vertex-agent-bucket"]
    assert "was deleted" not in failed.problem
    assert failed.remedy == "pulumi up --refresh"


def test_an_agent_that_was_made_again_and_granted_again_is_well():
    whole = (Binding(role, member) for role in ROLES for member in (GONE, AGENT_MEMBER))
    world = FakeGcp(on_bucket=tuple(whole))
    assert isinstance(outcomes(judged(world))["vertex-agent-bucket"], Passed)


# --- the perimeter --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "message",
    [
        "Request is prohibited by organization's policy. vpcServiceControlsUniqueIdentifier: x1",
        "VPC Service Controls: vpcServiceControlsUniqueIdentifier=x1",
    ],
)
def test_a_perimeter_that_keeps_the_gateway_out_is_no_lack_of_a_right(message):
    world = FakeGateway(GatewayAnswer(403, "PERMISSION_DENIED", message))
    looked = report(gateway.SUITES, ROUTES["vertex"], world)
    assert looked.failed_ids() == {"gateway-batch-api"}
    failed = outcomes(looked)["gateway-batch-api"]
    assert "vertex-main" in failed.problem
    assert "x1" in failed.problem
    assert "ingress rule" in failed.remedy
