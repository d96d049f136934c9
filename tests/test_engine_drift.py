"""What somebody changes behind Pulumi's back is noticed, and `pulumi up --refresh` repairs it."""

import pytest
from engine.running import at_hand, running, verdict
from engine.stack import NEEDS_ENGINE

from preflight.sandbox.aws.clients import Clients
from preflight.sandbox.azure.operator import COGNITIVE, Arm, account_path
from preflight.sandbox.breakages import BREAKAGES
from preflight.sandbox.gcp.client import Operator

pytestmark = NEEDS_ENGINE

ROUNDS = {
    "azure": (
        "azure-standard-deployment azure-read-only-role",
        "azure-capacity",
        "azure-no-deployment",
        "azure-other-model",
        "azure-no-account",
    ),
    "vertex": (
        "vertex-agent-grants vertex-job-right vertex-upload-right vertex-public-access",
        "vertex-bucket-region",
        "vertex-api-off",
        "delete_gateway_account",
    ),
    "bedrock": (
        "bedrock-pass-role bedrock-source-account bedrock-bucket-policy bedrock-results-right",
        "bedrock-bucket-region",
        "bedrock-service-principal bedrock-job-rights bedrock-model-right bedrock-plain-text",
        "detach_gateway_policy bedrock-public-access",
        "delete_job_role",
    ),
}
"""What is broken of what Pulumi made, one of each kind of resource and of change.

Those of a round are broken at once: each has a check of its own that fails, and one repair of all
shows as much as one repair of each.
"""


def recover_account(world):
    """What `az cognitiveservices account recover` sends: Azure keeps a deleted account's name."""
    promised = world.sandbox.promises.azure[0]
    asked = {"kind": "OpenAI", "sku": {"name": "S0"}, "location": promised.region}
    again = {**asked, "properties": {"restore": True}}
    Arm(world.env).put(account_path(promised), COGNITIVE, again)


FIRST = {"azure-no-account": recover_account}
"""What the check's remedy has done before `pulumi up --refresh`."""


def detach_gateway_policy(env, promised):
    """The gateway's role stays, and may do nothing any more."""
    iam = Clients(env).get("iam")
    role = promised.gateway_principal_arn.rpartition("/")[2]
    (name,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
    iam.delete_role_policy(RoleName=role, PolicyName=name)


def delete_job_role(env, promised):
    iam = Clients(env).get("iam")
    role = promised.job_role_arn.rpartition("/")[2]
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        iam.delete_role_policy(RoleName=role, PolicyName=name)
    iam.delete_role(RoleName=role)


def delete_gateway_account(env, promised):
    account = promised.gateway_service_account
    Operator(env).call("DELETE", f"/v1/projects/{promised.project}/serviceAccounts/{account}")


MORE = {
    delete_gateway_account: {"gateway-batch-api", "vertex-gateway-account"},
    detach_gateway_policy: {
        "bedrock-gateway-bucket",
        "bedrock-gateway-jobs",
        "bedrock-gateway-pass-role",
    },
    delete_job_role: {"bedrock-job-role"},
}
"""What is broken here only, and the checks that fail for it."""


def breaking(provider):
    """Name -> (how to do it to a sandbox, ids that fail, asked how) of all a round may name."""
    found = {one.name: (one.apply, set(one.fails), one.options) for one in BREAKAGES}
    for change, fails in MORE.items():

        def apply(sandbox, change=change):
            change(sandbox.env, sandbox.promises.of(provider)[0])

        found[change.__name__] = (apply, fails, ())
    return found


@pytest.mark.parametrize("provider", sorted(ROUNDS))
def test_what_is_changed_behind_pulumis_back_is_noticed_and_repaired(
    provider, tmp_path, monkeypatch, preflight
):
    known = breaking(provider)
    with running(tmp_path, (provider,)) as world, at_hand(world, monkeypatch) as stack:
        assert world.stack.up().code == 0
        sandbox, repaired_ids = world.register(), set()
        for names in ROUNDS[provider]:
            changes = [known[name] for name in names.split()]
            fails = set().union(*(ids for _, ids, _ in changes))
            assert len(fails) == sum(len(ids) for _, ids, _ in changes), "one hides another"
            if fails & repaired_ids:
                # Otherwise the next verdict shows it: it has the next ids, and no others.
                assert verdict(preflight, world, stack, provider) == (0, set(), {}), names
            for apply, _, _ in changes:
                apply(sandbox)
            options = [word for _, _, asked in changes for word in asked]
            code, failed, _ = verdict(preflight, world, stack, provider, *options)
            assert (code, failed) == (1, fails), names
            FIRST.get(names, lambda _: None)(world)
            repaired = world.stack.up("--refresh")
            assert repaired.code == 0, f"{names}: {repaired.said}"
            assert repaired.steps, names
            sandbox, repaired_ids = world.register(), fails
        assert verdict(preflight, world, stack, provider) == (0, set(), {})
        again = world.stack.up("--refresh", "--expect-no-changes")
        assert again.code == 0, again.said


def test_a_bucket_policy_that_somebody_removed_is_put_back(tmp_path):
    with running(tmp_path, ("bedrock",)) as world:
        assert world.stack.up().code == 0
        bucket = world.stack.outputs()["bedrock"][0]["bucket"]
        s3 = Clients(world.env).get("s3")
        before = s3.get_bucket_policy(Bucket=bucket)["Policy"]
        s3.delete_bucket_policy(Bucket=bucket)
        unaware = world.stack.up("--expect-no-changes")
        assert unaware.code == 0, unaware.said
        repaired = world.stack.up("--refresh")
        assert repaired.of("create") == {
            ("aws:s3/bucketPolicy:BucketPolicy", "batch-bedrock-us-west-2-data")
        }
        assert s3.get_bucket_policy(Bucket=bucket)["Policy"] == before
