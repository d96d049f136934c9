"""The edges of the checks of a request file: every fault of a line, its check and its words."""

import dataclasses

import pytest
from request_files import request
from requests_world import asked, healthy, judged, of_a_file

from preflight.contract import PROVIDERS
from preflight.outcomes import Failed, Passed
from preflight.requests.fault import CODES, Fault

__all__ = ["healthy"]


OF_EVERY_PROVIDER = {
    "requests-encoding": ("bom", "invalid_utf8"),
    "requests-json": (
        "blank_line",
        "invalid_json",
        "not_an_object",
        "too_deep",
        "line_too_long",
        "repeated_key",
    ),
    "requests-custom-id": ("custom_id_missing", "custom_id_type", "custom_id_empty"),
    "requests-unique": ("duplicate_custom_id",),
    "requests-method": ("method_type",),
    "requests-url": ("url_type",),
    "requests-model": ("model_type",),
    "requests-body": (
        "body_missing",
        "body_type",
        "prompt_missing",
        "prompt_type",
        "prompt_empty",
    ),
    "requests-stream": ("stream", "stream_type"),
    "requests-max-tokens": ("length",),
}
OF_VERTEX = {
    "requests-import-vertex": ("import_depth", "import_empty", "import_name", "import_type"),
}
ONE_OBJECT = "write each request as one JSON object on one line"
OBSERVED = ("id_number", "id_first", "id_characters")
"""Why a provider may not carry an id; a run renames the requests then."""


def failing(answers):
    return {check_id for check_id, answer in answers.items() if isinstance(answer, Failed)}


def with_fault(found, code):
    fault = Fault(code, 7, 0, "is odd")
    return dataclasses.replace(found, faults=(fault,), totals={code: 1})


# --- every fault has its check --------------------------------------------------------------------


def expected(code, provider):
    tables = OF_EVERY_PROVIDER | (OF_VERTEX if provider == "vertex" else {})
    return {check_id for check_id, codes in tables.items() if code in codes}


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("code", CODES)
def test_every_fault_of_a_line_fails_exactly_the_check_that_is_about_it(healthy, code, provider):
    answers = asked(provider, with_fault(healthy[provider], code))
    assert failing(answers) == expected(code, provider)
    for check_id in failing(answers):
        assert answers[check_id].problem == "line 7: is odd"
        assert answers[check_id].lines == (7,)


@pytest.mark.parametrize(
    ("codes", "remedy"),
    [
        (["repeated_key"], "write each key of a request once"),
        (["invalid_json"], f"{ONE_OBJECT}, and no other lines"),
        (
            ["invalid_json", "repeated_key"],
            f"{ONE_OBJECT}, and no other lines; write each key of a request once",
        ),
    ],
)
def test_what_is_no_object_and_what_has_a_key_twice_is_repaired_each_in_its_way(
    healthy, codes, remedy
):
    faults = tuple(Fault(code, 7, 0, "is odd") for code in codes)
    found = dataclasses.replace(healthy["openai"], faults=faults, totals=dict.fromkeys(codes, 1))
    assert judged("requests-json", "openai", found).remedy == remedy


@pytest.mark.parametrize("code", CODES)
def test_no_fault_that_a_line_can_have_goes_unread(code):
    claimed = any(expected(code, provider) for provider in PROVIDERS)
    assert claimed != (code in OBSERVED)


@pytest.mark.parametrize("code", OBSERVED)
@pytest.mark.parametrize("minds", ["vertex", "bedrock"])
def test_an_observation_is_told_at_the_provider_that_minds_and_nowhere_else(healthy, code, minds):
    for provider in PROVIDERS:
        plain = asked(provider, healthy[provider])
        odd = with_fault(healthy[provider], code)
        odd = asked(provider, dataclasses.replace(odd, uncarried={minds: 7}))
        # The other provider that minds ids has its own lines.
        others = {f"requests-ids-{name}" for name in ("vertex", "bedrock") if name != minds}
        changed = {check_id for check_id in plain if plain[check_id] != odd[check_id]} - others
        assert changed == ({f"requests-ids-{minds}"} if provider == minds else set())
        if provider == minds:
            assert odd[f"requests-ids-{minds}"].detail.startswith("line 7: is odd; a run sends")


@pytest.mark.parametrize("provider", ["vertex", "bedrock"])
@pytest.mark.parametrize(
    ("check_id", "odd"),
    [
        ("requests-method", {"method": 1}),
        ("requests-url", {"url": 7}),
        ("requests-model", {"body": request(1)["body"] | {"model": 3}}),
    ],
)
def test_what_may_be_left_out_may_not_be_of_another_type(tmp_path, provider, check_id, odd):
    found = of_a_file(tmp_path, request(1, provider) | odd)
    answer = judged(check_id, provider, found)
    assert isinstance(answer, Failed)
    assert "not a string" in answer.problem


@pytest.mark.parametrize("provider", ["vertex", "bedrock"])
@pytest.mark.parametrize("url", ["/chat/completions", "/v1/chat/completions"])
def test_where_the_gateway_converts_either_spelling_of_the_url_passes(tmp_path, provider, url):
    found = of_a_file(tmp_path, *(request(n, provider) | {"url": url} for n in range(3)))
    assert isinstance(judged("requests-url", provider, found), Passed)


@pytest.mark.parametrize("provider", ["vertex", "bedrock"])
def test_where_the_gateway_converts_both_spellings_may_stand_in_one_file(tmp_path, provider):
    urls = ("/chat/completions", "/v1/chat/completions")
    found = of_a_file(tmp_path, *(request(n, provider) | {"url": urls[n]} for n in range(2)))
    answer = judged("requests-url", provider, found)
    assert isinstance(answer, Passed)
    assert answer.detail == "/chat/completions or /v1/chat/completions"
    assert not answer.caveat


def test_azures_spellings_in_one_file_are_named_with_their_lines(tmp_path):
    urls = ("/chat/completions", "/v1/chat/completions")
    found = of_a_file(tmp_path, *(request(n, "azure") | {"url": urls[n == 2]} for n in range(4)))
    answer = judged("requests-url", "azure", found)
    assert isinstance(answer, Failed)
    assert "/v1/chat/completions on line 3" in answer.problem
    assert answer.lines == (3,)
    assert answer.remedy == "set url to /chat/completions on every line"


def test_of_three_spellings_the_last_is_the_one_to_change(tmp_path):
    urls = ("/chat/completions", "/v1/chat/completions", "/v1/responses")
    every = [request(n, "azure") | {"url": urls[n]} for n in range(3)]
    every[2]["body"]["input"] = "Hello"
    assert judged("requests-url", "azure", of_a_file(tmp_path, *every)).lines == (3,)


def test_a_url_that_is_left_out_on_some_lines_names_those(tmp_path):
    bare = request(3)
    del bare["url"]
    answer = judged("requests-url", "openai", of_a_file(tmp_path, request(1), request(2), bare))
    assert isinstance(answer, Failed)
    assert answer.problem == "url is left out on line 3"
    assert answer.lines == (3,)


def test_features_are_named_together(tmp_path):
    schema = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
    both = request(1, "vertex", tools=[schema], response_format={"type": "json_object"})
    passed = judged("requests-import-vertex", "vertex", of_a_file(tmp_path, both))
    assert passed.detail.startswith("tools and response_format without an empty object")


def test_a_file_without_features_says_that_there_are_none(healthy):
    for provider, check_id in (
        ("vertex", "requests-import-vertex"),
        ("bedrock", "requests-features-bedrock"),
    ):
        answer = judged(check_id, provider, healthy[provider])
        assert answer == Passed("no tools, no response_format")


def test_what_every_line_leaves_out_is_said_to_be_left_out(tmp_path):
    bare = request(1, "vertex")
    del bare["method"], bare["url"]
    found = of_a_file(tmp_path, bare)
    for check_id in ("requests-method", "requests-url"):
        assert judged(check_id, "vertex", found) == Passed("left out")
