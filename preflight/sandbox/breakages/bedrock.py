"""One-place breakages of Amazon Bedrock."""

from functools import partial

from preflight.sandbox import limit_breakages as limit
from preflight.sandbox.aws import breakages as aws
from preflight.sandbox.aws import existing as found
from preflight.sandbox.aws.cloud import OTHER_ACCOUNT
from preflight.sandbox.breakages.breakage import breakage, in_cloud, in_file

_row = partial(breakage, "bedrock")
_file = partial(in_file, "bedrock")
_cloud = partial(in_cloud, "bedrock")

_GUARD = "a job runs without it"
_OWN_KEY = {"bedrockCustomerKey": True}
_OUR_IDENTITY = {"gatewayAwsIdentityArn": "made"}

# fmt: off
ROWS = (
    _row("pass-role", "the gateway may not pass the job role", "bedrock-gateway-pass-role", "iam:PassRole", _cloud(aws.remove_pass_role)),
    _row("bucket-region", "the bucket is in another region", "bedrock-bucket-region", "PermanentRedirect", _cloud(aws.move_bucket)),
    _row("source-account", "the job role trusts another account's jobs", "bedrock-job-role-trust", "assume", _cloud(aws.wrong_source_account)),
    _row("service-principal", "the job role does not trust Bedrock", "bedrock-job-role-trust", "assume", _cloud(aws.remove_service_principal)),
    _row("bucket-policy", "the bucket's policy keeps the job role out", "bedrock-bucket-policy", "explicit deny", _cloud(aws.deny_in_bucket_policy)),
    _row("results-right", "the job role may not write results", "bedrock-job-role-bucket", "s3:PutObject", _cloud(aws.drop_results_right)),
    _row("model-right", "the job role may not run the model", "bedrock-job-role-models", "bedrock:InvokeModel", _cloud(aws.drop_model_right)),
    _row("job-rights", "the gateway may create no jobs", "bedrock-gateway-jobs", "bedrock:CreateModelInvocationJob", _cloud(aws.drop_job_rights), "gateway-batch-api"),
    _row("plain-text", "the bucket's policy is gone, and plain text is taken", "bedrock-bucket-guards", "", _cloud(aws.remove_bucket_policy), unseen=_GUARD),
    _row("public-access", "nothing but its policy keeps the public out of the bucket", "bedrock-bucket-guards", "", _cloud(aws.remove_public_access_block), unseen=_GUARD),
    _row("access-logs", "the bucket's accesses are not logged any more", "bedrock-bucket-guards", "", _cloud(aws.stop_access_logs), settings={"accessLogs": True}, unseen=_GUARD),
    _row("key-disabled", "the customer key is disabled", "bedrock-bucket-key", "is disabled", _cloud(aws.disable_key), settings=_OWN_KEY),
    _row("key-rights", "the job role may not use the customer key", "bedrock-bucket-key", "Could not validate GetObject permissions", _cloud(aws.drop_key_rights), settings=_OWN_KEY),
    _row("key-policy", "the customer key's policy keeps the job role out", "bedrock-bucket-key", "Could not validate GetObject permissions", _cloud(aws.deny_in_key_policy), settings=_OWN_KEY),
    _row("key-cleared", "S3's own keys encrypt the bucket", "bedrock-bucket-key", "", _cloud(aws.clear_key), settings=_OWN_KEY, unseen="a job runs with any key that can be used"),
    _row("our-key-disabled", "the existing key is disabled", "bedrock-bucket-key", "is disabled", _cloud(aws.disable_key), settings={"bedrockKeyArns": ["made"]}, prepare=found.key),
    _row("output-right", "the job role may not write to the results' own bucket", "bedrock-job-role-bucket", "s3:PutObject", _cloud(aws.drop_output_right), settings={"bedrockSeparateOutput": True}),
    _row("prefix-right", "the job role may not write below the results' prefix", "bedrock-job-role-bucket", "s3:PutObject", _cloud(aws.drop_output_right), settings={"bedrockOutputPrefix": "results"}),
    _row("our-user", "the existing user has lost its policy", "bedrock-gateway-jobs bedrock-gateway-bucket bedrock-gateway-pass-role", "s3:PutObject", _cloud(aws.remove_gateway_policy), "gateway-batch-api", settings=_OUR_IDENTITY, prepare=found.gateway_user),
    _row("our-role", "the existing gateway role may not pass the job role", "bedrock-gateway-pass-role", "iam:PassRole", _cloud(aws.remove_pass_role), settings=_OUR_IDENTITY, prepare=found.gateway_role),
    _row("our-job-role", "the existing job role does not trust Bedrock any more", "bedrock-job-role-trust", "assume", _cloud(aws.remove_service_principal), settings={"bedrockJobRoleArn": "made"}, prepare=found.job_role),
    _row("our-bucket", "the existing bucket is in another region", "bedrock-bucket-region", "PermanentRedirect", _cloud(aws.move_bucket), settings={"bedrockBuckets": [found.BUCKET]}, prepare=found.bucket),
    _row("their-bucket", "another account's bucket lets nobody in any more", "bedrock-bucket-policy", "no resource-based policy allows", _cloud(aws.remove_bucket_policy), settings={"bedrockBucketAccount": OTHER_ACCOUNT}, prepare=found.foreign_bucket),
    _row("boundary", "the permissions boundary keeps the job role from writing results", "bedrock-job-role-bucket", "s3:PutObject", _cloud(aws.bound_job_role), settings={"awsPermissionsBoundaryArn": "made"}, prepare=found.boundary),
    _row("too-few", "the file holds 99 requests", "bedrock-quota-minimum", "less records", _file(lambda lines: lines[:99])),
    _row("open-batches", "the key may have no open batch", "gateway-open-batches", "batch_limit_exceeded", limit.gateway("max_open_batches", 0, max_open_batches=0)),
)
# fmt: on
