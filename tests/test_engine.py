"""The whole life of a stack with the real Pulumi engine: from the preview to an empty cloud."""

import pytest
from engine.running import at_hand, running, verdict
from engine.stack import NEEDS_ENGINE

from preflight.contract import PROVIDERS
from preflight.requests.example import PROVIDER_MODELS, write_requests

pytestmark = NEEDS_ENGINE

BUCKET = ("aws:s3/bucket:Bucket", "batch-bedrock-data")
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
    (kind, f"batch-bedrock-{who}")
    for kind in ("aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy")
    for who in ("job", "gateway")
}
GOOGLE_BUCKET = ("gcp:storage/bucket:Bucket", "batch-vertex-data")
GRANTS = {
    ("gcp:storage/bucketIAMMember:BucketIAMMember", f"batch-vertex-{name}")
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
DEPLOYMENT = ("azure-native:cognitiveservices:Deployment", "batch-azure-deployment")
AZURE = {
    ("azure-native:resources:ResourceGroup", "batch-azure"),
    ("azure-native:cognitiveservices:Account", "batch-azure-account"),
    DEPLOYMENT,
    ("azure-native:authorization:RoleAssignment", "batch-azure-gateway"),
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

REPLACED = {
    "openai": set(),
    "azure": AZURE,
    "vertex": {GOOGLE_BUCKET, *GRANTS},
    "bedrock": {BUCKET, *BUCKET_SETTINGS},
}
"""What another region makes anew."""

REGIONS = {"azure": "eastus", "vertex": "us-central1", "bedrock": "us-east-1"}
PROFILE = f"us.{PROVIDER_MODELS['bedrock']}"
PROFILE_REGIONS = ("us-east-1", "us-east-2", "us-west-2")
"""In its new region Bedrock runs the model through a profile only."""


def of(table, providers):
    return set().union(*(table[name] for name in providers))


@pytest.mark.parametrize("providers", [*((name,) for name in PROVIDERS), PROVIDERS], ids="-".join)
def test_a_stack_lives_from_preview_to_destroy(providers, tmp_path, monkeypatch, preflight):
    with running(tmp_path, providers) as world, at_hand(world, monkeypatch) as stack:

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

        engine.set(**{f"{name}Region": REGIONS[name] for name in providers if name in REGIONS})
        if "bedrock" in providers:
            engine.set(bedrockModel=PROFILE)
            engine.set_list("bedrockProfileRegions", PROFILE_REGIONS)
            write_requests(world.request_file("bedrock"), "bedrock", model=PROFILE)
        planned, moved = engine.preview(), engine.up()
        assert moved.code == 0, moved.said
        assert planned.of("replace") == moved.of("replace") == of(REPLACED, providers)
        assert planned.counts == moved.counts
        outputs = engine.outputs()
        assert {name: outputs[name]["region"] for name in REGIONS if name in providers} == {
            name: REGIONS[name] for name in REGIONS if name in providers
        }
        is_ready()

        gone = engine.destroy()
        assert (gone.code, gone.of("delete")) == (0, everything), gone.said
        assert world.left() == set()
        assert engine.outputs() == {}
