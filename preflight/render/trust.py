"""Who trusts whom for a target: the identities from whoever runs the job to the bucket.

Each step is something that one identity does by the leave of another, and the checks that asked
about it say how it stands.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from preflight.contract import AzureOpenAI, Bedrock, OpenAI, Target, VertexAI
from preflight.permissions import owner
from preflight.render.findings import Finding, Kind, quotable
from preflight.render.trust_steps import (
    AZURE,
    BEDROCK,
    BEDROCK_KEY,
    GATEWAY,
    OPENAI,
    VERTEX,
    VERTEX_KEY,
    Step,
)
from preflight.report import Report
from preflight.targets import named_model, place, region


@dataclass(frozen=True, slots=True)
class Party:
    """One of those who trust, or what they are trusted with.

    Attributes:
        kind: "Gateway identity".
        name: as the provider calls it.
        column: 0 for who acts, 1 for what is acted on.
        row: from 0, from top to bottom; halves are between two rows.
        checks: the ids of those that ask about it alone.
    """

    kind: str
    name: str
    column: int
    row: float
    checks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trust:
    """The parties of targets that differ in the model alone, and the steps between them.

    Attributes:
        provider: as the command line calls it.
        title: provider, region and account.
        targets: their places, as results name them.
        parties: by their short names, in reading order.
        steps: in order.
    """

    provider: str
    title: str
    targets: tuple[str, ...]
    parties: Mapping[str, Party]
    steps: tuple[Step, ...]


def trusts(report: Report) -> tuple[Trust, ...]:
    """One for each account, in reading order; none where nothing of it was asked."""
    found = []
    for provider, several in report.promised.items():
        groups: dict[Target, list[Target]] = {}
        for target in several:
            groups.setdefault(_without_model(target), []).append(target)
        for same in groups.values():
            made = _trust(report.gateway, provider, tuple(same))
            ids = {name for step in made.steps for name in step.checks}
            places = {place(target) for target in same}
            if any(one.check_id in ids and one.target in places for one in report.of(provider)):
                found.append(made)
    return tuple(found)


def _without_model(target: Target) -> Target:
    match target:
        case Bedrock():
            return replace(target, model="", model_arns=())
        case AzureOpenAI():
            return replace(target, model="", deployment="", sku="")
        case _:
            return replace(target, model="")


def _trust(gateway: str, provider: str, same: tuple[Target, ...]) -> Trust:
    first = same[0]
    models = ", ".join(dict.fromkeys(named_model(target) for target in same))
    parties = {
        "you": Party("You", "TFY_API_KEY", 0, 0),
        "gateway": Party("Gateway", gateway, 0, 1, ("gateway-open-batches",)),
    }
    steps: tuple[Step, ...]
    match first:
        case OpenAI():
            parties |= _openai(first, models)
            steps = OPENAI
        case AzureOpenAI():
            parties |= _azure(first, models)
            steps = AZURE
        case VertexAI():
            parties |= _vertex(first, models)
            steps = (*VERTEX, *(VERTEX_KEY if first.kms_key else ()))
        case Bedrock():
            parties |= _bedrock(first, models)
            steps = (*BEDROCK, *(BEDROCK_KEY if first.kms_key_arn else ()))
    title = f"{provider} {region(first)}".strip()
    return Trust(
        provider,
        quotable(f"{title} ({first.provider_name})"),
        tuple(place(target) for target in same),
        {name: replace(party, name=quotable(party.name)) for name, party in parties.items()},
        (*GATEWAY, *steps),
    )


def _openai(promised: OpenAI, models: str) -> dict[str, Party]:
    return {
        "account": Party("OpenAI account", promised.provider_name, 1, 1),
        "model": Party("Model", models, 1, 2, ("openai-model", "openai-model-retirement")),
    }


def _azure(promised: AzureOpenAI, models: str) -> dict[str, Party]:
    network = ("azure-account", "azure-subdomain", "azure-region", "azure-network")
    of_deployment = ("deployment", "deployment-type", "deployment-model", "model-retirement")
    deployed = (*(f"azure-{end}" for end in of_deployment), "azure-model-offered")
    return {
        "identity": Party("Gateway identity", promised.gateway_principal_id, 0, 2),
        "account": Party("Azure account", promised.account, 1, 1.5, network),
        "model": Party("Deployment", models, 1, 2.5, deployed),
    }


def _vertex(promised: VertexAI, models: str) -> dict[str, Party]:
    of_bucket = ["", "-region", "-access", "-guards", "-expiry"]
    if not promised.kms_key:
        of_bucket.append("-key")
    bucket = tuple(f"vertex-bucket{end}" for end in of_bucket)
    found = {
        "identity": Party(
            "Gateway identity",
            promised.gateway_service_account,
            0,
            2,
            ("vertex-gateway-account",),
        ),
        "own": Party("Service agent", promised.service_agent, 0, 3, ("vertex-agent-name",)),
        "bucket": Party("Bucket", promised.bucket, 1, 2.5, bucket),
        "model": Party("Model", models, 1, 3.5),
    }
    if promised.kms_key:
        found["key"] = Party("Customer key", promised.kms_key, 1, 1.5)
    return found


def _bedrock(promised: Bedrock, models: str) -> dict[str, Party]:
    of_bucket = ["", "-region", "-owner", "-expiry", "-guards"]
    if not promised.kms_key_arn:
        of_bucket.append("-key")
    bucket = tuple(f"bedrock-bucket{end}" for end in of_bucket)
    elsewhere = owner(promised) != promised.account
    owned = f"{promised.bucket} (of {owner(promised)})" if elsewhere else promised.bucket
    found = {
        "identity": Party(
            "Gateway identity",
            promised.gateway_principal_arn,
            0,
            2,
            ("bedrock-gateway-identity",),
        ),
        "own": Party("Job role", promised.job_role_arn, 0, 3, ("bedrock-job-role",)),
        "bucket": Party("Bucket", owned, 1, 2.5, bucket),
        "model": Party("Model", models, 1, 3.5),
    }
    if promised.kms_key_arn:
        found["key"] = Party("Customer key", promised.kms_key_arn, 1, 1.5)
    return found


def asked(trust: Trust, found: Iterable[Finding], ids: tuple[str, ...]) -> tuple[Finding, ...]:
    """What was found by these checks for these targets, the most urgent first."""
    kinds = list(Kind)
    mine = [
        one
        for one in found
        if one.provider == trust.provider and one.id in ids and one.target in trust.targets
    ]
    return tuple(sorted(mine, key=lambda one: (kinds.index(one.kind), ids.index(one.id))))
