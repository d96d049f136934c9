"""What a check is, and the four things one can come out as.

A check is a function of what was promised and a narrow way to look. `@check` wraps it in a value
and registers nothing: the order of a `CHECKS` tuple is the order of running and of reading.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from preflight.requests.fault import Fault


@dataclass(frozen=True, slots=True)
class Passed:
    """It is as promised.

    Attributes:
        detail: what was seen; never empty.
        caveat: a fact the answer rests on that is not certain.
        by: who or what was asked, where that could have been another.
    """

    detail: str
    caveat: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Failed:
    """It is not as promised: the job would be refused or lost.

    Attributes:
        problem: what is wrong, and where.
        remedy: one command or one change.
        lines: the first of the request file that it is about, from 1.
        by: who or what was asked, where that could have been another.
        codes: of the request file's faults that it is about.
        findings: so many of those faults as were asked for.
    """

    problem: str
    remedy: str
    lines: tuple[int, ...] = ()
    by: str = ""
    codes: tuple[str, ...] = field(default=(), compare=False, repr=False)
    findings: "tuple[Fault, ...]" = ()


@dataclass(frozen=True, slots=True)
class Unknown:
    """It could not be found out.

    Attributes:
        reason: why not.
        needs: what would allow the question: a permission, a setting, a network path.
        by: who or what was asked, and could not tell.
    """

    reason: str
    needs: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Skipped:
    """It was not asked, because an earlier answer decides it. Only the runner makes these.

    Attributes:
        reason: which answer that is.
    """

    reason: str


Answer = Passed | Failed | Unknown
Outcome = Passed | Failed | Unknown | Skipped


@dataclass(frozen=True, slots=True)
class Check:
    """One question: a stable id, a title in the voice of success, and the function that answers it.

    A check with `gate=True` decides about all that stand after it in its suite: unless it passes,
    they are skipped.
    """

    id: str
    title: str
    function: Callable[..., Answer]
    gate: bool = False

    @property
    def explanation(self) -> str:
        """The function's docstring: why the question is asked."""
        return (self.function.__doc__ or "").strip()

    def __call__(self, promised: Any, world: Any) -> Answer:
        """Ask. Raises what the world raises; the runner turns that into Unknown."""
        return self.function(promised, world)


def check(
    check_id: str, title: str, *, gate: bool = False
) -> Callable[[Callable[..., Answer]], Check]:
    """Make a Check of a function `(promised, world) -> Passed | Failed | Unknown`."""

    def wrap(function: Callable[..., Answer]) -> Check:
        return Check(check_id, title, function, gate)

    return wrap
