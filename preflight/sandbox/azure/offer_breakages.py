"""What Azure itself changes: the models it offers, and what others put into the account."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from preflight.catalog import source
from preflight.contract import AzureOpenAI
from preflight.sandbox.azure.breakages import delete_deployment
from preflight.sandbox.loopback import asking

_SECONDS = 30
_MOST_FILES = 500

Break = Callable[[Mapping[str, str], AzureOpenAI], None]


def retiring(env: Mapping[str, str], promised: AzureOpenAI) -> None:
    """Azure retires the model tomorrow."""
    tomorrow = source.today() + timedelta(days=1)
    _tell(env, "offers", {"retire": {promised.model: tomorrow.isoformat()}})


def withdrawn(env: Mapping[str, str], promised: AzureOpenAI) -> None:
    """The region does not offer the model, so that the deployment could not be made."""
    delete_deployment(env, promised)
    _tell(env, "offers", {"withdraw": [promised.model]})


def not_for_batches(*kinds: str) -> Break:
    """The region offers the model, but not for these types, so there is no deployment."""

    def apply(env: Mapping[str, str], promised: AzureOpenAI) -> None:
        delete_deployment(env, promised)
        _tell(env, "offers", {"withdraw": [f"{promised.model}/{kind}" for kind in kinds]})

    return apply


def still_deployed(env: Mapping[str, str], promised: AzureOpenAI) -> None:
    """The region does not offer the model any more; what was deployed before is there."""
    _tell(env, "offers", {"withdraw": [promised.model]})


def full_of_files(env: Mapping[str, str], promised: AzureOpenAI) -> None:
    """The account holds all the batch files that it may."""
    _tell(env, f"accounts/{promised.account}", {"files": _MOST_FILES})


def nearly_full_of_files(env: Mapping[str, str], promised: AzureOpenAI) -> None:
    """The account holds all the batch files that it may but one."""
    _tell(env, f"accounts/{promised.account}", {"files": _MOST_FILES - 1})


def full_queue(env: Mapping[str, str], promised: AzureOpenAI) -> None:
    """A job of somebody else's fills the deployment's queue, and goes on."""
    job = {"deployment": promised.deployment, "requests": 1_000_000}
    _tell(env, f"accounts/{promised.account}", job)


def _tell(env: Mapping[str, str], path: str, rows: Mapping[str, Any]) -> None:
    url = f"{env['PREFLIGHT_ARM_ENDPOINT']}/sandbox/{path}"
    with asking(timeout=_SECONDS) as client:
        answer = client.post(url, json=rows)
    answer.raise_for_status()
