"""Suites as a module of checks exports them, run over a world; and a world that refuses a look."""

from preflight.runner import Suite, World, run
from preflight.seams import Refused


def report(suites, promised, world, provider="any"):
    shared = World(lambda: world)
    return run([Suite(provider, name, checks, promised, shared) for name, checks in suites])


def outcomes(report):
    return {result.check_id: result.outcome for result in report.results}


def refusing(world, method):
    """The world, where one kind of look is refused for want of the permission `see METHOD`."""

    def refuse(*_arguments):
        raise Refused("the thing looked at", f"see {method}")

    setattr(world, method, refuse)
    return world


def methods(protocol):
    return sorted(name for name in vars(protocol) if not name.startswith("_"))
