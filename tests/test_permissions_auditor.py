"""`preflight permissions --identity auditor`: the table of looks, and what the program sends."""

import json
import re

import pytest
from infra_world import ALL, AUDITORS, run
from terraform_reader import Terraform

from preflight.looks import LOOKS, Scope

ASKED = ("permissions", "--identity", "auditor")
MARKED = {
    "<AUDITOR_AWS_PRINCIPAL_ARN>": AUDITORS["auditorAwsPrincipalArn"],
    "<AUDITOR_GCP_MEMBER>": AUDITORS["auditorGcpMember"],
    "<AUDITOR_AZURE_PRINCIPAL_ID>": AUDITORS["auditorAzurePrincipalId"],
}
GIVEN = {mark.strip("<>").lower(): value for mark, value in MARKED.items()}


@pytest.fixture(scope="module")
def program():
    """What the program sends for auditors at all three clouds, and what it promises."""
    return run(ALL | AUDITORS)


@pytest.fixture
def promises(program, tmp_path):
    path = tmp_path / "promises.json"
    path.write_text(json.dumps(program[1]))
    return path


@pytest.fixture
def shown(preflight):
    def run_(*arguments, form="json"):
        code, out, err = preflight(*ASKED, *arguments, "--format", form)
        assert (code, err) == (0, "")
        return json.loads(out) if form == "json" else out

    return run_


def made(program, token):
    return {it.name: it.inputs for it in program[0].of(token) if "-auditor" in it.name}


def of(shape, provider):
    (found,) = [it for it in shape["identities"] if it["provider"] == provider]
    return found


def filled_in(value):
    text = json.dumps(value)
    for mark, real in MARKED.items():
        text = text.replace(mark, real)
    return json.loads(text)


def test_every_look_is_there_once_with_what_it_tells(shown):
    shape = shown()
    assert (shape["format"], shape["version"]) == ("preflight-permissions", 1)
    assert {it["identity"] for it in shape["identities"]} == {"auditor"}
    rows = [(it["provider"], row) for it in shape["identities"] for row in it["permissions"]]
    assert sorted((of_, row["action"], row["on"]) for of_, row in rows) == sorted(
        (look.provider, look.permission, look.on) for look in LOOKS
    )
    markdown = shown(form="markdown")
    for look in LOOKS:
        assert f"| `{look.permission}` | {look.on} | tells {look.tells}" in markdown
    for _, row in rows:
        assert bool(row["resources"]) is (row["on"] != Scope.NOTHING)


def test_without_promises_every_name_is_a_stand_in_that_is_listed(shown):
    shape = shown()
    found = set(re.findall(r"<[^>]*>", json.dumps(shape["identities"])))
    assert shape["placeholders"] == sorted(found)
    assert set(MARKED) < found
    assert "angle brackets" in shown(form="markdown")


def test_with_promises_only_the_auditor_is_left_to_be_named(shown, promises):
    assert shown("--promises", promises)["placeholders"] == sorted(MARKED)
    assert "angle brackets" not in shown("--promises", promises, form="markdown")


def test_the_documents_for_aws_are_those_that_the_program_sends(shown, promises, program):
    aws = filled_in(of(shown("--promises", promises), "bedrock")["aws"])
    (policy,) = made(program, "aws:iam/rolePolicy:RolePolicy").values()
    (role,) = made(program, "aws:iam/role:Role").values()
    assert aws["policy"] == json.loads(policy["policy"])
    assert aws["trust_policy"] == json.loads(role["assumeRolePolicy"])


def test_the_custom_roles_for_google_are_those_that_the_program_makes(shown, promises, program):
    gcp = filled_in(of(shown("--promises", promises), "vertex")["gcp"])
    sent = {
        tuple(it["permissions"])
        for it in made(program, "gcp:projects/iAMCustomRole:IAMCustomRole").values()
    }
    assert {tuple(it["permissions"]) for it in gcp["custom_roles"]} == sent
    given = (
        {
            (f"gs://{it['bucket']}", it["member"])
            for it in made(program, "gcp:storage/bucketIAMMember:BucketIAMMember").values()
        }
        | {
            (it["serviceAccountId"], it["member"])
            for it in made(program, "gcp:serviceaccount/iAMMember:IAMMember").values()
        }
        | {
            (f"projects/{it['project']}", it["member"])
            for it in made(program, "gcp:projects/iAMMember:IAMMember").values()
        }
    )
    assert {(it["resource"], it["member"]) for it in gcp["custom_roles"]} == given


def test_the_assignments_for_azure_are_those_that_the_program_makes(shown, promises, program):
    azure = filled_in(of(shown("--promises", promises), "azure")["azure"])
    sent = {
        (it["scope"], it["roleDefinitionId"], it["principalId"])
        for it in made(program, "azure-native:authorization:RoleAssignment").values()
    }
    assert {
        (it["scope"], it["role_definition_id"], it["principal_id"])
        for it in azure["role_assignments"]
    } == sent
    assert azure["custom_role_actions"] == sorted(
        look.permission for look in LOOKS if look.provider == "azure"
    )


def test_terraform_grants_the_same(shown, promises):
    shape = filled_in(shown("--promises", promises))
    read = Terraform(shown("--promises", promises, form="terraform"), **GIVEN)
    assert set(read.variables) | set(GIVEN) == set(GIVEN)  # all else is by its name
    assert read.document("bedrock_auditor") == of(shape, "bedrock")["aws"]["policy"]
    assert read.document("bedrock_auditor_trust") == of(shape, "bedrock")["aws"]["trust_policy"]
    (role,) = read.resources("aws_iam_role").values()
    assert role["assume_role_policy"] == of(shape, "bedrock")["aws"]["trust_policy"]
    custom = read.resources("google_project_iam_custom_role")
    assert [it["permissions"] for it in custom.values()] == [
        it["permissions"] for it in of(shape, "vertex")["gcp"]["custom_roles"]
    ]
    for label, kind in (
        ("bucket", "google_storage_bucket_iam_member"),
        ("project", "google_project_iam_member"),
        ("gateway", "google_service_account_iam_member"),
    ):
        member = read.resources(kind)[f"vertex_auditor_{label}"]
        assert member["role"] == f"google_project_iam_custom_role.vertex_auditor_{label}.name"
    assignments = read.resources("azurerm_role_assignment").values()
    assert [(it["scope"], it["role_definition_name"]) for it in assignments] == [
        (it["scope"], it["role"]) for it in of(shape, "azure")["azure"]["role_assignments"]
    ]


def test_without_promises_terraform_declares_every_variable_that_it_uses(shown):
    text = shown(form="terraform")
    declared = set(re.findall(r'^variable "(\w+)"', text, re.MULTILINE))
    assert declared == set(re.findall(r"\bvar\.(\w+)", text))
    assert set(GIVEN) < declared
    assert Terraform(text).variables == {}


def test_one_provider_can_be_asked_for(shown):
    assert [it["provider"] for it in shown("--provider", "azure")["identities"]] == ["azure"]
    assert "google" not in shown("--provider", "bedrock", form="terraform")


def refused(preflight, *arguments):
    code, out, err = preflight(*arguments)
    assert (code, out) == (2, "")
    return err


def test_what_cannot_be_asked_is_told(preflight, promises, tmp_path):
    assert "ask for --identity auditor alone" in refused(preflight, *ASKED, "--identity", "gateway")
    assert "there is no cloud to look at" in refused(preflight, *ASKED, "--provider", "openai")
    outputs = json.loads(promises.read_text())
    second = {**outputs["vertex"][0], "region": "us-central1", "bucket": "another"}
    path = tmp_path / "two.json"
    path.write_text(json.dumps(outputs | {"vertex": [*outputs["vertex"], second]}))
    asked = (*ASKED, "--promises", path, "--provider", "vertex", "--format")
    assert "choose one with --region" in refused(preflight, *asked, "terraform")
    code, out, _ = preflight(*asked, "json")
    assert (code, len(json.loads(out)["identities"])) == (0, 2)
    assert preflight(*asked, "terraform", "--region", "us-central1")[0] == 0
