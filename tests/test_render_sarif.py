"""SARIF: what is an error and where it stands."""

import json
from datetime import date

import pytest
from format_shapes import WAIVED, rendered
from report_world import EVERY_KIND, READY, filled

from preflight.outcomes import Unknown
from preflight.render import (
    github,
    html_report,
    junit,
    markdown,
    sarif,
)
from preflight.report import Report, Result, Waiver

WAIVER = Waiver("a reason", "an owner", date(2030, 1, 31), 9)


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
