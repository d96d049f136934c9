"""What the bodies hold beside model and prompt: read alike on every path, and judged per model."""

from dataclasses import replace

import pytest
from request_files import PROMISED, good_lines, line, request, write

from preflight.checks.requests import checks_for
from preflight.contract import PROVIDERS
from preflight.outcomes import Failed, Passed, Unknown
from preflight.requests import lines
from preflight.requests.scan import scan

COUNT = 200


def scanned(tmp_path, *bodies, provider="openai", count=COUNT):
    """A file of good lines, the last of which have these settings."""
    good = good_lines(count - len(bodies), provider)
    odd = [line(request(count + number, provider, **body)) for number, body in enumerate(bodies, 1)]
    return scan(write(tmp_path / "requests.jsonl", [*good, *odd]))


def alone(tmp_path, body, url="/v1/chat/completions"):
    """A file of one request with this body."""
    one = {"custom_id": "r1", "method": "POST", "url": url, "body": body}
    return scan(write(tmp_path / "requests.jsonl", [line(one)]))


def chat(model, **body):
    return {"model": model, "messages": [{"role": "user", "content": "Hello"}], **body}


def judged(check_id, found, provider="openai", **promised):
    [check] = [check for check in checks_for(provider) if check.id == check_id]
    return check(replace(PROMISED[provider], **promised), found)


BODIES = (
    {"temperature": 0.5, "n": 1},
    {"temperature": 1, "n": 2, "logprobs": False},
    {"temperature": 1.0, "max_completion_tokens": 9000, "logprobs": True},
    {"presence_penalty": 0, 'odd name "': 1, "stream": False},
)


@pytest.mark.parametrize("block", [1, 128 << 10], ids=["line by line", "in blocks"])
def test_settings_are_counted_alike_on_every_path(tmp_path, monkeypatch, block):
    monkeypatch.setattr(lines, "BLOCK", block)
    every = [line(request(number, **BODIES[number % 4])) for number in range(1, 401)]
    found = scan(write(tmp_path / "requests.jsonl", every))
    counts = {name: (seen.count, seen.lines[0]) for name, seen in found.settings.items()}
    assert counts == {
        "max_tokens": (400, 1),
        "n": (100, 1),
        "max_completion_tokens": (100, 2),
        "logprobs": (100, 2),
        'odd name "': (100, 3),
        "temperature": (100, 4),
    }
    assert found.longest == (9000, 2)
    assert not found.faults


@pytest.mark.parametrize("first", [{"temperature": 1}, {"temperature": 1.0, "n": 1}, {"n": 1}])
def test_a_later_line_with_an_effect_is_found_behind_many_without_one(tmp_path, first):
    good = [line(request(number, **first)) for number in range(1, 5000)]
    odd = line(request(5000, temperature=0.2, n=3))
    found = scan(write(tmp_path / "requests.jsonl", [*good, odd]))
    assert found.settings["temperature"].lines == (5000,)
    assert found.settings["n"].count == 1


def test_a_setting_that_is_null_is_none_and_one_line_that_sets_it_is_found(tmp_path):
    null = line(request(1, seed="SEED")).replace(b'"SEED"', b"null")
    every = [null.replace(b"ask-1", b"ask-%d" % n).replace(b"r1", b"r%d" % n) for n in range(3000)]
    found = scan(write(tmp_path / "requests.jsonl", [*every, line(request(9999, seed=5))]))
    assert found.settings["seed"].lines == (3001,)


def test_the_longest_bound_is_found_wherever_it_stands(tmp_path):
    every = [
        line(request(number, max_tokens=501 if number == 3333 else 500))
        for number in range(1, 5001)
    ]
    found = scan(write(tmp_path / "requests.jsonl", every))
    assert found.longest == (501, 3333)
    assert found.settings["max_tokens"].count == 5000


# --- requests-parameters, requests-schema-bedrock -------------------------------------------------

NAMES = dict.fromkeys(PROVIDERS, "requests-parameters") | {"bedrock": "requests-schema-bedrock"}


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_misspelt_parameter_fails_and_one_that_is_like_none_is_unknown(
    tmp_path, provider, tables
):
    typo = judged(
        NAMES[provider], scanned(tmp_path, {"temprature": 5}, provider=provider), provider
    )
    assert isinstance(typo, Failed)
    assert typo.lines == (COUNT,)
    assert typo.remedy == "write temperature in its place"
    found = scanned(tmp_path, {"x_workers": 5}, provider=provider)
    strange = judged(NAMES[provider], found, provider)
    assert isinstance(strange, Unknown)
    assert f"[{provider}]" in strange.needs
    tables(f'{provider}.parameters = ["x_workers"]')
    assert isinstance(judged(NAMES[provider], found, provider), Passed)


@pytest.mark.parametrize(
    ("provider", "own"), [("bedrock", "top_k"), ("bedrock", "thinking"), ("vertex", "top_k")]
)
def test_a_familys_own_field_passes_where_a_gateway_converts(tmp_path, provider, own):
    found = scanned(tmp_path, {own: 5}, provider=provider)
    assert isinstance(judged(NAMES[provider], found, provider), Passed)
    assert not isinstance(judged("requests-parameters", found, "openai"), Passed)


@pytest.mark.parametrize("provider", ["openai", "azure"])
@pytest.mark.parametrize(
    ("model", "body", "kind"),
    [
        ("o3-mini", {"max_tokens": 5}, Failed),
        ("o3-mini", {"temperature": 0.1}, Failed),
        ("o3-mini", {"temperature": 1}, Passed),
        ("o3-mini", {"max_completion_tokens": 5}, Passed),
        ("gpt-5-2025-08-07", {"logprobs": True}, Failed),
        ("gpt-5.1", {"temperature": 0.1}, Passed),
        ("gpt-5.1", {"max_tokens": 5}, Failed),
        ("gpt-4o-mini", {"max_tokens": 5, "temperature": 0.1, "logprobs": True}, Passed),
    ],
)
def test_reasoning_models_refuse_what_others_take(tmp_path, provider, model, body, kind):
    found = alone(tmp_path, chat(model, **body))
    answer = judged("requests-parameters", found, provider, model=model)
    assert isinstance(answer, kind)
    if "max_tokens" in body and kind is Failed:
        assert "max_completion_tokens" in answer.remedy


def test_what_is_no_chat_is_said_not_to_be_in_the_table(tmp_path):
    found = alone(tmp_path, {"model": "gpt-4o", "input": "Hello", "anything": 1}, "/v1/responses")
    passed = judged("requests-parameters", found)
    assert isinstance(passed, Passed)
    assert "anything" in passed.detail
    assert passed.caveat


# --- requests-max-tokens --------------------------------------------------------------------------


def test_a_bound_above_the_models_own_fails_and_names_the_line(tmp_path, tables):
    fits = scanned(tmp_path, {"max_tokens": 16384})
    assert isinstance(judged("requests-max-tokens", fits), Passed)
    found = scanned(tmp_path, {"max_tokens": 16385}, {"max_tokens": 5})
    failed = judged("requests-max-tokens", found)
    assert isinstance(failed, Failed)
    assert failed.lines == (COUNT - 1,)
    assert "16,384" in failed.problem
    tables('openai.most_output = { "gpt-4o-mini" = 16_385 }')
    passed = judged("requests-max-tokens", found)
    assert isinstance(passed, Passed)
    assert "your tables" in passed.detail


def test_a_model_without_a_known_bound_is_doubted_and_never_failed(tmp_path):
    doubted = judged(
        "requests-max-tokens", scanned(tmp_path, {"max_tokens": 10**9}), model="gpt-99"
    )
    assert isinstance(doubted, Passed)
    assert "in no table" in doubted.caveat


@pytest.mark.parametrize("bound", [0, -1, 1.5, "100", True, [], {}, "long" * 50])
def test_a_bound_that_is_none_fails(tmp_path, bound):
    failed = judged("requests-max-tokens", scanned(tmp_path, {"max_tokens": bound}))
    assert isinstance(failed, Failed)
    assert failed.lines == (COUNT,)


def test_anthropics_models_need_a_bound_and_the_gateway_that_makes_one_up_is_named(tmp_path):
    found = alone(tmp_path, chat(PROMISED["bedrock"].model))
    assert "the gateway fills it in" in judged("requests-max-tokens", found, "bedrock").caveat
    assert not judged("requests-max-tokens", found, "openai").caveat


# --- requests-features-gateway --------------------------------------------------------------------

IMAGE = [
    {"type": "text", "text": "What is this?"},
    {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
]


def test_images_fail_where_the_gateway_counts_tokens_and_are_doubted_where_nobody_knows(
    tmp_path, tables
):
    assert not judged("requests-features-gateway", scanned(tmp_path)).caveat
    found = scanned(tmp_path, {"messages": [{"role": "user", "content": IMAGE}]}, count=20)
    assert found.media["image_url"].lines == (20,)
    doubted = judged("requests-features-gateway", found)
    assert isinstance(doubted, Passed)
    assert "limit of tokens" in doubted.caveat
    tables("gateway.counts_tokens = false")
    assert not judged("requests-features-gateway", found).caveat
    tables("gateway.counts_tokens = true")
    failed = judged("requests-features-gateway", found)
    assert isinstance(failed, Failed)
    assert failed.lines == (20,)


@pytest.mark.parametrize(
    "content",
    [None, "text", 5, [5], [{"type": ["x"]}], [{"type": "text"}], [{}], {"type": "image"}],
)
def test_odd_content_is_no_image(tmp_path, content):
    found = scanned(tmp_path, {"messages": [{"role": "user", "content": content}]}, count=20)
    assert not found.media
