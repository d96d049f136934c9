"""Where the Pulumi program is, and the settings it is run with."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from preflight.seams import UsageError

PROGRAM_FILE = "Pulumi.yaml"


def program_folder(start: Path | None = None) -> Path:
    """The folder of Pulumi.yaml: `start`, or the nearest one upwards from the working directory."""
    here = (start or Path.cwd()).resolve()
    for folder in [here] if start else [here, *here.parents]:
        if (folder / PROGRAM_FILE).is_file():
            return folder
    raise UsageError(
        str(start or "the working directory"),
        f"holds no {PROGRAM_FILE}",
        "run it in a checkout of the project, where the Pulumi program is",
    )


def stack_settings(
    folder: Path, config: Mapping[str, object]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Pulumi.yaml, and the settings with its defaults, as Pulumi hands them to a program.

    Raises UsageError for a setting that is not declared there, or that is needed and missing.
    """
    import yaml  # type: ignore[import-untyped]  # noqa: PLC0415 - start-up stays instant

    where = PROGRAM_FILE
    project: dict[str, Any] = yaml.safe_load((folder / where).read_text(encoding="utf-8"))
    declared: dict[str, Any] = project.get("config", {})
    for key in config:
        if key not in declared:
            raise UsageError(key, f"is no setting of {where}", "see docs/infrastructure.md")
    settings = {}
    for key, schema in declared.items():
        value = config.get(key, schema.get("default", schema.get("value")))
        if value is None:
            raise UsageError(key, f"is needed by {where} and not set", f"give {key} a value")
        settings[key if ":" in key else f"{project['name']}:{key}"] = _as_text(value)
    return project, settings


def _as_text(value: object) -> str:
    """Pulumi's configuration is text: JSON for everything else."""
    return value if isinstance(value, str) else json.dumps(value)
