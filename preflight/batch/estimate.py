"""What a run will cost and how long it may take, with how sure that is: before anything is sent."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from preflight.batch.shards import Shard
from preflight.catalog.limits import limits
from preflight.catalog.prices import price
from preflight.limits import LIMITS
from preflight.requests.scan import Scan
from preflight.requests.settings import LENGTHS

OVERRIDE = "--tables takes rows of your own"
_UNCOUNTED = "images and audio are not counted"
_SURE = {
    "openai": "a batch that is not done by then expires, with what is done kept; most take less",
    "azure": "that is the aim and no promise: a batch that takes longer goes on",
    "vertex": "counted from its start, before which a job may wait in a queue for up to 72 hours",
    "bedrock": "a job that has not started by then expires; one that has may take longer",
}
"""What a window means, by provider."""


@dataclass(frozen=True, slots=True)
class Money:
    """Of one model, in US dollars.

    Attributes:
        model: as the price tables call it.
        prompts: for the prompts, by their estimated tokens; None: no price is known.
        answers: for the longest answers that the requests ask for; None: no price is known, or a
            request bounds its answer not.
        source: the price table and when it was read, "" where no price is known.
        warning: where that table is old; else "".
        words: what that means for whoever pays.
    """

    model: str
    prompts: float | None
    answers: float | None
    source: str
    warning: str
    words: str


@dataclass(frozen=True, slots=True)
class Time:
    """`hours` is the window of one batch times the waves; `words` say what that is worth."""

    waves: int
    window_hours: int
    hours: int
    source: str
    words: str


def answer_tokens(scan: Scan) -> int | None:
    """The longest that one answer may be, in tokens; None where a request names no bound."""
    bounded = sum(seen.count for name, seen in scan.settings.items() if name in LENGTHS)
    return scan.longest[0] if scan.longest[0] and bounded >= scan.requests else None


def money(provider: str, model: str, shards: Sequence[Shard], longest: int | None) -> Money:
    """What these shards cost by the table; never a guess where it has no row.

    Args:
        provider: whose prices.
        model: whose prices, as the provider calls it.
        shards: all of this model.
        longest: tokens of the longest answer; None: it is not bounded.
    """
    known = price(provider, model)
    if known is None:
        words = f"price not known: none is listed for {model}; {OVERRIDE}"
        return Money(model, None, None, "", "", words)
    prompts = known.of(sum(shard.tokens for shard in shards), 0)
    requests = sum(shard.requests for shard in shards)
    answers = None if longest is None else known.of(0, requests * longest)
    if answers is None:
        words = f"{dollars(prompts)} for the prompts; the answers may be of any length"
    else:
        words = (
            f"{dollars(prompts)} for the prompts, and at most {dollars(answers, most=True)} for "
            f"answers of {longest:,} tokens each"
        )
    sure = f"tokens are estimated, {_UNCOUNTED}; a contract or the gateway may change the price"
    source, warning = str(known.source), known.source.warning
    return Money(model, prompts, answers, source, warning, f"{words} ({sure})")


def altogether(parts: Sequence[Money]) -> Money:
    """Of several models: a sum is known where each of its parts is."""
    if len(parts) == 1:
        return parts[0]
    prompts, answers = _sum(part.prompts for part in parts), _sum(part.answers for part in parts)
    return Money(
        ", ".join(part.model for part in parts),
        prompts,
        answers,
        "; ".join(dict.fromkeys(part.source for part in parts if part.source)),
        "; ".join(dict.fromkeys(part.warning for part in parts if part.warning)),
        "; ".join(f"{part.model}: {part.words}" for part in parts),
    )


def _sum(amounts: Iterable[float | None]) -> float | None:
    total = 0.0
    for amount in amounts:
        if amount is None:
            return None
        total += amount
    return total


def dollars(amount: float, *, most: bool = False) -> str:
    """`about $1.20`; `$1.20` of what is a bound already; cents are not cut off small amounts."""
    if 0 < amount < _CENT:
        return f"less than ${_CENT}"
    return f"${amount:,.2f}" if most else f"about ${amount:,.2f}"


_CENT = 0.01


def time(provider: str, waves: int) -> Time:
    """How long so many waves may take, if each takes the whole window."""
    window = limits(provider).window_hours
    of_all = f"{waves} x {window} hours" if waves > 1 else f"{window} hours"
    words = f"up to {of_all}: {_SURE[provider]}"
    table = LIMITS[provider]
    source = f"{table.source}, read {table.read_on}"
    return Time(waves, window, waves * window, source, words)
