"""Sandboxes that tests share: one after the other, each put back as it was after every test."""

import json
from contextlib import ExitStack
from functools import partial

import pytest

from preflight.batch import fetch
from preflight.sandbox.aws.cloud import AwsCloud
from preflight.sandbox.azure.cloud import AzureCloud
from preflight.sandbox.gcp.cloud import GcpCloud
from preflight.sandbox.upstream import OpenAIUpstream
from preflight.sandbox.upstream.lifecycle import Timing
from preflight.sandbox.world import World

QUICK = Timing(validating=0.05, running=0.1, finalizing=0.05, cancelling=0.05)
CLOUDS = {
    "openai": partial(OpenAIUpstream, timing=QUICK),
    "azure": partial(AzureCloud, timing=QUICK),
    "vertex": partial(GcpCloud, job_seconds=0.2, agent_seconds=0.1),
    "bedrock": partial(AwsCloud, job_seconds=0.2),
}
POLL_SECONDS = "0.05"
AT_ONCE = (0.05, 0.05)
"""When results that are not whole are fetched again: what is lost here stays lost."""

COUNT = {"openai": 20, "azure": 20, "vertex": 20, "bedrock": 100}
"""Requests in a file; Bedrock takes no fewer."""

ASKED_EVERY = {"openai": 1, "azure": 1, "vertex": 1, "bedrock": 5}
"""How many tests pass until a shared world is asked again whether it is READY."""


def by_world(cases):
    """The cases, those of one world side by side, so that each world is started once."""
    first = {}
    for case in cases:
        first.setdefault(_world(case), len(first))
    return sorted(cases, key=lambda case: first[_world(case)])


def _world(case):
    made = case.prepare and (case.prepare.__module__, case.prepare.__qualname__)
    return case.provider, repr(sorted(case.settings.items())), made


class Worlds:
    """The world that is running, and the way back to what it was."""

    def __init__(self, folder):
        self._folder = folder
        self._running = ExitStack()
        self._case = None
        self._count = 0
        self.known_good = False
        self.uses = 0

    def of(self, case):
        """The case's world, healthy: the one that is running where it is of the same settings."""
        if self._case is None or _world(self._case) != _world(case):
            self.close()
            self._count += 1
            world = World(
                self._folder / str(self._count),
                providers=(case.provider,),
                count=COUNT[case.provider],
                clouds=CLOUDS,
                settings=case.settings,
                prepare=case.prepare,
            )
            self.sandbox = self._running.enter_context(world)
            self.restore = world.remember()
            self._case = case
            self.known_good, self.uses = False, 0
        return self.sandbox

    def close(self):
        self._running.close()
        self._case = None


def judged(preflight, sandbox, provider, *options):
    """Exit code, report, and the checks: outcome -> id -> check."""
    code, out, err = preflight(
        "check",
        sandbox.request_file(provider),
        "--provider",
        provider,
        "--format",
        "json",
        *options,
    )
    assert out, err
    report = json.loads(out)
    by_outcome = {}
    for check in report["checks"]:
        by_outcome.setdefault(check["outcome"], {})[check["id"]] = check
    return code, report, by_outcome


@pytest.fixture(scope="module")
def worlds(tmp_path_factory):
    running = Worlds(tmp_path_factory.mktemp("worlds"))
    yield running
    running.close()


@pytest.fixture
def sandbox(case, worlds, preflight, monkeypatch):
    """The case's world, which is READY, and is put back afterwards.

    What is put back must be READY again: the world is asked so before a test, and where that takes
    long, when it is new, after a test that failed, and every few times between.
    """
    running = worlds.of(case)
    for name, value in running.env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PREFLIGHT_POLL_SECONDS", POLL_SECONDS)
    monkeypatch.setattr(fetch, "AGAIN_AFTER", AT_ONCE)
    worlds.uses += 1
    if not worlds.known_good or worlds.uses % ASKED_EVERY[case.provider] == 0:
        _ready_or_fail(preflight, worlds, case)
    worlds.known_good = False
    yield running
    worlds.restore()


def _ready_or_fail(preflight, worlds, case):
    options = getattr(case, "options", ())
    _, report, by_outcome = judged(preflight, worlds.sandbox, case.provider, *options)
    if report["verdict"] != "READY":
        worlds.close()
        bad = {kind: by_outcome.get(kind) for kind in ("failed", "unknown")}
        pytest.fail(f"the world was not READY before it was changed: {bad}")
