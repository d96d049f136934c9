"""The AWS client over HTTP: what it asks, and what it makes of each answer."""

import json
import time

import pytest
from aws_client import ACCOUNT, BUCKET, LOOKS, MODEL, PROMISED, REGION, ROLE, error
from flask import Response, request

from preflight.cloud import aws_calls
from preflight.cloud.aws import connect
from preflight.seams import (
    Caller,
    CredentialsMissing,
    Decision,
    LookError,
    Refused,
    Unreachable,
)

pytest_plugins = ["aws_client_fixtures"]


def test_connecting_asks_nothing(monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "nobody-has-this-profile")
    assert connect(PROMISED)
    with pytest.raises(CredentialsMissing, match="nobody-has-this-profile"):
        connect(PROMISED).caller()


def test_without_credentials_nobody_can_be_asked(credentials):
    credentials.delenv("AWS_ACCESS_KEY_ID")
    credentials.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(CredentialsMissing, match="AWS_PROFILE"):
        connect(PROMISED).caller()


def refused_how(aws):
    """Permission -> the kind of error that its look raises."""
    kinds = {}
    for permission, look in LOOKS.items():
        with pytest.raises(LookError) as caught:
            look(aws)
        kinds[permission] = caught.type
    return kinds


@pytest.mark.parametrize("status", [200, 500])
def test_a_page_that_is_no_answer_is_unreachable(endpoint, status):
    endpoint.answer = lambda _: Response("<html>It works!</html>", status, mimetype="text/html")
    assert refused_how(connect(PROMISED)) == dict.fromkeys(LOOKS, Unreachable)


def test_nobody_there_is_unreachable(credentials, monkeypatch):
    monkeypatch.setattr(aws_calls, "TRIES", 1)
    credentials.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    assert refused_how(connect(PROMISED)) == dict.fromkeys(LOOKS, Unreachable)


def test_a_name_that_no_bucket_can_have_is_said_so(endpoint):
    with pytest.raises(Unreachable, match="no such name"):
        connect(PROMISED).bucket_region("not a name")
    assert endpoint.seen == []


def test_a_service_that_does_not_answer_in_time_is_unreachable(endpoint, monkeypatch):
    monkeypatch.setattr(aws_calls, "READ_SECONDS", 0.2)

    def slow(_):
        time.sleep(0.6)
        return Response("")

    endpoint.answer = slow
    with pytest.raises(Unreachable, match="ReadTimeoutError"):
        connect(PROMISED).bucket_region(BUCKET)


def test_a_throttled_question_is_asked_again(endpoint, monkeypatch):
    monkeypatch.setattr(aws_calls, "TRIES", 2)
    answers = [
        lambda: error("ThrottlingException", status=429),
        lambda: Response(json.dumps({"invocationJobSummaries": []}), mimetype="application/json"),
    ]
    endpoint.answer = lambda _: answers.pop(0)() if len(answers) > 1 else answers[0]()
    assert connect(PROMISED).open_jobs(REGION, PROMISED.model_arns) == 0
    assert len(endpoint.seen) == 5


def test_s3_names_the_region_even_when_it_refuses(endpoint):
    endpoint.answer = lambda _: Response("", 403, {"x-amz-bucket-region": "eu-west-1"})
    aws = connect(PROMISED)
    assert aws.bucket_region(BUCKET) == "eu-west-1"
    with pytest.raises(Refused) as caught:
        aws.bucket_owned_by(BUCKET, ACCOUNT)
    assert caught.value.permission == "s3:ListBucket"


def test_a_bare_403_is_a_refusal(endpoint):
    endpoint.answer = lambda _: Response("", 403)
    with pytest.raises(Refused):
        connect(PROMISED).bucket_region(BUCKET)


def test_a_bucket_of_another_owner_is_told_from_a_refusal(endpoint):
    def answer(_):
        owner = request.headers.get("x-amz-expected-bucket-owner")
        status = 403 if owner not in {None, ACCOUNT} else 200
        return Response("", status, {"x-amz-bucket-region": REGION})

    endpoint.answer = answer
    aws = connect(PROMISED)
    assert aws.bucket_owned_by(BUCKET, ACCOUNT)
    assert not aws.bucket_owned_by(BUCKET, "999999999999")


def test_an_own_endpoint_has_its_buckets_in_the_path(endpoint):
    endpoint.answer = lambda _: Response("", 404)
    assert connect(PROMISED).bucket_region(BUCKET) is None
    assert endpoint.seen == [f"{BUCKET}?"]


def as_json(found):
    return Response(json.dumps(found), mimetype="application/json")


def test_quotas_are_paged_and_the_applied_ones_win(endpoint):
    name = "Records per batch inference job for {}"

    def quotas(*rows, more=None):
        found = {"Quotas": [{"QuotaName": row, "Value": value} for row, value in rows]}
        return as_json(found | ({"NextToken": more} if more else {}))

    def answer(asked):
        if asked == "ListServiceQuotas":
            return quotas((name.format("A"), 7))
        if "NextToken" in request.get_json(force=True):
            return quotas((name.format("B"), 2), ("On-demand requests for B", 9))
        return quotas((name.format("A"), 1), more="next")

    endpoint.answer = answer
    found = connect(PROMISED).batch_quotas(REGION)
    assert found == {name.format("A"): 7.0, name.format("B"): 2.0}


def test_a_region_without_bedrock_has_no_quotas(endpoint):
    endpoint.answer = lambda _: error("NoSuchResourceException")
    assert connect(PROMISED).batch_quotas(REGION) == {}


def test_open_jobs_are_those_of_the_model_by_any_name_and_each_counts_once(endpoint):
    def job(number, model):
        return {"jobArn": f"arn:aws:bedrock:x:1:model-invocation-job/{number}", "modelId": model}

    listed = {
        "Submitted": [job(1, MODEL), job(2, "amazon.nova-lite-v1:0")],
        "Validating": [job(1, MODEL)],
        "Scheduled": [],
        "InProgress": [job(3, f"arn:aws:bedrock:r:1:inference-profile/us.{MODEL}")],
    }
    endpoint.answer = lambda _: as_json(
        {"invocationJobSummaries": listed[request.args["statusEquals"]]}
    )
    assert connect(PROMISED).open_jobs(REGION, PROMISED.model_arns) == 2


@pytest.mark.parametrize("look", ["bedrock:GetFoundationModel", "bedrock:GetInferenceProfile"])
def test_an_unheard_of_model_is_missing_and_a_restricted_account_is_not(endpoint, look):
    endpoint.answer = lambda _: error("ResourceNotFoundException", status=404)
    assert LOOKS[look](connect(PROMISED)) is None
    endpoint.answer = lambda _: error(
        "ValidationException", "The provided model identifier is invalid."
    )
    assert LOOKS[look](connect(PROMISED)) is None
    endpoint.answer = lambda _: error("ValidationException", "Your account is not authorized")
    with pytest.raises(Unreachable, match="not authorized"):
        LOOKS[look](connect(PROMISED))


def simulated(document):
    result = "".join(f"<{name}>{value}</{name}>" for name, value in document.items())
    return Response(
        "<SimulatePrincipalPolicyResponse><SimulatePrincipalPolicyResult><EvaluationResults>"
        f"<member><EvalActionName>a</EvalActionName>{result}</member></EvaluationResults>"
        "</SimulatePrincipalPolicyResult></SimulatePrincipalPolicyResponse>",
        mimetype="text/xml",
    )


def test_a_question_to_the_simulator_is_about_the_role_of_a_session(endpoint):
    forms = []

    def answer(_):
        forms.append(request.form.to_dict())
        return simulated({"EvalDecision": "allowed"})

    endpoint.answer = answer
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/batch-gateway/today"
    passed = {"iam:PassedToService": "bedrock.amazonaws.com"}
    found = connect(PROMISED).may(session, "iam:PassRole", ROLE, passed)
    assert found == Decision("iam:PassRole", ROLE, True)
    assert forms[0]["PolicySourceArn"] == f"arn:aws:iam::{ACCOUNT}:role/batch-gateway"
    assert forms[0]["ContextEntries.member.1.ContextKeyName"] == "iam:PassedToService"
    assert forms[0]["ResourceArns.member.1"] == ROLE


def test_the_simulator_does_not_know_the_principal(endpoint):
    endpoint.answer = lambda _: error("NoSuchEntity", status=404)
    assert connect(PROMISED).may(ROLE, "s3:GetObject", "*", {}) is None


def test_a_refusal_names_who_was_refused_once_that_is_known(endpoint):
    def answer(asked):
        if asked == "GetCallerIdentity":
            return Response(
                "<GetCallerIdentityResponse><GetCallerIdentityResult>"
                f"<Account>{ACCOUNT}</Account><Arn>arn:aws:iam::{ACCOUNT}:user/me</Arn>"
                "</GetCallerIdentityResult></GetCallerIdentityResponse>",
                mimetype="text/xml",
            )
        return error("AccessDenied", status=403)

    endpoint.answer = answer
    aws = connect(PROMISED)
    assert aws.caller() == Caller(ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/me")
    with pytest.raises(Refused, match="user/me may not look"):
        aws.role(ROLE)


def test_a_bucket_policy_that_s3_does_not_show_is_asked_for_as_its_owner(endpoint):
    endpoint.answer = lambda _path: Response(
        "<Error><Code>MethodNotAllowed</Code><Message>not allowed</Message></Error>",
        405,
        mimetype="application/xml",
    )
    with pytest.raises(Unreachable, match="to the account that owns it only"):
        connect(PROMISED).bucket_policy(BUCKET)
