"""The suites that ask the gateway and the clouds, over one target each."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from preflight.checks import azure, bedrock, gateway, openai, vertex
from preflight.outcomes import Answer, Check
from preflight.requests.scan import Scan
from preflight.runner import Suite, World
from preflight.worlds import Worlds

Suites = tuple[tuple[str, tuple[Check, ...]], ...]


def live(
    worlds: Worlds, way: World, provider: str, promised: Any, scan: Scan | None, *, one: bool
) -> list[Suite]:
    """The suites of one target.

    Args:
        worlds: the clients to look with.
        way: to the gateway.
        provider: whose target it is.
        promised: the target.
        scan: what the request file holds for it; None leaves out what needs one.
        one: whether the file is to be sent as one job, as it is; else a run divides it.
    """
    if provider == "openai":
        return [
            *_suites(provider, (*gateway.SUITES, *openai.SUITES), promised, way),
            *_suites(provider, openai.TABLE_SUITES, promised, World(lambda: None)),
            *_openai_queue(way, promised, scan, one=one),
        ]
    if provider == "azure":
        return _azure(worlds, way, promised, scan, one=one)
    client, suites, sized = {"vertex": _vertex, "bedrock": _bedrock}[provider](
        worlds, promised, scan, one=one
    )
    return [
        *_suites(provider, gateway.SUITES, promised, way),
        *_suites(provider, suites, promised, client),
        *sized,
    ]


def _suites(provider: str, suites: Suites, promised: Any, world: World) -> list[Suite]:
    return [Suite(provider, name, checks, promised, world) for name, checks in suites]


def _openai_queue(way: World, promised: Any, scan: Scan | None, *, one: bool) -> list[Suite]:
    if scan is None:
        return []
    tokens, requested = scan.tokens, scan.requests
    queued = World(lambda: openai.Queued(way.get(), tokens, requested, split=not one), of=way)
    checks = (*(_through(gate, "gateway") for gate in openai.GATES), *openai.SIZED_CHECKS)
    return [Suite("openai", "openai queue", checks, promised, queued)]


def _azure(
    worlds: Worlds, way: World, promised: Any, scan: Scan | None, *, one: bool
) -> list[Suite]:
    cloud = worlds.azure(promised)
    begun = [(name, (*gateway.GATES, *checks)) for name, checks in azure.GATEWAY_SUITES]
    suites = [
        *_suites("azure", gateway.SUITES, promised, way),
        *_suites("azure", azure.SUITES, promised, cloud),
        *_suites("azure", tuple(begun), promised, way),
    ]
    if scan is None:
        return suites
    tokens, requested = scan.tokens, scan.requests
    sized = World(lambda: azure.Sized(cloud.get(), tokens, split=not one), of=cloud)
    queued = World(
        lambda: azure.Queued(cloud.get(), way.get(), tokens, requested, split=not one), of=cloud
    )
    gates = tuple(_through(gate, "azure") for gate in azure.GATES)
    before = tuple(_through(gate, "gateway") for gate in gateway.GATES)
    return [
        *suites,
        Suite("azure", "azure queue", (*gates, *azure.SIZED_CHECKS), promised, sized),
        Suite("azure", "azure jobs", (*gates, *before, *azure.QUEUED_CHECKS), promised, queued),
    ]


def _vertex(
    worlds: Worlds, promised: Any, scan: Scan | None, *, one: bool
) -> tuple[World, Suites, list[Suite]]:
    del scan, one
    return worlds.gcp(promised), vertex.SUITES, []


def _bedrock(
    worlds: Worlds, promised: Any, scan: Scan | None, *, one: bool
) -> tuple[World, Suites, list[Suite]]:
    cloud = worlds.aws(promised)
    if scan is None:
        return cloud, bedrock.SUITES, []
    file = (scan.requests, scan.bytes, scan.longest_line)
    judged = World(lambda: bedrock.Judged(cloud.get(), *file, split=not one), of=cloud)
    checks = (_through(bedrock.credentials, "aws"), *bedrock.QUOTA_CHECKS)
    return cloud, bedrock.SUITES, [Suite("bedrock", "bedrock quotas", checks, promised, judged)]


def _through(check: Check, attribute: str) -> Check:
    """The check, asked of the client that a wider world holds, as a gate of that world's suite."""

    def ask(promised: Any, world: Any) -> Answer:
        return check(promised, getattr(world, attribute))

    ask.__doc__ = check.explanation
    function: Callable[..., Answer] = ask
    return replace(check, function=function, gate=True)
