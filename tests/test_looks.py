"""The rights to look: as the clients name them, and as the sandbox's clouds enforce them."""

import ast
import json
import re
from pathlib import Path

import pytest
from suite_reports import methods, outcomes, report

from preflight.checks import azure as azure_checks
from preflight.checks import bedrock as bedrock_checks
from preflight.checks import vertex as vertex_checks
from preflight.cloud import aws, azure, gcp
from preflight.looks import LOOKS, OTHER_WAYS, looks, other_ways
from preflight.outcomes import Passed, Unknown
from preflight.promises import parse
from preflight.sandbox.aws.clients import Clients
from preflight.sandbox.aws.cloud import AwsCloud
from preflight.sandbox.azure import cloud as azure_cloud
from preflight.sandbox.azure import names
from preflight.sandbox.azure import roles as azure_roles
from preflight.sandbox.azure.cloud import AzureCloud
from preflight.sandbox.azure.operator import AUTHORIZATION, Arm
from preflight.sandbox.gcp import breakages as gcp_breakages
from preflight.sandbox.gcp import existing
from preflight.sandbox.gcp import roles as gcp_roles
from preflight.sandbox.gcp.client import Operator
from preflight.sandbox.gcp.cloud import GcpCloud
from preflight.sandbox.provision import provision
from preflight.sandbox.world import MODELS
from preflight.seams import Aws, Azure, Gcp

ROOT = Path(__file__).parents[1]
PERMISSION = re.compile(
    r"\b(?:s3|iam|kms|sts|bedrock|servicequotas|organizations):[A-Z][A-Za-z]+"
    r"|\biam\.googleapis\.com/[a-z][A-Za-z]+\.[a-z]+\b"
    r"|\b(?:storage|resourcemanager|serviceusage|iam|aiplatform|cloudkms)\.[a-z][A-Za-z]+\.[a-z][A-Za-z]+\b"
    r"|\bMicrosoft\.[A-Za-z]+/[A-Za-z/]+/read\b"
)
SEAMS = {"bedrock": Aws, "vertex": Gcp, "azure": Azure}
LOOKER = "looker"
NEVER_ASKED = {
    "aiplatform.publishers.get",  # the sandbox shows publisher models to everybody
    *(look.permission for look in LOOKS if look.when),  # the sandbox's stack is another case
}


WITH_KEY_AND_LOGS = frozenset(
    {
        "s3:GetBucketPublicAccessBlock",
        "s3:GetBucketLogging",
        "kms:DescribeKey",
        "kms:GetKeyPolicy",
    }
)


def literals(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_every_permission_that_a_client_names_has_its_row():
    named = {
        found
        for path in (ROOT / "preflight" / "cloud").glob("*.py")
        for text in literals(path)
        for found in PERMISSION.findall(text)
        if not found.endswith(".com")
    }
    rows = {look.permission for look in (*LOOKS, *OTHER_WAYS)}
    assert named <= rows
    # Put together from parts in the client, so that no literal holds them.
    quotas = {look.permission for look in LOOKS if look.permission.startswith("servicequotas:")}
    roles = {right for right in rows if right.startswith("roles/")}
    assert named | quotas | roles == rows


@pytest.mark.parametrize("provider", SEAMS)
def test_every_question_of_a_seam_has_its_rows(provider):
    rows = (*looks(provider), *other_ways(provider))
    questions = {question for look in rows for question in look.questions}
    # Who asks is told by the credentials themselves at Azure and Google Cloud.
    asked = set(methods(SEAMS[provider])) - ({"caller"} if provider != "bedrock" else set())
    assert questions == asked


def test_a_right_to_look_changes_nothing():
    reads = re.compile(r"[:./](Get|List|Describe|Simulate|get|list|read$)")
    rights = {look.permission for look in (*LOOKS, *OTHER_WAYS)} - {"roles/iam.securityReviewer"}
    assert [right for right in rights if not reads.search(right)] == []


def held_against(
    provider, suites, promised, connect, allow, *, never=NEVER_ASKED, instead=frozenset()
):
    """READY with all the rows' rights; without any one of them, that one is named.

    Or something else answers: without the right of `instead`, in the words it says so in.
    """
    rights = [look.permission for look in looks(provider)]
    allow(rights)
    whole = outcomes(report(suites, promised, connect(promised)))
    assert {id_: one for id_, one in whole.items() if not isinstance(one, Passed)} == {}
    for lost in rights:
        if lost in never:
            continue
        allow([right for right in rights if right != lost])
        found = outcomes(report(suites, promised, connect(promised))).values()
        unknown = [one for one in found if isinstance(one, Unknown)]
        if lost in instead:
            assert {type(one) for one in found} == {Passed}
            assert any("evaluated here" in one.by and "not seen" in one.caveat for one in found)
            continue
        assert unknown, lost
        assert all(lost in one.needs for one in unknown), (lost, unknown)


def provisioned(cloud, monkeypatch, **settings):
    """What the program makes at one provider; the environment is its operator's."""
    for name, value in cloud.env.items():
        monkeypatch.setenv(name, value)
    return parse(json.dumps(provision(MODELS | settings, cloud.env, program=ROOT)), "the outputs")


def test_these_rights_and_no_others_are_needed_at_aws(tmp_path, monkeypatch):
    with AwsCloud(tmp_path) as cloud:
        settings = {
            "bedrockEnabled": True,
            "gatewayAwsPrincipalArn": cloud.gateway_user_arn,
            "bedrockCustomerKey": True,
            "accessLogs": True,
        }
        promised = provisioned(cloud, monkeypatch, **settings).bedrock[0]
        iam = Clients(cloud.env).get("iam")
        iam.create_user(UserName=LOOKER)
        key = iam.create_access_key(UserName=LOOKER)["AccessKey"]
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])

        def allow(rights):
            statement = {"Effect": "Allow", "Action": rights, "Resource": "*"}
            policy = {"Version": "2012-10-17", "Statement": [statement]}
            iam.put_user_policy(
                UserName=LOOKER, PolicyName=LOOKER, PolicyDocument=json.dumps(policy)
            )

        never = NEVER_ASKED - WITH_KEY_AND_LOGS
        held_against("bedrock", bedrock_checks.SUITES, promised, aws.connect, allow, never=never)


def test_these_rights_and_no_others_are_needed_at_google_cloud(tmp_path, monkeypatch):
    with GcpCloud(tmp_path) as cloud:
        settings = {
            "vertexEnabled": True,
            "vertexProject": "sandbox-project",
            "vertexCustomerKey": True,
            **existing.issuer({"vertex": cloud}),
        }
        promised = provisioned(cloud, monkeypatch, **settings).vertex[0]
        operator = Operator(cloud.env)
        project = f"projects/{promised.project}"
        # Held on the project, the key's rights are found after the key and its ring were asked.
        gcp_breakages.remove_key_grant(cloud.env, promised)
        grant = {
            "role": "roles/cloudkms.cryptoKeyEncrypterDecrypter",
            "members": [f"serviceAccount:{promised.storage_agent}"],
        }
        operator.change_policy(project, lambda policy: policy["bindings"].append(grant))
        made = operator.call("POST", f"/v1/{project}/serviceAccounts", {"accountId": "looks-on"})
        custom = {"role": "roles/looks", "members": [f"serviceAccount:{made['email']}"]}
        monkeypatch.setitem(gcp_roles.ROLES, custom["role"], frozenset())
        operator.change_policy(project, lambda policy: policy["bindings"].append(custom))
        for name, value in cloud.env_of(made["email"]).items():
            monkeypatch.setenv(name, value)

        def allow(rights):
            monkeypatch.setitem(gcp_roles.ROLES, custom["role"], frozenset(rights))

        never = {
            "aiplatform.publishers.get",  # the sandbox shows publisher models to everybody
            "iam.roles.get",  # the program grants predefined roles
        }
        # Where nobody may act as the gateway, the policies that are looked at anyhow answer.
        instead = {"iam.serviceAccounts.getAccessToken"}
        ways = {"never": never, "instead": instead}
        held_against("vertex", vertex_checks.SUITES, promised, gcp.connect, allow, **ways)


def test_these_rights_and_no_others_are_needed_at_azure(tmp_path, monkeypatch):
    with AzureCloud(tmp_path) as cloud:
        subscription = cloud.env["AZURE_SUBSCRIPTION_ID"]
        settings = {
            "azureEnabled": True,
            "azureSubscriptionId": subscription,
            "gatewayAzurePrincipalId": names.GATEWAY,
        }
        promised = provisioned(cloud, monkeypatch, **settings).azure[0]
        owner = Arm(cloud.env)
        looker, role = (f"00000000-0000-0000-0000-00000000100{last}" for last in "12")
        monkeypatch.setattr(azure_cloud, "OPERATOR", looker)
        authorization = f"/subscriptions/{subscription}/providers/Microsoft.Authorization"
        assignment = f"{authorization}/roleAssignments/{role}"

        def allow(rights):
            monkeypatch.setitem(azure_roles.ROLES, role, azure_roles.Role(role, "looks", rights))
            if owner.listed(
                f"{authorization}/roleAssignments", AUTHORIZATION, f"assignedTo('{looker}')"
            ):
                owner.delete(assignment, AUTHORIZATION)
            properties = {
                "roleDefinitionId": f"{authorization}/roleDefinitions/{role}",
                "principalId": looker,
                "principalType": "ServicePrincipal",
            }
            owner.put(assignment, AUTHORIZATION, {"properties": properties})

        held_against("azure", azure_checks.SUITES, promised, azure.connect, allow)
