"""Vertex AI's checks over a world that answers from dicts, and is broken in one place."""

from dataclasses import replace

import pytest
from suite_reports import methods, outcomes, refusing
from vertex_world import (
    AGENT,
    AGENT_MEMBER,
    BUCKET,
    FEDERATED,
    GATEWAY,
    KEY,
    KEY_USER,
    PROMISED,
    STORAGE_AGENT,
    WITH_KEY,
    FakeGcp,
    given_to,
    judged,
    with_bucket,
    with_key,
    without,
)

from preflight.checks.vertex import SUITES
from preflight.outcomes import Failed, Passed, Unknown
from preflight.permissions import Identity, permissions
from preflight.report import Verdict
from preflight.seams import Binding, Gcp, GcpKey, LifecycleRule, ServiceAccount, Unreachable


def test_a_healthy_world_passes_every_check_and_says_what_was_seen():
    healthy = judged(FakeGcp())
    assert healthy.verdict is Verdict.READY
    assert all(result.outcome.detail for result in healthy.results)
    asked = {check.id for _, checks in SUITES for check in checks}
    assert asked == set(outcomes(healthy))
    assert all(check.explanation for _, checks in SUITES for check in checks)


BREAKAGES = {
    "project is missing": (FakeGcp(number=None), PROMISED, "vertex-project"),
    "project has another number": (FakeGcp(number="1"), PROMISED, "vertex-project"),
    "Vertex AI is off": (
        FakeGcp(apis={"aiplatform.googleapis.com": False, "storage.googleapis.com": True}),
        PROMISED,
        "vertex-apis",
    ),
    "bucket is missing": (FakeGcp(buckets={}), PROMISED, "vertex-bucket"),
    "bucket is elsewhere": (with_bucket(region="us-east1"), PROMISED, "vertex-bucket-region"),
    "bucket is in the region around": (
        with_bucket(region="eu", location_type="multi-region"),
        PROMISED,
        "vertex-bucket-region",
    ),
    "bucket is in two regions": (
        with_bucket(region="europe-west4", location_type="dual-region"),
        PROMISED,
        "vertex-bucket-region",
    ),
    "requests are deleted within the job": (
        with_bucket(expiry=(LifecycleRule(30), LifecycleRule(4))),
        PROMISED,
        "vertex-bucket-expiry",
    ),
    "gateway's account is missing": (FakeGcp(accounts={}), PROMISED, "vertex-gateway-account"),
    "gateway's account is disabled": (
        FakeGcp(accounts={GATEWAY: ServiceAccount(GATEWAY, disabled=True)}),
        PROMISED,
        "vertex-gateway-account",
    ),
    "gateway may not upload": (
        without("storage.objects.create"),
        PROMISED,
        "vertex-gateway-bucket",
    ),
    "gateway may not create jobs": (
        without("aiplatform.batchPredictionJobs.create"),
        PROMISED,
        "vertex-gateway-project",
    ),
    "another agent is promised": (
        FakeGcp(),
        replace(PROMISED, service_agent="service-1@gcp-sa-aiplatform.iam.gserviceaccount.com"),
        "vertex-agent-name",
    ),
    "agent has no role": (FakeGcp(on_bucket=()), PROMISED, "vertex-agent-bucket"),
    "agent may only read": (
        FakeGcp(on_bucket=(Binding("roles/storage.objectViewer", AGENT_MEMBER),)),
        PROMISED,
        "vertex-agent-bucket",
    ),
    "agent's role was deleted": (FakeGcp(roles={}), PROMISED, "vertex-agent-bucket"),
    "agent was deleted and made again": (
        given_to(f"deleted:{AGENT_MEMBER}?uid=1"),
        PROMISED,
        "vertex-agent-bucket",
    ),
    "another service account has the agent's roles": (
        given_to(f"serviceAccount:{GATEWAY}"),
        PROMISED,
        "vertex-agent-bucket",
    ),
    "model is of another region": (FakeGcp(models=frozenset()), PROMISED, "vertex-model"),
}


@pytest.mark.parametrize("breakage", BREAKAGES)
def test_one_breakage_fails_exactly_the_check_that_is_about_it(breakage):
    world, promised, check_id = BREAKAGES[breakage]
    broken = judged(world, promised)
    assert broken.failed_ids() == {check_id}
    failed = outcomes(broken)[check_id]
    assert failed.problem
    assert "pulumi" in failed.remedy or "gcloud" in failed.remedy


def test_a_model_that_takes_no_batches_fails():
    promised = replace(PROMISED, model="gemini-1.5-pro")
    world = FakeGcp(models=frozenset({("europe-west4", "gemini-1.5-pro")}))
    assert judged(world, promised).failed_ids() == {"vertex-model-batch"}


def test_a_model_that_no_table_lists_is_unknown_and_its_numbered_version_is_not():
    new = replace(PROMISED, model="gemini-9-flash")
    world = FakeGcp(models=frozenset({("europe-west4", "gemini-9-flash")}))
    assert isinstance(outcomes(judged(world, new))["vertex-model-batch"], Unknown)
    numbered = replace(PROMISED, model="gemini-2.0-flash-001")
    passed = outcomes(judged(FakeGcp(), numbered))["vertex-model-batch"]
    assert isinstance(passed, Passed)
    assert "2026" in passed.caveat


# The second ways are in test_checks_vertex_ways.
@pytest.mark.parametrize("method", [one for one in methods(Gcp) if one != "troubleshoot"])
def test_a_refused_look_is_unknown_and_names_the_permission(method):
    # What is held higher up is looked at only while something is lacking below.
    everything = replace(FEDERATED, kms_key=KEY, storage_agent=STORAGE_AGENT)
    given = (*FakeGcp().on_bucket, KEY_USER)
    world = with_key(on_bucket=(), on_key=(), on_project={"sandbox-project": given})
    assert judged(world, everything).verdict is Verdict.READY
    if method.endswith("_grants"):
        refusing(world, "project_bindings")  # else the policies answer in the gateway's place
    looked = judged(refusing(world, method), everything)
    assert looked.verdict is Verdict.CANNOT_TELL
    needs = [getattr(one, "needs", "") for one in outcomes(looked).values()]
    assert f"see {method}" in {need.partition(", or ")[0] for need in needs}


@pytest.mark.parametrize("row", permissions("vertex", Identity.GATEWAY), ids=lambda row: row.action)
def test_every_right_of_the_gateway_is_asked_for_and_its_lack_names_who_what_and_why(row):
    broken = judged(without(row.action))
    (check_id,) = broken.failed_ids()
    problem = outcomes(broken)[check_id].problem
    assert all(part in problem for part in (Identity.GATEWAY, GATEWAY, row.action, row.why))


@pytest.mark.parametrize(
    "row", permissions("vertex", Identity.SERVICE_AGENT), ids=lambda row: row.action
)
def test_every_right_of_the_service_agent_is_looked_up(row):
    rest = frozenset(row.action for row in permissions("vertex", Identity.SERVICE_AGENT))
    own = "projects/sandbox-project/roles/almost"
    world = FakeGcp(on_bucket=(Binding(own, AGENT_MEMBER),), roles={own: rest - {row.action}})
    broken = judged(world)
    assert broken.failed_ids() == {"vertex-agent-bucket"}
    problem = outcomes(broken)["vertex-agent-bucket"].problem
    assert all(part in problem for part in (Identity.SERVICE_AGENT, AGENT, row.action, row.why))


def test_the_agents_role_may_be_on_the_project():
    given = (
        Binding("roles/storage.objectUser", AGENT_MEMBER),
        Binding("roles/storage.legacyBucketReader", AGENT_MEMBER),
    )
    world = FakeGcp(on_bucket=(), on_project={"sandbox-project": given})
    assert judged(world).verdict is Verdict.READY


def test_a_role_on_the_jobs_project_says_nothing_about_a_bucket_of_another_project():
    given = (
        Binding("roles/storage.objectUser", AGENT_MEMBER),
        Binding("roles/storage.legacyBucketReader", AGENT_MEMBER),
    )
    elsewhere = replace(BUCKET, project_number="42")
    lacking = FakeGcp(
        buckets={"batches": elsewhere}, on_bucket=(), on_project={"sandbox-project": given}
    )
    assert judged(lacking).failed_ids() == {"vertex-agent-bucket"}
    granted = FakeGcp(buckets={"batches": elsewhere}, on_bucket=(), on_project={"42": given})
    assert judged(granted).verdict is Verdict.READY


def test_a_grant_under_a_condition_is_unknown_and_shows_the_condition():
    condition = 'resource.name.startsWith("projects/_/buckets/batches/objects/in")'
    world = FakeGcp(
        on_bucket=(
            Binding("roles/storage.objectUser", AGENT_MEMBER, condition),
            Binding("roles/storage.legacyBucketReader", AGENT_MEMBER),
        )
    )
    outcome = outcomes(judged(world))["vertex-agent-bucket"]
    assert isinstance(outcome, Unknown)
    assert condition in outcome.needs
    assert "storage.objects.create" in outcome.reason


NAMED = 'resource.name.startsWith("projects/_/buckets/{}")'
AN_OBJECT = 'resource.type == "storage.googleapis.com/Object"'
A_BUCKET = 'resource.type == "storage.googleapis.com/Bucket"'


@pytest.mark.parametrize(
    ("on_objects", "on_bucket", "kind"),
    [
        (NAMED.format("batches"), NAMED.format("batches"), Passed),
        (NAMED.format("other"), "", Failed),
        (NAMED.format("batches/objects/"), "", Passed),  # the other role lists, and on the bucket
        (f"{NAMED.format('batches/objects/')} || {A_BUCKET}", A_BUCKET, Passed),
        (A_BUCKET, "", Failed),
        ("", AN_OBJECT, Failed),
        ('resource.service == "storage.googleapis.com"', A_BUCKET, Passed),
        ("request.time < timestamp('2001-01-01T00:00:00Z')", "", Failed),
        ("request.time < timestamp('2099-01-01T00:00:00Z')", "", Passed),
        ("request.time.getHours('UTC') < 25", "", Unknown),
        ("", 'resource.matchTag("1/env", "batch")', Unknown),
    ],
)
def test_a_condition_counts_by_what_it_says_of_bucket_and_objects(on_objects, on_bucket, kind):
    world = FakeGcp(
        on_bucket=(
            Binding("roles/storage.objectUser", AGENT_MEMBER, on_objects),
            Binding("roles/storage.legacyBucketReader", AGENT_MEMBER, on_bucket),
        )
    )
    found = outcomes(judged(world))["vertex-agent-bucket"]
    assert isinstance(found, kind)
    if kind is Failed:
        assert "given under a condition not met: " in found.problem
        assert (on_objects or on_bucket) in found.problem


def test_a_condition_that_is_not_met_is_shown_only_where_its_role_would_help():
    useless = Binding("roles/storage.legacyBucketReader", AGENT_MEMBER, "false")
    world = FakeGcp(on_bucket=(Binding("roles/storage.legacyBucketReader", AGENT_MEMBER), useless))
    assert "condition" not in outcomes(judged(world))["vertex-agent-bucket"].problem


def test_two_conditions_may_hold_together_what_neither_does_alone():
    both = (
        Binding("roles/storage.objectUser", AGENT_MEMBER, AN_OBJECT),
        Binding("roles/storage.objectUser", AGENT_MEMBER, A_BUCKET),
        Binding("roles/storage.legacyBucketReader", AGENT_MEMBER),
    )
    assert isinstance(outcomes(judged(FakeGcp(on_bucket=both)))["vertex-agent-bucket"], Passed)


def test_a_condition_excuses_nothing_that_no_role_holds():
    world = FakeGcp(on_bucket=(Binding("roles/storage.objectViewer", AGENT_MEMBER, "true"),))
    assert isinstance(outcomes(judged(world))["vertex-agent-bucket"], Failed)


def test_without_credentials_nothing_else_is_asked():
    world = FakeGcp()

    def nobody():
        raise Unreachable("x", "y", "z")

    world.caller = nobody
    world.bucket = nobody
    looked = judged(world)
    assert not looked.failed_ids()
    unknown = {key for key, one in outcomes(looked).items() if isinstance(one, Unknown)}
    assert unknown == {"vertex-credentials"}


@pytest.mark.parametrize(
    ("api", "promised"),
    [
        ("sts.googleapis.com", FEDERATED),
        ("cloudkms.googleapis.com", WITH_KEY),
    ],
)
def test_what_the_pool_and_the_key_need_is_on_where_they_are_promised(api, promised):
    world = with_key() if promised is WITH_KEY else FakeGcp()
    world.apis = {**world.apis, api: False}
    broken = judged(world, promised)
    assert broken.failed_ids() == {"vertex-apis"}
    assert api in outcomes(broken)["vertex-apis"].problem
    assert isinstance(outcomes(judged(world))["vertex-apis"], Passed)


def test_the_api_of_another_projects_key_is_its_owners_matter():
    theirs = KEY.replace("sandbox-project", "their-project")
    world = with_bucket(kms_key=theirs)
    world.apis = {**world.apis, "cloudkms.googleapis.com": False}
    world.keys = {theirs: GcpKey(theirs, "ENABLED")}
    assert judged(world, replace(WITH_KEY, kms_key=theirs)).verdict is Verdict.READY
