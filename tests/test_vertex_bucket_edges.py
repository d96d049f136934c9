"""The edges of the checks of Vertex AI's bucket and its key: each asked past its gates."""

from dataclasses import replace

import pytest
from vertex_world import (
    KEY,
    PROMISED,
    WITH_KEY,
    FakeGcp,
    ask,
    with_bucket,
    with_key,
)

from preflight.outcomes import Failed, Passed, Unknown
from preflight.seams import GcpKey, LifecycleRule

UP = "pulumi up --refresh"
OF_THE_BUCKET = [
    "vertex-bucket",
    "vertex-bucket-region",
    "vertex-bucket-access",
    "vertex-bucket-expiry",
    "vertex-bucket-guards",
    "vertex-bucket-key",
    "vertex-agent-bucket",
]


@pytest.mark.parametrize("check_id", OF_THE_BUCKET)
def test_a_missing_bucket_fails_whatever_is_asked_of_it(check_id):
    missing = ask(check_id, FakeGcp(buckets={}))
    assert missing == Failed("bucket gs://batches does not exist", UP)


@pytest.mark.parametrize(
    ("region", "location_type", "kind"),
    [
        ("europe-west4", "region", Passed),
        ("europe-west4", "", Passed),
        ("europe-west1", "region", Failed),
        ("europe-west1", "", Failed),
        ("eu", "multi-region", Failed),
        ("europe-west4", "dual-region", Failed),
        ("europe-west4", "zone", Failed),
    ],
)
def test_a_regional_endpoint_wants_a_bucket_of_its_very_region(region, location_type, kind):
    world = with_bucket(region=region, location_type=location_type)
    answer = ask("vertex-bucket-region", world)
    assert isinstance(answer, kind)
    said = answer.detail if kind is Passed else answer.problem
    assert f"gs://batches is in {location_type or 'location'} {region}" in said
    assert not getattr(answer, "caveat", "")


def test_the_region_is_compared_without_regard_to_case():
    promised = replace(PROMISED, region="Europe-West4")
    assert isinstance(ask("vertex-bucket-region", promised=promised), Passed)


@pytest.mark.parametrize(
    ("location_type", "remedy"),
    [("region", "in vertexRegions "), ("multi-region", UP), ("", UP)],
)
def test_a_bucket_elsewhere_is_repaired_by_the_region_where_it_has_one(location_type, remedy):
    world = with_bucket(region="us", location_type=location_type)
    assert ask("vertex-bucket-region", world).remedy.startswith(remedy)


ACLS = "access is not uniform: single objects have ACLs"
NOT_PREVENTED = "public access prevention is not enforced on it"


@pytest.mark.parametrize(
    ("changes", "caveat"),
    [
        ({"uniform_access": False}, ACLS),
        ({"public_access_prevention": "inherited"}, NOT_PREVENTED),
        ({"public_access_prevention": ""}, NOT_PREVENTED),
        (
            {"uniform_access": False, "public_access_prevention": "inherited"},
            f"{ACLS}; {NOT_PREVENTED}",
        ),
        ({}, ""),
    ],
)
def test_each_way_in_is_a_caveat_of_its_own(changes, caveat):
    assert ask("vertex-bucket-access", with_bucket(**changes)).caveat == caveat


@pytest.mark.parametrize("guards", [(), ("access-logs",), ("encrypted-transport",)])
def test_an_open_bucket_of_which_nothing_is_promised_is_a_caveat_and_no_failure(guards):
    world = with_bucket(uniform_access=False, log_bucket="logs")
    promised = replace(PROMISED, guards=guards)
    assert ask("vertex-bucket-access", world, promised).caveat
    assert not isinstance(ask("vertex-bucket-guards", world, promised), Failed)


def test_a_guard_that_is_gone_is_told_before_one_that_cannot_be_judged():
    promised = replace(PROMISED, guards=("encrypted-transport", "access-logs"))
    assert isinstance(ask("vertex-bucket-guards", with_bucket(), promised), Failed)
    logged = ask("vertex-bucket-guards", with_bucket(log_bucket="logs"), promised)
    assert isinstance(logged, Unknown)
    assert "access-logs" not in logged.reason


def test_every_guard_that_is_gone_is_named():
    promised = replace(PROMISED, guards=("no-public-access", "access-logs"))
    world = with_bucket(uniform_access=False, public_access_prevention="inherited")
    assert ask("vertex-bucket-guards", world, promised).problem.count("; ") == 2


def test_no_promise_is_said_to_be_none():
    assert ask("vertex-bucket-guards").detail == "as promised: nothing"


@pytest.mark.parametrize(
    ("rules", "kind", "said"),
    [
        ((), Passed, "objects are kept for good"),
        ((5,), Passed, "objects are kept 5 days"),
        ((9, 5, 7), Passed, "objects are kept 5 days"),
        ((4,), Failed, "deletes all objects after 4 days, but a job may take 96 hours"),
        ((9, 4, 2), Failed, "after 2 days"),
    ],
)
def test_the_shortest_rule_decides_how_long_objects_are_kept(rules, kind, said):
    world = with_bucket(expiry=tuple(LifecycleRule(days) for days in rules))
    answer = ask("vertex-bucket-expiry", world)
    assert isinstance(answer, kind)
    assert said in (answer.detail if kind is Passed else answer.problem)


def test_a_rule_for_some_keys_names_them():
    world = with_bucket(expiry=(LifecycleRule(1, "requests/"),))
    assert "deletes keys under requests/ after 1 days" in ask("vertex-bucket-expiry", world).problem


# --- the key --------------------------------------------------------------------------------------


def test_a_bucket_without_a_key_of_which_none_is_promised_passes_and_names_googles():
    assert ask("vertex-bucket-key") == Passed("Google's own keys encrypt it")


def test_the_promised_key_leaves_no_doubt_and_another_one_is_named():
    assert not ask("vertex-bucket-key", with_key(), WITH_KEY).caveat
    other = ask("vertex-bucket-key", with_bucket(kms_key=f"{KEY}-2"), WITH_KEY)
    assert other.problem == (f"gs://batches is encrypted with {KEY}-2, but {KEY} is promised")


def test_a_key_that_does_not_exist_is_taken_off_the_bucket():
    failed = ask("vertex-bucket-key", with_key(keys={}), WITH_KEY)
    assert failed.remedy.endswith("gs://batches --clear-default-encryption-key")


@pytest.mark.parametrize("ring", ["batches", "cryptoKeys"])
def test_a_key_that_is_off_is_switched_on_by_its_own_names(ring):
    key = f"projects/p/locations/europe-west4/keyRings/{ring}/cryptoKeys/short"
    world = with_bucket(kms_key=key)
    world.keys = {key: GcpKey(key, "DISABLED")}
    assert ask("vertex-bucket-key", world, replace(WITH_KEY, kms_key=key)).remedy.endswith(
        f"--key short --keyring {ring} --location europe-west4 --project p"
    )
