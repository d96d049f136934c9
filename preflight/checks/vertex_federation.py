"""Workload identity: the gateway's own tokens, exchanged for its service account's. No key file."""

from dataclasses import replace

from preflight.checks.vertex_rights import UP, by_policies
from preflight.contract import VertexAI
from preflight.outcomes import Answer, Failed, Passed, Unknown, check
from preflight.permissions import Identity, permissions
from preflight.seams import Gcp, IdentityProvider

_IAM = "iam.googleapis.com"
_SUBJECT = "assertion.sub"


@check("vertex-gateway-federation", "The gateway's workload may act as its service account")
def gateway_federation(promised: VertexAI, gcp: Gcp) -> Answer:
    """The gateway shows a token of its own issuer, and gets one of its service account for it.

    For that Google must be told of the issuer (the pool's provider), and the service account must
    let the token's subject act as it. Where neither is promised the gateway has another way.
    """
    if promised.federation is None:
        return Passed("no identity pool is promised: the gateway comes by its token another way")
    if promised.federation_provider is not None:
        seen = _provider(promised, promised.federation, gcp, promised.federation_provider)
        if seen is not None:
            return seen
    email = promised.gateway_service_account
    pool = promised.federation.removeprefix("principal://").partition("/subject/")[0]
    answer = by_policies(
        gcp,
        frozenset({promised.federation, f"principalSet://{pool}/*"}),
        permissions("vertex", Identity.WORKLOAD),
        (lambda: gcp.account_bindings(email), lambda: gcp.project_bindings(_project(promised))),
        (f"{Identity.WORKLOAD} {promised.federation}", email),
    )
    if isinstance(answer, Passed) and promised.federation_provider is None:
        return replace(answer, caveat="the pool's provider is not promised, nor looked at")
    return answer


def _provider(promised: VertexAI, member: str, gcp: Gcp, name: str) -> Failed | Unknown | None:
    """What is wrong with the provider; None for nothing."""
    found = gcp.identity_provider(name)
    if found is None:
        return Failed(f"the identity provider {name} does not exist", UP)
    if not found.working:
        return Failed(f"the identity provider {name}, or its pool, is disabled or deleted", UP)
    if promised.federation_issuer not in {None, found.issuer}:
        return Failed(
            f"the identity provider {name} takes tokens of {found.issuer or 'no issuer'}, but the "
            f"gateway's are of {promised.federation_issuer}",
            UP,
        )
    own = f"https://{_IAM}/{name}"
    wanted = promised.federation_audience or own
    if wanted not in (found.audiences or (own, f"//{_IAM}/{name}")):
        return Failed(
            f"the identity provider {name} takes tokens for "
            f"{' or '.join(found.audiences) or own}, but the gateway's are for {wanted}",
            UP,
        )
    return _subject(member, found)


def _subject(member: str, found: IdentityProvider) -> Unknown | None:
    """Whether the provider may know the bearer under another name, or turn it away."""
    subject = member.partition("/subject/")[2]
    pinned = {f"{_SUBJECT} == {quote}{subject}{quote}" for quote in ("'", '"')}
    if found.subject_from != _SUBJECT:
        return Unknown(
            f"the identity provider {found.name} takes the subject from {found.subject_from!r}",
            f"a look at whether that is {subject} for the gateway",
        )
    if found.condition not in {"", *pinned}:
        return Unknown(
            f"the identity provider {found.name} asks for more: {found.condition}",
            f"a look at whether that holds for {subject}",
        )
    return None


def _project(promised: VertexAI) -> str:
    """The project that the gateway's service account is of; its policy reaches the account too."""
    domain = promised.gateway_service_account.partition("@")[2]
    home = domain.removesuffix(".iam.gserviceaccount.com")
    return home if home != domain else promised.project
