"""The sandbox's AWS: what it refuses at once, what it refuses late, what a good job brings back."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.grants import gateway_role_trust, identity_policy, job_role_trust, tls_only
from preflight.contract import Bedrock
from preflight.permissions import Identity, arns, condition, permissions
from preflight.sandbox.aws import breakages
from preflight.sandbox.aws.clients import Clients
from preflight.sandbox.aws.cloud import ACCOUNT, REGION, AwsCloud
from preflight.sandbox.handlers.aws import handlers, invokes

MODEL = "anthropic.claude-3-5-haiku-20241022-v1:0"
PROFILE = f"us.{MODEL}"
SECONDS = 8.0


class Clock:
    """Bedrock's clock, which only goes when a test lets it: no test waits, and none is too slow."""

    now = 1_800_000_000.0

    def __call__(self):
        return self.now


CLOCK = Clock()


@pytest.fixture(scope="module")
def cloud(tmp_path_factory):
    cloud = AwsCloud(tmp_path_factory.mktemp("aws"), SECONDS, CLOCK)
    # Started in a thread that ends at once: ministack must live as long as the process instead.
    starter = threading.Thread(target=cloud.__enter__)
    starter.start()
    starter.join()
    yield cloud
    cloud.__exit__(None, None, None)


@pytest.fixture(scope="module")
def operator(cloud):
    return Clients(cloud.env)


def gateway_user(cloud):
    keys = cloud.gateway_keys
    secret = {"AccessKeyId": keys.access_key_id, "SecretAccessKey": keys.secret_access_key}
    return Clients(cloud.env).acting_as(secret)


@dataclass
class Stack:
    """A stack deployed through the handlers, and the gateway acting on it."""

    cloud: AwsCloud
    promised: Bedrock

    @cached_property
    def gateway(self):
        user = gateway_user(self.cloud)
        role = self.promised.gateway_principal_arn
        session = user.get("sts").assume_role(RoleArn=role, RoleSessionName="gateway")
        return user.acting_as(session["Credentials"])

    def upload(self, lines, key="in/requests.jsonl"):
        s3 = self.gateway.get("s3")
        s3.put_object(Bucket=self.promised.bucket, Key=key, Body="\n".join(lines).encode())

    def create(self, **changed):
        bucket = self.promised.bucket
        job = {
            "jobName": f"job-{token_hex(6)}",
            "roleArn": self.promised.job_role_arn,
            "modelId": self.promised.model,
            "inputDataConfig": {"s3InputDataConfig": {"s3Uri": f"s3://{bucket}/in/requests.jsonl"}},
            "outputDataConfig": {"s3OutputDataConfig": {"s3Uri": f"s3://{bucket}/out/"}},
        }
        return self.gateway.get("bedrock").create_model_invocation_job(**job | changed)["jobArn"]

    def look(self, arn):
        return self.gateway.get("bedrock").get_model_invocation_job(jobIdentifier=arn)

    def ended(self, arn):
        CLOCK.now += SECONDS
        return self.look(arn)

    def run(self, lines, **changed):
        self.upload(lines)
        return self.ended(self.create(**changed))

    def output(self, job, name="requests.jsonl.out"):
        key = f"out/{job['jobArn'].rpartition('/')[2]}/{name}"
        found = self.gateway.get("s3").get_object(Bucket=self.promised.bucket, Key=key)
        return found["Body"].read().decode()


def deploy(cloud, model=MODEL, region=REGION):
    make = {kind.rpartition(":")[2]: one.create for kind, one in handlers(cloud.env).items()}
    name = f"s{token_hex(3)}"
    bucket = make["Bucket"](name, {"region": region})[1]["bucket"]
    setting = {"bucket": bucket, "region": region}
    names = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    make["BucketPublicAccessBlock"]("b", setting | dict.fromkeys(names, True))
    promised = Bedrock(
        provider_name="bedrock-main",
        partition="aws",
        account=ACCOUNT,
        region=region,
        bucket=bucket,
        model=model,
        model_arns=_model_arns(cloud, model, region),
        job_role_arn="",
        gateway_principal_arn="",
    )
    trusts = {
        Identity.JOB_ROLE: job_role_trust(promised),
        Identity.GATEWAY: gateway_role_trust(cloud.gateway_user_arn, ""),
    }
    made = {
        identity: make["Role"](f"{name}-{identity.name.lower()}", {"assumeRolePolicy": trust})[1]
        for identity, trust in trusts.items()
    }
    promised = replace(
        promised,
        job_role_arn=made[Identity.JOB_ROLE]["arn"],
        gateway_principal_arn=made[Identity.GATEWAY]["arn"],
    )
    for identity, role in made.items():
        policy = {"role": role["name"], "policy": identity_policy(promised, identity)}
        make["RolePolicy"]("policy", policy)
    make["BucketPolicy"]("policy", setting | {"policy": tls_only(promised)})
    return Stack(cloud, promised)


def _model_arns(cloud, model, region):
    bedrock = Clients(cloud.env).get("bedrock", region)
    if not model.startswith(("us.", "eu.")):
        found = bedrock.get_foundation_model(modelIdentifier=model)
        return (found["modelDetails"]["modelArn"],)
    found = bedrock.get_inference_profile(inferenceProfileIdentifier=model)
    return (found["inferenceProfileArn"], *(each["modelArn"] for each in found["models"]))


@pytest.fixture
def stack(cloud):
    return deploy(cloud)


def requests(count, **changed: Any):
    asked = {
        "anthropic_version": "bedrock-2023-05-31",
        "max_tokens": 64,
        "messages": [{"role": "user", "content": "What is the capital of France?"}],
    }
    return [
        json.dumps({"recordId": f"r{number}", "modelInput": asked | changed})
        for number in range(count)
    ]


def refusal(call, **arguments):
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


# --- a healthy stack


def test_a_good_job_completes_with_one_result_per_request(stack):
    job = stack.run(requests(120))
    assert job["status"] == "Completed", job.get("message")
    lines = [json.loads(line) for line in stack.output(job).splitlines()]
    ids = [line["recordId"] for line in lines]
    assert sorted(ids) == sorted(f"r{number}" for number in range(120))
    assert ids != [f"r{number}" for number in range(120)], "the order must not be relied on"
    said = lines[0]["modelOutput"]
    assert said["role"] == "assistant"
    assert "capital of France" in said["content"][0]["text"]
    assert said["usage"]["output_tokens"] > 0
    manifest = json.loads(stack.output(job, "manifest.json.out"))
    assert (manifest["totalRecordCount"], manifest["successRecordCount"]) == (120, 120)
    assert (job["processedRecordCount"], job["errorRecordCount"]) == (120, 0)


def test_a_job_goes_through_every_status_and_counts_nothing_before_it_starts(stack):
    stack.upload(requests(100))
    arn = stack.create()
    submitted = CLOCK.now
    seen = []
    for seconds in (0.0, 2.0, 3.5, 4.0, 6.0, 8.0):
        CLOCK.now = submitted + seconds
        job = stack.look(arn)
        seen.append((job["status"], job["processedRecordCount"], "endTime" in job))
    assert seen == [
        ("Submitted", 0, False),
        ("Validating", 0, False),
        ("Scheduled", 0, False),
        ("InProgress", 0, False),
        ("InProgress", 50, False),
        ("Completed", 100, True),
    ]


def test_a_profile_job_completes_when_the_role_may_run_the_model_in_every_region(cloud):
    stack = deploy(cloud, PROFILE)
    assert len(stack.promised.model_arns) == 4
    job = stack.run(requests(100))
    assert job["status"] == "Completed", job.get("message")


def test_a_nova_model_answers_in_its_own_shape(cloud):
    stack = deploy(cloud, "us.amazon.nova-lite-v1:0")
    rows = requests(100, messages=[{"role": "user", "content": [{"text": "Hello there"}]}])
    job = stack.run(rows)
    assert job["status"] == "Completed", job.get("message")
    said = json.loads(stack.output(job).splitlines()[0])["modelOutput"]
    assert "Hello there" in said["output"]["message"]["content"][0]["text"]


def test_a_row_the_model_does_not_understand_fails_alone(stack):
    rows = requests(100)
    rows[7] = json.dumps({"recordId": "r7", "modelInput": {"messages": []}})
    job = stack.run(rows)
    assert (job["status"], job["errorRecordCount"]) == ("Completed", 1)
    by_id = {line["recordId"]: line for line in map(json.loads, stack.output(job).splitlines())}
    assert "anthropic_version" in by_id["r7"]["error"]["errorMessage"]
    assert "modelOutput" not in by_id["r7"]


def test_a_job_that_runs_out_of_time_keeps_what_it_has(cloud, stack, monkeypatch):
    monkeypatch.setattr(cloud.runner, "rows_on_time", 90)
    job = stack.run(requests(100))
    assert (job["status"], job["processedRecordCount"]) == ("PartiallyCompleted", 90)
    assert len(stack.output(job).splitlines()) == 90


def test_a_stopped_job_ends_as_stopped_and_cannot_be_stopped_twice(stack):
    stack.upload(requests(100))
    arn = stack.create()
    bedrock = stack.gateway.get("bedrock")
    bedrock.stop_model_invocation_job(jobIdentifier=arn)
    assert stack.look(arn)["status"] == "Stopping"
    assert stack.ended(arn)["status"] == "Stopped"
    assert refusal(bedrock.stop_model_invocation_job, jobIdentifier=arn)[0] == "ConflictException"


# --- what breaks, and when it shows

LATE = {
    breakages.wrong_source_account: "Bedrock cannot assume the role",
    breakages.remove_service_principal: "Bedrock cannot assume the role",
    breakages.drop_results_right: "is not authorized to perform: s3:PutObject",
    breakages.drop_model_right: "is not authorized to perform: bedrock:InvokeModel",
    breakages.deny_in_bucket_policy: "with an explicit deny",
    breakages.move_bucket: "is in eu-central-1 and the job runs in us-west-2",
}
AT_ONCE = {
    breakages.remove_pass_role: ("AccessDeniedException", "perform: iam:PassRole on resource"),
    breakages.drop_job_rights: ("AccessDeniedException", "bedrock:CreateModelInvocationJob"),
    breakages.delete_bucket: ("NoSuchBucket", "does not exist"),
}


@pytest.mark.parametrize("breakage", LATE, ids=lambda breakage: breakage.__name__)
def test_these_are_accepted_and_fail_later(stack, breakage):
    breakage(stack.cloud.env, stack.promised)
    job = stack.run(requests(100))
    assert job["status"] == "Failed"
    assert LATE[breakage] in job["message"]
    assert job["processedRecordCount"] == 0


@pytest.mark.parametrize("breakage", AT_ONCE, ids=lambda breakage: breakage.__name__)
def test_these_are_refused_at_once(stack, breakage):
    breakage(stack.cloud.env, stack.promised)
    code, message = refusal(lambda: stack.run(requests(100)))
    wanted, part = AT_ONCE[breakage]
    assert code == wanted
    assert part in message


def test_every_breakage_is_proven():
    assert {*LATE, *AT_ONCE} == set(breakages.BREAKAGES)


def test_pass_role_is_refused_in_the_words_of_aws(stack):
    breakages.remove_pass_role(stack.cloud.env, stack.promised)
    stack.upload(requests(100))
    _, message = refusal(stack.create)
    role = stack.promised.gateway_principal_arn.rpartition("/")[2]
    assert message == (
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/{role}/gateway is not authorized to perform: "
        f"iam:PassRole on resource: {stack.promised.job_role_arn} because no identity-based policy "
        "allows the iam:PassRole action"
    )


def test_a_moved_bucket_keeps_its_settings(stack, operator):
    breakages.move_bucket(stack.cloud.env, stack.promised)
    s3 = operator.get("s3")
    block = s3.get_public_access_block(Bucket=stack.promised.bucket)
    assert all(block["PublicAccessBlockConfiguration"].values())
    where = s3.get_bucket_location(Bucket=stack.promised.bucket)["LocationConstraint"]
    assert where == "eu-central-1"


def test_a_deleted_bucket_fails_a_job_that_was_accepted_before(stack):
    stack.upload(requests(100))
    arn = stack.create()
    breakages.delete_bucket(stack.cloud.env, stack.promised)
    job = stack.ended(arn)
    assert (job["status"], "does not exist" in job["message"]) == ("Failed", True)


def test_a_profile_job_fails_when_one_destination_is_missing(cloud):
    stack = deploy(cloud, PROFILE)
    iam = Clients(cloud.env).get("iam")
    role = stack.promised.job_role_arn.rpartition("/")[2]
    elsewhere = next(arn for arn in stack.promised.model_arns if ":us-east-2:" in arn)
    denial = {"Effect": "Deny", "Action": "bedrock:InvokeModel", "Resource": elsewhere}
    document = json.dumps({"Version": "2012-10-17", "Statement": denial})
    iam.put_role_policy(RoleName=role, PolicyName="deny", PolicyDocument=document)
    job = stack.run(requests(100))
    assert job["status"] == "Failed"
    assert elsewhere in job["message"]


def test_a_customer_key_that_the_role_may_not_use_fails_without_naming_kms(stack, operator):
    key = operator.get("kms").create_key()["KeyMetadata"]["Arn"]
    rule = {
        "applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": key}
    }
    make = handlers(stack.cloud.env)
    kind = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
    make[kind].create("key", {"bucket": stack.promised.bucket, "rules": [rule]})
    job = stack.run(requests(100))
    assert job["status"] == "Failed"
    assert "Could not validate GetObject permissions" in job["message"]
    assert "kms" not in job["message"].lower()


def test_a_bucket_of_another_account_than_the_named_one_is_refused(stack, operator):
    head = operator.get("s3").head_bucket
    assert head(Bucket=stack.promised.bucket, ExpectedBucketOwner=ACCOUNT)
    wrong = {"Bucket": stack.promised.bucket, "ExpectedBucketOwner": "210987654321"}
    assert refusal(head, **wrong)[0] == "403"
    source = {
        "s3Uri": f"s3://{stack.promised.bucket}/in/requests.jsonl",
        "s3BucketOwner": "210987654321",
    }
    job = stack.run(requests(100), inputDataConfig={"s3InputDataConfig": source})
    assert "does not belong to account 210987654321" in job["message"]


@pytest.mark.parametrize(
    ("rows", "part"),
    [
        (requests(1), "contains less records (1) than the required minimum of: 100"),
        (requests(50_001), "contains more records (50001)"),
        ([*requests(100), requests(1)[0]], "recordId r0 is used twice"),
        ([*requests(100), "{not json"], "Line 101 of in/requests.jsonl is not JSON"),
        ([*requests(100), '{"recordId": "x"}'], "Line 101 of in/requests.jsonl has no modelInput"),
    ],
    ids=["too few", "too many", "twice", "not JSON", "no input"],
)
def test_a_bad_file_is_accepted_and_fails_later(stack, rows, part):
    job = stack.run(rows)
    assert (job["status"], part in job["message"]) == ("Failed", True), job["message"]


def test_the_message_about_too_few_requests_is_bedrocks_own(stack):
    job = stack.run(requests(1))
    assert job["message"] == (
        f"Batch job {job['jobArn']} contains less records (1) than the required minimum of: 100"
    )


# --- creating, finding


def test_a_job_name_is_used_once_and_a_token_makes_one_job(stack):
    stack.upload(requests(100))
    first = stack.create(jobName=f"once-{token_hex(4)}", clientRequestToken="t" + token_hex(4))
    job = stack.look(first)
    again = stack.create(jobName="other", clientRequestToken=job["clientRequestToken"])
    assert again == first
    code, _ = refusal(stack.create, jobName=job["jobName"])
    assert code == "ConflictException"


def test_jobs_are_listed_by_name_and_status_page_by_page(stack, operator):
    stack.upload(requests(100))
    mark = token_hex(4)
    made = [stack.create(jobName=f"{mark}-{number}") for number in range(3)]
    stack.ended(made[-1])
    pages = operator.get("bedrock").get_paginator("list_model_invocation_jobs")

    def listed(**query):
        found = pages.paginate(nameContains=mark, PaginationConfig={"PageSize": 2}, **query)
        return [job["jobArn"] for page in found for job in page["invocationJobSummaries"]]

    assert listed() == made[::-1]
    assert listed(statusEquals="Completed", sortOrder="Ascending") == made
    assert listed(statusEquals="Failed") == []


def test_only_so_many_jobs_of_one_model_are_open_at_a_time(cloud):
    stack = deploy(cloud, "us.amazon.nova-pro-v1:0")
    stack.upload(requests(100))
    for _ in range(20):
        stack.create()
    assert refusal(stack.create)[0] == "ServiceQuotaExceededException"
    CLOCK.now += SECONDS
    stack.create()


def test_jobs_of_another_region_are_not_found(stack, operator):
    stack.upload(requests(100))
    arn = stack.create()
    elsewhere = operator.get("bedrock", "us-east-1")
    assert elsewhere.list_model_invocation_jobs(nameContains="job-")["invocationJobSummaries"] == []
    code, _ = refusal(elsewhere.get_model_invocation_job, jobIdentifier=arn)
    assert code == "ResourceNotFoundException"


@pytest.mark.parametrize(
    ("model", "part"),
    [
        ("cohere.command-r-v1:0", "Batch inference is not supported for the requested model"),
        ("anthropic.claude-sonnet-4-20250514-v1:0", "with on-demand throughput isn't supported"),
        ("anthropic.claude-9-v1:0", "model identifier is invalid"),
    ],
)
def test_a_model_that_cannot_do_batch_is_refused_at_once(stack, model, part):
    assert part in refusal(stack.create, modelId=model)[1]


def test_tags_need_a_right_of_their_own(stack):
    stack.upload(requests(100))
    code, message = refusal(stack.create, tags=[{"key": "team", "value": "a"}])
    assert (code, "bedrock:TagResource" in message) == ("AccessDeniedException", True)


# --- who is asking


def test_unknown_keys_and_bad_signatures_are_refused_everywhere(cloud):
    keys = cloud.gateway_keys
    forged = {
        "UnrecognizedClientException": ("AKIAIOSFODNN7EXAMPLE", "made-up"),
        "SignatureDoesNotMatch": (keys.access_key_id, "made-up"),
    }
    for code, (key, secret) in forged.items():
        env = cloud.env | {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret}
        clients = Clients(env)
        assert refusal(clients.get("bedrock").list_foundation_models)[0] == code
        quotas = clients.get("service-quotas").list_service_quotas
        assert refusal(quotas, ServiceCode="bedrock")[0] == code
        simulate = clients.get("iam").simulate_principal_policy
        arguments = {"PolicySourceArn": cloud.gateway_user_arn, "ActionNames": ["s3:GetObject"]}
        assert refusal(simulate, **arguments)[0] == code


def test_the_operator_is_root_and_the_gateway_user_may_only_assume_roles(cloud, operator):
    assert operator.get("sts").get_caller_identity()["Arn"] == f"arn:aws:iam::{ACCOUNT}:root"
    keys = cloud.gateway_keys
    assert keys.secret_access_key not in repr(keys)
    user = gateway_user(cloud)
    assert user.get("sts").get_caller_identity()["Arn"] == cloud.gateway_user_arn
    assert refusal(user.get("s3").list_buckets)[0] == "AccessDenied"
    assert refusal(user.get("iam").list_roles)[0] == "AccessDenied"


def test_what_the_machine_says_about_aws_leads_the_sandbox_nowhere(cloud, monkeypatch):
    for name, value in {
        "AWS_PROFILE": "production",
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SESSION_TOKEN": "theirs",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "HTTP_PROXY": "http://127.0.0.1:9",
    }.items():
        monkeypatch.setenv(name, value)
    who = invokes(cloud.env)["aws:index/getCallerIdentity:getCallerIdentity"]({})
    assert who["accountId"] == ACCOUNT


# --- the simulator


def simulated(operator, source, actions, resources, context=None):
    entries = [
        {"ContextKeyName": key, "ContextKeyValues": [value], "ContextKeyType": "string"}
        for key, value in (context or {}).items()
    ]
    found = operator.get("iam").simulate_principal_policy(
        PolicySourceArn=source,
        ActionNames=actions,
        ResourceArns=resources,
        ContextEntries=entries,
    )["EvaluationResults"]
    return {(each["EvalActionName"], each["EvalResourceName"]): each for each in found}


def role_with(operator, *statements, path="/", boundary=None):
    iam = operator.get("iam")
    trust = {
        "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}
        ]
    }
    name = f"sim-{token_hex(4)}"
    more = {"PermissionsBoundary": boundary} if boundary else {}
    role = iam.create_role(
        RoleName=name, Path=path, AssumeRolePolicyDocument=json.dumps(trust), **more
    )["Role"]
    policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    iam.put_role_policy(RoleName=name, PolicyName="inline", PolicyDocument=policy)
    return role["Arn"]


def test_the_simulator_honours_the_context(stack, operator):
    source, job_role = stack.promised.gateway_principal_arn, stack.promised.job_role_arn
    passed = {"iam:PassedToService": "bedrock.amazonaws.com"}

    def asked(context):
        found = simulated(operator, source, ["iam:PassRole"], [job_role], context)
        return found["iam:PassRole", job_role]

    assert asked(passed)["EvalDecision"] == "allowed"
    assert asked(passed)["MatchedStatements"]
    assert asked({"iam:PassedToService": "ec2.amazonaws.com"})["EvalDecision"] == "implicitDeny"
    without = asked({})
    assert without["EvalDecision"] == "implicitDeny"
    assert "iam:PassedToService" in without["MissingContextValues"]


def test_the_simulator_agrees_with_the_table_of_permissions(stack, operator):
    of = {
        Identity.GATEWAY: stack.promised.gateway_principal_arn,
        Identity.JOB_ROLE: stack.promised.job_role_arn,
    }
    for identity, source in of.items():
        for row in permissions("bedrock", identity):
            resources = list(arns(stack.promised, row.on))
            context = condition(row, stack.promised)
            found = simulated(operator, source, [row.action], resources, context)
            assert {each["EvalDecision"] for each in found.values()} == {"allowed"}, row


def test_the_simulator_evaluates_every_action_on_every_resource(operator):
    source = role_with(
        operator,
        {"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::b/*"},
        {"Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::b/secret"},
    )
    resources = ["arn:aws:s3:::b/x", "arn:aws:s3:::b/secret", "arn:aws:s3:::c/x"]
    found = simulated(operator, source, ["s3:GetObject", "s3:PutObject"], resources)
    decisions = [each["EvalDecision"] for each in found.values()]
    assert decisions == [
        "allowed", "explicitDeny", "implicitDeny", "implicitDeny", "explicitDeny", "implicitDeny",
    ]  # fmt: skip


def test_the_simulator_knows_paths_boundaries_and_policy_variables(operator):
    everything = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    with_path = role_with(operator, everything, path="/service/batch/")
    put, get = "s3:PutObject", "s3:GetObject"
    found = simulated(operator, with_path, [put], ["*"])
    assert found[put, "*"]["EvalDecision"] == "allowed"

    document = {"Version": "2012-10-17", "Statement": everything | {"Action": get}}
    boundary = operator.get("iam").create_policy(
        PolicyName=f"boundary-{token_hex(3)}", PolicyDocument=json.dumps(document)
    )["Policy"]["Arn"]
    bounded = role_with(operator, everything, boundary=boundary)
    found = simulated(operator, bounded, [put, get], ["*"])
    assert [each["EvalDecision"] for each in found.values()] == ["implicitDeny", "allowed"]
    detail = found[put, "*"]["PermissionsBoundaryDecisionDetail"]
    assert detail == {"AllowedByPermissionsBoundary": False}

    own = "arn:aws:s3:::b/${aws:PrincipalAccount}/*"
    variable = role_with(operator, everything | {"Resource": own})
    resource = f"arn:aws:s3:::b/{ACCOUNT}/x"
    assert (
        simulated(operator, variable, [get], [resource])[get, resource]["EvalDecision"] == "allowed"
    )


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (f"arn:aws:iam::{ACCOUNT}:role/nobody", "NoSuchEntity"),
        (f"arn:aws:iam::{ACCOUNT}:user/nobody", "NoSuchEntity"),
        (f"arn:aws:iam::{ACCOUNT}:root", "InvalidInput"),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/role/session", "InvalidInput"),
    ],
)
def test_the_simulator_says_when_there_is_no_such_principal(operator, source, code):
    simulate = operator.get("iam").simulate_principal_policy
    assert refusal(simulate, PolicySourceArn=source, ActionNames=["s3:GetObject"])[0] == code


def test_simulating_needs_a_right_of_its_own(stack):
    source = stack.promised.gateway_principal_arn
    simulate = stack.gateway.get("iam").simulate_principal_policy
    code, message = refusal(simulate, PolicySourceArn=source, ActionNames=["s3:GetObject"])
    assert (code, "iam:SimulatePrincipalPolicy" in message) == ("AccessDenied", True)


# --- the catalogue and the quotas


def test_the_catalogue_differs_by_region(operator):
    here, there = operator.get("bedrock"), operator.get("bedrock", "eu-central-1")
    details = here.get_foundation_model(modelIdentifier=MODEL)["modelDetails"]
    assert details["inferenceTypesSupported"] == ["ON_DEMAND"]
    code, _ = refusal(there.get_foundation_model, modelIdentifier=MODEL)
    assert code == "ResourceNotFoundException"
    assert there.get_foundation_model_availability(modelId=MODEL)["regionAvailability"] == (
        "NOT_AVAILABLE"
    )
    routed = here.get_inference_profile(inferenceProfileIdentifier=PROFILE)["models"]
    regions = [each["modelArn"].split(":")[3] for each in routed]
    assert regions == ["us-east-1", "us-east-2", "us-west-2"]
    code, _ = refusal(there.get_inference_profile, inferenceProfileIdentifier=PROFILE)
    assert code == "ResourceNotFoundException"


def test_the_quotas_carry_the_traps_of_the_real_names(operator):
    client = operator.get("service-quotas")

    def names(operation):
        pages = list(client.get_paginator(operation).paginate(ServiceCode="bedrock"))
        assert len(pages) > 1
        return {row["QuotaName"]: row["Value"] for page in pages for row in page["Quotas"]}

    applied, default = names("list_service_quotas"), names("list_aws_default_service_quotas")
    minimum = "Minimum number of records per batch inference job for "
    assert (
        applied[minimum + "Claude 3.5 Sonnet"] == applied[minimum + "Claude 3.5 Sonnet v2"] == 100
    )
    assert applied["Records per batch inference job for Claude 3.5 Haiku"] == 50_000
    assert "Batch inference job size for Qwen3 32B (in GB)" in default
    assert "Batch inference job size (in GB) for Claude 3.5 Haiku" in default
    assert default.keys() > applied.keys()
    assert refusal(client.list_service_quotas, ServiceCode="vpc")[0] == "NoSuchResourceException"


# --- the handlers


def test_the_bucket_handlers_honour_region_and_settings(cloud, operator):
    make = {kind.rpartition(":")[2]: one.create for kind, one in handlers(cloud.env).items()}
    identity, bucket = make["Bucket"]("files", {"region": "eu-west-1", "tags": {"a": "b"}})
    assert identity == bucket["bucket"]
    assert bucket["region"] == "eu-west-1"
    assert bucket["arn"] == f"arn:aws:s3:::{identity}"
    assert len(identity) == len("files-") + 7
    s3 = operator.get("s3", "eu-west-1")
    assert s3.get_bucket_location(Bucket=identity)["LocationConstraint"] == "eu-west-1"
    setting = {"bucket": identity, "region": "eu-west-1"}
    make["BucketOwnershipControls"](
        "o", setting | {"rule": {"objectOwnership": "BucketOwnerEnforced"}}
    )
    rules = s3.get_bucket_ownership_controls(Bucket=identity)["OwnershipControls"]["Rules"]
    assert rules == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    rule = {
        "id": "old-files",
        "status": "Enabled",
        "filter": {"prefix": "in/"},
        "expiration": {"days": 30.0},
        "abortIncompleteMultipartUpload": {"daysAfterInitiation": 1.0},
    }
    make["BucketLifecycleConfiguration"]("l", setting | {"rules": [rule]})
    kept = s3.get_bucket_lifecycle_configuration(Bucket=identity)["Rules"]
    assert kept[0]["Expiration"]["Days"] == 30
    encryption = "BucketServerSideEncryptionConfiguration"
    default = {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}
    make[encryption]("e", setting | {"rules": [default]})
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": f"{bucket['arn']}/*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    make["BucketPolicy"]("p", setting | {"policy": policy})
    assert json.loads(s3.get_bucket_policy(Bucket=identity)["Policy"]) == policy


def test_a_bucket_name_that_is_taken_is_refused(cloud):
    create = handlers(cloud.env)["aws:s3/bucket:Bucket"].create
    name, _ = create("files", {})
    assert refusal(create, name="files", inputs={"bucket": name})[0].startswith("BucketAlready")


def test_the_invokes_answer_who_and_where(cloud):
    answer = invokes(cloud.env)
    who = answer["aws:index/getCallerIdentity:getCallerIdentity"]({})
    assert (who["accountId"], who["arn"]) == (ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root")
    assert answer["aws:index/getPartition:getPartition"]({})["partition"] == "aws"
    china = answer["aws:index/getPartition:getPartition"]({"region": "cn-north-1"})
    assert (china["partition"], china["reverseDnsPrefix"]) == ("aws-cn", "cn.com.amazonaws")


# --- starting and stopping


def test_ministack_listens_on_loopback_and_ends_with_its_parent(tmp_path):
    program = (
        "import sys, time; from pathlib import Path\n"
        "from preflight.sandbox.aws.cloud import AwsCloud\n"
        "with AwsCloud(Path(sys.argv[1])) as cloud:\n"
        "    print(cloud.aws_endpoint, flush=True); time.sleep(60)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    with parent:
        port = int(parent.stdout.readline().rpartition(":")[2])
        listening = _listening()
        assert ("127.0.0.1", port) in listening
        assert not any(address == "0.0.0.0" and at == port for address, at in listening)
        os.kill(parent.pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while ("127.0.0.1", port) in _listening():
        assert time.monotonic() < deadline, "ministack outlived the process that started it"
        time.sleep(0.05)


def _listening():
    """Address and port of every listening IPv4 socket of this machine."""
    found = set()
    with Path("/proc/net/tcp").open() as table:
        for line in table.readlines()[1:]:
            local, _, state = line.split()[1:4]
            if state == "0A":
                address, port = local.split(":")
                parts = [str(int(address[i : i + 2], 16)) for i in (6, 4, 2, 0)]
                found.add((".".join(parts), int(port, 16)))
    return found
