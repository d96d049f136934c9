"""`preflight scan`: request files read by themselves, by this machine or by a cluster."""

import sys
import time
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from preflight.render import destinations
from preflight.render.printable import printable
from preflight.requests.fault import KEPT_PER_CODE
from preflight.requests.several import Scans, scan_files
from preflight.requests.workers import cores
from preflight.seams import UsageError

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from preflight.requests.local import Local
    from preflight.requests.remote import Remote


def scan(arguments: Namespace) -> int:
    """`preflight scan`."""
    began = time.monotonic()
    if bool(arguments.shard) != bool(arguments.to):
        given, lacks = ("--shard", "--to PART.json") if arguments.shard else ("--to", "--shard I/N")
        raise UsageError(given, f"goes with {lacks.split()[0]}", f"add {lacks}, or leave it out")
    local = [name for name in arguments.requests if "://" not in name]
    if arguments.shard:
        refuse_twice(arguments.requests)
        return _part(arguments, local)
    several = destinations.wanted(arguments.format, quiet=arguments.quiet)
    destinations.prepare(several, [*local, *filter(None, (arguments.waivers, arguments.tables))])
    found = read(arguments)

    from preflight.commands.files_report import report  # noqa: PLC0415 - a part needs no checks

    judged = report(found, arguments, began)
    destinations.write(judged, several)
    return judged.exit_code


def refuse_twice(names: Sequence[str]) -> None:
    """Raise UsageError where a file is named twice: each of its ids would be in two files."""
    seen: set[str] = set()
    for name in names:
        real = name if "://" in name else str(Path(name).resolve())
        if real in seen:
            raise UsageError(name, "is named twice", "name each file once")
        seen.add(real)


def read(arguments: Namespace, executor: "Executor | None" = None) -> Scans:
    """Read the files: by an executor, by a cluster where one is named, or by this machine.

    Raises:
        UsageError: a file is named twice, or what reads it is not installed.
        RequestFileError: a file cannot be read, or was changed while it was.
        LookError: a storage or the cluster gives no answer.
    """
    refuse_twice(arguments.requests)
    room = max(KEPT_PER_CODE, arguments.max_findings)
    jobs = cores() if arguments.jobs is None else arguments.jobs
    if executor is not None:
        return scan_files(_pinned(arguments.requests), jobs=jobs, room=room, executor=executor)
    if not arguments.cluster:
        return scan_files(_sources(arguments.requests), jobs=jobs, room=room)
    from preflight.requests.cluster import connected  # noqa: PLC0415 - only where there is one

    sources = _pinned(arguments.requests)
    with connected(arguments.cluster) as cluster:
        return scan_files(sources, jobs=cluster.number, room=room, executor=cluster.executor)


def _sources(names: Sequence[str]) -> "tuple[Path | Remote, ...]":
    """The files as this machine reads them."""
    if not any("://" in name for name in names):
        return tuple(map(Path, names))
    from preflight.requests.remote import sources  # noqa: PLC0415 - it needs asyncio and more

    return tuple(sources(names))


def _pinned(names: Sequence[str]) -> "tuple[Local | Remote, ...]":
    """The files as they are now, for whoever reads them, on whatever machine."""
    from preflight.requests.local import on_disk  # noqa: PLC0415 - only where another reads them

    return tuple(
        on_disk(str(source)) if isinstance(source, Path) else source for source in _sources(names)
    )


def _part(arguments: Namespace, local: Sequence[str]) -> int:
    """Read a shard, and write down what it holds."""
    from preflight.commands.parts import write  # noqa: PLC0415 - only where one is asked for

    number, of = arguments.shard
    target = Path(arguments.to)
    if target.resolve() in {Path(name).resolve() for name in local}:
        raise UsageError(f"--to {target}", "would overwrite what is to be read", "name another")
    requests, size = write(target, _pinned(arguments.requests), arguments)
    if any(one.form == "json" and one.path is None for one in arguments.format or ()):
        from preflight.render.outcome import document  # noqa: PLC0415 - only where it is wanted

        known = {"part": str(target), "requests": requests, "bytes": size}
        document("shard", 0, shard=number, of=of, **known)
        return 0
    held = f"{requests:,} requests in {size:,} bytes"
    print(printable(f"shard {number} of {of}: {held} -> {target}"), file=sys.stderr)
    return 0
