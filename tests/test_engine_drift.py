"""What somebody changes behind Pulumi's back is noticed, and `pulumi up --refresh` repairs it."""

import pytest
from engine.running import at_hand, running, verdict
from engine.stack import NEEDS_ENGINE

from preflight.sandbox.aws.clients import Clients
from preflight.sandbox.azure.operator import COGNITIVE, Arm, account_path
from preflight.sandbox.breakages import BREAKAGES
from preflight.sandbox.gcp.client import Operator

pytestmark = NEEDS_ENGINE

PULUMIS = {
    "azure": "standard-deployment read-only-role no-deployment capacity other-model no-account",
    "vertex": "bucket-region agent-grants job-right upload-right api-off public-access",
    "bedrock": (
        "pass-role bucket-region source-account service-principal bucket-policy results-right "
        "model-right job-rights plain-text public-access"
    ),
}
"""Breakages of what Pulumi made, one of each kind of resource and of change."""


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
    "azure": (),
    "vertex": ((delete_gateway_account, {"gateway-batch-api", "vertex-gateway-account"}),),
    "bedrock": (
        (
            detach_gateway_policy,
            {"bedrock-gateway-bucket", "bedrock-gateway-jobs", "bedrock-gateway-pass-role"},
        ),
        (delete_job_role, {"bedrock-job-role"}),
    ),
}
"""What is broken here only: how, and the checks that fail for it."""


def changes(provider):
    """(name, how to do it to a sandbox, ids that fail) of each thing that can be changed there."""
    by_name = {breakage.name: breakage for breakage in BREAKAGES}
    for short in PULUMIS[provider].split():
        breakage = by_name[f"{provider}-{short}"]
        yield breakage.name, breakage.apply, set(breakage.fails)
    for change, fails in MORE[provider]:

        def apply(sandbox, change=change):
            change(sandbox.env, sandbox.promises.of(provider)[0])

        yield change.__name__, apply, fails


@pytest.mark.parametrize("provider", sorted(MORE))
def test_what_is_changed_behind_pulumis_back_is_noticed_and_repaired(
    provider, tmp_path, monkeypatch, preflight
):
    with running(tmp_path, (provider,)) as world, at_hand(world, monkeypatch) as stack:
        assert world.stack.up().code == 0
        sandbox, repaired_ids = world.register(), set()
        for name, change, fails in changes(provider):
            if fails & repaired_ids:
                # Otherwise the next verdict shows it: it has the next ids, and no others.
                assert verdict(preflight, world, stack, provider) == (0, set(), {}), name
            change(sandbox)
            code, failed, _ = verdict(preflight, world, stack, provider)
            assert (code, failed) == (1, fails), name
            FIRST.get(name, lambda _: None)(world)
            repaired = world.stack.up("--refresh")
            assert repaired.code == 0, f"{name}: {repaired.said}"
            assert repaired.steps, name
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
