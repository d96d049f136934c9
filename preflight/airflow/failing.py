"""What the program raises, as Airflow takes it: failed for good, or to be tried again."""

from collections.abc import Iterator
from contextlib import contextmanager

from airflow.sdk.exceptions import AirflowException, AirflowFailException

from preflight.airflow.saying import hopeless, sentence
from preflight.seams import PreflightError


@contextmanager
def as_airflow() -> Iterator[None]:
    """Raise AirflowFailException for what no further try can help, else AirflowException."""
    try:
        yield
    except PreflightError as error:
        kind = AirflowFailException if hopeless(error) else AirflowException
        raise kind(sentence(error)) from None
    except OSError as error:
        where, why = error.filename or "this worker", error.strerror or error
        raise AirflowException(
            f"{where}: refuses to be read or written ({why}); repair that, and clear the task"
        ) from error
