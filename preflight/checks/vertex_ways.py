"""The ways in which Google Cloud tells what an identity may do, and in which order they are tried.

The gateway's service account: Google is asked as it; else Google's Policy Troubleshooter is asked
about it; else the policies and roles are read. Nobody may act as a service agent, and what reading
tells for certain needs no further right: so its policies are read first, and the troubleshooter,
an API that is off by default, is asked where they leave the answer open.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from preflight.checks.vertex_conditions import Circumstances, of_nothing
from preflight.checks.vertex_rights import Policy, by_policies, judged
from preflight.outcomes import Answer, Failed, Passed, Unknown
from preflight.permissions import Identity, Permission
from preflight.seams import Access, Gcp, LookError, Refused
from preflight.seams.together import together

AS_GATEWAY = "Google's own engine (testIamPermissions, asked as the gateway)"
TROUBLESHOOTER = "Google's own engine (Policy Troubleshooter)"

_EVERYBODY = ("allUsers", "allAuthenticatedUsers")
_NOT_SEEN = "deny policies, and policies of folders and the organization, were not seen"


@dataclass(frozen=True, slots=True)
class Place:
    """What something is held on: for messages, by its full resource name, and its policies.

    `circumstances` are what a condition in them sees.
    """

    name: str
    resource: str
    policies: tuple[Policy, ...]
    circumstances: Circumstances = of_nothing


def bucket_resource(name: str) -> str:
    """A bucket's full resource name."""
    return f"//storage.googleapis.com/projects/_/buckets/{name}"


def gateway_holds(
    gcp: Gcp,
    email: str,
    rows: tuple[Permission, ...],
    ask: Callable[[list[str]], frozenset[str]],
    place: Place,
) -> Answer:
    """Whether the gateway's service account holds the rows.

    Args:
        gcp: to look with.
        email: of the service account.
        rows: what it must hold.
        ask: says which of the permissions it holds, asked as itself.
        place: what it must hold them on.

    Raises:
        LookError: no way is open. A refusal names the permissions of the first and the last way.
    """
    names = f"{Identity.GATEWAY} {email}", place.name
    try:
        return judged(names, rows, ask([row.action for row in rows]), AS_GATEWAY)
    except Refused as closed:
        said = _troubleshot(gcp, email, rows, place.resource, names)
        if said is not None:
            return said
        members = frozenset({f"serviceAccount:{email}", *_EVERYBODY})
        try:
            found = by_policies(gcp, members, rows, place.policies, names, place.circumstances)
        except Refused as other:
            both = f"{closed.permission}, or {other.permission}"
            raise Refused(closed.where, both, closed.who) from other
        except LookError as other:
            raise closed from other
    return replace(found, caveat=_NOT_SEEN) if isinstance(found, Passed) else found


def agent_holds(
    gcp: Gcp, agent: tuple[Identity, str], rows: tuple[Permission, ...], place: Place
) -> Answer:
    """Whether a service agent, of that kind and e-mail address, holds the rows.

    Raises:
        LookError: the policies may not be seen, and the troubleshooter cannot tell.
    """
    kind, email = agent
    names = f"{kind} {email}", place.name
    members = frozenset({f"serviceAccount:{email}"})
    try:
        found = by_policies(gcp, members, rows, place.policies, names, place.circumstances)
    except LookError:
        said = _troubleshot(gcp, email, rows, place.resource, names)
        if said is None:
            raise
        return said
    if isinstance(found, Unknown):
        return _troubleshot(gcp, email, rows, place.resource, names) or found
    return found


def _troubleshot(
    gcp: Gcp,
    email: str,
    rows: tuple[Permission, ...],
    resource: str,
    names: tuple[str, str],
) -> Passed | Failed | None:
    """What the Policy Troubleshooter says; None where it may not be asked, or cannot tell."""

    def ask(row: Permission) -> Access:
        return gcp.troubleshoot(email, resource, row.action)

    try:
        # Where the first is refused, so are the others.
        said = [ask(rows[0]), *together([partial(ask, row) for row in rows[1:]])]
    except LookError:
        return None
    if Access.NO not in said and set(said) != {Access.YES}:
        return None
    lacks = [row.action for row, one in zip(rows, said, strict=True) if one is Access.NO]
    held = frozenset(row.action for row in rows) - frozenset(lacks)
    return judged(names, rows, held, TROUBLESHOOTER)
