"""Where formats are written to: standard output, files, and what a file must not become."""

import json
import os
import re
import threading
from dataclasses import replace

import pytest
from cli_world import request
from gateway_double import lines
from report_world import EVERY_KIND

from preflight.render import (
    json_report,
)
from preflight.vocabulary import FORMATS


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
