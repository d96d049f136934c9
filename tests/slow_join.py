"""A merge as one would explain it: all in memory, row after row, nothing clever."""

import json

from preflight.batch.rows import row
from preflight.batch.shards import sent_id

BLANKS = b" \t\r\n"


def own_id(line):
    try:
        found = json.loads(line)["custom_id"]
    except (ValueError, TypeError, KeyError):
        return ""
    return found if isinstance(found, str) or type(found) is int else ""


def model_of(line):
    try:
        return json.loads(line)["body"].get("model") or ""
    except (ValueError, TypeError, KeyError, AttributeError):
        return ""


def best(files, lost, stray):
    """The row of each request: the last success, or else the last error."""
    rows = {}
    for number, path in enumerate(files):
        for line in path.read_bytes().split(b"\n"):
            if not line.strip():
                continue
            found = row(line.strip())
            if found is None:
                stray.append(line.strip())
                continue
            new = (found.ok, number, line.strip())
            old = rows.get(found.custom_id)
            if old is None:
                rows[found.custom_id] = new
                continue
            wins, loses = (old, new) if old[0] and not new[0] else (new, old)
            rows[found.custom_id] = wins
            if loses[0] or loses[1] == number:
                lost.append(loses[2])
    return rows


def slow_join(requests, returned, retried):
    """What each file holds, as lines, and what was kept apart in no special order."""
    out = {name: [] for name in ("results", "errors", "missing", "again")}
    lost, stray = [], []
    again = best(retried, lost, stray)
    shards = [(each.shard, best(each.files, lost, stray)) for each in returned]
    offset = ordinal = 0
    for line in requests.read_bytes().split(b"\n"):
        start, offset = offset, offset + len(line) + 1
        if not line.strip(BLANKS):
            continue
        own = own_id(line)
        name, rows = str(own), {}
        for shard, found in shards:
            if shard.start <= start < shard.end and shard.model in (None, model_of(line)):
                rows = found
                if shard.renamed and own and isinstance(own, str):
                    name = sent_id(ordinal)
                break
        ordinal += 1
        first, second = rows.pop(name, None), again.pop(name, None)
        if first and second and first[0]:
            lost.append(first[2] if second[0] else second[2])
            second = second if second[0] else None
        kept = second or first
        if kept is None:
            out["missing"].append(line)
        else:
            called = row(kept[2], None if name == str(own) else str(own))
            out["results" if kept[0] else "errors"].append(called.line)
        if kept is None or not kept[0]:
            out["again"].append(line)
    for rows in (again, *(found for _, found in shards)):
        stray += [line for _, _, line in rows.values()]
    return out, sorted(stray), sorted(lost)
