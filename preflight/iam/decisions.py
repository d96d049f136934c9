"""Everything that stands between an identity and a resource, weighed as AWS weighs it.

Source: the IAM user guide, "Policy evaluation logic" and "Cross-account policy evaluation logic",
and the KMS developer guide, "Key policies", 2026-10. Left out, since no document tells: KMS grants,
S3's access control lists and its public access blocks, VPC endpoint policies.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from preflight.iam.principals import Way
from preflight.iam.request import Kind, Request
from preflight.iam.rulings import Effect, ruling
from preflight.iam.shape import Document
from preflight.iam.sides import Holdings, Levels, Resource
from preflight.iam.statements import Reading, Whose, readings
from preflight.iam.truth import Truth, all_of, any_of

_OUTSIDERS = (Kind.SERVICE, Kind.FEDERATED)
"""Those that no account holds: only the resource's side decides about them."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What all documents together say, and which part of which of them decides it.

    `source` names the kind of policy, `statement` which one and the statement in it, `keys` the
    condition keys (lower case) of that statement. NONE: no document allows it, and none denies it.
    """

    effect: Effect
    source: str
    statement: str = ""
    reason: str = ""
    keys: frozenset[str] = frozenset()

    @property
    def allowed(self) -> bool:
        """Whether it is allowed for certain."""
        return self.effect is Effect.ALLOW


@dataclass(frozen=True, slots=True)
class _Layer:
    """The documents of one kind, which together either allow or do not."""

    source: str
    read: tuple[Reading, ...]

    def allows(self, *ways: Way) -> Truth:
        return any_of(reading.applies("Allow", *ways) for reading in self.read)

    def denies(self) -> Truth:
        return any_of(reading.applies("Deny") for reading in self.read)

    def verdict(self, effect: Effect) -> Verdict:
        # That nothing allows it is not explained by a deny that might be.
        explains = (one for one in self.read if effect is not Effect.NONE or one.effect != "Deny")
        told = ruling(explains)
        return Verdict(effect, self.source, told.statement, told.reason, told.keys)


@dataclass(frozen=True, slots=True)
class _Scales:
    """All layers: on the asker's side, on the resource's side, and those that only limit."""

    identity: _Layer
    limits: tuple[_Layer, ...]
    levels: tuple[_Layer, ...]
    resource: _Layer
    outsider: bool
    sovereign: bool

    @property
    def all(self) -> tuple[_Layer, ...]:
        return (*self.levels, *self.limits, self.identity, self.resource)

    def own(self) -> Truth:
        """Whether the asker's own documents allow it."""
        return all_of((self.identity.allows(), self.limit()))

    def limit(self) -> Truth:
        return all_of(layer.allows() for layer in self.limits)

    def across(self) -> Truth:
        """Across accounts both sides must allow."""
        return all_of((self.own(), self.resource.allows()))

    def enough(self) -> Truth:
        """Whether, in one account, the asker's own suffices: a key or a role must let it in."""
        account = self.resource.allows(Way.ACCOUNT) if self.sovereign else True
        return all_of((self.own(), account))

    def within(self) -> Truth:
        """In one account either side may allow."""
        return any_of((self.enough(), self.granted()))

    def granted(self) -> Truth:
        """Whether the resource's policy alone allows it, with no word of the identity's own."""
        itself = self.resource.allows(Way.ITSELF)
        role = all_of((self.resource.allows(Way.ROLE), self.limit()))
        # Whether boundary and session limit what "*" grants, AWS says only of aws:PrincipalArn.
        anyone = all_of((self.resource.allows(Way.ANYONE), self.limit() or None))
        return any_of((itself, role, anyone))

    def telling(self) -> tuple[_Layer, ...]:
        """The layers in the order in which they explain a no."""
        if self.outsider:
            return (*self.levels, self.resource)
        own = (self.identity, *self.limits)
        sides = (self.resource, *own) if self.sovereign else (*own, self.resource)
        return (*self.levels, *sides)


def decide(request: Request, holdings: Holdings, resource: Resource) -> Verdict:
    """Whether the request's principal may do it.

    Raises:
        ValueError: the request names no principal.
    """
    asker = request.principal
    if asker is None:
        raise ValueError("the request names no principal")
    scales = _scales(request, holdings, resource, outsider=asker.kind in _OUTSIDERS)
    for layer in scales.all:
        if layer.denies():
            return layer.verdict(Effect.DENY)
    same = resource.owner == asker.account if resource.owner else None
    allowed = all_of((*(layer.allows() for layer in scales.levels), _core(scales, same=same)))
    if allowed is False:
        return _first(scales, Effect.NONE, False)
    for layer in scales.all:
        if layer.denies() is None:
            return layer.verdict(Effect.UNKNOWN)
    if allowed is None:
        return _first(scales, Effect.UNKNOWN, None)
    by_resource = scales.outsider or (same is not False and not scales.enough())
    return (scales.resource if by_resource else scales.identity).verdict(Effect.ALLOW)


def _core(scales: _Scales, *, same: Truth) -> Truth:
    if scales.outsider:
        return scales.resource.allows()
    if same is None:
        either = {scales.within(), scales.across()}
        return either.pop() if len(either) == 1 else None
    return scales.within() if same else scales.across()


def _first(scales: _Scales, effect: Effect, holds: Truth) -> Verdict:
    """The verdict of the first layer that stands so."""
    for layer in scales.telling():
        if layer.allows() is holds:
            return layer.verdict(effect)
    if scales.limit() is not False:
        reason = "the account that the resource belongs to is not known"
    else:
        limits = ", ".join(layer.source for layer in scales.limits if not layer.allows())
        reason = f"it allows anyone, and AWS does not say whether the {limits} takes that away"
    return Verdict(effect, scales.resource.source, reason=reason)


def _scales(request: Request, holdings: Holdings, resource: Resource, *, outsider: bool) -> _Scales:
    # One that cannot be seen may not be there, and leaves the answer open in any case.
    bounded = isinstance(holdings.boundary, Mapping)

    def layer(source: str, documents: Iterable[Document], whose: Whose) -> _Layer:
        read = [
            replace(reading, label=f"{source} {number}, {reading.label}".lstrip())
            for number, document in enumerate(documents, start=1)
            for reading in readings(document, request, whose, bounded=bounded)
        ]
        return _Layer(source, tuple(read))

    def levels(source: str, documents: Levels, whose: Whose) -> tuple[_Layer, ...]:
        return tuple(
            layer(f"{source} of level {number}", level, whose)
            for number, level in enumerate(documents, start=1)
        )

    identity, limits, control = holdings.identity, [], holdings.control
    if outsider:
        identity, control = (), ()
    elif holdings.boundary is not None:
        limits.append(layer("permissions boundary", (holdings.boundary,), Whose.IDENTITY))
    if holdings.session and not outsider:
        limits.append(layer("session policy", holdings.session, Whose.IDENTITY))
    own = () if resource.policy is None else (resource.policy,)
    return _Scales(
        identity=layer("identity policy", identity, Whose.IDENTITY),
        limits=tuple(limits),
        levels=(
            *levels("service control policy", control, Whose.IDENTITY),
            *levels("resource control policy", resource.control, Whose.RESOURCE),
        ),
        resource=layer(resource.name, own, Whose.RESOURCE),
        outsider=outsider,
        sovereign=resource.sovereign,
    )
