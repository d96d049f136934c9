"""Airflow runs batches with it: operators, a sensor, a trigger, a hook and a connection type.

It needs the extra `airflow`. Importing this package alone imports neither Airflow nor the run:
Airflow reads `provider` at each of its starts.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from preflight.airflow.batch import PreflightBatchOperator
    from preflight.airflow.check import PreflightCheckOperator
    from preflight.airflow.hook import PreflightHook
    from preflight.airflow.sensor import PreflightBatchSensor
    from preflight.airflow.trigger import PreflightBatchTrigger

__all__ = [
    "PreflightBatchOperator",
    "PreflightBatchSensor",
    "PreflightBatchTrigger",
    "PreflightCheckOperator",
    "PreflightHook",
]

_IN = {
    "PreflightBatchOperator": "batch",
    "PreflightBatchSensor": "sensor",
    "PreflightBatchTrigger": "trigger",
    "PreflightCheckOperator": "check",
    "PreflightHook": "hook",
}


def __getattr__(name: str) -> Any:
    if name not in _IN:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_IN[name]}"), name)
