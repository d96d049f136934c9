"""The edges of waivers: the size of a file, what a reader may change, what is proposed and said."""

from datetime import date

import pytest
from test_waivers import TODAY, result

from preflight.outcomes import Failed, Passed, Skipped, Unknown
from preflight.report import Report
from preflight.seams import UsageError
from preflight.waivers import MOST_BYTES, Entry, Waivers, parse, read, waived

ENTRY = Entry("bedrock-bucket-key", "known", "ann", date(2999, 1, 1))


def test_a_file_of_just_a_million_bytes_is_read(tmp_path):
    assert MOST_BYTES == 1_000_000
    path = tmp_path / "waivers.toml"
    path.write_bytes(b"#" * MOST_BYTES)
    assert read(str(path), (), TODAY) == Waivers(where=str(path))
    path.write_bytes(b"#" * (MOST_BYTES + 1))
    with pytest.raises(UsageError, match="above 1,000,000 bytes"):
        read(str(path), (), TODAY)


def test_a_missing_file_that_was_named_is_told_from_a_folder(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        read(str(tmp_path / "none.toml"), (), TODAY)
    with pytest.raises(UsageError, match="is no file"):
        read(str(tmp_path), (), TODAY)


def test_the_usual_file_may_be_missing_or_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert read(None, (), TODAY) == Waivers()
    (tmp_path / "preflight-waivers.toml").mkdir()
    assert read(None, (), TODAY) == Waivers()


def test_a_waiver_that_was_read_stays_as_it_is():
    with pytest.raises(AttributeError, match="immutable"):
        ENTRY.owner = "eve"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("bedrock-bucket-kee", "there is no check bedrock-bucket-kee; bedrock-bucket-key?"),
        ("qqqq", "there is no check qqqq"),
    ],
)
def test_one_check_of_a_like_name_is_proposed_or_none(name, said):
    text = f'[[waiver]]\ncheck = "{name}"\nreason = "r"\nowner = "o"\nexpires = 2999-01-01\n'
    known = ("bedrock-bucket-key", "bedrock-bucket-keys", "bedrock-bucket")
    found = parse(text.encode(), "w.toml", known, TODAY)
    assert found.void == (f"waiver 1 of w.toml waives nothing: {said}",)


def test_entries_are_numbered_from_one():
    found = parse(b"waiver = [1, 2]", "w.toml", (), TODAY)
    assert [sentence.split(" of ")[0] for sentence in found.void] == ["waiver 1", "waiver 2"]


def test_elements_that_nobody_knows_are_named_in_their_order():
    found = parse(b"b = 1\na = 2\n", "w.toml", (), TODAY)
    assert found.void == ("w.toml waives nothing: it holds a, b; only [[waiver]] is known",)
    assert parse(b"waiver = 3", "w.toml", (), TODAY).void == (
        "w.toml waives nothing: waiver is no list; write [[waiver]]",
    )


@pytest.mark.parametrize("outcome", [Failed("no", "do"), Unknown("who knows", "a look")])
def test_what_is_left_of_a_waiver_is_counted_in_days(outcome):
    held = Entry("bedrock-bucket-key", "known", "ann", date.fromordinal(TODAY.toordinal() + 9))
    report = waived(Report((result(outcome=outcome),)), Waivers((held,)), TODAY)
    assert report.results[0].waiver.days_left == 9


def test_the_first_of_two_waivers_that_cover_a_failure_is_shown():
    other = Entry("bedrock-bucket-key", "other", "bob", date(2999, 1, 1))
    report = waived(Report((result(),)), Waivers((ENTRY, other)), TODAY)
    assert report.results[0].waiver.owner == "ann"


def test_a_waiver_is_not_needed_only_where_all_that_it_covers_passed():
    def notes(*results):
        return waived(Report(results), Waivers((ENTRY,)), TODAY).notes

    ok = result(outcome=Passed("ok"))
    assert "is not needed: it passed" in notes(ok, ok)[0]
    assert notes(ok, result()) == ()
    assert notes(result("another", outcome=Passed("ok"))) == ()


def test_only_what_a_waived_gate_of_the_same_target_shut_is_named():
    def shut(**changes):
        return result("b", outcome=Skipped("bedrock-bucket-key decides it"), **changes)

    behind = (shut(), result("c", outcome=Skipped("another decides it")), shut(target="eu m"))
    behind += (shut(provider="vertex"), result("d", outcome=Passed("ok")))
    report = waived(Report((result(), *behind)), Waivers((ENTRY,)), TODAY)
    (note,) = report.notes
    assert note.endswith("is not known (b)")
    assert waived(Report((result(), *behind)), Waivers(), TODAY).notes == ()


def test_what_was_noted_before_stays_noted():
    report = waived(Report((result(),), notes=("before",)), Waivers((), ("void",)), TODAY)
    assert report.notes == ("before", "void")
