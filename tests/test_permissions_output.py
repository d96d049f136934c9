"""`preflight permissions`: one table, three formats, and the same as what the program sends."""

import itertools
import json
import re

import pytest
from infra_world import GATEWAY_ARN, all_four
from permission_fixtures import promises, shown
from permission_shapes import OWN, of, outputs

from preflight.contract import PROVIDERS
from preflight.holders import IDENTITIES, short
from preflight.permissions import PERMISSIONS, Identity

__all__ = ["promises", "shown"]

PAIRS = list(dict.fromkeys((row.provider, row.identity) for row in PERMISSIONS))


def test_every_row_is_there_once_with_its_reason(shown):
    shape = shown()
    assert (shape["format"], shape["version"]) == ("preflight-permissions", 1)
    found = [
        (one["provider"], one["who"], row["action"], row["on"], row["why"], row["granted_by"])
        for one in shape["identities"]
        for row in one["permissions"]
    ]
    table = [
        (row.provider, row.identity, row.action, row.on, row.why, row.granted_by)
        for row in PERMISSIONS
    ]
    assert sorted(found) == sorted(table)
    markdown = shown(form="markdown")
    lines = [line for line in markdown.splitlines() if line.startswith("| `")]
    assert len(lines) == len(PERMISSIONS)
    for row in PERMISSIONS:
        assert any(f"| `{row.action}` | {row.on} |" in line and row.why in line for line in lines)


def test_without_promises_every_name_is_a_stand_in_that_is_listed(shown):
    shape = shown()
    text = json.dumps(shape["identities"])
    assert shape["placeholders"] == sorted(set(re.findall(r"<[^>]*>", text)))
    assert {"<BEDROCK_BUCKET>", "<VERTEX_PROJECT_NUMBER>", "<AZURE_ACCOUNT>"} < set(
        shape["placeholders"]
    )
    assert "angle brackets" in shown(form="markdown")


def test_with_promises_the_names_are_the_stacks(shown, promises):
    shape = shown("--promises", promises())
    assert shape["placeholders"] == [OWN]  # nobody promises whom the gateway role trusts
    made = outputs()
    assert (
        of(shape, "bedrock", Identity.JOB_ROLE)["principal"] == made["bedrock"][0]["job_role_arn"]
    )
    agent = of(shape, "vertex", Identity.SERVICE_AGENT)["principal"]
    assert agent == f"serviceAccount:{made['vertex'][0]['service_agent']}"
    gateway = of(shape, "azure", Identity.GATEWAY)
    assert gateway["principal"] == made["azure"][0]["gateway_principal_id"]
    markdown = shown("--promises", promises(), form="markdown")
    assert made["bedrock"][0]["bucket"] in markdown
    assert "angle brackets" not in markdown


@pytest.mark.parametrize(("provider", "identity"), PAIRS, ids=str)
@pytest.mark.parametrize("form", ["json", "markdown", "terraform"])
def test_one_identity_at_one_provider_can_be_asked_for(shown, provider, identity, form):
    out = shown("--provider", provider, "--identity", short(identity), form=form)
    text = json.dumps(out) if form == "json" else out
    own = {
        row.action for row in PERMISSIONS if (row.provider, row.identity) == (provider, identity)
    }
    others = {row.action for row in PERMISSIONS if row.provider != provider}
    assert all(action in text for action in own)
    assert not any(action in text for action in others - own)


@pytest.mark.parametrize("form", ["json", "markdown", "terraform"])
def test_at_openai_there_is_nothing_to_grant(shown, form):
    out = shown("--provider", "openai", form=form)
    assert out["identities"] == [] if form == "json" else "resource" not in out
    if form == "markdown":
        assert "Nothing is granted: the gateway acts there with an API key of its own" in out


def test_an_identity_that_is_not_there_is_told_with_those_that_are(preflight):
    code, out, err = preflight("permissions", "--provider", "vertex", "--identity", "job-role")
    assert (code, out) == (2, "")
    assert "gets nothing at vertex; there is vertex gateway, vertex service-agent" in err
    code, _, err = preflight("permissions", "--provider", "openai", "--identity", "gateway")
    assert code == 2
    assert "there is nobody to grant to" in err


def test_a_provider_that_the_stack_does_not_promise_is_refused(preflight, promises):
    path = promises(lambda made: made.pop("vertex"))
    code, _, err = preflight("permissions", "--promises", path, "--provider", "vertex")
    assert code == 2
    assert "the stack promises only openai, azure, bedrock" in err


def test_the_identities_of_the_command_line_are_those_of_the_table():
    assert set(IDENTITIES) == {
        "gateway",
        "job-role",
        "service-agent",
        "storage-agent",
        "workload",
    }
    assert {provider for provider, _ in PAIRS} == set(PROVIDERS) - {"openai"}


@pytest.mark.parametrize(
    ("identity", "name"), [(Identity.GATEWAY, "gateway"), (Identity.JOB_ROLE, "job")]
)
def test_the_documents_for_aws_are_those_that_the_program_sends(shown, promises, identity, name):
    aws = of(shown("--promises", promises()), "bedrock", identity)["aws"]
    recorder, _ = all_four()

    def sent(token, key):
        (found,) = [it for it in recorder.of(token) if it.name == f"batch-bedrock-us-west-2-{name}"]
        return json.loads(found.inputs[key])

    assert aws["policy"] == sent("aws:iam/rolePolicy:RolePolicy", "policy")
    trust = json.loads(json.dumps(aws["trust_policy"]).replace(OWN, GATEWAY_ARN))
    assert trust == sent("aws:iam/role:Role", "assumeRolePolicy")


def test_the_bindings_for_google_are_those_that_the_program_sends(shown, promises):
    shape = shown("--promises", promises(), "--provider", "vertex")
    bindings = {
        (one["on"], one["resource"], one["role"], one["member"])
        for identity in shape["identities"]
        for one in identity["gcp"]["bindings"]
    }
    recorder, _ = all_four()
    sent = {
        ("bucket", f"gs://{it.inputs['bucket']}", it.inputs["role"], it.inputs["member"])
        for it in recorder.of("gcp:storage/bucketIAMMember:BucketIAMMember")
    } | {
        ("project", f"projects/{it.inputs['project']}", it.inputs["role"], it.inputs["member"])
        for it in recorder.of("gcp:projects/iAMMember:IAMMember")
    }
    assert bindings == sent


def test_a_custom_role_at_google_would_hold_the_rows_and_no_more(shown):
    own = [identity for provider, identity in PAIRS if provider == "vertex"]
    assert len(own) == 4
    for identity in own:
        held = of(shown(), "vertex", identity)["gcp"]["custom_role_permissions"]
        rows = [row for row in PERMISSIONS if (row.provider, row.identity) == ("vertex", identity)]
        assert sorted(itertools.chain(*held.values())) == sorted(row.action for row in rows)
        assert "project" not in held or identity is Identity.GATEWAY


def test_the_assignment_for_azure_is_the_one_that_the_program_sends(shown, promises):
    azure = of(shown("--promises", promises()), "azure", Identity.GATEWAY)["azure"]
    sent = all_four()[0].one("azure-native:authorization:RoleAssignment")
    (assignment,) = azure["role_assignments"]
    assert assignment["scope"] == sent["scope"]
    assert assignment["role_definition_id"] == sent["roleDefinitionId"]
    assert assignment["principal_id"] == sent["principalId"]
    assert assignment["principal_type"] == sent["principalType"]
    rows = {row.action for row in PERMISSIONS if row.provider == "azure"}
    assert set(azure["custom_role_data_actions"]) == rows


def test_who_may_be_the_roles_is_said_for_the_review(shown):
    text = shown("--provider", "bedrock", form="markdown")
    assert "May be assumed by `bedrock.amazonaws.com` only" in text
    assert "`aws:SourceAccount`" in text
    assert "`aws:SourceArn`" in text
    assert f"May be assumed by `{OWN}` only" in text


def test_a_name_does_not_end_a_cell(shown, promises):
    path = promises(lambda made: made["bedrock"][0].update(account="12|34"))
    text = shown("--promises", path, "--provider", "bedrock", form="markdown")
    (heads, *_) = [line for line in text.splitlines() if line.startswith("| Action")]
    columns = heads.count("|")
    for line in text.splitlines():
        if line.startswith("| `"):
            assert len(re.findall(r"(?<!\\)\|", line)) == columns


def test_nothing_is_asked_of_a_cloud_or_of_pulumi(monkeypatch, shown):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("a connection"))
    assert shown()["identities"]


def test_no_field_of_a_promise_that_is_not_needed_is_shown(shown, promises):
    text = json.dumps(shown("--promises", promises()))
    made = all_four()[1]
    for provider in ("azure", "vertex", "bedrock"):
        assert made[provider][0]["provider_name"] not in text
