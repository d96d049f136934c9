"""The document evaluator against an independent one, over seeded random policies.

Left out: policy variables, which the other evaluator does not expand; ARN patterns whose star
reaches over a colon and malformed numbers, dates and addresses, which it answers and ours calls
unknown.
"""

import random

import pytest
from ministack.core import iam_evaluator

from preflight.iam import Effect, Request, evaluate

ROLE = "arn:aws:iam::123456789012:role"
ACTIONS = ("s3:GetObject", "s3:PutObject", "S3:getobject", "s3:Get*", "s3:*", "iam:Pass????", "*")
RESOURCES = (
    "*",
    "arn:aws:s3:::bucket",
    "arn:aws:s3:::bucket/*",
    "arn:aws:s3:::BUCKET/*",
    "arn:aws:s3:::bucket/in/?.jsonl",
    f"{ROLE}/job",
)
ASKED = (
    ("s3:GetObject", "arn:aws:s3:::bucket/in/a.jsonl"),
    ("s3:PutObject", "arn:aws:s3:::bucket/out"),
    ("iam:PassRole", f"{ROLE}/job"),
)
STRINGS = ("bedrock.amazonaws.com", "Bedrock.amazonaws.com", "bed*", "b?drock.amazonaws.com")
ARNS = (f"{ROLE}/job", f"{ROLE}/j*", "arn:aws:iam::*:role/job", "arn:aws:s3:::bucket")
NUMBERS = ("1", "2", "3.5")
DATES = ("2026-01-01T00:00:00Z", "2026-06-01T00:00:00+00:00", "1767225600")
NETWORKS = ("10.0.0.0/8", "10.1.2.3/32", "192.168.0.0/16")
BOOLEANS = ("true", "false")

KINDS = {
    "string": (("bedrock.amazonaws.com", "bed*", "BEDROCK.amazonaws.com"), STRINGS),
    "arn": ((f"{ROLE}/job", "arn:aws:s3:::bucket"), ARNS),
    "number": (NUMBERS, NUMBERS),
    "date": (DATES, DATES),
    "ip": (("10.1.2.3", "192.168.1.1", "8.8.8.8"), NETWORKS),
    "bool": (BOOLEANS, BOOLEANS),
}
OPERATORS = {
    "string": [
        "StringEquals",
        "StringNotEquals",
        "StringLike",
        "StringNotLike",
        "StringEqualsIgnoreCase",
        "StringNotEqualsIgnoreCase",
    ],
    "arn": ["ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"],
    "number": [
        "NumericEquals",
        "NumericNotEquals",
        "NumericLessThan",
        "NumericLessThanEquals",
        "NumericGreaterThan",
        "NumericGreaterThanEquals",
    ],
    "date": [
        "DateEquals",
        "DateNotEquals",
        "DateLessThan",
        "DateLessThanEquals",
        "DateGreaterThan",
        "DateGreaterThanEquals",
    ],
    "ip": ["IpAddress", "NotIpAddress"],
    "bool": ["Bool"],
}
KEYS = tuple(f"test:{kind}" for kind in KINDS) + tuple(f"test:{kind}s" for kind in KINDS)


def some(dice, values, most=2):
    chosen = dice.sample(values, dice.randint(1, min(most, len(values))))
    return chosen[0] if len(chosen) == 1 and dice.random() < 0.5 else chosen


def condition(dice):
    kind = dice.choice(tuple(KINDS))
    if dice.random() < 0.1:
        return {"Null": {f"test:{kind}": dice.choice(BOOLEANS)}}
    operator = dice.choice(OPERATORS[kind])
    key = f"test:{kind}"
    if dice.random() < 0.4:
        operator, key = f"{dice.choice(('ForAnyValue', 'ForAllValues'))}:{operator}", f"{key}s"
    if dice.random() < 0.25:
        operator += "IfExists"
    return {operator: {key.upper() if dice.random() < 0.2 else key: some(dice, KINDS[kind][1])}}


def statement(dice):
    made = {"Effect": dice.choice(("Allow", "Allow", "Deny"))}
    made["NotAction" if dice.random() < 0.15 else "Action"] = some(dice, ACTIONS)
    made["NotResource" if dice.random() < 0.15 else "Resource"] = some(dice, RESOURCES)
    for _ in range(dice.choice((0, 1, 1, 2))):
        made.setdefault("Condition", {}).update(condition(dice))
    return made


def circumstances(dice):
    context = {}
    for kind, (values, _) in KINDS.items():
        if dice.random() < 0.6:
            context[f"test:{kind}"] = dice.choice(values)
        if dice.random() < 0.6:
            context[f"test:{kind}s"] = tuple(dice.sample(values, dice.randint(1, 2)))
    return context


def theirs(document, action, resource, context):
    asked = iam_evaluator.EvalContext(
        principal_arn=f"{ROLE}/asker",
        principal_type="AssumedRole",
        principal_account="123456789012",
        action=action,
        resource_arn=resource,
        region="us-west-2",
        service_context={
            key: list(value) if isinstance(value, tuple) else value
            for key, value in context.items()
        },
    )
    result = iam_evaluator.evaluate(asked, [iam_evaluator.parse_policy_document(document)])
    return {"Allow": Effect.ALLOW, "Deny": Effect.DENY, "ImplicitDeny": Effect.NONE}[
        result.decision
    ]


@pytest.mark.parametrize("seed", range(20))
def test_two_independent_evaluators_agree_on_random_policies(seed):
    dice = random.Random(seed)
    seen = set()
    for _ in range(100):
        document = {
            "Version": "2012-10-17",
            "Statement": [statement(dice) for _ in range(dice.randint(1, 3))],
        }
        (action, resource), context = dice.choice(ASKED), circumstances(dice)
        ours = evaluate(
            document, Request(action, resource, context=context, absent=frozenset(KEYS))
        )
        expected = theirs(document, action, resource, context)
        assert ours.effect is expected, (document, action, resource, context, ours)
        seen.add(ours.effect)
    assert seen == {Effect.ALLOW, Effect.DENY, Effect.NONE}
