"""Seeded questions with the documents they are put to, and the features that they reach."""

import random
from dataclasses import dataclass, field

from preflight.iam import Holdings, Kind, Principal, Request, Resource, decide
from preflight.iam.operators import COMPARISONS, OPPOSITES

MINE, THEIRS = "123456789012", "999999999999"
ROLE = f"arn:aws:iam::{MINE}:role/svc/job"
SESSION = f"arn:aws:sts::{MINE}:assumed-role/job/today"
USER = f"arn:aws:iam::{MINE}:user/ann"
SERVICE = "bedrock.amazonaws.com"
KEY = f"arn:aws:kms:us-west-2:{MINE}:key/k1"
TRUSTED = f"arn:aws:iam::{MINE}:role/target"

ACTIONS = {
    "bucket": (
        "s3:GetObject",
        "S3:getobject",
        "s3:Get*",
        "s3:*",
        "*",
        "s3:PutObject",
        "s3:???Object",
    ),
    "key": ("kms:Decrypt", "kms:*", "*", "KMS:decrypt", "kms:Encrypt", "kms:D?crypt"),
    "role": ("sts:AssumeRole", "sts:*", "*", "STS:assumerole", "sts:Assume*", "sts:TagSession"),
    "plain": ("iam:PassRole", "iam:Pass*", "*", "IAM:passrole", "iam:GetRole", "iam:P*"),
}
ASKED = {
    "bucket": ("s3:GetObject", "arn:aws:s3:::bucket/in/ann.jsonl"),
    "key": ("kms:Decrypt", KEY),
    "role": ("sts:AssumeRole", TRUSTED),
    "plain": ("iam:PassRole", ROLE),
}
RESOURCES = {
    "bucket": (
        "*",
        "arn:aws:s3:::bucket/*",
        "arn:aws:s3:::bucket/in/*.jsonl",
        "arn:aws:s3:::BUCKET/*",
        "arn:aws:s3:::bucket/in/${aws:username}.jsonl",
        "arn:aws:s3:::bucket/in/${aws:username, 'ann'}.jsonl",
        "arn:aws:s3:::bucket/in/???.jsonl",
        "arn:aws:s3:::bucket",
        "arn:aws:s3:::bucket/in/${*}.jsonl",
        "arn:*:s3:*:*:bucket/*",
    ),
    "key": ("*", KEY, f"arn:aws:kms:*:{MINE}:key/*", f"arn:aws:kms:us-east-1:{MINE}:key/k1"),
    "role": ("*", TRUSTED, f"arn:aws:iam::{MINE}:role/t*", "arn:aws:iam::*:role/other"),
    "plain": ("*", ROLE, f"arn:aws:iam::{MINE}:role/*", f"arn:aws:iam::{MINE}:role/svc/jo?", KEY),
}
PRINCIPALS = (
    "*",
    {"AWS": "*"},
    {"AWS": MINE},
    {"AWS": f"arn:aws:iam::{MINE}:root"},
    {"AWS": THEIRS},
    {"AWS": ROLE},
    {"AWS": [ROLE, USER]},
    {"AWS": SESSION},
    {"AWS": USER},
    {"AWS": [f"arn:aws:iam::{MINE}:root", ROLE, SESSION, USER]},
    {"AWS": f"arn:aws:iam::{THEIRS}:role/svc/job"},
    {"AWS": f"arn:aws-cn:iam::{MINE}:role/svc/job"},
    {"Service": SERVICE},
    {"Service": ["lambda.amazonaws.com", SERVICE]},
    {"Federated": "accounts.google.com"},
    {"Service": "lambda.amazonaws.com", "AWS": ROLE},
)
ASKERS = {
    "role": (Principal.of_arn(ROLE), SESSION),
    "session": (
        Principal(Kind.ROLE, ROLE, MINE, session="today"),
        SESSION,
    ),
    "user": (Principal.of_arn(USER), USER),
    "service": (Principal(Kind.SERVICE, SERVICE), SERVICE),
    "federated": (Principal(Kind.FEDERATED, "accounts.google.com"), "accounts.google.com"),
}

_ARNS = (ROLE, "arn:aws:s3:::bucket", KEY)
_NUMBERS, _BOOLEANS = ("1", "2", "3.5", "-4"), ("true", "false")
_DATES = ("2026-01-01T00:00:00Z", "2026-06-01T02:00:00+02:00", "1767225600", "2026-03-01")
_BYTES = ("QmF0Y2g=", "YmF0Y2g=", "cHJlZmxpZ2h0")
VALUES = {
    "String": ((SERVICE, "bed*", "BEDROCK.amazonaws.com", "ann"), None),
    "Arn": (_ARNS, None),
    "Numeric": (_NUMBERS, _NUMBERS),
    "Date": (_DATES, _DATES),
    "Ip": (("10.1.2.3", "192.168.1.1", "2001:db8::1"), ("10.0.0.0/8", "10.1.2.3", "2001:db8::/32")),
    "Bool": (_BOOLEANS, ("true", "false", True)),
    "Binary": (_BYTES, _BYTES),
}
"""Per family of operators: what requests carry, and what policies ask (None: written below)."""
_STRINGS = (SERVICE, "Bedrock.amazonaws.com", "bed*", "b?drock.amazonaws.com", "ann", "bed${*}")
_STRINGS += ("${aws:username}", "${aws:username, 'ann'}", "*", "${aws:PrincipalTag/team}")
_ARN_PATTERNS = (ROLE, "arn:aws:iam::*:role/svc/*", f"arn:aws:iam::{MINE}:role/${{aws:username}}")
_ARN_PATTERNS += ("arn:*:s3:::b?cket", "arn:aws:*:bucket", "arn:aws:kms:us-*:*:key/k1", "*")
ASKED_FOR = {family: asked or () for family, (_, asked) in VALUES.items()} | {
    "String": _STRINGS,
    "Arn": _ARN_PATTERNS,
}

OPERATORS = (*COMPARISONS, *OPPOSITES)
KEYS = frozenset(
    {"aws:username", "aws:PrincipalTag/"}
    | {f"test:{family}" for family in VALUES}
    | {f"test:{family}s" for family in VALUES}
)


def family_of(operator):
    return next(name for name in VALUES if operator.removeprefix("Not").startswith(name))


@dataclass(frozen=True)
class Case:
    """One question; `asker` is a key of ASKERS, `kind` one of ASKED."""

    kind: str
    asker: str
    owner: str
    context: dict
    identity: list
    boundary: object = None
    session: list = field(default_factory=list)
    control: list = field(default_factory=list)
    policy: object = None

    @property
    def documents(self):
        limits = [self.boundary] if self.boundary else []
        levels = [document for level in self.control for document in level]
        own = [self.policy] if self.policy else []
        return [*self.identity, *limits, *self.session, *levels, *own]

    @property
    def statements(self):
        return [one for document in self.documents for one in document["Statement"]]

    @property
    def conditions(self):
        """Every (operator, key, values as a list, version of the document)."""
        return [
            (operator, key, asked if isinstance(asked, list) else [asked], document["Version"])
            for document in self.documents
            for statement in document["Statement"]
            for operator, keys in statement.get("Condition", {}).items()
            for key, asked in keys.items()
        ]

    def request(self, *, unknown=()):
        """The question as the evaluator takes it; of the keys in `unknown` nothing is known."""
        action, resource = ASKED[self.kind]
        context = {key: value for key, value in self.context.items() if key not in unknown}
        absent = KEYS - frozenset(unknown)
        return Request(action, resource, ASKERS[self.asker][0], context, absent)

    def sides(self):
        resource = {
            "bucket": Resource.bucket,
            "key": Resource.key,
            "role": Resource.role,
            "plain": lambda _, owner: Resource.plain(owner),
        }[self.kind](self.policy, self.owner)
        control = tuple(tuple(level) for level in self.control)
        session = tuple(self.session)
        return Holdings(tuple(self.identity), self.boundary, session, control), resource

    def decided(self, *, unknown=()):
        return decide(self.request(unknown=unknown), *self.sides())


def some(dice, values, most=2):
    chosen = dice.sample(values, dice.randint(1, min(most, len(values))))
    return chosen[0] if len(chosen) == 1 and dice.random() < 0.5 else chosen


def condition(dice):
    if dice.random() < 0.08:
        family = dice.choice(tuple(VALUES))
        return {"Null": {f"test:{family}": dice.choice(_BOOLEANS)}}
    operator = dice.choice(OPERATORS)
    family = family_of(operator)
    key, asked = f"test:{family}", some(dice, ASKED_FOR[family])
    if dice.random() < 0.35:
        operator = f"{dice.choice(('ForAnyValue', 'ForAllValues'))}:{operator}"
        key += dice.choice(("s", "s", "s", ""))
    elif dice.random() < 0.03:
        key += "s"
    if dice.random() < 0.2:
        operator += "IfExists"
    return {operator: {key.upper() if dice.random() < 0.2 else key: asked}}


def statement(dice, kind, *, whose, denies=0.2):
    made = {"Effect": "Deny" if dice.random() < denies else "Allow"}
    made["NotAction" if dice.random() < 0.1 else "Action"] = some(dice, ACTIONS[kind])
    if (kind, whose) != ("role", "resource"):
        made["NotResource" if dice.random() < 0.1 else "Resource"] = some(dice, RESOURCES[kind])
    if whose == "resource":
        excluding = made["Effect"] == "Deny" and dice.random() < 0.3
        made["NotPrincipal" if excluding else "Principal"] = dice.choice(PRINCIPALS)
    for _ in range(dice.choice((0, 0, 1, 1, 2))):
        made.setdefault("Condition", {}).update(condition(dice))
    return made


def document(dice, kind, *, whose="identity", denies=0.2):
    version = "2008-10-17" if dice.random() < 0.1 else "2012-10-17"
    size = dice.choice((1, 1, 2, 3))
    statements = [statement(dice, kind, whose=whose, denies=denies) for _ in range(size)]
    return {"Version": version, "Statement": statements}


def circumstances(dice):
    context = {}
    for family, (values, _) in VALUES.items():
        if dice.random() < 0.7:
            context[f"test:{family}"] = dice.choice(values)
        if dice.random() < 0.7:
            context[f"test:{family}s"] = tuple(dice.sample(values, dice.randint(1, 2)))
    if dice.random() < 0.6:
        context["aws:username"] = dice.choice(("ann", "svc/job", "*"))
    if dice.random() < 0.3:
        context["aws:PrincipalTag/team"] = SERVICE
    return context


def everything():
    allowing = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [allowing]}


def layer(dice, kind, chance, denies=0.1):
    """Nothing, or documents of which one often allows everything."""
    if dice.random() > chance:
        return []
    made = [document(dice, kind, denies=denies)]
    return [*made, everything()] if dice.random() < 0.5 else made


def case(dice):
    """One case; the dice decide alone."""
    kind = dice.choice(tuple(ASKED))
    # A provider's identities ask only to assume a role.
    asker = dice.choices(tuple(ASKERS), (4, 3, 3, 2, 2 if kind == "role" else 0))[0]
    needs = kind in {"key", "role"} or (asker in {"service", "federated"} and kind != "plain")
    own = kind != "plain" and (needs or dice.random() < 0.6)
    session = layer(dice, kind, 0.2)[:1] if asker in {"role", "session"} else []
    identity = [document(dice, kind) for _ in range(dice.choice((0, 1, 1, 2)))]
    if dice.random() < 0.3:
        identity.append(everything())
    boundary = layer(dice, kind, 0.25)
    outsider = asker in {"service", "federated"}
    return Case(
        kind=kind,
        asker=asker,
        owner=THEIRS if dice.random() < 0.15 else MINE,
        context=circumstances(dice),
        identity=[] if outsider else identity,
        boundary=boundary[-1] if boundary and not outsider else None,
        session=session,
        control=[] if outsider else [made for _ in range(2) if (made := layer(dice, kind, 0.15))],
        policy=document(dice, kind, whose="resource") if own else None,
    )


def cases(seed, number):
    """As many cases as asked for, the same for the same seed."""
    dice = random.Random(seed)
    return [case(dice) for _ in range(number)]


def features(one):
    """What a case reaches: operators with their prefixes and endings, elements, ways, layers."""
    reached = {one.kind, f"asker {one.asker}", "across" if one.owner == THEIRS else "within"}
    for operator, key, asked, version in one.conditions:
        prefix, _, name = operator.rpartition(":")
        reached |= {name.removesuffix("IfExists"), prefix or "single-valued"}
        reached |= {"IfExists"} if name.endswith("IfExists") else set()
        reached |= {"key of another case"} if key.isupper() else set()
        reached |= {f"variable {text} in {version}" for text in asked if "${" in str(text)}
    for made in one.statements:
        reached |= set(made) - {"Condition"} | {made["Effect"]}
        texts = made.get("Resource", made.get("NotResource", []))
        reached |= {"variable in Resource"} if "${" in str(texts) else set()
    layers = ("identity", "boundary", "session", "control", "policy")
    reached |= {f"has {name}" for name in layers if getattr(one, name)}
    if one.policy:
        entries = (
            made.get("Principal", made.get("NotPrincipal")) for made in one.policy["Statement"]
        )
        reached |= {f"names {entry}" for entry in entries}
    return reached
