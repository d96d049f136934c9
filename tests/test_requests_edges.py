"""The edges of the checks of a request file: exactly at a limit, every fault, every wording."""

import dataclasses

import pytest
from request_files import PROMISED, good_lines, line, request, write

from preflight.catalog import yours
from preflight.checks.requests import checks_for
from preflight.checks.requests_wording import counted, first, lines, mb
from preflight.contract import PROVIDERS
from preflight.limits import LIMITS, MB
from preflight.outcomes import Failed, Passed, Unknown
from preflight.requests.fault import CODES, Fault
from preflight.requests.scan import Scan, scan
from preflight.requests.tally import Seen

COUNT = 120
OF_EVERY_PROVIDER = {
    "requests-encoding": ("bom", "invalid_utf8"),
    "requests-json": (
        "blank_line",
        "invalid_json",
        "not_an_object",
        "too_deep",
        "line_too_long",
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
OBSERVED = ("id_number", "id_first", "id_characters")
"""Why a provider may not carry an id; a run renames the requests then."""


@pytest.fixture
def healthy(tmp_path) -> dict[str, Scan]:
    """A good file for each provider."""
    return {
        provider: scan(write(tmp_path / f"{provider}.jsonl", good_lines(COUNT, provider)))
        for provider in PROVIDERS
    }


@pytest.fixture
def tables(tmp_path):
    """Put rows of the user's own in force."""

    def rule(text):
        path = tmp_path / "tables.toml"
        path.write_text(text)
        yours.use(str(path))

    return rule


def asked(provider, found):
    return {check.id: check(PROMISED[provider], found) for check in checks_for(provider)}


def failing(answers):
    return {check_id for check_id, answer in answers.items() if isinstance(answer, Failed)}


def judged(check_id, provider, found):
    return asked(provider, found)[check_id]


def with_fault(found, code):
    fault = Fault(code, 7, 0, "is odd")
    return dataclasses.replace(found, faults=(fault,), totals={code: 1})


def of_a_file(tmp_path, *every):
    return scan(write(tmp_path / "some.jsonl", [line(one) for one in every]))


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


# --- the model ------------------------------------------------------------------------------------


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


# --- numbers and sizes ----------------------------------------------------------------------------


@pytest.mark.parametrize("provider", PROVIDERS)
def test_as_many_requests_as_a_job_takes_pass_and_one_more_does_not(healthy, provider):
    found, most = healthy[provider], LIMITS[provider].max_requests
    fits = judged("requests-count", provider, dataclasses.replace(found, requests=most))
    assert isinstance(fits, Passed)
    over = judged("requests-count", provider, dataclasses.replace(found, requests=most + 1))
    assert isinstance(over, Unknown if provider == "bedrock" else Failed)
    least = LIMITS[provider].min_requests
    fits = judged("requests-count", provider, dataclasses.replace(found, requests=least))
    assert isinstance(fits, Passed)


def test_a_number_by_an_old_table_says_how_old(healthy):
    answer = judged("requests-count", "bedrock", healthy["bedrock"])
    assert "that table is" in answer.caveat
    size = judged("requests-size", "bedrock", healthy["bedrock"])
    assert "that table is" in size.caveat


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_file_of_exactly_the_providers_most_bytes_is_not_refused(healthy, provider):
    most = LIMITS[provider].max_bytes
    at = dataclasses.replace(healthy[provider], bytes=most)
    assert isinstance(judged("requests-size", provider, at), Passed)
    over = dataclasses.replace(healthy[provider], bytes=most + 1)
    assert isinstance(judged("requests-size", provider, over), Failed)


def test_the_gateways_own_cap_decides_where_the_users_tables_name_it(healthy, tables):
    at = dataclasses.replace(healthy["openai"], bytes=60 * MB)
    assert "names 50 MB" not in judged("requests-size", "openai", at).detail
    assert "50 MB" in judged("requests-size", "openai", at).caveat
    tables(f"gateway.max_bytes = {60 * MB}")
    fits = judged("requests-size", "openai", at)
    assert isinstance(fits, Passed)
    assert ", 60.0 MB at the gateway (by your tables" in fits.detail
    assert not fits.caveat
    over = judged("requests-size", "openai", dataclasses.replace(at, bytes=60 * MB + 1))
    assert isinstance(over, Failed)
    assert over.remedy.startswith(f"split -C {60 * MB} ")


def test_a_file_of_50_mb_is_not_doubted_yet(healthy):
    at = dataclasses.replace(healthy["openai"], bytes=50 * MB)
    passed = judged("requests-size", "openai", at)
    assert not passed.caveat
    assert "at the gateway" not in passed.detail
    assert judged("requests-size", "openai", dataclasses.replace(at, bytes=50 * MB + 1)).caveat


@pytest.mark.parametrize(
    ("size", "said"),
    [
        (0, "0 bytes"),
        (99_999, "99,999 bytes"),
        (100_000, "0.1 MB"),
        (1_500_000, "1.5 MB"),
        (1_000_000_000, "1,000.0 MB"),
    ],
)
def test_a_size_is_said_in_the_unit_of_the_providers_pages(size, said):
    assert mb(size) == said


def test_one_request_is_not_called_requests():
    assert [counted(number) for number in (0, 1, 2, 4000)] == [
        "0 requests",
        "1 request",
        "2 requests",
        "4,000 requests",
    ]


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        (Seen(1, (3,)), "line 3"),
        (Seen(2, (3, 4)), "2 lines (3, 4)"),
        (Seen(4000, (1, 2, 3, 4, 5)), "4,000 lines (1, 2, 3, 4, 5, ...)"),
    ],
)
def test_lines_are_named_and_dots_stand_for_those_that_are_not(seen, said):
    assert lines(seen) == said


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (1, "line 1: is odd"),
        (2, "line 1: is odd (and 1 more: lines 2)"),
        (5, "line 1: is odd (and 4 more: lines 2, 3, 4, 5)"),
        (6, "line 1: is odd (and 5 more: lines 2, 3, 4, 5, ...)"),
    ],
)
def test_the_first_fault_is_said_in_words_and_others_by_line(count, said):
    faults = tuple(Fault("stream", number, 0, "is odd") for number in range(1, count + 1))
    assert first(faults, count) == said


def test_features_are_named_together(tmp_path):
    schema = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
    both = request(1, "vertex", tools=[schema], response_format={"type": "json_object"})
    passed = judged("requests-import-vertex", "vertex", of_a_file(tmp_path, both))
    assert passed.detail.startswith("tools and response_format without an empty object")


@pytest.mark.parametrize("provider", ["openai", "azure"])
def test_a_plain_wrong_name_is_said_without_a_guess_at_what_it_is(tmp_path, provider):
    found = of_a_file(tmp_path, request(1, provider, model="another"))
    answer = judged("requests-model", provider, found)
    assert answer.problem == 'body.model is "another" on line 1'


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
