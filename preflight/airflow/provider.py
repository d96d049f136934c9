"""What Airflow is told of this provider, through the entry point `apache_airflow_provider`."""

from typing import Any

CONNECTION = "preflight"
"""The connection type."""

_NAME = "batch-preflight"


def get_provider_info() -> dict[str, Any]:
    """The provider, as `airflow providers` and the connection form show it."""
    return {
        "package-name": _NAME,
        "name": _NAME,
        "description": "LLM batches through an AI gateway: checked first, then run, and paid once.",
        "integrations": [{"integration-name": _NAME, "tags": ["service"]}],
        "operators": [
            {
                "integration-name": _NAME,
                "python-modules": ["preflight.airflow.batch", "preflight.airflow.check"],
            }
        ],
        "sensors": [{"integration-name": _NAME, "python-modules": ["preflight.airflow.sensor"]}],
        "hooks": [{"integration-name": _NAME, "python-modules": ["preflight.airflow.hook"]}],
        "triggers": [{"integration-name": _NAME, "python-modules": ["preflight.airflow.trigger"]}],
        "connection-types": [
            {
                "connection-type": CONNECTION,
                "hook-class-name": "preflight.airflow.hook.PreflightHook",
                "hook-name": "AI gateway (preflight)",
                "ui-field-behaviour": {
                    "hidden-fields": ["schema", "login", "port", "extra"],
                    "relabeling": {"host": "Gateway URL", "password": "Gateway key"},
                    "placeholders": {"host": "empty: the URL that the stack promises"},
                },
            }
        ],
    }
