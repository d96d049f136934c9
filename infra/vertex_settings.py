"""The settings of Vertex AI, as one argument set for each region."""

from collections.abc import Mapping

from infra.reader import Reader
from infra.shared_settings import Shared
from infra.vertex_args import GatewayArgs, VertexArgs
from preflight.settings.google import key_region, no_label


def vertex_settings(read: Reader, shared: Shared) -> tuple[VertexArgs, ...]:
    """What is asked for; what is wrong is remembered by the reader."""
    account, project = read.text("vertexProviderName"), read.text("vertexProject")
    models, auditor = read.texts("vertexModels"), read.text("auditorGcpMember")
    regions = read.texts("vertexRegions")
    gateway, labels = _gateway(read), _labels(read, shared.tags)
    _results(read)
    buckets = read.each_or_none("vertexBuckets", regions)
    customer_key, keys = _keys(read, regions, adopted=any(buckets))
    return tuple(
        VertexArgs(
            provider_name=account,
            project=project,
            region=region,
            models=models,
            gateway=gateway,
            bucket=bucket,
            customer_key=customer_key,
            key_name=key,
            auditor_member=auditor,
            result_days=shared.result_days,
            labels=labels,
            access_logs=shared.access_logs,
        )
        for region, bucket, key in zip(regions, buckets, keys, strict=True)
    )


def _gateway(read: Reader) -> GatewayArgs:
    found = GatewayArgs(
        read.text("gatewayGcpServiceAccount"),
        read.text("gatewayGcpIssuer"),
        read.text("gatewayGcpSubject"),
        read.text("gatewayGcpAudience"),
    )
    if found.issuer and not found.subject:
        # Whoever else has a token of this issuer would be let in with the gateway.
        read.refuse("gatewayGcpSubject", "must be who the gateway is in the issuer's tokens")
    elif not found.issuer and (found.subject or found.audience):
        read.refuse("gatewayGcpIssuer", "must be who issues the gateway's tokens")
    return found


def _keys(read: Reader, regions: tuple[str, ...], *, adopted: bool) -> tuple[bool, tuple[str, ...]]:
    customer_key = read.flag("vertexCustomerKey")
    keys = read.each_or_none("vertexKeyNames", regions)
    if customer_key and any(keys):
        read.refuse("vertexCustomerKey", "must be false where vertexKeyNames are given", _NO_KEY)
    elif customer_key and adopted:
        read.refuse(
            "vertexCustomerKey", "must be false where the buckets are existing ones", _NO_KEY
        )
    elif any(keys) and adopted:
        read.refuse("vertexKeyNames", "must be none where the buckets are existing ones", "'[]'")
    for region, key in zip(regions, keys, strict=True):
        if key and key_region(key) != region:
            read.refuse("vertexKeyNames", f"must name a key in {region} for the bucket there")
    return customer_key, keys


def _results(read: Reader) -> None:
    """The gateway has one header for the bucket at Vertex AI, and none for results apart."""
    if read.raw("bedrockSeparateOutput").lower() == "true" != read.raw("bedrockEnabled").lower():
        read.refuse(
            "bedrockSeparateOutput",
            "must be false where Bedrock is off: at Vertex AI results lie beside the requests",
            "false",
        )


def _labels(read: Reader, tags: Mapping[str, str]) -> Mapping[str, str]:
    """Labels are narrower than tags."""
    for name, value in tags.items():
        if why := no_label(name, value):
            read.refuse("tags", why)
    return tags


_NO_KEY = "false"
