"""What only a real job can tell: asked by `preflight check --canary`, of the smallest there is."""

import io

from preflight.contract import Bedrock, Target, VertexAI
from preflight.failures.recognise import recognise
from preflight.outcomes import Answer, Check, Failed, Passed, Unknown, check
from preflight.seams.canary import Canary, Returned, RowError, Uploaded

MOST = 3
"""Ids, reasons and errors that are quoted."""

TOO_MANY, SERVER_FAULT = 429, 500
_HOUR, _MINUTE = 3600, 60


def explained(words: str, provider: str) -> tuple[str, str]:
    """What is known of these words: the failure's id and title, and its repair; "" where nothing.

    A failure of the provider or of the gateway goes before one of another provider.
    """
    found = [match.failure for match in recognise(io.StringIO(words)).matches]
    here = [one for one in found if one.world in (provider, "gateway")] or found
    if not here:
        return "", ""
    known = here[0]
    return f" ({known.id}: {known.title})", f"{known.repair} See `preflight explain {known.id}`"


def _failed(what: str, words: str, provider: str, otherwise: str) -> Failed:
    """In the provider's own words, with the dictionary's row of them and its repair."""
    row, repair = explained(words, provider)
    return Failed(f"{what}: {words}{row}", repair or otherwise)


@check("gateway-upload", "The gateway takes a file and gives it back whole", gate=True)
def uploaded(promised: Target, canary: Canary) -> Answer:
    """A list of batches proves neither that a file is taken nor that it arrives.

    So the canary's file is uploaded and read back by the route that the results will take: what
    cannot be read now cannot be fetched then, and a line that is dropped on the way is missed
    here. Nothing was paid for yet.
    """
    found = canary.uploaded()
    if found.refused:
        return _failed(
            "the canary's file was refused",
            found.refused,
            canary.provider,
            f"repair what this text names in provider account {promised.provider_name}",
        )
    if found.lost:
        return Failed(
            f"{len(found.lost)} of {found.requests} requests are missing in the file that was "
            f"uploaded ({_some(found.lost)}): the gateway dropped them without a word",
            "report these ids to the gateway's administrators: a run would lose such requests",
        )
    if found.same:
        return Passed(f"{found.sent}; {found.sent_bytes:,} bytes read back, the same")
    return Passed(
        f"{found.sent}; read back with all its ids",
        "" if isinstance(promised, VertexAI | Bedrock) else _rewritten(found),
    )


def _rewritten(found: Uploaded) -> str:
    return (
        f"the gateway rewrote the file: {found.sent_bytes:,} bytes went, {found.back_bytes:,} came "
        "back"
    )


@check("gateway-create", "The gateway creates the job", gate=True)
def created(promised: Target, canary: Canary) -> Answer:
    """Rights, roles and headers come together in the create alone."""
    found = canary.created()
    if found.refused:
        return _failed(
            "the canary's job was refused",
            found.refused,
            canary.provider,
            f"repair what this text names in provider account {promised.provider_name}",
        )
    return Passed(f"batch {found.batch}")


@check("gateway-results", "Results come back, one for each request")
def returned(promised: Target, canary: Canary) -> Answer:
    """Most failures show minutes to hours after the create; some in the rows alone.

    The rows are judged by their own status and joined by `custom_id`.
    """
    found = canary.returned()
    if not found.ended:
        return _going_on(found)
    if found.refused:
        return _failed(
            f"the results of batch {found.batch} cannot be fetched",
            found.refused,
            canary.provider,
            "let the gateway's key read files, and the gateway's identity the place of results",
        )
    if found.meaning in ("cancelled", "expired") and not (found.answered or found.errors):
        return Unknown(
            f"batch {found.batch} ended {found.status}, with no row",
            "another canary: run the same command again",
        )
    if found.errors:
        return _row_errors(found, canary.provider)
    if found.missing or found.strays or found.hollow or not found.answered:
        return _not_joined(found, canary.provider)
    return _all_back(found)


def _going_on(found: Returned) -> Unknown:
    ended = "was asked to be cancelled" if found.cancelled else "goes on"
    return Unknown(
        f"batch {found.batch} was {found.status} after {_length(found.seconds)}, and {ended}: "
        "what comes of it is not known yet; batches may wait for hours",
        f"`{found.look}` later; or the same command again, which takes this batch up and pays for "
        "nothing twice",
    )


def _row_errors(found: Returned, provider: str) -> Failed | Unknown:
    deciding = [error for error in found.errors if not _passes(error.status)]
    first: RowError = (deciding or found.errors)[0]
    count = f"{len(found.errors)} of {found.requests} requests came back with an error"
    about = f"{count}, as {first.id}" + (f" with HTTP {first.status}" if first.status else "")
    if not deciding:
        return Unknown(f"{about}: {first.words}", "another canary, when the provider is less busy")
    row, repair = explained(first.words, provider)
    return Failed(
        f"{about}: {first.words}{row}",
        repair or f"repair the requests that {found.folder}/errors.jsonl names",
    )


def _passes(status: int | None) -> bool:
    return status is not None and (status == TOO_MANY or status >= SERVER_FAULT)


def _not_joined(found: Returned, provider: str) -> Failed:
    if found.reasons and found.meaning != "completed":
        words = "; ".join(found.reasons[:MOST])
        return _failed(
            f"batch {found.batch} was accepted and ended {found.status}",
            words,
            provider,
            "repair what these words name, then run the same command again",
        )
    parts = []
    if found.missing:
        parts.append(
            f"{len(found.missing)} of {found.requests} requests have no result "
            f"({_some(found.missing)})"
        )
    if found.strays:
        parts.append(f"{found.strays} rows came back that name none of the requests")
    if found.hollow:
        parts.append(f"{len(found.hollow)} results have no answer in them ({_some(found.hollow)})")
    return Failed(
        f"batch {found.batch} ended {found.status}: {'; '.join(parts)}",
        f"show {found.folder}/raw to the gateway's administrators: its rows must carry each "
        "request's custom_id and its answer",
    )


def _all_back(found: Returned) -> Passed:
    used = ", ".join(f"{count:,} {name}" for name, count in found.usage.items())
    waited = f" after {_length(found.seconds)}" if found.hours_ago is None else ""
    detail = (
        f"{found.answered} of {found.requests} requests came back with an answer"
        f"{f' ({used})' if used else ''}{waited}; batch {found.batch} {found.status}"
    )
    if found.hours_ago is None:
        return Passed(detail)
    ago = f"{found.hours_ago:,.0f} hours" if found.hours_ago >= 1 else "less than an hour"
    earlier = f"proved by an earlier canary, {ago} ago; remove {found.folder} for a new one"
    return Passed(detail, earlier)


def _some(ids: tuple[str, ...]) -> str:
    return ", ".join(ids[:MOST]) + (", ..." if len(ids) > MOST else "")


def _length(seconds: float) -> str:
    if seconds >= _HOUR:
        return f"{seconds / _HOUR:.1f} h"
    return f"{seconds / _MINUTE:.0f} min" if seconds >= _MINUTE else f"{seconds:.1f} s"


CHECKS: tuple[Check, ...] = (uploaded, created, returned)
"""In order of doing; each decides about the next."""
