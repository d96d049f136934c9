"""Which requests a canary sends, how they differ from the file's own, and what they cost."""

import json
from datetime import date

import pytest

from preflight.batch.canary_sample import prefix, sample
from preflight.catalog import yours
from preflight.catalog.prices import price
from preflight.commands.canary_job import smallest, what_it_costs, what_it_sends
from preflight.contract import AzureOpenAI, Bedrock, OpenAI
from preflight.failures.table import failures
from preflight.requests.identifier import observed
from preflight.seams import RequestFileError, Unreachable, UsageError

TARGET = OpenAI("openai-main", "gpt-4o-mini")


@pytest.fixture(autouse=True)
def shipped_tables():
    yours.use(None)
    yield
    yours.use(None)


@pytest.fixture
def file(tmp_path):
    """Write lines, and take a sample of them."""
    path = tmp_path / "requests.jsonl"

    def take(*lines, provider="openai", count=1, faulty=()):
        path.write_bytes(b"".join(line + b"\n" for line in lines))
        return sample(path, provider, count, faulty)

    return take


def line(custom_id="r0", **body):
    return json.dumps({"custom_id": custom_id, "body": {"messages": [], **body}}).encode()


def body_of(taken):
    return json.loads(taken.content)["body"]


def test_all_but_the_id_and_the_bound_is_as_it_was_byte_for_byte(file):
    odd = b'{"url":"/v1","custom_id":"r\\u00e9","x":1.0,"body":{"b":1e2, "max_tokens": 60,"a":[1]}}'
    taken = file(odd)
    assert taken.content == (
        b'{"url":"/v1","custom_id":"canary-r\xc3\xa9","x":1.0,'
        b'"body":{"b":1e2,"max_tokens":1,"a":[1]}}\n'
    )


@pytest.mark.parametrize("provider", ["openai", "azure", "vertex", "bedrock"])
def test_an_id_with_the_prefix_is_one_that_the_provider_keeps(provider):
    assert not list(observed(prefix(provider) + "0", 1, 0))
    assert prefix("bedrock").isalpha()


@pytest.mark.parametrize(
    ("provider", "body", "lowered"),
    [
        ("openai", {"max_tokens": 60}, ("max_tokens",)),
        ("openai", {"max_tokens": 1}, ()),
        ("openai", {}, ()),
        ("openai", {"max_tokens": None}, ()),
        ("openai", {"max_tokens": "60"}, ()),
        ("azure", {"max_completion_tokens": 60}, ()),
        ("vertex", {"max_completion_tokens": 60}, ("max_completion_tokens",)),
        ("bedrock", {"max_tokens": 9, "max_completion_tokens": 9}, None),
        ("bedrock", {"max_tokens": 2048, "thinking": {"budget_tokens": 1024}}, ()),
        ("openai", {"max_tokens": 60, "reasoning_effort": "low"}, ()),
    ],
)
def test_a_bound_is_lowered_where_there_is_one_and_a_model_may_keep_it(
    file, provider, body, lowered
):
    taken = file(line(**body), provider=provider)
    both = ("max_tokens", "max_completion_tokens")
    assert taken.lowered == (both if lowered is None else lowered)
    expected = body | dict.fromkeys(taken.lowered, 1)
    assert {name: value for name, value in body_of(taken).items() if name != "messages"} == expected


def test_the_first_requests_without_a_fault_are_taken(file):
    lines = (line("a"), b"", b"no json", line("b"), b'{"body": {}}', line("c"), line("d"))
    taken = file(*lines, count=2, faulty={1})
    assert taken.lines == (4, 6)
    ids = [json.loads(one)["custom_id"] for one in taken.content.splitlines()]
    assert ids == ["canary-b", "canary-c"]


def test_a_file_with_too_few_requests_is_said_to_have_too_few(file):
    with pytest.raises(RequestFileError, match=r"holds 1 requests that can be sent.*needs 100"):
        file(line(), provider="bedrock", count=100)


def test_answers_are_bounded_only_where_each_request_bounds_them(file):
    assert file(line(max_tokens=9), line(max_tokens=9), count=2).answer_tokens == 2
    assert file(line(max_tokens=9), line(), count=2).answer_tokens is None
    assert file(line(max_output_tokens=500)).answer_tokens == 500


def test_a_canary_says_how_its_requests_differ(file):
    taken = file(line("a", max_tokens=9), line("b"), provider="bedrock", count=2)
    words = what_it_sends(taken, "bedrock", "in.jsonl")
    assert words == (
        "2 requests (lines 1 to 2 of in.jsonl; canary before each custom_id, max_tokens 1; "
        "nothing else changed)"
    )


# --- the price ------------------------------------------------------------------------------------


def test_a_known_price_is_said_with_its_source(file):
    messages = [{"role": "user", "content": "a" * 4_000_000}]
    taken = file(line(messages=messages, max_tokens=60))
    words = what_it_costs(taken, "openai", TARGET)
    assert "about 1,000,000 tokens of prompts and at most 1 of answers; about $0.08" in words
    assert "read 2026-07" in words


def test_a_price_that_is_not_listed_is_not_known_and_never_a_number(file):
    words = what_it_costs(file(line(max_tokens=60)), "openai", OpenAI("openai-main", "gpt-99"))
    assert "price not known: none is listed for gpt-99 (--tables takes one)" in words
    assert "$" not in words


def test_the_price_of_unbounded_answers_is_not_known(file):
    words = what_it_costs(file(line()), "openai", TARGET)
    assert "less than $0.01 for the prompts, price not known for the answers" in words


def test_a_version_of_a_model_costs_what_the_model_costs():
    assert price("openai", "gpt-4o-mini-2024-07-18") == price("openai", "gpt-4o-mini")
    assert price("azure", "gpt-4o-mini") is None


def test_the_users_own_prices_stand_before_the_table(tmp_path):
    (tmp_path / "mine.toml").write_text(
        'read_on = 2026-11-01\n[openai.prices]\n"gpt-4o-mini" = { input = 1, output = 2.5 }\n'
        '[azure.prices]\n"gpt-4o-mini" = { input = 0, output = 0 }\n'
    )
    yours.use(str(tmp_path / "mine.toml"))
    mine = price("openai", "gpt-4o-mini-2024-07-18")
    assert (mine.input, mine.output, mine.source.read_on) == (1, 2.5, str(date(2026, 11, 1)))
    assert price("azure", "gpt-4o-mini").of(10, 10) == 0
    assert price("openai", "gpt-4o").input == 1.25


@pytest.mark.parametrize(
    "value",
    [
        "1",
        "{ input = 1 }",
        "{ input = -1, output = 1 }",
        '{ input = "1", output = 1 }',
        "{ input = inf, output = 1 }",
        "{ input = true, output = 1 }",
    ],
)
def test_a_price_of_another_kind_is_refused_with_its_place(tmp_path, value):
    (tmp_path / "mine.toml").write_text(f'[openai.prices]\n"gpt-4o" = {value}\n')
    with pytest.raises(UsageError, match=r'openai\.prices\."gpt-4o"'):
        yours.use(str(tmp_path / "mine.toml"))


def test_every_price_of_the_table_is_a_price():
    for provider, model in (("openai", "gpt-4.1-nano"), ("vertex", "gemini-2.5-flash")):
        found = price(provider, model)
        assert 0 < found.input < found.output < 100
        assert found.source.read_on == "2026-07"


# --- how small a job can be -----------------------------------------------------------------------


class Aws:
    def __init__(self, quotas):
        self.quotas = quotas

    def batch_quotas(self, region):
        if self.quotas is None:
            raise Unreachable("quotas", "no answer", "try again")
        return self.quotas

    def foundation_model(self, region, model):
        return None


BEDROCK_MODEL = "anthropic.claude-3-5-haiku-20241022-v1:0"
MINIMUM = "Minimum number of records per batch inference job for Claude 3.5 Haiku"


@pytest.mark.parametrize(
    ("quotas", "least"), [({MINIMUM: 50.0}, 50), ({MINIMUM: 1000.0}, 1000), ({}, 100), (None, 100)]
)
def test_bedrocks_smallest_job_is_what_its_quota_says(monkeypatch, quotas, least):
    monkeypatch.setattr("preflight.cloud.aws.connect", lambda _: Aws(quotas))
    blank = dict.fromkeys(Bedrock.__dataclass_fields__, "")
    assert smallest(Bedrock(**blank | {"model": BEDROCK_MODEL, "region": "us-west-2"})) == least


def test_other_providers_take_one_request():
    assert smallest(TARGET) == 1
    assert smallest(AzureOpenAI(**dict.fromkeys(AzureOpenAI.__dataclass_fields__, ""))) == 1


def test_failures_that_only_a_job_shows_name_the_canary():
    seen = {one.id for one in failures() if "gateway-results" in one.checks}
    assert seen >= {"B17", "B29"}
    assert {one.id for one in failures() if "gateway-create" in one.checks} >= {"G02", "G03"}
