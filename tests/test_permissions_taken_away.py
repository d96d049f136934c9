"""Each row of the permission table is needed: without any one of them a job at the sandbox fails.

The gateway's rows at Bedrock are taken away in test_sandbox_gateway_clouds. Here are all others:
each is taken from the role or the policy that carries it, and the job is sent all the same.
"""

import json
import time
import uuid

import boto3
import pytest
from bedrock_world import GATEWAY, JOB_ROLE, WITH_KEY, encrypted, verify
from infra_world import ROOT
from openai import APIStatusError, OpenAI

pytest.importorskip("ministack", reason="the sandbox extra is not installed")

from preflight.grants import AZURE_ROLE_IDS, azure_account_id, azure_role_id
from preflight.holders import Holder
from preflight.outcomes import Failed
from preflight.permissions import PERMISSIONS, Identity, On, arns, condition, permissions
from preflight.routes import create_extras, endpoint, headers
from preflight.sandbox.azure import breakages as azure_breakages
from preflight.sandbox.azure.operator import AUTHORIZATION, Arm
from preflight.sandbox.azure.roles import ROLES as AZURE_ROLES
from preflight.sandbox.azure.roles import Role
from preflight.sandbox.gcp import existing as google
from preflight.sandbox.gcp.client import Operator
from preflight.sandbox.gcp.roles import ROLES as GOOGLE_ROLES
from preflight.sandbox.world import World

PROVIDERS = ("azure", "vertex", "bedrock")
PATIENCE_SECONDS = 20
WORDS = {
    "storage.buckets.get": "failed to get GCS bucket location",
    "kms:Decrypt": "GetObject",
    "kms:GenerateDataKey": "PutObject",
}
"""Where the provider does not name the right: its own words."""
SETTINGS = {"vertexCustomerKey": True, "bedrockCustomerKey": True}
"""With the gateway's own issuer, so that every row is somebody's."""

NO_KEY = "Permission denied on Cloud KMS key"
ENDED = {"completed", "failed", "expired", "cancelled", "stopped", "partially_completed"}


def named(row):
    return f"{row.provider} {row.identity.name} {row.action} on {row.on.name}"


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world")
    made = {"settings": SETTINGS, "prepare": google.issuer}
    with World(folder, providers=PROVIDERS, count=100, program=ROOT, **made) as running:
        yield running


def client(sandbox, promised):
    return OpenAI(
        api_key=sandbox.env["TFY_API_KEY"],
        base_url=sandbox.promises.gateway.base_url,
        default_headers=headers(promised),
        max_retries=0,
    )


def sent(sandbox, provider):
    """An uploaded file and a batch of it."""
    promised = sandbox.promises.of(provider)[0]
    asking = client(sandbox, promised)
    file = asking.files.create(file=sandbox.request_file(provider), purpose="batch")
    batch = asking.batches.create(
        input_file_id=file.id,
        endpoint=endpoint(promised),
        completion_window="24h",
        extra_body=create_extras(promised),
    )
    return asking, file, batch


def ended(asking, batch):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while batch.status not in ENDED and time.monotonic() < deadline:
        time.sleep(0.1)
        batch = asking.batches.retrieve(batch.id)
    return batch


@pytest.fixture(scope="module")
def healthy(sandbox):
    """Provider -> its file and its completed batch, from when every right was there."""
    done = {}
    for provider in PROVIDERS:
        asking, file, batch = sent(sandbox, provider)
        batch = ended(asking, batch)
        assert batch.status == "completed", batch
        done[provider] = file, batch
    return done


# --- the gateway's rights at Azure and at Google Cloud -------------------------------------------


@pytest.fixture
def take_away(sandbox, monkeypatch):
    """Takes one row from the identity that holds it, and gives it back at the end of the test."""
    restore = []

    def take(row):
        promised = sandbox.promises.of(row.provider)[0]
        if row.provider == "azure":
            restore.append(exchange_the_azure_role(sandbox, monkeypatch, promised, row))
        elif row.provider == "vertex":
            restore.extend(exchange_the_google_roles(sandbox, monkeypatch, promised, row))
        else:
            restore.append(shorten_the_policy(sandbox, promised, row))

    yield take
    for undo in restore:
        undo()


def exchange_the_azure_role(sandbox, monkeypatch, promised, lost):
    """The gateway's role on the account, for one that carries every row but one."""
    kept = tuple(row.action for row in permissions("azure", Identity.GATEWAY) if row is not lost)
    almost = Role("00000000-0000-0000-0000-0000000a1305", "Almost", data_actions=kept)
    monkeypatch.setitem(AZURE_ROLES, almost.guid, almost)

    def assign(guid):
        azure_breakages.remove_role(sandbox.env, promised)
        definition = azure_role_id(lost.granted_by, promised.subscription_id)
        properties = {
            "roleDefinitionId": f"{definition.rpartition('/')[0]}/{guid}",
            "principalId": promised.gateway_principal_id,
            "principalType": "ServicePrincipal",
        }
        assignments = "providers/Microsoft.Authorization/roleAssignments"
        path = f"{azure_account_id(promised)}/{assignments}/{uuid.uuid4()}"
        Arm(sandbox.env).put(path, AUTHORIZATION, {"properties": properties})

    assign(almost.guid)
    return lambda: assign(AZURE_ROLE_IDS[lost.granted_by])


def exchange_the_google_roles(sandbox, monkeypatch, promised, lost):
    """The identity's roles on the bucket or the project, for one that carries all rows but one."""
    account = f"projects/{promised.project}/serviceAccounts/{promised.gateway_service_account}"
    on_bucket = "storage", f"b/{promised.bucket}"
    family, resource = {
        On.PROJECT: ("aiplatform", f"projects/{promised.project}"),
        On.KEY: ("cloudkms", promised.kms_key),
        On.SERVICE_ACCOUNT: ("iam", account),
    }.get(lost.on, on_bucket)
    almost, member = f"roles/{family}.almost", Holder("vertex", lost.identity, promised).principal
    rows = [
        row
        for row in permissions("vertex", lost.identity)
        if (row.on is On.PROJECT) == (lost.on is On.PROJECT) and row is not lost
    ]
    monkeypatch.setitem(GOOGLE_ROLES, almost, frozenset(row.action for row in rows))
    operator = Operator(sandbox.env)
    before = json.loads(json.dumps(operator.policy(resource)["bindings"]))

    def exchange(policy):
        for binding in policy["bindings"]:
            binding["members"] = [one for one in binding["members"] if one != member]
        policy["bindings"].append({"role": almost, "members": [member]})

    operator.change_policy(resource, exchange)
    yield lambda: operator.change_policy(resource, lambda policy: policy.update(bindings=before))


def shorten_the_policy(sandbox, promised, lost):
    """The job role's policy has a statement for every row but one."""
    iam = boto3.client(
        "iam",
        endpoint_url=sandbox.env["AWS_ENDPOINT_URL_IAM"],
        region_name=promised.region,
        aws_access_key_id=sandbox.env["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=sandbox.env["AWS_SECRET_ACCESS_KEY"],
    )
    role = promised.job_role_arn.rpartition("/")[2]
    (name,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
    before = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    statements = [
        {
            "Effect": "Allow",
            "Action": row.action,
            "Resource": list(arns(promised, row.on)),
            "Condition": {"StringEquals": condition(row, promised)},
        }
        for row in permissions("bedrock", Identity.JOB_ROLE)
        if row is not lost
    ]

    def put(document):
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document))

    put({**before, "Statement": statements})
    return lambda: put(before)


OF_THE_GATEWAY = [
    row
    for row in PERMISSIONS
    if row.provider in {"azure", "vertex"} and row.identity in {Identity.GATEWAY, Identity.WORKLOAD}
]
OF_THE_STORAGE = list(permissions("vertex", Identity.STORAGE_AGENT))
OF_THE_PROVIDER = [
    row for row in PERMISSIONS if row.identity in {Identity.JOB_ROLE, Identity.SERVICE_AGENT}
]


@pytest.mark.parametrize("lost", OF_THE_GATEWAY, ids=named)
def test_without_any_one_right_of_the_gateway_some_call_is_refused(
    sandbox, healthy, take_away, lost
):
    file, batch = healthy[lost.provider]
    promised = sandbox.promises.of(lost.provider)[0]
    asking = client(sandbox, promised)
    take_away(lost)
    refusals = []
    for call in (
        lambda: sent(sandbox, lost.provider),
        lambda: asking.batches.create(
            input_file_id=file.id,
            endpoint=endpoint(promised),
            completion_window="24h",
            extra_body=create_extras(promised),
        ),
        lambda: asking.batches.retrieve(batch.id),
        lambda: asking.files.content(batch.output_file_id),
        lambda: asking.batches.cancel(batch.id),
        asking.batches.list,
        asking.files.list,
    ):
        try:
            call()
        except APIStatusError as error:
            refusals.append(error.message)
    assert any(lost.action in refusal for refusal in refusals), refusals


@pytest.mark.parametrize("lost", OF_THE_PROVIDER, ids=named)
def test_without_any_one_right_of_the_provider_the_job_is_accepted_and_fails(
    sandbox, healthy, take_away, lost
):
    take_away(lost)
    asking, _, batch = sent(sandbox, lost.provider)
    batch = ended(asking, batch)
    assert batch.status == "failed", batch
    assert WORDS.get(lost.action, lost.action) in str(batch.errors), batch.errors


@pytest.mark.parametrize("lost", OF_THE_STORAGE, ids=named)
def test_without_any_one_right_on_the_key_the_upload_is_refused_or_the_job_fails(
    sandbox, healthy, take_away, lost
):
    take_away(lost)
    if "useToEncrypt" in lost.action:
        with pytest.raises(APIStatusError, match=NO_KEY):
            sent(sandbox, "vertex")
        return
    asking, _, batch = sent(sandbox, "vertex")
    batch = ended(asking, batch)
    assert batch.status == "failed", batch
    assert NO_KEY in str(batch.errors), batch.errors


# --- the checks, over an account that answers from dicts -----------------------------------------


@pytest.mark.parametrize(
    "lost", [row for row in PERMISSIONS if row.provider == "bedrock"], ids=named
)
def test_without_any_one_right_at_bedrock_one_check_fails_and_names_it(lost):
    who = GATEWAY if lost.identity is Identity.GATEWAY else JOB_ROLE
    world = encrypted()
    for arn in arns(WITH_KEY, lost.on):
        del world.rights[who, lost.action, arn]
    failed = [one for one in verify(world, WITH_KEY).results if isinstance(one.outcome, Failed)]
    assert len(failed) == 1
    assert lost.action in failed[0].outcome.problem
    assert lost.why in failed[0].outcome.problem


def test_no_row_is_left_untried():
    elsewhere = list(permissions("bedrock", Identity.GATEWAY))
    tried = [*OF_THE_GATEWAY, *OF_THE_PROVIDER, *OF_THE_STORAGE, *elsewhere]
    assert sorted(map(named, tried)) == sorted(map(named, PERMISSIONS))
