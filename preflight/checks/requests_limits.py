"""Checks of the request file: does it fit into one job, or into several that a run makes of it?"""

import shlex
from collections.abc import Callable
from dataclasses import replace

from preflight.catalog.limits import limits, limits_source
from preflight.catalog.source import caveats
from preflight.catalog.yours import yours
from preflight.checks.requests_target import Promised
from preflight.checks.requests_wording import as_shards, counted, mb
from preflight.contract import AzureOpenAI, Bedrock, OpenAI, VertexAI
from preflight.limits import GATEWAY_WARN_BYTES
from preflight.outcomes import Answer, Check, Failed, Passed, Unknown, check
from preflight.requests.scan import Scan

NAMES = {OpenAI: "openai", AzureOpenAI: "azure", VertexAI: "vertex", Bedrock: "bedrock"}


@check("requests-count", "Number of requests is one the provider takes")
def count(promised: Promised, scan: Scan) -> Answer:
    """Too few requests fail at Bedrock, too many anywhere, and only after the job was accepted.

    A run divides a file that is too large for one job; with --no-split that is a failure.

    Bedrock's numbers are quotas, per model and adjustable: where AWS is asked for them, other
    checks take this one's place, and where it is not, only its defaults are known.
    """
    provider = NAMES[type(promised)]
    allowed, source = limits(provider), limits_source(provider, "max_requests")
    low, high = allowed.min_requests, allowed.max_requests
    held = counted(scan.requests)
    if not scan.requests:
        return Failed("the file holds no request", "write one request per line into it")
    if low <= scan.requests <= high:
        return Passed(f"{held}, within {low:,} to {high:,} ({source})", source.warning)
    if isinstance(promised, Bedrock):
        return Unknown(
            f"{held}; the default is {low:,} to {high:,} ({source}), the model's own quota decides",
            "a check without --offline, which reads the quota",
        )
    return Failed(
        f"{held}, but a job takes at most {high:,} ({source})", _split(scan, f"-l {high}")
    )


@check("requests-size", "File is not larger than the provider takes")
def size(promised: Promised, scan: Scan) -> Answer:
    """The gateway, or a proxy before it, may have a cap of its own, below the provider's.

    A run divides a larger file, but no line of it; with --no-split a larger file is a failure.

    The gateway's cap is uncertain: the newer of its pages names 50 MB, an older one 200 MB. Where
    yours is known, `max_bytes` under [gateway] of a file for --tables says it.
    """
    provider, own = NAMES[type(promised)], yours()
    most, source = limits(provider).max_bytes, limits_source(provider, "max_bytes")
    largest = f"{mb(most)} ({source})"
    if scan.bytes > most:
        return Failed(
            f"{mb(scan.bytes)}, but a file may have at most {largest}", _split(scan, f"-C {most}")
        )
    cap = own.row("gateway", "max_bytes")
    if cap is not None and scan.bytes > cap:
        return Failed(
            f"{mb(scan.bytes)}, but the gateway takes at most {mb(cap)} (by {own.source})",
            _split(scan, f"-C {cap}"),
        )
    uncertain = cap is None and scan.bytes > GATEWAY_WARN_BYTES
    within = f"{mb(scan.bytes)} of at most {largest}"
    if cap is not None:
        within += f", {mb(cap)} at the gateway (by {own.source})"
    return Passed(within, caveats(_UNCERTAIN if uncertain else "", source.warning))


_UNCERTAIN = "the gateway's pages name 50 MB as the largest upload in one place, 200 MB in another"


def _split(scan: Scan, by: str) -> str:
    """The command that cuts the file between lines."""
    file, parts = shlex.quote(str(scan.path)), shlex.quote(f"{scan.path.stem}-")
    return f"split {by} -d --additional-suffix=.jsonl {file} {parts}"


def _count_as_shards(promised: Promised, scan: Scan) -> Answer:
    provider = NAMES[type(promised)]
    high, source = limits(provider).max_requests, limits_source(provider, "max_requests")
    if scan.requests <= high:
        return count(promised, scan)
    shards = as_shards(scan.requests, high, f"{high:,} requests ({source})")
    return Passed(f"{counted(scan.requests)}, {shards}", source.warning)


def _size_as_shards(promised: Promised, scan: Scan) -> Answer:
    provider, own = NAMES[type(promised)], yours()
    most, source = limits(provider).max_bytes, limits_source(provider, "max_bytes")
    cap = own.row("gateway", "max_bytes")
    if cap is not None and cap < most:
        most, source = cap, own.source
    largest, line = scan.longest_line
    if largest >= most:
        return Failed(
            f"line {line} alone has {mb(largest)}, but a file may have at most {mb(most)} "
            f"({source})",
            "make that request smaller, or leave it out",
            (line,),
        )
    if scan.bytes <= most:
        return size(promised, scan)
    shards = as_shards(scan.bytes, most, f"{mb(most)} ({source})")
    uncertain = _UNCERTAIN if cap is None and most > GATEWAY_WARN_BYTES else ""
    return Passed(f"{mb(scan.bytes)}, {shards}", caveats(uncertain, source.warning))


def _may_be_several(check: Check, function: Callable[[Promised, Scan], Answer]) -> Check:
    """The same check, of a file that a run may send as several jobs."""
    function.__doc__ = check.explanation
    return replace(check, function=function)


AS_SHARDS = {
    check.id: _may_be_several(check, function)
    for check, function in ((count, _count_as_shards), (size, _size_as_shards))
}
"""By id: those that are asked where `--no-split` is not said."""
