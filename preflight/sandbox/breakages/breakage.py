"""What a breakage declares, and how a row of the tables becomes one."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from preflight.sandbox.breakages.edits import Edit, apply_to
from preflight.sandbox.sandbox import Sandbox
from preflight.sandbox.world import Prepare

Apply = Callable[[Sandbox], None]


@dataclass(frozen=True, slots=True)
class Breakage:
    """One thing to break.

    `fails` are the ids of the checks that must fail, and no other; `says` is a piece of what the
    forced job ends with; `blinds` are the checks that it keeps from finding out. `settings` and
    `prepare` are those of the world that it is broken in, where that is not the default one.
    `unseen` says why no job can show it: then the forced one completes, and `says` nothing.
    `options` are those that the check and the run are called with.
    """

    name: str
    provider: str
    words: str
    fails: frozenset[str]
    says: str
    apply: Apply
    blinds: frozenset[str] = frozenset()
    settings: Mapping[str, object] = field(default_factory=dict)
    prepare: Prepare | None = None
    unseen: str = ""
    options: tuple[str, ...] = ()

    @property
    def needs(self) -> str:
        """The settings of its world, as one text; "" where it is the default one."""
        return ", ".join(self.settings)


def breakage(  # noqa: PLR0917 - a table reads best in columns
    provider: str,
    name: str,
    words: str,
    fails: str,
    says: str,
    apply: Apply,
    blinds: str = "",
    *,
    settings: Mapping[str, object] | None = None,
    prepare: Prepare | None = None,
    unseen: str = "",
    options: tuple[str, ...] = (),
) -> Breakage:
    """A row: the ids of `fails` and `blinds` stand in one text, with blanks between them."""
    return Breakage(
        f"{provider}-{name}",
        provider,
        f"{words} ({' '.join(options)})" if options else words,
        frozenset(fails.split()),
        says,
        apply,
        frozenset(blinds.split()),
        settings or {},
        prepare,
        unseen,
        options,
    )


ONE_JOB = ("--no-split",)
"""The file is one job as it is: a run would divide it otherwise, and nothing would be wrong."""


def in_file(provider: str, edit: Edit) -> Apply:
    """A change of the provider's request file."""

    def apply(sandbox: Sandbox) -> None:
        apply_to(sandbox.request_file(provider), edit)

    return apply


def in_promises(provider: str, **fields: object) -> Apply:
    """A stack that promises other things of the provider's first target."""

    def apply(sandbox: Sandbox) -> None:
        path = Path(sandbox.env["PREFLIGHT_PROMISES"])
        promises = json.loads(path.read_text(encoding="utf-8"))
        promises[provider][0] |= fields
        path.write_text(json.dumps(promises), encoding="utf-8")

    return apply


def in_cloud(provider: str, function: Callable[[Mapping[str, str], Any], None]) -> Apply:
    """A change of what was provisioned for the provider's first target."""

    def apply(sandbox: Sandbox) -> None:
        function(sandbox.env, sandbox.promises.of(provider)[0])

    return apply
