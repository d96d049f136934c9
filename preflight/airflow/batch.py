"""A batch as a task: checked, sent, waited for without a worker, fetched and merged."""

import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, NoReturn

from airflow.sdk import Context
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from preflight.airflow import asking, running, standing, trigger
from preflight.airflow.access import Access
from preflight.airflow.check import refuse, told
from preflight.airflow.failing import as_airflow
from preflight.airflow.hook import ledger_address
from preflight.airflow.job_operator import JobOperator
from preflight.airflow.place import Place, Task, open_address, place, there
from preflight.airflow.route import Looking
from preflight.airflow.running import Ended, Going, Manner
from preflight.airflow.trigger import PreflightBatchTrigger
from preflight.batch.watch import EVERY_SECONDS
from preflight.seams import PreflightError, UsageError

REPORT = "report"
"""Under which XCom has the check's report."""

KEPT = "preflight_run"
"""Under which the task's state says that a run was begun, and where it is kept."""


class PreflightBatchOperator(JobOperator):
    """Check a request file, send it, wait, fetch and merge; what is returned are the counts.

    The run is kept under DAG, DAG run, task and map index: a retry, or a task that is cleared, goes
    on with the same run, whatever became of its worker, and pays for nothing twice. A new DAG run
    is a new run.

    NOT READY, a wrong argument and a key that is refused fail the task without a retry; what may
    pass (CANNOT TELL, a gateway that is away, a batch that failed with no result) is retried.
    """

    template_fields: Sequence[str] = (
        *JobOperator.template_fields,
        *("folder", "ledger", "ledger_conn_id"),
    )

    def __init__(
        self,
        *,
        folder: str,
        ledger: str | None = None,
        ledger_conn_id: str | None = None,
        deferrable: bool = True,
        poll_every: float = EVERY_SECONDS,
        wait_timeout: timedelta | None = None,
        cancel_on_kill: bool = False,
        max_failed_requests: int = 0,
        rehearsal: bool = True,
        **arguments: Any,
    ) -> None:
        """One of `requests`' targets is chosen by `provider`, `region` and `model`.

        Args:
            folder: holds the runs of all tasks, each in a folder of its own. Every worker must see
                it under this path, but where there is a ledger elsewhere.
            ledger: `postgresql://USER@HOST/DATABASE` without a password, for workers that share
                no folder.
            ledger_conn_id: the same, as a connection of the type `postgres`.
            deferrable: whether the triggerer waits, and no worker.
            poll_every: seconds between looks at the batches.
            wait_timeout: how long a try waits at the most; the batches go on all the same, and the
                next try takes them up.
            cancel_on_kill: whether the batches are cancelled when the task is ended or cleared by
                a person, or runs into its execution_timeout.
            max_failed_requests: with more requests than that without a result the task fails.
            rehearsal: whether an upload is read back before a large batch.
            **arguments: those of `JobOperator`.
        """
        super().__init__(**arguments)
        self.folder = folder
        self.ledger = ledger
        self.ledger_conn_id = ledger_conn_id
        self.deferrable = deferrable
        self.poll_every = poll_every
        self.wait_timeout = wait_timeout
        self.cancel_on_kill = cancel_on_kill
        self.max_failed_requests = max_failed_requests
        self.rehearsal = rehearsal
        self._kept: tuple[Place, Access] | None = None

    def execute(self, context: Context) -> dict[str, Any]:
        """Begin the run, or go on with what an earlier try began."""
        until = None
        if self.wait_timeout is not None:
            until = time.time() + self.wait_timeout.total_seconds()
        with as_airflow():
            here, access = self._place(context), self.access()
            self._refuse_a_lost_run(context, here)
            job = self.job()
            if not job.requests:
                raise UsageError("the task", "names no request file", "give it requests='...'")
            if running.sent(here, job, access):
                self.log.info("all of this run was sent before: it is followed, nothing is sent")
            else:
                asked = asking.ask(job, access)
                report = asking.report(asked, access, self.log.warning)
                told(report, self.log.info, context, REPORT)
                refuse(report)
                running.prepare(here, asked, self.log.info)
            self._note(context, here)
            self._kept = here, access
            if not self.deferrable:
                manner = self._manner()
                ended = running.finish(here, access, self.log.info, manner, until=until)
                return self._returned(ended)
        return self._turned(here, access, until, first=True)

    def execute_complete(self, context: Context, event: Mapping[str, Any]) -> dict[str, Any]:
        """Take up what the trigger has waited for."""
        until = event.get("until")
        with as_airflow():
            here = self._place(context)
            if event["why"] == trigger.LATE:
                raise running.too_long(here)
            if event["why"] == trigger.REFUSED:
                raise AirflowFailException(event["words"])
            if event["why"] == trigger.AWAY:
                raise AirflowException(event["words"])
            self._refuse_a_lost_run(context, here)
            access = self.access()
        self._kept = here, access
        return self._turned(here, access, until, first=False)

    def on_kill(self) -> None:
        """Cancel the batches, if that is asked for."""
        if not (self.cancel_on_kill and self._kept):
            return
        here, access = self._kept
        try:
            route, batches = standing.at_provider(here)
            looking = Looking(route, access)
            looking.cancel(batches)
            looking.close()
        except (PreflightError, OSError) as error:
            self.log.warning("not all of it is cancelled: %s", error)

    def _turned(
        self, here: Place, access: Access, until: float | None, *, first: bool
    ) -> dict[str, Any]:
        with as_airflow():
            found = running.turn(here, access, self.log.info, self._manner(), first=first)
        if isinstance(found, Ended):
            return self._returned(found)
        return self._wait(found, until)

    def _wait(self, going: Going, until: float | None) -> NoReturn:
        self.log.info(
            "batches at the provider: %d; still to be sent, as soon as there is room: %d",
            len(going.batches),
            going.waiting,
        )
        self.defer(
            trigger=PreflightBatchTrigger(
                gateway_conn_id=self.gateway_conn_id,
                route=going.route,
                batches=going.batches,
                any_of_them=going.waiting > 0,
                every=self.poll_every,
                until=until,
                again_in=going.again_in,
                cancel_on_kill=self.cancel_on_kill,
            ),
            method_name="execute_complete",
        )
        raise AssertionError  # pragma: no cover - to defer is to raise

    def _returned(self, ended: Ended) -> dict[str, Any]:
        """The counts; raises where too many requests have no result."""
        counts = ended.finished.summary
        words = (
            f"{ended.finished.status}: {counts.results:,} results, {counts.errors:,} errors, "
            f"{counts.missing:,} missing of {counts.requests:,} requests, in "
            f"{ended.finished.folder}"
        )
        if counts.results and counts.requests - counts.results <= self.max_failed_requests:
            self.log.info(words)
            return running.summary(ended)
        if reasons := "; ".join(ended.finished.reasons[:3]):
            words += f"; the provider says: {reasons}"
        if ended.again:
            raise AirflowException(f"{words}; another try sends what ended with nothing anew")
        raise AirflowFailException(
            f"{words}; see errors.jsonl, `preflight retry` there, or allow as many with "
            "max_failed_requests"
        )

    def _manner(self) -> Manner:
        return Manner(self.rehearsal, self.poll_every, self.tables or None, self.requests or None)

    def _place(self, context: Context) -> Place:
        ti = context["ti"]
        index = -1 if ti.map_index is None else ti.map_index
        address = open_address(self.ledger) if self.ledger else None
        if self.ledger_conn_id:
            address = ledger_address(self.ledger_conn_id)
        return place(self.folder, Task(ti.dag_id, ti.run_id, ti.task_id, index), address)

    def _refuse_a_lost_run(self, context: Context, here: Place) -> None:
        """What was begun where this worker cannot see it must not be paid for again."""
        state = context.get("task_state_store")
        noted = state.get(KEPT) if state is not None else None
        if noted and not there(here):
            raise UsageError(
                str(here.folder),
                f"holds no run, and another worker began one in {noted}",
                "mount the same storage on every worker or name ledger_conn_id; to send all of it "
                "anew on purpose, trigger a new DAG run",
            )

    def _note(self, context: Context, here: Place) -> None:
        state = context.get("task_state_store")
        if state is not None and here.address is None:
            state.set(KEPT, str(here.folder))
