"""Each format of the report: what it says of every outcome, and where `--format` puts it."""

import base64
import hashlib
import io
import json
import os
import re
import threading
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from importlib.resources import files
from xml.etree import ElementTree as ET

import msgspec
import pytest
from cli_world import request
from gateway_double import lines
from report_world import EMPTY, EVERY_KIND, READY, filled

from preflight.check import Failed, Passed, Skipped, Unknown
from preflight.render import (
    destinations,
    github,
    html_report,
    json_report,
    json_shape,
    junit,
    markdown,
    sarif,
)
from preflight.render.destinations import FORMATS, Destination
from preflight.report import Report, Result, Waiver

WAIVED = "failed, and waived until 2030-01-31, 9 days left, by owner  end: reason  end"

WAIVER = Waiver("a reason", "an owner", date(2030, 1, 31), 9)


def rendered(module, report=EVERY_KIND):
    out = io.StringIO()
    module.render(report, out)
    return out.getvalue()


# --- json ----------------------------------------------------------------------------------------


def test_the_json_schema_in_the_package_is_the_one_of_the_types():
    shipped = json.loads(files("preflight.render").joinpath("report.schema.json").read_text())
    assert shipped == json_shape.schema(), "renew it with `make docs`"


@pytest.mark.parametrize("report", [EVERY_KIND, EMPTY, READY], ids=["every kind", "empty", "ready"])
def test_a_json_report_is_of_the_shape_that_the_schema_describes(report):
    document = msgspec.json.decode(rendered(json_report, report), type=json_shape.Document)
    assert document.verdict == report.verdict.value
    assert document.exit_code == report.exit_code
    assert len(document.checks) == len(report.results)
    assert set(json.loads(rendered(json_report, report))) == set(
        json_shape.Document.__struct_fields__
    )


def test_a_document_of_another_shape_is_told_from_a_report():
    shape = json_report.shape(EVERY_KIND)
    for wrong in ({"version": 2}, {"verdict": "FINE"}, {"checks": [{"outcome": "odd"}]}):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(shape | wrong, json_shape.Document)


def test_json_says_of_a_waived_failure_that_it_failed_and_who_took_the_risk():
    [waived] = [one for one in json_report.shape(EVERY_KIND)["checks"] if one.get("waiver")]
    assert waived["outcome"] == "failed"
    assert waived["waiver"]["until"] == "2030-01-31"
    assert waived["waiver"]["owner"] == "owner  end"


def test_json_has_the_numbers_of_the_request_file():
    file = json_report.shape(EVERY_KIND)["request_file"]
    assert (file["requests"], file["bytes"], file["tokens"]) == (5, 1234, 67)
    assert file["models"][1] == {"model": None, "requests": 1}


# --- sarif ---------------------------------------------------------------------------------------


def sarif_run(report=EVERY_KIND):
    log = json.loads(rendered(sarif, report))
    assert log["version"] == "2.1.0"
    [run] = log["runs"]
    return run


def test_sarif_has_an_error_a_warning_and_a_suppressed_error():
    results = sarif_run()["results"]
    assert [(result["ruleId"], result["level"]) for result in results] == [
        ("requests-json", "error"),
        ("bedrock-bucket-region", "error"),
        ("bedrock-quota-jobs", "error"),
        ("bedrock-job-role-trust", "warning"),
    ]
    assert [len(result.get("suppressions", [])) for result in results] == [0, 0, 1, 0]
    assert results[2]["suppressions"][0]["justification"] == WAIVED


def test_a_waived_unknown_stays_a_warning_and_says_what_it_needs():
    unknown = Result("p", "s", "p-id", "T", Unknown("refused", "s3:Get"), 0, "", WAIVER)
    [result] = sarif_run(Report((unknown,)))["results"]
    assert (result["level"], len(result["suppressions"])) == ("warning", 1)
    assert "Needs: s3:Get" in result["message"]["text"]
    for module in (github, markdown, html_report, junit):
        text = rendered(module, Report((unknown,)))
        assert "s3:Get" in text.replace("\\", "")
        assert "not known, and waived until" in text.replace("%0A", " ")


def test_each_sarif_result_has_its_rule_a_place_and_a_fingerprint_of_its_own():
    run = sarif_run()
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        [location] = result["locations"]
        assert location["physicalLocation"]["region"]["startLine"] >= 1
    prints = {result["partialFingerprints"]["check/v1"] for result in run["results"]}
    assert len(prints) == len(run["results"])
    assert all(rule["help"]["text"] and rule["shortDescription"]["text"] for rule in rules)


def test_what_is_wrong_with_the_file_is_one_result_at_its_line_for_all_targets():
    first = sarif_run()["results"][0]
    [location] = first["locations"]
    physical = location["physicalLocation"]
    assert physical["artifactLocation"]["uri"] == "jobs/requests.jsonl"
    assert physical["region"]["startLine"] == 3
    related = [one["physicalLocation"]["region"]["startLine"] for one in first["relatedLocations"]]
    assert related == [7, 9]
    assert len(location["logicalLocations"]) == 2


def test_what_is_wrong_at_a_cloud_is_placed_at_the_promises():
    physical = sarif_run()["results"][1]["locations"][0]["physicalLocation"]
    assert physical["artifactLocation"] == {"uri": "Pulumi.dev.yaml", "uriBaseId": "%SRCROOT%"}


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("a b#c?.jsonl", "a%20b%23c%3F.jsonl"),
        ("/elsewhere/ü.jsonl", "file:///elsewhere/%C3%BC.jsonl"),
        ("bad\udcff.jsonl", "bad%FF.jsonl"),
        ("{here}/x.jsonl", "x.jsonl"),
    ],
)
def test_a_path_becomes_a_uri(path, uri, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    [artifact] = sarif_run(filled("", path=path.format(here=tmp_path)))["artifacts"]
    assert artifact["location"]["uri"] == uri


def test_a_rule_leads_to_its_documentation_where_the_package_names_one(monkeypatch):
    class Metadata(dict):
        def get_all(self, name, default):
            return ["Homepage, https://preflight.example", "Documentation, https://docs.example/"]

    monkeypatch.setattr(sarif, "metadata", lambda _: Metadata(Version="1.2.3"))
    driver = sarif_run()["tool"]["driver"]
    assert driver["rules"][0]["helpUri"] == "https://docs.example/checks.md#requests-json"
    assert driver["informationUri"] == "https://preflight.example"


def test_a_ready_report_is_a_sarif_log_without_results():
    assert sarif_run(READY)["results"] == []


# --- junit ---------------------------------------------------------------------------------------


def test_junit_counts_what_it_holds():
    root = ET.fromstring(rendered(junit))
    for element in [root, *root.iter("testsuite")]:
        for tag, count in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
            assert int(element.get(count)) == len(list(element.iter(tag)))
        assert int(element.get("tests")) == len(list(element.iter("testcase")))
    assert [root.get(name) for name in ("tests", "failures", "errors", "skipped")] == list("8312")


def test_junit_tells_failed_unknown_waived_and_not_asked_apart():
    cases = {case.get("name"): case for case in ET.fromstring(rendered(junit)).iter("testcase")}
    named = {re.search(r"\((\S+)\)$", name)[1]: case for name, case in cases.items()}
    assert "repair: move it" in named["bedrock-bucket-region"].findtext("failure")
    assert "needs: iam:GetRole" in named["bedrock-job-role-trust"].findtext("error")
    assert named["bedrock-quota-jobs"].find("skipped").get("message") == WAIVED
    assert "too many" in named["bedrock-quota-jobs"].findtext("system-out")
    assert "decided by another" in named["bedrock-model-access"].find("skipped").get("message")
    assert (named["requests-json"].get("file"), named["requests-json"].get("line")) == (
        "jobs/requests.jsonl",
        "3",
    )


def test_each_test_case_of_junit_has_a_name_of_its_own():
    cases = list(ET.fromstring(rendered(junit)).iter("testcase"))
    assert len({(case.get("classname"), case.get("name")) for case in cases}) == len(cases)
    assert all(case.get("classname").count(".") == 2 for case in cases)


# --- github --------------------------------------------------------------------------------------


def test_annotations_stand_at_the_file_where_there_is_one_and_say_the_repair():
    first, second, *_, last = rendered(github).splitlines()
    assert first.startswith("::error file=jobs/requests.jsonl,line=3,title=")
    assert "%0Arepair: rewrite" in first
    assert second.startswith("::error title=bedrock us-west-2")
    assert last.startswith("NOT READY: ")


def test_the_step_summary_is_added_to_and_only_for_github(tmp_path, monkeypatch):
    summary = tmp_path / "summary.md"
    summary.write_text("of the step before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    destinations.write(EVERY_KIND, [Destination("text")])
    assert summary.read_text() == "of the step before\n"
    destinations.write(EVERY_KIND, [Destination("github")])
    assert summary.read_text() == "of the step before\n" + rendered(markdown)


# --- markdown ------------------------------------------------------------------------------------


def test_markdown_begins_with_its_mark_and_the_verdict_and_folds_what_passed():
    mark, heading, *_ = rendered(markdown).splitlines()
    assert mark == markdown.MARK
    assert heading == "## ✗ NOT READY: the job would be refused or lost; repair what failed"
    page = rendered(markdown)
    assert page.index("### Failed\n") < page.index("### Not known") < page.index("### Waived")
    assert page.index("</summary>") > page.index("Seen: refused")
    assert WAIVED.replace("  ", " ") in " ".join(page.split())


def test_markdown_fits_into_a_comment_whatever_there_is():
    many = tuple(
        Result("bedrock", "aws", f"bedrock-{n}", "A title", Failed("x" * 5_000, "y" * 500))
        for n in range(100)
    )
    page = rendered(markdown, Report(many))
    assert len(page) < 65_536
    assert "There is no room here for" in page


# --- html ----------------------------------------------------------------------------------------

LOADING = {"script", "link", "img", "iframe", "object", "embed", "base", "form", "svg", "video"}


class Elements(HTMLParser):
    def __init__(self, source):
        super().__init__()
        self.found, self.text = [], ""
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data

    def named(self, tag):
        return [attributes for name, attributes in self.found if name == tag]


def test_the_page_needs_nothing_else_and_forbids_it():
    source = rendered(html_report)
    page = Elements(source)
    assert {tag for tag, _ in page.found} & LOADING == set()
    [policy] = [meta["content"] for meta in page.named("meta") if "http-equiv" in meta]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert not [attrs for _, attrs in page.found if "style" in attrs]
    assert not re.search(r"url\(|@import|https?://", source[: source.index("</style>")])
    assert source.isascii(), "a stylesheet with other characters would not match its digest"


def test_the_page_allows_its_own_style():
    source = rendered(html_report)
    style = source[source.index("<style>") + 7 : source.index("</style>")]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in source


def test_the_page_is_made_of_sections_with_headings_and_ids_of_their_own():
    page = Elements(rendered(html_report))
    ids = [attributes["id"] for _, attributes in page.found if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {"failed", "unknown", "waived", "skipped", "passed", "main"} <= set(ids)
    assert {section["aria-labelledby"] for section in page.named("section")} <= set(ids)
    assert {link["href"].removeprefix("#") for link in page.named("a")} <= set(ids)
    assert page.named("html") == [{"lang": "en"}]
    assert len(page.named("h1")) == len(page.named("title")) == len(page.named("main")) == 1


def test_the_page_says_everything_in_order_of_urgency():
    text = Elements(rendered(html_report)).text
    order = ["NOT READY", "To be repaired", "rewrite", "Not known", "iam:GetRole", "Waived"]
    order += [WAIVED, "What was looked at", "1,234 bytes", "Not asked", "Passed"]
    places = [text.index(words) for words in order]
    assert places == sorted(places)
    assert "SHA-256" in text


@pytest.mark.parametrize("module", [html_report, markdown, junit])
def test_the_calls_are_counted_where_anybody_was_asked(module):
    assert "1,204, at most 7 in a row" in rendered(
        module, replace(READY, calls=1_204, longest_chain=7)
    )
    assert "in a row" not in rendered(module, READY)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("report", [EMPTY, READY], ids=["empty", "ready"])
def test_every_format_can_say_that_there_is_little_to_say(form, report, capsys):
    destinations.write(report, [Destination(form)])
    assert capsys.readouterr().out


@pytest.mark.parametrize(
    "outcome", [Passed("x"), Unknown("x", "y"), Skipped("x"), Failed("x", "y")]
)
@pytest.mark.parametrize("form", FORMATS)
def test_every_format_can_say_every_outcome_alone(form, outcome, capsys):
    destinations.write(Report((Result("p", "s", "p-id", "T", outcome),)), [Destination(form)])
    assert capsys.readouterr().out


# --- where it goes -------------------------------------------------------------------------------


@pytest.fixture
def offline(preflight, tmp_path, monkeypatch):
    """`preflight check --offline` in a folder with a good request file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "requests.jsonl").write_bytes(lines(request("r0"), request("r1")))
    (tmp_path / "promises.json").write_text(preflight("promises", "--example", "openai")[1])

    def check(*formats, requests="requests.jsonl"):
        options = [word for one in formats for word in ("--format", one)]
        return preflight("check", requests, "--promises", "promises.json", "--offline", *options)

    return check


def test_several_formats_are_written_at_once_and_text_is_shown(offline, tmp_path):
    named = [f"{form}:report.{form}" for form in FORMATS]
    code, out, err = offline(*named)
    assert (code, err) == (0, "")
    assert out.splitlines()[-1].startswith("READY: ")
    for form in FORMATS:
        assert (tmp_path / f"report.{form}").read_text()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        ["requests.jsonl", "promises.json", *(f"report.{form}" for form in FORMATS)]
    )


def test_a_format_without_a_file_takes_the_place_of_text(offline):
    code, out, _ = offline("json", "text:report.txt")
    assert code == 0
    document = json.loads(out)
    assert document["promises"] == "promises.json"
    assert document["request_file"]["models"] == [{"model": "gpt-4o-mini", "requests": 2}]
    assert offline("json:-")[1].startswith("{")


def test_two_formats_on_standard_output_are_refused(offline):
    code, out, err = offline("text", "markdown")
    assert (code, out) == (2, "")
    assert "give all but one a file: --format markdown:FILE" in err


@pytest.mark.parametrize(
    ("formats", "said"),
    [
        (("xml",), "'xml' is none of text, json, sarif, junit, github, markdown, html"),
        (("html:",), "names no file"),
        (("html:nowhere/a.html",), "mkdir -p"),
        (("html:.",), "is a folder"),
        (("html:a", "json:./a"), "twice"),
        (("json:requests.jsonl",), "would overwrite what is to be read"),
        (("json:promises.json",), "would overwrite what is to be read"),
    ],
)
def test_a_destination_that_cannot_be_is_refused_before_anything_is_asked(
    offline, tmp_path, formats, said
):
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    code, out, err = offline(*formats)
    assert (code, out) == (2, "")
    assert said in err
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_report_of_an_earlier_run_is_not_left_where_this_one_has_none(offline, tmp_path):
    assert offline("json:report.json")[0] == 0
    assert (tmp_path / "report.json").exists()
    assert offline("json:report.json", requests="missing.jsonl")[0] == 2
    assert not (tmp_path / "report.json").exists()


def test_a_link_stays_a_link(offline, tmp_path):
    (tmp_path / "link.html").symlink_to("page.html")
    assert offline("html:link.html")[0] == 0
    assert (tmp_path / "link.html").is_symlink()
    assert (tmp_path / "page.html").read_text().startswith("<!DOCTYPE html>")


def test_a_pipe_is_written_to_as_it_is(offline, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    read = []
    reader = threading.Thread(
        target=lambda: read.append((tmp_path / "pipe").read_text()), daemon=True
    )
    reader.start()
    assert offline("json:pipe")[0] == 0
    reader.join(10)
    assert json.loads(read[0])["verdict"] == "READY"


def test_an_error_is_json_where_json_goes_to_standard_output(offline):
    code, out, _ = offline("json", "html:page.html", requests="missing.jsonl")
    assert code == 2
    assert json.loads(out)["format"] == "preflight-error"
    assert offline("json:report.json", requests="missing.jsonl")[1] == ""


def test_faults_of_the_file_are_annotated_at_their_lines(offline, tmp_path):
    wrong = replace_model(request("r1"))
    (tmp_path / "requests.jsonl").write_bytes(lines(request("r0"), wrong) + b"{\n")
    code, out, _ = offline("github")
    assert code == 1
    places = re.findall(r"^::error file=requests\.jsonl,line=(\d+),", out, re.MULTILINE)
    assert sorted(places) == ["2", "3"]


def replace_model(line):
    return line | {"body": line["body"] | {"model": "another"}}


def test_a_report_knows_when_it_was_made(offline):
    at = json.loads(offline("json")[1])["at"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", at)
    assert json_report.shape(replace(EVERY_KIND, at=None))["at"] is None
