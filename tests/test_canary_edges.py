"""What a canary's three steps are judged to be: each answer of the gateway, at its edges."""

from dataclasses import dataclass, field, replace

import pytest

from preflight.checks.gateway_canary import CHECKS, explained
from preflight.example_promises import EXAMPLE as PROMISES
from preflight.outcomes import Failed, Passed, Unknown
from preflight.seams.canary import Created, Returned, RowError, Uploaded

OPENAI = PROMISES.openai[0]
REPAIR = f"repair what this text names in provider account {OPENAI.provider_name}"
BOTH = "valid model deployment name couldn't be extracted from the input file; batch_limit_exceeded"
KNOWN = "duplicate_custom_id"
"""Words that two providers use."""

BACK = Returned("b1", "done", "completed", seconds=9.96, requests=2, answered=2, folder="runs/c")


@dataclass
class Shown:
    """A canary that shows these."""

    upload: Uploaded = field(default_factory=Uploaded)
    create: Created = field(default_factory=Created)
    job: Returned = BACK
    provider: str = "openai"

    def uploaded(self):
        return self.upload

    def created(self):
        return self.create

    def returned(self):
        return self.job


def step(number, promised=OPENAI, provider="openai", **shown):
    return CHECKS[number](promised, Shown(**shown, provider=provider))


def upload(promised=OPENAI, **changes):
    made = {"sent": "2 requests", "requests": 2, "sent_bytes": 1000, "back_bytes": 999}
    return step(0, promised, upload=Uploaded(**made | changes))


def back(provider="openai", **changes):
    return step(2, provider=provider, job=replace(BACK, **changes))


def errors(*statuses, words="no"):
    return tuple(RowError(f"r{n}", status, words) for n, status in enumerate(statuses))


def test_upload_and_create_decide_about_what_comes_after():
    assert [(one.id, one.gate) for one in CHECKS] == [
        ("gateway-upload", True),
        ("gateway-create", True),
        ("gateway-results", False),
    ]


# --- the dictionary of failures


def test_words_that_two_providers_use_are_explained_by_the_one_that_said_them():
    assert explained(KNOWN, "azure")[0].startswith(" (A07: ")
    assert explained(KNOWN, "openai")[0].startswith(" (O08: ")
    assert "See `preflight explain A07`" in explained(KNOWN, "azure")[1]


def test_words_that_only_others_use_are_explained_by_them_and_unknown_ones_not():
    assert explained("model_not_found", "bedrock")[0].startswith(" (A02: ")
    assert explained("nobody ever said that", "bedrock") == ("", "")


def test_the_gateways_own_failure_goes_before_another_providers():
    assert explained(BOTH, "bedrock")[0].startswith(" (G")


# --- the upload


def test_an_upload_that_is_refused_is_told_in_the_gateways_words():
    found = upload(refused="not today")
    assert found == Failed("the canary's file was refused: not today", REPAIR)
    known = upload(refused=KNOWN)
    assert known.problem.startswith(f"the canary's file was refused: {KNOWN} (O08: ")
    assert "See `preflight explain O08`" in known.remedy


@pytest.mark.parametrize(("count", "named"), [(1, "(a)"), (3, "(a, b, c)"), (4, "(a, b, c, ...)")])
def test_requests_that_were_dropped_on_the_way_fail_and_the_first_are_named(count, named):
    found = upload(lost=tuple("abcd"[:count]), same=False)
    assert isinstance(found, Failed)
    assert f"{count} of 2 requests are missing" in found.problem
    assert named in found.problem


def test_what_comes_back_the_same_has_no_caveat():
    assert upload() == Passed("2 requests; 1,000 bytes read back, the same")


def test_that_the_file_was_rewritten_is_a_caveat_where_nothing_had_to_be():
    found = upload(same=False)
    assert found.detail == "2 requests; read back with all its ids"
    assert found.caveat == "the gateway rewrote the file: 1,000 bytes went, 999 came back"
    for promised in (PROMISES.bedrock[0], PROMISES.vertex[0]):
        assert upload(promised, same=False).caveat == ""
    assert upload(PROMISES.azure[0], same=False).caveat


# --- the create


def test_a_job_that_is_refused_is_told_in_the_gateways_words():
    found = step(1, create=Created(refused="not today"))
    assert found == Failed("the canary's job was refused: not today", REPAIR)
    assert "(A07: " in step(1, provider="azure", create=Created(refused=KNOWN)).problem
    assert step(1, create=Created("b1")) == Passed("batch b1")


# --- the results


def test_all_that_come_back_pass_with_what_they_used_and_how_long_it_took():
    said = "2 of 2 requests came back with an answer after 10.0 s; batch b1 done"
    assert back() == Passed(said)
    used = {"input tokens": 1200, "output tokens": 3}
    assert "answer (1,200 input tokens, 3 output tokens) after" in back(usage=used).detail


@pytest.mark.parametrize(
    ("hours", "ago"), [(0.99, "less than an hour"), (1, "1 hours"), (1234.4, "1,234 hours")]
)
def test_an_earlier_canary_is_a_proof_with_its_age_as_a_caveat(hours, ago):
    found = back(hours_ago=hours)
    assert isinstance(found, Passed)
    assert "after" not in found.detail
    assert found.caveat == f"proved by an earlier canary, {ago} ago; remove runs/c for a new one"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(59.9, "59.9 s"), (60, "1 min"), (3599, "60 min"), (3600, "1.0 h"), (5400, "1.5 h")],
)
def test_a_job_that_goes_on_is_unknown_and_how_to_look_later_is_said(seconds, said):
    found = back(ended=False, status="running", seconds=seconds, look="preflight look")
    assert isinstance(found, Unknown)
    assert f"was running after {said}, and goes on" in found.reason
    assert found.needs.startswith("`preflight look` later")
    assert "was asked to be cancelled" in back(ended=False, cancelled=True).reason


def test_results_that_cannot_be_fetched_fail():
    found = back(refused="forbidden")
    assert found.problem == "the results of batch b1 cannot be fetched: forbidden"
    assert "let the gateway's key read files" in found.remedy


@pytest.mark.parametrize("meaning", ["cancelled", "expired"])
def test_a_job_that_ended_early_with_no_row_proves_nothing(meaning):
    found = back(meaning=meaning, status="over", answered=0, missing=("a", "b"))
    assert found == Unknown(
        "batch b1 ended over, with no row", "another canary: run the same command again"
    )
    for some in ({"answered": 1}, {"answered": 0, "errors": errors(400)}):
        assert isinstance(back(meaning=meaning, missing=("a",), **some), Failed)


@pytest.mark.parametrize(
    ("statuses", "kind"),
    [
        ((429,), Unknown),
        ((500,), Unknown),
        ((503, 429), Unknown),
        ((499,), Failed),
        ((428,), Failed),
        ((400,), Failed),
        ((None,), Failed),
        ((429, 400), Failed),
    ],
)
def test_errors_that_pass_are_no_verdict_and_one_that_does_not_is(statuses, kind):
    assert isinstance(back(errors=errors(*statuses)), kind)


def test_an_error_is_quoted_with_its_row_and_its_repair():
    found = back(errors=errors(400, 400))
    assert found.problem == "2 of 2 requests came back with an error, as r0 with HTTP 400: no"
    assert found.remedy == "repair the requests that runs/c/errors.jsonl names"
    assert "as r0: no" in back(errors=errors(None)).problem
    known = back("azure", errors=errors(400, words=KNOWN))
    assert "(A07: " in known.problem
    assert "See `preflight explain A07`" in known.remedy
    assert back(errors=errors(429)).reason.endswith("HTTP 429: no")


def test_the_error_that_decides_is_quoted_and_not_one_that_passes_before_it():
    busy, broken = RowError("r0", 429, "slow down"), RowError("r1", 400, KNOWN)
    found = back(requests=4, errors=(busy, broken, RowError("r2", 404, "gone")))
    assert found.problem.startswith(
        f"3 of 4 requests came back with an error, as r1 with HTTP 400: {KNOWN} (O08: "
    )
    assert "See `preflight explain O08`" in found.remedy


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"missing": ("a",)}, "1 of 2 requests have no result (a)"),
        ({"strays": 3}, "3 rows came back that name none of the requests"),
        ({"hollow": ("a", "b")}, "2 results have no answer in them (a, b)"),
    ],
)
def test_rows_that_cannot_be_joined_fail_whatever_else_came_back(changes, said):
    found = back(**changes)
    assert isinstance(found, Failed)
    assert found.problem == f"batch b1 ended done: {said}"
    assert found.remedy.startswith("show runs/c/raw to")


def test_a_job_that_answers_nothing_fails():
    assert isinstance(back(answered=0), Failed)


def test_why_a_job_failed_is_told_in_the_providers_words():
    failed = {"status": "over", "meaning": "failed", "answered": 0, "missing": ("a", "b")}
    found = back(**failed, reasons=("one", "two", "three", "four"))
    assert found.problem == "batch b1 was accepted and ended over: one; two; three"
    assert found.remedy == "repair what these words name, then run the same command again"
    assert "(O08: " in back(**failed, reasons=(KNOWN,)).problem
    without = back(**failed)
    assert "2 of 2 requests have no result" in without.problem
    completed = back(answered=0, missing=("a",), reasons=("one",))
    assert "1 of 2 requests have no result" in completed.problem
