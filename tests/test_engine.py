"""The whole life of a stack with the real Pulumi engine: from the preview to an empty cloud."""

import pytest
from engine.running import at_hand, running, verdict
from engine.stack import NEEDS_ENGINE

from preflight.contract import PROVIDERS
from preflight.requests.example import PROVIDER_MODELS, write_requests

pytestmark = NEEDS_ENGINE

BUCKET = ("aws:s3/bucket:Bucket", "batch-bedrock-us-west-2-data")
LIFECYCLE = ("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", BUCKET[1])
ENCRYPTION = (
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    BUCKET[1],
)
BUCKET_SETTINGS = {
    LIFECYCLE,
    ENCRYPTION,
    ("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", BUCKET[1]),
    ("aws:s3/bucketOwnershipControls:BucketOwnershipControls", BUCKET[1]),
    ("aws:s3/bucketPolicy:BucketPolicy", BUCKET[1]),
}
ROLES = {
    (kind, f"batch-bedrock-us-west-2-{who}")
    for kind in ("aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy")
    for who in ("job", "gateway")
}
GOOGLE_BUCKET = ("gcp:storage/bucket:Bucket", "batch-vertex-europe-west4-data")
GRANTS = {
    ("gcp:storage/bucketIAMMember:BucketIAMMember", f"batch-vertex-europe-west4-{name}")
    for name in ("agent-legacyBucketReader", "agent-objectUser", "gateway-objectUser")
}
APIS = (
    "aiplatform",
    "cloudresourcemanager",
    "iam",
    "iamcredentials",
    "serviceusage",
    "storage",
)
KEPT_AT_GOOGLE = {
    *(("gcp:projects/service:Service", f"batch-vertex-{api}") for api in APIS),
    ("gcp:projects/serviceIdentity:ServiceIdentity", "batch-vertex-agent"),
    ("gcp:serviceaccount/account:Account", "batch-vertex-gateway"),
    ("gcp:projects/iAMMember:IAMMember", "batch-vertex-gateway-user"),
}
DEPLOYMENT = (
    "azure-native:cognitiveservices:Deployment",
    "batch-azure-swedencentral-gpt-4o-mini",
)
ASSIGNMENT = ("azure-native:authorization:RoleAssignment", "batch-azure-swedencentral-gateway")
AZURE = {
    ("azure-native:resources:ResourceGroup", "batch-azure-swedencentral"),
    ("azure-native:cognitiveservices:Account", "batch-azure-swedencentral-account"),
    DEPLOYMENT,
    ASSIGNMENT,
}

MADE = {
    "openai": set(),
    "azure": AZURE,
    "vertex": {GOOGLE_BUCKET, *GRANTS, *KEPT_AT_GOOGLE},
    "bedrock": {BUCKET, *BUCKET_SETTINGS, *ROLES},
}
"""All that `up` makes."""

UPDATED = {
    "openai": set(),
    "azure": {DEPLOYMENT},
    "vertex": {GOOGLE_BUCKET},
    "bedrock": {LIFECYCLE},
}
"""What another `resultDays` and another `azureCapacity` change, in place."""

ASKED_ANEW = {
    "openai": (),
    "azure": (("azure:AzureOpenAIBatch", *DEPLOYMENT),),
    "vertex": (("gcp:VertexBatch", *GOOGLE_BUCKET),),
    "bedrock": (("aws:BedrockBatch", *BUCKET),),
}
"""What `--replace` names, as when somebody wants a bucket with another name."""

REPLACED = {
    "openai": set(),
    "azure": {DEPLOYMENT},
    "vertex": {GOOGLE_BUCKET, *GRANTS},
    "bedrock": {BUCKET, *BUCKET_SETTINGS},
}
"""What is made anew then."""

REGIONS = {
    "azureRegions": ("swedencentral", "eastus2"),
    "azureProviderNames": ("azure-main", "azure-us"),
    "vertexRegions": ("europe-west4", "us-central1"),
    "bedrockRegions": ("us-west-2", "us-east-1"),
    "bedrockProviderNames": ("bedrock-main", "bedrock-east"),
}
PROFILE = f"us.{PROVIDER_MODELS['bedrock']}"
"""In the other region Bedrock runs the model through a profile only."""


def of(table, providers):
    return set().union(*(table[name] for name in providers))


@pytest.mark.parametrize("providers", [*((name,) for name in PROVIDERS), PROVIDERS], ids="-".join)
def test_a_stack_lives_from_preview_to_destroy(providers, tmp_path, monkeypatch, preflight):
    # With all four the engine starts the plugins itself.
    made = running(tmp_path, providers, attached=providers != PROVIDERS)
    with made as world, at_hand(world, monkeypatch) as stack:

        def is_ready():
            world.register()
            for name in providers:
                assert verdict(preflight, world, stack, name) == (0, set(), {})

        engine = world.stack
        everything = of(MADE, providers)
        before = world.left()

        planned = engine.preview()
        assert (planned.code, planned.of("create")) == (0, everything), planned.said
        assert world.left() == before == set()

        made = engine.up()
        assert (made.code, made.of("create")) == (0, everything), made.said
        assert made.counts == planned.counts
        is_ready()

        again = engine.up("--expect-no-changes")
        assert (again.code, again.steps) == (0, ()), again.said
        looked = engine.refresh("--expect-no-changes")
        assert (looked.code, set(looked.counts)) == (0, {"same"}), looked.said

        engine.set(resultDays=60, azureCapacity=500)
        changed = engine.up()
        assert changed.of("update") == of(UPDATED, providers)
        assert set(changed.counts) <= {"same", "update"}, changed.counts

        asked = [f"--replace={engine.urn(*one)}" for name in providers for one in ASKED_ANEW[name]]
        planned, moved = engine.preview(*asked), engine.up(*asked)
        assert moved.code == 0, moved.said
        assert planned.of("replace") == moved.of("replace") == of(REPLACED, providers)
        assert planned.counts == moved.counts
        is_ready()

        gone = engine.destroy()
        assert (gone.code, gone.of("delete")) == (0, everything), gone.said
        assert world.left() == set()
        assert engine.outputs() == {}


def test_a_region_comes_beside_the_first_and_the_first_goes(tmp_path, monkeypatch, preflight):
    providers = ("azure", "vertex", "bedrock")
    with running(tmp_path, providers) as world, at_hand(world, monkeypatch) as stack:
        engine = world.stack
        engine.set(bedrockModels=[PROFILE])
        write_requests(world.request_file("bedrock"), "bedrock", model=PROFILE)
        first = engine.up()
        assert first.code == 0, first.said

        engine.set(**REGIONS)
        both = engine.up()
        assert both.code == 0, both.said
        assert set(both.counts) == {"same", "create"}
        world.register()
        for name in providers:
            for region in REGIONS[f"{name}Regions"]:
                asked = ("--region", region)
                found = verdict(preflight, world, stack, name, *asked)
                assert found == (0, set(), {}), (name, region, found)

        engine.set(**{key: entries[1:] for key, entries in REGIONS.items()})
        moved = engine.up()
        assert moved.code == 0, moved.said
        assert set(moved.counts) == {"same", "delete"}
        # The same kinds of things go as came; what the project has but once stays.
        assert sorted(kind for kind, _ in moved.of("delete")) == sorted(
            kind for kind, _ in both.of("create")
        )
        outputs = engine.outputs()
        assert {name: [it["region"] for it in outputs[name]] for name in providers} == {
            name: [REGIONS[f"{name}Regions"][1]] for name in providers
        }
        assert engine.destroy().code == 0
        assert world.left() == set()


def test_a_destroyed_stack_can_be_made_again_at_once(tmp_path, monkeypatch, preflight):
    """Azure keeps a deleted account's name for 48 hours: the next one has another."""
    with running(tmp_path, ("azure",)) as world, at_hand(world, monkeypatch) as stack:
        for _ in range(2):
            made = world.stack.up()
            assert made.code == 0, made.said
            world.register()
            assert verdict(preflight, world, stack, "azure") == (0, set(), {})
            assert world.stack.destroy().code == 0
            assert world.left() == set()
