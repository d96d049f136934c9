"""Pages of runs: going on, complete, partly failed, and one with hostile words everywhere."""

from preflight.batch.estimate import Money
from preflight.batch.journal import Entry
from preflight.batch.merged_files import Summary
from preflight.batch.times import spans
from preflight.render.html_run import RunPage, Spent
from preflight.render.standing import ShardStanding

BEGAN = 1_795_370_584.0
"""2026-11-22 18:03:04 UTC."""

HOUR = 3_600.0
FACTS = (
    ("Request file", "requests.jsonl"),
    ("Requests", "60,000"),
    ("Size", "181,223,411 bytes"),
    ("SHA-256", "9f" * 32),
    ("Provider", "bedrock (bedrock-main)"),
    ("Target", "us-west-2 anthropic.claude-3-5-haiku-20241022-v1:0"),
    ("Gateway", "https://gateway.truefoundry.ai/api/llm"),
)
MONEY = Money(
    "gpt-4o-mini",
    1.3,
    None,
    "a price table, read 2026-07",
    "",
    "about $1.30 for the prompts; the answers may be of any length",
)


def journal(at, *, hours, status="completed", fetched=True, seen=None, refused=0):
    """The lines of a shard that is sent `at` hours after the begin and runs for so many."""

    def line(after, step, kind, **detail):
        return Entry(BEGAN + after * HOUR, 1, step, kind, detail)

    found = []
    for n in range(refused):
        found += [line(at - 0.2 * (n + 1), "upload", "intent")]
        found += [line(at - 0.2 * (n + 1) + 0.02, "create", "refused")]
    found += [
        line(at, "upload", "intent"),
        line(at + 0.03, "upload", "answer", id="file-1"),
        line(at + 0.04, "create", "intent"),
        line(at + 0.05, "create", "answer", id="batch_1"),
        line(at + 0.06, "status", "answer", status="validating"),
        line(at + 0.4, "status", "answer", status="in_progress"),
    ]
    if seen is not None:
        return [entry for entry in found if entry.at <= BEGAN + seen * HOUR]
    found.append(line(at + hours, "status", "answer", status=status))
    if fetched:
        found.append(line(at + hours + 0.05, "fetch", "answer", status=status, rows=1))
    return found


def shard(number, status, *, ended=False, fetched=False, completed=None, failed=None, reasons=()):
    return ShardStanding(
        shard=number,
        requests=5_000,
        batch=f"batch_{number:04}abcdef",
        status=status,
        ended=ended,
        fetched=fetched,
        completed=completed,
        failed=failed,
        reasons=reasons,
    )


def made(shards, journals, hours, summary=None, spent=(), *, name="requests-bedrock-4f1c0b2a"):
    return RunPage(
        name=name,
        facts=FACTS,
        shards=tuple(shards),
        spans={n: spans(lines, BEGAN) for n, lines in enumerate(journals, 1)},
        now=BEGAN + hours * HOUR,
        summary=summary,
        estimated=MONEY,
        spent=spent,
    )


def going():
    shards, journals = [], []
    for n in range(1, 13):
        if n <= 4:
            journals.append(journal(0.1 * n, hours=3 + 0.4 * n))
            shards.append(shard(n, "completed", ended=True, fetched=True))
        elif n <= 9:
            journals.append(journal(3 + 0.3 * n, hours=3, seen=8, refused=n % 3))
            shards.append(shard(n, "in_progress", completed=700 * n - 3_000, failed=n))
        else:
            journals.append([])
            shards.append(shard(n, "not sent"))
    return made(shards, journals, 8)


def complete():
    shards = [shard(n, "completed", ended=True, fetched=True) for n in range(1, 5)]
    journals = [journal(0.05 * n, hours=1.5 + 0.7 * n) for n in range(1, 5)]
    spent = (
        Spent("gpt-4o-mini-2024-07-18", 1_801_220, 600_123, 20_000, 0.3151),
        Spent("an-in-house-model", 12, 1_234, 3, None),
    )
    return made(shards, journals, 9, Summary(20_000, 20_000, 0, 0, 0), spent)


def failing():
    reason = "line 17: invalid_request: max_tokens is too large: 100000"
    shards = [
        shard(1, "completed", ended=True, fetched=True),
        shard(2, "failed", ended=True, reasons=(reason,)),
        shard(3, "expired", ended=True, fetched=True),
    ]
    journals = [
        journal(0.1, hours=2),
        journal(0.15, hours=0.5, status="failed", fetched=False),
        journal(0.2, hours=24, status="expired"),
    ]
    return made(shards, journals, 25)


def hostile(text):
    shards = [shard(1, f"x {text}", reasons=(text, f"y {text}"))]
    page = made(shards, [journal(0.1, hours=2, status=text)], 3, name=f"n {text}")
    money = Money(text, 1.0, None, text, text, text)
    return RunPage(
        name=page.name,
        facts=tuple((name, f"{value} {text}") for name, value in FACTS),
        shards=page.shards,
        spans=page.spans,
        now=page.now,
        summary=None,
        estimated=money,
        spent=(Spent(text, 1, 2, 3, None),),
    )


RUNS = {"going": going, "complete": complete, "partly-failed": failing}
