"""What an identity holds at Google Cloud, as policies and roles say: it cannot be asked itself."""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial

from preflight.checks.vertex_conditions import Circumstances, of_nothing, truths
from preflight.outcomes import Answer, Failed, Passed, Unknown
from preflight.permissions import Permission
from preflight.seams import Binding, Gcp
from preflight.seams.together import together

UP = "pulumi up --refresh"

Policy = Callable[[], Iterable[Binding]]
"""Looks a policy up; only as far as it takes."""


BY = "policies and roles, evaluated here"

_GROUPS = ("group:", "principalSet://")
"""Members whose own members no policy shows."""

_CONVENIENCE = re.compile(r"project(Owner|Editor|Viewer):(.+)")
"""A member that stands for all who hold a basic role on a project."""


def judged(
    names: tuple[str, str], rows: Iterable[Permission], held: frozenset[str], by: str
) -> Passed | Failed:
    """Whether all the rows are held. `names` are who and where."""
    who, where = names
    wanted = tuple(rows)
    lacks = lacking(wanted, held)
    if lacks:
        return Failed(f"{who} lacks on {where}: {named(lacks)}", UP, by=by)
    return Passed(f"{who} holds on {where}: {', '.join(row.action for row in wanted)}", by=by)


def by_policies(  # noqa: PLR0917 - who holds what, where, under which circumstances
    gcp: Gcp,
    members: frozenset[str],
    rows: tuple[Permission, ...],
    policies: Iterable[Policy],
    names: tuple[str, str],
    circumstances: Circumstances = of_nothing,
) -> Answer:
    """Whether the policies together give the members all the rows.

    The nearest policy comes first; those above it are looked at only while something is lacking,
    so that nobody needs the right to look at what does not matter. `names` are who and where.
    A condition that holds throughout the job is none, and one that never does gives nothing.
    """
    who, where = names
    held: frozenset[str] = frozenset()
    doubtful: list[Binding] = []
    unmet: list[Binding] = []
    grouped: list[Binding] = []

    def take(given: list[Binding]) -> bool:
        """Add what they give; whether that is enough."""
        nonlocal held
        held |= held_by(gcp, [one for one in given if not one.condition])
        for one in (one for one in given if one.condition):
            if not lacking(rows, held):
                break
            met = truths(one.condition, rows, circumstances)
            held |= _of(gcp, one, [action for action, truth in met.items() if truth])
            (doubtful if None in met.values() else unmet).append(one)
        return not lacking(rows, held)

    for policy in policies:
        bindings = tuple(policy())
        itself = [one for one in bindings if one.member in members]
        if take(itself) or take(_conveniently(gcp, bindings, members)):
            return judged(names, rows, held, BY)
        grouped += [one for one in bindings if one.member.startswith(_GROUPS)]
    lacks = lacking(rows, held)
    sometimes = frozenset[str]().union(
        *(
            _of(gcp, one, [row for row, truth in seen.items() if truth is not False])
            for one in doubtful
            for seen in (truths(one.condition, rows, circumstances),)
        )
    )
    if not lacking(lacks, sometimes):
        conditions = "; ".join(sorted({binding.condition for binding in doubtful}))
        return Unknown(
            f"{who} holds on {where} only under a condition: {named(lacks)}",
            f"a grant without a condition (pulumi up), or a look at the condition: {conditions}",
            BY,
        )
    others = [one for one in grouped if one.member not in members]
    if not lacking(lacks, sometimes | held_by(gcp, others)):
        groups = ", ".join(sorted({one.member for one in others}))
        return Unknown(
            f"{who} holds on {where} at the most as one of {groups}: {named(lacks)}",
            "a grant to itself (pulumi up), or a look at who is in that group",
            BY,
        )
    return _with_conditions(judged(names, rows, held, BY), gcp, unmet, lacks)


def _of(gcp: Gcp, binding: Binding, actions: list[str]) -> frozenset[str]:
    """Those of the actions that the binding's role holds; for none no role is looked at."""
    return held_by(gcp, [binding]) & frozenset(actions) if actions else frozenset()


def _with_conditions(
    answer: Answer, gcp: Gcp, unmet: Iterable[Binding], lacks: list[Permission]
) -> Answer:
    """The answer, with the conditions that keep back what is lacking."""
    wanted = [row.action for row in lacks]
    why = "; ".join(sorted({one.condition for one in unmet if _of(gcp, one, wanted)}))
    if not why or not isinstance(answer, Failed):
        return answer
    return replace(answer, problem=f"{answer.problem}; given under a condition not met: {why}")


def _conveniently(gcp: Gcp, bindings: Iterable[Binding], members: frozenset[str]) -> list[Binding]:
    """The bindings to all who hold a basic role, where the members hold it on that project."""

    def means(member: str) -> bool:
        found = _CONVENIENCE.fullmatch(member)
        if found is None:
            return False
        role = f"roles/{found[1].lower()}"
        return any(
            one.role == role and one.member in members and not one.condition
            for one in gcp.project_bindings(found[2])
        )

    return [one for one in bindings if means(one.member)]


def deleted(email: str, policies: Iterable[Policy]) -> bool:
    """Whether a policy still names the service account, and calls it deleted."""
    member = f"deleted:serviceAccount:{email}?"
    return any(one.member.startswith(member) for policy in policies for one in policy())


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
