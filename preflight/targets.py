"""Which of a provider's targets is meant: each is one model in one region."""

from collections.abc import Collection

from preflight.contract import AzureOpenAI, OpenAI, Promises, Target
from preflight.seams import UsageError


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


def for_requests(
    targets: Collection[Target], models: Collection[str | None], requests: str
) -> tuple[Target, ...]:
    """The one target that a request file can be meant for, by the models that its lines name.

    A file that names none, or names what no target has, can be meant for each: then there must be
    one. Raises UsageError where several are left.
    """
    of_model = tuple(target for target in targets if named_model(target) in models)
    found = of_model or tuple(targets)
    if len(found) > 1:
        raise UsageError(
            requests,
            f"goes to one target, and these are {_listed(found)}",
            "choose with --region and --model",
        )
    return found


def _listed(targets: Collection[Target]) -> str:
    return "; ".join(place(target) for target in targets)
