"""What a healthy variation declares."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from preflight.sandbox.sandbox import Sandbox
from preflight.sandbox.world import Prepare


@dataclass(frozen=True, slots=True)
class Variation:
    """Another way to be well: the check says READY, and the job completes with every row.

    `settings` and `prepare` are those of its world, where that is not the default one; `apply`
    changes the running world; `options` go to the commands. With `blinds` the verdict is CANNOT
    TELL: these checks cannot find out, for the reason in `why`, and the job completes all the same.
    `asks`: the run asks the clouds, too, since their limits decide how it divides the file.
    """

    name: str
    provider: str
    words: str
    apply: Callable[[Sandbox], None] | None = None
    settings: Mapping[str, object] = field(default_factory=dict)
    prepare: Prepare | None = None
    options: tuple[str, ...] = ()
    blinds: frozenset[str] = frozenset()
    why: str = ""
    asks: bool = False

    @property
    def needs(self) -> str:
        """The settings of its world, as one text; "" where it is the default one."""
        return ", ".join(self.settings)


def variation(  # noqa: PLR0917 - a table reads best in columns
    provider: str,
    name: str,
    words: str,
    apply: Callable[[Sandbox], None] | None = None,
    blinds: str = "",
    why: str = "",
    *,
    settings: Mapping[str, object] | None = None,
    prepare: Prepare | None = None,
    options: tuple[str, ...] = (),
    asks: bool = False,
) -> Variation:
    """A row: the ids of `blinds` stand in one text, with blanks between them."""
    return Variation(
        f"{provider}-{name}",
        provider,
        words,
        apply,
        settings or {},
        prepare,
        options,
        frozenset(blinds.split()),
        why,
        asks,
    )
