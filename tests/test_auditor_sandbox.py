"""The auditor in the sandboxed clouds: it sees all that it must, and can change nothing."""

import json

import boto3
import pytest
from botocore.exceptions import ClientError
from google.api_core.exceptions import Forbidden
from infra_world import ROOT, SUBSCRIPTION
from suite_reports import outcomes, report

from preflight.checks import azure as azure_checks
from preflight.checks import bedrock as bedrock_checks
from preflight.checks import vertex as vertex_checks
from preflight.cloud import aws, azure, gcp
from preflight.outcomes import Failed, Passed, Skipped, Unknown
from preflight.promises import parse
from preflight.sandbox.aws.clients import Clients
from preflight.sandbox.aws.cloud import AwsCloud
from preflight.sandbox.azure import cloud as azure_cloud
from preflight.sandbox.azure import names
from preflight.sandbox.azure.cloud import AzureCloud
from preflight.sandbox.azure.operator import AUTHORIZATION, COGNITIVE, Arm, ArmRefused
from preflight.sandbox.gcp.client import Operator
from preflight.sandbox.gcp.cloud import GcpCloud
from preflight.sandbox.provision import provision
from preflight.sandbox.world import MODELS

AUDITOR_OBJECT = "00000000-0000-0000-0000-00000000a0d1"


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
