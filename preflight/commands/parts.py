"""`preflight scan --shard` and `preflight merge --parts`: a scan in parts, with no engine."""

import time
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.json import encode

from preflight.render import destinations
from preflight.requests import parts
from preflight.requests.fault import KEPT_PER_CODE
from preflight.requests.workers import cores
from preflight.version import VERSION

if TYPE_CHECKING:
    from preflight.requests.local import Local
    from preflight.requests.remote import Remote


def write(
    target: Path, sources: "Sequence[Local | Remote]", arguments: Namespace
) -> tuple[int, int]:
    """Read a shard of the files and write its part; the requests and bytes that it holds.

    Raises:
        RequestFileError: a file cannot be read, or was changed while it was.
        UsageError: the part cannot be written.
    """
    from preflight.requests.placing import whole_file  # noqa: PLC0415 - a report needs it not

    number, of = arguments.shard
    places, read = parts.read_shard(
        sources,
        number,
        of,
        jobs=cores() if arguments.jobs is None else arguments.jobs,
        room=max(KEPT_PER_CODE, arguments.max_findings),
    )
    made = parts.Part(
        format=parts.FORMAT,
        version=parts.VERSION,
        preflight=VERSION,
        shard=number,
        of=of,
        asked=parts.Asked(
            provider=list(dict.fromkeys(arguments.provider or ())),
            only=list(arguments.only or ()),
            skip=list(arguments.skip or ()),
            tables=arguments.tables or "",
            waivers=arguments.waivers or "",
            no_split=bool(arguments.no_split),
            max_findings=arguments.max_findings,
        ),
        files=[parts.File(str(source), source.size, source.mark) for source in sources],
        places=places,
        read=read,
    )
    with whole_file(target) as file:
        file.write(encode(made))
    requests = sum(one.requests for one in read)
    size = sum(stop - start for _, start, stop in places)
    return requests, size


def merge(arguments: Namespace) -> int:
    """`preflight merge --parts`: the report that `preflight scan` would have given."""
    from preflight.commands.files_report import report  # noqa: PLC0415 - a part needs no checks
    from preflight.requests.merging import headers, merged  # noqa: PLC0415 - as above

    began = time.monotonic()
    found = headers([Path(name) for name in arguments.parts])
    asked = found[0][1].asked
    scans = merged(found, max(KEPT_PER_CODE, asked.max_findings))
    options = Namespace(
        provider=asked.provider,
        only=asked.only,
        skip=asked.skip,
        tables=asked.tables or None,
        waivers=asked.waivers or None,
        no_split=asked.no_split,
        max_findings=asked.max_findings,
    )
    judged = report(scans, options, began)
    destinations.write(judged, [destinations.Destination(arguments.format)])
    return judged.exit_code
