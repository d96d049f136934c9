"""What a run would be, before anything is sent: plan."""

from preflight.api.asked import Promised, StrPath, judged
from preflight.api.errors import typed
from preflight.commands.plan import Planned, of_command


@typed
def plan(
    requests: StrPath,
    *,
    stack: str | None = None,
    promises: Promised = None,
    provider: str | None = None,
    region: str | None = None,
    model: str | None = None,
    offline: bool = False,
    tables: StrPath | None = None,
    no_split: bool = False,
    jobs: int = 1,
) -> Planned:
    """Say shards, waves, time and money of a run; as `preflight plan`. Nothing is sent.

    Args:
        requests: the request file.
        stack: the Pulumi stack that made the promises.
        promises: in its place a file of its outputs, or those outputs themselves; where neither is
            given, the file that PREFLIGHT_PROMISES names.
        provider: where the run goes; None: the only one that is promised.
        region: plan for the target in this region.
        model: plan for the target of this model (or deployment).
        offline: ask nobody: take all limits from the dated tables.
        tables: a file of rows before those of the dated tables; it holds for the whole process.
            None: the file that PREFLIGHT_TABLES names.
        no_split: plan one job of the file as it is.
        jobs: so many processes read a large file; more than one imports the main module again.

    Returns:
        What the run would be. What speaks against it is in its notes; `check` judges.

    Raises:
        UsageError: what is asked for is wrong, or means several providers or targets.
        PromiseError: the promises are missing or cannot be used.
        RequestFileError: the request file cannot be read, or changed while it was.
        LookError: this machine refuses to read a file.
    """
    return of_command(
        judged(
            requests=requests,
            stack=stack,
            promises=promises,
            provider=provider,
            region=region,
            model=model,
            offline=offline,
            tables=tables,
            no_split=no_split,
            jobs=jobs,
        )
    )
