"""`preflight permissions`: one table, three formats, and the same as what the program sends."""

import itertools
import json
import os
import re
import shutil
import subprocess

import infra_google
import pytest
from infra_world import GATEWAY_ARN, VERTEX, all_four, run
from terraform_reader import Terraform

from preflight.contract import PROVIDERS
from preflight.holders import IDENTITIES, short
from preflight.permissions import PERMISSIONS, Identity

PAIRS = list(dict.fromkeys((row.provider, row.identity) for row in PERMISSIONS))
OWN = "<BEDROCK_GATEWAY_OWN_PRINCIPAL_ARN>"


def outputs():
    return json.loads(json.dumps(all_four()[1]))


@pytest.fixture
def promises(tmp_path):
    """Writes a promise file: the program's own outputs, changed so."""

    def write(change=lambda made: None):
        made = outputs()
        change(made)
        path = tmp_path / "promises.json"
        path.write_text(json.dumps(made))
        return path

    return write


@pytest.fixture
def shown(preflight):
    def run(*arguments, form="json"):
        code, out, err = preflight("permissions", *arguments, "--format", form)
        assert (code, err) == (0, "")
        return out if form != "json" else json.loads(out)

    return run


def of(shape, provider, identity):
    (found,) = [
        one
        for one in shape["identities"]
        if (one["provider"], one["identity"]) == (provider, short(identity))
    ]
    return found


# --- the rows ------------------------------------------------------------------------------------


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


# --- what the clouds take is what the program sends ----------------------------------------------


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


# --- Terraform, read back ------------------------------------------------------------------------

HOSTILE = 'a"b\\c${var.x}%{if}d$${e}\\${f}'


def hostile(made):
    made["bedrock"][0]["bucket"] = made["vertex"][0]["bucket"] = HOSTILE
    made["azure"][0]["account"] = HOSTILE
    made["bedrock"][0]["model_arns"] = [f"arn:{HOSTILE}:one", f"arn:{HOSTILE}:two"]


@pytest.mark.parametrize("change", [lambda made: None, hostile], ids=["plain", "hostile"])
def test_terraform_makes_the_same_documents(shown, promises, change):
    path = promises(change)
    shape = shown("--promises", path)
    read = Terraform(
        shown("--promises", path, form="terraform"), bedrock_gateway_own_principal_arn=OWN
    )
    read.arns["aws_iam_role.bedrock_job_role.arn"] = outputs()["bedrock"][0]["job_role_arn"]
    roles, policies = read.resources("aws_iam_role"), read.resources("aws_iam_role_policy")
    for identity, name in ((Identity.GATEWAY, "gateway"), (Identity.JOB_ROLE, "job")):
        aws = of(shape, "bedrock", identity)
        label = f"bedrock_{name}_role"
        assert policies[label]["policy"] == aws["aws"]["policy"]
        assert policies[label]["role"] == f"aws_iam_role.{label}.name"
        assert roles[label]["assume_role_policy"] == aws["aws"]["trust_policy"]
        assert roles[label]["name"] == aws["principal"].rpartition("/")[2]
    assert len(roles) == len(policies) == 2


@pytest.mark.parametrize("change", [lambda made: None, hostile], ids=["plain", "hostile"])
def test_terraform_makes_the_same_bindings_and_assignments(shown, promises, change):
    path = promises(change)
    shape = shown("--promises", path)
    read = Terraform(shown("--promises", path, form="terraform"))
    bindings = [
        (f"gs://{one['bucket']}", one["role"], one["member"])
        for one in read.resources("google_storage_bucket_iam_member").values()
    ] + [
        (f"projects/{one['project']}", one["role"], one["member"])
        for one in read.resources("google_project_iam_member").values()
    ]
    assert sorted(bindings) == sorted(
        (one["resource"], one["role"], one["member"])
        for identity in shape["identities"]
        for one in identity.get("gcp", {}).get("bindings", [])
    )
    (made,) = read.resources("azurerm_role_assignment").values()
    (asked,) = of(shape, "azure", Identity.GATEWAY)["azure"]["role_assignments"]
    assert made == {
        "scope": asked["scope"],
        "role_definition_name": asked["role"],
        "principal_id": asked["principal_id"],
        "principal_type": asked["principal_type"],
    }


def test_the_external_id_is_asked_for_where_there_is_one(shown):
    read = Terraform(shown("--provider", "bedrock", form="terraform"))
    trust = read.blocks("data", "aws_iam_policy_document")["bedrock_gateway_role_trust"]
    (dynamic,) = trust["statement"][0]["dynamic"]
    condition = dynamic['"condition"']
    given = "var.bedrock_gateway_external_id"
    assert condition["for_each"] == f'${{{given} == "" ? [] : [{given}]}}'
    (content,) = condition["content"]
    assert content["variable"] == '"sts:ExternalId"'
    assert content["values"] == ["${condition.value}"]
    assert read.variables["bedrock_gateway_external_id"] == ""


NOT_EVERYBODYS = (
    "bedrock_gateway_external_id",
    "bedrock_kms_key_arn",
    "vertex_kms_key",
    "vertex_storage_agent",
    "vertex_federation",
)


def test_at_google_a_key_and_a_pool_are_granted_as_the_program_does_where_they_are_promised(
    shown, tmp_path
):
    recorder, made = run(VERTEX | infra_google.OPTIONS)
    path = tmp_path / "with-key-and-pool.json"
    path.write_text(json.dumps(made))
    shape = shown("--promises", path)
    key, account = (
        {
            (one["resource"], one["role"], one["member"])
            for one in of(shape, "vertex", identity)["gcp"]["bindings"]
        }
        for identity in (Identity.STORAGE_AGENT, Identity.WORKLOAD)
    )
    assert key == {
        (it.inputs["cryptoKeyId"], it.inputs["role"], it.inputs["member"])
        for it in recorder.of("gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember")
    }
    (grant,) = recorder.of("gcp:serviceaccount/iAMMember:IAMMember")
    anywhere = grant.inputs["serviceAccountId"].replace("sandbox-project/", "-/", 1)
    assert account == {(anywhere, grant.inputs["role"], grant.inputs["member"])}
    read = Terraform(shown("--promises", path, form="terraform"))
    made_there = (
        {
            (one["crypto_key_id"], one["role"], one["member"])
            for one in read.resources("google_kms_crypto_key_iam_member").values()
        },
        {
            (one["service_account_id"], one["role"], one["member"])
            for one in read.resources("google_service_account_iam_member").values()
        },
    )
    assert made_there == (key, account)


def test_without_promises_every_variable_has_to_be_given_but_what_not_everybody_has(shown):
    text = shown(form="terraform")
    declared = set(re.findall(r'^variable "(\w+)"', text, re.MULTILINE))
    assert declared == set(re.findall(r"\bvar\.(\w+)", text))
    assert Terraform(text).variables == dict.fromkeys(NOT_EVERYBODYS, "")


def with_options(made):
    made["bedrock"][0] |= {
        "output_uri": "s3://the-results/done/",
        "kms_key_arn": "arn:aws:kms:us-west-2:210987654321:key/1111",
        "bucket_account": "210987654321",
    }


def test_at_aws_a_key_and_what_others_own_are_granted_where_they_are_promised(shown, promises):
    path = promises(with_options)
    shape = shown("--promises", path, "--provider", "bedrock")
    text = shown("--promises", path, "--provider", "bedrock", form="terraform")
    read = Terraform(text, bedrock_gateway_own_principal_arn=OWN)
    read.arns["aws_iam_role.bedrock_job_role.arn"] = outputs()["bedrock"][0]["job_role_arn"]
    markdown = shown("--promises", path, "--provider", "bedrock", form="markdown")
    for identity, name in ((Identity.GATEWAY, "gateway"), (Identity.JOB_ROLE, "job")):
        one = of(shape, "bedrock", identity)
        assert read.document(f"bedrock_{name}_role") == one["aws"]["policy"]
        assert "arn:aws:s3:::the-results/done/*" in json.dumps(one["aws"]["policy"])
        assert "kms:ViaService" in json.dumps(one["aws"]["policy"])
        for kind in ("bucket_policy", "key_policy"):
            theirs = one["aws"][kind]
            assert theirs["account"] == "210987654321"
            assert {it["Principal"]["AWS"] for it in theirs["policy"]["Statement"]} == {
                one["principal"]
            }
            assert json.dumps(theirs["policy"], indent=2) in markdown
        in_bucket = read.document(f"bedrock_{name}_role_in_bucket")["Statement"]
        assert [it["Sid"] for it in in_bucket] == [
            it["Sid"] for it in one["aws"]["bucket_policy"]["policy"]["Statement"]
        ]


def test_without_promises_the_key_is_granted_only_if_its_variable_is_given(shown):
    read = Terraform(shown("--provider", "bedrock", form="terraform"))
    for name in ("bedrock_gateway_role", "bedrock_job_role"):
        body = read.blocks("data", "aws_iam_policy_document")[name]
        (dynamic,) = body["dynamic"]
        given = "var.bedrock_kms_key_arn"
        assert dynamic['"statement"']["for_each"] == f'${{{given} == "" ? [] : [{given}]}}'
        assert "kms:Decrypt" in str(dynamic['"statement"']["content"])


def test_the_gateway_alone_names_the_job_role_by_a_variable(shown, promises):
    path = promises()
    text = shown(
        "--promises", path, "--provider", "bedrock", "--identity", "gateway", form="terraform"
    )
    read = Terraform(text, bedrock_gateway_own_principal_arn=OWN)
    assert "aws_iam_role.bedrock_job_role" not in text
    (policy,) = read.resources("aws_iam_role_policy").values()
    aws = of(shown("--promises", path), "bedrock", Identity.GATEWAY)["aws"]
    assert policy["policy"] == aws["policy"]


def as_principal(arn):
    def change(made):
        made["bedrock"][0]["gateway_principal_arn"] = arn

    return change


def test_a_gateway_that_is_a_user_gets_a_users_policy_and_no_trust(shown, promises):
    path = promises(as_principal("arn:aws:iam::123456789012:user/tfy/gateway"))
    alone = ("--promises", path, "--provider", "bedrock", "--identity", "gateway")
    (identity,) = shown(*alone)["identities"]
    assert set(identity["aws"]) == {"policy"}
    read = Terraform(shown(*alone, form="terraform"))
    (policy,) = read.resources("aws_iam_user_policy").values()
    assert policy["user"] == "gateway"
    assert policy["policy"] == identity["aws"]["policy"]
    assert not read.resources("aws_iam_role")
    assert "May be assumed" not in shown(*alone, form="markdown")


def test_a_roles_path_is_kept(shown, promises):
    path = promises(as_principal("arn:aws:iam::123456789012:role/tfy/batch/gateway"))
    read = Terraform(shown("--promises", path, form="terraform"))
    role = read.resources("aws_iam_role")["bedrock_gateway_role"]
    assert (role["name"], role["path"]) == ("gateway", "/tfy/batch/")
    assert "path" not in read.resources("aws_iam_role")["bedrock_job_role"]


def test_a_gateway_that_can_hold_no_policy_is_refused(preflight, promises):
    path = promises(as_principal("arn:aws:iam::123456789012:root"))
    code, out, err = preflight("permissions", "--promises", path, "--format", "terraform")
    assert (code, out) == (2, "")
    assert "is neither a role nor a user" in err


@pytest.mark.skipif(not shutil.which("terraform"), reason="terraform is not on the PATH")
@pytest.mark.parametrize("named", [True, False], ids=["named", "marked"])
def test_the_text_is_laid_out_as_terraform_lays_it_out(shown, promises, named):
    text = shown(*(("--promises", promises(hostile)) if named else ()), form="terraform")
    done = subprocess.run(
        ["terraform", "fmt", "-"],
        input=text,
        env=os.environ | {"CHECKPOINT_DISABLE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == text


# --- Markdown ------------------------------------------------------------------------------------


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
