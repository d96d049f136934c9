"""AWS's answers in the words of the seam."""

from datetime import UTC, datetime, timedelta

import pytest
from aws_client import ACCOUNT, MODEL, REGION, ROLE

from preflight.cloud import aws_forms
from preflight.seams import (
    Decision,
    LifecycleRule,
)

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
