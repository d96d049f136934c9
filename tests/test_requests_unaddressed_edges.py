"""The edges of a request file that is meant for no provider yet: what would be wrong at each."""

import dataclasses

import pytest
from request_files import request
from requests_world import of_a_file

from preflight.checks import requests_unaddressed
from preflight.outcomes import Failed, Passed

IDS = [
    "requests-name",
    "requests-encoding",
    "requests-json",
    "requests-custom-id",
    "requests-unique",
    "requests-method",
    "requests-url",
    "requests-model",
    "requests-body",
    "requests-stream",
    "requests-max-tokens",
    "requests-features-gateway",
    "requests-count",
]
TITLES = {
    "requests-method": "Every request is a POST",
    "requests-url": "Every request has one and the same url",
    "requests-model": "Every request names its model alike",
    "requests-max-tokens": "Every bound of an answer is a number",
    "requests-count": "The file holds requests",
}
NOT_NAMED = {
    "requests-method": ("method", '"POST"'),
    "requests-url": ("url", '"/v1/chat/completions"'),
    "requests-model": ("body.model", '"gpt-4o-mini"'),
}


def asked(check_id, found):
    [check] = [one for one in requests_unaddressed.CHECKS if one.id == check_id]
    return check(None, found)


def without(field, number=1):
    row = request(number)
    del (row["body"] if field == "body.model" else row)[field.removeprefix("body.")]
    return row


def test_what_holds_at_every_provider_is_asked_and_no_more():
    assert [check.id for check in requests_unaddressed.CHECKS] == IDS
    titles = {check.id: check.title for check in requests_unaddressed.CHECKS}
    assert {check_id: titles[check_id] for check_id in TITLES} == TITLES


@pytest.mark.parametrize("check_id", IDS)
def test_a_good_file_passes(tmp_path, check_id):
    assert isinstance(asked(check_id, of_a_file(tmp_path, request(1), request(2))), Passed)


@pytest.mark.parametrize(("check_id", "named"), NOT_NAMED.items())
def test_what_is_left_out_is_said_with_its_lines(tmp_path, check_id, named):
    field, value = named
    assert asked(check_id, of_a_file(tmp_path, without(field))) == Passed("left out")
    assert asked(check_id, of_a_file(tmp_path, request(1))) == Passed(value)
    some = asked(check_id, of_a_file(tmp_path, request(1), without(field, 2)))
    assert some == Passed(value, f"{field} is left out on line 2")


@pytest.mark.parametrize(
    ("check_id", "odd", "problem", "remedy"),
    [
        ("requests-method", {"method": 1}, "line 2: method is a number", "set method to POST"),
        ("requests-method", {"method": "GET"}, 'method is "GET" on line 2', "set method to POST"),
        ("requests-url", {"url": 1}, "line 2: url is a number", "write the batch's url on every"),
        ("requests-model", {"body": {"model": 1}}, "line 2: model is a number", "set body.model"),
        (
            "requests-max-tokens",
            {"body": {"max_tokens": 0}},
            "line 2: max_tokens",
            "write a whole number above 0, or leave it out",
        ),
    ],
)
def test_what_no_provider_takes_fails_with_its_line(tmp_path, check_id, odd, problem, remedy):
    row = request(2)
    body = row["body"] | odd.get("body", {})
    failed = asked(check_id, of_a_file(tmp_path, request(1), row | odd | {"body": body}))
    assert isinstance(failed, Failed)
    assert failed.problem.startswith(problem)
    assert failed.remedy.startswith(remedy)
    assert failed.lines == (2,)


def test_of_several_urls_the_one_on_the_fewest_lines_is_the_odd_one(tmp_path):
    urls = ["/v1/a", "/v1/b", "/v1/b", "/v1/c", "/v1/c"]
    found = of_a_file(tmp_path, *(request(n) | {"url": url} for n, url in enumerate(urls)))
    failed = asked("requests-url", found)
    assert failed.problem == (
        'the file mixes 3 urls: "/v1/a" on line 1; "/v1/b" on 2 lines (2, 3); '
        '"/v1/c" on 2 lines (4, 5)'
    )
    assert (failed.remedy, failed.lines) == ("write one url on every line: a file for each", (1,))


def test_two_urls_are_one_too_many_and_two_models_are_divided(tmp_path):
    rows = (request(1), request(2, model="another") | {"url": "/v1/responses", "input": "x"})
    found = of_a_file(tmp_path, *rows)
    assert asked("requests-url", found).problem.startswith("the file mixes 2 urls: ")
    assert asked("requests-model", found).detail.startswith("2 models: ")


def test_the_first_five_of_many_urls_or_models_are_named(tmp_path):
    urls = of_a_file(tmp_path, *(request(n) | {"url": f"/v1/{n}"} for n in range(6)))
    assert '"/v1/4" on line 5' in asked("requests-url", urls).problem
    assert '"/v1/5"' not in asked("requests-url", urls).problem
    models = of_a_file(tmp_path, *(request(n, model=f"m{n}") for n in range(6)))
    several = asked("requests-model", models)
    assert several.detail.startswith('6 models: "m0" on line 1; "m1" on line 2; ')
    assert several.detail.endswith('; "m4" on line 5')
    assert several.caveat == "one batch runs one: a run divides it"


@pytest.mark.parametrize(
    ("bound", "said"),
    [(None, "none names a bound"), (1, "at most 1 tokens"), (5000, "at most 5,000 tokens")],
)
def test_the_longest_bound_is_said(tmp_path, bound, said):
    found = of_a_file(tmp_path, request(1, max_tokens=bound))
    assert asked("requests-max-tokens", found).detail.startswith(said)


def test_a_file_without_a_request_is_no_batch(tmp_path):
    found = dataclasses.replace(of_a_file(tmp_path, request(1)), tokens=1234)
    answer = asked("requests-count", found)
    assert answer == Passed("1 request, about 1,234 prompt tokens")
    none = asked("requests-count", dataclasses.replace(found, requests=0))
    assert none == Failed("the file holds no request", "write one request per line into it")
