import inspect
import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
import boto3.exceptions
import botocore.exceptions
import botocore.parsers
import pytest
from flask import Flask, Response, request
from moto.server import ThreadedMotoServer

from preflight.cloud import aws_calls, aws_forms
from preflight.cloud.aws import AwsClient, connect
from preflight.cloud.aws_calls import told
from preflight.contract import Bedrock
from preflight.sandbox.aws.cloud import AwsCloud
from preflight.sandbox.serving import serve
from preflight.seams import (
    Aws,
    Caller,
    CredentialsMissing,
    Decision,
    LifecycleRule,
    LookError,
    Refused,
    Unreachable,
)

ACCOUNT = "123456789012"
REGION = "us-west-2"
BUCKET = "batch-data"
MODEL = "anthropic.claude-3-5-haiku-20241022-v1:0"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/svc/batch-job"
PROMISED = Bedrock(
    provider_name="bedrock-main",
    partition="aws",
    account=ACCOUNT,
    region=REGION,
    bucket=BUCKET,
    model=MODEL,
    model_arns=(f"arn:aws:bedrock:{REGION}::foundation-model/{MODEL}",),
    job_role_arn=ROLE,
    gateway_principal_arn=f"arn:aws:iam::{ACCOUNT}:role/batch-gateway",
)

LOOKS = {
    "sts:GetCallerIdentity": lambda aws: aws.caller(),
    "iam:GetRole": lambda aws: aws.role(ROLE),
    "iam:SimulatePrincipalPolicy": lambda aws: aws.may(ROLE, "s3:GetObject", "*", {}),
    "s3:ListBucket": lambda aws: aws.bucket_region(BUCKET),
    "s3:ListBucket for its owner": lambda aws: aws.bucket_owned_by(BUCKET, ACCOUNT),
    "s3:GetBucketPolicy": lambda aws: aws.bucket_policy(BUCKET),
    "s3:GetEncryptionConfiguration": lambda aws: aws.bucket_kms_key(BUCKET),
    "s3:GetLifecycleConfiguration": lambda aws: aws.bucket_expiry(BUCKET),
    "kms:DescribeKey": lambda aws: aws.kms_key("1111"),
    "bedrock:GetFoundationModel": lambda aws: aws.foundation_model(REGION, MODEL),
    "bedrock:GetInferenceProfile": lambda aws: aws.inference_profile(REGION, f"us.{MODEL}"),
    "bedrock:GetFoundationModelAvailability": lambda aws: aws.model_agreement(REGION, MODEL),
    "servicequotas:ListAWSDefaultServiceQuotas": lambda aws: aws.batch_quotas(REGION),
    "bedrock:ListModelInvocationJobs": lambda aws: aws.open_jobs(REGION, PROMISED.model_arns),
}


@pytest.fixture
def credentials(monkeypatch, tmp_path):
    """An asker with a key, far from the machine's own configuration."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a-secret-for-nothing")
    return monkeypatch


@pytest.fixture
def endpoint(credentials, monkeypatch):
    """A stand-in for all of AWS: `answer` makes what it says, `seen` is what it was asked."""
    monkeypatch.setattr(aws_calls, "TRIES", 1)

    class Endpoint:
        seen: list[str]

        @staticmethod
        def answer(path):
            raise NotImplementedError(path)

    stand_in = Endpoint()
    stand_in.seen = []
    app = Flask("aws")

    @app.route("/", defaults={"path": ""}, methods=["GET", "HEAD", "POST"])
    @app.route("/<path:path>", methods=["GET", "HEAD", "POST"])
    def answered(path):
        target = request.headers.get("X-Amz-Target", "").rpartition(".")[2]
        asked = target or request.form.get("Action", "") or request.full_path.lstrip("/")
        stand_in.seen.append(asked)
        del path
        return stand_in.answer(asked)

    with serve(app) as url:
        credentials.setenv("AWS_ENDPOINT_URL", url)
        yield stand_in


def error(code, message="because", status=400):
    """An error, in the language of the service that was asked."""
    if request.mimetype == "application/x-www-form-urlencoded":
        body = f"<Code>{code}</Code><Message>{message}</Message>"
        body = f"<ErrorResponse><Error>{body}</Error></ErrorResponse>"
        return Response(body, status, mimetype="text/xml")
    body = json.dumps({"__type": code, "message": message})
    return Response(body, status, {"x-amzn-ErrorType": code}, mimetype="application/json")


def client_error(code, status=400, message="because"):
    response = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return botocore.exceptions.ClientError(response, "Operation")


def raised(error_to_raise, *missing):
    def look():
        raise error_to_raise

    return told(look, "the bucket", "s3:ListBucket", *missing)


# --- errors ------------------------------------------------------------------------------------


def exceptions():
    found = {
        botocore.parsers.ResponseParserError,
        TimeoutError,
        ConnectionError,
        KeyError,
        ValueError,
    }
    for module in (botocore.exceptions, boto3.exceptions):
        for kind in vars(module).values():
            if not inspect.isclass(kind) or issubclass(kind, Warning):
                continue
            if issubclass(kind, Exception):
                found.add(kind)
    return sorted(found, key=lambda kind: kind.__name__)


@pytest.mark.parametrize("kind", exceptions(), ids=lambda kind: kind.__name__)
def test_no_exception_of_the_sdk_comes_through(kind):
    made = kind.__new__(kind)
    if isinstance(made, (botocore.exceptions.ClientError, botocore.exceptions.EventStreamError)):
        made.response = {}
    with pytest.raises(LookError) as caught:
        raised(made)
    assert caught.value.__cause__ is made


@pytest.mark.parametrize(
    "code",
    [
        "AccessDenied",
        "AccessDeniedException",
        "UnauthorizedOperation",
        "AuthorizationError",
        "Forbidden",
        "403",
    ],
)
def test_every_spelling_of_no_is_a_refusal_that_names_permission_and_resource(code):
    with pytest.raises(Refused) as caught:
        raised(client_error(code))
    assert caught.value.permission == "s3:ListBucket"
    assert caught.value.where == "the bucket"


def test_any_other_403_is_a_refusal_too():
    with pytest.raises(Refused):
        raised(client_error("NeverHeardOf", 403))


@pytest.mark.parametrize(
    "code",
    [
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidClientTokenId",
        "UnrecognizedClientException",
        "SignatureDoesNotMatch",
        "InvalidAccessKeyId",
        "RequestTimeTooSkewed",
    ],
)
def test_credentials_that_aws_does_not_take_are_missing(code):
    with pytest.raises(CredentialsMissing) as caught:
        raised(client_error(code, 403, message="string to sign: s3cr3t"))
    assert code in caught.value.what
    assert "s3cr3t" not in str(caught.value)


@pytest.mark.parametrize(
    ("code", "status"),
    [("ThrottlingException", 400), ("Throttling", 403), ("SlowDown", 503), ("InternalError", 500)],
)
def test_a_busy_service_gave_no_answer(code, status):
    with pytest.raises(Unreachable, match=code):
        raised(client_error(code, status))


def test_what_is_missing_is_an_answer():
    assert raised(client_error("NoSuchBucket", 404), "404", "NoSuchBucket") is None


# --- forms -------------------------------------------------------------------------------------

NOW = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ({"Filter": {"Prefix": ""}, "Expiration": {"Days": 5}}, [LifecycleRule(5)]),
        ({"Filter": {"Prefix": "in/"}, "Expiration": {"Days": 5}}, [LifecycleRule(5, "in/")]),
        ({"Prefix": "old/", "Expiration": {"Days": 5}}, [LifecycleRule(5, "old/")]),
        (
            {
                "Filter": {"And": {"Prefix": "a/", "ObjectSizeLessThan": 9}},
                "Expiration": {"Days": 5},
            },
            [LifecycleRule(5, "a/")],
        ),
        ({"Expiration": {"Date": NOW - timedelta(days=9)}}, [LifecycleRule(0)]),
        ({"Expiration": {"Date": NOW + timedelta(days=9)}}, [LifecycleRule(9)]),
        ({"Expiration": {"ExpiredObjectDeleteMarker": True}}, []),
        ({"NoncurrentVersionExpiration": {"NoncurrentDays": 1}}, []),
        ({"Filter": {"Tag": {"Key": "a", "Value": "b"}}, "Expiration": {"Days": 1}}, []),
        ({"Filter": {"And": {"Tags": [{"Key": "a"}]}}, "Expiration": {"Days": 1}}, []),
        ({"Status": "Disabled", "Expiration": {"Days": 1}}, []),
    ],
)
def test_only_rules_that_delete_current_objects_count(rule, found):
    assert list(aws_forms.expiries([{"Status": "Enabled"} | rule], NOW)) == found


@pytest.mark.parametrize(
    ("default", "key"),
    [
        ({"SSEAlgorithm": "AES256"}, None),
        ({"SSEAlgorithm": "aws:kms"}, None),
        ({"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "arn:aws:kms:r:1:alias/aws/s3"}, None),
        (
            {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "arn:aws:kms:r:1:key/k"},
            "arn:aws:kms:r:1:key/k",
        ),
        ({"SSEAlgorithm": "aws:kms:dsse", "KMSMasterKeyID": "k"}, "k"),
    ],
)
def test_only_a_customers_key_is_one_to_ask_about(default, key):
    rules = [{"ApplyServerSideEncryptionByDefault": default}]
    answer = {"ServerSideEncryptionConfiguration": {"Rules": rules}}
    assert aws_forms.customer_key(answer) == key


def test_the_resources_own_decision_is_the_more_exact_one():
    specific = {"EvalResourceDecision": "explicitDeny", "MissingContextValues": ["b"]}
    result = {
        "EvalDecision": "allowed",
        "MissingContextValues": ["a"],
        "ResourceSpecificResults": [specific],
    }
    found = aws_forms.decision({"EvaluationResults": [result]}, "s3:GetObject", "*")
    assert found == Decision("s3:GetObject", "*", False, True, ("a", "b"))


def test_truth_is_sent_to_the_simulator_as_truth():
    entries = aws_forms.context_entries({"aws:SecureTransport": "true", "aws:PrincipalArn": ROLE})
    assert [entry["ContextKeyType"] for entry in entries] == ["boolean", "string"]


@pytest.mark.parametrize(
    "name",
    [
        MODEL,
        f"us.{MODEL}",
        f"us-gov.{MODEL}",
        f"arn:aws:bedrock:{REGION}::foundation-model/{MODEL}",
        f"arn:aws:bedrock:{REGION}:{ACCOUNT}:inference-profile/global.{MODEL}",
    ],
)
def test_a_job_is_counted_for_its_model_whichever_way_it_is_named(name):
    assert aws_forms.base_model(name) == MODEL


# --- over http ---------------------------------------------------------------------------------


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


# --- against an emulator -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def moto():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def aws(moto, credentials):
    credentials.setenv("AWS_ENDPOINT_URL", moto)
    return connect(PROMISED)


def operator(service, region=REGION):
    return boto3.Session().client(service, region_name=region)


def make_bucket(name, region=REGION):
    operator("s3", region).create_bucket(
        Bucket=name, CreateBucketConfiguration={"LocationConstraint": region}
    )
    return name


def test_a_bucket_is_where_it_was_made(aws):
    assert aws.bucket_region(make_bucket("here")) == REGION
    assert aws.bucket_region(make_bucket("there", "eu-west-1")) == "eu-west-1"
    assert aws.bucket_region("nowhere") is None


def test_a_missing_bucket_is_nobodys_and_has_no_settings(aws):
    assert not aws.bucket_owned_by("nowhere", ACCOUNT)
    assert aws.bucket_policy("nowhere") is None
    assert aws.bucket_kms_key("nowhere") is None
    assert aws.bucket_expiry("nowhere") == ()


def test_a_plain_bucket_has_no_policy_no_key_and_no_expiry(aws):
    bucket = make_bucket("plain")
    assert aws.bucket_policy(bucket) is None
    assert aws.bucket_kms_key(bucket) is None
    assert aws.bucket_expiry(bucket) == ()


def test_settings_of_a_bucket_are_read(aws):
    bucket = make_bucket("furnished")
    s3, policy = operator("s3"), {"Version": "2012-10-17", "Statement": []}
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    key = operator("kms").create_key()["KeyMetadata"]["Arn"]
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    s3.put_bucket_encryption(
        Bucket=bucket,
        ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": default}]
        },
    )
    rule = {"ID": "a", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 14}}
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [rule]})
    assert aws.bucket_policy(bucket) == policy
    assert aws.bucket_kms_key(bucket) == key
    assert aws.bucket_expiry(bucket) == (LifecycleRule(14),)


def test_a_key_is_read_with_its_state_and_policy(aws):
    kms = operator("kms")
    made = kms.create_key()["KeyMetadata"]
    kms.create_alias(AliasName="alias/batch", TargetKeyId=made["KeyId"])
    for name in (made["Arn"], made["KeyId"], "alias/batch"):
        found = aws.kms_key(name)
        assert (found.arn, found.state) == (made["Arn"], "Enabled")
        assert found.policy["Statement"]
    kms.disable_key(KeyId=made["KeyId"])
    assert aws.kms_key(made["Arn"]).state == "Disabled"
    assert aws.kms_key("00000000-0000-0000-0000-000000000000") is None


def test_a_role_is_found_only_under_its_whole_arn(aws):
    trust = {"Version": "2012-10-17", "Statement": []}
    made = operator("iam").create_role(
        Path="/svc/", RoleName="batch-job", AssumeRolePolicyDocument=json.dumps(trust)
    )
    assert made["Role"]["Arn"] == ROLE
    found = aws.role(ROLE)
    assert (found.arn, found.trust) == (ROLE, trust)
    assert aws.role(ROLE.replace("/svc/", "/")) is None
    assert aws.role(ROLE.replace(ACCOUNT, "999999999999")) is None
    assert aws.role(f"arn:aws:iam::{ACCOUNT}:role/nobody") is None


def test_many_threads_share_one_client(aws):
    bucket = make_bucket("shared")
    looks = (
        lambda: aws.bucket_region(bucket),
        lambda: aws.bucket_policy(bucket),
        lambda: aws.role(ROLE),
        lambda: aws.caller().account,
    )
    with ThreadPoolExecutor(8) as pool:
        found = [pool.submit(looks[number % 4]) for number in range(40)]
        assert {one.result() for one in found[::4]} == {REGION}
        assert {one.result() for one in found[3::4]} == {ACCOUNT}


# --- against the sandbox, where rights are enforced --------------------------------------------


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    with AwsCloud(Path(tmp_path_factory.mktemp("aws"))) as cloud:
        s3 = boto3.Session(cloud.env["AWS_ACCESS_KEY_ID"], cloud.env["AWS_SECRET_ACCESS_KEY"])
        s3.client("s3", region_name=REGION, endpoint_url=cloud.aws_endpoint).create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        yield cloud


@pytest.fixture
def in_sandbox(sandbox, credentials):
    for name, value in sandbox.env.items():
        credentials.setenv(name, value)
    return credentials


def test_an_identity_without_rights_is_refused_and_told_which_it_needs(sandbox, in_sandbox):
    in_sandbox.setenv("AWS_ACCESS_KEY_ID", sandbox.gateway_keys.access_key_id)
    in_sandbox.setenv("AWS_SECRET_ACCESS_KEY", sandbox.gateway_keys.secret_access_key)
    aws = connect(PROMISED)
    assert aws.caller().name == sandbox.gateway_user_arn
    # S3 tells the region of a bucket even to whom it refuses.
    assert aws.bucket_region(BUCKET) == REGION
    for permission in LOOKS.keys() - {"sts:GetCallerIdentity", "s3:ListBucket"}:
        with pytest.raises(Refused) as caught:
            LOOKS[permission](aws)
        assert caught.value.permission == permission.split(" ")[0]
        assert caught.value.who == sandbox.gateway_user_arn


def test_the_operator_gets_an_answer_to_every_look(in_sandbox):
    aws = connect(PROMISED)
    nothing = {permission for permission, look in LOOKS.items() if look(aws) is None}
    assert nothing == {
        "iam:GetRole",
        "iam:SimulatePrincipalPolicy",
        "s3:GetBucketPolicy",
        "s3:GetEncryptionConfiguration",
        "kms:DescribeKey",
    }


def test_the_client_has_every_look_of_the_protocol():
    looks = {name for name in vars(Aws) if not name.startswith("_")}
    assert looks <= set(dir(AwsClient))
