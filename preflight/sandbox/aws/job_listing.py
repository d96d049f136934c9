"""ListModelInvocationJobs: what a query picks of the jobs, and the page it asks for."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

_PAGE = 100


def listed(summaries: Sequence[Mapping[str, Any]], query: Mapping[str, str]) -> dict[str, Any]:
    """One page of the summaries, which come newest first; the query may turn that round."""
    found = [summary for summary in summaries if _picked(summary, query)]
    if query.get("sortOrder") == "Ascending":
        found.reverse()
    start = int(query.get("nextToken", "0"))
    end = start + int(query.get("maxResults", _PAGE))
    page: dict[str, Any] = {"invocationJobSummaries": found[start:end]}
    return page | {"nextToken": str(end)} if end < len(found) else page


def _picked(summary: Mapping[str, Any], query: Mapping[str, str]) -> bool:
    submitted = datetime.fromisoformat(summary["submitTime"])
    after, before = query.get("submitTimeAfter"), query.get("submitTimeBefore")
    return (
        query.get("nameContains", "") in summary["jobName"]
        and query.get("statusEquals", summary["status"]) == summary["status"]
        and (not after or submitted > datetime.fromisoformat(after))
        and (not before or submitted < datetime.fromisoformat(before))
    )
