"""`preflight collect`, and the bundle of `preflight check --from-bundle`."""

import os
import sys
from argparse import Namespace
from pathlib import Path

from preflight.bundle import content, file
from preflight.bundle.content import Held
from preflight.bundle.recording import Recorder
from preflight.bundle.shape import Answered
from preflight.commands.judge import promise_file, promised, scanned, targets
from preflight.render.printable import printable
from preflight.runner import run
from preflight.seams import NotInTime, UsageError


def collect(arguments: Namespace) -> int:
    """`preflight collect`."""
    from preflight import suites  # noqa: PLC0415 - the checks are not needed to print help
    from preflight.worlds import Worlds  # noqa: PLC0415 - as above

    path = _out(arguments)
    promises = promised(arguments)
    scan = scanned(arguments.requests, jobs=arguments.jobs) if arguments.requests else None
    chosen = targets(arguments, promises, scan)
    recorder = Recorder()
    worlds = Worlds(recorder.way, arguments.deadline)
    # The checks know what there is to ask; what they make of it is judged from the bundle.
    report = run(
        suites.build(promises, chosen, scan, offline=False, worlds=worlds),
        deadline_seconds=arguments.deadline,
        overall_seconds=arguments.overall_deadline,
    )
    overall = report.seconds >= arguments.overall_deadline
    late = (
        NotInTime("", arguments.overall_deadline, "--overall-deadline")
        if overall
        else NotInTime("", arguments.deadline)
    )
    places = recorder.places(late)
    made = content.put_together(
        promises,
        chosen,
        scan,
        places,
        promise_file=promise_file(arguments),
        redact=arguments.redact,
    )
    file.write(made, path)
    outcomes = [asked.outcome for place in places for asked in place.asked]
    answers = sum(isinstance(outcome, Answered) for outcome in outcomes)
    if arguments.json:
        from preflight.render.outcome import document  # noqa: PLC0415 - it needs all of a run

        document(
            "collected",
            0,
            bundle=str(path),
            questions=len(outcomes),
            answers=answers,
            refusals=len(outcomes) - answers,
            calls=report.calls,
            seconds=round(report.seconds, 3),
        )
    elif not arguments.quiet:
        print(
            f"{printable(str(path))}: {len(outcomes)} questions, {answers} answers, "
            f"{len(outcomes) - answers} refusals, by {report.calls} calls in {report.seconds:.1f} s"
        )
    return 0


def _out(arguments: Namespace) -> Path:
    """Where the bundle goes. Raises UsageError before anybody is asked."""
    path = Path(arguments.out)
    option = f"--out {arguments.out}"
    if path.is_dir():
        raise UsageError(option, "is a folder", "name a file in it")
    if not path.parent.is_dir():
        raise UsageError(option, "is in no folder that there is", f"mkdir -p {path.parent}")
    if path.exists() and not path.is_file():
        raise UsageError(option, "is no regular file", "name another")
    for name in filter(None, (arguments.requests, promise_file(arguments))):
        if os.path.realpath(name) == os.path.realpath(path):
            raise UsageError(option, "would overwrite what is to be read", "name another file")
    return path


def opened(arguments: Namespace) -> Held:
    """The bundle of --from-bundle. Raises UsageError, also for what cannot go with it."""
    beside = {
        "a request file": arguments.requests,
        "--stack": arguments.stack,
        "--promises": arguments.promises,
        "--offline": arguments.offline,
        "--canary": arguments.canary,
    }
    for name, given in beside.items():
        if given:
            raise UsageError(
                f"--from-bundle {arguments.from_bundle}",
                f"holds all there is to judge, and goes not with {name}",
                f"leave out {name}",
            )
    held = content.taken_apart(
        file.read(Path(arguments.from_bundle)), f"bundle {arguments.from_bundle}"
    )
    by = f"by preflight {held.preflight}" + ", redacted" * held.redacted
    collected = f"{held.at:%Y-%m-%d %H:%M} UTC"
    said = f"preflight: {arguments.from_bundle} was collected {collected} {by}; nobody is asked"
    print(printable(said), file=sys.stderr)
    return held
