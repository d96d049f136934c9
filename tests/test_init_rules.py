"""What `preflight init` knows of a setting is what the program knows of it."""

import json

import pytest
from init_world import ARN, DECLARED, GUID, NEEDED

from infra.config import SettingsError, load
from preflight import settings
from preflight.settings import SETTINGS, Takes, WrongSetting


def test_every_setting_of_the_project_has_a_rule_and_no_other():
    assert set(SETTINGS) == set(DECLARED)
    kinds = {
        "string": {Takes.TEXT, Takes.URL},
        "integer": {Takes.NUMBER},
        "boolean": {Takes.FLAG},
        "array": {Takes.TEXTS},
    }
    for key, setting in SETTINGS.items():
        assert setting.takes in kinds[DECLARED[key]["type"]], key
        assert not setting.provider or f"{setting.provider}Enabled" in SETTINGS


VALUES = {
    Takes.TEXT: (
        "||a|a b|*|us-west-2|europe-west4|US|swedencentral|Standard|GlobalBatch|DataZoneBatch"
        "|2024-10-21|2025-03-01-preview|latest|example.com:sandbox-project|sandbox-project|123456789"
        "|amazon.nova-lite-v1:0|Claude 3.5|https://me:hunter2@example.com|\u00e9|tenant-7|a\nb| a"
        f"|{GUID}|{ARN}|{ARN}\n|arn:aws-us-gov:iam::123456789012:user/tfy/gateway|{'x' * 2000}"
        "|arn:aws:iam::123456789012:root"
    ),
    Takes.TEXTS: (
        '|[]|["us-east-1"]|["everywhere"]|us-east-1|{"a": 1}|[1]|[""]|["a b"]|["a", "a"]|["a", "b"]'
        '|["europe-west4"]|["swedencentral", "eastus"]|["gpt-4o@2024-08-06"]|["team=ml"]|["=ml"]'
        '|["gpt-4o@2024-08-06", "gpt-4o@2024-11-20"]|["gpt-4o-mini@"]|["@1"]'
        '|["amazon.nova-lite-v1:0", "us.amazon.nova-lite-v1:0"]|[["a"]]|["a-bucket"]'
    ),
    Takes.FLAG: "|true|false|TRUE|yes|1|False ",
    Takes.NUMBER: "|0|1|13|14|1000|-1|1.5|9999999999|x",
    Takes.URL: (
        "|https://a.example.com/|a.example.com|ftp://a|https://a/?b|https://|https://[a"
        "|https://me:hunter2@example.com|https://a:0|http://127.0.0.1:80/llm"
    ),
}
"""Good and bad ones, with bars between them."""


class Values(dict):
    """pulumi.Config, as far as the program uses it."""


def by_the_program(key, value):
    """What the Pulumi program says about the value: its sentences about this key."""
    provider = SETTINGS[key].provider
    texts = {
        name: default if isinstance(default := schema["default"], str) else json.dumps(default)
        for name, schema in DECLARED.items()
    }
    needed = [text.partition("=") for text in NEEDED.get(provider, ())]
    texts |= {name: text for name, _, text in needed}
    if provider:
        texts[f"{provider}Enabled"] = "true"
    try:
        load(Values(texts | {key: value}))
    except SettingsError as refused:
        return [line for line in str(refused).splitlines() if line.startswith(f"{key} ")]
    return []


def by_init(key, value):
    try:
        settings.parse(key, value)
    except WrongSetting as wrong:
        return [str(wrong)]
    return []


@pytest.mark.parametrize("key", SETTINGS)
def test_init_says_of_every_value_what_the_program_says(key, monkeypatch):
    # Which values go together is judged by the program alone.
    monkeypatch.setattr("infra.reader.Reader.refuse", lambda *_: None)
    for value in VALUES[SETTINGS[key].takes].split("|"):
        assert by_init(key, value) == by_the_program(key, value), value
