"""A SARIF log as GitLab's Code Quality report, which puts a finding beside its line in the diff.

https://docs.gitlab.com/ci/testing/code_quality/
"""

import hashlib
import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote

_SEVERITY = {"error": "critical", "warning": "major", "note": "minor"}


def code_quality(logs: Iterable[str]) -> list[dict[str, Any]]:
    """What is wrong or not known, without what was waived."""
    return [
        _issue(result)
        for log in logs
        for run in json.loads(log)["runs"]
        for result in run["results"]
        if not result.get("suppressions")
    ]


def _issue(result: dict[str, Any]) -> dict[str, Any]:
    place = result["locations"][0]["physicalLocation"]
    path = unquote(place["artifactLocation"]["uri"])
    same = "\n".join((*result["partialFingerprints"].values(), path))
    return {
        "description": result["message"]["text"],
        "check_name": result["ruleId"],
        "fingerprint": hashlib.sha256(same.encode("utf-8", "surrogateescape")).hexdigest(),
        "severity": _SEVERITY[result["level"]],
        "location": {"path": path, "lines": {"begin": place["region"]["startLine"]}},
    }
