"""Which of a provider's targets is meant: each is one model in one region."""

import re
from collections.abc import Collection, Sequence

from preflight.contract import AzureOpenAI, OpenAI, Promises, Target
from preflight.requests.tally import DISTINCT
from preflight.seams import UsageError

SNAPSHOT = re.compile(r"-\d{4}-\d{2}-\d{2}")
"""What a dated snapshot's name has behind that of its model, at OpenAI."""


def named_model(target: Target) -> str:
    """What `body.model` of a request must be: Azure OpenAI wants the deployment's name."""
    return target.deployment if isinstance(target, AzureOpenAI) else target.model


def region(target: Target) -> str:
    """Where its jobs run; OpenAI has no regions: ""."""
    return "" if isinstance(target, OpenAI) else target.region


def place(target: Target) -> str:
    """How a target is told from the others of its provider: region and model."""
    return f"{region(target)} {named_model(target)}".strip()


def choose(
    promises: Promises, provider: str, *, asked_region: str | None, asked_model: str | None
) -> tuple[Target, ...]:
    """The provider's targets in that region and of that model; None asks for any.

    Raises UsageError where there is none.
    """
    there = promises.of(provider)
    found = tuple(
        target
        for target in there
        if asked_region in {None, region(target)}
        and asked_model in {None, target.model, named_model(target)}
    )
    if not found:
        options = (("--region", asked_region), ("--model", asked_model))
        raise UsageError(
            " ".join(f"{option} {value}" for option, value in options if value is not None),
            f"is no target of {provider}",
            f"the stack promises {_listed(there)}",
        )
    return found


def matching(targets: Collection[Target], model: str) -> tuple[Target, ...]:
    """Those that a request is for which names this model.

    Those of that very name or, where there is none, those that it is a dated snapshot of.
    """
    return tuple(target for target in targets if named_model(target) == model) or tuple(
        target for target in targets if _is_snapshot(model, target)
    )


def _is_snapshot(model: str, target: Target) -> bool:
    return (
        isinstance(target, OpenAI)
        and model.startswith(target.model)
        and SNAPSHOT.fullmatch(model.removeprefix(target.model)) is not None
    )


def of_shard(targets: Sequence[Target], model: str | None) -> Target:
    """The one that a shard of this model is for; the first, for a shard of no model of its own."""
    found = () if model is None else matching(targets, model)
    return found[0] if found else targets[0]


def by_model(targets: Collection[Target], models: Collection[str | None]) -> bool:
    """Whether a run divides a file of these targets by the models that its lines name.

    That is where they are several, and each is promised. Vertex AI and Bedrock bind the model to
    the job, and what a line names may be anything there: such a file is not divided.
    """
    return (
        1 < len(models) < DISTINCT
        and all(isinstance(target, OpenAI | AzureOpenAI) for target in targets)
        and all(model is not None and matching(targets, model) for model in models)
    )


def for_requests(
    targets: Collection[Target], models: Collection[str | None], requests: str
) -> tuple[Target, ...]:
    """The targets that a request file can be meant for, by the models that its lines name.

    They are one, or several models of one account, where the lines name the models of each. A file
    that names none, or names what no target has, can be meant for each: then there must be one.
    Raises UsageError where several are left.
    """
    meant = {found for model in models if model is not None for found in matching(targets, model)}
    found = tuple(target for target in targets if target in meant) or tuple(targets)
    if len(found) > 1 and not (meant and _side_by_side(found)):
        raise UsageError(
            requests,
            f"goes to one target, and these are {_listed(found)}",
            "choose with --region and --model",
        )
    return found


def _side_by_side(targets: Sequence[Target]) -> bool:
    """Whether they are models of one account, and the gateway is told the same for each."""
    accounts = {_account(target) for target in targets}
    names = {named_model(target) for target in targets}
    return None not in accounts and len(accounts) == 1 and len(names) == len(targets)


def _account(target: Target) -> tuple[str, ...] | None:
    """None where the gateway is told the model beside the account."""
    match target:
        case OpenAI():
            return (target.provider_name,)
        case AzureOpenAI():
            place = (target.subscription_id, target.resource_group, target.account)
            return (target.provider_name, *place, target.region, target.api_version)
        case _:
            return None


def _listed(targets: Collection[Target]) -> str:
    return "; ".join(place(target) for target in targets)
