"""Accepted risks: what waives, what does not, and what a waived gate still decides."""

import datetime as dt
import os

import pytest

from preflight.outcomes import Failed, Passed, Skipped, Unknown
from preflight.report import Report, Result, Verdict
from preflight.seams import UsageError
from preflight.waivers import FILE, MOST_BYTES, parse, read, waived

TODAY = dt.date(2026, 10, 20)
KNOWN = ("bedrock-bucket", "bedrock-bucket-key", "azure-network")
ENTRY = """
[[waiver]]
check = "bedrock-bucket-key"
reason = "the key is being replaced"
owner = "ann"
expires = 2026-10-31
"""
FAILED = Failed("the key is closed", "open it")


def parsed(text, today=TODAY):
    return parse(text.encode(), FILE, KNOWN, today)


def result(check_id="bedrock-bucket-key", outcome=FAILED, provider="bedrock", target="us-west-2 m"):
    return Result(provider, "suite", check_id, "A title", outcome, target=target)


def judged(text, *results):
    return waived(Report(results or (result(),)), parsed(text), TODAY)


def the_only(text):
    """The one sentence about why the file waives nothing."""
    found = parsed(text)
    assert found.holding == ()
    (sentence,) = found.void
    assert "waives nothing" in sentence
    assert FILE in sentence
    return sentence


def test_a_waived_failure_is_kept_and_decides_nothing():
    report = judged(ENTRY)
    assert report.results[0].outcome == FAILED
    assert report.failed_ids() == {"bedrock-bucket-key"}
    assert report.verdict is Verdict.READY
    assert str(report.results[0].waiver) == (
        "until 2026-10-31, 11 days left, by ann: the key is being replaced"
    )
    assert report.notes == ()


def test_a_waived_unknown_decides_nothing():
    assert judged(ENTRY, result(outcome=Unknown("dark", "light"))).verdict is Verdict.READY


def test_another_failure_decides():
    other = result("bedrock-bucket")
    assert judged(ENTRY, result(), other).verdict is Verdict.NOT_READY
    other = result("bedrock-bucket", Unknown("dark", "light"))
    assert judged(ENTRY, result(), other).verdict is Verdict.CANNOT_TELL


@pytest.mark.parametrize(
    ("limit", "holds"),
    [
        ('provider = "bedrock"', True),
        ('provider = "azure"', False),
        ('target = "us-west-2 *"', True),
        ('target = "us-west-2 m"', True),
        ('target = "us-west-2"', False),
        ('target = "eu-* *"', False),
        ('provider = "bedrock"\ntarget = "* m"', True),
        ('provider = "azure"\ntarget = "* m"', False),
    ],
)
def test_a_waiver_holds_only_where_it_is_for(limit, holds):
    report = judged(f"{ENTRY}{limit}\n")
    assert (report.results[0].waiver is not None) is holds
    assert report.verdict is (Verdict.READY if holds else Verdict.NOT_READY)


def test_a_waiver_holds_through_its_last_day():
    last = dt.date(2026, 10, 31)
    (entry,) = parsed(ENTRY, last).holding
    report = waived(Report((result(),)), parsed(ENTRY, last), last)
    assert entry.owner == "ann"
    assert report.results[0].waiver.days_left == 0


def test_an_expired_waiver_waives_nothing_and_is_named():
    found = parsed(ENTRY, dt.date(2026, 11, 1))
    assert found.holding == ()
    assert "bedrock-bucket-key was waived until 2026-10-31 (ann:" in found.void[0]
    report = waived(Report((result(),)), found, dt.date(2026, 11, 1))
    assert report.verdict is Verdict.NOT_READY
    assert report.notes == found.void


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('owner = "ann"\n', "", "owner"),
        ('owner = "ann"', 'owner = " "', "owner left empty"),
        ('reason = "the key is being replaced"\n', "", "reason"),
        ('reason = "the key is being replaced"', 'reason = ""', "reason left empty"),
        ("expires = 2026-10-31\n", "", "expires"),
        ("expires = 2026-10-31", "expires = 2026-10-31T12:00:00Z", "expires"),
        ("expires = 2026-10-31", "expires = 20261031", "expires"),
        ('check = "bedrock-bucket-key"', 'check = "bedrock-bukket-key"', "bedrock-bucket-key?"),
        ('check = "bedrock-bucket-key"', 'check = "bedrock-*"', "there is no check bedrock-*"),
        ('check = "bedrock-bucket-key"', 'check = ["bedrock-bucket"]', "check"),
        ('owner = "ann"', 'owner = "ann"\nticket = "X-1"', "ticket"),
        ('owner = "ann"', 'owner = "ann"\nprovider = "aws"', "provider aws is none of"),
    ],
)
def test_a_malformed_entry_waives_nothing_and_the_others_hold(old, new, said):
    text = ENTRY.replace(old, new)
    assert said in the_only(text)
    found = parsed(text + ENTRY)
    assert len(found.holding) == 1
    assert "waiver 1 of" in found.void[0]


@pytest.mark.parametrize(
    "text",
    ["not TOML", f"{ENTRY}[[waivers]]\n", 'waiver = "all"\n', "[waiver]\n", ENTRY + "\x00"],
)
def test_a_file_of_another_form_waives_nothing(text):
    the_only(text)


def test_a_file_that_is_no_text_waives_nothing():
    assert "waives nothing" in parse(b"\xff\xfe", FILE, KNOWN, TODAY).void[0]


def test_an_entry_that_is_no_table_waives_nothing():
    assert "waives nothing" in the_only("waiver = [1]\n")


def test_a_waived_gate_answers_for_itself_alone():
    gate = result("bedrock-bucket")
    behind = result(outcome=Skipped("bedrock-bucket decides it"))
    report = judged(ENTRY.replace("bucket-key", "bucket"), gate, behind)
    assert report.results[0].waiver is not None
    assert report.verdict is Verdict.CANNOT_TELL
    (note,) = report.notes
    assert note.startswith("the waiver of bedrock-bucket answers for it alone: what needs it was")
    assert note.endswith("is not known (bedrock-bucket-key)")


def test_what_was_not_asked_cannot_be_waived():
    report = judged(ENTRY, result(outcome=Skipped("bedrock-bucket decides it")))
    assert report.results[0].waiver is None
    assert report.verdict is Verdict.CANNOT_TELL


def test_a_waiver_that_nothing_needs_is_said_to_be_so():
    report = judged(ENTRY, result(outcome=Passed("open")))
    assert report.verdict is Verdict.READY
    assert report.notes == (f"the waiver of bedrock-bucket-key in {FILE} is not needed: it passed",)
    assert judged(ENTRY, result(outcome=Passed("open")), result(target="eu")).notes == ()
    assert judged(ENTRY, result("azure-network")).notes == ()


def test_the_usual_file_is_read_where_there_is_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert read(None, KNOWN, TODAY).holding == ()
    (tmp_path / FILE).write_text(ENTRY)
    assert len(read(None, KNOWN, TODAY).holding) == 1
    (tmp_path / "other.toml").write_text("")
    assert read("other.toml", KNOWN, TODAY).holding == ()


def test_a_named_file_that_cannot_be_read_is_wrong_usage(tmp_path):
    (tmp_path / "large.toml").write_bytes(b"#" * (MOST_BYTES + 1))
    os.mkfifo(tmp_path / "pipe.toml")
    for name in ("missing.toml", ".", "large.toml", "pipe.toml"):
        with pytest.raises(UsageError, match="waivers"):
            read(str(tmp_path / name), KNOWN, TODAY)
    with pytest.raises(UsageError, match="is no file"):
        read("/dev/zero", KNOWN, TODAY)
