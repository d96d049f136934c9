"""Who gets what and why, for people: what a security review reads."""

import json
from collections.abc import Collection, Iterator

from preflight.contract import Bedrock
from preflight.grants import bucket_policy, foreign_key, key_statements
from preflight.holders import Holder
from preflight.permissions import Identity, Permission, condition, trust_source_arn
from preflight.render.pages.markdown import NAMES, code, codes, fenced, table
from preflight.render.permissions_json import TRUSTED, mark

_HEAD = """\
# Permissions of batch jobs

Each row is granted to one identity, on what it names and nothing else, for the reason it gives.
"""
_STAND_INS = (
    "Names in angle brackets stand for your own; `--stack` or `--promises` fills them in.\n"
)
_OPENAI = """\
## OpenAI

Nothing is granted: the gateway acts there with an API key of its own.
"""
_BY_ROLE = (
    "A predefined role carries more than these rows. What a custom role must hold, to grant no "
    "more, is in `--format json`.\n"
)


def render(found: Collection[Holder], providers: Collection[str], *, named: bool) -> str:
    """The text.

    Args:
        found: who gets what.
        providers: those asked for, of which one may have nobody to grant to.
        named: whether the promises hold real names.
    """
    parts = [_HEAD] if named else [_HEAD, _STAND_INS]
    if "openai" in providers:
        parts.append(_OPENAI)
    for holder in found:
        parts += _identity(holder)
    return "\n".join(parts)


def _identity(holder: Holder) -> Iterator[str]:
    yield f"## {NAMES[holder.provider]}: {holder.identity}\n"
    yield f"{code(holder.principal)}\n"
    if isinstance(holder.promised, Bedrock):
        yield from _trust(holder, holder.promised)
    yield table(
        ("Action", "On", "Condition", "Why", "Granted by"),
        (_row(holder, row) for row in holder.rows),
    )
    places = dict.fromkeys(row.on for row in holder.rows)
    yield "".join(f"- {on}: {codes(holder.resources(on))}\n" for on in places)
    if any(row.granted_by for row in holder.rows):
        yield _BY_ROLE
    if isinstance(holder.promised, Bedrock):
        yield from _by_others(holder, holder.promised)


def _row(holder: Holder, row: Permission) -> tuple[str, ...]:
    keys = condition(row, holder.promised) if isinstance(holder.promised, Bedrock) else {}
    return (
        code(row.action),
        row.on.value,
        ", ".join(f"{code(key)} is {code(value)}" for key, value in keys.items()),
        row.why,
        row.granted_by or "its own policy",
    )


def _trust(holder: Holder, bedrock: Bedrock) -> Iterator[str]:
    """Who may act as the role. A gateway that is a user acts as itself."""
    if holder.identity is Identity.JOB_ROLE:
        yield (
            f"May be assumed by {code('bedrock.amazonaws.com')} only, and only for jobs of account "
            f"{code(bedrock.account)} ({code('aws:SourceAccount')}) whose ARN is like "
            f"{code(trust_source_arn(bedrock))} ({code('aws:SourceArn')}).\n"
        )
    elif ":role/" in holder.principal:
        yield (
            f"May be assumed by {code(mark(TRUSTED))} only, the gateway's own principal; with an "
            f"external id ({code('sts:ExternalId')}) if the gateway names one.\n"
        )


def _by_others(holder: Holder, bedrock: Bedrock) -> Iterator[str]:
    """What other accounts must allow in the policies of what they own."""
    if bedrock.bucket_account:
        owner = code(bedrock.bucket_account)
        yield f"Account {owner}, which owns the bucket, adds to its policy:\n"
        yield fenced("json", json.dumps(bucket_policy(bedrock, holder.identity), indent=2)) + "\n"
    if key := foreign_key(bedrock):
        yield f"Account {code(key.split(':')[4])}, which owns the key, adds to its policy:\n"
        yield fenced("json", json.dumps(key_statements(bedrock, holder.identity), indent=2)) + "\n"
