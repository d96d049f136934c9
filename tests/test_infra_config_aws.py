"""Settings of AWS that cannot be: told with the value, what is allowed, and the command."""

import pytest
from infra_refusals import refusal
from infra_world import BEDROCK

USER = "arn:aws:iam::123456789012:user/gateway"
KEY = "arn:aws:kms:us-west-2:123456789012:key/11111111-2222-3333-4444-555555555555"
ADOPTED = BEDROCK | {"gatewayAwsPrincipalArn": "", "gatewayAwsIdentityArn": USER}

SENTENCES = [
    (
        BEDROCK | {"bedrockRegions": ["us-west2"]},
        (
            'bedrockRegions is ["us-west2"], but must be a list of AWS regions:'
            " pulumi config set --path 'bedrockRegions[0]' us-west-2"
        ),
    ),
    (
        BEDROCK | {"bedrockModels": ["Claude 3.5 Haiku"]},
        (
            'bedrockModels is ["Claude 3.5 Haiku"], but must be a list of ids of foundation models'
            " or of inference profiles, not ARNs: pulumi config set --path 'bedrockModels[0]'"
            " openai.gpt-oss-120b-1:0"
        ),
    ),
    (
        BEDROCK | {"bedrockRegions": []},
        (
            "bedrockRegions is not set, but must be a list of AWS regions:"
            " pulumi config set --path 'bedrockRegions[0]' us-west-2"
        ),
    ),
    (
        BEDROCK
        | {
            "bedrockRegions": ["us-west-2", "us-east-1", "eu-west-1"],
            "bedrockProviderNames": ["bedrock-a", "bedrock-b"],
        },
        (
            'bedrockProviderNames is ["bedrock-a", "bedrock-b"], but must name one, or one for each'
            " of 3 regions: pulumi config set --path 'bedrockProviderNames[0]' bedrock-main"
        ),
    ),
    (
        BEDROCK | {"gatewayAwsPrincipalArn": "*"},
        (
            'gatewayAwsPrincipalArn is "*", but must be the ARN of an IAM role, a user or an'
            " account's root, or gatewayAwsIdentityArn that of the role or user that the gateway is"
            " already: pulumi config set gatewayAwsPrincipalArn arn:aws:iam::ACCOUNT:role/NAME"
        ),
    ),
    (
        BEDROCK | {"gatewayAwsExternalId": "two words"},
        (
            'gatewayAwsExternalId is "two words", but must be 2 to 1224 letters, digits and'
            " +=,.@:/_-: pulumi config set gatewayAwsExternalId ID"
        ),
    ),
    (
        BEDROCK | {"auditorAwsPrincipalArn": "arn:aws:sts::123456789012:assumed-role/ci/me"},
        (
            'auditorAwsPrincipalArn is "arn:aws:sts::123456789012:assumed-role/ci/me", but must be'
            " the ARN of an IAM role, a user or an account's root: pulumi config set"
            " auditorAwsPrincipalArn arn:aws:iam::ACCOUNT:role/NAME"
        ),
    ),
    (
        BEDROCK | {"gatewayAwsPrincipalArn": ""},
        (
            "gatewayAwsPrincipalArn is not set, but must be the ARN of an IAM role, a user or an"
            " account's root, or gatewayAwsIdentityArn that of the role or user that the gateway is"
            " already: pulumi config set gatewayAwsPrincipalArn arn:aws:iam::ACCOUNT:role/NAME"
        ),
    ),
    (
        BEDROCK | {"gatewayAwsIdentityArn": USER},
        (
            f'gatewayAwsIdentityArn is "{USER}", but it must not be set beside'
            " gatewayAwsPrincipalArn, for whom a role is made:"
            ' pulumi config set gatewayAwsIdentityArn ""'
        ),
    ),
    (
        ADOPTED | {"gatewayAwsExternalId": "tenant-7"},
        (
            'gatewayAwsExternalId is "tenant-7", but it must not be set beside'
            " gatewayAwsIdentityArn, whose trust is left as it is:"
            ' pulumi config set gatewayAwsExternalId ""'
        ),
    ),
    (
        ADOPTED | {"gatewayAwsIdentityArn": "arn:aws:iam::123456789012:root"},
        (
            'gatewayAwsIdentityArn is "arn:aws:iam::123456789012:root", but must be the ARN of the'
            " IAM role or user that the gateway acts as: pulumi config set gatewayAwsIdentityArn"
            " arn:aws:iam::ACCOUNT:role/NAME"
        ),
    ),
    (
        BEDROCK | {"bedrockJobRoleArn": USER},
        (
            f'bedrockJobRoleArn is "{USER}", but must be the ARN of an IAM role that Bedrock may'
            " assume: pulumi config set bedrockJobRoleArn arn:aws:iam::ACCOUNT:role/NAME"
        ),
    ),
    (
        BEDROCK | {"bedrockBuckets": ["Our_Bucket"]},
        (
            'bedrockBuckets is ["Our_Bucket"], but must be a list of names of S3 buckets, one for'
            " each region: pulumi config set --path 'bedrockBuckets[0]' BUCKET"
        ),
    ),
    (
        BEDROCK | {"bedrockBuckets": ["one", "two"]},
        (
            'bedrockBuckets is ["one", "two"], but must name one for each of 1 regions, or none:'
            " pulumi config set --path 'bedrockBuckets[0]' BUCKET"
        ),
    ),
    (
        BEDROCK | {"bedrockBucketAccount": "210987654321"},
        (
            'bedrockBucketAccount is "210987654321", but it is for buckets that bedrockBuckets'
            ' names: pulumi config set bedrockBucketAccount ""'
        ),
    ),
    (
        BEDROCK | {"bedrockBuckets": ["ours"], "bedrockBucketAccount": "me"},
        (
            'bedrockBucketAccount is "me", but must be the id of an AWS account, 12 digits:'
            " pulumi config set bedrockBucketAccount 123456789012"
        ),
    ),
    (
        BEDROCK | {"bedrockBuckets": ["ours"], "bedrockSeparateOutput": True},
        (
            'bedrockSeparateOutput is "true", but beside the buckets that bedrockBuckets names none'
            " is made: bedrockOutputPrefix keeps the results apart in them:"
            " pulumi config set bedrockSeparateOutput false"
        ),
    ),
    (
        BEDROCK | {"bedrockOutputPrefix": "/results/"},
        (
            'bedrockOutputPrefix is "/results/", but must be letters, digits and -!_.*\'() with /'
            " between, and no / at either end: pulumi config set bedrockOutputPrefix results"
        ),
    ),
    (
        BEDROCK | {"bedrockBuckets": ["ours"], "bedrockCustomerKey": True},
        (
            'bedrockCustomerKey is "true", but the buckets that bedrockBuckets names stay encrypted'
            " as they are: name their keys in bedrockKeyArns:"
            " pulumi config set bedrockCustomerKey false"
        ),
    ),
    (
        BEDROCK | {"bedrockCustomerKey": True, "bedrockKeyArns": [KEY]},
        (
            'bedrockCustomerKey is "true", but bedrockKeyArns names keys to be used instead:'
            " pulumi config set bedrockCustomerKey false"
        ),
    ),
    (
        BEDROCK | {"bedrockKeyArns": ["alias/batch"]},
        (
            'bedrockKeyArns is ["alias/batch"], but must be a list of ARNs of KMS keys, one for'
            " each region, and not of aliases: pulumi config set --path 'bedrockKeyArns[0]'"
            " arn:aws:kms:REGION:ACCOUNT:key/ID"
        ),
    ),
    (
        BEDROCK | {"bedrockRegions": ["eu-west-1"], "bedrockKeyArns": [KEY]},
        (
            f'bedrockKeyArns is ["{KEY}"], but S3 encrypts with keys of the bucket\'s own region,'
            " and that is eu-west-1: pulumi config set --path 'bedrockKeyArns[0]'"
            " arn:aws:kms:REGION:ACCOUNT:key/ID"
        ),
    ),
    (
        BEDROCK | {"awsRolePath": "batch"},
        (
            'awsRolePath is "batch", but must begin and end with /:'
            " pulumi config set awsRolePath /batch/"
        ),
    ),
    (
        BEDROCK | {"awsPermissionsBoundaryArn": "developers"},
        (
            'awsPermissionsBoundaryArn is "developers", but must be the ARN of a managed IAM'
            " policy: pulumi config set awsPermissionsBoundaryArn arn:aws:iam::ACCOUNT:policy/NAME"
        ),
    ),
]


@pytest.mark.parametrize(
    ("config", "sentence"), SENTENCES, ids=[text.split()[0] for _, text in SENTENCES]
)
def test_a_bad_value_at_aws_is_told_in_one_sentence_with_the_command_that_repairs_it(
    config, sentence
):
    assert refusal(config) == sentence
