"""A night's requests: checked in the evening, sent, waited for without a worker, and used.

The connection `preflight_default` has the gateway's key as its password. Three Airflow variables
say where things are: `preflight_promises` (the outputs of the stack, as a file or as JSON),
`preflight_inbox` (the folder of request files, one a day) and `preflight_runs` (a folder that each
worker sees).
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from airflow.sdk import DAG, task

from preflight.airflow import PreflightBatchOperator, PreflightCheckOperator

REQUESTS = "{{ var.value.preflight_inbox }}/{{ ds }}.jsonl"
PROMISES = "{{ var.value.preflight_promises }}"

with DAG(
    "nightly_batch",
    schedule="0 20 * * *",
    start_date=datetime(2026, 11, 1, tzinfo=UTC),
    catchup=False,
    default_args={"retries": 5, "retry_delay": timedelta(minutes=10)},
    params={"provider": "openai"},
) as dag:
    check = PreflightCheckOperator(
        task_id="check",
        requests=REQUESTS,
        promises=PROMISES,
        provider="{{ params.provider }}",
    )
    batch = PreflightBatchOperator(
        task_id="batch",
        requests=REQUESTS,
        promises=PROMISES,
        provider="{{ params.provider }}",
        folder="{{ var.value.preflight_runs }}",
        wait_timeout=timedelta(hours=30),
        max_failed_requests=10,
    )

    @task
    def use(done: dict[str, Any]) -> int:
        """Whatever is to be done with the results; here, count them."""
        with Path(done["files"]["results"]).open("rb") as results:
            return sum(1 for _ in results)

    check >> batch
    use(batch.output)
