"""The settings of Amazon Bedrock, and what each may be."""

import re

from preflight.settings import forms

_REGION = re.compile(r"[a-z]{2,4}(-[a-z]+){1,2}-\d{1,2}")
_PRINCIPAL = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:(root|(role|user)/[\w+=,.@/-]+)")
_EXTERNAL_ID = re.compile(r"[\w+=,.@:/-]{2,1224}", re.ASCII)
_MODEL = re.compile(r"[a-z0-9-]+(\.[A-Za-z0-9_-]+)+(:[A-Za-z0-9]+)*")
_PRINCIPAL_ALLOWED = "must be the ARN of an IAM role, a user or an account's root"
_ROLE_EXAMPLE = "arn:aws:iam::ACCOUNT:role/NAME"

AWS = (
    forms.enabled("bedrock"),
    forms.accounts("bedrock"),
    forms.text("bedrock", "gatewayAwsPrincipalArn", _PRINCIPAL, _PRINCIPAL_ALLOWED, _ROLE_EXAMPLE),
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
        "anthropic.claude-3-5-haiku-20241022-v1:0",
    ),
)
"""What is needed at the least comes first."""
