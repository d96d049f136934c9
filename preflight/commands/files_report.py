"""The report of request files that are judged by themselves, with no promises to hold them to.

It is made of the same checks and suites as that of `preflight check --offline`: what a stack would
promise, the model, is taken from the file.
"""

import os
import time
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from preflight import suites
from preflight.catalog import yours
from preflight.checks import requests, requests_unaddressed
from preflight.commands.choices import accept, selected, warn
from preflight.commands.detail import with_findings
from preflight.commands.judge import of_each_model, request_file
from preflight.contract import (
    AzureOpenAI,
    Bedrock,
    Gateway,
    OpenAI,
    Promises,
    Target,
    VertexAI,
)
from preflight.outcomes import Answer, Check, Failed
from preflight.report import Report, Result
from preflight.requests.fault import Fault, quoted
from preflight.requests.scan import Scan
from preflight.requests.several import Scans, SharedId
from preflight.runner import Suite, World, run

ANY = "requests"
"""What stands in the place of a provider where none was named: what holds at each."""

UNNAMED = "the job's model"
"""What stands in the place of a model that no line names."""

CLOUDS = "the gateway and the clouds: `preflight check` asks them"
PROVIDERS = "what one provider takes and another does not: --provider names it"


def report(
    found: Scans, asked: Namespace, began: float, say: Callable[[str], None] = warn
) -> Report:
    """Judge each file, and all.

    `asked` holds the options of the command; `began` is when that was started (monotonic seconds);
    `say` is told which waivers hold no more.
    """
    yours.use(asked.tables or os.environ.get(yours.VARIABLE))
    names = _Names(getattr(asked, "spooled", None))
    scans = list(_with_shared(found, names))
    by_name = {names.of(scan.path): scan for scan in scans}
    shared = dict(zip(by_name, found.shared_each, strict=True))
    every = [one for name, scan in by_name.items() for one in _suites(scan, name, asked, shared)]
    chosen = selected(every, asked)
    accepted = accept(asked, say)
    results: list[Result] = []
    for name, own in groupby(chosen.suites, key=lambda suite: suite.file):
        judged = run(tuple(own)).results
        results += (with_findings(one, by_name[name], asked.max_findings) for one in judged)
    files = tuple(request_file(scan, name) for name, scan in by_name.items())
    scope = (CLOUDS,) if asked.provider else (CLOUDS, PROVIDERS)
    made = Report(
        tuple(results),
        (*scope, *chosen.scope),
        time.monotonic() - began,
        file=files[0] if len(files) == 1 else None,
        files=files,
        left_out=chosen.left_out,
    )
    return accepted(replace(made, at=datetime.now(UTC)))


class _Names(NamedTuple):
    """What files are called: standard input is kept in a file, whose name says nothing."""

    spooled: Path | None

    def of(self, path: Path) -> str:
        """The name of the file with this path."""
        return "-" if path == self.spooled else str(path)


def _with_shared(found: Scans, names: _Names) -> Iterator[Scan]:
    """Each file's scan, with the ids that an earlier file has among its duplicates."""
    for scan, count, first in zip(found.files, found.shared_each, found.shared_firsts, strict=True):
        places = [one for one in found.shared if one.path == scan.path]
        if not places and first is not None:
            places = [first]
        shared = [_fault(one, names.of(one.first_path)) for one in places]
        faults = sorted([*scan.faults, *shared], key=_place)
        code = "duplicate_custom_id"
        totals = {**scan.totals, code: scan.total(code) + count} if places else scan.totals
        yield replace(scan, faults=tuple(faults), totals=totals)


def _fault(one: SharedId, first: str) -> Fault:
    where = f"is also on line {one.first_line} of {quoted(first, 200)}"
    message = f"custom_id {quoted(one.custom_id)} {where}"
    return Fault("duplicate_custom_id", one.line, one.offset, message)


def _place(fault: Fault) -> tuple[int, int, str]:
    return fault.line, fault.offset, fault.code


def _suites(scan: Scan, name: str, asked: Namespace, shared: Mapping[str, int]) -> Iterator[Suite]:
    """The suites of one file, which is their target."""
    if not asked.provider:
        world = World(partial(_same, scan))
        own = [Suite(ANY, "request file", requests_unaddressed.CHECKS, None, world)]
    else:
        providers = dict.fromkeys(asked.provider)
        targets = {provider: _targets(provider, scan) for provider in providers}
        nobody = Promises(Gateway(""))
        parts = of_each_model(targets, scan, here=True)
        one = asked.no_split
        own = suites.build(nobody, targets, scan, offline=True, one=one, parts=parts)
    for suite in own:
        checks = tuple(_counting(check, shared[name]) for check in suite.checks)
        several = sum(other.provider == suite.provider for other in own) > 1
        target = f"{name} {suite.target}" if several else name
        yield suite._replace(checks=checks, target=target, file=name)


def _same(scan: Scan) -> Scan:
    return scan


def _targets(provider: str, scan: Scan) -> tuple[Target, ...]:
    """What the file can be meant for at a provider: a job of each model that it names."""
    named = [model for model in scan.models if model is not None] or [UNNAMED]
    match provider:
        case "openai":
            return tuple(OpenAI("", model) for model in named)
        case "azure":
            nothing = ("",) * 5
            return tuple(
                AzureOpenAI(
                    *nothing,
                    deployment=model,
                    model=model,
                    sku="",
                    api_version="",
                    gateway_principal_id="",
                )
                for model in named
            )
        case "vertex":
            most = max(named, key=lambda model: _count(scan, model))
            return (VertexAI(*("",) * 5, model=most, gateway_service_account="", service_agent=""),)
    most = max(named, key=lambda model: _count(scan, model))
    return (
        Bedrock(*("",) * 5, model=most, model_arns=(), job_role_arn="", gateway_principal_arn=""),
    )


def _count(scan: Scan, model: str) -> int:
    seen = scan.models.get(model)
    return seen.count if seen else 0


def _counting(check: Check, shared: int) -> Check:
    """The check of ids, where some of them are known to be in earlier files by hashes alone."""
    if check.id != requests.unique.id or not shared:
        return check

    def ask(promised: object, scan: Scan) -> Answer:
        answer = check(promised, scan)
        if isinstance(answer, Failed):
            return answer
        problem = f"{shared:,} custom_ids stand in earlier files, too"
        return Failed(problem, "give each request a custom_id of its own")

    ask.__doc__ = check.explanation
    return replace(check, function=ask)
