"""Which checks are asked: those of --only, without those of --skip, and the gates they need."""

import difflib
from collections.abc import Collection, Iterable, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

from preflight.outcomes import Check
from preflight.runner import Suite
from preflight.seams import UsageError


class Selection(NamedTuple):
    """Patterns of ids, as in `bedrock-gateway-*`; no `only` means all."""

    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether it may leave anything out."""
        return bool(self.only or self.skip)

    def __str__(self) -> str:
        """As it stands on the command line."""
        options = (("--only", self.only), ("--skip", self.skip))
        return " ".join(f"{option} {','.join(given)}" for option, given in options if given)

    def means(self, check: Check) -> bool:
        """Whether the check itself is asked for."""
        return (not self.only or _any(check.id, self.only)) and not _any(check.id, self.skip)


class Chosen(NamedTuple):
    """The suites that are left, the ids that nothing asks any more, and what to say of it."""

    suites: tuple[Suite, ...]
    left_out: tuple[str, ...]
    scope: tuple[str, ...]


def selection(only: Iterable[str] | None, skip: Iterable[str] | None) -> Selection:
    """Of what options hold: ids or patterns, with commas between them."""
    return Selection(_listed(only), _listed(skip))


def _listed(given: Iterable[str] | None) -> tuple[str, ...]:
    names = (name.strip() for text in given or () for name in text.split(","))
    return tuple(dict.fromkeys(name for name in names if name))


def _any(check_id: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(check_id, pattern) for pattern in patterns)


def refuse_unknown(selected: Selection, known: Collection[str]) -> None:
    """Raise UsageError for a pattern that means no check, with the nearest id."""
    for option, patterns in (("--only", selected.only), ("--skip", selected.skip)):
        for pattern in patterns:
            if any(fnmatchcase(check_id, pattern) for check_id in known):
                continue
            raise UsageError(f"{option} {pattern}", "is no check", did_you_mean(pattern, known))


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The nearest of the known ids, as a remedy."""
    near = difflib.get_close_matches(name, list(known), 1)
    return f"did you mean {near[0]}?" if near else "`preflight list` names them all"


def choose(suites: Sequence[Suite], selected: Selection) -> Chosen:
    """What is left of the suites.

    A gate stays where it decides about a check that stays: without its answer that check would be
    asked about a thing that may not be there. Raises UsageError where nothing is left.
    """
    if not selected:
        return Chosen(tuple(suites), (), ())
    kept = tuple(suite._replace(checks=_kept(suite.checks, selected)) for suite in suites)
    asked = {check.id for suite in kept for check in suite.checks}
    every = dict.fromkeys(check.id for suite in suites for check in suite.checks)
    if not asked:
        raise UsageError(str(selected), "leaves no check to ask", "widen it")
    left_out = tuple(check_id for check_id in every if check_id not in asked)
    scope = []
    if left_out:
        named = ", ".join(left_out) if not selected.only else f"all but {', '.join(sorted(asked))}"
        scope.append(f"{_counted(len(left_out))} left out by {selected}: {named}")
    needed = sorted(one for one in asked if selected.skip and _any(one, selected.skip))
    if needed:
        scope.append(f"nothing less for --skip {', '.join(needed)}: what stays needs its answer")
    return Chosen(tuple(suite for suite in kept if suite.checks), left_out, tuple(scope))


def _counted(number: int) -> str:
    return f"{number} check" + "s" * (number != 1)


def _kept(checks: tuple[Check, ...], selected: Selection) -> tuple[Check, ...]:
    """Those meant, and each gate that stands before one of them."""
    meant = [number for number, check in enumerate(checks) if selected.means(check)]
    last = meant[-1] if meant else -1
    return tuple(
        check
        for number, check in enumerate(checks)
        if number in meant or (check.gate and number < last)
    )
