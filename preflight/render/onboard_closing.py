"""The end of the onboarding page, the same for every provider: how to check, run and get help."""

from preflight.permissions import Identity
from preflight.render.onboard_parts import Code, Listing, Section, Words, worded

_RUN = (
    worded(
        "`preflight check --offline` reads the request file and asks nobody. Without `--offline` "
        "it asks the gateway and the cloud too, with your own credentials; what you may not see "
        "is reported as unknown, with the permission to ask for."
    ),
    worded(
        "Its exit code is the verdict: 0 ready, 1 not ready, 2 wrong usage or unreadable input, "
        "3 cannot tell."
    ),
    worded("`preflight plan` says shards, time and money; it sends nothing."),
    worded(
        "`preflight run` checks, uploads, creates, waits and fetches. Whatever interrupts it, the "
        "same command goes on with the same batch: it never pays twice."
    ),
    worded(
        "The run's folder, below `preflight-runs`, holds `results.jsonl` in the order of the "
        "requests, `errors.jsonl`, `missing.jsonl`, and in `again.jsonl` every request that has "
        "no result."
    ),
    worded(
        "A batch takes hours: `preflight submit` ends once it is created, and `preflight fetch "
        "RUN_FOLDER` brings the results later, from any process."
    ),
)
_HELP = (
    worded(
        '`preflight explain "TEXT OF THE ERROR"` knows what most errors mean, and what repairs '
        "them."
    ),
    worded(
        "Each problem of a check comes with the one change that repairs it. Those of "
        f"{Identity.GATEWAY} and of the provider's own are the platform team's to repair."
    ),
    worded(
        "When you ask, send the file that `preflight collect --redact --promises=promises.json` "
        "writes: what the clouds answered, without keys and names."
    ),
)


def closing(contact: str) -> tuple[Section, ...]:
    """How to go on; `contact` is whom to ask, "" for whoever sent the page."""
    ask: Words = ("Ask ", Code(contact) if contact else "whoever sent you this page", ".")
    return (
        Section(2, ("Check, run, fetch",), (Listing(_RUN),)),
        Section(2, ("Get help",), (Listing((*_HELP, ask)),)),
    )
