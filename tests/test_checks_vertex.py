from dataclasses import dataclass, field, replace

import pytest
from suite_reports import methods, outcomes, refusing, report

from preflight.check import Failed, Passed, Unknown
from preflight.checks.vertex import SUITES
from preflight.contract import VertexAI
from preflight.permissions import Identity, permissions
from preflight.report import Verdict
from preflight.seams import (
    Binding,
    Caller,
    Gcp,
    GcsBucket,
    LifecycleRule,
    ServiceAccount,
    Unreachable,
)

GATEWAY = "batch-gateway@sandbox-project.iam.gserviceaccount.com"
AGENT = "service-123456789@gcp-sa-aiplatform.iam.gserviceaccount.com"
AGENT_MEMBER = f"serviceAccount:{AGENT}"
PROMISED = VertexAI(
    provider_name="vertex-main",
    project="sandbox-project",
    project_number="123456789",
    region="europe-west4",
    bucket="batches",
    model="gemini-2.5-flash",
    gateway_service_account=GATEWAY,
    service_agent=AGENT,
)
BUCKET = GcsBucket(
    name="batches",
    region="europe-west4",
    location_type="region",
    project_number="123456789",
    uniform_access=True,
    public_access_prevention="enforced",
    expiry=(LifecycleRule(14),),
)
OBJECT_USER = frozenset(
    f"storage.objects.{verb}" for verb in ("create", "delete", "get", "list", "update")
)


@dataclass
class FakeGcp:
    """A healthy project, in dicts."""

    number: str | None = "123456789"
    apis: dict[str, bool] = field(
        default_factory=lambda: {"aiplatform.googleapis.com": True, "storage.googleapis.com": True}
    )
    buckets: dict[str, GcsBucket] = field(default_factory=lambda: {"batches": BUCKET})
    on_bucket: tuple[Binding, ...] = (
        Binding("roles/storage.objectUser", AGENT_MEMBER),
        Binding("roles/storage.legacyBucketReader", AGENT_MEMBER),
    )
    on_project: dict[str, tuple[Binding, ...]] = field(default_factory=dict)
    roles: dict[str, frozenset[str]] = field(
        default_factory=lambda: {
            "roles/storage.objectUser": OBJECT_USER,
            "roles/storage.legacyBucketReader": frozenset(
                {"storage.buckets.get", "storage.objects.list"}
            ),
            "roles/storage.objectViewer": frozenset(
                {"storage.objects.get", "storage.objects.list"}
            ),
        }
    )
    accounts: dict[str, ServiceAccount] = field(
        default_factory=lambda: {GATEWAY: ServiceAccount(GATEWAY, disabled=False)}
    )
    held: dict[str, frozenset[str]] = field(
        default_factory=lambda: {
            GATEWAY: frozenset(row.action for row in permissions("vertex", Identity.GATEWAY))
        }
    )
    models: frozenset[tuple[str, str]] = frozenset({("europe-west4", "gemini-2.5-flash")})

    def caller(self):
        return Caller("sandbox-project", "operator@sandbox-project.iam.gserviceaccount.com")

    def project_number(self, project):
        return self.number

    def api_enabled(self, project, service):
        return self.apis[service]

    def bucket(self, name):
        return self.buckets.get(name)

    def bucket_bindings(self, name):
        return self.on_bucket

    def project_bindings(self, project):
        return self.on_project.get(project, ())

    def role_permissions(self, role):
        return self.roles.get(role)

    def service_account(self, email):
        return self.accounts.get(email)

    def bucket_grants(self, name, permissions, identity):
        return self.held[identity] & frozenset(permissions)

    def project_grants(self, project, permissions, identity):
        return self.held[identity] & frozenset(permissions)

    def publisher_model(self, project, region, model):
        return (region, model) in self.models


def typed(fake: FakeGcp) -> Gcp:
    return fake


def judged(world, promised=PROMISED):
    return report(SUITES, promised, typed(world))


def with_bucket(**changes):
    return FakeGcp(buckets={"batches": replace(BUCKET, **changes)})


def given_to(member):
    """All that the agent needs, and somebody else has it."""
    roles = ("roles/storage.objectUser", "roles/storage.legacyBucketReader")
    return FakeGcp(on_bucket=tuple(Binding(role, member) for role in roles))


def without(*actions):
    held = frozenset(row.action for row in permissions("vertex", Identity.GATEWAY))
    return FakeGcp(held={GATEWAY: held - set(actions)})


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


@pytest.mark.parametrize("method", methods(Gcp))
def test_a_refused_look_is_unknown_and_names_the_permission(method):
    world = refusing(FakeGcp(on_project={"sandbox-project": ()}), method)
    looked = judged(world)
    assert looked.verdict is Verdict.CANNOT_TELL
    assert f"see {method}" in {getattr(one, "needs", "") for one in outcomes(looked).values()}


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


def test_a_condition_excuses_nothing_that_no_role_holds():
    world = FakeGcp(on_bucket=(Binding("roles/storage.objectViewer", AGENT_MEMBER, "true"),))
    assert isinstance(outcomes(judged(world))["vertex-agent-bucket"], Failed)


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


def test_a_customers_key_is_unknown_and_names_who_needs_it():
    outcome = outcomes(judged(with_bucket(kms_key="projects/p/cryptoKeys/k")))["vertex-bucket-key"]
    assert isinstance(outcome, Unknown)
    assert "service-123456789@gs-project-accounts.iam.gserviceaccount.com" in outcome.needs


@pytest.mark.parametrize(("days", "keeps"), [(5, True), (4, False), (0, False)])
def test_requests_must_outlive_the_longest_job(days, keeps):
    looked = outcomes(judged(with_bucket(expiry=(LifecycleRule(days),))))
    assert isinstance(looked["vertex-bucket-expiry"], Passed if keeps else Failed)


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
