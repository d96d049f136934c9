"""What Bedrock is provisioned from in one region."""

from dataclasses import dataclass

from infra.shared_settings import Shared


@dataclass(frozen=True, slots=True)
class GatewayArgs:
    """Whom the gateway is at AWS: one of the two ARNs is "".

    Args:
        principal_arn: who may assume the gateway role, which is made.
        external_id: what it must name when it does; "" for nothing.
        identity_arn: the role or user that the gateway is already; the policy is put on it.
    """

    principal_arn: str
    external_id: str
    identity_arn: str


@dataclass(frozen=True, slots=True)
class BucketArgs:
    """Where requests and results lie.

    Args:
        existing: a bucket that is used as it is; "" for one that is made.
        account: who owns the existing one; "" for the stack's account.
        separate_output: whether the results have a bucket of their own, made beside.
        output_prefix: below which the results are written; "" for beside the requests.
        customer_key: whether a customer key is made that encrypts them.
        key_arn: an existing customer key that encrypts them; "" for none.
    """

    existing: str
    account: str
    separate_output: bool
    output_prefix: str
    customer_key: bool
    key_arn: str


@dataclass(frozen=True, slots=True)
class RoleArgs:
    """How roles are made.

    Args:
        path: of every role; "" for none.
        boundary_arn: the permissions boundary of every role; "" for none.
    """

    path: str
    boundary_arn: str


@dataclass(frozen=True, slots=True)
class BedrockArgs:
    """What the component is made from.

    Args:
        provider_name: the gateway's provider account.
        region: where the jobs run; everything with a region is made there.
        models: ids of foundation models, or of inference profiles.
        gateway: whom the gateway is at AWS.
        job_role_arn: an existing job role, whose policy alone is set; "" for one that is made.
        buckets: where requests and results lie.
        roles: how roles are made.
        auditor_principal_arn: who may assume the auditor's role; "" for no such role.
        shared: what is for all providers alike.
    """

    provider_name: str
    region: str
    models: tuple[str, ...]
    gateway: GatewayArgs
    job_role_arn: str
    buckets: BucketArgs
    roles: RoleArgs
    auditor_principal_arn: str
    shared: Shared
