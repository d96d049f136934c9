"""The permission table's rows for Amazon Bedrock, put to IAM's own engine one by one."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from preflight.check import Answer, Failed, Passed, Unknown
from preflight.contract import Bedrock
from preflight.iam import Effect, Principal, Request, Ruling, evaluate
from preflight.permissions import (
    Identity,
    On,
    Permission,
    arns,
    condition,
    held,
    owner,
    storage,
)
from preflight.seams import Aws, Decision
from preflight.seams.together import together

UP = "pulumi up --refresh"
ROWS_KEYS = ("aws:ResourceAccount", "iam:PassedToService", "kms:ViaService")
"""The condition keys of the table. Where a row does not name one, its request does not carry it."""

IN_BUCKET = (On.BUCKET, On.OBJECTS, On.RESULTS)
"""What a bucket's own policy has a say in."""

_NEVER_CARRIED = frozenset(
    # Of a service that acts for somebody; the gateway and the job role act for themselves.
    {"aws:SourceAccount", "aws:SourceArn", "aws:SourceOrgID", "aws:SourceOrgPaths"}
    | {"aws:PrincipalServiceName", "aws:PrincipalServiceNamesList", "aws:FederatedProvider"}
)


def arn_of(promised: Bedrock, identity: Identity) -> str:
    """The ARN of the gateway identity or of the job role."""
    gateway = identity is Identity.GATEWAY
    return promised.gateway_principal_arn if gateway else promised.job_role_arn


def named(promised: Bedrock, identity: Identity) -> str:
    """How messages name an identity: what it is, and its ARN."""
    return f"{identity.value} {arn_of(promised, identity)}"


def is_foreign(promised: Bedrock) -> bool:
    """Whether the bucket is another account's: then its policy must let both identities in."""
    return owner(promised) != promised.account


def circumstances(
    promised: Bedrock, identity: Identity, action: str, resource: str
) -> dict[str, str]:
    """The condition keys that are sure about the identity's request: key -> value.

    Left out on purpose: where the request comes from (address, network, organization), which is
    known only when it is made.
    """
    arn = arn_of(promised, identity)
    service, owned_by = action.split(":", 1)[0], _account(resource)
    # "*" is asked where the job runs.
    region = resource.split(":")[3] if resource.startswith("arn:") else promised.region
    known = {
        # Gateway and Bedrock both speak TLS to AWS.
        "aws:SecureTransport": "true",
        "aws:PrincipalArn": arn,
        "aws:PrincipalAccount": _account(arn),
        "aws:PrincipalIsAWSService": "false",
        # A model ARN without a region is a global profile's, and so does AWS name its region.
        "aws:RequestedRegion": region
        or ("unspecified" if service == "bedrock" else promised.region),
    }
    if service == "s3":
        # S3 refuses older versions of TLS; the bucket's owner is a check of its own.
        owned_by = owner(promised)
        known |= {"s3:TlsVersion": "1.2", "s3:ResourceAccount": owned_by}
    if service == "kms":
        known |= {
            "kms:ViaService": storage(promised),
            "kms:CallerAccount": known["aws:PrincipalAccount"],
        }
    return known | ({"aws:ResourceAccount": owned_by} if owned_by else {})


def _account(arn: str) -> str:
    """The account an ARN names; "" for none, as with models and buckets."""
    return arn.split(":")[4] if arn.startswith("arn:") else ""


def request_of(promised: Bedrock, identity: Identity, action: str, resource: str) -> Request:
    """The identity's request as a policy of the resource sees it. Raises ValueError (ARN)."""
    return Request(
        action=action,
        resource=resource,
        principal=Principal.of_arn(arn_of(promised, identity)),
        context=circumstances(promised, identity, action, resource),
        absent=_NEVER_CARRIED,
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """One question and its answer; `by_bucket`: it is the bucket's policy that allows."""

    row: Permission
    resource: str
    decision: Decision
    by_bucket: bool = False

    @property
    def missing(self) -> tuple[str, ...]:
        """The keys that would have to be known, and are not."""
        ours = {key.lower() for key in ROWS_KEYS}
        return tuple(key for key in self.decision.missing_context if key.lower() not in ours)

    def __str__(self) -> str:
        return f"{self.row.action} on {self.resource} ({self.row.why})"


def rights(promised: Bedrock, aws: Aws, identity: Identity, *on: On) -> Answer:
    """Whether the identity holds each of its rows on each of their resources."""
    who = named(promised, identity)

    def may(row: Permission, resource: str) -> Decision | None:
        context = circumstances(promised, identity, row.action, resource)
        context |= condition(row, promised)
        return aws.may(arn_of(promised, identity), row.action, resource, context)

    rows = held(promised, identity, *on)
    questions = [(row, resource) for row in rows for resource in arns(promised, row.on)]
    decisions = together([partial(may, row, resource) for row, resource in questions])
    asked: list[_Asked] = []
    for (row, resource), decision in zip(questions, decisions, strict=True):
        if decision is None:
            return Failed(f"{who} does not exist", UP)
        by_bucket = (
            row.on in IN_BUCKET
            and not decision.allowed
            and not decision.explicitly_denied
            # In another account's bucket both sides must allow.
            and not is_foreign(promised)
            and bucket_ruling(promised, aws, identity, row.action, resource).effect is Effect.ALLOW
        )
        asked.append(_Asked(row, resource, decision, by_bucket))
    return _judged(who, asked)


def _judged(who: str, asked: list[_Asked]) -> Answer:
    denied = [one for one in asked if not one.decision.allowed and not one.by_bucket]
    wrong = [one for one in denied if not one.missing]
    if wrong:
        explicit = any(one.decision.explicitly_denied for one in wrong)
        how = "is denied by a policy" if explicit else "lacks"
        actions = ", ".join(dict.fromkeys(one.row.action for one in wrong))
        change = f"remove the statement that denies {actions}" if explicit else f"allow {actions}"
        return Failed(
            f"{who} {how} {'; '.join(map(str, wrong))}",
            f"{UP}, or {change} in the policies of {who.rsplit(' ', 1)[-1]}",
        )
    if denied:
        return Unknown(
            f"whether {who} may {denied[0]} depends on {', '.join(denied[0].missing)}",
            "a policy that does not depend on it; or a job sent with --force",
        )
    actions = ", ".join(dict.fromkeys(one.row.action for one in asked))
    return Passed(f"IAM allows {who} {actions}", "; ".join(_caveats(asked)))


def _caveats(asked: list[_Asked]) -> Iterator[str]:
    missing = sorted({key for one in asked for key in one.missing})
    if missing:
        yield f"its policies also look at {', '.join(missing)}, taken as absent"
    granted = [one.row.action for one in asked if one.by_bucket]
    if granted:
        yield f"{', '.join(granted)} by the bucket policy alone"


def bucket_in(arn: str) -> str:
    """The bucket that an ARN of S3 is about."""
    return arn.rpartition(":::")[2].partition("/")[0]


def bucket_ruling(
    promised: Bedrock, aws: Aws, identity: Identity, action: str, resource: str
) -> Ruling:
    """What the bucket's own policy says to the identity.

    A grant to the identity's account leaves it to the identity's own policies. In a bucket of the
    same account they need no such grant, and it counts as none.
    """
    policy = aws.bucket_policy(bucket_in(resource))
    if policy is None:
        return Ruling(Effect.NONE, reason="it has no policy")
    try:
        request = request_of(promised, identity, action, resource)
    except ValueError:
        reason = f"{arn_of(promised, identity)} is no role or user"
        return Ruling(Effect.UNKNOWN, "the policy", reason)
    ruling = evaluate(policy, request)
    if ruling.effect is Effect.ALLOW and ruling.delegated and not is_foreign(promised):
        return Ruling(Effect.NONE, ruling.statement, "it leaves it to the account's own policies")
    return ruling
