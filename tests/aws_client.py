"""What tests of the AWS client share: a promise, every look, and a stand-in for AWS."""

import json

import botocore.exceptions
import botocore.parsers
from flask import Response, request

from preflight.cloud.aws_calls import told
from preflight.contract import Bedrock

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
    "s3:GetBucketPublicAccessBlock": lambda aws: aws.bucket_public_access(BUCKET),
    "s3:GetBucketLogging": lambda aws: aws.bucket_logging(BUCKET),
    "kms:DescribeKey": lambda aws: aws.kms_key("1111"),
    "bedrock:GetFoundationModel": lambda aws: aws.foundation_model(REGION, MODEL),
    "bedrock:GetInferenceProfile": lambda aws: aws.inference_profile(REGION, f"us.{MODEL}"),
    "bedrock:GetFoundationModelAvailability": lambda aws: aws.model_agreement(REGION, MODEL),
    "servicequotas:ListAWSDefaultServiceQuotas": lambda aws: aws.batch_quotas(REGION),
    "bedrock:ListModelInvocationJobs": lambda aws: aws.open_jobs(REGION, PROMISED.model_arns),
}


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
