import pytest

from preflight.iam import Effect, Kind, Principal, Request, evaluate, role_of_session

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/svc/job"
USER = f"arn:aws:iam::{ACCOUNT}:user/ann"
OBJECT = "arn:aws:s3:::bucket/in/a.jsonl"
BEDROCK = Principal(Kind.SERVICE, "bedrock.amazonaws.com")


def policy(*statements, version="2012-10-17"):
    return {"Version": version, "Statement": list(statements)}


def allow(**elements):
    return {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"} | elements


def deny(**elements):
    return allow(Effect="Deny", **elements)


def says(document, context=None, absent=(), principal=None, resource=OBJECT):
    request = Request("s3:GetObject", resource, principal, context or {}, frozenset(absent))
    return evaluate(document, request)


def condition(operator, value, key="test:key"):
    return policy(allow(Condition={operator: {key: value}}))


def test_an_explicit_deny_wins_wherever_it_stands():
    for order in ((allow(), deny(Sid="No")), (deny(Sid="No"), allow())):
        ruling = says(policy(*order))
        assert ruling.effect is Effect.DENY
        assert ruling.statement == 'statement "No"'


def test_a_policy_that_does_not_speak_of_the_action_says_nothing():
    ruling = says(policy(allow(Action="s3:PutObject")))
    assert ruling.effect is Effect.NONE
    assert ruling.reason == "its Action is s3:PutObject"
    empty = says(policy())
    assert (empty.effect, empty.delegated) == (Effect.NONE, False)
    assert empty.reason == "it has no statement that allows anything"


def test_the_statement_that_comes_nearest_gives_the_reason():
    document = policy(
        allow(Action="s3:PutObject"),
        allow(Sid="Near", Condition={"StringEquals": {"test:key": "other"}}),
    )
    ruling = says(document, {"test:key": "mine"})
    assert ruling.effect is Effect.NONE
    assert ruling.statement == 'statement "Near"'
    assert ruling.reason == "it asks StringEquals test:key other, but it is mine"


def test_actions_have_no_case_and_resources_do():
    assert says(policy(allow(Action="S3:GETOBJECT"))).effect is Effect.ALLOW
    assert says(policy(allow(Resource=OBJECT.upper()))).effect is Effect.NONE


@pytest.mark.parametrize(
    ("operator", "value", "actual"),
    [
        ("StringEquals", ["a", "b"], "b"),
        ("StringLike", "a*c", "abc"),
        ("StringEqualsIgnoreCase", "ABC", "abc"),
        ("StringNotEquals", "a", "b"),
        ("ArnLike", "arn:aws:s3:::buck*", "arn:aws:s3:::bucket"),
        ("ArnEquals", "arn:aws:iam::*:role/x", f"arn:aws:iam::{ACCOUNT}:role/x"),
        ("Bool", True, "true"),
        ("StringEquals", True, "true"),
        ("NumericEquals", 3.5, "3.5"),
        ("NumericLessThan", 12, "11.5"),
        ("DateGreaterThan", "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"),
        ("IpAddress", "10.0.0.0/8", "10.9.9.9"),
        ("Null", "false", "anything"),
        ("ForAnyValue:StringEquals", "b", ("a", "b")),
        ("ForAllValues:StringEquals", ["a", "b"], ("a", "b")),
    ],
)
def test_a_condition_that_holds_allows(operator, value, actual):
    assert says(condition(operator, value), {"TEST:Key": actual}).effect is Effect.ALLOW


@pytest.mark.parametrize(
    ("operator", "value", "actual"),
    [
        ("StringEquals", "a*", "abc"),
        ("StringNotEquals", ["a", "b"], "b"),
        ("ArnLike", "arn:aws:*:x", "arn:aws:s3:::x"),
        ("Bool", "true", "false"),
        ("NumericGreaterThanEquals", 12, "11.5"),
        ("DateLessThan", 1, "2026-02-01T00:00:00Z"),
        ("NotIpAddress", "10.0.0.0/8", "10.9.9.9"),
        ("Null", "true", "anything"),
        ("ForAllValues:StringEquals", "b", ("a", "b")),
        ("ForAnyValue:StringNotEquals", ["a", "b"], ("a", "b")),
    ],
)
def test_a_condition_that_fails_does_not_allow(operator, value, actual):
    assert says(condition(operator, value), {"test:key": actual}).effect is not Effect.ALLOW


@pytest.mark.parametrize(
    ("operator", "effect"),
    [
        ("StringEquals", Effect.NONE),
        ("StringNotEquals", Effect.ALLOW),
        ("StringEqualsIfExists", Effect.ALLOW),
        ("ForAllValues:StringEquals", Effect.ALLOW),
        ("ForAnyValue:StringEquals", Effect.NONE),
        ("ForAnyValue:StringNotEquals", Effect.NONE),
        ("ForAnyValue:StringEqualsIfExists", Effect.UNKNOWN),
        ("ForAllValues:StringEqualsIfExists", Effect.ALLOW),
        ("ForAllValues:StringNotEquals", Effect.ALLOW),
    ],
)
def test_an_absent_key_has_an_outcome(operator, effect):
    assert says(condition(operator, "a"), absent={"Test:Key"}).effect is effect


def test_null_takes_either_word():
    for actual in ({"test:key": "a"}, {}):
        document = condition("Null", ["true", "false"])
        assert says(document, actual, absent={"test:key"}).effect is Effect.ALLOW


def test_a_key_that_lists_nothing_is_absent_and_an_empty_one_unknown():
    assert says(condition("Null", "true"), {"test:key": ()}).effect is Effect.ALLOW
    assert says(condition("ForAnyValue:StringLike", "*"), {"test:key": ()}).effect is Effect.NONE
    assert says(condition("StringLike", "*"), {"test:key": ""}).effect is Effect.UNKNOWN


def test_the_first_doubt_is_told_and_a_failure_before_any():
    doubtful = {"StringEquals": {"test:one": "a", "test:two": "a"}, "Null": {"test:three": "true"}}
    assert "test:one" in says(policy(allow(Condition=doubtful))).reason
    assert "test:three" in says(policy(allow(Condition=doubtful)), {"test:three": "a"}).reason


def test_a_family_of_keys_can_be_absent():
    document = policy(allow(Condition={"StringEquals": {"aws:PrincipalTag/team": "a"}}))
    assert says(document, absent={"aws:PrincipalTag/"}).effect is Effect.NONE
    assert says(document, absent={"aws:RequestTag/"}).effect is Effect.UNKNOWN
    whole = policy(allow(Condition={"StringEquals": {"aws:PrincipalTag": "a"}}))
    assert says(whole, absent={"aws:PrincipalTag/"}).effect is Effect.UNKNOWN


@pytest.mark.parametrize(
    ("operator", "value"),
    [
        ("StringEquals", "a"),
        ("StringNotEqualsIfExists", "a"),
        ("Null", "true"),
        ("ForAllValues:StringLike", "*"),
    ],
)
def test_an_unknown_key_is_never_a_yes(operator, value):
    ruling = says(condition(operator, value))
    assert ruling.effect is Effect.UNKNOWN
    assert "test:key" in ruling.reason
    assert "not known" in ruling.reason


@pytest.mark.parametrize(
    ("operator", "value", "actual"),
    [
        ("StringSounds", "a", "a"),
        ("NullIfExists", "true", "a"),
        ("ForSomeValues:StringEquals", "a", "a"),
        ("Bool", "perhaps", "true"),
        ("Null", "perhaps", "a"),
        ("NumericEquals", "many", "1"),
        ("DateEquals", "tomorrow", "2026-01-01T00:00:00Z"),
        ("IpAddress", "here", "10.0.0.1"),
        ("ArnLike", "*", "arn:aws:s3:::bucket"),
        ("StringEquals", "a", ("a", "b")),
        ("StringEquals", "${not a key}", "a"),
        ("StringEquals", ["a", {}], "a"),
        ("StringEquals", ["a", None], "a"),
        ("StringNotEquals", [], "a"),
    ],
)
def test_what_is_not_understood_is_never_a_yes(operator, value, actual):
    assert says(condition(operator, value), {"test:key": actual}).effect is Effect.UNKNOWN


@pytest.mark.parametrize(
    "document",
    [
        {},
        policy("allow everything"),
        policy(allow(Effect="Maybe")),
        policy(allow(), {"Effect": "Deny", "Resource": "*"}),
        policy(allow(NotAction="s3:PutObject")),
        policy(allow(NotResource="*")),
        policy(allow(Since="2026")),
        policy(allow(Condition="none")),
        policy(allow(Condition={"StringEquals": "none"})),
        policy(allow(Principal="*")),
    ],
)
def test_a_document_of_another_shape_is_never_a_yes(document):
    assert says(document).effect is Effect.UNKNOWN


def test_a_deny_that_might_hold_makes_the_answer_unknown():
    document = policy(allow(), deny(Condition={"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}))
    assert says(document).effect is Effect.UNKNOWN
    assert says(document, {"aws:SourceVpce": "vpce-1"}).effect is Effect.ALLOW
    assert says(document, absent={"aws:SourceVpce"}).effect is Effect.DENY


def test_variables_are_filled_in_and_their_values_are_no_wildcards():
    document = policy(allow(Resource="arn:aws:s3:::bucket/${aws:username}/*"))
    assert says(document, {"aws:username": "in"}).effect is Effect.ALLOW
    assert says(document, {"aws:username": "*"}).effect is Effect.NONE
    assert says(document).effect is Effect.UNKNOWN
    assert says(document, absent={"aws:username"}).effect is Effect.NONE


def test_a_variable_without_a_value_takes_its_default():
    document = policy(allow(Resource="arn:aws:s3:::bucket/${aws:username, 'in'}/*"))
    assert says(document, absent={"aws:username"}).effect is Effect.ALLOW
    assert says(document, {"aws:username": "out"}).effect is Effect.NONE


def test_a_literal_star_is_written_as_a_variable():
    document = condition("StringLike", "a${*}b?")
    assert says(document, {"test:key": "a*bc"}).effect is Effect.ALLOW
    assert says(document, {"test:key": "axbc"}).effect is Effect.NONE


def test_old_documents_have_no_variables():
    document = policy(
        allow(Condition={"StringEquals": {"test:key": "${aws:username}"}}), version="2008-10-17"
    )
    assert says(document, {"test:key": "me", "aws:username": "me"}).effect is Effect.NONE
    assert says(document, {"test:key": "${aws:username}"}).effect is Effect.ALLOW


def test_a_variable_without_a_value_equals_nothing_and_excludes_nothing():
    excluding = allow(NotResource="arn:aws:s3:::${aws:username}/*")
    del excluding["Resource"]
    assert says(policy(excluding), absent={"aws:username"}).effect is Effect.ALLOW
    for operator, effect in (("StringNotEquals", Effect.ALLOW), ("StringEquals", Effect.NONE)):
        document = condition(operator, "${aws:username}")
        assert says(document, {"test:key": "a"}, absent={"aws:username"}).effect is effect
        assert says(document, {"test:key": "a"}).effect is Effect.UNKNOWN


def trusts(principal, asker, **elements):
    return says(policy(allow(Principal=principal, **elements)), principal=asker)


@pytest.mark.parametrize(
    ("principal", "effect", "delegated"),
    [
        ("*", Effect.ALLOW, False),
        ({"AWS": "*"}, Effect.ALLOW, False),
        ({"AWS": ROLE}, Effect.ALLOW, False),
        ({"AWS": ["arn:aws:iam::999999999999:role/x", ROLE]}, Effect.ALLOW, False),
        ({"AWS": ACCOUNT}, Effect.ALLOW, True),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, Effect.ALLOW, True),
        ({"AWS": "arn:aws:iam::999999999999:root"}, Effect.NONE, False),
        ({"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/job/today"}, Effect.UNKNOWN, False),
        ({"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/other/today"}, Effect.NONE, False),
        ({"Service": "bedrock.amazonaws.com"}, Effect.NONE, False),
        ({"Federated": "cognito-identity.amazonaws.com"}, Effect.NONE, False),
        ({"CanonicalUser": "79a5"}, Effect.UNKNOWN, False),
        ({"CanonicalUser": "*"}, Effect.UNKNOWN, False),
        ("everybody", Effect.UNKNOWN, False),
        ({"AWS": "everybody"}, Effect.UNKNOWN, False),
        ({"Everyone": "*"}, Effect.UNKNOWN, False),
        ({"AWS": ["*", 7]}, Effect.ALLOW, False),
        ({"AWS": 7}, Effect.UNKNOWN, False),
        ({}, Effect.NONE, False),
        ({"AWS": "AROAJQABLZS4A3QDU576Q"}, Effect.NONE, False),
        ({"AWS": "999999999999"}, Effect.NONE, False),
        ({"AWS": f"arn:aws-cn:iam::{ACCOUNT}:root"}, Effect.NONE, False),
        ({"AWS": ROLE.replace(":aws:", ":aws-cn:")}, Effect.NONE, False),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:role/other/job"}, Effect.NONE, False),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:role/*"}, Effect.UNKNOWN, False),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:role/x*"}, Effect.NONE, False),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:user/job"}, Effect.NONE, False),
    ],
)
def test_a_role_is_meant_by_name_or_as_one_of_its_account(principal, effect, delegated):
    ruling = trusts(principal, Principal.of_arn(ROLE))
    assert (ruling.effect, ruling.delegated) == (effect, delegated)


@pytest.mark.parametrize(
    ("principal", "effect"),
    [
        (f"arn:aws:iam::{ACCOUNT}:role/job", Effect.ALLOW),
        (ROLE, Effect.ALLOW),
        (f"arn:aws:iam::{ACCOUNT}:role/other", Effect.NONE),
        (f"arn:aws:iam::{ACCOUNT}:role/other-job", Effect.NONE),
        ("arn:aws:iam::999999999999:role/svc/job", Effect.NONE),
        (f"arn:aws:iam::{ACCOUNT}:user/job", Effect.NONE),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/job/today", Effect.UNKNOWN),
    ],
)
def test_a_role_known_by_its_session_is_meant_whatever_its_path(principal, effect):
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/job/today"
    assert trusts({"AWS": principal}, Principal.of_arn(session)).effect is effect


def test_one_session_is_meant_by_its_own_name_only():
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/job/today"
    today = Principal.of_session(session)
    assert today == Principal(
        Kind.ROLE, f"arn:aws:iam::{ACCOUNT}:role/job", ACCOUNT, "today", False
    )
    assert trusts({"AWS": session}, today).effect is Effect.ALLOW
    assert trusts({"AWS": f"{session}-not"}, today).effect is Effect.NONE
    user = Principal.of_arn(f"arn:aws:iam::{ACCOUNT}:user/job")
    assert trusts({"AWS": session}, user).effect is Effect.NONE


@pytest.mark.parametrize(
    "arn", [ROLE, f"arn:aws:sts::{ACCOUNT}:assumed-role/job", "arn:aws:sts::1:assumed-role/j/"]
)
def test_what_is_no_session_is_not_taken_for_one(arn):
    with pytest.raises(ValueError, match=arn):
        Principal.of_session(arn)


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
def test_every_partition_has_its_own_accounts(partition):
    role = f"arn:{partition}:iam::{ACCOUNT}:role/job"
    session = Principal.of_arn(f"arn:{partition}:sts::{ACCOUNT}:assumed-role/job/today")
    assert (session.name, session.partition, session.short) == (role, partition, "job")
    assert trusts({"AWS": role}, session).effect is Effect.ALLOW
    ruling = trusts({"AWS": f"arn:{partition}:iam::{ACCOUNT}:root"}, session)
    assert (ruling.effect, ruling.delegated) == (Effect.ALLOW, True)


@pytest.mark.parametrize(
    ("principal", "effect"),
    [
        ({"Service": "bedrock.amazonaws.com"}, Effect.ALLOW),
        ({"Service": ["lambda.amazonaws.com", "bedrock.amazonaws.com"]}, Effect.ALLOW),
        ({"Service": "lambda.amazonaws.com"}, Effect.NONE),
        ({"Federated": "bedrock.amazonaws.com"}, Effect.NONE),
        ("*", Effect.ALLOW),
        ({"AWS": "*"}, Effect.UNKNOWN),
        ({"AWS": ACCOUNT}, Effect.NONE),
    ],
)
def test_a_service_is_meant_by_its_name(principal, effect):
    assert trusts(principal, BEDROCK).effect is effect


@pytest.mark.parametrize(
    ("excluded", "asker", "effect"),
    [
        ({"AWS": "arn:aws:iam::999999999999:root"}, Principal.of_arn(ROLE), Effect.DENY),
        ({"AWS": ROLE}, Principal.of_arn(ROLE), Effect.UNKNOWN),
        ({"AWS": ACCOUNT}, Principal.of_arn(ROLE), Effect.UNKNOWN),
        ({"AWS": "*"}, Principal.of_arn(ROLE), Effect.NONE),
        ("*", BEDROCK, Effect.NONE),
        ({"AWS": [USER, ACCOUNT]}, Principal.of_arn(USER), Effect.NONE),
        ({"AWS": [USER, ACCOUNT]}, Principal.of_arn(ROLE), Effect.UNKNOWN),
        ({"AWS": USER}, Principal.of_arn(USER), Effect.UNKNOWN),
        ({"CanonicalUser": "79a5"}, Principal.of_arn(ROLE), Effect.UNKNOWN),
        ({"Service": "lambda.amazonaws.com"}, BEDROCK, Effect.DENY),
        ({"Service": "bedrock.amazonaws.com"}, BEDROCK, Effect.NONE),
    ],
)
def test_everybody_but_them_is_denied(excluded, asker, effect):
    document = policy({"Effect": "Deny", "Action": "*", "Resource": "*", "NotPrincipal": excluded})
    assert says(document, principal=asker).effect is effect


def test_a_resource_policy_must_say_whom_it_means():
    assert says(policy(allow()), principal=BEDROCK).effect is Effect.UNKNOWN


def test_a_grant_by_name_is_preferred_to_one_of_the_account():
    document = policy(allow(Principal={"AWS": ACCOUNT}), allow(Principal={"AWS": ROLE}, Sid="Name"))
    ruling = says(document, principal=Principal.of_arn(ROLE))
    assert (ruling.delegated, ruling.statement) == (False, 'statement "Name"')


def test_a_ruling_names_the_condition_keys_of_its_statement():
    conditions = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    ruling = says(policy(allow(Condition=conditions)), {"aws:SourceAccount": ACCOUNT})
    assert ruling.keys == {"aws:sourceaccount"}


@pytest.mark.parametrize(
    "arn",
    [
        "job",
        "a:b:iam::1:role/",
        "arn:aws:iam::1",
        "arn:aws:iam:::role/job",
        "arn:aws:iam:role/job",
        f"arn:aws:iam::{ACCOUNT}:root",
        f"arn:aws:iam::{ACCOUNT}:role/",
        f"arn:aws:iam::{ACCOUNT}:group/job",
        f"arn:aws:s3::{ACCOUNT}:role/job",
        f"x:aws:iam::{ACCOUNT}:role/job",
        f"arn:aws:sts::{ACCOUNT}:assumed-role",
    ],
)
def test_only_roles_and_users_are_principals_by_arn(arn):
    with pytest.raises(ValueError, match=arn):
        Principal.of_arn(arn)


@pytest.mark.parametrize(
    "arn",
    [
        ROLE,
        "job",
        f"arn:aws:iam::{ACCOUNT}:assumed-role/job/today",
        f"arn:aws:sts::{ACCOUNT}:federated-user/ann",
        f"arn:aws:sts::{ACCOUNT}:assumed-role",
    ],
)
def test_what_is_no_session_stands_for_itself(arn):
    assert role_of_session(arn) == arn


def test_a_path_is_known_unless_only_a_session_told_of_the_role():
    assert Principal(Kind.ROLE, ROLE, ACCOUNT) == Principal.of_arn(ROLE)
    assert BEDROCK.partition == ""


def test_a_session_stands_for_its_role():
    session = Principal.of_arn(f"arn:aws:sts::{ACCOUNT}:assumed-role/job/today")
    role = f"arn:aws:iam::{ACCOUNT}:role/job"
    assert session == Principal(Kind.ROLE, role, ACCOUNT, path_known=False)
