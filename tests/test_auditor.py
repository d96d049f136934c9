"""The auditor: made where it is asked for, granted the table of looks, and able to look only."""

import json

import boto3
import pytest
from botocore.exceptions import ClientError
from google.api_core.exceptions import Forbidden
from infra_world import ACCOUNT, ALL, AUDITORS, AZURE, BEDROCK, ROOT, SUBSCRIPTION, all_four, run
from suite_reports import outcomes, report

from preflight.auditor import AZURE_ROLE_IDS
from preflight.checks import azure as azure_checks
from preflight.checks import bedrock as bedrock_checks
from preflight.checks import vertex as vertex_checks
from preflight.cloud import aws, azure, gcp
from preflight.looks import looks
from preflight.outcomes import Failed, Passed, Skipped, Unknown
from preflight.promises import parse
from preflight.sandbox.aws.clients import Clients
from preflight.sandbox.aws.cloud import AwsCloud
from preflight.sandbox.azure import cloud as azure_cloud
from preflight.sandbox.azure import names
from preflight.sandbox.azure.cloud import AzureCloud
from preflight.sandbox.azure.operator import AUTHORIZATION, COGNITIVE, Arm, ArmRefused
from preflight.sandbox.azure.roles import ROLES
from preflight.sandbox.gcp.client import Operator
from preflight.sandbox.gcp.cloud import GcpCloud
from preflight.sandbox.provision import provision
from preflight.sandbox.world import MODELS

AUDITOR_OBJECT = "00000000-0000-0000-0000-00000000a0d1"
MODEL = "anthropic.claude-3-5-haiku-20241022-v1:0"


def audited():
    return run(ALL | AUDITORS)


def auditors(recorder):
    return {it.token: it for it in recorder.resources if "-auditor" in it.name}


def test_nobody_is_made_an_auditor_unless_asked_for():
    assert auditors(all_four()[0]) == {}


def test_what_is_promised_is_the_same_with_an_auditor_and_without():
    assert audited()[1] == all_four()[1]


def test_the_auditors_role_is_assumed_by_the_configured_principal_alone():
    role = auditors(audited()[0])["aws:iam/role:Role"].inputs
    (statement,) = json.loads(role["assumeRolePolicy"])["Statement"]
    assert statement["Principal"] == {"AWS": AUDITORS["auditorAwsPrincipalArn"]}
    assert statement["Action"] == "sts:AssumeRole"


def aws_statements(config):
    recorder, _ = run(BEDROCK | AUDITORS | config)
    policy = auditors(recorder)["aws:iam/rolePolicy:RolePolicy"].inputs
    assert policy["role"] == "batch-bedrock-auditor-1a2b3c4"
    return json.loads(policy["policy"])["Statement"]


def test_the_auditors_policy_is_the_table_where_each_row_says():
    bucket = "arn:aws:s3:::batch-bedrock-us-west-2-data-1a2b3c4"
    role, place = f"arn:aws:iam::{ACCOUNT}:role/batch-bedrock-us-west-2", f"us-west-2:{ACCOUNT}"
    held = {
        "the bucket": {bucket},
        "the account's keys": {f"arn:aws:kms:{place}:key/*"},
        "the job role": {f"{role}-job-1a2b3c4"},
        "the job role and the gateway identity": {
            f"{role}-job-1a2b3c4",
            f"{role}-gateway-1a2b3c4",
        },
        "the model": {f"arn:aws:bedrock:us-west-2::foundation-model/{MODEL}"},
        "the inference profiles": {f"arn:aws:bedrock:{place}:inference-profile/*"},
        "*, in the region": {"*"},
    }
    statements = aws_statements({})
    granted = [
        (action, resource)
        for statement in statements
        for action in statement["Action"]
        for resource in statement["Resource"]
    ]
    asked = {
        (look.permission, arn)
        for look in looks("bedrock")
        if look.permission != "sts:GetCallerIdentity"
        for arn in held[look.on]
    }
    assert set(granted) == asked
    assert len(granted) == len(asked)
    assert {statement["Effect"] for statement in statements} == {"Allow"}
    assert all(statement["Sid"].isalnum() for statement in statements)


def test_what_names_no_resource_at_aws_is_allowed_in_the_region_only():
    (anywhere,) = [it for it in aws_statements({}) if it["Resource"] == ["*"]]
    assert anywhere["Condition"] == {"StringEquals": {"aws:RequestedRegion": "us-west-2"}}


def test_behind_a_profile_the_model_itself_is_looked_at():
    (model,) = [
        it
        for it in aws_statements({"bedrockModels": [f"us.{MODEL}"]})
        if "bedrock:GetFoundationModel" in it["Action"]
    ]
    assert model["Resource"] == [f"arn:aws:bedrock:us-west-2::foundation-model/{MODEL}"]


def test_the_auditors_custom_roles_are_the_table_where_each_row_says():
    recorder, _ = audited()
    role = "gcp:projects/iAMCustomRole:IAMCustomRole"
    held = {
        f"projects/sandbox-project/roles/{it.inputs['roleId']}": it.inputs["permissions"]
        for it in recorder.of(role)
    }
    members = {
        "gcp:projects/iAMMember:IAMMember": ("project", "the project"),
        "gcp:storage/bucketIAMMember:BucketIAMMember": ("bucket", "the bucket"),
        "gcp:serviceaccount/iAMMember:IAMMember": (
            "serviceAccountId",
            "the gateway's service account",
        ),
    }
    bound = [
        (on, it.inputs[key], it.inputs["role"])
        for token, (key, on) in members.items()
        for it in recorder.of(token)
        if it.inputs["member"] == AUDITORS["auditorGcpMember"]
    ]
    granted = [(on, permission) for on, _, name in bound for permission in held[name]]
    assert sorted(granted) == sorted((look.on, look.permission) for look in looks("vertex"))
    account = recorder.one("gcp:serviceaccount/account:Account")["accountId"]
    email = f"{account}@sandbox-project.iam.gserviceaccount.com"
    assert {on: where for on, where, _ in bound} == {
        "the project": "sandbox-project",
        "the bucket": "batch-vertex-europe-west4-data-1a2b3c4",
        "the gateway's service account": f"projects/sandbox-project/serviceAccounts/{email}",
    }
    assert all(name.rpartition("/")[2].replace("_", "").isalnum() for name in held)


def test_the_auditors_roles_at_azure_carry_the_table_where_each_row_says():
    recorder, _ = run(AZURE | AUDITORS)
    subscription = f"/subscriptions/{SUBSCRIPTION}"
    places = {
        f"{subscription}/resourceGroups/batch-azure-swedencentral-1a2b3c4": "the resource group",
        subscription: "the subscription",
    }
    rows = [look for look in looks("azure") if look.granted_by]
    assigned = {
        (places[it.inputs["scope"]], it.inputs["roleDefinitionId"].rpartition("/")[2])
        for it in recorder.of("azure-native:authorization:RoleAssignment")
        if it.inputs["principalId"] == AUDITORS["auditorAzurePrincipalId"]
    }
    assert assigned == {(look.on, AZURE_ROLE_IDS[look.granted_by]) for look in rows}
    for look in rows:
        role = ROLES[AZURE_ROLE_IDS[look.granted_by]]
        assert role.holds(look.permission)
        assert not any(role.holds(f"x/{verb}") for verb in ("write", "delete", "listKeys/action"))
        assert not role.data_actions


def made(cloud, monkeypatch, **settings):
    """What the program makes at one provider."""
    for name, value in cloud.env.items():
        monkeypatch.setenv(name, value)
    return parse(json.dumps(provision(MODELS | settings, cloud.env, program=ROOT)), "the outputs")


def not_passed(suites, promised, client):
    found = outcomes(report(suites, promised, client))
    return {id_: one for id_, one in found.items() if not isinstance(one, Passed)}


@pytest.fixture
def at_aws(tmp_path, monkeypatch):
    """(operator's clients, promise, the auditor's session); the environment is the auditor's."""
    with AwsCloud(tmp_path) as cloud:
        iam = Clients(cloud.env).get("iam")
        user = iam.create_user(UserName="ci")["User"]["Arn"]
        statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}
        iam.put_user_policy(
            UserName="ci",
            PolicyName="assume",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
        )
        key = iam.create_access_key(UserName="ci")["AccessKey"]
        promised = made(
            cloud,
            monkeypatch,
            bedrockEnabled=True,
            gatewayAwsPrincipalArn=cloud.gateway_user_arn,
            auditorAwsPrincipalArn=user,
            bedrockCustomerKey=True,
            bedrockSeparateOutput=True,
            accessLogs=True,
        ).bedrock[0]
        (role,) = [it for it in iam.list_roles()["Roles"] if "-auditor" in it["RoleName"]]
        sts = boto3.client(
            "sts",
            aws_access_key_id=key["AccessKeyId"],
            aws_secret_access_key=key["SecretAccessKey"],
        )
        session = sts.assume_role(RoleArn=role["Arn"], RoleSessionName="check")["Credentials"]
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", session["AccessKeyId"])
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", session["SecretAccessKey"])
        monkeypatch.setenv("AWS_SESSION_TOKEN", session["SessionToken"])
        yield Clients(cloud.env), promised


def test_the_auditor_finds_everything_ready_at_aws_and_can_change_nothing(at_aws):
    operator, promised = at_aws
    assert not_passed(bedrock_checks.SUITES, promised, aws.connect(promised)) == {}
    role, policy = promised.job_role_arn.rpartition("/")[2], json.dumps({})
    changes = [
        ("s3", "put_object", {"Bucket": promised.bucket, "Key": "x", "Body": b"x"}),
        ("s3", "get_object", {"Bucket": promised.bucket, "Key": "x"}),
        ("s3", "delete_bucket_policy", {"Bucket": promised.bucket}),
        ("iam", "update_assume_role_policy", {"RoleName": role, "PolicyDocument": policy}),
        ("iam", "put_role_policy", {"RoleName": role, "PolicyName": "x", "PolicyDocument": policy}),
        (
            "sts",
            "assume_role",
            {"RoleArn": promised.gateway_principal_arn, "RoleSessionName": "xx"},
        ),
    ]
    operator.get("s3").put_object(Bucket=promised.bucket, Key="x", Body=b"x")
    for service, operation, arguments in changes:
        with pytest.raises(ClientError) as refused:
            getattr(boto3.client(service), operation)(**arguments)
        assert "AccessDenied" in refused.value.response["Error"]["Code"], operation


def test_the_auditor_sees_at_aws_that_the_bucket_or_the_role_is_gone(at_aws):
    operator, promised = at_aws
    operator.get("s3").delete_bucket(Bucket=promised.bucket)
    found = outcomes(report(bedrock_checks.SUITES, promised, aws.connect(promised)))
    assert isinstance(found["bedrock-bucket"], Failed)
    iam, role = operator.get("iam"), promised.job_role_arn.rpartition("/")[2]
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        iam.delete_role_policy(RoleName=role, PolicyName=name)
    iam.delete_role(RoleName=role)
    found = outcomes(report(bedrock_checks.SUITES, promised, aws.connect(promised)))
    assert isinstance(found["bedrock-job-role"], Failed)


def test_without_its_policy_the_auditor_cannot_tell_and_names_what_it_lacks(at_aws):
    operator, promised = at_aws
    iam = operator.get("iam")
    (role,) = [it["RoleName"] for it in iam.list_roles()["Roles"] if "-auditor" in it["RoleName"]]
    (policy,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
    iam.delete_role_policy(RoleName=role, PolicyName=policy)
    found = not_passed(bedrock_checks.SUITES, promised, aws.connect(promised))
    assert {type(one) for one in found.values()} <= {Unknown, Skipped}
    assert "s3:GetBucketPolicy" in found["bedrock-bucket-policy"].needs
    assert "iam:GetRole" in found["bedrock-job-role"].needs


def test_the_auditor_finds_everything_ready_at_google_cloud_and_can_change_nothing(
    tmp_path, monkeypatch
):
    with GcpCloud(tmp_path) as cloud:
        operator = Operator(cloud.env)
        path = "/v1/projects/sandbox-project/serviceAccounts"
        email = operator.call("POST", path, {"accountId": "auditor"})["email"]
        promised = made(
            cloud,
            monkeypatch,
            vertexEnabled=True,
            vertexProject="sandbox-project",
            auditorGcpMember=f"serviceAccount:{email}",
        ).vertex[0]
        mine = cloud.env_of(email)
        for name, value in mine.items():
            monkeypatch.setenv(name, value)
        assert not_passed(vertex_checks.SUITES, promised, gcp.connect(promised)) == {}
        auditor, account = Operator(mine), f"{path}/{promised.gateway_service_account}"
        for resource in (
            f"b/{promised.bucket}",
            "projects/sandbox-project",
            account[len("/v1/") :],
        ):
            with pytest.raises(Forbidden):
                auditor.change_policy(resource, lambda policy: policy["bindings"].clear())
        for method, changed in (("POST", f"{account}:disable"), ("DELETE", account)):
            with pytest.raises(Forbidden):
                auditor.call(method, changed, {})
        with auditor.storage() as storage, pytest.raises(Forbidden):
            storage.bucket(promised.bucket).blob("x").upload_from_string("x")

        with operator.storage() as storage:
            storage.bucket(promised.bucket).delete()
        found = outcomes(report(vertex_checks.SUITES, promised, gcp.connect(promised)))
        assert isinstance(found["vertex-bucket"], Failed)


def test_the_auditor_finds_everything_ready_at_azure_and_can_change_nothing(tmp_path, monkeypatch):
    with AzureCloud(tmp_path) as cloud:
        cloud.token(AUDITOR_OBJECT)  # it is in the directory
        promised = made(
            cloud,
            monkeypatch,
            azureEnabled=True,
            azureSubscriptionId=SUBSCRIPTION,
            gatewayAzurePrincipalId=names.GATEWAY,
            auditorAzurePrincipalId=AUDITOR_OBJECT,
        ).azure[0]
        owner = Arm(cloud.env)
        account = names.account_id(SUBSCRIPTION, promised.resource_group, promised.account)
        deployment = f"{account}/deployments/{promised.deployment}"
        assert owner.find(deployment, COGNITIVE)  # as the owner; from here on as the auditor
        monkeypatch.setattr(azure_cloud, "OPERATOR", AUDITOR_OBJECT)
        assert not_passed(azure_checks.SUITES, promised, azure.connect(promised)) == {}
        auditor = Arm(cloud.env)
        grant = f"{account}/providers/Microsoft.Authorization/roleAssignments/{AUDITOR_OBJECT}"
        for version, changed in (
            (COGNITIVE, deployment),
            (COGNITIVE, account),
            (AUTHORIZATION, grant),
        ):
            with pytest.raises(ArmRefused, match="does not have authorization"):
                auditor.put(changed, version, {})
        with pytest.raises(ArmRefused, match="does not have authorization"):
            auditor.delete(deployment, COGNITIVE)

        owner.delete(account, COGNITIVE)
        found = outcomes(report(azure_checks.SUITES, promised, azure.connect(promised)))
        assert isinstance(found["azure-account"], Failed)
