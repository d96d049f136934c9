"""Who may do what, as a new team needs to know it: which identity acts, where, and why."""

from collections.abc import Iterator

from preflight.contract import Target
from preflight.holders import Holder, holders
from preflight.permissions import Identity
from preflight.render.onboard_parts import Block, Code, Listing, Table, Words, say


def granted(provider: str, targets: tuple[Target, ...]) -> tuple[Block, ...]:
    """The rows of the permission table that hold for these targets, with their names."""
    found = holders({provider: targets}, tuple(Identity))
    if not found:
        return (
            say("You need the gateway's key alone: the gateway acts there with a key of its own."),
        )
    return (
        say(
            "You need the gateway's key and nothing at the provider. There the gateway and the "
            "provider act as these, and the platform team has granted them this:"
        ),
        *(block for holder in found for block in _rights(holder)),
        say(
            "What you need to see it all with ",
            Code("preflight check"),
            " is what this prints: ",
            Code(
                "preflight permissions --promises=promises.json "
                f"--provider={provider} --identity=auditor"
            ),
        ),
    )


def _rights(holder: Holder) -> Iterator[Block]:
    who = str(holder.identity)
    yield say(f"{who[0].upper()}{who[1:]}, ", Code(holder.principal), ", may:")
    yield Table(
        ("Action", "On", "Why"),
        tuple(((Code(row.action),), (row.on.value,), (row.why,)) for row in holder.rows),
    )
    places = dict.fromkeys(row.on for row in holder.rows)
    yield Listing(tuple((f"{on}: ", *_listed(holder.resources(on))) for on in places))


def _listed(names: tuple[str, ...]) -> Words:
    words: list[str | Code] = []
    for name in names:
        words += [", ", Code(name)]
    return tuple(words[1:])
