"""What the gateway's principal may do on the account: its roles, less what is denied to it.

Azure tells nobody what another principal may do. It shows all that its own answer is made of:
role assignments with those of the principal's groups, role definitions, and deny assignments.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from preflight.contract import AzureOpenAI
from preflight.outcomes import Answer, Failed, Passed, Unknown, check
from preflight.permissions import Identity, On, Permission, permissions
from preflight.seams import Azure, DenyAssignment, RoleDefinition
from preflight.seams.azure import EVERYONE
from preflight.seams.together import both

BY = "role and deny assignments, evaluated here"

_GROUP = "group"


@check("azure-gateway-role", "The gateway's principal may upload files and run batches")
def gateway_role(promised: AzureOpenAI, azure: Azure) -> Answer:
    """Its roles on the account are added up. "OpenAI User" reads files and batches, no more.

    What a deny assignment takes away no role gives back. A role that is held under a condition is
    not known to help: conditions are for Azure to judge, at the moment of the request.
    """
    principal = promised.gateway_principal_id
    roles, denials = both(
        lambda: azure.roles_of(promised, principal), lambda: azure.denials_of(promised)
    )
    judged = [
        _judged(row, roles, denials, principal.lower())
        for row in permissions("azure", Identity.GATEWAY, On.ACCOUNT)
    ]
    who = f"{Identity.GATEWAY} {principal}"
    where = f"account {promised.account}"
    names = ", ".join(sorted({role.name for role in roles})) or "no role"
    lacks = [one.row for one in judged if not one.held_by]
    if lacks:
        carriers = " and ".join(sorted({row.granted_by for row in lacks}))
        return Failed(
            f"{who} holds {names} on {where} and lacks {_listed(lacks)}",
            f"pulumi up --refresh, which gives it {carriers}",
            by=BY,
        )
    denied = [one for one in judged if one.denied_by]
    if denied:
        by = ", ".join(sorted({denial.name for one in denied for denial in one.denied_by}))
        return Failed(
            f"deny assignment {by} keeps {who} from {_listed(one.row for one in denied)} on "
            f"{where}, whatever its roles",
            f"have {principal} excluded from it by whatever made it: a managed application or a "
            "deployment stack",
            by=BY,
        )
    return _doubt(judged, f"{who} on {where}") or Passed(f"{who} holds {names} on {where}", by=BY)


@dataclass(frozen=True, slots=True)
class _Judged:
    """One row: the roles that carry it, and the deny assignments that take it away, or may."""

    row: Permission
    held_by: tuple[RoleDefinition, ...]
    denied_by: tuple[DenyAssignment, ...]
    perhaps_denied_by: tuple[DenyAssignment, ...]


def _judged(
    row: Permission,
    roles: Iterable[RoleDefinition],
    denials: Iterable[DenyAssignment],
    principal: str,
) -> _Judged:
    meant = [(one, _means(one, principal)) for one in denials if _covers(one, row.action)]
    return _Judged(
        row,
        tuple(role for role in roles if _covers(role, row.action)),
        tuple(one for one, means in meant if means and not one.condition),
        tuple(one for one, means in meant if means is None or (means and one.condition)),
    )


def _doubt(judged: list[_Judged], where: str) -> Unknown | None:
    conditions = {
        role.condition
        for one in judged
        if all(role.condition for role in one.held_by)
        for role in one.held_by
    }
    if conditions:
        return Unknown(
            f"the roles of {where} are held under a condition: {'; '.join(sorted(conditions))}",
            "a role without a condition (pulumi up); or a job sent with --force",
            BY,
        )
    perhaps = sorted({denial.name for one in judged for denial in one.perhaps_denied_by})
    if perhaps:
        return Unknown(
            f"whether deny assignment {', '.join(perhaps)} is about {where} hangs on its groups or "
            "its condition",
            "a look at its members; or a job sent with --force",
            BY,
        )
    return None


def _means(denial: DenyAssignment, principal: str) -> bool | None:
    """Whether it is about the principal; None where that hangs on who is in a group."""
    if principal in denial.excluded:
        return False
    if principal in denial.principals or EVERYONE in denial.principals:
        return None if _has_group(denial.excluded.values()) else True
    return None if _has_group(denial.principals.values()) else False


def _has_group(types: Iterable[str]) -> bool:
    # A type that is not named may be one.
    return any(kind.lower() in {_GROUP, ""} for kind in types)


def _covers(one: RoleDefinition | DenyAssignment, action: str) -> bool:
    """Whether it is about the data action. Azure compares without regard to case."""

    def matches(patterns: tuple[str, ...]) -> bool:
        return any(_pattern(pattern).fullmatch(action) for pattern in patterns)

    return matches(one.data_actions) and not matches(one.not_data_actions)


def _pattern(text: str) -> re.Pattern[str]:
    """`*` stands for anything, slashes too; no other character for anything but itself."""
    parts = re.split(r"\*+", text)  # several in a row say no more than one, and are slow
    return re.compile(".*".join(map(re.escape, parts)), re.IGNORECASE)


def _listed(rows: Iterable[Permission]) -> str:
    return ", ".join(f"{row.action} ({row.why})" for row in rows)
