"""`preflight check`, and the check that comes before every run."""

import os
import sys
from argparse import Namespace
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from preflight import promises as sources
from preflight.catalog import yours
from preflight.commands.choices import accept, selected, warn
from preflight.commands.detail import in_detail
from preflight.contract import PROVIDERS, AzureOpenAI, OpenAI, Promises, Target
from preflight.render import destinations
from preflight.report import ONLY_A_JOB, Report, RequestFile
from preflight.requests.fault import KEPT_PER_CODE
from preflight.requests.scan import Scan
from preflight.runner import run
from preflight.seams import UsageError
from preflight.targets import choose, for_requests, matching
from preflight.vocabulary import QUIET

if TYPE_CHECKING:
    from preflight.seams.asking import Way

Targets = Mapping[str, tuple[Target, ...]]
"""Provider -> those of its targets that are meant, in reading order."""

Further = Callable[[Report, Report], Report]
"""What adds to a report, given the report and the same with its waivers marked."""

PROMISES = "PREFLIGHT_PROMISES"
"""The environment variable that names a promise file where no option does."""


def promised(arguments: Namespace) -> Promises:
    """The promises that the command line (or the environment) names. Raises UsageError."""
    if arguments.stack:
        return sources.from_stack(arguments.stack)
    if isinstance(arguments.promises, Promises):
        return arguments.promises
    name = arguments.promises or os.environ.get(PROMISES)
    if not name:
        raise UsageError(
            "the command line",
            "does not say which stack to hold the clouds against",
            "add --stack NAME or --promises FILE, or set one once: preflight init",
        )
    return sources.from_file(name)


def targets(arguments: Namespace, promises: Promises, scan: Scan | None = None) -> Targets:
    """What to judge: the providers asked for (or all), in the region and of the model asked for.

    A request file goes to one target a provider, or to several models of one account where its
    lines name them; the models that they name choose it. Raises UsageError.
    """
    there = tuple(name for name in PROVIDERS if promises.of(name))
    if not there:
        raise UsageError("the stack", "promises no provider", "turn one on and run `pulumi up`")
    asked = tuple(dict.fromkeys(arguments.provider or there))
    for name in asked:
        if name not in there:
            raise UsageError(
                f"--provider {name}",
                f"the stack promises only {', '.join(there)}",
                f"pulumi config set {name}Enabled true, then pulumi up",
            )
    found = {
        name: choose(promises, name, asked_region=arguments.region, asked_model=arguments.model)
        for name in asked
    }
    if scan is None:
        return found
    return {
        name: for_requests(several, scan.models, str(scan.path)) for name, several in found.items()
    }


def judge(
    promises: Promises,
    chosen: Targets,
    scan: Scan | None,
    arguments: Namespace,
    further: Further | None = None,
    *,
    way: "Way | None" = None,
    environ: Mapping[str, str] = os.environ,
    say: Callable[[str], None] = warn,
) -> Report:
    """Ask every question there is about these targets and this file.

    `further` adds what is asked after that, by the verdict so far; `way` is how questions are put:
    to the clients themselves, where it is None. `environ` has the gateway's key; `say` is told
    which waivers hold no more.
    """
    from preflight import suites  # noqa: PLC0415 - the checks are not needed to print help

    yours.use(arguments.tables or os.environ.get(yours.VARIABLE))
    scope = []
    if arguments.offline:
        scope.append("the gateway and the clouds (--offline); this judges the request file alone")
    if scan is None:
        scope.append("a request file, since none was given")
    worlds = None
    if not arguments.offline:
        from preflight.seams.asking import directly  # noqa: PLC0415 - only where anybody is asked
        from preflight.worlds import Worlds  # noqa: PLC0415 - as above

        worlds = Worlds(way or directly, arguments.deadline, environ)
    built = suites.build(
        promises,
        chosen,
        scan,
        offline=arguments.offline,
        one=arguments.no_split,
        worlds=worlds,
        parts=of_each_model(chosen, scan, here=way is None) if scan is not None else None,
        exact=way is None,
    )
    asked = selected(built, arguments)
    accepted = accept(arguments, say)
    report = run(
        asked.suites,
        scope=(*scope, *asked.scope),
        deadline_seconds=arguments.deadline,
        overall_seconds=arguments.overall_deadline,
    )
    report = replace(
        report,
        left_out=asked.left_out,
        promises=promise_file(arguments),
        file=request_file(scan, shown_path(scan, arguments)) if scan else None,
        gateway=promises.gateway.base_url,
        promised=chosen,
    )
    if further is not None:
        report = further(report, accepted(report))
    return accepted(replace(report, at=datetime.now(UTC)))


def of_each_model(chosen: Targets, scan: Scan, *, here: bool) -> dict[Target, Scan]:
    """What the file holds for each target, where its lines name several models.

    `here`: whether the file can be read again; a bundle holds the scan of it alone.
    """
    names = [model for model in scan.models if model is not None]
    found: dict[Target, Scan] = {}
    if len(names) <= 1:
        return found
    from preflight.requests.of_models import of_models, shares  # noqa: PLC0415 - few files need it

    for several in chosen.values():
        if not any(isinstance(target, OpenAI | AzureOpenAI) for target in several):
            continue
        groups = [
            [name for name in names if target in matching(several, name)] for target in several
        ]
        meant = [pair for pair in zip(several, groups, strict=True) if pair[1]]
        parts = (of_models if here else shares)(scan, [group for _, group in meant])
        found.update(zip((target for target, _ in meant), parts, strict=True))
    return found


def promise_file(arguments: Namespace) -> str:
    """The file that stands for the promises; "" for standard input."""
    if arguments.stack:
        return f"Pulumi.{arguments.stack.rpartition('/')[2]}.yaml"
    if isinstance(arguments.promises, Promises):
        return ""
    name = arguments.promises or os.environ.get(PROMISES, "")
    return "" if name == "-" else name


def shown_path(scan: Scan, arguments: Namespace) -> str:
    """The request file as the command line names it; what is kept of standard input is `-`."""
    return getattr(arguments, "shown", None) or str(scan.path)


def request_file(scan: Scan, path: str) -> RequestFile:
    """The file in numbers, by the name that it is shown with."""
    return RequestFile(
        path=path,
        bytes=scan.bytes,
        sha256=scan.sha256,
        requests=scan.requests,
        tokens=scan.tokens,
        models=tuple((model or "", seen.count) for model, seen in scan.models.items()),
        lengths=scan.lengths,
        prompts=scan.prompts,
        longest_line=scan.longest_line,
    )


def scanned(
    name: str, *, jobs: int | None = None, digest: bool = True, room: int = KEPT_PER_CODE
) -> Scan:
    """Read the request file, by so many processes (None: one for each core).

    `digest`: whether its SHA-256 is wanted; of each kind of fault, `room` are kept with their
    place. Raises RequestFileError.
    """
    from preflight.requests.scan import scan  # noqa: PLC0415
    from preflight.requests.workers import cores  # noqa: PLC0415

    return scan(Path(name), jobs=cores() if jobs is None else jobs, room=room, digest=digest)


def check(arguments: Namespace) -> int:
    """`preflight check`."""
    several = destinations.wanted(arguments.format, quiet=arguments.quiet)
    read = (arguments.requests, promise_file(arguments), arguments.waivers, arguments.from_bundle)
    destinations.prepare(several, [name for name in read if name])
    if arguments.from_bundle:
        report = _from_bundle(arguments)
        destinations.write(report, several)
        return report.exit_code
    promises = promised(arguments)
    if arguments.requests is None and arguments.offline:
        raise UsageError(
            "--offline", "leaves nothing to look at without a request file", "name the file"
        )
    if arguments.canary:
        from preflight.commands import canary  # noqa: PLC0415 - it needs the run and its SDK

        canary.refuse(arguments)
    # A hash of the whole file costs half as much as reading it: only where a reader sees it.
    digest = any(one.form not in {"text", QUIET} for one in several)
    scan = None
    if arguments.requests:
        room = max(KEPT_PER_CODE, arguments.max_findings)
        scan = scanned(arguments.requests, jobs=arguments.jobs, digest=digest, room=room)
    chosen = targets(arguments, promises, scan)
    further: Further | None = None if arguments.offline else only_a_job
    if arguments.canary and scan is not None:
        provider, target = canary.target_of(chosen, scan)
        further = canary.Canary(promises, provider, target, scan, arguments)
    report = judge(promises, chosen, scan, arguments, further)
    if scan is not None:
        report = in_detail(report, scan, arguments.max_findings)
    if scan is not None and any(one.form == "html" for one in several):
        from preflight.commands.plan import of_report  # noqa: PLC0415 - only where it is drawn

        report = replace(report, plans=of_report(report, scan, arguments))
    destinations.write(report, several)
    return report.exit_code


def _from_bundle(arguments: Namespace) -> Report:
    """The report of what a bundle holds, as it was when that was collected; nobody is asked."""
    from preflight.commands import collect  # noqa: PLC0415 - only where there is a bundle

    held = collect.opened(arguments)
    chosen = targets(arguments, held.promises, held.scan)
    report = judge(held.promises, chosen, held.scan, arguments, only_a_job, way=held.replay.way)
    if held.scan is not None:
        report = in_detail(report, held.scan, arguments.max_findings)
    return replace(report, promises=held.promise_file, at=held.at)


def only_a_job(report: Report, _: Report) -> Report:
    """Say what no check can tell that sends nothing."""
    return replace(report, scope=(*report.scope, ONLY_A_JOB))


def show(report: Report, form: str, *, to_talk: bool = False) -> None:
    """Write the report: to standard output, unless it is not the result that was asked for."""
    destinations.render(report, form, sys.stderr if to_talk else sys.stdout)
