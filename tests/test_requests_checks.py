"""The checks of a request file: a healthy one passes all, and one broken line fails its own."""

import dataclasses

import pytest
from request_files import MODELS, PROMISED, good_lines, line, request, write
from request_lines import AT, COUNT, asked, body, changed, failing

from preflight.checks.requests import CHECKS, checks_for
from preflight.contract import PROVIDERS
from preflight.limits import LIMITS, MB
from preflight.outcomes import Failed, Passed, Unknown
from preflight.requests.scan import scan


def with_schema(provider, schema):
    function = {"name": "f", "parameters": schema}
    return body(provider, tools=[{"type": "function", "function": function}])


ONE_LINE = {
    "requests-encoding": lambda p: b"\xef\xbb\xbf" + line(request(AT, p)),
    "requests-json": lambda p: line(request(AT, p))[:-9],
    "requests-custom-id": lambda p: changed(p, custom_id=""),
    "requests-unique": lambda p: changed(p, custom_id="ask-7"),
    "requests-method": lambda p: changed(p, method="GET"),
    "requests-url": lambda p: changed(p, url="/v1/chat"),
    "requests-model": lambda p: body(p, model="another-model"),
    "requests-body": lambda p: body(p, messages=[]),
    "requests-stream": lambda p: body(p, stream=True),
}
BODILESS = {key: value for key, value in request(AT).items() if key != "body"}
OF_ONE_PROVIDER = [
    ("openai", "requests-method", line({**request(AT), "method": None})),
    ("openai", "requests-method", changed("openai", method=1)),
    ("openai", "requests-url", changed("openai", url="/chat/completions")),
    ("openai", "requests-url", changed("openai", url=None)),
    ("openai", "requests-url", changed("openai", url=7)),
    ("openai", "requests-model", body("openai", model=None)),
    ("openai", "requests-model", body("openai", model=3)),
    ("openai", "requests-body", line(BODILESS)),
    ("openai", "requests-body", line(BODILESS | {"body": "hello"})),
    ("openai", "requests-json", b""),
    ("openai", "requests-json", b"[]"),
    ("openai", "requests-encoding", line(request(AT)).replace(b"brief", b"br\xffef")),
    ("azure", "requests-url", changed("azure", url="/v1/chat/completions")),
    ("azure", "requests-model", body("azure", model="gpt-4o-mini")),
    ("vertex", "requests-import-vertex", with_schema("vertex", {"properties": {}})),
    ("vertex", "requests-import-vertex", with_schema("vertex", {"$ref": "#/$defs/a"})),
    ("vertex", "requests-url", changed("vertex", url="/v1/chat")),
    ("bedrock", "requests-model", body("bedrock", model="amazon.nova-pro-v1:0")),
]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_healthy_file_passes_every_check_without_a_doubt(tmp_path, provider):
    answers = asked(tmp_path, provider, good_lines(COUNT, provider))
    for check_id, answer in answers.items():
        assert isinstance(answer, Passed), (check_id, answer)
        assert answer.detail
        # OpenAI's queue limit is told by no API, however healthy the file.
        # Bedrock's default quotas were read long ago.
        old = provider == "bedrock" and "compare it with" in answer.caveat
        known = check_id == "requests-tokens-openai" or old
        assert bool(answer.caveat) == known, (check_id, answer)


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(("check_id", "broken"), ONE_LINE.items(), ids=ONE_LINE.keys())
def test_one_broken_line_fails_exactly_its_check(tmp_path, provider, check_id, broken):
    all_lines = good_lines(COUNT, provider)
    all_lines[AT - 1] = broken(provider)
    answers = asked(tmp_path, provider, all_lines)
    assert failing(answers) == {check_id}
    assert f"line {AT}" in answers[check_id].problem
    assert answers[check_id].remedy


@pytest.mark.parametrize(("provider", "check_id", "broken"), OF_ONE_PROVIDER)
def test_a_line_one_provider_minds_fails_exactly_its_check(tmp_path, provider, check_id, broken):
    all_lines = good_lines(COUNT, provider)
    all_lines[AT - 1] = broken
    answers = asked(tmp_path, provider, all_lines)
    assert failing(answers) == {check_id}
    assert f"line {AT}" in answers[check_id].problem


def test_ids_and_titles_are_told_apart():
    every = {check.id: check for provider in PROVIDERS for check in checks_for(provider)}
    assert len({check.title for check in every.values()}) == len(every)
    assert all(check_id.startswith("requests-") for check_id in every)
    assert all(check.explanation for check in every.values())
    assert all(checks_for(provider)[: len(CHECKS)] == CHECKS for provider in PROVIDERS)


def test_the_name_must_end_in_jsonl(tmp_path):
    answers = asked(tmp_path, "openai", good_lines(COUNT), name="requests.json")
    assert failing(answers) == {"requests-name"}
    assert answers["requests-name"].remedy == 'rename it to "requests.jsonl"'


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ("openai-main/gpt-4o-mini", "the gateway's catalog id"),
        ("team/cheapest", "a virtual model"),
        ("gpt-4o", 'body.model is "gpt-4o" on 120 lines (1, 2, 3, 4, 5, ...)'),
    ],
)
def test_a_wrong_model_is_called_what_it_is(tmp_path, model, words):
    all_lines = [line(request(n, model=model)) for n in range(COUNT)]
    answers = asked(tmp_path, "openai", all_lines)
    assert failing(answers) == {"requests-model"}
    assert words in answers["requests-model"].problem
    assert answers["requests-model"].remedy == "set body.model to gpt-4o-mini on every line"


def test_azures_model_in_place_of_the_deployment_is_called_so(tmp_path):
    all_lines = [line(request(n, "azure", model="gpt-4o-mini")) for n in range(COUNT)]
    answer = asked(tmp_path, "azure", all_lines)["requests-model"]
    assert (
        "the model; Azure OpenAI wants the deployment's name, batch-gpt-4o-mini" in answer.problem
    )


def test_a_dated_snapshot_of_the_promised_model_passes_with_a_caveat(tmp_path):
    all_lines = [line(request(n, model="gpt-4o-mini-2024-07-18")) for n in range(COUNT)]
    answer = asked(tmp_path, "openai", all_lines)["requests-model"]
    assert isinstance(answer, Passed)
    assert "snapshot" in answer.caveat
    other = [line(request(n, model="gpt-4o-2024-07-18")) for n in range(COUNT)]
    assert failing(asked(tmp_path, "openai", other)) == {"requests-model"}


@pytest.mark.parametrize("url", ["/chat/completions", "/v1/chat/completions"])
def test_azure_takes_any_of_its_urls_if_all_are_the_same(tmp_path, url):
    all_lines = [line(request(n, "azure") | {"url": url}) for n in range(COUNT)]
    assert not failing(asked(tmp_path, "azure", all_lines))


def test_azure_takes_responses_with_an_input(tmp_path):
    plain = {"url": "/v1/responses", "body": {"model": "batch-gpt-4o-mini", "input": "hello"}}
    all_lines = [line(request(n, "azure") | plain) for n in range(COUNT)]
    assert not failing(asked(tmp_path, "azure", all_lines))


def test_vertex_may_leave_out_method_url_and_model(tmp_path):
    bare = [request(n, "vertex", model=None) for n in range(1, COUNT)]
    all_lines = [line({"custom_id": one["custom_id"], "body": one["body"]}) for one in bare]
    answers = asked(tmp_path, "vertex", all_lines)
    assert not failing(answers)
    assert not answers["requests-url"].caveat
    undocumented = asked(tmp_path, "bedrock", all_lines)
    assert not failing(undocumented)
    assert "documented for Vertex AI only" in undocumented["requests-url"].caveat
    assert failing(asked(tmp_path, "openai", all_lines)) == {
        "requests-method",
        "requests-url",
        "requests-model",
    }


@pytest.mark.parametrize("requests", [99, 50_001])
def test_bedrocks_default_numbers_are_named_but_the_quota_decides(tmp_path, requests):
    healthy = scan(write(tmp_path / "requests.jsonl", good_lines(3, "bedrock")))
    [count] = [check for check in checks_for("bedrock") if check.id == "requests-count"]
    answer = count(PROMISED["bedrock"], dataclasses.replace(healthy, requests=requests))
    assert isinstance(answer, Unknown)
    assert "default is 100 to 50,000" in answer.reason


def test_a_file_of_blank_lines_holds_no_request(tmp_path):
    answers = asked(tmp_path, "bedrock", [b"", b""])
    assert failing(answers) == {"requests-json", "requests-count"}


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_file_too_large_fails_and_one_the_gateway_may_refuse_is_doubted(tmp_path, provider):
    healthy = scan(write(tmp_path / "requests.jsonl", good_lines(COUNT, provider)))
    [size] = [check for check in checks_for(provider) if check.id == "requests-size"]
    most = LIMITS[provider].max_bytes
    doubted = size(PROMISED[provider], dataclasses.replace(healthy, bytes=51 * MB))
    assert isinstance(doubted, Passed)
    assert "50 MB" in doubted.caveat
    answer = size(PROMISED[provider], dataclasses.replace(healthy, bytes=most + 1))
    assert isinstance(answer, Failed)
    assert answer.remedy.startswith(f"split -C {most} ")


def test_bedrock_doubts_tools_and_response_formats_but_fails_none(tmp_path):
    all_lines = good_lines(COUNT, "bedrock")
    all_lines[AT - 1] = line(request(AT, "bedrock", response_format={"type": "json_object"}))
    answers = asked(tmp_path, "bedrock", all_lines)
    assert not failing(answers)
    assert answers["requests-features-bedrock"].detail == f"response_format on line {AT}"
    assert answers["requests-features-bedrock"].caveat


def test_a_missing_last_newline_is_a_caveat(tmp_path):
    path = write(tmp_path / "requests.jsonl", good_lines(COUNT))
    path.write_bytes(path.read_bytes().rstrip())
    [check] = [check for check in CHECKS if check.id == "requests-json"]
    assert check(PROMISED["openai"], scan(path)).caveat == "the last line has no newline at its end"


def test_the_test_files_name_the_models_that_are_promised():
    for provider, promised in PROMISED.items():
        assert MODELS[provider] == getattr(promised, "deployment", promised.model)
