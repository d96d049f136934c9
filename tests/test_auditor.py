"""The auditor: made where it is asked for, and granted the table of looks."""

import json

from infra_world import ACCOUNT, ALL, AUDITORS, AZURE, BEDROCK, SUBSCRIPTION, all_four, run

from preflight.auditor import AZURE_ROLE_IDS
from preflight.looks import looks
from preflight.sandbox.azure.roles import ROLES

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
