"""`preflight list`: all checks, for people and for programs."""

import json

import pytest

from preflight.checklist import checklist
from preflight.contract import PROVIDERS

IDS = [listed.check.id for listed in checklist()]


def test_every_check_has_its_line_in_order_of_reading(preflight):
    code, out, err = preflight("list")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert [line.split()[0] for line in lines] == IDS
    for listed, line in zip(checklist(), lines, strict=True):
        assert f" {listed.check.title}  " in line
        assert ",".join(listed.providers) in line
        assert line.endswith(", ".join(listed.suites))


def test_columns_stand_under_each_other(preflight):
    _, out, _ = preflight("list")
    lines = zip(checklist(), out.splitlines(), strict=True)
    starts = {line.index(one.check.title) for one, line in lines}
    assert len(starts) == 1


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_provider_has_its_own_and_those_of_all(preflight, provider):
    _, out, _ = preflight("list", "--provider", provider)
    ids = [line.split()[0] for line in out.splitlines()]
    assert {"requests-json", "gateway-key"} <= set(ids) < set(IDS)
    assert {one.partition("-")[0] for one in ids} == {"requests", "gateway", provider}
    assert "requests-ids-bedrock" in ids or provider != "bedrock"


def test_two_providers_add_up(preflight):
    _, out, _ = preflight("list", "--provider", "azure", "--provider", "openai")
    worlds = {line.partition("-")[0] for line in out.splitlines()}
    assert worlds == {"requests", "gateway", "azure", "openai"}


def test_json_is_one_document(preflight):
    code, out, _ = preflight("list", "--format", "json", "--provider", "bedrock")
    found = json.loads(out)
    assert (found["format"], found["version"], found["exit_code"]) == ("preflight-checks", 1, code)
    by_id = {one["id"]: one for one in found["checks"]}
    assert by_id["bedrock-bucket-region"] == {
        "id": "bedrock-bucket-region",
        "title": "The bucket is in the region the jobs run in",
        "providers": ["bedrock"],
        "suites": ["bedrock bucket"],
        "needs": ["bedrock-credentials", "bedrock-bucket"],
    }


def test_listing_asks_nobody(preflight, monkeypatch):
    def connect(*_):
        raise AssertionError("it connects")

    for client in ("aws", "azure", "gateway", "gcp"):
        monkeypatch.setattr(f"preflight.worlds.{client}.connect", connect)
    assert preflight("list")[0] == 0
