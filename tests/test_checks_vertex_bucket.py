"""Vertex AI's bucket: where it is, how long it keeps, how it is guarded, and its customer key."""

from dataclasses import replace

import pytest
from suite_reports import outcomes
from vertex_world import (
    BUCKET,
    KEY,
    KEY_USER,
    PROMISED,
    STORAGE_AGENT,
    WITH_KEY,
    FakeGcp,
    judged,
    with_bucket,
    with_key,
)

from preflight.outcomes import Failed, Passed, Unknown
from preflight.permissions import Identity, permissions
from preflight.report import Verdict
from preflight.seams import Binding, GcpKey, LifecycleRule

GUARDED = replace(PROMISED, guards=("no-public-access", "access-logs"))


def test_the_global_endpoint_takes_any_bucket_with_a_caveat():
    promised = replace(PROMISED, region="global")
    world = with_bucket(region="us", location_type="multi-region")
    world.models = frozenset({("global", "gemini-2.5-flash")})
    passed = outcomes(judged(world, promised))["vertex-bucket-region"]
    assert isinstance(passed, Passed)
    assert passed.caveat


def test_a_bucket_of_another_region_is_repaired_by_one_setting():
    broken = judged(with_bucket(region="us-east1"))
    remedy = outcomes(broken)["vertex-bucket-region"].remedy
    assert remedy == (
        "in vertexRegions of the stack's settings, put us-east1 in the place of europe-west4; "
        "then pulumi up"
    )


def test_an_open_bucket_runs_and_says_so():
    world = with_bucket(uniform_access=False, public_access_prevention="inherited")
    looked = judged(world)
    assert looked.verdict is Verdict.READY
    caveat = outcomes(looked)["vertex-bucket-access"].caveat
    assert "uniform" in caveat
    assert "public access prevention" in caveat


@pytest.mark.parametrize(("days", "keeps"), [(5, True), (4, False), (0, False)])
def test_requests_must_outlive_the_longest_job(days, keeps):
    looked = outcomes(judged(with_bucket(expiry=(LifecycleRule(days),))))
    assert isinstance(looked["vertex-bucket-expiry"], Passed if keeps else Failed)


# --- what the stack promises beyond what a job needs ---------------------------------------------


def test_a_bucket_that_is_guarded_as_promised_passes():
    passed = outcomes(judged(with_bucket(log_bucket="logs"), GUARDED))["vertex-bucket-guards"]
    assert isinstance(passed, Passed)
    assert "no-public-access, access-logs" in passed.detail


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"uniform_access": False}, "not uniform"),
        ({"public_access_prevention": "inherited"}, "public access prevention"),
        ({"log_bucket": None}, "not logged"),
    ],
)
def test_a_promised_guard_that_is_gone_fails_and_the_stack_puts_it_back(changes, words):
    broken = judged(with_bucket(**({"log_bucket": "logs"} | changes)), GUARDED)
    assert broken.failed_ids() == {"vertex-bucket-guards"}
    failed = outcomes(broken)["vertex-bucket-guards"]
    assert words in failed.problem
    assert failed.remedy == "pulumi up --refresh"
    assert outcomes(broken)["vertex-bucket-access"].caveat == ""


def test_a_guard_that_cloud_storage_has_no_setting_for_is_unknown():
    promised = replace(PROMISED, guards=("encrypted-transport",))
    outcome = outcomes(judged(FakeGcp(), promised))["vertex-bucket-guards"]
    assert isinstance(outcome, Unknown)
    assert "encrypted-transport" in outcome.reason


# --- the customer key ----------------------------------------------------------------------------


def key_outcome(world, promised=WITH_KEY):
    return outcomes(judged(world, promised))["vertex-bucket-key"]


def test_the_promised_key_that_cloud_storage_may_use_passes():
    assert judged(with_key(), WITH_KEY).verdict is Verdict.READY
    assert KEY in key_outcome(with_key()).detail


KEY_BREAKAGES = {
    "another key": (with_bucket(kms_key=f"{KEY}-2"), f"{KEY}-2"),
    "no customer key": (with_bucket(), "Google's own keys"),
    "no such key": (with_key(keys={}), "does not exist"),
    "switched off": (with_key(keys={KEY: GcpKey(KEY, "DISABLED")}), "DISABLED"),
    "without a version": (with_key(keys={KEY: GcpKey(KEY, "")}), "missing"),
    "no grant": (with_key(on_key=()), STORAGE_AGENT),
    "somebody else's grant": (
        with_key(on_key=(Binding(KEY_USER.role, "serviceAccount:service-1@x"),)),
        STORAGE_AGENT,
    ),
}


@pytest.mark.parametrize("breakage", KEY_BREAKAGES)
def test_a_broken_key_fails_its_check_and_no_other(breakage):
    world, words = KEY_BREAKAGES[breakage]
    broken = judged(world, WITH_KEY)
    assert broken.failed_ids() == {"vertex-bucket-key"}
    failed = key_outcome(world)
    assert words in failed.problem
    assert "pulumi" in failed.remedy or "gcloud" in failed.remedy


def test_a_key_that_is_off_is_enabled_by_one_command():
    failed = key_outcome(with_key(keys={KEY: GcpKey(KEY, "DISABLED")}))
    assert failed.remedy == (
        "gcloud kms keys versions enable VERSION --key batches --keyring batches"
        " --location europe-west4 --project sandbox-project"
    )


@pytest.mark.parametrize(
    "higher", [{"on_ring": (KEY_USER,)}, {"on_project": {"sandbox-project": (KEY_USER,)}}]
)
def test_the_grant_may_be_on_the_ring_or_on_the_keys_project(higher):
    assert isinstance(key_outcome(with_key(on_key=(), **higher)), Passed)


@pytest.mark.parametrize(
    "row", permissions("vertex", Identity.STORAGE_AGENT), ids=lambda row: row.action
)
def test_every_right_on_the_key_is_looked_up(row):
    rest = {row.action for row in permissions("vertex", Identity.STORAGE_AGENT)} - {row.action}
    world = with_key(on_key=(Binding("roles/almost", KEY_USER.member),))
    world.roles["roles/almost"] = frozenset(rest)
    problem = key_outcome(world).problem
    assert all(part in problem for part in (Identity.STORAGE_AGENT, row.action, row.why))


@pytest.mark.parametrize(("year", "kind"), [(2099, Passed), (2001, Failed)])
def test_a_grant_on_the_key_for_a_time_holds_while_it_lasts(year, kind):
    condition = f"request.time < timestamp('{year}-01-01T00:00:00Z')"
    found = key_outcome(with_key(on_key=(replace(KEY_USER, condition=condition),)))
    assert isinstance(found, kind)
    assert kind is Passed or f"given under a condition not met: {condition}" in found.problem


def test_a_grant_on_the_key_under_a_condition_on_its_name_is_unknown():
    conditional = replace(KEY_USER, condition="resource.name.endsWith('/k')")
    outcome = key_outcome(with_key(on_key=(conditional,)))
    assert isinstance(outcome, Unknown)
    assert conditional.condition in outcome.needs


def test_the_agent_is_that_of_the_buckets_own_project():
    elsewhere = replace(BUCKET, kms_key=KEY, project_number="42")
    world = with_key()
    world.buckets = {"batches": elsewhere}
    problem = key_outcome(world).problem
    assert "service-42@gs-project-accounts.iam.gserviceaccount.com" in problem


def test_a_bucket_without_a_known_project_has_an_unknown_agent():
    outcome = key_outcome(with_bucket(kms_key=KEY, project_number=""))
    assert isinstance(outcome, Unknown)


def test_a_key_that_nobody_promised_is_judged_all_the_same_and_named():
    passed = key_outcome(with_key(), PROMISED)
    assert isinstance(passed, Passed)
    assert KEY in passed.caveat
    assert isinstance(key_outcome(with_key(on_key=()), PROMISED), Failed)
