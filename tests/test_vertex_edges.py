"""The edges of Vertex AI's checks: asked one by one, past the gates that usually stand before."""

from dataclasses import replace

import pytest
from request_files import PROMISED as FILES
from suite_reports import refusing
from vertex_world import (
    AGENT,
    FEDERATED,
    GATEWAY,
    KEY,
    POOL,
    PROMISED,
    PROVIDER,
    SUBJECT,
    WITH_KEY,
    WORKLOAD_USER,
    FakeGcp,
    with_bucket,
    with_key,
    with_provider,
)

from preflight.checks.vertex import SUITES
from preflight.contract import VertexAI
from preflight.outcomes import Failed, Passed, Unknown
from preflight.permissions import Identity, On, permissions
from preflight.seams import Access, Binding, LifecycleRule

CHECKS = {check.id: check for _, checks in SUITES for check in checks}
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


def judged(check_id, world=None, promised: VertexAI = PROMISED):
    return CHECKS[check_id](promised, world or FakeGcp())


# --- the bucket -----------------------------------------------------------------------------------


@pytest.mark.parametrize("check_id", OF_THE_BUCKET)
def test_a_missing_bucket_fails_whatever_is_asked_of_it(check_id):
    missing = judged(check_id, FakeGcp(buckets={}))
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
    answer = judged("vertex-bucket-region", world)
    assert isinstance(answer, kind)
    said = answer.detail if kind is Passed else answer.problem
    assert f"gs://batches is in {location_type or 'location'} {region}" in said
    assert not getattr(answer, "caveat", "")


def test_the_region_is_compared_without_regard_to_case():
    promised = replace(PROMISED, region="Europe-West4")
    assert isinstance(judged("vertex-bucket-region", promised=promised), Passed)


@pytest.mark.parametrize(
    ("location_type", "remedy"),
    [("region", "in vertexRegions "), ("multi-region", UP), ("", UP)],
)
def test_a_bucket_elsewhere_is_repaired_by_the_region_where_it_has_one(location_type, remedy):
    world = with_bucket(region="us", location_type=location_type)
    assert judged("vertex-bucket-region", world).remedy.startswith(remedy)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"uniform_access": False}, ["not uniform"]),
        ({"public_access_prevention": "inherited"}, ["prevention is not enforced"]),
        ({"public_access_prevention": ""}, ["prevention is not enforced"]),
        (
            {"uniform_access": False, "public_access_prevention": "inherited"},
            ["not uniform", "; ", "prevention is not enforced"],
        ),
        ({}, []),
    ],
)
def test_each_way_in_is_a_caveat_of_its_own(changes, words):
    caveat = judged("vertex-bucket-access", with_bucket(**changes)).caveat
    assert all(word in caveat for word in words)
    assert bool(caveat) == bool(words)
    assert ("; " in caveat) == (len(words) == 3)


@pytest.mark.parametrize("guards", [(), ("access-logs",), ("encrypted-transport",)])
def test_an_open_bucket_of_which_nothing_is_promised_is_a_caveat_and_no_failure(guards):
    world = with_bucket(uniform_access=False, log_bucket="logs")
    promised = replace(PROMISED, guards=guards)
    assert judged("vertex-bucket-access", world, promised).caveat
    assert not isinstance(judged("vertex-bucket-guards", world, promised), Failed)


def test_a_guard_that_is_gone_is_told_before_one_that_cannot_be_judged():
    promised = replace(PROMISED, guards=("encrypted-transport", "access-logs"))
    assert isinstance(judged("vertex-bucket-guards", with_bucket(), promised), Failed)
    logged = judged("vertex-bucket-guards", with_bucket(log_bucket="logs"), promised)
    assert isinstance(logged, Unknown)
    assert "access-logs" not in logged.reason


def test_every_guard_that_is_gone_is_named():
    promised = replace(PROMISED, guards=("no-public-access", "access-logs"))
    world = with_bucket(uniform_access=False, public_access_prevention="inherited")
    assert judged("vertex-bucket-guards", world, promised).problem.count("; ") == 2


def test_no_promise_is_said_to_be_none():
    assert judged("vertex-bucket-guards").detail == "as promised: nothing"


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
    answer = judged("vertex-bucket-expiry", world)
    assert isinstance(answer, kind)
    assert said in (answer.detail if kind is Passed else answer.problem)


def test_a_rule_for_some_keys_names_them():
    world = with_bucket(expiry=(LifecycleRule(1, "requests/"),))
    assert (
        "deletes keys under requests/ after 1 days" in judged("vertex-bucket-expiry", world).problem
    )


# --- the key --------------------------------------------------------------------------------------


def test_a_bucket_without_a_key_of_which_none_is_promised_passes_and_names_googles():
    assert judged("vertex-bucket-key") == Passed("Google's own keys encrypt it")


def test_the_promised_key_leaves_no_doubt_and_another_one_is_named():
    assert not judged("vertex-bucket-key", with_key(), WITH_KEY).caveat
    other = judged("vertex-bucket-key", with_bucket(kms_key=f"{KEY}-2"), WITH_KEY)
    assert other.problem == (f"gs://batches is encrypted with {KEY}-2, but {KEY} is promised")


def test_a_key_that_does_not_exist_is_taken_off_the_bucket():
    failed = judged("vertex-bucket-key", with_key(keys={}), WITH_KEY)
    assert failed.remedy.endswith("gs://batches --clear-default-encryption-key")


# --- workload identity ----------------------------------------------------------------------------


def federated(world, **promised):
    return judged("vertex-gateway-federation", world, replace(FEDERATED, **promised))


OWN = f"https://iam.googleapis.com/{PROVIDER}"


@pytest.mark.parametrize(
    ("takes", "promised", "kind"),
    [
        ((), None, Passed),
        ((), OWN, Passed),
        ((), f"//iam.googleapis.com/{PROVIDER}", Passed),
        ((), "gateway", Failed),
        ((OWN,), None, Passed),
        (("gateway",), None, Failed),
        (("gateway",), "gateway", Passed),
        (("gateway", "other"), "other", Passed),
        (("gateway",), OWN, Failed),
    ],
)
def test_an_audience_is_one_that_the_provider_takes(takes, promised, kind):
    answer = federated(with_provider(audiences=takes), federation_audience=promised)
    assert isinstance(answer, kind)
    if kind is Failed:
        assert f"takes tokens for {' or '.join(takes) or OWN}, but" in answer.problem


def test_an_issuer_that_is_not_promised_is_not_compared():
    other = with_provider(issuer="https://other.example.com")
    assert isinstance(federated(other, federation_issuer=None), Passed)
    failed = federated(other)
    assert "takes tokens of https://other.example.com, but" in failed.problem
    none = federated(with_provider(issuer=""))
    assert "takes tokens of no issuer, but" in none.problem


@pytest.mark.parametrize(
    ("condition", "kind"),
    [
        ("", Passed),
        (f"assertion.sub == '{SUBJECT}'", Passed),
        (f'assertion.sub == "{SUBJECT}"', Passed),
        (f"assertion.sub == '{SUBJECT}-2'", Unknown),
        (f"assertion.sub != '{SUBJECT}'", Unknown),
        ("false", Unknown),
    ],
)
def test_only_a_condition_that_pins_the_gateways_own_subject_is_known_to_hold(condition, kind):
    assert isinstance(federated(with_provider(condition=condition)), kind)


def test_a_promised_provider_leaves_no_doubt():
    assert not federated(FakeGcp()).caveat
    assert federated(FakeGcp(), federation_provider=None).caveat
    lacking = federated(FakeGcp(on_account=()), federation_provider=None)
    assert isinstance(lacking, Failed)


def test_the_gateways_account_may_be_of_another_project_and_that_ones_policy_counts():
    email = "gateway@their-project.iam.gserviceaccount.com"
    given = FakeGcp().on_account
    world = FakeGcp(on_account=(), on_project={"their-project": given})
    assert isinstance(federated(world, gateway_service_account=email), Passed)
    world = FakeGcp(on_account=(), on_project={"sandbox-project": given})
    assert isinstance(federated(world, gateway_service_account=email), Failed)


def test_googles_own_service_accounts_are_of_the_promised_project():
    email = "123456789-compute@developer.gserviceaccount.com"
    world = FakeGcp(on_account=(), on_project={"sandbox-project": FakeGcp().on_account})
    assert isinstance(federated(world, gateway_service_account=email), Passed)


def test_a_subject_may_hold_what_stands_before_subjects():
    member = f"principal://{POOL}/subject/a/subject/b"
    whole_pool = Binding(WORKLOAD_USER.role, f"principalSet://{POOL}/*")
    world = with_provider(condition="assertion.sub == 'a/subject/b'")
    world.on_account = (whole_pool,)
    assert isinstance(federated(world, federation=member), Passed)


@pytest.mark.parametrize("member", [f"serviceAccount:{GATEWAY}", f"serviceAccount:{AGENT}"])
def test_another_members_binding_helps_no_workload(member):
    role = FakeGcp().on_account[0].role
    assert isinstance(federated(FakeGcp(on_account=(Binding(role, member),))), Failed)


# --- the project, its APIs, the model -------------------------------------------------------------


def test_a_number_that_is_not_the_promised_one_names_both():
    failed = judged("vertex-project", FakeGcp(number="1"))
    assert "has number 1, but 123456789 is promised" in failed.problem
    assert isinstance(judged("vertex-project"), Passed)


@pytest.mark.parametrize(
    ("promised", "apis"),
    [
        (PROMISED, ["aiplatform", "storage"]),
        (FEDERATED, ["aiplatform", "storage", "sts"]),
        (WITH_KEY, ["aiplatform", "storage", "cloudkms"]),
        (replace(WITH_KEY, project="another"), ["aiplatform", "storage"]),
        (replace(WITH_KEY, project="sandbox"), ["aiplatform", "storage"]),
    ],
)
def test_the_apis_that_are_looked_up_are_those_that_the_job_uses(promised, apis):
    enabled = ", ".join(f"{api}.googleapis.com" for api in apis)
    assert judged("vertex-apis", promised=promised).detail == f"enabled: {enabled}"


def test_every_api_that_is_off_is_named():
    world = FakeGcp(apis={"aiplatform.googleapis.com": False, "storage.googleapis.com": False})
    problem = judged("vertex-apis", world).problem
    assert problem.endswith("aiplatform.googleapis.com, storage.googleapis.com")


def test_the_service_agent_is_that_of_the_projects_number():
    assert isinstance(judged("vertex-agent-name"), Passed)
    other = replace(PROMISED, project_number="42")
    failed = judged("vertex-agent-name", promised=other)
    assert "service-42@gcp-sa-aiplatform.iam.gserviceaccount.com, but" in failed.problem


def test_the_model_is_asked_for_in_the_promised_region():
    assert isinstance(judged("vertex-model"), Passed)
    failed = judged("vertex-model", promised=replace(PROMISED, region="us-central1"))
    assert failed.problem == "model gemini-2.5-flash is not published in us-central1"


def test_a_model_that_takes_no_batches_says_why_and_what_to_change():
    failed = judged("vertex-model-batch", promised=replace(FILES["vertex"], model="gemini-1.5-pro"))
    assert isinstance(failed, Failed)
    assert failed.remedy.startswith("in vertexModels of the stack's settings, put a model")


# --- what policies say ----------------------------------------------------------------------------

AGENT_MEMBER = f"serviceAccount:{AGENT}"
OBJECTS = "roles/storage.objectUser"
READER = "roles/storage.legacyBucketReader"


def agent_holds(*on_bucket, on_project=()):
    world = FakeGcp(on_bucket=on_bucket, on_project={"sandbox-project": tuple(on_project)})
    world.roles["roles/owner"] = frozenset()
    return judged("vertex-agent-bucket", world)


@pytest.mark.parametrize(
    ("holder", "role", "condition", "kind"),
    [
        (AGENT_MEMBER, "roles/owner", "", Passed),
        (AGENT_MEMBER, "roles/owner", "true", Failed),
        (AGENT_MEMBER, "roles/viewer", "", Failed),
        (f"serviceAccount:{GATEWAY}", "roles/owner", "", Failed),
    ],
)
def test_a_convenience_member_is_who_holds_that_basic_role_himself(holder, role, condition, kind):
    stands_for = "projectOwner:sandbox-project"
    answer = agent_holds(
        Binding(OBJECTS, stands_for),
        Binding(READER, stands_for),
        on_project=[Binding(role, holder, condition)],
    )
    assert isinstance(answer, kind)


def test_the_condition_that_is_shown_is_the_one_in_question():
    answer = agent_holds(Binding(OBJECTS, AGENT_MEMBER, "x < 1"), Binding(READER, AGENT_MEMBER))
    assert isinstance(answer, Unknown)
    assert answer.needs.endswith("a look at the condition: x < 1")


def test_a_condition_and_a_group_may_hold_together_what_neither_does_alone():
    group = Binding(READER, "group:agents@example.com")
    answer = agent_holds(Binding(OBJECTS, AGENT_MEMBER, "x < 1"), group)
    assert isinstance(answer, Unknown)
    assert "group:agents@example.com" in answer.reason
    assert isinstance(agent_holds(group), Failed)


def test_a_pool_that_the_workload_is_of_for_certain_is_no_group_in_doubt():
    pool = Binding("roles/almost", f"principalSet://{POOL}/*")
    group = Binding(WORKLOAD_USER.role, "group:workloads@example.com")
    world = FakeGcp(on_account=(pool, group))
    world.roles["roles/almost"] = frozenset()
    unknown = federated(world)
    assert isinstance(unknown, Unknown)
    assert "as one of group:workloads@example.com: " in unknown.reason


def test_a_bucket_that_names_no_project_is_taken_to_be_of_the_promised_one():
    given = (Binding(OBJECTS, AGENT_MEMBER), Binding(READER, AGENT_MEMBER))
    world = with_bucket(project_number="")
    world.on_bucket, world.on_project = (), {"sandbox-project": given}
    assert isinstance(judged("vertex-agent-bucket", world), Passed)


def test_the_gateways_rights_on_a_bucket_that_is_gone_are_read_without_a_crash():
    world = refusing(FakeGcp(buckets={}, on_bucket=()), "bucket_grants")
    assert isinstance(judged("vertex-gateway-bucket", world), Failed)


def test_the_troubleshooter_is_asked_of_every_right_by_the_buckets_full_name():
    asked = []
    world = refusing(FakeGcp(), "bucket_grants")

    def troubleshoot(principal, resource, permission):
        asked.append((principal, resource, permission))
        return Access.YES

    world.troubleshoot = troubleshoot
    assert isinstance(judged("vertex-gateway-bucket", world), Passed)
    rows = permissions("vertex", Identity.GATEWAY, On.BUCKET, On.OBJECTS)
    place = "//storage.googleapis.com/projects/_/buckets/batches"
    assert sorted(asked) == sorted((GATEWAY, place, row.action) for row in rows)


def test_the_rings_policy_is_asked_of_the_keys_own_ring():
    world = with_key(on_key=())
    given = {KEY.partition("/cryptoKeys/")[0]: FakeGcp().on_key}
    world.ring_bindings = lambda name: given.get(name, ())
    assert isinstance(judged("vertex-bucket-key", world, WITH_KEY), Passed)


def test_a_project_that_does_not_exist_is_told_from_one_of_another_number():
    assert judged("vertex-project", FakeGcp(number=None)).problem == (
        "project sandbox-project does not exist, or is being deleted"
    )
