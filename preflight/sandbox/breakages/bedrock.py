"""One-place breakages of Amazon Bedrock."""

from functools import partial

from preflight.sandbox import limit_breakages as limit
from preflight.sandbox.aws import breakages as aws
from preflight.sandbox.aws import existing as found
from preflight.sandbox.aws import policy_breakages as policies
from preflight.sandbox.aws.cloud import OTHER_ACCOUNT
from preflight.sandbox.breakages import edits
from preflight.sandbox.breakages.breakage import breakage, in_cloud, in_file, in_promises

_row = partial(breakage, "bedrock")
_file = partial(in_file, "bedrock")
_cloud = partial(in_cloud, "bedrock")

_GUARD = "a job runs without it"
_OWN_KEY = {"bedrockCustomerKey": True}
_ANY_JOB = "arn:aws:bedrock:{region}:{account}:model-invocation-job/*"
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
    _row("gateway-key", "the gateway does not know the key any more", "gateway-key", "does not know this API key", limit.gateway("", None, revoked=True)),
    _row("no-gateway-account", "the gateway has no such provider account", "gateway-provider-account", "no provider account", limit.no_account("bedrock")),
    _row("account-role", "the gateway's account names another role", "gateway-batch-api", "not authorized to perform: sts:AssumeRole", limit.account("bedrock", role_arn="arn:aws:iam::123456789012:role/other")),
    _row("account-secret", "the gateway holds a wrong secret key", "gateway-batch-api", "SignatureDoesNotMatch", limit.account("bedrock", secret_access_key="of-another-key")),
    _row("external-id", "the gateway's role asks for an external id, which the gateway does not send", "gateway-batch-api", "not authorized to perform: sts:AssumeRole", _cloud(policies.gateway_trust_where({"StringEquals": {"sts:ExternalId": "agreed"}}))),
    _row("no-gateway-role", "the gateway's role was deleted", "bedrock-gateway-identity gateway-batch-api", "sts:AssumeRole", _cloud(policies.delete_role("gateway"))),
    _row("no-job-role", "the job role was deleted", "bedrock-job-role", "the role does not exist", _cloud(policies.delete_role("job_role"))),
    _row("no-bucket", "the bucket was deleted", "bedrock-bucket", "NoSuchBucket", _cloud(aws.delete_bucket)),
    _row("trust-region", "the job role trusts the jobs of another region", "bedrock-job-role-trust", "assume", _cloud(policies.trust_where("ArnLike", "aws:SourceArn", "arn:aws:bedrock:us-east-1:{account}:model-invocation-job/*"))),
    _row("trust-equals", "the trust compares a pattern letter by letter", "bedrock-job-role-trust", "assume", _cloud(policies.trust_where("StringEquals", "aws:SourceArn", _ANY_JOB))),
    _row("trust-pinned", "the trust names one job's id", "bedrock-job-role-trust", "assume", _cloud(policies.trust_where("ArnEquals", "aws:SourceArn", _ANY_JOB.replace("*", "abcdef012345")))),
    _row("trust-not", "the trust says StringNotEquals", "bedrock-job-role-trust", "assume", _cloud(policies.trust_where("StringNotEquals", "aws:SourceAccount", "{account}"))),
    _row("trust-null", "the trust wants no source at all", "bedrock-job-role-trust", "assume", _cloud(policies.trust_where("Null", "aws:SourceArn", "true"))),
    _row("trust-organization", "the trust asks for an organization, which a service has not", "bedrock-job-role-trust", "assume", _cloud(policies.trust_where("StringEquals", "aws:PrincipalOrgID", "o-exampleorgid"))),
    _row("trust-external-id", "the trust asks for an external id, which Bedrock does not send", "bedrock-job-role-trust", "assume", _cloud(policies.trust_where("StringEquals", "sts:ExternalId", "batch"))),
    _row("trust-denies", "the trust denies Bedrock", "bedrock-job-role-trust", "assume", _cloud(policies.trust_of(Effect="Deny"))),
    _row("trust-runtime", "the trust is of bedrock-runtime", "bedrock-job-role-trust", "assume", _cloud(policies.trust_of(Principal={"Service": "bedrock-runtime.amazonaws.com"}))),
    _row("trust-action", "the trust allows tags, and no assuming", "bedrock-job-role-trust", "assume", _cloud(policies.trust_of(Action="sts:TagSession"))),
    _row("read-right", "the job role may not read the requests", "bedrock-job-role-bucket", "s3:GetObject", _cloud(policies.job_role_lacks("s3:GetObject"))),
    _row("list-right", "the job role may not list the bucket", "bedrock-job-role-bucket", "s3:ListBucket", _cloud(policies.job_role_lacks("s3:ListBucket"))),
    _row("other-folder", "the job role's rights are on another folder", "bedrock-job-role-bucket", "s3:GetObject", _cloud(policies.job_role_elsewhere)),
    _row("upload-right", "the gateway may not upload", "bedrock-gateway-bucket", "s3:PutObject", _cloud(policies.gateway_lacks("s3:PutObject"))),
    _row("download-right", "the gateway may not read the results", "bedrock-gateway-bucket", "s3:GetObjectAttributes", _cloud(policies.gateway_lacks("s3:GetObject"))),
    _row("follow-right", "the gateway may not look at its jobs", "bedrock-gateway-jobs", "bedrock:GetModelInvocationJob", _cloud(policies.gateway_lacks("bedrock:GetModelInvocationJob"))),
    _row("list-jobs-right", "the gateway may not list jobs", "bedrock-gateway-jobs", "", _cloud(policies.gateway_lacks("bedrock:ListModelInvocationJobs")), "gateway-batch-api", unseen="a run lists jobs only where an answer was lost"),
    _row("passed-to", "the gateway may pass the job role to another service only", "bedrock-gateway-pass-role", "iam:PassRole", _cloud(policies.pass_role_to("sagemaker.amazonaws.com"))),
    _row("pass-denied", "a second policy denies the gateway to pass roles", "bedrock-gateway-pass-role", "explicit deny", _cloud(policies.denies("gateway", Action="iam:PassRole"))),
    _row("regions-denied", "a guardrail denies Bedrock outside one region", "bedrock-gateway-jobs", "explicit deny", _cloud(policies.denies("gateway", Action="bedrock:*", Condition={"StringNotEquals": {"aws:RequestedRegion": ["eu-central-1"]}})), "gateway-batch-api"),
    _row("services-denied", "a guardrail denies the job role all but S3", "bedrock-job-role-models", "explicit deny", _cloud(policies.denies("job_role", NotAction=["s3:*", "iam:*"]))),
    _row("models-denied", "a guardrail denies one maker's models", "bedrock-job-role-models", "explicit deny", _cloud(policies.denies("job_role", Action="bedrock:InvokeModel", Resource="arn:aws:bedrock:*::foundation-model/anthropic.*"))),
    _row("gateway-boundary", "the gateway's permissions boundary leaves out iam:PassRole", "bedrock-gateway-pass-role", "permissions boundary", _cloud(aws.bound_gateway)),
    _row("job-boundary", "the job role's permissions boundary leaves out s3:PutObject", "bedrock-job-role-bucket", "permissions boundary", _cloud(aws.bound_job_role)),
    _row("bucket-denies-gateway", "the bucket's policy keeps the gateway from uploading", "bedrock-bucket-policy", "explicit deny", _cloud(policies.bucket_denies(Action="s3:PutObject", Principal={"AWS": "{gateway}"}))),
    _row("bucket-strangers", "the bucket's policy denies all but the job role", "bedrock-bucket-policy", "explicit deny", _cloud(policies.bucket_denies(Condition={"ArnNotLike": {"aws:PrincipalArn": ["{job_role}", "arn:aws:iam::{account}:root"]}}))),
    _row("bucket-endpoint", "the bucket's policy asks for a network's endpoint", "", "explicit deny", _cloud(policies.bucket_denies(Action="s3:PutObject", Condition={"StringNotEquals": {"aws:SourceVpce": "vpce-1"}})), "bedrock-bucket-policy"),
    _row("bucket-header", "the bucket's policy asks uploads for an encryption header", "", "explicit deny", _cloud(policies.bucket_denies(Action="s3:PutObject", Condition={"Null": {"s3:x-amz-server-side-encryption": "true"}})), "bedrock-bucket-policy"),
    _row("short-lived", "a rule of the bucket deletes objects after three days", "bedrock-bucket-expiry", "", _cloud(policies.expire_after(3)), unseen="the sandbox's jobs end within seconds"),
    _row("key-deletion", "the customer key is to be deleted", "bedrock-bucket-key", "is pending deletion", _cloud(policies.schedule_key_deletion), settings=_OWN_KEY),
    _row("gateway-key-right", "the gateway may not use the customer key", "bedrock-bucket-key", "kms:GenerateDataKey", _cloud(policies.gateway_lacks_key), settings=_OWN_KEY),
    _row("other-account", "the credentials are of another account than the stack", "bedrock-credentials", "", in_promises("bedrock", account=OTHER_ACCOUNT), unseen="a job is sent with the gateway's credentials, not with those of the check"),
    _row("number-id", "one custom_id is a number", "requests-custom-id", "recordId is not a string", _file(edits.last(edits.fields(custom_id=7)))),
    _row("no-id", "one request has no custom_id", "requests-custom-id", "1 missing", _file(edits.last(edits.without("custom_id")))),
    _row("no-body", "one request has no body", "requests-body", "invalid JSON lines", _file(edits.last(edits.without("body")))),
    _row("cut-off-line", "the last line is cut off in the middle", "requests-json", "invalid JSON lines", _file(edits.cut_off)),
    _row("nan", "a number is NaN, which Python writes and JSON lacks", "requests-json", "invalid JSON lines", _file(edits.last(edits.body(temperature=float("nan"))))),
    _row("latin", "a letter is in Latin-1", "requests-encoding", "invalid JSON lines", _file(edits.latin)),
    _row("negative", "one request asks for fewer than no tokens", "requests-max-tokens", "is not greater or equal to 1", _file(edits.last(edits.body(max_tokens=-1)))),
    _row("duplicate-id", "two requests share a custom_id", "requests-unique", "is used twice", _file(edits.same_id)),
)
# fmt: on
