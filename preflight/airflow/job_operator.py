"""What the operators have in common: which file, which targets, asked and sent by whom."""

from collections.abc import Sequence
from typing import Any

from airflow.sdk import BaseOperator

from preflight.airflow import access
from preflight.airflow.access import Access
from preflight.airflow.asking import Job
from preflight.airflow.hook import PreflightHook


def names(given: str | Sequence[str] | None) -> tuple[str, ...]:
    """One name, several in a list or behind commas, or none."""
    if given is None:
        return ()
    if isinstance(given, str):
        return tuple(name.strip() for name in given.split(",") if name.strip())
    return tuple(given)


class JobOperator(BaseOperator):
    """An operator about one request file and the targets that it goes to."""

    template_fields: Sequence[str] = (
        *("requests", "provider", "stack", "promises", "region", "model"),
        *("waivers", "tables", "gateway_conn_id"),
    )
    ui_color = "#e6f2ec"

    def __init__(
        self,
        *,
        requests: str | None = None,
        provider: str | Sequence[str] | None = None,
        stack: str | None = None,
        promises: str | None = None,
        region: str | None = None,
        model: str | None = None,
        waivers: str | None = None,
        tables: str | None = None,
        no_split: bool = False,
        gateway_conn_id: str = access.DEFAULT,
        **arguments: Any,
    ) -> None:
        """Keep what may hold templates as it is.

        Args:
            requests: the request file.
            provider: one name, or several; None for all that are promised.
            stack: the Pulumi stack, whose outputs `pulumi` is asked for on the worker.
            promises: in place of a stack, the file with its outputs, or their JSON itself.
            region: of the targets meant, where the stack promises several.
            model: likewise.
            waivers: a file of accepted risks.
            tables: a file of limits and prices of your own.
            no_split: whether the file is one job as it is.
            gateway_conn_id: the connection with the gateway's key.
            **arguments: those of every operator.
        """
        super().__init__(**arguments)
        self.requests = requests
        self.provider = provider
        self.stack = stack
        self.promises = promises
        self.region = region
        self.model = model
        self.waivers = waivers
        self.tables = tables
        self.no_split = no_split
        self.gateway_conn_id = gateway_conn_id

    def access(self) -> Access:
        """What the connection says. Raises UsageError where it is missing or unusable."""
        found = PreflightHook(self.gateway_conn_id).get_conn()
        if found.base_url:
            self.log.info("the gateway is %s, as the connection says", found.base_url)
        return found

    def job(self, **more: Any) -> Job:
        """What is to be checked and sent; a template that came out empty is left out."""
        return Job(
            requests=self.requests or None,
            provider=names(self.provider),
            stack=self.stack or None,
            promises=self.promises or None,
            region=self.region or None,
            model=self.model or None,
            waivers=self.waivers or None,
            tables=self.tables or None,
            no_split=self.no_split,
            **more,
        )
