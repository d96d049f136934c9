"""The edges of a request file's model: whose name it is, mixed, left out, of another version."""

import pytest
from request_files import PROMISED, request
from requests_world import COUNT, healthy, judged, of_a_file

from preflight.checks.requests import checks_for
from preflight.checks.requests_target import of_several
from preflight.contract import PROVIDERS, Gateway, OpenAI, Promises
from preflight.outcomes import Failed, Passed
from preflight.requests.of_models import of_models
from preflight.suites import build

__all__ = ["healthy"]

MODELS = ("gpt-4o-mini", "o4-mini", 4)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_mix_of_models_fails_and_names_the_lines_of_the_strange_one(tmp_path, provider):
    every = [request(n, provider) for n in range(4)]
    every[2]["body"]["model"] = "another"
    answer = judged("requests-model", provider, of_a_file(tmp_path, *every))
    assert isinstance(answer, Failed)
    assert "mixes 2 models" in answer.problem
    assert answer.lines == (3,)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_one_wrong_model_among_lines_without_one_is_never_overlooked(tmp_path, provider):
    every = [request(1, provider, model=None), request(2, provider, model="another")]
    answer = judged("requests-model", provider, of_a_file(tmp_path, *every))
    assert isinstance(answer, Failed)
    assert answer.lines == ((1,) if provider in ("openai", "azure") else (2,))


@pytest.mark.parametrize("provider", ["azure", "vertex", "bedrock"])
def test_a_dated_snapshot_is_another_name_where_only_openai_knows_snapshots(tmp_path, provider):
    named = f"{request(1, provider)['body']['model']}-2024-07-18"
    answer = judged(
        "requests-model", provider, of_a_file(tmp_path, request(1, provider, model=named))
    )
    assert isinstance(answer, Failed)


def test_a_name_that_only_begins_with_the_model_is_no_snapshot_of_it(tmp_path):
    for named in ("gpt-4o-mini-2024-07-18-x", "x-2024-07-18", "gpt-4o-mini-2024-07"):
        found = of_a_file(tmp_path, request(1, model=named))
        assert isinstance(judged("requests-model", "openai", found), Failed)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_how_many_lines_name_the_model_is_said(healthy, provider):
    answer = judged("requests-model", provider, healthy[provider])
    assert answer.detail.endswith(f"on {COUNT} requests")


@pytest.mark.parametrize("provider", ["vertex", "bedrock"])
def test_a_file_that_leaves_the_model_to_the_job_says_so(tmp_path, provider):
    found = of_a_file(tmp_path, request(1, provider, model=None))
    assert judged("requests-model", provider, found) == Passed("left to the job")


def test_the_deployments_model_is_a_hint_at_azure_alone(tmp_path):
    named = PROMISED["azure"].model
    azure = judged("requests-model", "azure", of_a_file(tmp_path, request(1, "azure", model=named)))
    assert "wants the deployment's name" in azure.problem
    other = of_a_file(tmp_path, request(1, "azure", model="another"))
    assert "deployment's name" not in judged("requests-model", "azure", other).problem


@pytest.mark.parametrize("provider", ["openai", "azure"])
def test_a_plain_wrong_name_is_said_without_a_guess_at_what_it_is(tmp_path, provider):
    found = of_a_file(tmp_path, request(1, provider, model="another"))
    answer = judged("requests-model", provider, found)
    assert answer.problem == 'body.model is "another" on line 1'


# --- several models -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("check_id", "said"),
    [
        ("requests-max-tokens", ("16,000", "30,000")),
        ("requests-parameters", ("1 parameter in use", "1 parameter in use")),
        ("requests-tokens-openai", ("about 30 ", "about 45 ")),
        (
            "requests-model",
            (
                "gpt-4o-mini on 2 requests; the file names 2 promised models",
                "o4-mini on 3 requests; the file names 2 promised models",
            ),
        ),
    ],
)
def test_of_a_file_of_two_models_each_is_asked_about_its_own_requests(tmp_path, check_id, said):
    small, reasoner = (OpenAI("openai-main", model) for model in ("gpt-4o-mini", "o4-mini"))
    rows = [request(n, model=small.model, max_tokens=16_000) for n in (1, 2)]
    bounds = {"max_tokens": None, "max_completion_tokens": 30_000}
    rows += [request(n, model=reasoner.model, **bounds) for n in (3, 4, 5)]
    found = of_a_file(tmp_path, *rows)
    parts = of_models(found, [[small.model], [reasoner.model]])
    suites = build(
        Promises(Gateway("http://127.0.0.1:9"), openai=(small, reasoner)),
        {"openai": (small, reasoner)},
        found,
        offline=True,
        parts=dict(zip((small, reasoner), parts, strict=True)),
    )
    for suite, words in zip(suites, said, strict=True):
        [check] = [one for one in suite.checks if one.id == check_id]
        answer = check(suite.promised, found)
        assert isinstance(answer, Passed)
        assert words in answer.detail


def test_in_a_file_of_two_models_a_name_that_is_a_number_fails(tmp_path):
    targets = tuple(OpenAI("openai-main", model) for model in ("gpt-4o-mini", "o4-mini"))
    found = of_a_file(tmp_path, *(request(n, model=m) for n, m in enumerate(("o4-mini", 4))))
    mixed = of_a_file(tmp_path, *(request(n, model=m) for n, m in enumerate(MODELS)))
    for scanned, line in ((found, 2), (mixed, 3)):
        answer = of_several(targets)(targets[0], scanned)
        assert isinstance(answer, Failed)
        assert answer.problem.startswith(f"line {line}: model is a number, not a string")
    assert answer.remedy == "set body.model to gpt-4o-mini or o4-mini on every line"


def test_a_file_that_is_divided_for_one_target_must_name_its_model(healthy, tmp_path):
    [check] = [one for one in checks_for("openai", split=True) if one.id == "requests-model"]
    mixed = of_a_file(tmp_path, *(request(n, model=m) for n, m in enumerate(MODELS[:2])))
    failed = check(PROMISED["openai"], mixed)
    assert "mixes 2 models" in failed.problem
    assert failed.remedy == "set body.model to gpt-4o-mini on every line"
    assert isinstance(check(PROMISED["openai"], healthy["openai"]), Passed)
