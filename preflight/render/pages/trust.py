"""Who trusts whom, and who does what: as a picture that GitHub draws, and the same in words.

What an identity does is the table of permissions; how it comes to be that identity stands here.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from preflight.permissions import PERMISSIONS, Identity, On
from preflight.render.pages.markdown import code, codes, fenced


@dataclass(frozen=True, slots=True)
class Edge:
    """`source` does `what` to `target`; `by` are the actions it needs; `when` it is not always."""

    source: str
    target: str
    what: str
    by: tuple[str, ...] = ()
    when: str = ""


_NODES = {
    On.BUCKET: "the bucket",
    On.OBJECTS: "the bucket",
    On.RESULTS: "the bucket",
    On.KEY: "the customer key",
    On.JOB_ROLE: "the job role",
    On.MODELS: "the models",
    On.JOBS: "the batch jobs",
    On.JOB_LIST: "the batch jobs",
    On.PROJECT: "the project's batch jobs",
    On.SERVICE_ACCOUNT: "the gateway's service account",
    On.ACCOUNT: "the account and its deployments",
}
_IDENTITIES = {
    ("bedrock", Identity.GATEWAY): "the gateway identity",
    ("bedrock", Identity.JOB_ROLE): "the job role",
    ("vertex", Identity.GATEWAY): "the gateway's service account",
    ("vertex", Identity.SERVICE_AGENT): "the Vertex AI service agent",
    ("vertex", Identity.STORAGE_AGENT): "the Cloud Storage service agent",
    ("vertex", Identity.WORKLOAD): "the gateway's workload",
    ("azure", Identity.GATEWAY): "the gateway's service principal",
}
_KEY = "with a customer key"
_LOGS = "with accessLogs"
_POOL = "with gatewayGcpIssuer"
_AUDITOR = "the auditor"

_TRUST = {
    "openai": (
        Edge("whoever sends a batch", "the gateway", "calls it with TFY_API_KEY"),
        Edge("the gateway", "OpenAI", "uploads, creates and fetches with its own OpenAI key"),
    ),
    "azure": (
        Edge("whoever sends a batch", "the gateway", "calls it with TFY_API_KEY"),
        Edge("the gateway", "the gateway's service principal", "has a token from Entra"),
        Edge(
            _AUDITOR,
            "the resource group and the quotas",
            "reads",
            when="with auditorAzurePrincipalId",
        ),
    ),
    "vertex": (
        Edge("whoever sends a batch", "the gateway's workload", "calls it with TFY_API_KEY"),
        Edge(
            "the gateway's workload",
            "the gateway's service account",
            "impersonates it, as you arranged",
            when="without gatewayGcpIssuer",
        ),
        Edge(
            "the identity pool",
            "the gateway's workload",
            "takes its issuer's tokens of one subject",
            when=_POOL,
        ),
        Edge("Vertex AI", "the Vertex AI service agent", "acts as it"),
        Edge("Cloud Storage", "the Cloud Storage service agent", "acts as it", when=_KEY),
        Edge("Cloud Storage's log writers", "the log bucket", "write usage logs", when=_LOGS),
        Edge(
            _AUDITOR,
            "the gateway's service account",
            "asks as it what it may do",
            when="with auditorGcpMember",
        ),
    ),
    "bedrock": (
        Edge("whoever sends a batch", "the gateway's own principal", "calls it with TFY_API_KEY"),
        Edge(
            "the gateway's own principal",
            "the gateway identity",
            "assumes the gateway role, naming the external id if one is set",
            ("sts:AssumeRole",),
            when="without gatewayAwsIdentityArn",
        ),
        Edge(
            "Bedrock",
            "the job role",
            "assumes it, for batch jobs of this account and region only",
            ("sts:AssumeRole",),
        ),
        Edge("S3's log delivery", "the log bucket", "writes access logs", when=_LOGS),
        Edge(
            _AUDITOR,
            "the auditor role",
            "assumes it, and looks",
            ("sts:AssumeRole",),
            when="with auditorAwsPrincipalArn",
        ),
    ),
}
"""How an identity is come by, in the order of a batch's way."""


def edges(provider: str) -> tuple[Edge, ...]:
    """How each identity is come by, and what it then does."""
    return *_TRUST[provider], *_granted(provider)


def _granted(provider: str) -> Iterator[Edge]:
    """The rows of the permission table, those between the same two as one."""
    found: dict[tuple[str, str], list[tuple[str, str, On]]] = {}
    for row in PERMISSIONS:
        if row.provider == provider:
            ends = _IDENTITIES[provider, row.identity], _NODES[row.on]
            found.setdefault(ends, []).append((row.why, row.action, row.on))
    for (source, target), rows in found.items():
        whys, actions, places = (tuple(dict.fromkeys(part)) for part in zip(*rows, strict=True))
        when = _KEY if On.KEY in places else _POOL if On.SERVICE_ACCOUNT in places else ""
        yield Edge(source, target, ", ".join(whys), actions, when)


def picture(provider: str) -> str:
    """A flow chart in Mermaid; what only an option makes is dotted."""
    found = edges(provider)
    names = dict.fromkeys(end for edge in found for end in (edge.source, edge.target))
    ids = {name: f"n{number}" for number, name in enumerate(names)}
    lines = ["flowchart LR", *(f'  {id_}["{name}"]' for name, id_ in ids.items())]
    lines += [f"  {ids[edge.source]} {_arrow(edge)} {ids[edge.target]}" for edge in found]
    return fenced("mermaid", "\n".join(lines))


def words(provider: str) -> str:
    """The same, an edge a line, with the actions that it takes."""
    return "".join(f"- {_said(edge)}\n" for edge in edges(provider))


def _arrow(edge: Edge) -> str:
    label = edge.what.replace(", ", ",<br/>") + (f"<br/>({edge.when})" if edge.when else "")
    return f'-.->|"{label}"|' if edge.when else f'-->|"{label}"|'


def _said(edge: Edge) -> str:
    when = edge.when.split(" ")
    condition = " ".join(
        code(word) if word[:1] + word[1:].lower() != word else word for word in when
    )
    source = edge.source[0].upper() + edge.source[1:]
    return (
        f"{source} → {edge.target}: {edge.what}"
        + (f", by {codes(edge.by)}" if edge.by else "")
        + (f" ({condition})" if edge.when else "")
    )
