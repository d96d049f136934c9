"""Healthy variations of Amazon Bedrock."""

from functools import partial

from preflight.sandbox.aws import existing as found
from preflight.sandbox.aws import healthy_policies as healthy
from preflight.sandbox.aws import policy_breakages as policies
from preflight.sandbox.aws.cloud import OTHER_ACCOUNT
from preflight.sandbox.breakages import edits
from preflight.sandbox.breakages.breakage import in_cloud, in_file
from preflight.sandbox.variations.variation import variation

_row = partial(variation, "bedrock")
_file = partial(in_file, "bedrock")
_cloud = partial(in_cloud, "bedrock")

_OUR_IDENTITY = {"gatewayAwsIdentityArn": "made"}
_ANY_JOB = "arn:aws:bedrock:{region}:{account}:model-invocation-job/*"
_PROFILE = "us.anthropic.claude-3-5-haiku-20241022-v1:0"
_ADDRESS = "from which address the gateway and Bedrock call is known to nobody here"

# fmt: off
ROWS = (
    _row("crlf", "the lines end as on Windows", _file(edits.crlf)),
    _row("no-model", "the requests leave the model to the job", _file(edits.each(edits.bare("model")))),
    _row("unicode-ids", "the ids are words of other scripts, and the run sends other names", _file(edits.unicode_ids)),
    _row("trust-account", "the trust names the account alone", _cloud(policies.trust_where("StringEquals", "aws:SourceAccount", "{account}"))),
    _row("trust-like", "the trust compares by StringLike", _cloud(policies.trust_where("StringLike", "aws:SourceArn", _ANY_JOB))),
    _row("trust-regions", "the trust is for any region", _cloud(policies.trust_where("ArnLike", "aws:SourceArn", "arn:aws:bedrock:*:{account}:model-invocation-job/*"))),
    _row("trust-arn-equals", "the trust compares by ArnEquals, which knows patterns too", _cloud(policies.trust_where("ArnEquals", "aws:SourceArn", _ANY_JOB))),
    _row("trust-if-exists", "the trust compares where there is something", _cloud(policies.trust_where("StringEqualsIfExists", "aws:PrincipalOrgID", "o-exampleorgid"))),
    _row("trust-present", "the trust wants a source, whichever", _cloud(policies.trust_where("Null", "aws:SourceArn", "false"))),
    _row("trust-open", "the trust has no condition", _cloud(policies.trust_of(Condition={}))),
    _row("trust-services", "the trust is of several services", _cloud(policies.trust_of(Principal={"Service": ["lambda.amazonaws.com", "bedrock.amazonaws.com"]}))),
    _row("trust-wildcard", "the trust allows every action of STS", _cloud(policies.trust_of(Action="sts:*"))),
    _row("trust-people", "the trust lets people in as well", _cloud(healthy.trust_statements({"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::{account}:root"}, "Action": "sts:AssumeRole"}))),
    _row("trust-deny-others", "the trust denies other accounts' jobs", _cloud(healthy.trust_statements({"Effect": "Deny", "Principal": {"Service": "bedrock.amazonaws.com"}, "Action": "sts:AssumeRole", "Condition": {"StringNotEquals": {"aws:SourceAccount": "{account}"}}}))),
    _row("managed", "the roles' policies are managed ones", _cloud(healthy.managed)),
    _row("wildcards", "the job role's policy has wildcards in its actions", _cloud(healthy.job_role_statements({"Effect": "Allow", "Action": ["s3:Get*", "s3:List*", "s3:Put*"], "Resource": ["{bucket}", "{bucket}/*"]}, {"Effect": "Allow", "Action": "bedrock:Invoke*", "Resource": "*"}))),
    _row("administrator", "the job role may do all there is", _cloud(healthy.job_role_statements({"Effect": "Allow", "Action": "*", "Resource": "*"}))),
    _row("not-action", "the job role may do all but IAM", _cloud(healthy.job_role_statements({"Effect": "Allow", "NotAction": ["iam:*", "sts:*"], "Resource": "*"}))),
    _row("not-resource", "the job role may do all but in one bucket", _cloud(healthy.job_role_statements({"Effect": "Allow", "Action": ["s3:*", "bedrock:*"], "NotResource": "arn:aws:s3:::payroll*"}))),
    _row("gateway-wide", "the gateway has wide rights, and may pass roles to Bedrock alone", _cloud(healthy.gateway_statements({"Effect": "Allow", "Action": ["s3:*", "bedrock:*"], "Resource": "*"}, {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*", "Condition": {"StringLike": {"iam:PassedToService": "bedrock*"}}}))),
    _row("variables", "the gateway's policy has a variable in it", _cloud(healthy.account_as_variable)),
    _row("boundary", "a permissions boundary leaves out what no job needs", _cloud(healthy.boundary({"Effect": "Allow", "NotAction": ["iam:Create*", "ec2:*"], "Resource": "*"}))),
    _row("boundary-list", "a permissions boundary allows the services that a job needs", _cloud(healthy.boundary({"Effect": "Allow", "Action": ["s3:*", "bedrock:*", "iam:PassRole", "sts:*"], "Resource": "*"}))),
    _row("other-denial", "a policy denies what no job needs", _cloud(policies.denies("job_role", Action=["s3:DeleteObject", "s3:PutBucketPolicy"]))),
    _row("this-region", "a guardrail denies all regions but the job's", _cloud(policies.denies("gateway", Action="bedrock:*", Condition={"StringNotEquals": {"aws:RequestedRegion": ["us-west-2"]}}))),
    _row("bucket-own-account", "the bucket's policy keeps other accounts out", _cloud(policies.bucket_denies(Condition={"StringNotEquals": {"aws:PrincipalAccount": "{account}"}}))),
    _row("bucket-roles", "the bucket's policy lets the two roles and the root in alone", _cloud(policies.bucket_denies(Condition={"ArnNotLike": {"aws:PrincipalArn": ["{job_role}", "{gateway}", "arn:aws:iam::{account}:root"]}}))),
    _row("bucket-deletes", "the bucket's policy forbids to delete", _cloud(policies.bucket_denies(Action="s3:DeleteObject"))),
    _row("path", "the roles have a path", settings={"awsRolePath": "/platform/batch/"}),
    _row("external-id", "the gateway names an external id", settings={"gatewayAwsExternalId": "agreed"}),
    _row("their-boundary", "the roles are made under an existing boundary", settings={"awsPermissionsBoundaryArn": "made"}, prepare=found.boundary),
    _row("our-user", "the gateway acts as a user", settings=_OUR_IDENTITY, prepare=found.gateway_user),
    _row("our-role", "the gateway acts as a role that was there", settings=_OUR_IDENTITY, prepare=found.gateway_role),
    _row("our-job-role", "the job role was there", settings={"bedrockJobRoleArn": "made"}, prepare=found.job_role),
    _row("our-bucket", "the bucket was there", settings={"bedrockBuckets": [found.BUCKET]}, prepare=found.bucket),
    _row("encrypted-bucket", "the bucket and its key were there", settings={"bedrockBuckets": [found.BUCKET], "bedrockKeyArns": ["made"]}, prepare=found.encrypted_bucket),
    _row("their-bucket", "another account's bucket", settings={"bedrockBucketAccount": OTHER_ACCOUNT}, prepare=found.foreign_bucket),
    _row("separate-output", "the results have a bucket of their own", settings={"bedrockSeparateOutput": True}),
    _row("prefix", "the results go below a prefix", settings={"bedrockOutputPrefix": "results/of/batches"}),
    _row("customer-key", "a customer key that the stack makes", settings={"bedrockCustomerKey": True}),
    _row("key-statements", "the key's policy names both roles", _cloud(healthy.key_policy_by_statement), settings={"bedrockCustomerKey": True}),
    _row("our-key", "a customer key that was there", settings={"bedrockKeyArns": ["made"]}, prepare=found.key),
    _row("logs", "accesses are logged, and all has tags", settings={"accessLogs": True, "tags": ["team=search"]}),
    _row("profile", "the model is an inference profile over three regions", settings={"bedrockModels": [_PROFILE]}),
    _row("two-models", "two models", settings={"bedrockModels": ["anthropic.claude-3-5-haiku-20241022-v1:0", "anthropic.claude-3-haiku-20240307-v1:0"]}),
    _row("two-regions", "two regions", settings={"bedrockRegions": ["us-west-2", "us-east-1"], "bedrockModels": ["anthropic.claude-3-haiku-20240307-v1:0"], "bedrockProviderNames": ["bedrock-west", "bedrock-east"]}, options=("--region", "us-east-1")),
    _row("addresses", "the bucket's policy denies addresses that nobody calls from", _cloud(policies.bucket_denies(Action="s3:PutObject", Condition={"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}})), "bedrock-bucket-policy", _ADDRESS),
)
# fmt: on
