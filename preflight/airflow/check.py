"""The check as a task of its own: its report is what the next tasks are told."""

from collections.abc import Callable, Sequence
from typing import Any

from airflow.sdk import Context
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from preflight.airflow import asking
from preflight.airflow.failing import as_airflow
from preflight.airflow.job_operator import JobOperator, names
from preflight.report import Report, Verdict

RETURNED = "return_value"
"""Where XCom has what a task returns; what a task that fails leaves there is pulled alike."""


class PreflightCheckOperator(JobOperator):
    """Say whether a batch would run; the report is in XCom, whatever the verdict.

    It looks with the worker's own credentials for the clouds, and changes nothing. NOT READY fails
    without a retry: somebody has to repair something first. CANNOT TELL fails and is retried: a
    question got no answer.
    """

    template_fields: Sequence[str] = (*JobOperator.template_fields, "only", "skip")

    def __init__(
        self,
        *,
        offline: bool = False,
        only: str | Sequence[str] | None = None,
        skip: str | Sequence[str] | None = None,
        fail_on_not_ready: bool = True,
        **arguments: Any,
    ) -> None:
        """Without `requests`, what is provisioned is judged alone.

        Args:
            offline: judge the request file alone; no connection is needed.
            only: ids of checks to ask; all others are left out.
            skip: ids of checks to leave out.
            fail_on_not_ready: whether any verdict but READY fails the task.
            **arguments: those of `JobOperator`.
        """
        super().__init__(**arguments)
        self.offline = offline
        self.only = only
        self.skip = skip
        self.fail_on_not_ready = fail_on_not_ready

    def execute(self, context: Context) -> dict[str, Any]:
        """Check; the report, as `preflight check --format json` has it."""
        job = self.job(offline=self.offline, only=names(self.only), skip=names(self.skip))
        with as_airflow():
            found = None if self.offline else self.access()
            report = asking.report(asking.ask(job, found), found, self.log.warning)
        shape = told(report, self.log.info, context, RETURNED)
        if self.fail_on_not_ready:
            refuse(report)
        return shape


def told(report: Report, say: Callable[[str], None], context: Context, key: str) -> dict[str, Any]:
    """Log the report, and put it into XCom under that key; its JSON."""
    for line in asking.text(report).splitlines():
        say(line)
    shape = asking.shape(report)
    context["ti"].xcom_push(key=key, value=shape)
    return shape


def refuse(report: Report) -> None:
    """Raise unless it is READY: for good where something is to be repaired, else to be retried."""
    if report.verdict is Verdict.READY:
        return
    hopeless = report.verdict is Verdict.NOT_READY
    raise (AirflowFailException if hopeless else AirflowException)(asking.sentence(report))
