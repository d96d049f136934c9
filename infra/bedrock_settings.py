"""The settings of Amazon Bedrock, as one argument set for each region."""

from infra.bedrock_args import BedrockArgs, BucketArgs, GatewayArgs, RoleArgs
from infra.reader import Reader
from infra.shared_settings import Shared


def bedrock_settings(read: Reader, shared: Shared) -> tuple[BedrockArgs, ...]:
    """What is asked for; what is wrong is remembered by the reader."""
    regions = read.texts("bedrockRegions")
    accounts = read.one_each("bedrockProviderNames", regions)
    models = read.texts("bedrockModels")
    gateway = _gateway(read)
    auditor = read.text("auditorAwsPrincipalArn")
    job_role = read.text("bedrockJobRoleArn")
    roles = RoleArgs(read.text("awsRolePath"), read.text("awsPermissionsBoundaryArn"))
    return tuple(
        BedrockArgs(
            provider_name=account,
            region=region,
            models=models,
            gateway=gateway,
            job_role_arn=job_role,
            buckets=buckets,
            roles=roles,
            auditor_principal_arn=auditor,
            shared=shared,
        )
        for region, account, buckets in zip(regions, accounts, _buckets(read, regions), strict=True)
    )


def _gateway(read: Reader) -> GatewayArgs:
    """Exactly one of the two ARNs says whom the gateway is."""
    identity, principal = read.text("gatewayAwsIdentityArn"), ""
    if read.raw("gatewayAwsPrincipalArn") or not read.raw("gatewayAwsIdentityArn"):
        principal = read.text("gatewayAwsPrincipalArn")
    external_id = read.text("gatewayAwsExternalId")
    if identity and principal:
        other = "gatewayAwsPrincipalArn, for whom a role is made"
        read.refuse("gatewayAwsIdentityArn", f"it must not be set beside {other}", '""')
    if identity and external_id:
        other = "gatewayAwsIdentityArn, whose trust is left as it is"
        read.refuse("gatewayAwsExternalId", f"it must not be set beside {other}", '""')
    return GatewayArgs(principal, external_id, identity)


def _buckets(read: Reader, regions: tuple[str, ...]) -> tuple[BucketArgs, ...]:
    existing = read.each_or_none("bedrockBuckets", regions)
    keys = read.each_or_none("bedrockKeyArns", regions)
    account, prefix = read.text("bedrockBucketAccount"), read.text("bedrockOutputPrefix")
    separate, made_key = read.flag("bedrockSeparateOutput"), read.flag("bedrockCustomerKey")
    if account and not any(existing):
        read.refuse("bedrockBucketAccount", "it is for buckets that bedrockBuckets names", '""')
    if separate and any(existing):
        read.refuse(
            "bedrockSeparateOutput",
            "beside the buckets that bedrockBuckets names none is made: bedrockOutputPrefix keeps"
            " the results apart in them",
            "false",
        )
    if made_key and any(existing):
        read.refuse(
            "bedrockCustomerKey",
            "the buckets that bedrockBuckets names stay encrypted as they are: name their keys in"
            " bedrockKeyArns",
            "false",
        )
    if made_key and any(keys):
        read.refuse("bedrockCustomerKey", "bedrockKeyArns names keys to be used instead", "false")
    for region, key in zip(regions, keys, strict=True):
        if key and key.split(":")[3] != region:
            read.refuse(
                "bedrockKeyArns",
                f"S3 encrypts with keys of the bucket's own region, and that is {region}",
            )
    return tuple(
        BucketArgs(
            existing=bucket,
            account=account,
            separate_output=separate,
            output_prefix=prefix,
            customer_key=made_key,
            key_arn=key,
        )
        for bucket, key in zip(existing, keys, strict=True)
    )
