"""`preflight permissions --format terraform`, read back: what the program sends, and no more."""

import json
import os
import re
import shutil
import subprocess

import infra_google
import pytest
from infra_world import VERTEX, run
from permission_fixtures import promises, shown
from permission_shapes import OWN, of, outputs
from terraform_reader import Terraform

from preflight.permissions import Identity

__all__ = ["promises", "shown"]

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


def in_another_region(made):
    vertex = {"region": "us-central1", "bucket": "another"}
    made["vertex"].append(made["vertex"][0] | vertex)
    made["vertex"].append(made["vertex"][0] | {"model": "gemini-2.5-pro"})


def test_several_regions_would_give_two_resources_one_label_and_are_refused(
    preflight, shown, promises
):
    asked = ("--promises", promises(in_another_region))
    code, out, err = preflight("permissions", *asked, "--format", "terraform")
    assert (code, out) == (2, "")
    assert "Vertex AI in europe-west4, us-central1: would give two resources one name" in err
    assert "choose one with --region" in err
    for region in ("europe-west4", "us-central1"):
        text = shown(*asked, "--provider", "vertex", "--region", region, form="terraform")
        labels = re.findall(r'^resource "(\w+)" "(\w+)"', text, re.MULTILINE)
        assert len(labels) == len(set(labels)) > 0
    assert shown(*asked, "--provider", "bedrock", form="terraform")
    assert len(shown(*asked, "--provider", "vertex")["identities"]) == 4


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
