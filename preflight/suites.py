"""Which checks over which promises with which client: the one place where things are wired."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from preflight.check import Answer, Check
from preflight.checks import azure, bedrock, gateway, openai, requests, vertex
from preflight.cloud import aws, gcp
from preflight.cloud import azure as azure_cloud
from preflight.cloud import gateway as gateway_cloud
from preflight.contract import Gateway, Promises, Target
from preflight.requests.scan import Scan
from preflight.runner import Suite, World
from preflight.targets import place

Suites = tuple[tuple[str, tuple[Check, ...]], ...]


def build(
    promises: Promises,
    targets: Mapping[str, tuple[Target, ...]],
    scan: Scan | None,
    *,
    offline: bool,
) -> list[Suite]:
    """The suites of these targets, in reading order.

    Args:
        promises: what the stack promises.
        targets: provider -> those of its targets to judge.
        scan: the request file; None leaves out what needs one.
        offline: whether to leave out everything but the request file.
    """
    suites: list[Suite] = []
    for provider, several in targets.items():
        for promised in several:
            found = _of_target(promises.gateway, provider, promised, scan, offline=offline)
            suites += (replace(suite, target=place(promised)) for suite in found)
    return suites


def _of_target(
    gateway: Gateway, provider: str, promised: Any, scan: Scan | None, *, offline: bool
) -> list[Suite]:
    suites: list[Suite] = []
    if scan is not None:
        world = World(partial(_same, scan))
        checks = requests.checks_for(provider)
        if provider == "bedrock" and not offline:
            # The account's own quotas are asked instead.
            checks = tuple(check for check in checks if check is not requests.count)
        suites.append(Suite(provider, "request file", checks, promised, world))
    if not offline:
        suites += _live(gateway, provider, promised, scan)
    return suites


def _live(through: Gateway, provider: str, promised: Any, scan: Scan | None) -> list[Suite]:
    way = World(partial(gateway_cloud.connect, through))
    if provider == "openai":
        return [
            *_suites(provider, (*gateway.SUITES, *openai.SUITES), promised, way),
            *_suites(provider, openai.TABLE_SUITES, promised, World(partial(_same, None))),
        ]
    client, suites, sized = {"azure": _azure, "vertex": _vertex, "bedrock": _bedrock}[provider](
        promised, scan
    )
    return [
        *_suites(provider, gateway.SUITES, promised, way),
        *_suites(provider, suites, promised, client),
        *sized,
    ]


def _suites(provider: str, suites: Suites, promised: Any, world: World) -> list[Suite]:
    return [Suite(provider, name, checks, promised, world) for name, checks in suites]


def _azure(promised: Any, scan: Scan | None) -> tuple[World, Suites, list[Suite]]:
    cloud = World(partial(azure_cloud.connect, promised))
    if scan is None:
        return cloud, azure.SUITES, []
    tokens = scan.tokens
    sized = World(lambda: azure.Sized(cloud.get(), tokens), of=cloud)
    gates = (azure.credentials, azure.account, azure.deployment, azure.deployment_type)
    checks = (*(_through(gate, "azure") for gate in gates), *azure.SIZED_CHECKS)
    return cloud, azure.SUITES, [Suite("azure", "azure queue", checks, promised, sized)]


def _vertex(promised: Any, scan: Scan | None) -> tuple[World, Suites, list[Suite]]:
    del scan
    return World(partial(gcp.connect, promised)), vertex.SUITES, []


def _bedrock(promised: Any, scan: Scan | None) -> tuple[World, Suites, list[Suite]]:
    cloud = World(partial(aws.connect, promised))
    if scan is None:
        return cloud, bedrock.SUITES, []
    count, size = scan.requests, scan.bytes
    judged = World(lambda: bedrock.Judged(cloud.get(), count, size), of=cloud)
    checks = (_through(bedrock.credentials, "aws"), *bedrock.QUOTA_CHECKS)
    return cloud, bedrock.SUITES, [Suite("bedrock", "bedrock quotas", checks, promised, judged)]


def _through(check: Check, attribute: str) -> Check:
    """The check, asked of the client that a wider world holds, as a gate of that world's suite."""

    def ask(promised: Any, world: Any) -> Answer:
        return check(promised, getattr(world, attribute))

    ask.__doc__ = check.explanation
    function: Callable[..., Answer] = ask
    return replace(check, function=function, gate=True)


def _same(value: Any) -> Any:
    return value
