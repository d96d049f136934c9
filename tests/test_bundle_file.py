"""Bundles that are cut off, changed, foreign, huge, or no bundles at all."""

import hashlib
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cli_world import one_sentence, outputs
from msgspec import to_builtins
from msgspec.structs import replace

from preflight.bundle import file
from preflight.bundle.content import put_together
from preflight.bundle.scans import scan_of, scanned
from preflight.bundle.shape import Answered, Asked, Content, Place
from preflight.promises import parse
from preflight.requests.scan import scan
from preflight.seams import UsageError


def content(**changes):
    promises = parse(json.dumps(outputs()), "here")
    chosen = {"openai": promises.openai}
    made = put_together(promises, chosen, None, [], promise_file="p.json", redact=False)
    return replace(made, **changes)


@pytest.fixture
def bundle(tmp_path):
    path = tmp_path / "b.json"
    file.write(content(), path)
    return path


def sealed(inside, **changes):
    """An envelope whose checksum is right."""
    text = json.dumps(inside)
    shape = {"format": "preflight-bundle", "version": 1}
    shape |= {"sha256": hashlib.sha256(text.encode()).hexdigest()} | changes
    return json.dumps(shape)[:-1] + f', "content": {text}}}'


def plain():
    return to_builtins(content())


def test_it_is_read_as_it_was_written(bundle):
    held = file.read(bundle)
    assert held.promises == outputs() | {"openai": outputs()["openai"]}
    assert abs((datetime.now(UTC) - held.at).total_seconds()) < 60


def test_every_cut_of_it_is_refused(bundle):
    whole = bundle.read_bytes()
    for length in range(0, len(whole) - 2, 7):
        bundle.write_bytes(whole[:length])
        with pytest.raises(UsageError):
            file.read(bundle)


def test_every_changed_letter_of_its_content_is_noticed(bundle):
    whole = bundle.read_bytes()
    start = whole.index(b'"content"')
    for place in range(start, len(whole) - 3, 11):
        bundle.write_bytes(whole[:place] + b"#" + whole[place + 1 :])
        with pytest.raises(UsageError):
            file.read(bundle)


WRONG = {
    "empty": b"",
    "words": b"hello",
    "a list": b"[]",
    "another document": b'{"format": "preflight-report", "version": 1}',
    "no format": b"{}",
    "a later version": b'{"format": "preflight-bundle", "version": 2, "new": [1]}',
    "true for a version": b'{"format": "preflight-bundle", "version": true}',
    "version of a type": b'{"format": "preflight-bundle", "version": [1]}',
    "nested": b'{"format": "preflight-bundle", "version": 1, "x": ' + b"[" * 50_000,
    "no text": b"\xff\xfe{}",
    "gzip": b"\x1f\x8b\x08\x00",
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_bundle_is_refused_in_one_sentence(preflight, tmp_path, name):
    path = tmp_path / "b.json"
    path.write_bytes(WRONG[name])
    code, out, err = preflight("check", "--from-bundle", path)
    assert (code, out) == (2, "")
    assert one_sentence(err), err


CHANGES = {
    "an unknown field": {"more": 1},
    "a seam that there is not": {"places": [{"seam": "dns", "place": "x", "asked": []}]},
    "promises of another shape": {"promises": {"version": 2}},
    "a time that is none": {"at": "yesterday"},
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_is_sealed_and_wrong_is_refused(preflight, tmp_path, name):
    path = tmp_path / "b.json"
    path.write_text(sealed(plain() | CHANGES[name]))
    code, out, err = preflight("check", "--from-bundle", path)
    assert (code, out) == (2, "")
    assert one_sentence(err), err


ASKED = {
    "a question that there is not": ("steal", {}, True),
    "arguments that it has not": ("bucket_region", {"bucket": "b", "more": 1}, "us-west-2"),
    "an answer of another type": ("bucket_owned_by", {"bucket": "b", "account": "1"}, "yes"),
    "an answer with more in it": ("caller", {}, {"account": "1", "name": "n", "more": 1}),
    "an answer with less in it": ("caller", {}, {"account": "1"}),
}


@pytest.mark.parametrize("name", ASKED)
def test_a_question_or_an_answer_of_no_known_kind_is_refused(preflight, tmp_path, name):
    question, arguments, answer = ASKED[name]
    asked = Asked(question, arguments, Answered(answer))
    path = tmp_path / "b.json"
    file.write(content(places=[Place("aws", "1 us-west-2", [asked])]), path)
    code, _, err = preflight("check", "--from-bundle", path)
    assert code == 2
    assert one_sentence(err), err


def test_a_question_that_stands_there_twice_is_refused(preflight, tmp_path):
    asked = Asked("caller", {}, Answered({"account": "1", "name": "n"}))
    path = tmp_path / "b.json"
    file.write(content(places=[Place("aws", "1 us-west-2", [asked, asked])]), path)
    assert preflight("check", "--from-bundle", path)[0] == 2


def test_a_gigabyte_is_refused_without_being_read(preflight, tmp_path):
    path = tmp_path / "b.json"
    with path.open("wb") as sparse:
        sparse.truncate(1 << 30)
    code, _, err = preflight("check", "--from-bundle", path)
    assert code == 2
    assert "larger than any bundle" in err


def test_an_archive_is_refused_without_being_unpacked(preflight, tmp_path):
    path = tmp_path / "b.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("b.json", b"0" * 5_000_000)
    code, _, err = preflight("check", "--from-bundle", path)
    assert code == 2
    assert "is an archive" in err


@pytest.mark.parametrize("make", [Path.mkdir, lambda path: __import__("os").mkfifo(path)])
def test_a_folder_and_a_pipe_are_refused(preflight, tmp_path, make):
    make(tmp_path / "b")
    code, _, err = preflight("check", "--from-bundle", tmp_path / "b")
    assert code == 2
    assert "no regular file" in err


@pytest.mark.parametrize(
    "beside", [("requests.jsonl",), ("--stack", "dev"), ("--promises", "p"), ("--offline",)]
)
def test_nothing_that_it_holds_is_named_beside_it(preflight, bundle, beside):
    code, _, err = preflight("check", *beside, "--from-bundle", bundle)
    assert code == 2
    assert "leave out" in err


@pytest.mark.parametrize("out", ["here", "nowhere/b.json", "p.json"])
def test_a_bundle_that_cannot_be_written_is_refused_before_anybody_is_asked(
    preflight, tmp_path, monkeypatch, out
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "here").mkdir()
    (tmp_path / "p.json").write_text(json.dumps(outputs()))
    monkeypatch.setattr("preflight.commands.collect.run", None)
    code, _, err = preflight("collect", "--promises", "p.json", "--out", out)
    assert code == 2
    assert one_sentence(err), err


def test_one_too_large_is_not_written(tmp_path, monkeypatch):
    monkeypatch.setattr(file, "LARGEST", 100)
    with pytest.raises(UsageError, match="fewer targets"):
        file.write(content(), tmp_path / "b.json")
    assert list(tmp_path.iterdir()) == []


def test_its_content_is_a_struct_that_takes_nothing_else():
    assert Content.__struct_config__.forbid_unknown_fields


def test_of_a_request_file_it_holds_all_that_is_judged_and_nothing_that_is_said(tmp_path):
    path = tmp_path / "r.jsonl"
    secret = "the patient is called Ann"
    good = '{"custom_id": "a", "body": {"messages": [{"role": "user", "content": "%s"}]}}'
    path.write_text(f"{good % secret}\n{{broken {secret}\n\n")
    seen = scan(path)
    held = scanned(seen)
    assert secret not in json.dumps(held)
    assert "the p" not in json.dumps(held)
    again = scan_of(held)
    assert (again.totals, again.models) == (seen.totals, seen.models)
    assert [one.line for one in again.faults] == [one.line for one in seen.faults]
    for wrong in ({"more": 1}, {"tokens": "many"}, {"totals": {"x": "y"}}, {"path": 1}):
        with pytest.raises(ValueError, match=r"request file|Expected|Invalid"):
            scan_of(held | wrong)
