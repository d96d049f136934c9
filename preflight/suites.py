"""Which checks over which promises with which client: the one place where things are wired."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from preflight.check import Answer, Check, Failed, Unknown
from preflight.checks import azure, bedrock, gateway, openai, requests, vertex
from preflight.checks.requests_limits import count
from preflight.cloud import aws, gcp
from preflight.cloud import azure as azure_cloud
from preflight.cloud import gateway as gateway_cloud
from preflight.cloud.loading import Loading
from preflight.contract import AzureOpenAI, Bedrock, Gateway, Promises, Target, VertexAI
from preflight.requests.scan import Scan
from preflight.runner import Suite, World
from preflight.seams.asking import Asking, Connect, Way, directly
from preflight.seams.moment import PATIENCE_SECONDS
from preflight.targets import named_model, place

Suites = tuple[tuple[str, tuple[Check, ...]], ...]


class Worlds:
    """One client for each seam and place, however many targets look through it."""

    def __init__(self, way: Way = directly, patience_seconds: float = PATIENCE_SECONDS) -> None:
        """Nothing is connected to yet.

        Args:
            way: how questions are put.
            patience_seconds: a question that hangs for longer is asked again.
        """
        self._way = way
        self._patience = patience_seconds
        self._made: dict[tuple[str, str], World] = {}
        self._loading = Loading()

    def of(self, seam: str, where: str, connect: Connect) -> World:
        """The world of that place, the same one each time."""
        if (seam, where) not in self._made:
            self._loading.want(seam)

            def loaded() -> Any:
                self._loading.wait(seam)
                return connect()

            asking = Asking(seam, self._way(seam, where, loaded), self._patience)
            self._made[seam, where] = World(partial(_same, asking))
        return self._made[seam, where]

    def gateway(self, promised: Gateway) -> World:
        """The gateway at that address."""
        return self.of("gateway", promised.base_url, partial(gateway_cloud.connect, promised))

    def azure(self, promised: AzureOpenAI) -> World:
        """The subscription."""
        connect = partial(azure_cloud.connect, promised)
        return self.of("azure", promised.subscription_id, connect)

    def gcp(self, promised: VertexAI) -> World:
        """The project."""
        return self.of("gcp", promised.project, partial(gcp.connect, promised))

    def aws(self, promised: Bedrock) -> World:
        """The account in that region; a bucket of another account may be looked at as its owner."""
        names = (promised.account, promised.region, promised.bucket_account)
        return self.of("aws", " ".join(filter(None, names)), partial(aws.connect, promised))


def build(
    promises: Promises,
    targets: Mapping[str, tuple[Target, ...]],
    scan: Scan | None,
    *,
    offline: bool,
    one: bool = False,
    worlds: Worlds | None = None,
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
    through = worlds or Worlds()
    for provider, several in targets.items():
        for promised in several:
            part = (parts or {}).get(promised, scan)
            checks = requests.checks_for(provider, split=not one, targets=several)
            if part is not None and part is not scan:
                checks = tuple(_of_part(check, part, exact=exact) for check in checks)
            found = _of_file(provider, promised, checks, scan, offline=offline)
            if not offline:
                way = through.gateway(promises.gateway)
                found += _live(through, way, provider, promised, part, one=one)
            suites += (replace(suite, target=place(promised)) for suite in found)
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


def _live(
    worlds: Worlds, way: World, provider: str, promised: Any, scan: Scan | None, *, one: bool
) -> list[Suite]:
    if provider == "openai":
        return [
            *_suites(provider, (*gateway.SUITES, *openai.SUITES), promised, way),
            *_suites(provider, openai.TABLE_SUITES, promised, World(partial(_same, None))),
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
