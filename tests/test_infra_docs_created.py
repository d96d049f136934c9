"""What the infrastructure pages say is created, trusted and promised, against the program."""

import dataclasses
import re
from collections import Counter

import infra_google
import pytest
from infra_pages import OURS, PAGES, each_provider, rows
from infra_world import ACCOUNT, AUDITORS, AZURE, BEDROCK, OPENAI, VERTEX, every_type, run

from preflight.contract import CLASSES, PROVIDERS
from preflight.permissions import PERMISSIONS
from preflight.render.pages import trust
from preflight.render.pages.created import made
from preflight.render.pages.promised import MEANING

BASES = {
    "openai": OPENAI | {"openaiModels": ["a", "b", "c"]},
    "azure": AZURE
    | {
        "azureRegions": ["swedencentral", "eastus"],
        "azureProviderNames": ["a", "b"],
        "azureModels": ["a@1", "b@1", "c@1"],
    },
    "vertex": VERTEX
    | {"vertexRegions": ["europe-west4", "us-central1"], "vertexModels": ["a", "b", "c"]},
    "bedrock": BEDROCK
    | {
        "bedrockRegions": ["us-west-2", "us-east-1"],
        "bedrockModels": ["anthropic.a", "anthropic.b", "anthropic.c"],
    },
}
"""Each with two regions and three models, so that a count tells what it is counted by."""

TIMES = {"stack": 1, "region": 2, "model": 2 * 3}
ON = {
    "gatewayAwsIdentityArn": {
        "gatewayAwsPrincipalArn": "",
        "gatewayAwsIdentityArn": f"arn:aws:iam::{ACCOUNT}:user/gateway",
    },
    "bedrockCustomerKey": {"bedrockCustomerKey": True},
    "accessLogs": {"accessLogs": True},
    "vertexCustomerKey": {"vertexCustomerKey": True},
    "vertexKeyNames": {
        "vertexKeyNames": [
            f"projects/p/locations/{region}/keyRings/r/cryptoKeys/k"
            for region in ("europe-west4", "us-central1")
        ]
    },
    "gatewayGcpIssuer": infra_google.POOL,
    "auditorGcpMember": {"auditorGcpMember": AUDITORS["auditorGcpMember"]},
}
OPTIONS = [
    (provider, row.kind, setting)
    for provider in PROVIDERS
    for row in made(provider)
    for setting in row.when
]


def counted(config):
    return Counter(resource.token for resource in run(config)[0].resources)


def test_every_resource_type_has_a_row_with_its_reason_and_no_other_has():
    kinds = [row.kind for provider in PROVIDERS for row in made(provider)]
    assert Counter(kinds) == Counter(every_type())
    assert all(row.why and row.how for provider in PROVIDERS for row in made(provider))
    for provider in PROVIDERS:
        documented = [row[0].strip("`") for row in rows(PAGES[provider], "What is created")]
        assert documented == [row.kind for row in made(provider)]


@each_provider
def test_what_is_always_made_is_made_as_often_as_it_says(provider):
    said = {row.kind: row.number * TIMES[row.per] for row in made(provider) if not row.when}
    assert said == counted(BASES[provider])


@pytest.mark.parametrize(("provider", "kind", "setting"), OPTIONS, ids=str)
def test_what_an_option_makes_is_made_by_it_as_often_as_it_says(provider, kind, setting):
    (row,) = [row for row in made(provider) if row.kind == kind]
    asked = counted(BASES[provider] | ON[setting])
    assert asked[kind] == row.number * TIMES[row.per]


@each_provider
def test_the_picture_and_the_words_hold_every_row_of_the_permission_table(provider):
    picture, words = trust.picture(provider), trust.words(provider)
    assert picture in PAGES[provider]
    assert words in PAGES[provider]
    for row in PERMISSIONS:
        if row.provider == provider:
            assert f"`{row.action}`" in words
            assert row.why in words
            assert row.why.replace(", ", ",<br/>") in picture


@each_provider
def test_a_picture_is_one_that_can_be_drawn(provider):
    fence, head, *lines, end = trust.picture(provider).splitlines()
    assert (fence, head, end) == ("```mermaid", "flowchart LR", "```")
    nodes = dict(
        re.fullmatch(r'  (n\d+)\["([^"\[\]<>]+)"\]', line).groups() for line in lines if "[" in line
    )
    arrows = [line for line in lines if "[" not in line]
    ends = [re.fullmatch(r'  (n\d+) -\.?->\|"[^"|]+"\| (n\d+)', line).groups() for line in arrows]
    assert {end for pair in ends for end in pair} == set(nodes)
    assert len(ends) == len(trust.edges(provider))


@each_provider
def test_an_arrow_that_is_not_always_there_names_a_setting_that_there_is(provider):
    for edge in trust.edges(provider):
        for word in edge.when.split():
            assert word.islower() or word in OURS, edge


@each_provider
def test_every_field_of_a_promise_is_explained(provider):
    fields = [field.name for field in dataclasses.fields(CLASSES[provider])]
    documented = [row[0].strip("`") for row in rows(PAGES[provider], "What the stack promises")]
    assert documented == fields == list(MEANING[provider])
