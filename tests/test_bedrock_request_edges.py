"""What is known of a request to AWS before it is made, what it surely lacks, what nobody knows."""

from dataclasses import replace

import pytest
from bedrock_world import (
    ABROAD,
    ACCOUNT,
    BUCKET,
    GATEWAY,
    JOB_ROLE,
    KEY,
    MODEL,
    OTHER_ACCOUNT,
    PROFILE_ARN,
    PROMISED,
    REGION,
    ROOT,
    WITH_PROFILE,
    FakeAws,
    ask,
)

from preflight.checks.bedrock_request import ROWS_KEYS, circumstances, request_of
from preflight.checks.bedrock_ways import ENGINE
from preflight.iam.request import Missing
from preflight.outcomes import Passed
from preflight.permissions import Identity

BY_ROLE = {
    "aws:SecureTransport": "true",
    "aws:PrincipalArn": JOB_ROLE,
    "aws:PrincipalAccount": ACCOUNT,
    "aws:PrincipalIsAWSService": "false",
    "aws:RequestedRegion": REGION,
}
OURS = {"aws:ResourceAccount": ACCOUNT}
IN_S3 = {"s3:TlsVersion": "1.2", "s3:ResourceAccount": ACCOUNT} | OURS
AT_KMS = {"kms:ViaService": f"s3.{REGION}.amazonaws.com", "kms:CallerAccount": ACCOUNT} | OURS
BY_PROFILE = {"bedrock:InferenceProfileArn": PROFILE_ARN}
INVOKE = "bedrock:InvokeModel"
ROUTED_EAST = f"arn:aws:bedrock:us-east-1::foundation-model/{MODEL}"
GLOBAL = f"arn:aws:bedrock:::foundation-model/{MODEL}"


@pytest.mark.parametrize(
    ("action", "resource", "known", "promised"),
    [
        ("s3:GetObject", f"arn:aws:s3:::{BUCKET}/*", IN_S3, PROMISED),
        (
            "s3:GetObject",
            f"arn:aws:s3:::{BUCKET}/*",
            IN_S3 | {"s3:ResourceAccount": OTHER_ACCOUNT, "aws:ResourceAccount": OTHER_ACCOUNT},
            ABROAD,
        ),
        ("kms:Decrypt", KEY, AT_KMS, PROMISED),
        (
            "kms:Decrypt",
            KEY.replace(ACCOUNT, OTHER_ACCOUNT).replace(REGION, "eu-west-1"),
            AT_KMS | {"aws:ResourceAccount": OTHER_ACCOUNT, "aws:RequestedRegion": "eu-west-1"},
            PROMISED,
        ),
        ("iam:PassRole", JOB_ROLE, OURS, PROMISED),
        ("bedrock:ListModelInvocationJobs", "*", {}, PROMISED),
        (INVOKE, PROMISED.model_arns[0], {}, PROMISED),
        (INVOKE, ROUTED_EAST, {"aws:RequestedRegion": "us-east-1"} | BY_PROFILE, WITH_PROFILE),
        (
            INVOKE,
            GLOBAL,
            {"aws:RequestedRegion": "unspecified"} | BY_PROFILE,
            WITH_PROFILE,
        ),
        (INVOKE, PROFILE_ARN, OURS, WITH_PROFILE),
        ("bedrock:CreateModelInvocationJob", PROMISED.model_arns[0], {}, WITH_PROFILE),
    ],
)
def test_what_is_known_of_a_request_goes_by_its_service_and_its_resource(
    action, resource, known, promised
):
    assert circumstances(promised, Identity.JOB_ROLE, action, resource) == BY_ROLE | known


def test_the_profile_is_found_wherever_it_stands_among_the_arns():
    promised = replace(WITH_PROFILE, model_arns=(ROUTED_EAST, PROFILE_ARN))
    known = circumstances(promised, Identity.JOB_ROLE, INVOKE, ROUTED_EAST)
    assert known["bedrock:InferenceProfileArn"] == PROFILE_ARN


def test_the_gateway_asks_as_itself():
    known = circumstances(PROMISED, Identity.GATEWAY, "iam:PassRole", JOB_ROLE)
    assert known["aws:PrincipalArn"] == GATEWAY


ABSENT = (
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
    "aws:PrincipalServiceName",
    "aws:PrincipalServiceNamesList",
    "aws:FederatedProvider",
    "iam:PassedToService",
    "kms:ViaService",
    "aws:ResourceAccount",
)


@pytest.mark.parametrize("key", ABSENT)
def test_a_request_made_for_itself_surely_lacks_what_others_carry(key):
    request = request_of(PROMISED, Identity.GATEWAY, "bedrock:ListModelInvocationJobs", "*")
    assert request.look(key) is Missing.ABSENT


@pytest.mark.parametrize("key", ["aws:SourceIp", "aws:SourceVpce", "aws:PrincipalOrgID"])
def test_where_a_request_comes_from_is_not_known(key):
    request = request_of(PROMISED, Identity.GATEWAY, "s3:GetObject", f"arn:aws:s3:::{BUCKET}/*")
    assert request.look(key) is Missing.UNKNOWN


def test_what_a_row_carries_beside_that_goes_before():
    more = {"iam:PassedToService": "bedrock.amazonaws.com", "aws:RequestedRegion": "moon"}
    request = request_of(PROMISED, Identity.GATEWAY, "iam:PassRole", JOB_ROLE, more)
    assert request.look("iam:passedtoservice") == ("bedrock.amazonaws.com",)
    assert request.look("aws:RequestedRegion") == ("moon",)


def test_what_is_no_role_or_user_makes_no_request():
    promised = replace(PROMISED, gateway_principal_arn=ROOT)
    with pytest.raises(ValueError, match="root"):
        request_of(promised, Identity.GATEWAY, "iam:PassRole", JOB_ROLE)


@pytest.mark.parametrize("key", ROWS_KEYS)
def test_that_the_engine_misses_a_key_of_the_table_is_no_doubt(key):
    """Where a row names none, the request carries none, and so did the engine judge it."""
    world = FakeAws(looks_at=(key.upper(),), refused={"written": "iam:GetRole"})
    found = ask("bedrock-gateway-jobs", world)
    assert isinstance(found, Passed)
    assert (found.by, found.caveat) == (ENGINE, "")
