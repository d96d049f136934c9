"""What `list` and `explain` read is what the checks and the tables of failures say today."""

from preflight.checklist import checklist
from preflight.failures.table import failures, seen_by
from preflight.reference import FILE, reference
from preflight.reference.making import made


def test_the_reference_is_what_is_made_of_the_checks_and_the_failures():
    assert FILE.read_text(encoding="utf-8") == made(), "renew it: python -m preflight.reference"


def test_it_has_each_check_and_each_failure_in_order_of_reading():
    known = reference()
    assert list(known.checks) == [listed.check.id for listed in checklist()]
    assert list(known.failures) == [failure.id for failure in failures()]
    for check in known.checks.values():
        there = tuple(failure.id for failure in seen_by(check.id))
        assert tuple(failure.id for failure in known.seen_by(check)) == there
