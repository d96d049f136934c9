"""How much `preflight check` shows of what is wrong on lines, and how many processes read them."""

import json
import re

import pytest
from request_files import good_lines, line, request, write

from preflight.requests import workers

OPENAI = {"version": 2, "gateway": {"base_url": "https://gateway.example"}}
OPENAI["openai"] = [{"provider_name": "openai-main", "model": "gpt-4o-mini"}]
STREAMS = (4, 21, 41, 51)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    every = good_lines(60)
    for at in STREAMS:
        every[at - 1] = line(request(at, stream=True))
    every[30] = b"nothing"
    write(tmp_path / "bad.jsonl", every)
    (tmp_path / "promises.json").write_text(json.dumps(OPENAI))
    return tmp_path


def checked(preflight, *options):
    command = ("check", "bad.jsonl", "--offline", "--promises", "promises.json", *options)
    code, out, err = preflight(*command)
    assert (code, err) == (1, "")
    return out


def report(preflight, *options):
    return json.loads(checked(preflight, *options, "--format", "json"))


def test_all_findings_are_counted_and_the_first_is_shown(preflight):
    found = report(preflight)
    [streams] = [one for one in found["checks"] if one["id"] == "requests-stream"]
    assert streams["problem"] == "line 4: stream is true (and 3 more: lines 21, 41, 51)"
    assert not any("findings" in one for one in found["checks"])


def test_more_of_each_kind_are_shown_where_they_are_asked_for(preflight):
    found = {
        one["id"]: one.get("findings") for one in report(preflight, "--max-findings", "3")["checks"]
    }
    assert [one["line"] for one in found["requests-stream"]] == [4, 21, 41]
    assert [one["code"] for one in found["requests-json"]] == ["invalid_json"]
    assert found["requests-custom-id"] is None
    assert checked(preflight, "--max-findings", "2").count(": stream is true") == 3


@pytest.mark.parametrize("form", ["sarif", "github", "junit"])
def test_machine_formats_have_a_place_for_each_of_them(preflight, form):
    few = checked(preflight, "--format", form)
    many = checked(preflight, "--format", form, "--max-findings", "9")
    for out, lines in ((few, []), (many, STREAMS)):
        places = re.findall(r"line (\d+), byte [\d,]+: stream is true", out)
        assert list(map(int, places)) == list(lines)


def test_more_than_are_usually_kept_can_be_asked_for(preflight, folder):
    write(folder / "bad.jsonl", [*good_lines(1), *[b"nothing"] * 300])
    found = {one["id"]: one for one in report(preflight, "--max-findings", "250")["checks"]}
    assert [one["line"] for one in found["requests-json"]["findings"]] == list(range(2, 252))


def test_what_is_found_is_the_same_however_many_processes_read(preflight, monkeypatch):
    monkeypatch.setattr(workers, "ALONE", 1_000)
    read = []
    really = workers.Hands.map
    monkeypatch.setattr(
        workers.Hands, "map", lambda hands, *rest: read.append(hands.number) or really(hands, *rest)
    )
    one, two = (report(preflight, "--jobs", jobs)["checks"] for jobs in ("1", "2"))
    assert set(read) == {1, 2}
    for check in (*one, *two):
        del check["seconds"]
    assert one == two


@pytest.mark.parametrize("option", ["--jobs", "--max-findings"])
@pytest.mark.parametrize("number", ["0", "-1", "x", "1e3", "9999999"])
def test_a_number_that_makes_no_sense_is_refused(preflight, option, number):
    code, _, err = preflight("check", "bad.jsonl", f"{option}={number}")
    assert code == 2
    assert f"'{number}' is no number from 1 to" in err
