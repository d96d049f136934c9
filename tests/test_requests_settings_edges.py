"""The edges of what is judged of the bodies: bounds, parameters, each provider's own checks."""

import dataclasses
from datetime import date

import pytest
from request_files import MODELS, PROMISED, good_lines, line, request, write

from preflight.catalog import source
from preflight.checks.requests import CHECKS, checks_for
from preflight.contract import PROVIDERS
from preflight.outcomes import Failed, Passed, Unknown
from preflight.requests.scan import scan

OWN = {
    "openai": {"requests-tokens-openai", "requests-parameters"},
    "azure": {"requests-parameters"},
    "vertex": {"requests-ids-vertex", "requests-import-vertex", "requests-parameters"},
    "bedrock": {"requests-ids-bedrock", "requests-features-bedrock", "requests-schema-bedrock"},
}
PARAMETERS = dict.fromkeys(PROVIDERS, "requests-parameters") | {
    "bedrock": "requests-schema-bedrock"
}


def of(tmp_path, provider, *bodies):
    """A file of one request for each of these bodies; a field that is None is left out."""
    every = [line(request(number, provider, **body)) for number, body in enumerate(bodies)]
    return scan(write(tmp_path / "requests.jsonl", every))


def judged(check_id, provider, found, **promised):
    [check] = [check for check in checks_for(provider) if check.id == check_id]
    return check(dataclasses.replace(PROMISED[provider], **promised), found)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_provider_is_asked_what_is_its_own_beside_what_is_everyones(provider):
    everyones = {check.id for check in CHECKS}
    assert {check.id for check in checks_for(provider)} == everyones | OWN[provider]
    assert len(CHECKS) == 14


def test_openais_prompts_are_estimated_and_the_number_is_said(tmp_path):
    found = dataclasses.replace(of(tmp_path, "openai", {}), tokens=12_345)
    said = judged("requests-tokens-openai", "openai", found)
    assert said.detail == "about 12,345 prompt tokens"


def test_a_file_of_chats_and_responses_is_judged_by_no_table_of_chats(tmp_path):
    every = [request(1), request(2) | {"url": "/v1/responses"}]
    every[1]["body"]["x_odd"] = 5
    for order in (every, every[::-1]):
        found = scan(write(tmp_path / "requests.jsonl", [line(one) for one in order]))
        passed = judged("requests-parameters", "openai", found)
        assert isinstance(passed, Passed)
        assert passed.caveat == "only those of chats are in a table"


def test_a_misspelt_parameter_is_named_with_its_lines_and_what_was_meant(tmp_path):
    found = of(tmp_path, "openai", {}, {"temprature": 1}, {"temprature": 1})
    failed = judged("requests-parameters", "openai", found)
    assert failed.problem.startswith('"temprature" on 2 lines (2, 3) is no parameter of a chat (')
    assert (failed.remedy, failed.lines) == ("write temperature in its place", (2, 3))


def test_a_file_that_leaves_the_url_out_is_one_of_chats(tmp_path):
    odd = request(1, "vertex", x_workers=5)
    del odd["url"]
    found = scan(write(tmp_path / "requests.jsonl", [line(odd)]))
    assert isinstance(judged("requests-parameters", "vertex", found), Unknown)


def test_what_openais_reasoning_models_refuse_is_no_matter_at_vertex(tmp_path):
    found = of(tmp_path, "vertex", {"temperature": 0.1})
    assert isinstance(judged("requests-parameters", "vertex", found, model="o3-mini"), Passed)


def test_every_parameter_that_the_model_refuses_is_named_with_its_lines(tmp_path):
    found = of(tmp_path, "openai", {"temperature": 0.1}, {})
    failed = judged("requests-parameters", "openai", found, model="o3-mini")
    assert failed.problem.startswith(
        'o3-mini refuses "max_tokens" on 2 lines (1, 2) and "temperature" on line 1 ('
    )


def test_the_remedy_of_another_refused_parameter_is_to_remove_it(tmp_path):
    found = of(tmp_path, "openai", {"temperature": 0.1, "max_tokens": None})
    failed = judged("requests-parameters", "openai", found, model="o3-mini")
    assert failed.remedy == "remove temperature from the body of every request"


@pytest.mark.parametrize("provider", PROVIDERS)
def test_how_many_parameters_are_in_use_is_said(tmp_path, provider):
    used = judged(PARAMETERS[provider], provider, of(tmp_path, provider, {}))
    assert used.detail.startswith("1 parameter in use, all known (")
    two = judged(PARAMETERS[provider], provider, of(tmp_path, provider, {"seed": 5}))
    assert two.detail.startswith("2 parameters in use, all known (")
    none = of(tmp_path, provider, {"max_tokens": None})
    assert judged(PARAMETERS[provider], provider, none).detail.startswith("no parameters in use (")


def test_parameters_outside_of_chats_are_named_or_said_to_be_none(tmp_path):
    bare = {"custom_id": "r1", "method": "POST", "url": "/v1/responses"}
    bare["body"] = {"model": MODELS["openai"], "input": "Hello"}
    found = scan(write(tmp_path / "requests.jsonl", [line(bare)]))
    assert judged("requests-parameters", "openai", found).detail == "parameters in use: none"


@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_answer_by_an_old_table_says_how_old_it_is(tmp_path, monkeypatch, provider):
    found = of(tmp_path, provider, {})
    for check_id in (PARAMETERS[provider], "requests-max-tokens"):
        assert not judged(check_id, provider, found).caveat
    monkeypatch.setattr(source, "today", lambda: date(2028, 1, 1))
    for check_id in (PARAMETERS[provider], "requests-max-tokens"):
        passed = judged(check_id, provider, found)
        assert isinstance(passed, Passed)
        assert "days old" in passed.caveat


# --- requests-max-tokens --------------------------------------------------------------------------


def test_a_file_that_names_no_bound_says_so_and_looks_into_no_table(tmp_path):
    found = of(tmp_path, "openai", {"max_tokens": None})
    assert judged("requests-max-tokens", "openai", found) == Passed("no request names a bound")


@pytest.mark.parametrize("bound", ["max_tokens", "max_completion_tokens"])
def test_either_name_of_the_bound_is_one_to_anthropics_models(tmp_path, bound):
    found = of(tmp_path, "bedrock", {"max_tokens": None, bound: 5})
    assert not judged("requests-max-tokens", "bedrock", found).caveat


def test_one_request_without_a_bound_among_others_is_noticed_for_anthropics_models(tmp_path):
    found = of(tmp_path, "bedrock", {}, {"max_tokens": None})
    assert "the gateway fills it in" in judged("requests-max-tokens", "bedrock", found).caveat


@pytest.mark.parametrize(
    ("provider", "model"), [("bedrock", "amazon.nova-pro-v1:0"), ("vertex", "gemini-2.5-flash")]
)
def test_other_models_need_no_bound(tmp_path, provider, model):
    found = of(tmp_path, provider, {"max_tokens": None})
    assert not judged("requests-max-tokens", provider, found, model=model).caveat


def test_an_inference_profile_has_the_bound_of_its_model(tmp_path):
    model = f"us.{MODELS['bedrock']}"
    at = of(tmp_path, "bedrock", {"max_tokens": 8192})
    assert isinstance(judged("requests-max-tokens", "bedrock", at, model=model), Passed)
    above = of(tmp_path, "bedrock", {"max_tokens": 8193})
    failed = judged("requests-max-tokens", "bedrock", above, model=model)
    assert isinstance(failed, Failed)
    assert failed.remedy == "ask for at most 8192 tokens on every line"


def test_the_bound_of_a_version_is_its_own_row_else_its_models(tmp_path):
    found = of(tmp_path, "openai", {"max_tokens": 4097})
    old = judged("requests-max-tokens", "openai", found, model="gpt-4o-2024-05-13")
    assert isinstance(old, Failed)
    newer = judged("requests-max-tokens", "openai", found, model="gpt-4o-2024-08-06")
    assert newer.detail.startswith("at most 4,097 of 16,384 tokens")


def test_a_good_file_of_many_lines_has_no_bound_in_doubt(tmp_path):
    found = scan(write(tmp_path / "requests.jsonl", good_lines(200, "bedrock")))
    assert not judged("requests-max-tokens", "bedrock", found).caveat
