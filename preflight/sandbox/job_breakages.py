"""Breakages that no look shows: the check says READY, and only a real job comes upon them.

`fails` are the checks of the canary that must fail, `says` what a run of the whole file ends with.
"""

from collections.abc import Callable
from functools import partial

from preflight.sandbox import breakages
from preflight.sandbox import limit_breakages as limit
from preflight.sandbox.breakages import BREAKAGES, Breakage
from preflight.sandbox.gateway.faults import PATH
from preflight.sandbox.loopback import asking
from preflight.sandbox.sandbox import Sandbox

_SECONDS = 10


def _fault(name: str) -> Callable[[Sandbox], None]:
    return partial(_put_in, name)


def _put_in(name: str, sandbox: Sandbox) -> None:
    """Ask the sandbox's gateway to get this wrong from now on."""
    url = f"{sandbox.promises.gateway.base_url}{PATH}/{name}"
    bearer = {"Authorization": f"Bearer {sandbox.env['TFY_API_KEY']}"}
    with asking(timeout=_SECONDS) as client:
        client.post(url, headers=bearer).raise_for_status()


def _breakage(provider: str, fault: str, words: str, fails: str, says: str) -> Breakage:
    return Breakage(
        f"{provider}-{fault}",
        provider,
        words,
        frozenset({fails}),
        says,
        _fault(fault),
    )


JOB_BREAKAGES = (
    _breakage(
        "openai",
        "nameless-rows",
        "results come back without their ids",
        "gateway-results",
        "120 missing",
    ),
    _breakage(
        "azure",
        "token-count",
        "the gateway cannot count the file's tokens",
        "gateway-upload",
        "account for all tokens",
    ),
    _breakage(
        "azure",
        "empty-answers",
        "results are translated into answers with nothing in them",
        "gateway-results",
        "120 errors",
    ),
    _breakage(
        "vertex",
        "no-downloads",
        "the key may upload files and may not read them",
        "gateway-upload",
        "may not read them",
    ),
    _breakage(
        "bedrock",
        "dropped-line",
        "the gateway drops the last request without a word",
        "gateway-upload",
        "1 missing",
    ),
    _breakage(
        "bedrock",
        "lost-role",
        "the gateway loses the job role on its way",
        "gateway-create",
        "role ARN is required",
    ),
    Breakage(
        "bedrock-account-region",
        "bedrock",
        "the gateway's account is in another region",
        frozenset({"gateway-upload"}),
        "PermanentRedirect",
        limit.account("bedrock", region="us-east-1"),
    ),
    _breakage(
        "bedrock",
        "restricted-account",
        "the AWS account is restricted, and no API says so",
        "gateway-results",
        "not authorized to perform this action",
    ),
    _breakage(
        "bedrock", "row-errors", "the model refuses each request", "gateway-results", "120 errors"
    ),
)
"""In the order of the providers; a request file of 120 requests."""

EVERY = (*BREAKAGES, *JOB_BREAKAGES)
"""Those that a look shows, and those that only a job shows."""


def named(name: str) -> Breakage:
    """The breakage of that name. Raises UsageError."""
    found = next((breakage for breakage in JOB_BREAKAGES if breakage.name == name), None)
    return found or breakages.named(name)
