"""`preflight check` and `preflight scan` as pages: what is drawn is worked out only for them."""

from argparse import Namespace
from dataclasses import replace

import pytest
from cli_world import write_promises, write_requests
from html_world import TARGETS
from request_files import good_lines, line, request, write

from preflight.commands import plan
from preflight.commands.plan import of_report
from preflight.outcomes import Failed, Passed, Unknown
from preflight.render.html_findings import MOST_PLACES
from preflight.report import Report, Result
from preflight.requests.scan import scan


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_promises(tmp_path / "promises.json")
    write_requests(tmp_path / "requests.jsonl", [f"r{n}" for n in range(10)])
    (tmp_path / "tables.toml").write_text("openai.max_requests = 4\n")
    return tmp_path


CHECK = ("check", "requests.jsonl", "--offline", "--promises", "promises.json")


def test_an_offline_page_says_what_would_be_split_and_draws_no_trust(preflight, folder):
    options = ("--tables", "tables.toml", "--format", "html:report.html")
    assert preflight(*CHECK, *options)[0] == 0
    page = (folder / "report.html").read_text()
    assert "3 shards in 1 wave, up to 24 h" in page
    assert "one job takes 4, 2.5 times that (your tables tables.toml" in page
    assert 'id="input"' in page
    assert 'id="trust"' not in page


def test_no_other_format_works_a_run_out(preflight, monkeypatch):
    monkeypatch.setattr(plan, "of_report", lambda *_: pytest.fail("it was worked out"))
    for form in ("text", "json", "markdown", "junit", "sarif"):
        assert preflight(*CHECK, "--format", form)[0] == 0


def test_with_no_split_one_job_is_drawn(preflight, folder):
    options = ("--tables", "tables.toml", "--no-split", "--format", "html:report.html")
    assert preflight(*CHECK, *options)[0] == 1
    assert "1 shard in 1 wave" in (folder / "report.html").read_text()


def test_a_broken_file_is_drawn_as_far_as_it_can_be_read(preflight, folder):
    (folder / "requests.jsonl").write_bytes(b'{"custom_id": "a"\n\n[1]\n\xff\n' * 3)
    assert preflight(*CHECK, "--format", "html:report.html")[0] == 1
    page = (folder / "report.html").read_text()
    assert "NOT READY" in page
    assert 'id="plan"' in page


@pytest.mark.parametrize(
    ("outcome", "offline"),
    [(Passed("known"), False), (Failed("no", "log in"), True), (Unknown("away", "x"), True)],
)
def test_a_cloud_is_asked_for_its_limits_only_where_it_answers(
    monkeypatch, folder, outcome, offline
):
    seen = []
    monkeypatch.setattr(
        plan, "planned", lambda *_, one, offline: seen.append((one, offline)) or "a plan"
    )
    bedrock = TARGETS["bedrock"]
    asked = Result("bedrock", "s", "bedrock-credentials", "t", outcome)
    report = Report((asked,), promised={"bedrock": (bedrock,)})
    found = scan(write(folder / "good.jsonl", good_lines(3, "bedrock")))
    assert of_report(report, found, Namespace(no_split=False, offline=False)) == ("a plan",)
    assert seen == [(False, offline)]
    of_report(replace(report, results=()), found, Namespace(no_split=True, offline=False))
    assert seen[-1] == (True, True)


def test_many_files_are_a_table_and_the_urgent_ones_are_shown(preflight, folder):
    names = [f"file-{n:03}.jsonl" for n in range(MOST_PLACES + 5)]
    for name in names:
        row = request(1)
        row["custom_id"] = name
        (folder / name).write_bytes(line(row) + b"\n")
    (folder / names[-1]).write_bytes(b"no JSON\n")
    code, out, _ = preflight("scan", *names, "--format", "html")
    assert code == 1
    assert "The request files" in out
    targets = out[out.index('id="targets"') : out.index('id="failed"')]
    assert targets.count("<li") == MOST_PLACES
    assert names[-1] in targets
    assert "5 more are not shown here." in targets
    assert "Likewise for" in out
    table = out[out.index('id="input"') :]
    assert table.count('<span class="name">file-') == len(names)


def test_each_place_of_a_fault_is_there_where_it_was_asked_for(preflight, folder):
    (folder / "requests.jsonl").write_bytes(b"no JSON\n" * 10)
    _, out, _ = preflight("scan", "requests.jsonl", "--max-findings", "7", "--format", "html")
    assert "7 places</summary>" in out
