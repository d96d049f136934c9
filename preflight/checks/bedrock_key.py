"""The key that encrypts the bucket, where it is a customer's: usable by both identities."""

from collections.abc import Iterable, Iterator
from functools import partial
from itertools import chain

from preflight.catalog.source import caveats
from preflight.checks.bedrock_request import named, request_of
from preflight.checks.bedrock_rights import FORCE, UP, taken_as_absent
from preflight.checks.bedrock_ways import Standing, standing
from preflight.contract import Bedrock
from preflight.iam import Effect, Resource, Ruling, evaluate
from preflight.outcomes import Answer, Failed, Passed, Unknown, check
from preflight.permissions import Identity, On, Permission, buckets, permissions
from preflight.seams import Aws, KmsKey
from preflight.seams.together import together


@check("bedrock-bucket-key", "Both identities may use the key that encrypts the bucket")
def bucket_key(promised: Bedrock, aws: Aws) -> Answer:
    """Without rights on the key the job is accepted and fails later, and no message names the key.

    A key's own policy must let the identity in, by name or as one of the account; as one of the
    account, the identity's own policies must allow it too. Where the stack promises a key, it must
    be that one.
    """
    found = [tuple(_of_bucket(promised, aws, name)) for name in buckets(promised)]
    for kind in (Failed, Unknown):
        for answer in chain.from_iterable(found):
            if isinstance(answer, kind):
                return answer
    return _all_of([answers[-1] for answers in found])


def _all_of(answers: Iterable[Answer], detail: str = "") -> Passed:
    """What those that passed say together; `detail` in the place of theirs."""
    passed = [one for one in answers if isinstance(one, Passed)]

    def said(texts: Iterable[str], joint: str) -> str:
        return joint.join(dict.fromkeys(text for text in texts if text))

    return Passed(
        detail or said((one.detail for one in passed), "; "),
        said((one.caveat for one in passed), "; "),
        said((one.by for one in passed), ", and "),
    )


def _of_bucket(promised: Bedrock, aws: Aws, name: str) -> Iterator[Answer]:
    """What is wrong with the key that encrypts the bucket; the last answer is the whole."""
    wanted, identifier = promised.kms_key_arn, aws.bucket_kms_key(name)
    if identifier is None and wanted is None:
        yield Passed(f"no customer key encrypts {name}")
        return
    if identifier is None:
        yield Failed(
            f"S3's own keys encrypt bucket {name}, and not the promised key {wanted}", _AS_PROMISED
        )
        return
    key = aws.kms_key(identifier)
    if key is None:
        yield Failed(
            f"bucket {name} encrypts with key {identifier}, which does not exist",
            "encrypt the bucket with a key that exists",
        )
        return
    if wanted not in {None, key.arn}:
        yield Failed(
            f"key {key.arn} encrypts bucket {name}, and not the promised key {wanted}", _AS_PROMISED
        )
        return
    if key.state != "Enabled":
        yield Failed(f"key {key.arn}, which encrypts bucket {name}, is {key.state}", _enable(key))
        return
    answers = tuple(_answers(promised, aws, key))
    yield from answers
    yield _all_of(answers, f"both identities may use key {key.arn}")


_AS_PROMISED = (
    f"{UP}; or, for a bucket that the stack did not make, encrypt it with the promised key"
)


def _enable(key: KmsKey) -> str:
    region = key.arn.split(":")[3]
    back = "cancel-key-deletion" if key.state.startswith("Pending") else "enable-key"
    return f"aws kms {back} --key-id {key.arn} --region {region}"


def _answers(promised: Bedrock, aws: Aws, key: KmsKey) -> Iterator[Answer]:
    identities = (Identity.GATEWAY, Identity.JOB_ROLE)
    rows = [(who, row) for who in identities for row in permissions("bedrock", who, On.KEY)]
    yield from together([partial(_of_right, promised, aws, key, who, row) for who, row in rows])


def _of_right(
    promised: Bedrock, aws: Aws, key: KmsKey, identity: Identity, row: Permission
) -> Answer:
    right = f"{named(promised, identity)} {row.action} on {key.arn} ({row.why})"
    try:
        ruling = evaluate(key.policy, request_of(promised, identity, row.action, key.arn))
    except ValueError:
        return Unknown(f"whether {right} is allowed: that is no role or user", "one")
    if said := _by_key_policy(ruling, right, row.action):
        return said
    side = standing(promised, aws, identity, row.action, key.arn)
    return _by_both(side, key, right, row.action)


def _by_key_policy(ruling: Ruling, right: str, action: str) -> Answer | None:
    """The answer where the key's own policy decides it; None where it lets the identity in."""
    if ruling.effect is Effect.DENY:
        return Failed(
            f"the key policy denies {right} by its {ruling.statement}",
            f"except {action} by that identity from {ruling.statement} of the key policy",
        )
    if ruling.effect is Effect.UNKNOWN:
        return Unknown(
            f"whether the key policy allows {right} depends on its {ruling.statement}: "
            f"{ruling.reason}",
            "a statement that does not depend on it; or a job sent with --force",
        )
    if ruling.effect is Effect.NONE:
        return Failed(
            f"the key policy does not allow {right}", f"allow {action} to it in the key policy"
        )
    return None


def _by_both(side: Standing | None, key: KmsKey, right: str, action: str) -> Answer:
    """The answer of the identity's policies and the key's together, where the key's lets it in."""
    if side is None:
        return Failed(f"{right}: that identity does not exist", UP)
    verdict = side.on(Resource.key(key.policy, key.arn.split(":")[4]))
    if verdict.effect is Effect.DENY:
        change = f"remove the statement that denies {action}"
        return Failed(f"a policy of its own denies {right}", change, by=side.by)
    if verdict.allowed:
        return Passed(right, caveats(taken_as_absent(side.missing), side.caveat), side.by)
    if side.missing or verdict.effect is Effect.UNKNOWN:
        hangs_on = ", ".join(side.missing) or f"{verdict.statement}: {verdict.reason}"
        return Unknown(f"whether {right} is allowed depends on {hangs_on}", FORCE, side.by)
    return Failed(
        f"no policy allows {right}: the key policy leaves that to the identity's own",
        f"{UP}, or allow {action} on the key in the policies of the identity",
        by=side.by,
    )
