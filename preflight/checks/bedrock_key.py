"""The key that encrypts the bucket, where it is a customer's: usable by both identities."""

from collections.abc import Iterator

from preflight.check import Answer, Failed, Passed, Unknown, check
from preflight.checks.bedrock_rights import UP, arn_of, circumstances, named, request_of
from preflight.contract import Bedrock
from preflight.iam import Effect, Ruling, evaluate
from preflight.permissions import Identity
from preflight.seams import Aws, Decision, KmsKey

_ACTIONS = (
    ("kms:Decrypt", "reads what is encrypted with it"),
    ("kms:GenerateDataKey", "encrypts what it writes"),
)


@check("bedrock-bucket-key", "Both identities may use the key that encrypts the bucket")
def bucket_key(promised: Bedrock, aws: Aws) -> Answer:
    """Without rights on the key the job is accepted and fails later, and no message names the key.

    A key's own policy must let the identity in, by name or as one of the account; as one of the
    account, the identity's own policies must allow it too.
    """
    identifier = aws.bucket_kms_key(promised.bucket)
    if identifier is None:
        return Passed(f"no customer key encrypts {promised.bucket}")
    key = aws.kms_key(identifier)
    if key is None:
        return Failed(
            f"bucket {promised.bucket} encrypts with key {identifier}, which does not exist",
            "encrypt the bucket with a key that exists",
        )
    if key.state != "Enabled":
        return Failed(
            f"key {key.arn}, which encrypts bucket {promised.bucket}, is {key.state}",
            f"aws kms enable-key --key-id {key.arn} --region {promised.region}",
        )
    answers = tuple(_answers(promised, aws, key))
    for kind in (Failed, Unknown):
        for answer in answers:
            if isinstance(answer, kind):
                return answer
    return Passed(f"both identities may use key {key.arn}")


def _answers(promised: Bedrock, aws: Aws, key: KmsKey) -> Iterator[Answer]:
    for identity in (Identity.GATEWAY, Identity.JOB_ROLE):
        for action, why in _ACTIONS:
            right = f"{named(promised, identity)} {action} on {key.arn} ({why})"
            try:
                ruling = evaluate(key.policy, request_of(promised, identity, action, key.arn))
            except ValueError:
                yield Unknown(f"whether {right} is allowed: that is no role or user", "one")
                continue
            said = _by_key_policy(ruling, right, action)
            context = circumstances(promised, identity, action, key.arn)
            decision = aws.may(arn_of(promised, identity), action, key.arn, context)
            alone = ruling.effect is Effect.ALLOW and not ruling.delegated
            yield said or _by_own_policies(decision, right, action, alone=alone)


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


def _by_own_policies(decision: Decision | None, right: str, action: str, *, alone: bool) -> Answer:
    """The answer of the identity's policies; `alone`: the key's own lets it in without them."""
    if decision is None:
        return Failed(f"{right}: that identity does not exist", UP)
    if decision.explicitly_denied:
        return Failed(
            f"a policy of its own denies {right}", f"remove the statement that denies {action}"
        )
    if alone or decision.allowed:
        return Passed(right)
    if decision.missing_context:
        return Unknown(
            f"whether {right} is allowed depends on {', '.join(decision.missing_context)}",
            "a policy that does not depend on it; or a job sent with --force",
        )
    return Failed(
        f"no policy allows {right}: the key policy leaves that to the identity's own",
        f"allow {action} on the key in the policies of the identity",
    )
