"""`preflight scan`: files judged by themselves, each and all."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from cli_world import one_sentence
from request_files import good_lines, line, request, write
from scan_world import orderly, straddling, timeless

import preflight as library

OPENAI = {"version": 2, "gateway": {"base_url": "https://gateway.example"}}
OPENAI["openai"] = [{"provider_name": "openai-main", "model": "gpt-4o-mini"}]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def failed(report, file=None):
    """The ids of what failed, in a file or in all."""
    return {
        one["id"]
        for one in report["checks"]
        if one["outcome"] == "failed" and file in {None, one["file"]}
    }


def scanned(preflight, *arguments):
    code, out, err = preflight("scan", *arguments, "--json")
    assert err == ""
    report = json.loads(out)
    assert code == report["exit_code"]
    return report


def test_a_good_file_is_ready_and_what_was_not_looked_at_is_said(preflight, folder):
    write(folder / "good.jsonl", good_lines(5))
    code, out, err = preflight("scan", "good.jsonl")
    assert (code, err) == (0, "")
    assert "READY: nothing wrong in what was looked at" in out
    assert "Not looked at: what one provider takes and another does not" in out


def test_each_file_has_a_verdict_and_one_bad_file_decides_over_all(preflight, folder):
    write(folder / "good.jsonl", orderly(1, 50))
    write(folder / "bad.jsonl", [*orderly(51, 60), b"{nope"])
    report = scanned(preflight, "good.jsonl", "bad.jsonl")
    assert (report["verdict"], report["exit_code"]) == ("NOT READY", 1)
    verdicts = {one["target"]: one["verdict"] for one in report["targets"]}
    assert verdicts == {"good.jsonl": "READY", "bad.jsonl": "NOT READY"}
    assert failed(report) == failed(report, "bad.jsonl") == {"requests-json"}
    sizes = [(one["path"], one["requests"]) for one in report["request_files"]]
    assert sizes == [("good.jsonl", 50), ("bad.jsonl", 11)]


def test_an_id_of_two_files_is_named_with_both_files_and_lines(preflight, folder):
    write(folder / "one.jsonl", orderly(1, 30))
    write(folder / "two.jsonl", orderly(31, 40) + orderly(7, 7))
    report = scanned(preflight, "one.jsonl", "two.jsonl")
    assert failed(report, "one.jsonl") == set()
    [found] = [one for one in report["checks"] if one["outcome"] == "failed"]
    assert (found["file"], found["id"], found["lines"]) == ("two.jsonl", "requests-unique", [11])
    assert found["problem"] == 'line 11: custom_id "ask-7" is also on line 7 of "one.jsonl"'


def test_ids_that_are_known_by_their_hashes_alone_fail_their_file_too(
    preflight, folder, monkeypatch
):
    for module in ("duplicates", "shared"):
        monkeypatch.setattr(f"preflight.requests.{module}.CONFIRMED", 2)
    monkeypatch.setattr("preflight.commands.scan.KEPT_PER_CODE", 1)
    write(folder / "one.jsonl", orderly(1, 90))
    write(folder / "two.jsonl", orderly(1, 40))
    write(folder / "three.jsonl", orderly(41, 90))
    report = scanned(preflight, "one.jsonl", "two.jsonl", "three.jsonl")
    assert failed(report, "two.jsonl") == failed(report, "three.jsonl") == {"requests-unique"}
    said = [one["problem"] for one in report["checks"] if one["outcome"] == "failed"]
    assert said[0] == 'line 1: custom_id "ask-1" is also on line 1 of "one.jsonl"'
    assert said[1] == "50 custom_ids stand in earlier files, too"


def test_more_findings_are_listed_where_they_are_asked_for(preflight, folder):
    every = good_lines(60)
    for at in (3, 20, 40, 50):
        every[at] = line(request(at + 1, stream=True))
    every[30] = b"nothing"
    write(folder / "bad.jsonl", every)
    assert not any("findings" in one for one in scanned(preflight, "bad.jsonl")["checks"])
    report = scanned(preflight, "bad.jsonl", "--max-findings", "3")
    findings = {one["id"]: one["findings"] for one in report["checks"] if "findings" in one}
    assert [one["line"] for one in findings["requests-stream"]] == [4, 21, 41]
    [broken] = findings["requests-json"]
    assert broken["code"] == "invalid_json"
    content = (folder / "bad.jsonl").read_bytes()
    assert content[broken["offset"] :].startswith(b"othing")
    _, out, _ = preflight("scan", "bad.jsonl", "--max-findings", "2")
    assert out.count(": stream is true") == 3  # the first, and both that were asked for


def test_a_provider_is_judged_as_the_offline_check_judges_it(preflight, folder):
    write(folder / "requests.jsonl", straddling(60, 300))
    (folder / "promises.json").write_text(json.dumps(OPENAI))
    ours = scanned(preflight, "requests.jsonl", "--provider", "openai")
    _, out, _ = preflight(
        "check", "requests.jsonl", "--offline", "--promises", "promises.json", "--json"
    )
    theirs = json.loads(out)

    def answers(report):
        about = {"file", "target", "seconds"}
        return [{k: v for k, v in one.items() if k not in about} for one in report["checks"]]

    assert answers(ours) == answers(theirs)
    assert not any("file" in one or "findings" in one for one in theirs["checks"])
    assert "request_files" not in theirs


@pytest.mark.parametrize("provider", ["openai", "azure", "vertex", "bedrock"])
def test_every_provider_can_be_asked_of_a_file_that_names_no_model(preflight, folder, provider):
    write(folder / "requests.jsonl", [line(request(n, provider, model=None)) for n in range(200)])
    report = scanned(preflight, "requests.jsonl", "--provider", provider)
    expected = {"requests-model"} if provider in {"openai", "azure"} else set()
    assert failed(report) == expected


def test_models_of_one_file_are_judged_apart(preflight, folder):
    lines = [line(request(n, model=f"{'o3-mini' if n % 2 else 'gpt-4o'}")) for n in range(20)]
    write(folder / "requests.jsonl", lines)
    report = scanned(preflight, "requests.jsonl", "--provider", "openai")
    assert {one["target"] for one in report["targets"]} == {
        "requests.jsonl gpt-4o",
        "requests.jsonl o3-mini",
    }
    [wrong] = [one for one in report["checks"] if one["outcome"] == "failed"]
    assert wrong["target"] == "requests.jsonl o3-mini"
    assert wrong["id"] == "requests-parameters"


def test_two_urls_in_one_file_fail_and_two_models_are_noted(preflight, folder):
    other = request(2, model="gpt-4o") | {"url": "/v1/responses"}
    other["body"]["input"] = other["body"].pop("messages")
    write(folder / "requests.jsonl", [line(request(1)), line(other)])
    report = scanned(preflight, "requests.jsonl")
    assert failed(report) == {"requests-url"}
    [model] = [one for one in report["checks"] if one["id"] == "requests-model"]
    assert model["detail"].startswith("2 models")
    assert model["caveat"]


@pytest.mark.parametrize(
    ("form", "word"),
    [
        ("sarif", '"uri": "bad.jsonl"'),
        ("junit", 'file="bad.jsonl"'),
        ("github", "::error file=bad.jsonl,line=6,"),
        ("markdown", "bad.jsonl"),
        ("html", "bad.jsonl"),
    ],
)
def test_every_format_names_the_file_of_a_finding(preflight, folder, form, word):
    write(folder / "good.jsonl", orderly(11, 15))
    write(folder / "bad.jsonl", [*orderly(1, 5), b"nothing", b"nothing"])
    several = ("bad.jsonl", "good.jsonl", "--max-findings", "2", "--format", form)
    code, out, err = preflight("scan", *several)
    assert (code, err) == (1, "")
    assert word in out


def test_checks_can_be_chosen_and_waived_as_anywhere(preflight, folder):
    write(folder / "bad.jsonl", [*orderly(1, 5), b"nothing"])
    assert preflight("scan", "bad.jsonl", "--skip", "requests-json")[0] == 0
    (folder / "preflight-waivers.toml").write_text(
        '[[waiver]]\ncheck = "requests-json"\nreason = "known"\n'
        'owner = "me"\nexpires = 2999-01-01\n'
    )
    report = scanned(preflight, "bad.jsonl")
    [waived] = [one for one in report["checks"] if one["outcome"] == "failed"]
    assert waived["waiver"]["owner"] == "me"


HOSTILE = ("-- dash.jsonl", "a b.jsonl", "línea\u202e.jsonl", "new\nline.jsonl", "x'$(id)`.jsonl")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_shown_and_does_nothing(preflight, folder, name):
    write(folder / name, [*orderly(1, 5), b"nothing"])
    write(folder / "good.jsonl", orderly(5, 9))
    for form in ("text", "json", "sarif", "junit", "github"):
        code, out, err = preflight("scan", "--format", form, "--", "good.jsonl", name)
        assert (code, err) == (1, "")
        # GitHub finds the file by its very name.
        assert form == "github" or "\u202e" not in out
        assert not any(one.startswith("line.jsonl") for one in out.splitlines())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("missing.jsonl",), "does not exist"),
        (("good.jsonl", "./good.jsonl"), "is named twice"),
        (("good.jsonl", "--shard", "1/2"), "goes with --to"),
        (("good.jsonl", "--to", "part.json"), "goes with --shard"),
        (("good.jsonl", "--shard", "1/2", "--to", "good.jsonl"), "would overwrite"),
        (("ftp://host/x.jsonl",), "is at no storage that is read"),
        (("empty.jsonl",), "is empty"),
        (("empty.jsonl", "--shard", "1/2", "--to", "part.json"), "is empty"),
    ],
)
def test_wrong_usage_is_one_sentence(preflight, folder, arguments, words):
    write(folder / "good.jsonl", good_lines(3))
    (folder / "empty.jsonl").touch()
    code, out, err = preflight("scan", *arguments)
    assert (code, out) == (2, "")
    assert one_sentence(err)
    assert words in err
    assert not (folder / "part.json").exists()


@pytest.mark.parametrize("option", ["--shard=0/2", "--shard=3/2", "--shard=two", "--jobs=0"])
def test_numbers_that_are_none_are_refused(preflight, folder, option):
    code, _, err = preflight("scan", "good.jsonl", option)
    assert code == 2
    assert "is no" in err


def test_the_report_is_the_same_for_any_number_of_processes(preflight, folder, monkeypatch):
    write(folder / "one.jsonl", straddling(60, 30_000))
    write(folder / "two.jsonl", straddling(40, 30_000, seed=8))
    arguments = ("scan", "one.jsonl", "two.jsonl", "--max-findings", "9", "--json")
    _, alone, _ = preflight(*arguments, "--jobs", "1")
    monkeypatch.setattr("preflight.requests.workers.ALONE", 1)
    monkeypatch.setattr("preflight.requests.ranges.LEAST", 100_000)
    _, together, _ = preflight(*arguments, "--jobs", "2")
    assert timeless(together) == timeless(alone)


def test_the_library_scans_by_any_executor(preflight, folder):
    names = [write(folder / "one.jsonl", straddling(40, 300)).name, "two.jsonl"]
    write(folder / "two.jsonl", orderly(1, 9))
    report = scanned(preflight, *names, "--max-findings", "3")
    with ThreadPoolExecutor(2) as executor:
        found = library.scan(names, executor=executor, jobs=2, max_findings=3)
    assert timeless(library.formatted(found, "json")) == timeless(json.dumps(report))
    assert [one.path for one in found.files] == names
    with pytest.raises(library.UsageError, match="name one of them"):
        library.scan(names, executor=executor, cluster="tcp://127.0.0.1:9")
    with pytest.raises(library.UsageError, match="names no file"):
        library.scan([])
