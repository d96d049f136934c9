"""What the components of Vertex AI are made from."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GatewayArgs:
    """Whom the gateway is in Google Cloud, and how it comes by its token.

    Args:
        service_account: e-mail of the existing one; "" makes one.
        issuer: the gateway's OIDC issuer, whose tokens are taken for it; "" for none.
        subject: who the gateway is in those tokens.
        audience: for whom they are; "" for the identity pool's provider.
    """

    service_account: str = ""
    issuer: str = ""
    subject: str = ""
    audience: str = ""


@dataclass(frozen=True, slots=True)
class VertexArgs:
    """What one region is made from.

    Args:
        provider_name: the gateway's provider account.
        project: id of the project the jobs run in.
        region: where the jobs run; the bucket is made there.
        models: Google's ids of the models.
        gateway: whom the gateway is.
        bucket: name of the existing bucket; "" makes one.
        customer_key: whether a customer key is made, which encrypts the bucket that is made.
        key_name: the existing key that encrypts it; "" for none.
        auditor_member: who runs `preflight check`, as Google's policies spell it; "" for nobody.
        result_days: after how many days requests and results are deleted.
        labels: on all that is made and takes labels.
        access_logs: whether accesses of the bucket that is made are logged into one beside it.
    """

    provider_name: str
    project: str
    region: str
    models: tuple[str, ...]
    gateway: GatewayArgs
    bucket: str
    customer_key: bool
    key_name: str
    auditor_member: str
    result_days: int
    labels: Mapping[str, str]
    access_logs: bool

    @property
    def has_key(self) -> bool:
        """Whether a customer key encrypts the bucket that is made."""
        return self.customer_key or bool(self.key_name)
