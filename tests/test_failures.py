"""The table of failures: read strictly, joined to the checks, and recognising the known texts."""

import io
import re
import time

import msgspec
import pytest

from preflight.checklist import WORLDS, checklist
from preflight.failures import recognise as recognising
from preflight.failures.recognise import OVERLAP, recognise
from preflight.failures.table import failures, parse, seen_by

FAILURES = failures()
BY_ID = {failure.id: failure for failure in FAILURES}
CHECKS = {listed.check.id for listed in checklist()}

AFTER_THE_JOB = {
    *("B03", "B24", "B25", "B27", "B33", "B34", "B35"),
    *("V12", "V23"),
    *("A10", "A14", "A22", "A23", "A24"),
    *("O03", "O12", "O13", "O14", "O15", "O16"),
    *("G09", "G12"),
}
"""What nobody can see before the job, or what no job fails by: each says why."""

ROW = """
[[failure]]
id = "B99"
title = "It fails"
shows = "late"
patterns = ['it fails']
means = "It does."
checks = ["bedrock-bucket"]
repair = "Do not."
source = "nowhere"
confidence = "inferred"
"""

SAID = {
    "B01": "User: arn:aws:sts::123456789012:assumed-role/x is not authorized to perform: "
    "iam:PassRole on resource: arn:aws:iam::123456789012:role/bedrock-batch because no "
    "identity-based policy allows the iam:PassRole action",
    "B07": "Could not validate GetObject permissions to access Amazon S3 bucket: b at key k",
    "B13": "not authorized to perform: bedrock:InvokeModel on resource: arn:aws:bedrock:"
    "ap-northeast-3::foundation-model/m because no identity-based policy allows the "
    "bedrock:InvokeModel action",
    "B14": "Invocation of model ID anthropic.claude with on-demand throughput isn\u2019t supported."
    " Retry your request with the ID or ARN of an inference profile that contains this model.",
    "B15": "Batch inference is not supported for the requested model",
    "B17": "ValidationException: Your account is not authorized to perform this action. Please "
    "create a support case",
    "B20": "Batch job arn:aws:x contains less records (1) than the required minimum of: 100",
    "B28": "Malformed input request: #: extraneous key [max_workers] is not permitted, please "
    "reformat your input and try again.",
    "V01": "Service agents are being provisioned (https://x). Service agents are needed to read "
    "the Cloud Storage file provided. So please try again in a few minutes.",
    "V02": "Service account account [12]@gcp-sa-automl.iam.gserviceaccount.com does not have "
    "[storage.buckets.get] IAM permission to the input bucket",
    "V03": "400 The Cloud Storage bucket of gs://b/f is in location us. It must be in the same "
    "regional location as the service location us-central1.",
    "V05": "403 Vertex AI API has not been used in project 12 before or it is disabled. Enable it "
    "by visiting https://console.developers.google.com/apis",
    "V06": "Publisher Model projects/p/locations/l/publishers/google/models/m was not found or "
    "your project does not have access to it.",
    "V07": "Permission 'aiplatform.endpoints.predict' denied on resource '//aiplatform' (or it may"
    " not exist)",
    "V09": "Failed to import data. Not found: Dataset i81e57-tp:llm_bp_tenant_dataset_1 was not "
    "found in location US",
    "V12": "Online prediction request quota exceeded for gemini-1.5-pro",
    "V16": "Invalid 'input_file_id': string too long. Expected max length 64.",
    "V17": "GCS bucket_name is required",
    "V18": "Client error '404 Not Found' for url 'https://us-central1-aiplatform.googleapis.com/"
    "v1/projects/p/locations/l/batchPredictionJobs'",
    "V25": "Service account `1-compute@developer.gserviceaccount.com` does not have "
    '`[storage.objects.get, storage.objects.create]` IAM permission(s) to the bucket "b"',
    "A27": "(PermissionDenied) The principal `x` lacks the required data action "
    "`Microsoft.CognitiveServices/accounts/OpenAI/batch-jobs/write` to perform `POST /x` operation",
    "A28": "Access denied due to Virtual Network/Firewall rules.",
    "A29": "DeploymentNotFound: The API deployment for this resource does not exist. If you x",
    "A09": "Validation failed: A valid model deployment name couldn't be extracted from the input "
    "file. Please ensure that each row in the input file has a valid deployment name",
    "A12": "The number of enqueued tokens has surpassed the configured limit of 30K for the "
    "deployment 'gpt-4.1-batch'.",
    "A13": "404 - {'error': {'code': '404', 'message': 'Resource not found'}}",
    "A14": "The chatCompletion operation does not work with the specified model, gpt-4o.",
    "A24": "Mode batch not supported. See modes here: https://x",
    "O01": "BatchError(code='token_limit_exceeded', line=None, message='Enqueued token limit "
    "reached for gpt-4o-mini in organization org-1. Limit: 2,000,000 enqueued tokens.",
    "O02": "Enqueued request limit reached for text-embedding-3-small in organization org-1.",
    "O04": "This line is not parseable as valid JSON.",
    "O06": "Invalid file format for Batch API. Must be .jsonl",
    "O14": "Missing required parameter: 'input_file_id'.",
    "G02": "LiteLLM doesn't support custom_llm_provider=bedrock for 'create_batch'",
    "G03": "AWS IAM role ARN is required for Bedrock batch jobs. Set 'aws_batch_role_arn' in x",
    "G05": "AccessDenied: User is not authorized to perform: sts:AssumeRole on resource: role/x",
    "G06": "Could not account for all tokens in the batch input file: x",
    "G07": "Batch input file is 12.0 MB, which exceeds the configured max_batch_file_size_mb of 10",
}
"""Texts that were read word by word, shortened."""


def best(text):
    return [match.failure.id for match in recognise(io.StringIO(text)).matches]


def test_there_are_as_many_failures_as_were_gathered():
    assert len(FAILURES) >= 107
    assert {failure.world for failure in FAILURES} == set(WORLDS) - {"requests"}


def test_an_id_is_given_once():
    assert len(BY_ID) == len(FAILURES)


def test_every_check_that_a_failure_names_exists():
    named = {check_id for failure in FAILURES for check_id in failure.checks}
    assert named - CHECKS == set()
    assert {failure.id for failure in seen_by("bedrock-job-role-trust")} == {"B04", "B05"}


def test_what_can_be_seen_before_has_a_check_and_what_cannot_says_why():
    assert {failure.id for failure in FAILURES if not failure.checks} == AFTER_THE_JOB
    assert [one.id for one in FAILURES if not one.checks and len(one.unseen) < 20] == []


def test_a_failure_that_shows_word_by_word_has_a_pattern():
    mute = [one.id for one in FAILURES if one.confidence == "verbatim" and not one.patterns]
    assert mute == []
    assert {one.id for one in FAILURES if one.confidence == "verbatim"} - set(SAID) <= {"B10"}


@pytest.mark.parametrize("failure", FAILURES, ids=BY_ID)
def test_its_words_are_whole_sentences(failure):
    assert re.search(r"[A-Za-z0-9_)]$", failure.title)
    for text in (failure.means, failure.repair, failure.unseen):
        assert not text or text[-1] in ".;"


# --- reading --------------------------------------------------------------------------------------


def test_a_row_is_read():
    (row,) = parse(ROW)
    assert (row.id, row.world, row.checks, row.unseen) == (
        "B99",
        "bedrock",
        ("bedrock-bucket",),
        "",
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('id = "B99"', 'id = "X99"'),
        ('id = "B99"', 'id = "B9"'),
        ('title = "It fails"', ""),
        ('title = "It fails"', 'title = ""'),
        ('shows = "late"', 'shows = "never"'),
        ("patterns = ['it fails']", "patterns = ['it (fails']"),
        ("patterns = ['it fails']", "patterns = ['It fails']"),
        ("patterns = ['it fails']", "patterns = 'it fails'"),
        ('checks = ["bedrock-bucket"]', ""),
        ('confidence = "inferred"', 'confidence = "certain"'),
        ('source = "nowhere"', 'source = "nowhere"\nseverity = "high"'),
        ("[[failure]]", "[[failures]]"),
    ],
)
def test_a_row_that_is_not_as_it_should_be_is_refused(old, new):
    with pytest.raises((ValueError, msgspec.ValidationError)):
        parse(ROW.replace(old, new))


def test_an_escape_of_a_pattern_may_be_a_capital():
    assert parse(ROW.replace("'it fails'", r"'it\W+fails'"))


# --- recognising ----------------------------------------------------------------------------------


@pytest.mark.parametrize("failure_id", SAID)
def test_a_text_that_was_read_is_recognised_first(failure_id):
    assert best(SAID[failure_id])[0] == failure_id
    assert best(f"2026-10-01 ERROR\n{SAID[failure_id].upper()}\ndone")[0] == failure_id


def test_what_says_most_stands_first():
    assert best(f"token_limit_exceeded. {SAID['A12']}")[0] == "A12"
    assert best(f"token_limit_exceeded. {SAID['O01']}")[0] == "O01"
    assert set(best("token_limit_exceeded")) == {"O01", "A12"}


def test_a_code_of_two_providers_names_both():
    assert set(best('{"code": "url_mismatch"}')) == {"O08", "A04"}


@pytest.mark.parametrize("text", ["", "all is well", "3,000 requests completed", "model found"])
def test_a_text_that_tells_of_nothing_is_not_recognised(text):
    found = recognise(io.StringIO(text))
    assert (found.matches, found.rights) == ((), ())


def test_a_message_is_recognised_across_lines_colours_and_escaped_quotes():
    folded = SAID["B20"].replace(" ", "\n   ")
    assert best(folded) == ["B20"]
    assert best(SAID["B20"].replace("than", "\x1b[31mthan\x1b[0m")) == ["B20"]
    escaped = r"{\"code\": \"404\", \"message\": \"Resource not found\"}"
    assert best(escaped) == ["A13"]


def test_a_message_that_two_blocks_share_is_recognised(monkeypatch):
    text = "x " * 100 + SAID["V03"] + " y" * 100
    for size in range(190, 400, 7):
        monkeypatch.setattr(recognising, "BLOCK", size)
        assert best(text)[0] == "V03", size


def test_no_pattern_spans_more_than_is_read_again():
    for failure in FAILURES:
        for pattern in failure.patterns:
            spans = sum(int(most) for most in re.findall(r"\{\d+,(\d+)\}", pattern))
            assert len(pattern) + spans < OVERLAP / 2
            assert not re.search(r"(?<!\\)[.\]][*+]", pattern), pattern


def test_what_was_seen_is_quoted_as_it_was_written():
    (match,) = recognise(io.StringIO(f"before {SAID['B15']} after")).matches
    assert match.quote == SAID["B15"]


def test_a_letter_that_is_longer_in_lower_case_shifts_no_quote():
    (match,) = recognise(io.StringIO("\u0130" * 50 + SAID["B15"])).matches
    assert match.quote.lower() == SAID["B15"].lower()


def test_the_rights_that_a_text_names_are_found():
    found = recognise(io.StringIO("lacks S3:putobject, aiplatform.batchPredictionJobs.create."))
    assert set(found.rights) == {"s3:PutObject", "aiplatform.batchPredictionJobs.create"}
    assert recognise(io.StringIO("s3:PutObjectAcl x.s3:PutObject")).rights == ()


@pytest.mark.parametrize(
    "text",
    [
        "role " * 200_000,
        "gcp-sa-aiplatform" + "a" * 1_000_000,
        "bucket" * 160_000,
        "invocation of model id " * 40_000,
        "(" * 1_000_000,
        "cloudkms." + "a." * 500_000,
    ],
    ids=lambda text: text[:12],
)
def test_hostile_text_is_read_in_time(text):
    start = time.monotonic()
    recognise(io.StringIO(text))
    assert time.monotonic() - start < 20
