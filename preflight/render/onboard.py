"""The page that a platform team sends to a new team: what it says, in the order it is read."""

import shlex
from collections.abc import Iterator

from preflight.contract import PROVIDERS, Promises, Target
from preflight.limits import GATEWAY_WARN_BYTES, LIMITS, MB, QUEUE_HOURS
from preflight.render.onboard_closing import closing
from preflight.render.onboard_granted import granted
from preflight.render.onboard_parts import (
    Block,
    Code,
    Listing,
    Page,
    Paragraph,
    Section,
    Source,
    Table,
    Words,
    say,
    worded,
)
from preflight.render.onboard_snippet import native, request, script
from preflight.render.pages.markdown import NAMES
from preflight.routes import create_extras, endpoint, headers
from preflight.targets import named_model, region

_STEPS = ("check", "plan", "run")


def page(promises: Promises, promise_file: str, contact: str) -> Page:
    """The page.

    Args:
        promises: a provider without targets has no section.
        promise_file: the same as text, for the team to save.
        contact: whom to ask; "" for whoever sent the page.
    """
    there = [name for name in PROVIDERS if promises.of(name)]
    sections = [
        _begin(promises, there),
        *(part for name in there for part in _provider(promises, name)),
        *closing(contact),
        Section(
            2,
            worded("`promises.json`"),
            (
                say("What the platform team has set up. Nothing in it is secret."),
                Source("json", promise_file),
            ),
        ),
    ]
    return Page("Sending LLM batches", tuple(sections))


def _begin(promises: Promises, there: list[str]) -> Section:
    names = [NAMES[name] for name in there]
    listed = " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
    return Section(
        2,
        ("Before you begin",),
        (
            say(
                f"Batches for {listed} go through one gateway, which takes OpenAI's files and "
                "batches for every provider. A batch costs about half of what the same requests "
                "cost one by one, and takes up to a day."
            ),
            Table(
                ("Setting", "Value"),
                (
                    (("The gateway's base URL",), (Code(promises.gateway.base_url),)),
                    (("Its key",), worded("in the environment variable `TFY_API_KEY`")),
                ),
            ),
            Listing(
                (
                    worded("Ask for a key of the gateway; it belongs into no repository."),
                    worded("Save the last part of this page as `promises.json`."),
                    worded("Install what the examples use, with Python 3.11 or newer:"),
                )
            ),
            Source("console", "$ pip install openai batch-preflight\n$ export TFY_API_KEY=..."),
        ),
    )


def _provider(promises: Promises, provider: str) -> Iterator[Section]:
    targets = promises.of(provider)
    yield Section(2, (NAMES[provider],), (_limits(provider), Paragraph(_least(provider))))
    for target in targets:
        place: Words = (Code(named_model(target)),)
        if where := region(target):
            place = (*place, " in ", Code(where))
        several = len(targets) > 1
        base = promises.gateway.base_url
        yield Section(3, ("Settings of ", *place), tuple(_settings(target)))
        yield Section(3, ("Code for ", *place), tuple(_code(base, target)))
        yield Section(
            3, ("Check and run with ", *place), (_commands(provider, target, several=several),)
        )
    yield Section(3, (f"Who may do what at {NAMES[provider]}",), granted(provider, targets))


def _limits(provider: str) -> Table:
    limit = LIMITS[provider]
    by = f"{limit.source}, read {limit.read_on}"
    waiting = f", after waiting up to {hours} hours" if (hours := QUEUE_HOURS.get(provider)) else ""
    gateway = "The gateway's file page names 50 MB, an older one 200 MB; read 2026-10"
    rows = (
        ("Requests in one batch", f"{limit.min_requests:,} to {limit.max_requests:,}", by),
        ("Size of one file", f"{limit.max_bytes // MB:,} MB", by),
        ("Size that the gateway surely takes", f"{GATEWAY_WARN_BYTES // MB:,} MB", gateway),
        ("Time until the end", f"{limit.window_hours} hours{waiting}", by),
    )
    return Table(
        ("Limit", "Value", "Source"), tuple(tuple((cell,) for cell in row) for row in rows)
    )


def _least(provider: str) -> Words:
    least = LIMITS[provider].min_requests
    fewer = f"A file of fewer than {least:,} requests is refused. " if least > 1 else ""
    return worded(
        f"{fewer}`preflight run` divides a larger file by itself; code of your own must divide it."
    )


def _settings(target: Target) -> Iterator[Block]:
    yield Table(
        ("Setting", "Value"),
        (
            ((Code("model"), " of each request"), (Code(named_model(target)),)),
            ((Code("url"), " of each request"), (Code(endpoint(target)),)),
            ((Code("endpoint"), " of the batch"), (Code(endpoint(target)),)),
        ),
    )
    yield say("Headers of every call, those that look included:")
    yield Table(
        ("Header", "Value"),
        tuple(((Code(name),), (Code(value),)) for name, value in headers(target).items()),
    )
    if extras := create_extras(target):
        names = ", ".join(extras)
        yield say("The create of a batch takes these as well: ", Code(names), "; see the code.")


def _code(base_url: str, target: Target) -> Iterator[Block]:
    yield Paragraph(worded("A line of `requests.jsonl`; each has a `custom_id` of its own:"))
    yield Source("json", request(target))
    if native(target):
        yield say(
            "Use ids of letters and digits that begin with a letter: others may not come back as "
            "they were sent."
        )
    yield say("The whole way, with the OpenAI SDK:")
    yield Source("python", script(base_url, target))
    if native(target):
        yield Paragraph(
            worded(
                "Rows may come in the provider's own form, with the id as `recordId`, `requestId` "
                "or `key`, and failed ones among the results."
            )
        )
    yield Paragraph(
        worded(
            "It is a beginning: it looks for no batch whose create was not answered, and neither "
            "joins nor counts results. `preflight run` does."
        )
    )


def _commands(provider: str, target: Target, *, several: bool) -> Source:
    chosen = [f"--provider={provider}"]
    if several:
        chosen += [f"--region={region(target)}"] * bool(region(target))
        chosen += [f"--model={named_model(target)}"]
    options = " ".join(map(shlex.quote, ("--promises=promises.json", *chosen)))
    alone = f"$ preflight check requests.jsonl {options} --offline"
    return Source(
        "console",
        "\n".join((alone, *(f"$ preflight {name} requests.jsonl {options}" for name in _STEPS))),
    )


_STEPS = ("check", "plan", "run")
