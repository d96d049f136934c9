"""`preflight split`: the shards that a run would send, as files, with a manifest."""

import hashlib
import json
import os
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

from preflight.batch.allowance import Allowance, allowance
from preflight.batch.dividing import divide
from preflight.batch.manifest import IDS, NAME, Manifest, ShardFile, last_lines
from preflight.batch.shards import Shard, ShardLimits, cut
from preflight.catalog import yours
from preflight.commands.judge import PROMISES, promised, scanned, targets
from preflight.render import divided as rendered
from preflight.render.outcome import say
from preflight.requests.leftover import leftover
from preflight.requests.placing import whole_folder
from preflight.requests.scan import Scan
from preflight.seams import RequestFileError, RunError, UsageError

_NAMED = 5

Divided = tuple[tuple[Shard, ...], Callable[[Shard], Allowance]]
"""The shards, and what each may have."""


def split(arguments: Namespace) -> int:
    """Write them. Raises RunError where a run would not send the file."""
    yours.use(arguments.tables or os.environ.get(yours.VARIABLE))
    scan = scanned(arguments.requests, jobs=arguments.jobs)
    _refuse_faults(scan, arguments)
    shards, may = _divided(scan, arguments)
    for shard in shards:
        _refuse_above(scan, shard, may(shard).limits)
    if few := [one for one in shards if one.requests < may(one).min_requests.amount]:
        numbers = ", ".join(str(one.number) for one in few[:_NAMED])
        least = may(few[0]).min_requests
        say(f"shard {numbers} has fewer requests than one batch must have, {least}")
    folder = Path(arguments.to)
    with whole_folder(folder, NAME) as made:
        manifest = _write(scan, arguments.provider, shards, made)
    return rendered.show(manifest, folder, arguments.format)


def _refuse_faults(scan: Scan, arguments: Namespace) -> None:
    """Raise RunError for a file that no run would send; the first lines that are wrong are said."""
    left = leftover(scan, (arguments.provider,))
    if not scan.requests:
        raise UsageError(str(scan.path), "holds no request", "write one request per line into it")
    if not left.count:
        return
    for fault in left.faults[:_NAMED]:
        say(f"{getattr(arguments, 'shown', scan.path)}:{fault.line} {fault.message}")
    faults = f"{left.count:,} faults, of which line {left.faults[0].line:,} has the first"
    raise RunError(
        str(scan.path),
        f"is sent by no run: the scan found {faults if left.count > 1 else 'the fault above'}",
        "repair it with `preflight fix`, which says what it cannot repair",
    )


def _divided(scan: Scan, arguments: Namespace) -> Divided:
    by_model, provider = arguments.by_model and len(scan.models) > 1, arguments.provider
    if not (arguments.stack or arguments.promises or os.environ.get(PROMISES)):
        for option in ("region", "model"):
            if getattr(arguments, option) is not None:
                raise UsageError(
                    f"--{option}", "chooses among the targets of a stack", "add --stack NAME"
                )
        _refuse_mixed(scan, mixed=len(scan.models) > 1 and not by_model)
        may = {name: allowance(provider, name or "", {}) for name in scan.models}
        return _by_hand(scan, provider, next(iter(may.values())), may, by_model=by_model)
    from preflight.commands.division import division  # noqa: PLC0415 - only where there is a stack

    asked = Namespace(**{**vars(arguments), "provider": [provider]})
    several = targets(asked, promised(asked), scan)[provider]
    made = division(scan, provider, several, one=False, offline=arguments.offline)
    for note in made.notes:
        say(note)
    if len(scan.models) == 1 or any(shard.model is not None for shard in made.shards):
        return made.shards, made.of
    _refuse_mixed(scan, mixed=not by_model)
    return _by_hand(scan, provider, made.allowances[several[0]], {}, by_model=True)


def _by_hand(
    scan: Scan,
    provider: str,
    first: Allowance,
    each: dict[str | None, Allowance],
    *,
    by_model: bool,
) -> Divided:
    """Divide it by these limits; `each`: those of a model."""
    shards = divide(
        scan,
        first.limits,
        renamed=scan.uncarried.get(provider) is not None,
        by_model=by_model,
        each={name or "": may.limits for name, may in each.items()},
    )
    return shards, lambda shard: each.get(shard.model or None, first)


def _refuse_mixed(scan: Scan, *, mixed: bool) -> None:
    """Raise UsageError for several models in what would be one batch."""
    if mixed:
        names = ", ".join(name or "none" for name in list(scan.models)[:_NAMED])
        raise UsageError(
            str(scan.path),
            f"names several models ({names}), and a batch takes one",
            "add --by-model, or name the stack that promises them with --stack",
        )


def _refuse_above(scan: Scan, shard: Shard, limits: ShardLimits) -> None:
    """Raise RunError for a request that is above a limit by itself: it cannot be divided."""
    most = limits.max_tokens
    if shard.bytes > limits.max_bytes or (most is not None and shard.tokens > most):
        size = f"{shard.bytes:,} bytes and about {shard.tokens:,} tokens"
        raise RunError(
            f"{scan.path}:{shard.first + 1}",
            f"is a request of {size}, and one batch takes {limits.max_bytes:,} bytes"
            + (f" and {most:,} tokens" if most is not None else ""),
            "make that request smaller",
        )


def _write(scan: Scan, provider: str, shards: tuple[Shard, ...], folder: Path) -> Manifest:
    """Write all of it into an empty folder. Raises RequestFileError for a file that changed."""
    digests: list[str] = []
    try:
        for shard in shards:
            with (folder / _name(shard)).open("wb") as file:
                digests.append(cut(scan.path, shard, file))
    except RunError as error:
        raise _changed(scan) from error
    if any(shard.renamed for shard in shards):
        with (folder / IDS).open("wb") as ids:
            last = last_lines(scan.path, shards, ids)
    else:
        last = last_lines(scan.path, shards, None)
    with scan.path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != scan.sha256:
            raise _changed(scan)
    files = tuple(
        ShardFile(shard, _name(shard), digest, last[shard.number])
        for shard, digest in zip(shards, digests, strict=True)
    )
    name = scan.path.name
    manifest = Manifest(provider, name, scan.sha256, scan.requests, scan.bytes, files)
    (folder / NAME).write_text(json.dumps(manifest.as_dict(), indent=2) + "\n", encoding="utf-8")
    return manifest


def _name(shard: Shard) -> str:
    return f"{shard.number:04}.jsonl"


def _changed(scan: Scan) -> RequestFileError:
    return RequestFileError(
        str(scan.path), "was changed while it was read", "wait for its writer to end"
    )
