"""What a file of several models holds of each."""

from dataclasses import replace

import pytest
from request_files import line, request, write

from preflight.contract import Gateway, OpenAI, Promises
from preflight.outcomes import Passed, Unknown
from preflight.requests.of_models import of_models, shares
from preflight.requests.scan import scan
from preflight.seams import RequestFileError
from preflight.suites import build

MODELS = ("small", "large", "reasoner")


def mixed(tmp_path, count=30, **bodies):
    """Requests for each model in turns; `bodies` are what those of one model have besides."""
    every = [
        request(number, model=model, **bodies.get(model, {}))
        for number in range(count)
        for model in [MODELS[number % len(MODELS)]]
    ]
    return every, scan(write(tmp_path / "requests.jsonl", map(line, every)))


def test_each_part_is_like_the_scan_of_a_file_with_its_requests_alone(tmp_path):
    bodies = {
        "reasoner": {"max_tokens": None, "max_completion_tokens": 900, "tools": [{"a": 1}]},
        "large": {"temperature": 0.5, "max_tokens": 7000},
    }
    every, found = mixed(tmp_path, **bodies)
    for model, part in zip(MODELS, of_models(found, [[m] for m in MODELS]), strict=True):
        own = [line(one) for one in every if one["body"]["model"] == model]
        alone = scan(write(tmp_path / f"{model}.jsonl", own))
        for name in ("requests", "bytes", "tokens", "totals"):
            assert getattr(part, name) == getattr(alone, name), name
        for name in ("models", "features", "settings", "media"):
            counts = [
                {value: seen.count for value, seen in getattr(one, name).items()}
                for one in (part, alone)
            ]
            assert counts[0] == counts[1], name
        assert part.longest[0] == alone.longest[0]
        assert part.longest_line[0] == alone.longest_line[0]


def test_lines_keep_the_numbers_that_they_have_in_the_file(tmp_path):
    _, found = mixed(tmp_path, large={"temperature": 0.5})
    path = found.path
    path.write_bytes(b"\n" + path.read_bytes())
    _, large = of_models(scan(path), [["small"], ["large"]])
    assert large.settings["temperature"].lines == (3, 6, 9, 12, 15)
    assert large.longest == (50, 3)


def test_faults_are_those_of_its_own_lines_and_the_rest_is_the_files(tmp_path):
    _, found = mixed(tmp_path, large={"max_tokens": 0})
    small, large = of_models(found, [["small"], ["large"]])
    assert (small.total("length"), large.total("length")) == (0, 10)
    assert [fault.line for fault in large.of("length")[:2]] == [2, 5]
    for part in (small, large):
        assert (part.path, part.sha256) == (found.path, found.sha256)


def test_a_group_of_names_is_one_part_and_what_is_no_request_is_in_none(tmp_path):
    _, found = mixed(tmp_path)
    with found.path.open("ab") as file:
        file.write(b'{"custom_id": 1}\n[]\n{\n')
    both, other = of_models(scan(found.path), [["small", "large"], ["strange"]])
    assert both.requests == 20
    assert set(both.models) == {"small", "large"}
    assert (other.requests, other.tokens, other.longest, other.longest_line) == (
        0,
        0,
        (0, 0),
        (0, 0),
    )


def test_a_file_that_is_gone_is_said(tmp_path):
    _, found = mixed(tmp_path)
    with pytest.raises(RequestFileError):
        of_models(replace(found, path=tmp_path / "gone.jsonl"), [["small"]])


def test_without_the_file_each_has_its_share_by_requests(tmp_path):
    _, found = mixed(tmp_path, large={"temperature": 0.5})
    both, third = shares(found, [["small", "large"], ["reasoner"]])
    assert (both.requests, third.requests) == (20, 10)
    assert both.tokens + third.tokens == pytest.approx(found.tokens, abs=1)
    assert both.bytes + third.bytes == pytest.approx(found.bytes, abs=1)
    assert third.settings == found.settings
    assert set(third.models) == {"reasoner"}


@pytest.mark.parametrize(("exact", "kind"), [(True, Passed), (False, Unknown)])
def test_what_another_models_lines_may_hold_is_no_failure_of_this_one(tmp_path, exact, kind):
    old, new = OpenAI("openai-main", "gpt-4o-mini"), OpenAI("openai-main", "o4-mini")
    bounds = ({"max_tokens": 50}, {"max_tokens": None, "max_completion_tokens": 50})
    rows = [request(n, model=(old, new)[n % 2].model, **bounds[n % 2]) for n in range(10)]
    found = scan(write(tmp_path / "requests.jsonl", map(line, rows)))
    parts = (of_models if exact else shares)(found, [[old.model], [new.model]])
    (suite_of_old, suite_of_new) = build(
        Promises(Gateway("http://127.0.0.1:9"), openai=(old, new)),
        {"openai": (old, new)},
        found,
        offline=True,
        parts=dict(zip((old, new), parts, strict=True)),
        exact=exact,
    )
    for suite, expected in ((suite_of_old, Passed), (suite_of_new, kind)):
        (check,) = (each for each in suite.checks if each.id == "requests-parameters")
        assert isinstance(check(suite.promised, found), expected)
