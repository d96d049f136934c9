"""The two ways in which AWS tells what an identity may do: IAM's own engine, else the documents.

The engine is asked first. Where it may not be asked, or its answer hangs on something that it was
not told, all that is written about the identity is read and evaluated here. What is written about
the resource is weighed in both cases, since the engine does not read it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from preflight.checks.bedrock_request import ROWS_KEYS, arn_of, circumstances, request_of
from preflight.contract import Bedrock
from preflight.iam import Effect, Holdings, Levels, Request, Resource, Verdict, decide
from preflight.permissions import Identity
from preflight.seams import Aws, Decision, LookError, Refused

ENGINE = "IAM's own engine (SimulatePrincipalPolicy)"
DOCUMENTS = "the documents, evaluated here"

_CONDITIONAL = "IAM's engine leaves out service control policies that have conditions"
_UNSEEN = "service control policies were not seen ({error.what}; {error.remedy})"


def _one(effect: str) -> Mapping[str, object]:
    return {"Statement": {"Effect": effect, "Action": "*", "Resource": "*"}}


_ALLOWS, _DENIES = _one("Allow"), _one("Deny")
_SILENT: Mapping[str, object] = {"Statement": []}


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands on the identity's own side of one request, and who says so.

    `missing` are condition keys that the answer hangs on and that are not known; `caveat` says what
    was left out of it.
    """

    request: Request
    holdings: Holdings
    by: str
    missing: tuple[str, ...] = ()
    caveat: str = ""

    def own(self) -> Verdict:
        """What the identity's own side says alone."""
        asker = self.request.principal
        return self.on(Resource.plain(asker.account if asker else ""))

    def on(self, resource: Resource) -> Verdict:
        """What both sides say together."""
        return decide(self.request, self.holdings, resource)


def standing(
    promised: Bedrock,
    aws: Aws,
    identity: Identity,
    action: str,
    resource: str,
    *,
    more: Mapping[str, str] | None = None,
) -> Standing | None:
    """What the identity's own side says of one action on one resource; None: it does not exist.

    `more` are condition keys that the request carries beside what is always known of it.

    Raises:
        LookError: neither way is open. A refusal names the permissions of both.
        ValueError: the identity is no role or user.
    """
    request = request_of(promised, identity, action, resource, more)
    context = circumstances(promised, identity, action, resource) | dict(more or {})
    who = arn_of(promised, identity)
    try:
        decision = aws.may(who, action, resource, context)
    except Refused as closed:
        try:
            return _read(aws, who, request)
        except Refused as other:
            both = f"{closed.permission}, or {other.permission}"
            raise Refused(closed.where, both, closed.who) from other
        except LookError as other:
            raise closed from other
    if decision is None:
        return None
    said = _said(decision, request)
    # What the organization says the engine alone is sure to have seen.
    if not said.missing or decision.organization_allows is False:
        return said
    try:
        read = _read(aws, who, request)
    except LookError:
        return said
    return said if read is None or read.own().effect is Effect.UNKNOWN else read


def _said(decision: Decision, request: Request) -> Standing:
    """The engine's answer, as documents that say the same of this request and of no other."""
    ours = {key.lower() for key in ROWS_KEYS}
    missing = tuple(key for key in decision.missing_context if key.lower() not in ours)
    conditional = _CONDITIONAL if decision.organization_allows is not None else ""
    control: Levels = ()
    boundary = None
    if decision.allowed:
        identity: tuple[Mapping[str, object], ...] = (_ALLOWS,)
    elif decision.organization_allows is False:
        identity, control = (), ((_DENIES if decision.explicitly_denied else _SILENT,),)
    elif decision.explicitly_denied:
        identity = (_DENIES,)
    elif decision.boundary_allows is False:
        # Whether its policies would allow it, the boundary does not.
        identity, boundary = (_ALLOWS,), _SILENT
    else:
        identity = ()
    holdings = Holdings(identity, boundary, control=control)
    return Standing(request, holdings, ENGINE, missing, conditional)


def _read(aws: Aws, who: str, request: Request) -> Standing | None:
    """The documents' answer. Of the organization's policies, those that may be seen."""
    found = aws.written(who)
    if found is None:
        return None
    caveat, control = "", Holdings().control
    account = request.principal.account if request.principal else ""
    try:
        control = aws.control_policies(account)
    except LookError as error:
        caveat = _UNSEEN.format(error=error)
    known = Request(
        request.action,
        request.resource,
        request.principal,
        {**found.keys, **request.context},
        request.absent,
    )
    holdings = Holdings(found.policies, found.boundary, control=control)
    return Standing(known, holdings, DOCUMENTS, caveat=caveat)
