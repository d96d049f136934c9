"""Each format of the report: what it says of every outcome, and where `--format` puts it."""

import json
import re
from dataclasses import replace
from importlib.resources import files
from xml.etree import ElementTree as ET

import msgspec
import pytest
from format_shapes import WAIVED, rendered
from report_world import EMPTY, EVERY_KIND, READY

from preflight.outcomes import Failed, Passed, Skipped, Unknown
from preflight.render import (
    destinations,
    github,
    html_report,
    json_report,
    json_shape,
    junit,
    markdown,
)
from preflight.render.destinations import Destination
from preflight.report import Report, Result
from preflight.vocabulary import FORMATS


def test_the_json_schema_in_the_package_is_the_one_of_the_types():
    shipped = json.loads(files("preflight.render").joinpath("report.schema.json").read_text())
    assert shipped == json_shape.schema(), "renew it with `make docs`"


@pytest.mark.parametrize("report", [EVERY_KIND, EMPTY, READY], ids=["every kind", "empty", "ready"])
def test_a_json_report_is_of_the_shape_that_the_schema_describes(report):
    document = msgspec.json.decode(rendered(json_report, report), type=json_shape.Document)
    assert document.verdict == report.verdict.value
    assert document.exit_code == report.exit_code
    assert len(document.checks) == len(report.results)
    only_of_a_scan = {"request_files"}
    fields = set(json_shape.Document.__struct_fields__) - only_of_a_scan
    assert set(json.loads(rendered(json_report, report))) == fields


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
