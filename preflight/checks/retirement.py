"""Whether the model is shut down before a batch that is sent now has ended.

Ends are announced long before, and moved, mostly to later. So a day ahead counts as it is written;
a day that has passed is for a live look at the model to judge, where there is one.
"""

from datetime import date, timedelta
from typing import TypeGuard

from preflight.catalog import source
from preflight.catalog.retirement import Retirement, retirement, retirements, your_retirement
from preflight.catalog.source import Source, caveats
from preflight.checks.azure_models import deployable
from preflight.checks.bedrock_named import base_model
from preflight.checks.remedies import instead
from preflight.contract import AzureOpenAI, Bedrock, OpenAI, VertexAI
from preflight.limits import longest_hours
from preflight.outcomes import Answer, Failed, Passed, Unknown, check
from preflight.seams import Aws, Azure

_SOON_DAYS = 60


def _unlisted(provider: str, model: str) -> Unknown:
    return Unknown(
        f"{model} is in no list of announced ends ({retirements(provider)})",
        "a look at that page, then a row of a file for --tables: "
        f'{provider}.retires = {{ "{model}" = its date, or false for none }}',
    )


def _ahead(provider: str, model: str, found: Retirement, setting: str) -> Answer:
    """The answer where no end is announced, or one that has not come yet."""
    said = str(found.source)
    if found.day is None:
        return Passed(f"no end is announced for {model} ({said})", found.source.warning)
    if _in_window(provider, found.day):
        return Failed(
            f"{model} is shut down on {found.day} ({said}), and a batch may take "
            f"{longest_hours(provider)} hours",
            instead(setting, model, "a model that stays longer"),
        )
    left = (found.day - source.today()).days
    soon = f"it is shut down in {left} days" if left <= _SOON_DAYS else ""
    return Passed(f"{model} stays until {found.day} ({said})", caveats(soon, found.source.warning))


def _in_window(provider: str, day: date) -> bool:
    # The hour of the day is not announced: a day that the window touches counts.
    return day <= source.today() + timedelta(days=-(-longest_hours(provider) // 24))


def _over(found: Retirement | None) -> TypeGuard[Retirement]:
    return found is not None and found.day is not None and found.day <= source.today()


@check("openai-model-retirement", "The model stays until the batch has ended")
def openai_retirement(promised: OpenAI, world: None) -> Answer:
    """OpenAI announces when a model is shut down; a batch that still runs then fails.

    The page's dates are in a dated table. A model that it does not list may have been announced
    since.
    """
    del world
    found = retirement("openai", promised.model)
    if found is None:
        return _unlisted("openai", promised.model)
    if _over(found):
        return Failed(
            f"{promised.model} was shut down on {found.day} ({found.source})",
            instead("openaiModels", promised.model, "a model that is still there"),
        )
    return _ahead("openai", promised.model, found, "openaiModels")


@check("azure-model-retirement", "The model stays until the batch has ended")
def azure_retirement(promised: AzureOpenAI, azure: Azure) -> Answer:
    """A deployment of a retired model stays, and answers every request with an error.

    So the deployment itself shows nothing. Azure's own list of the account's models names a day for
    most versions, and for the types of deployment; where it does not, the dated table of Azure's
    schedule is asked: by that Azure retires region by region, at the day or later.
    """
    if your_retirement("azure", promised.model) is None:
        told = _by_azure(promised, azure)
        if _over(told):
            return Failed(
                f"{promised.model} was retired on {told.day} ({told.source})",
                instead("azureModels", promised.model, "a model that is still there"),
            )
        if told is not None:
            return _ahead("azure", promised.model, told, "azureModels")
    found = retirement("azure", promised.model)
    if found is None:
        return _unlisted("azure", promised.model)
    if _over(found):
        return Unknown(
            f"{promised.model} was to be retired on {found.day} ({found.source}), region by region",
            f"az cognitiveservices model list --location {promised.region}, and the day it names "
            f'as a row of a file for --tables: azure.retires = {{ "{promised.model}" = DAY }}',
        )
    return _ahead("azure", promised.model, found, "azureModels")


def _by_azure(promised: AzureOpenAI, azure: Azure) -> Retirement | None:
    """The first day of those that Azure's list names for what is deployed; None where for none."""
    days = [
        day
        for offer in deployable(promised, azure)[0]
        for day in (offer.ends, offer.kinds.get(promised.sku))
        if day is not None
    ]
    source = Source(f"Azure's list of models for account {promised.account}")
    return Retirement(min(days), source) if days else None


@check("vertex-model-retirement", "The model stays until the job has ended")
def vertex_retirement(promised: VertexAI, world: object) -> Answer:
    """Google names a day for each version of a model; a job may wait for three days and run one."""
    del world
    found = retirement("vertex", promised.model)
    if found is None:
        return _unlisted("vertex", promised.model)
    if _over(found):
        said = f"{promised.model} was to be retired on {found.day} ({found.source})"
        moved = "vertex-model says whether it is still there: Google postpones"
        return Passed(said, caveats(moved, found.source.warning))
    return _ahead("vertex", promised.model, found, "vertexModels")


@check("bedrock-model-retirement", "The model stays until the job has ended")
def bedrock_retirement(promised: Bedrock, aws: Aws) -> Answer:
    """Bedrock calls a model LEGACY for 45 days at least before its end: ACTIVE means it stays.

    The day of a LEGACY model's end is in a dated table, made of AWS's pages.
    """
    base = base_model(promised)
    offered = aws.foundation_model(promised.region, base)
    if offered is None:
        return Unknown(
            f"{promised.region} does not offer {base} itself, so nothing tells its state",
            "bedrock-model to pass, and the end on AWS's page about the model",
        )
    if offered.lifecycle == "ACTIVE":
        return Passed(f"Bedrock calls {base} ACTIVE, as none is whose end is near")
    found = retirement("bedrock", base)
    if found is None:
        return _unlisted("bedrock", base)
    if _over(found):
        said = f"{base} was to end on {found.day} ({found.source})"
        there = f"{promised.region} still offers it, as {offered.lifecycle}"
        return Passed(said, caveats(there, found.source.warning))
    return _ahead("bedrock", base, found, "bedrockModels")
