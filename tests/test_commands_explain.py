"""`preflight explain`: an id, a pasted text, a whole log; and what of it is not known."""

import io
import json
import re
import sys

import pytest
from cli_world import ended, one_sentence, started

from preflight.checklist import checklist
from preflight.failures.table import failures
from preflight.looking import looks_of
from preflight.looks import LOOKS, looks, other_ways

LISTED = {listed.check.id: listed for listed in checklist()}
TEXT = "Batch job arn:aws:x contains less records (1) than the required minimum of: 100"
EVIL = "\x1b[31mred\x1b[0m\r\n::error::owned\x07 \u202egnp.exe ##vso[x]y"


@pytest.fixture
def stdin(monkeypatch):
    def give(content):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))

    return give


# --- a check --------------------------------------------------------------------------------------


@pytest.mark.parametrize("check_id", LISTED)
def test_every_check_is_explained(preflight, check_id):
    code, out, err = preflight("explain", check_id)
    assert (code, err) == (0, "")
    assert out.startswith(f"{check_id}: {LISTED[check_id].check.title}\n  why:")
    assert f"docs/checks.md#{check_id}" in out
    assert "  looks at: " in out
    assert "  repair:" in out
    assert max(map(len, out.splitlines())) <= 110


def test_a_check_names_its_rights_its_gates_and_what_it_prevents(preflight):
    _, out, _ = preflight("explain", "bedrock-job-role-trust")
    assert "iam:GetRole on the job role" in out
    assert "needs:    bedrock-credentials, bedrock-job-role to pass" in out
    assert "prevents: B04 " in out
    assert re.search(r"^ {12}B05 ", out, re.MULTILINE)
    assert "pulumi up --refresh" in out


def test_a_check_of_the_file_needs_no_right(preflight):
    assert "looks at: the request file alone" in preflight("explain", "requests-json")[1]
    assert "TFY_API_KEY" in preflight("explain", "gateway-key")[1]
    assert "needs no right of its own" in preflight("explain", "vertex-model-batch")[1]


def test_a_check_as_json(preflight):
    code, out, _ = preflight("explain", "vertex-bucket-region", "--format", "json")
    found = json.loads(out)
    assert (found["format"], found["exit_code"], code) == ("preflight-explanation", 0, 0)
    check = found["check"]
    assert check["prevents"] == ["V03", "V09"]
    assert check["rights_to_look"] == [
        {"permission": "storage.buckets.get", "on": "the bucket", "when": ""}
    ]


@pytest.mark.parametrize("provider", ["bedrock", "vertex", "azure"])
def test_every_right_to_look_is_needed_by_a_check(provider):
    asked = {
        look.permission
        for listed in LISTED.values()
        for look in looks_of(listed.check, provider)
        if listed.world == provider
    }
    assert asked == {look.permission for look in (*looks(provider), *other_ways(provider))}


def test_a_right_to_look_is_found_where_a_check_leaves_the_asking_to_others():
    deep = looks_of(LISTED["bedrock-gateway-pass-role"].check, "bedrock")
    assert "iam:SimulatePrincipalPolicy" in {look.permission for look in deep}
    assert looks_of(LISTED["bedrock-model-batch"].check, "bedrock") == ()
    assert looks_of(LISTED["bedrock-bucket"].check, "openai") == ()
    assert {look.provider for look in LOOKS} == {"bedrock", "vertex", "azure"}


# --- a failure ------------------------------------------------------------------------------------


@pytest.mark.parametrize("failure", failures(), ids=lambda failure: failure.id)
def test_every_failure_is_explained(preflight, failure):
    code, out, err = preflight("explain", failure.id.lower())
    assert (code, err) == (0, "")
    assert out.startswith(f"{failure.id} ({failure.world}): {failure.title}\n")
    for check_id in failure.checks:
        assert f"{check_id}: " in out
    assert f"docs/failures.md#{failure.id.lower()}" in out


def test_a_pasted_text_is_explained_with_what_was_seen(preflight):
    code, out, err = preflight("explain", f"ERROR {TEXT}!")
    assert (code, err) == (0, "")
    assert out.startswith("B20 (bedrock): ")
    assert "seen:     \u201ccontains less records (1) than the required minimum\u201d" in out
    assert "seen by:  bedrock-quota-minimum: " in out


def test_a_text_need_not_be_quoted(preflight):
    assert preflight("explain", *TEXT.split())[1].startswith("B20 ")


def test_a_code_alone_is_a_text(preflight):
    code, out, _ = preflight("explain", "duplicate_custom_id")
    assert code == 0
    assert {"A07", "O08"} == set(re.findall(r"^([A-Z]\d\d) ", out, re.MULTILINE))


def test_a_text_as_json_has_all_matches_best_first(preflight):
    code, out, _ = preflight("explain", f"token_limit_exceeded {TEXT}", "--format", "json")
    found = json.loads(out)
    assert code == found["exit_code"] == 0
    assert [one["id"] for one in found["failures"]] == ["B20", "O01", "A12"]
    assert found["failures"][1]["seen"] == "token_limit_exceeded"
    assert found["failures"][0]["checks"] == ["bedrock-quota-minimum", "requests-count"]


def test_a_right_that_a_text_names_is_explained(preflight):
    text = "caller lacks iam.serviceAccounts.getAccessToken and s3:PutObject"
    code, out, _ = preflight("explain", text)
    assert code == 0
    assert "s3:PutObject: a right that the text names" in out
    assert "uploads the requests" in out
    assert "by whoever runs preflight, on the gateway's service account" in out
    rights = json.loads(preflight("explain", text, "--format", "json")[1])["rights"]
    assert {one["right"] for one in rights} == {
        "s3:PutObject",
        "iam.serviceAccounts.getAccessToken",
    }
    assert all(one["needed_by"] or one["looks"] for one in rights)


def test_a_log_with_many_failures_explains_the_best_and_names_the_rest(preflight, stdin):
    codes = "url_mismatch model_mismatch too_many_tasks invalid_json_line input_modified"
    stdin(f"{TEXT}\n{codes}\nduplicate_custom_id\n".encode())
    code, out, _ = preflight("explain", "-")
    assert code == 0
    assert out.count("  repair:") == 5
    assert "less likely, too: " in out


# --- what is not known ----------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["all is well", "HTTP 418", "", "!"])
def test_a_text_of_which_nothing_is_known_is_said_to_be_so(preflight, text):
    code, out, err = preflight("explain", text)
    assert (code, err) == (3, "")
    assert out.startswith("nothing is known of this text")
    code, out, _ = preflight("explain", text, "--format", "json")
    assert (code, json.loads(out)["failures"], json.loads(out)["rights"]) == (3, [], [])


@pytest.mark.parametrize(
    ("given", "near"),
    [
        ("bedrock-bukket", "bedrock-bucket"),
        ("vertex-bucket-regions", "vertex-bucket-region"),
        ("G77", "G07"),
    ],
)
def test_an_id_that_there_is_not_is_wrong_usage_and_the_nearest_is_named(preflight, given, near):
    code, out, err = preflight("explain", given)
    assert (code, out) == (2, "")
    assert one_sentence(err)
    assert f"did you mean {near}?" in err


def test_nothing_at_all_is_wrong_usage(preflight):
    code, out, err = preflight("explain")
    assert (code, out) == (2, "")
    assert "ID|TEXT|-" in err


# --- hostile and large ----------------------------------------------------------------------------


def test_hostile_text_is_shown_escaped(preflight, stdin):
    quoted = f"publisher model {EVIL} was not found or your project does not have access"
    assert "V06" in preflight("explain", quoted)[1]
    for arguments in ((quoted,), (EVIL,), ("-",)):
        stdin(quoted.encode())
        for form in ("text", "json"):
            _, out, err = preflight("explain", *arguments, "--format", form)
            assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", out + err)
            assert "##vso[" not in out or form == "json"


def test_bytes_that_are_no_text_are_read(preflight, stdin):
    stdin(b"\xff\xfe\x00 " + TEXT.encode() + b"\x80")
    assert preflight("explain", "-")[1].startswith("B20 ")


def test_a_long_log_is_read_from_a_pipe(tmp_path):
    log = tmp_path / "a.log"
    log.write_bytes(b"an ordinary line of a log\n" * 100_000 + TEXT.encode())
    with log.open("rb") as file:
        code, out, err = ended(started("explain", "-", stdin=file))
    assert (code, err) == (0, "")
    assert out.startswith("B20 ")
