"""Which checks over which promises with which client: the one place where things are wired.

What is asked of the outside is wired in `live`: a request file is judged without it.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from preflight.checks import requests
from preflight.checks.requests_limits import count
from preflight.contract import Promises, Target
from preflight.outcomes import Answer, Check, Failed, Unknown
from preflight.requests.scan import Scan
from preflight.runner import Suite, World
from preflight.targets import named_model, place

if TYPE_CHECKING:
    from preflight.worlds import Worlds


def build(
    promises: Promises,
    targets: Mapping[str, tuple[Target, ...]],
    scan: Scan | None,
    *,
    offline: bool,
    one: bool = False,
    worlds: "Worlds | None" = None,
    parts: Mapping[Target, Scan] | None = None,
    exact: bool = True,
) -> list[Suite]:
    """The suites of these targets, in reading order.

    Args:
        promises: what the stack promises.
        targets: provider -> those of its targets to judge.
        scan: the request file; None leaves out what needs one.
        offline: whether to leave out everything but the request file.
        one: whether the file is to be sent as one job, as it is; else a run divides it.
        worlds: the clients to look with; None makes those of the clouds.
        parts: what the file holds for one target, where it names several models.
        exact: whether those were read from the file; else a part has the settings of all of it.
    """
    suites: list[Suite] = []
    for provider, several in targets.items():
        for promised in several:
            part = (parts or {}).get(promised, scan)
            checks = requests.checks_for(provider, split=not one, targets=several)
            if part is not None and part is not scan:
                checks = tuple(_of_part(check, part, exact=exact) for check in checks)
            found = _of_file(provider, promised, checks, scan, offline=offline)
            if not offline:
                from preflight.live import live  # noqa: PLC0415 - the checks of every cloud
                from preflight.worlds import Worlds  # noqa: PLC0415 - and its clients

                worlds = worlds or Worlds()
                way = worlds.gateway(promises.gateway)
                found += live(worlds, way, provider, promised, part, one=one)
            suites += (suite._replace(target=place(promised)) for suite in found)
    return suites


def _of_file(
    provider: str,
    promised: Any,
    checks: tuple[Check, ...],
    scan: Scan | None,
    *,
    offline: bool,
) -> list[Suite]:
    if scan is None:
        return []
    if provider == "bedrock" and not offline:
        # The account's own quotas are asked instead.
        checks = tuple(check for check in checks if check.id != count.id)
    world = World(partial(_same, scan))
    return [Suite(provider, "request file", checks, promised, world)]


def _of_part(check: Check, part: Scan, *, exact: bool) -> Check:
    """The check, asked about the target's own requests where it is about them alone."""
    if check.id not in requests.OF_ITS_REQUESTS:
        return check

    def ask(promised: Any, _: Any) -> Answer:
        answer = check(promised, part)
        if exact or not isinstance(answer, Failed):
            return answer
        doubt = f"{answer.problem}; but whether on lines for {named_model(promised)} is not known"
        return Unknown(doubt, "a check with the request file itself")

    ask.__doc__ = check.explanation
    return replace(check, function=ask)


def _same(value: Any) -> Any:
    return value
