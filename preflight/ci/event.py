"""What a GitHub workflow runs for: which commit to compare with, which pull request to tell."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from preflight.seams import UsageError


@dataclass(frozen=True, slots=True)
class Event:
    """Of the workflow: `base` is a commit's id, "" for none; `number` of the pull request or 0."""

    base: str
    number: int
    fork: bool


def event(environ: Mapping[str, str] = os.environ) -> Event:
    """Read it. Raises UsageError for a file that GitHub has not written."""
    path = environ.get("GITHUB_EVENT_PATH", "")
    if not path:
        return Event("", 0, fork=False)
    try:
        told = json.loads(Path(path).read_bytes())
        pull = told.get("pull_request")
        if pull is None:
            return Event(str(told.get("before") or ""), 0, fork=False)
        return Event(str(pull["base"]["sha"]), int(pull["number"]), _is_fork(pull))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(
            "GITHUB_EVENT_PATH", f"names no event of GitHub's ({error})", "run this in a workflow"
        ) from None


def _is_fork(pull: Mapping[str, Any]) -> bool:
    """A fork that was deleted meanwhile has no repository any more."""
    head = pull["head"].get("repo") or {}
    return bool(head.get("full_name") != pull["base"]["repo"]["full_name"])
