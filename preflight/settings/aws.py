"""The settings of Amazon Bedrock, and what each may be."""

import re

from preflight.settings import forms
from preflight.settings.setting import Setting, Takes

_REGION = re.compile(r"[a-z]{2,4}(-[a-z]+){1,2}-\d{1,2}")
_PRINCIPAL = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:(root|(role|user)/[\w+=,.@/-]+)")
_IDENTITY = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:(role|user)/[\w+=,.@/-]+")
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+")
_BOUNDARY = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}|aws):policy/[\w+=,.@/-]+")
_PATH = re.compile(r"/([\w+=,.@-]+/)*")
_ACCOUNT = re.compile(r"\d{12}")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PREFIX = re.compile(r"[-A-Za-z0-9!_.*'()]+(/[-A-Za-z0-9!_.*'()]+)*")
_KEY = re.compile(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+")
_EXTERNAL_ID = re.compile(r"[\w+=,.@:/-]{2,1224}", re.ASCII)
_MODEL = re.compile(r"[a-z0-9-]+(\.[A-Za-z0-9_-]+)+(:[A-Za-z0-9]+)*")
_PRINCIPAL_ALLOWED = "must be the ARN of an IAM role, a user or an account's root"
_ROLE_EXAMPLE = "arn:aws:iam::ACCOUNT:role/NAME"

AWS = (
    forms.enabled("bedrock"),
    forms.accounts("bedrock"),
    Setting(
        "gatewayAwsPrincipalArn",
        "bedrock",
        Takes.TEXT,
        f"{_PRINCIPAL_ALLOWED}, or gatewayAwsIdentityArn that of the role or user that the gateway"
        " is already",
        _ROLE_EXAMPLE,
        _PRINCIPAL,
        unless="gatewayAwsIdentityArn",
    ),
    forms.optional(
        "bedrock",
        "gatewayAwsIdentityArn",
        _IDENTITY,
        "must be the ARN of the IAM role or user that the gateway acts as",
        _ROLE_EXAMPLE,
    ),
    forms.optional(
        "bedrock",
        "gatewayAwsExternalId",
        _EXTERNAL_ID,
        "must be 2 to 1224 letters, digits and +=,.@:/_-",
        "ID",
    ),
    forms.optional(
        "bedrock", "auditorAwsPrincipalArn", _PRINCIPAL, _PRINCIPAL_ALLOWED, _ROLE_EXAMPLE
    ),
    forms.texts("bedrock", "bedrockRegions", _REGION, "must be a list of AWS regions", "us-west-2"),
    forms.texts(
        "bedrock",
        "bedrockModels",
        _MODEL,
        "must be a list of ids of foundation models or of inference profiles, not ARNs",
        "openai.gpt-oss-120b-1:0",
    ),
    forms.optional(
        "bedrock",
        "bedrockJobRoleArn",
        _ROLE,
        "must be the ARN of an IAM role that Bedrock may assume",
        _ROLE_EXAMPLE,
    ),
    forms.texts(
        "bedrock",
        "bedrockBuckets",
        _BUCKET,
        "must be a list of names of S3 buckets, one for each region",
        "BUCKET",
        may_be_empty=True,
    ),
    forms.optional(
        "bedrock",
        "bedrockBucketAccount",
        _ACCOUNT,
        "must be the id of an AWS account, 12 digits",
        "123456789012",
    ),
    forms.flag("bedrock", "bedrockSeparateOutput"),
    forms.optional(
        "bedrock",
        "bedrockOutputPrefix",
        _PREFIX,
        "must be letters, digits and -!_.*'() with / between, and no / at either end",
        "results",
    ),
    forms.flag("bedrock", "bedrockCustomerKey"),
    forms.texts(
        "bedrock",
        "bedrockKeyArns",
        _KEY,
        "must be a list of ARNs of KMS keys, one for each region, and not of aliases",
        "arn:aws:kms:REGION:ACCOUNT:key/ID",
        may_be_empty=True,
    ),
    forms.optional(
        "bedrock",
        "awsRolePath",
        _PATH,
        "must begin and end with /",
        "/batch/",
    ),
    forms.optional(
        "bedrock",
        "awsPermissionsBoundaryArn",
        _BOUNDARY,
        "must be the ARN of a managed IAM policy",
        "arn:aws:iam::ACCOUNT:policy/NAME",
    ),
)
"""What is needed at the least comes first."""
