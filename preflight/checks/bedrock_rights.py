"""The permission table's rows for Amazon Bedrock, put to AWS one by one."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from preflight.checks.bedrock_request import arn_of, is_foreign, named, request_of
from preflight.checks.bedrock_ways import DOCUMENTS, Standing, standing
from preflight.contract import Bedrock
from preflight.iam import Effect, Resource, Ruling, Verdict, evaluate
from preflight.outcomes import Answer, Failed, Passed, Unknown
from preflight.permissions import Identity, On, Permission, arns, condition, held, owner
from preflight.seams import Aws
from preflight.seams.together import together

UP = "pulumi up --refresh"
FORCE = "a policy that does not depend on it; or a job sent with --force"

IN_BUCKET = (On.BUCKET, On.OBJECTS, On.RESULTS)
"""What a bucket's own policy has a say in."""

_BOUNDARY = "permissions boundary"
_ORGANIZATION = "service control policy"


@dataclass(frozen=True, slots=True)
class _Asked:
    """One question and its answer; `by_bucket`: it is the bucket's policy that allows."""

    row: Permission
    resource: str
    standing: Standing
    verdict: Verdict
    by_bucket: bool

    @property
    def open(self) -> bool:
        """Whether the answer hangs on something that is not known."""
        return bool(self.standing.missing) or self.verdict.effect is Effect.UNKNOWN

    @property
    def hangs_on(self) -> str:
        """What that is."""
        keys = ", ".join(self.standing.missing)
        return keys or f"{self.verdict.statement}: {self.verdict.reason}"

    def __str__(self) -> str:
        return f"{self.row.action} on {self.resource} ({self.row.why})"


def rights(promised: Bedrock, aws: Aws, identity: Identity, *on: On) -> Answer:
    """Whether the identity holds each of its rows on each of their resources."""
    who = named(promised, identity)

    def ask(row: Permission, resource: str) -> Standing | None:
        more = condition(row, promised)
        return standing(promised, aws, identity, row.action, resource, more=more)

    rows = held(promised, identity, *on)
    questions = [(row, resource) for row in rows for resource in arns(promised, row.on)]
    try:
        found = together([partial(ask, row, resource) for row, resource in questions])
    except ValueError:
        return nobody(promised, identity)
    asked: list[_Asked] = []
    for (row, resource), side in zip(questions, found, strict=True):
        if side is None:
            return Failed(f"{who} does not exist", UP)
        verdict = side.own()
        by_bucket = (
            row.on in IN_BUCKET
            and verdict.effect in {Effect.NONE, Effect.UNKNOWN}
            # In another account's bucket both sides must allow, and its policy may be out of sight.
            and not is_foreign(promised)
            and _lets_in(promised, aws, side, resource)
        )
        asked.append(_Asked(row, resource, side, verdict, by_bucket))
    return _judged(who, asked)


def nobody(promised: Bedrock, identity: Identity) -> Unknown:
    """The promised identity can have no rights."""
    return Unknown(f"{named(promised, identity)} is no role or user", "the ARN of one in the stack")


def _lets_in(promised: Bedrock, aws: Aws, side: Standing, resource: str) -> bool:
    """Whether the bucket's own policy allows what the identity's own does not."""
    policy = aws.bucket_policy(bucket_in(resource))
    return side.on(Resource.bucket(policy, owner(promised))).allowed


def _judged(who: str, asked: list[_Asked]) -> Answer:
    by = ", and ".join(dict.fromkeys(one.standing.by for one in asked))
    denied = [one for one in asked if not one.verdict.allowed and not one.by_bucket]
    wrong = [one for one in denied if not one.open]
    if wrong:
        how, change = _how(wrong)
        return Failed(
            f"{who} {how} {'; '.join(map(str, wrong))}",
            f"{UP}, or {change} of {who.rpartition(' ')[2]}",
            by=by,
        )
    if denied:
        first = denied[0]
        return Unknown(f"whether {who} may {first} depends on {first.hangs_on}", FORCE, by)
    actions = ", ".join(dict.fromkeys(one.row.action for one in asked))
    return Passed(f"IAM allows {who} {actions}", "; ".join(_caveats(asked)), by)


def _how(wrong: list[_Asked]) -> tuple[str, str]:
    """How they are kept from it, and what to change in the policies that keep them."""
    actions = ", ".join(dict.fromkeys(one.row.action for one in wrong))
    explicit = [one.verdict for one in wrong if one.verdict.effect is Effect.DENY]
    if explicit:
        seen = any(one.standing.by == DOCUMENTS for one in wrong)
        by = f"a policy ({explicit[0].statement})" if seen else "a policy"
        change = f"remove the statement that denies {actions} in the policies"
        return f"is denied by {by}", change
    sources = [one.verdict.source for one in wrong]
    if any(source.startswith(_ORGANIZATION) for source in sources):
        change = f"have {actions} allowed in the organization's policies for the account"
        return "is not allowed by its organization's policies", change
    if _BOUNDARY in sources:
        return f"is not allowed by its {_BOUNDARY}", f"allow {actions} in the {_BOUNDARY}"
    return "lacks", f"allow {actions} in the policies"


def _caveats(asked: list[_Asked]) -> Iterator[str]:
    if absent := taken_as_absent({key for one in asked for key in one.standing.missing}):
        yield absent
    granted = [one.row.action for one in asked if one.by_bucket]
    if granted:
        yield f"{', '.join(granted)} by the bucket policy alone"
    yield from dict.fromkeys(one.standing.caveat for one in asked if one.standing.caveat)


def taken_as_absent(missing: Iterable[str]) -> str:
    """What to say of condition keys that a yes hangs on and that are not known; "" of none."""
    keys = ", ".join(sorted(missing))
    return f"its policies also look at {keys}, taken as absent" if keys else ""


def bucket_in(arn: str) -> str:
    """The bucket that an ARN of S3 is about."""
    return arn.partition(":::")[2].partition("/")[0]


def bucket_ruling(
    promised: Bedrock, aws: Aws, identity: Identity, action: str, resource: str
) -> Ruling:
    """What the bucket's own policy says to the identity, or to its whole account."""
    policy = aws.bucket_policy(bucket_in(resource))
    if policy is None:
        return Ruling(Effect.NONE)
    try:
        request = request_of(promised, identity, action, resource)
    except ValueError:
        reason = f"{arn_of(promised, identity)} is no role or user"
        return Ruling(Effect.UNKNOWN, "the policy", reason)
    return evaluate(policy, request)
