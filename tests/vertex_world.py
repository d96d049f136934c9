"""A Google Cloud that answers from dicts: healthy, and broken in one place."""

from dataclasses import dataclass, field, replace

from suite_reports import report

from preflight.checks.vertex import SUITES
from preflight.contract import VertexAI
from preflight.permissions import Identity, permissions
from preflight.seams import (
    Access,
    Binding,
    Caller,
    Gcp,
    GcpKey,
    GcsBucket,
    IdentityProvider,
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
RING = "projects/sandbox-project/locations/europe-west4/keyRings/batches"
KEY = f"{RING}/cryptoKeys/batches"
STORAGE_AGENT = "service-123456789@gs-project-accounts.iam.gserviceaccount.com"
KEY_USER = Binding("roles/cloudkms.cryptoKeyEncrypterDecrypter", f"serviceAccount:{STORAGE_AGENT}")
POOL = "iam.googleapis.com/projects/123456789/locations/global/workloadIdentityPools/batches"
SUBJECT = "system:serviceaccount:ai:gateway"
WORKLOAD = f"principal://{POOL}/subject/{SUBJECT}"
PROVIDER = f"{POOL.removeprefix('iam.googleapis.com/')}/providers/gateway"
WORKLOAD_USER = Binding("roles/iam.workloadIdentityUser", WORKLOAD)
ISSUER = "https://issuer.example.com"
WITH_KEY = replace(PROMISED, kms_key=KEY, storage_agent=STORAGE_AGENT)
FEDERATED = replace(
    PROMISED,
    federation=WORKLOAD,
    federation_provider=PROVIDER,
    federation_issuer=ISSUER,
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
        default_factory=lambda: {
            f"{api}.googleapis.com": True for api in ("aiplatform", "storage", "sts", "cloudkms")
        }
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
            KEY_USER.role: frozenset(
                f"cloudkms.cryptoKeyVersions.useTo{what}" for what in ("Encrypt", "Decrypt")
            ),
            WORKLOAD_USER.role: frozenset({"iam.serviceAccounts.getAccessToken"}),
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
    on_account: tuple[Binding, ...] = (WORKLOAD_USER,)
    providers: dict[str, IdentityProvider] = field(
        default_factory=lambda: {
            PROVIDER: IdentityProvider(
                name=PROVIDER,
                working=True,
                issuer=ISSUER,
                audiences=(),
                subject_from="assertion.sub",
                condition=f'assertion.sub == "{SUBJECT}"',
            )
        }
    )
    keys: dict[str, GcpKey] = field(default_factory=lambda: {KEY: GcpKey(KEY, "ENABLED")})
    on_key: tuple[Binding, ...] = (KEY_USER,)
    on_ring: tuple[Binding, ...] = ()
    troubleshooter: dict[str, Access] | None = None
    served: frozenset[str] = frozenset({"europe-west4", "us-central1"})
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

    def account_bindings(self, email):
        return self.on_account

    def identity_provider(self, name):
        return self.providers.get(name)

    def kms_key(self, name):
        return self.keys.get(name)

    def key_bindings(self, name):
        return self.on_key

    def ring_bindings(self, name):
        return self.on_ring

    def bucket_grants(self, name, permissions, identity):
        return self.held[identity] & frozenset(permissions)

    def project_grants(self, project, permissions, identity):
        return self.held[identity] & frozenset(permissions)

    def troubleshoot(self, principal, resource, permission):
        if self.troubleshooter is None:
            raise Unreachable("what it may do", "the API is not enabled", "enable it")
        return self.troubleshooter.get(permission, Access.YES)

    def locations(self, project):
        return self.served

    def publisher_model(self, project, region, model):
        return (region, model) in self.models


def typed(fake: FakeGcp) -> Gcp:
    return fake


def judged(world, promised=PROMISED):
    return report(SUITES, promised, typed(world))


def ask(check_id, world=None, promised: VertexAI = PROMISED):
    """One check alone, past the gates that usually stand before it."""
    [check] = {check for _, checks in SUITES for check in checks if check.id == check_id}
    return check(promised, world or FakeGcp())


def with_bucket(**changes):
    return FakeGcp(buckets={"batches": replace(BUCKET, **changes)})


def with_key(**changes):
    """The bucket has the customer key."""
    return FakeGcp(buckets={"batches": replace(BUCKET, kms_key=KEY)}, **changes)


def with_provider(**changes):
    """The identity pool's provider is another one than promised."""
    world = FakeGcp()
    world.providers = {PROVIDER: replace(world.providers[PROVIDER], **changes)}
    return world


def given_to(member):
    """All that the agent needs, and somebody else has it."""
    roles = ("roles/storage.objectUser", "roles/storage.legacyBucketReader")
    return FakeGcp(on_bucket=tuple(Binding(role, member) for role in roles))


def without(*actions):
    held = frozenset(row.action for row in permissions("vertex", Identity.GATEWAY))
    return FakeGcp(held={GATEWAY: held - set(actions)})
