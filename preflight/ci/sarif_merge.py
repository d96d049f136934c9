"""Several SARIF logs as one with one run: code scanning takes one run of a tool and category."""

import json
from collections.abc import Iterable
from typing import Any

from preflight.render.sarif import SCHEMA


def merged(logs: Iterable[str], category: str) -> dict[str, Any] | None:
    """The logs' results as those of one run, of that category; None where there is no log."""
    runs = [run for log in logs for run in json.loads(log)["runs"]]
    if not runs:
        return None
    rules = {rule["id"]: rule for run in runs for rule in run["tool"]["driver"]["rules"]}
    index = {name: number for number, name in enumerate(rules)}
    driver = runs[0]["tool"]["driver"] | {"rules": list(rules.values())}
    whole: dict[str, Any] = {
        **runs[0],
        "tool": {"driver": driver},
        "automationDetails": {"id": f"{category}/"},
        "results": [
            result | {"ruleIndex": index[result["ruleId"]]}
            for run in runs
            for result in run["results"]
        ],
    }
    for several in ("invocations", "artifacts"):
        whole[several] = [part for run in runs for part in run.get(several, ())]
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [whole]}
