"""Google's conditions: what is read holds or not, and what is not read is never a yes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from preflight.iam.cel import Name, Seen, holds

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
BUCKET = "projects/_/buckets/b"
SEEN = Seen(
    begins=NOW,
    ends=NOW + timedelta(hours=96),
    service="storage.googleapis.com",
    type="storage.googleapis.com/Bucket",
    name=Name(BUCKET),
)
OBJECTS = replace(
    SEEN, type="storage.googleapis.com/Object", name=Name(f"{BUCKET}/objects/", whole=False)
)
NOTHING = Seen(NOW, NOW)


@pytest.mark.parametrize(
    ("expression", "truth"),
    [
        (f'resource.name == "{BUCKET}"', True),
        (f"resource.name == '{BUCKET}'", True),
        (f'"{BUCKET}" == resource.name', True),
        ('resource.name == "projects/_/buckets/other"', False),
        (f'resource.name != "{BUCKET}"', False),
        ('resource.name != "x"', True),
        (f'resource.name.startsWith("{BUCKET}")', True),
        ('resource.name.startsWith("")', True),
        (f'resource.name.startsWith("{BUCKET}/objects/")', False),
        ('resource.name.endsWith("/b")', True),
        ('resource.name.endsWith("/c")', False),
        ('resource.type == "storage.googleapis.com/Bucket"', True),
        ('resource.type != "storage.googleapis.com/Bucket"', False),
        ('resource.type == "storage.googleapis.com/Object"', False),
        ('resource.service == "storage.googleapis.com"', True),
        ('resource.service == "pubsub.googleapis.com"', False),
        ("true", True),
        ("false", False),
        ("!false", True),
        ("!!true", True),
        ("(true)", True),
        ("  true  ", True),
    ],
)
def test_comparisons_of_a_bucket_are_judged(expression, truth):
    assert holds(expression, SEEN) is truth


@pytest.mark.parametrize(
    ("expression", "truth"),
    [
        (f'resource.name.startsWith("{BUCKET}")', True),
        (f'resource.name.startsWith("{BUCKET}/objects/")', True),
        (f'resource.name.startsWith("{BUCKET}/objects/in/")', None),
        ('resource.name.startsWith("projects/_/buckets/c")', False),
        (f'resource.name == "{BUCKET}"', False),
        (f'resource.name == "{BUCKET}/objects/a.jsonl"', None),
        (f'resource.name != "{BUCKET}/objects/a.jsonl"', None),
        (f'resource.name != "{BUCKET}"', True),
        ('resource.name.endsWith(".jsonl")', None),
        ('resource.name.endsWith("")', True),
    ],
)
def test_objects_whose_names_are_to_come_are_known_by_what_they_begin_with(expression, truth):
    assert holds(expression, OBJECTS) is truth


@pytest.mark.parametrize(
    ("expression", "truth"),
    [
        ("request.time < timestamp('2026-11-26T12:00:01Z')", True),
        ("request.time < timestamp('2026-11-26T12:00:00Z')", None),
        ("request.time <= timestamp('2026-11-26T12:00:00Z')", True),
        ("request.time < timestamp('2026-11-22T12:00:01Z')", None),
        ("request.time < timestamp('2026-11-22T12:00:00Z')", False),
        ("request.time <= timestamp('2026-11-22T11:59:59.5Z')", False),
        ("request.time > timestamp('2026-11-22T11:59:59Z')", True),
        ("request.time > timestamp('2026-11-22T12:00:00Z')", None),
        ("request.time >= timestamp('2026-11-22T12:00:00Z')", True),
        ("request.time >= timestamp('2027-01-01T00:00:00Z')", False),
        ("timestamp('2027-01-01T00:00:00Z') > request.time", True),
        ("timestamp('2027-01-01T00:00:00Z') <= request.time", False),
        ("request.time < timestamp('2026-11-26T14:00:00+02:00')", None),
        ("request.time < timestamp('2026-11-26T14:00:01+02:00')", True),
    ],
)
def test_a_time_holds_where_it_does_from_the_first_request_to_the_last(expression, truth):
    assert holds(expression, SEEN) is truth


TERMS = {"true": True, "false": False, 'resource.name.startsWith("zz")': None}


@pytest.mark.parametrize("left", TERMS)
@pytest.mark.parametrize("right", TERMS)
def test_and_and_or_are_three_valued(left, right):
    unseen = replace(SEEN, name=None)
    values = {TERMS[left], TERMS[right]}
    both = False if False in values else None if None in values else True
    either = True if True in values else None if None in values else False
    assert holds(f"{left} && {right}", unseen) is both
    assert holds(f"({left}) || !(!{right})", unseen) is either


@pytest.mark.parametrize(
    ("expression", "truth"),
    [
        ("true || true && false", True),
        ("(true || true) && false", False),
        ("false && false || true", True),
        ("!true || true", True),
        ("!(true || true)", False),
    ],
)
def test_and_binds_more_than_or_and_not_more_than_both(expression, truth):
    assert holds(expression, SEEN) is truth


@pytest.mark.parametrize("name", ["resource.name", "resource.type", "resource.service"])
@pytest.mark.parametrize("sign", ["==", "!="])
def test_what_is_not_known_of_a_resource_cannot_be_told(name, sign):
    assert holds(f'{name} {sign} "x"', NOTHING) is None


def test_a_condition_of_two_parts_as_the_console_writes_it_holds():
    whole = (
        '(resource.type == "storage.googleapis.com/Object" &&\n'
        f' resource.name.startsWith("{BUCKET}/objects/")) ||\n'
        ' resource.type == "storage.googleapis.com/Bucket"'
    )
    assert holds(whole, SEEN) is True
    assert holds(whole, OBJECTS) is True
    other = Name("projects/_/buckets/c/objects/", whole=False)
    assert holds(whole, replace(OBJECTS, name=other)) is False


@pytest.mark.parametrize(
    "expression",
    [
        "",
        " ",
        "true true",
        "true &&",
        "&& true",
        "|| true",
        "true & true",
        "true | true",
        "(true",
        "true)",
        "()",
        "!",
        "resource.name",
        "resource.name ==",
        'resource.name = "x"',
        'resource.name < "zzz"',
        'resource.name in ["x"]',
        'resource.name.matches(".*")',
        'resource.name.contains("b")',
        "resource.name.startsWith(resource.name)",
        'resource.name.startsWith("a", "b")',
        "resource.name.startsWith()",
        'resource.type.startsWith("storage")',
        "resource.name == resource.name",
        '"a" == "a"',
        '"a"',
        "1 == 1",
        "1 < 2 || true",
        "request.time < '2030-01-01T00:00:00Z'",
        "request.time == timestamp('2030-01-01T00:00:00Z')",
        "request.time != timestamp('2030-01-01T00:00:00Z')",
        "request.time < timestamp('2030')",
        "request.time < timestamp('2030-01-01')",
        "request.time < timestamp('2030-01-01T00:00:00')",
        "request.time < timestamp('2030-13-01T00:00:00Z')",
        "request.time < timestamp('\uff12\uff1030-01-01T00:00:00Z')",
        "request.time < timestamp(request.time)",
        "request.time.getFullYear() < 2030",
        "request.time < timestamp('2030-01-01T00:00:00Z') + duration('1h')",
        "timestamp('2030-01-01T00:00:00Z') < timestamp('2031-01-01T00:00:00Z')",
        "resource.name < timestamp('2031-01-01T00:00:00Z')",
        "resource.name == timestamp('2030-13-01T00:00:00Z')",
        "request.time == '2030-01-01T00:00:00Z'",
        '"x" && resource.name',
        '"x" ! resource.name',
        'resource.matchTag("a/b", "c")',
        'resource.matchTag("a/b", "c") || true',
        "api.getAttribute('storage.googleapis.com/objectListPrefix', '') == ''",
        'request.auth.claims.email == "x"',
        'resource.name.startsWith("a\\"b")',
        'resource.name.startsWith(r"a")',
        'resource.name.startsWith("""a""")',
        "resource . name == 'x'",
        "true ? true : false",
        "true // a comment",
        "TRUE",
        "true\x00",
        "(" * 33 + "true" + ")" * 33,
        "!" * 40 + "true",
        "true || " * 1000 + "true",
    ],
)
def test_what_is_outside_the_part_that_is_read_is_never_a_yes(expression):
    assert holds(expression, SEEN) is None


def test_parentheses_may_be_thirty_deep_and_operators_a_hundred():
    assert holds("(" * 30 + "true" + ")" * 30, SEEN) is True
    assert holds(" && ".join(["true"] * 100), SEEN) is True


@pytest.mark.parametrize(("deep", "truth"), [(31, True), (32, None)])
def test_what_is_deeper_than_anybody_writes_is_not_read(deep, truth):
    assert holds("(" * deep + "true" + ")" * deep, SEEN) is truth
    beside = " && ".join(["(true)"] * 100)
    assert holds(beside, SEEN) is True
    assert holds(f"{beside} && {'(' * deep}true{')' * deep}", SEEN) is truth


@pytest.mark.parametrize(("length", "truth"), [(4096, True), (4097, None)])
def test_what_is_longer_than_anybody_writes_is_not_read(length, truth):
    assert holds("true".ljust(length), SEEN) is truth
