"""The stand-in for the provider plugins, asked by a client that plays the engine."""

import importlib
import json
import os
import subprocess
import sys
from itertools import chain

import grpc
import pytest
from engine.playing import Resource, provider
from engine.stack import ROOT
from engine.wire import UNKNOWN, read, write
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderStub

from preflight.sandbox.aws.clients import Clients
from preflight.sandbox.aws.cloud import AwsCloud
from preflight.sandbox.azure.cloud import AzureCloud
from preflight.sandbox.azure.operator import COGNITIVE, Arm
from preflight.sandbox.gcp.client import Operator
from preflight.sandbox.gcp.cloud import GcpCloud
from preflight.sandbox.handlers import aws as aws_handlers
from preflight.sandbox.handlers import azure as azure_handlers
from preflight.sandbox.handlers import gcp as gcp_handlers

ROLE = "aws:iam/role:Role"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "bedrock.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
BUCKET = {"location": "EUROPE-WEST4", "uniformBucketLevelAccess": True, "labels": {"a": "b"}}


@pytest.fixture(scope="module")
def aws(tmp_path_factory):
    with AwsCloud(tmp_path_factory.mktemp("aws")) as cloud, provider("aws", cloud.env) as stub:
        yield cloud.env, stub


@pytest.fixture
def google(tmp_path):
    with GcpCloud(tmp_path) as cloud, provider("gcp", cloud.env) as stub:
        yield cloud.env, stub


@pytest.fixture
def azure(tmp_path):
    with AzureCloud(tmp_path) as cloud, provider("azure-native", cloud.env) as stub:
        yield cloud.env, stub


def role(stub, **inputs):
    return Resource(stub, ROLE).created(assumeRolePolicy=json.dumps(TRUST), **inputs)


def refusal(call, *arguments, **named):
    with pytest.raises(grpc.RpcError) as refused:
        call(*arguments, **named)
    return refused.value.code(), refused.value.details()


# --- AWS


def test_a_role_lives_from_create_to_delete(aws):
    _, stub = aws
    made = role(stub, description="one")
    assert made.id == made.outputs["name"]
    assert made.outputs["arn"].endswith(f":role/{made.id}")
    assert made.looked() == made
    changed = made.updated(assumeRolePolicy=json.dumps(TRUST), description="two")
    assert changed.id == made.id
    assert changed.looked().outputs["description"] == "two"
    changed.deleted()
    assert changed.looked() is None
    changed.deleted()  # what is gone already is no error


def test_a_made_up_name_comes_of_the_seed_and_is_kept(aws):
    _, stub = aws
    fresh = Resource(stub, ROLE, "batch-job")
    names = [
        read(fresh.checked({}, seed)[0]).values["name"] for seed in (b"abcd", b"abcd", b"wxyz")
    ]
    assert names[0] == names[1] != names[2]
    assert all(name.startswith("batch-job-") for name in names)
    made = role(stub)
    assert read(made.checked({}, b"another")[0]).values["name"] == made.id
    assert not made.diff(assumeRolePolicy=json.dumps(TRUST)).differs


def test_a_document_that_means_the_same_is_no_difference(aws):
    _, stub = aws
    made = role(stub)
    assert not made.diff(assumeRolePolicy=json.dumps(TRUST, indent=4)).differs
    other = made.diff(assumeRolePolicy=json.dumps({**TRUST, "Statement": []}))
    assert (other.paths, other.replaces) == ({"assumeRolePolicy"}, [])


def test_a_document_that_is_no_json_is_refused_and_one_not_known_yet_is_not(aws):
    _, stub = aws
    fresh = Resource(stub, ROLE)
    assert fresh.checked({"assumeRolePolicy": "{"})[1] == [("assumeRolePolicy", "is not JSON")]
    assert fresh.checked({"assumeRolePolicy": UNKNOWN})[1] == []


def test_another_path_makes_another_role_and_a_given_name_must_be_free_first(aws):
    _, stub = aws
    trust = {"assumeRolePolicy": json.dumps(TRUST)}
    made_up = role(stub).diff(**trust, path="/batch/")
    assert (made_up.replaces, made_up.deletes_first) == (["path"], False)
    given = role(stub, name="batch-7").diff(**trust, name="batch-7", path="/batch/")
    assert (given.replaces, given.deletes_first) == (["path"], True)
    in_place = role(stub).diff(**trust, description="more")
    assert (in_place.paths, in_place.replaces, in_place.deletes_first) == (
        {"description"},
        [],
        False,
    )


def test_what_is_to_be_ignored_is_no_difference(aws):
    _, stub = aws
    trust = {"assumeRolePolicy": json.dumps(TRUST)}
    assert not role(stub).diff(ignore=["description"], **trust, description="more").differs


def test_a_preview_makes_nothing_and_leaves_unknown_what_is_unknown(aws):
    env, stub = aws
    before = Clients(env).get("iam").list_roles()["Roles"]
    made, outputs = Resource(stub, ROLE).previewed(assumeRolePolicy=UNKNOWN, description="one")
    assert made == ""
    assert (outputs["assumeRolePolicy"], outputs["description"]) == (UNKNOWN, "one")
    assert "arn" not in outputs
    assert Clients(env).get("iam").list_roles()["Roles"] == before


def test_the_preview_of_an_update_keeps_what_will_not_change(aws):
    _, stub = aws
    made = role(stub)
    planned = made.updated(preview=True, assumeRolePolicy=UNKNOWN)
    assert planned.outputs["arn"] == made.outputs["arn"]
    assert planned.outputs["assumeRolePolicy"] == UNKNOWN
    assert made.looked() == made


def test_a_value_that_is_not_known_yet_replaces_where_a_change_would(aws):
    _, stub = aws
    allowed = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    made = Resource(stub, "aws:iam/rolePolicy:RolePolicy").created(
        role=role(stub).id, policy=policy
    )
    assert made.diff(role=UNKNOWN, policy=policy).replaces == ["role"]
    assert made.diff(role=made.asked["role"], policy=UNKNOWN).replaces == []


def test_a_trust_policy_edited_by_somebody_is_found_by_a_look(aws):
    env, stub = aws
    made = role(stub)
    theirs = json.dumps({**TRUST, "Statement": [{**TRUST["Statement"][0], "Effect": "Deny"}]})
    Clients(env).get("iam").update_assume_role_policy(RoleName=made.id, PolicyDocument=theirs)
    found = made.looked()
    assert json.loads(found.asked["assumeRolePolicy"]) == json.loads(theirs)
    assert found.diff(assumeRolePolicy=json.dumps(TRUST)).paths == {"assumeRolePolicy"}


def test_a_secret_stays_one_and_is_put_as_it_is(aws):
    env, stub = aws
    made = Resource(stub, ROLE).created(
        assumeRolePolicy=json.dumps(TRUST), description="hush", secrets={"description"}
    )
    for wired in (made.inputs, made.state, made.looked().state):
        assert read(wired).secrets == {"description"}
    kept = Clients(env).get("iam").get_role(RoleName=made.id)["Role"]
    assert kept["Description"] == "hush"


@pytest.mark.parametrize(
    ("kind", "inputs", "changed", "path"),
    [
        (
            "bucketPublicAccessBlock:BucketPublicAccessBlock",
            {"blockPublicAcls": True, "blockPublicPolicy": True},
            {"blockPublicAcls": False, "blockPublicPolicy": True},
            "blockPublicAcls",
        ),
        (
            "bucketOwnershipControls:BucketOwnershipControls",
            {"rule": {"objectOwnership": "BucketOwnerEnforced"}},
            {"rule": {"objectOwnership": "BucketOwnerPreferred"}},
            "rule.objectOwnership",
        ),
        (
            "bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
            {"rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}]},
            {"rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms"}}]},
            "rules[0].applyServerSideEncryptionByDefault.sseAlgorithm",
        ),
        (
            "bucketLifecycleConfiguration:BucketLifecycleConfiguration",
            {"rules": [{"id": "a", "status": "Enabled", "expiration": {"days": 30}}]},
            {"rules": [{"id": "a", "status": "Enabled", "expiration": {"days": 60}}]},
            "rules[0].expiration.days",
        ),
    ],
)
def test_a_setting_of_a_bucket_is_read_changed_and_removed(aws, kind, inputs, changed, path):
    _, stub = aws
    bucket = Resource(stub, "aws:s3/bucket:Bucket").created(region="eu-west-1")
    place = {"bucket": bucket.id, "region": "eu-west-1"}
    made = Resource(stub, f"aws:s3/{kind}").created(**place, **inputs)
    assert made.looked().asked == made.asked
    assert not made.looked().diff(**place, **inputs).differs
    assert made.diff(**place, **changed).paths == {path}
    assert made.diff(bucket="another", region="eu-west-1", **inputs).replaces == ["bucket"]
    after = made.updated(**place, **changed)
    assert after.looked().asked == after.asked != made.asked
    after.deleted()
    left = after.looked()
    # No bucket is without encryption: S3 goes back to its own keys.
    assert left is None or left.asked["rules"] == inputs["rules"]
    bucket.deleted()
    assert bucket.looked() is after.looked() is None
    after.deleted()


def test_a_bucket_that_holds_objects_is_not_deleted(aws):
    env, stub = aws
    bucket = Resource(stub, "aws:s3/bucket:Bucket").created()
    Clients(env).get("s3").put_object(Bucket=bucket.id, Key="k", Body=b"")
    code, words = refusal(bucket.deleted)
    assert code is grpc.StatusCode.UNKNOWN
    assert "The bucket you tried to delete is not empty" in words
    assert "Traceback" not in words
    assert bucket.looked() == bucket


# --- Google Cloud


def test_a_bucket_at_google_is_relabelled_in_place_and_moved_by_another(google):
    _, stub = google
    made = Resource(stub, "gcp:storage/bucket:Bucket", "data").created(**BUCKET)
    assert made.id.startswith("data-")
    assert made.looked() == made
    assert made.diff(**{**BUCKET, "labels": {"a": "c"}}).paths == {"labels.a"}
    moved = made.diff(**{**BUCKET, "location": "US-CENTRAL1"})
    assert (moved.replaces, moved.deletes_first) == (["location"], False)
    changed = made.updated(**{**BUCKET, "labels": {"a": "c"}})
    assert changed.looked().asked["labels"] == {"a": "c"}
    changed.deleted()
    assert changed.looked() is None


def test_a_grant_that_somebody_took_away_is_gone_for_a_look(google):
    env, stub = google
    bucket = Resource(stub, "gcp:storage/bucket:Bucket").created(**BUCKET)
    account = Resource(stub, "gcp:serviceaccount/account:Account").created(accountId="batch-one")
    grant = {"bucket": bucket.id, "role": "roles/storage.objectUser"}
    grant["member"] = account.outputs["member"]
    made = Resource(stub, "gcp:storage/bucketIAMMember:BucketIAMMember").created(**grant)
    assert made.looked().asked == made.asked
    assert made.diff(**{**grant, "role": "roles/storage.objectViewer"}).replaces == ["role"]
    operator = Operator(env)
    operator.change_policy(f"b/{bucket.id}", lambda policy: policy["bindings"].pop())
    assert made.looked() is None
    made.deleted()


def test_a_service_account_is_renamed_in_place(google):
    _, stub = google
    fresh = Resource(stub, "gcp:serviceaccount/account:Account")
    made = fresh.created(accountId="batch-two", displayName="one")
    changed = made.updated(accountId="batch-two", displayName="two")
    assert changed.looked().outputs["displayName"] == "two"
    assert made.diff(accountId="batch-six", displayName="one").replaces == ["accountId"]
    changed.deleted()
    assert changed.looked() is None


def test_an_api_stays_on_unless_it_is_to_go(google):
    _, stub = google
    api = "compute.googleapis.com"
    kept = Resource(stub, "gcp:projects/service:Service").created(
        service=api, disableOnDestroy=False
    )
    kept.deleted()
    assert kept.looked() == kept
    gone = kept.updated(service=api, disableOnDestroy=True)
    gone.deleted()
    assert gone.looked() is None


# --- Azure


def test_a_deployment_changes_its_kind_in_place_and_all_else_goes_first(azure):
    env, stub = azure
    group = Resource(stub, "azure-native:resources:ResourceGroup").created(location="eastus")
    place = {"resourceGroupName": group.outputs["name"]}
    account = Resource(stub, "azure-native:cognitiveservices:Account").created(
        **place,
        accountName="batch-1",
        location="eastus",
        kind="OpenAI",
        sku={"name": "S0"},
        identity={"type": "SystemAssigned"},
        properties={"customSubDomainName": "batch-1"},
    )
    model = {"format": "OpenAI", "name": "gpt-4o-mini", "version": "2024-07-18"}
    asked = {
        **place,
        "accountName": "batch-1",
        "deploymentName": "batch",
        "sku": {"name": "GlobalBatch", "capacity": 50},
        "properties": {"model": model},
    }
    made = Resource(stub, "azure-native:cognitiveservices:Deployment").created(**asked)
    # What Azure adds by itself is in the state, and no difference.
    assert made.outputs["properties"]["provisioningState"] == "Succeeded"
    assert made.looked().asked == made.asked
    standard = {"name": "Standard", "capacity": 10}
    Arm(env).put(made.id, COGNITIVE, {"sku": standard, "properties": {"model": model}})
    found = made.looked()
    assert found.asked["sku"] == standard
    changed = found.diff(**asked)
    assert (changed.paths, changed.replaces) == ({"sku.name", "sku.capacity"}, [])
    assert found.updated(**asked).looked().asked["sku"] == {"name": "GlobalBatch", "capacity": 50}
    moved = group.diff(location="swedencentral")
    assert (moved.replaces, moved.deletes_first) == (["location"], True)
    for one in (made, account, group):
        one.deleted()
        assert one.looked() is None
    made.deleted()  # its group is gone, and so is it


# --- the protocol


def test_functions_are_answered(aws, google, azure):
    for (_, stub), token, name, value in (
        (aws, "aws:index/getPartition:getPartition", "partition", "aws"),
        (google, "gcp:organizations/getProject:getProject", "number", "123456789"),
        (azure, "azure-native:authorization:getClientConfig", "subscriptionId", None),
    ):
        answer = stub.Invoke(provider_pb2.InvokeRequest(tok=token, args=write({})))
        found = read(getattr(answer, "return")).values[name]
        assert found == (value or azure[0]["AZURE_SUBSCRIPTION_ID"])


def test_a_type_and_a_function_that_nobody_knows_are_named(google):
    _, stub = google
    code, words = refusal(Resource(stub, "gcp:pubsub/topic:Topic").checked, {})
    assert code is grpc.StatusCode.UNIMPLEMENTED
    assert "gcp:pubsub/topic:Topic" in words
    code, words = refusal(stub.Invoke, provider_pb2.InvokeRequest(tok="gcp:index/now:now"))
    assert code is grpc.StatusCode.UNIMPLEMENTED
    assert "gcp:index/now:now" in words


@pytest.mark.parametrize("package", ["aws", "gcp", "azure-native"])
def test_the_plugin_says_its_port_first_and_its_sdks_version(package):
    process = subprocess.Popen(
        [sys.executable, "-m", "engine.plugin", package, "127.0.0.1:1"],
        env=os.environ | {"PYTHONPATH": str(ROOT / "tests")},
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            port = int(process.stdout.readline())
            with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
                stub = ResourceProviderStub(channel)
                told = stub.GetPluginInfo(empty_pb2.Empty(), timeout=20).version
        finally:
            process.kill()
    module = importlib.import_module(f"pulumi_{package.replace('-', '_')}")
    assert told == module._utilities.get_version()  # noqa: SLF001 - it has no public name


ENVIRONMENTS = {"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_DEFAULT_REGION": "us-west-2"}


@pytest.mark.filterwarnings("ignore:.* has been deprecated in favor of:DeprecationWarning")
def test_every_rule_names_an_input_that_the_real_sdk_has(azure):
    env, _ = azure
    tables = (
        aws_handlers.handlers(ENVIRONMENTS),
        gcp_handlers.handlers({}),
        azure_handlers.handlers(env),
    )
    for token, handler in chain.from_iterable(table.items() for table in tables):
        package, module, kind = token.split(":")
        sdk = importlib.import_module(
            f"pulumi_{package.replace('-', '_')}.{module.partition('/')[0]}"
        )
        # Where a nested type has the resource's name, it has the shorter name too.
        arguments = getattr(sdk, f"{kind}InitArgs", None) or getattr(sdk, f"{kind}Args")
        known = {
            member.fget._pulumi_name  # noqa: SLF001 - it has no public name
            for member in vars(arguments).values()
            if isinstance(member, property)
        }
        rules = handler.rules
        named = {rules.named_by} if rules.named_by else set()
        # A setting's handler serves them all, and only one of them has a policy.
        documents = rules.documents & known
        assert rules.replaced_by | named | documents <= known | {"expectedBucketOwner"}, token
        assert rules.replaced_by & known, token
