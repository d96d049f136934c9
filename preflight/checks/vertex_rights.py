"""What an identity holds at Google Cloud, as policies and roles say: it cannot be asked itself."""

from collections.abc import Callable, Iterable
from functools import partial

from preflight.check import Answer, Failed, Passed, Unknown
from preflight.permissions import Permission
from preflight.seams import Binding, Gcp
from preflight.seams.together import together

UP = "pulumi up --refresh"

Policy = Callable[[], Iterable[Binding]]
"""Looks a policy up; only as far as it takes."""


def judged(who: str, where: str, rows: tuple[Permission, ...], held: frozenset[str]) -> Answer:
    """Whether all the rows are held."""
    lacks = lacking(rows, held)
    if lacks:
        return Failed(f"{who} lacks on {where}: {named(lacks)}", UP)
    return Passed(f"{who} holds on {where}: {', '.join(row.action for row in rows)}")


def by_policies(
    gcp: Gcp,
    members: frozenset[str],
    rows: tuple[Permission, ...],
    policies: Iterable[Policy],
    names: tuple[str, str],
) -> Answer:
    """Whether the policies together give the members all the rows.

    The nearest policy comes first; those above it are looked at only while something is lacking,
    so that nobody needs the right to look at what does not matter. `names` are who and where.
    """
    who, where = names
    always: frozenset[str] = frozenset()
    conditional: list[Binding] = []
    for policy in policies:
        given = [binding for binding in policy() if binding.member in members]
        always |= held_by(gcp, [binding for binding in given if not binding.condition])
        conditional += [binding for binding in given if binding.condition]
        if not lacking(rows, always):
            break
    lacks = lacking(rows, always)
    if lacks and not lacking(lacks, held_by(gcp, conditional)):
        conditions = "; ".join(sorted({binding.condition for binding in conditional}))
        return Unknown(
            f"{who} holds on {where} only under a condition: {named(lacks)}",
            f"a grant without a condition (pulumi up), or a look at the condition: {conditions}",
        )
    return judged(who, where, rows, always)


def held_by(gcp: Gcp, given: Iterable[Binding]) -> frozenset[str]:
    """What the roles hold in sum; a role that was deleted holds nothing."""

    def holds(role: str) -> frozenset[str]:
        return gcp.role_permissions(role) or frozenset()

    roles = sorted({binding.role for binding in given})
    return frozenset[str]().union(*together([partial(holds, role) for role in roles]))


def lacking(rows: Iterable[Permission], granted: frozenset[str]) -> list[Permission]:
    """The rows that are not granted."""
    return [row for row in rows if row.action not in granted]


def named(rows: Iterable[Permission]) -> str:
    """The rows as a message names them: what, and why."""
    return ", ".join(f"{row.action} ({row.why})" for row in rows)
