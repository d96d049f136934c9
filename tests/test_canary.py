"""`preflight check --canary`: what it asks before it pays, what it says, and that it pays once."""

import json
import sys

import pytest
from canary_world import PASSED, canary, double, folder, outcomes
from cli_world import one_sentence, request, sent
from gateway_double import lines, result

from preflight.cli import main

__all__ = ["canary", "double", "folder"]


def test_a_small_real_job_is_sent_and_what_came_back_is_said(canary, double):
    code, steps, report, err = canary()
    assert outcomes(steps) == PASSED, err
    assert code == report["exit_code"]
    assert "1 of 1 requests came back with an answer" in steps["gateway-results"]["detail"]
    assert "read back, the same" in steps["gateway-upload"]["detail"]
    ((name, content),) = double.uploads
    assert name.startswith("preflight-")
    assert json.loads(content) == request("canary-r0")
    assert double.deleted == ["file-0"]
    assert not any("--canary" in sentence for sentence in report["not_looked_at"])


def test_a_second_canary_of_the_same_pays_nothing_and_says_how_old_its_proof_is(canary, double):
    canary()
    _, steps, _, err = canary()
    assert outcomes(steps) == PASSED
    assert sent(double) == (1, 1)
    assert (
        "proved by an earlier canary, less than an hour ago" in steps["gateway-results"]["caveat"]
    )
    assert "of prompts" not in err
    assert double.deleted == ["file-0"]


def test_other_promises_are_another_canary(canary, double, folder):
    canary()
    promises = json.loads((folder / "promises.json").read_text())
    promises["openai"][0]["provider_name"] = "openai-other"
    (folder / "promises.json").write_text(json.dumps(promises))
    _, steps, _, _ = canary()
    assert outcomes(steps) == PASSED
    assert sent(double) == (2, 2)


def test_without_a_canary_what_only_a_job_can_tell_is_said_not_to_be_looked_at(canary, double):
    _, steps, report, _ = canary(command=("check", "requests.jsonl"))
    assert not steps
    assert sum("--canary" in sentence for sentence in report["not_looked_at"]) == 1
    assert sent(double) == (0, 0)
    _, _, report, _ = canary(command=("check", "requests.jsonl", "--offline"))
    assert not any("--canary" in sentence for sentence in report["not_looked_at"])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("requests.jsonl",), "--yes"),
        (("--yes",), "name one"),
        (("requests.jsonl", "--yes", "--offline"), "--offline"),
        (("requests.jsonl", "--yes", "--skip", "requests-json"), "a waiver"),
        (("requests.jsonl", "--yes", "--only", "gateway-*"), "a waiver"),
        (("requests.jsonl", "--yes", "--canary-wait", "0"), "--canary-wait"),
    ],
)
def test_a_command_line_with_which_nothing_can_be_sent_is_refused(
    preflight, double, arguments, words
):
    code, out, err = preflight("check", "--canary", *arguments)
    assert (code, out) == (2, "")
    assert one_sentence(err)
    assert words in err
    assert sent(double) == (0, 0)


class Terminal:
    """Standard input of somebody who answers."""

    def __init__(self, answer):
        self.answer = answer

    def isatty(self):
        return True

    def readline(self):
        return self.answer


@pytest.mark.parametrize(("answer", "jobs"), [("y\n", 1), ("Yes\n", 1), ("n\n", 0), ("", 0)])
def test_on_a_terminal_the_price_is_said_before_it_is_asked(
    canary, double, monkeypatch, answer, jobs
):
    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    _, steps, report, err = canary(command=("check", "requests.jsonl", "--canary"))
    assert sent(double) == (jobs, jobs)
    assert bool(steps) == bool(jobs)
    assert any("nobody agreed" in sentence for sentence in report["not_looked_at"]) != bool(jobs)
    assert err.index("tokens of prompts") < err.index("send it? [y/N]")
    assert "price not known for the answers" in err  # the requests set no bound


def test_nothing_is_sent_where_a_check_failed_but_for_a_waived_one(canary, double, folder):
    body = request("r0")["body"] | {"stream": True}
    (folder / "requests.jsonl").write_bytes(lines(request("r0", body=body), request("r1")))
    code, steps, _, _ = canary()
    assert code == 1
    assert sent(double) == (0, 0)
    assert {step["reason"] for step in steps.values()} == {
        "requests-stream failed, so that no canary was sent"
    }
    (folder / "waivers.toml").write_text(
        '[[waiver]]\ncheck = "requests-stream"\nreason = "on purpose"\nowner = "ann"\n'
        "expires = 2999-01-01\n"
    )
    double.content["out"] = lines(result("canary-r1"))
    _, steps, _, _ = canary("--waivers", "waivers.toml")
    assert outcomes(steps) == PASSED
    assert json.loads(double.uploads[0][1])["custom_id"] == "canary-r1"


def test_without_a_key_it_is_unknown(canary, double, monkeypatch):
    monkeypatch.delenv("TFY_API_KEY")
    code, steps, _, _ = canary()
    assert code == 3
    assert outcomes(steps)["gateway-upload"] == "unknown"


def test_it_is_a_command_like_others(capsys):
    with pytest.raises(SystemExit):
        main(["check", "--help"])
    shown = capsys.readouterr().out
    assert all(option in shown for option in ("--canary", "--canary-wait", "--canary-cancel"))
