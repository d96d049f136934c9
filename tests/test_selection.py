"""--only and --skip: which checks are asked, which gates with them, what is said of the rest."""

import pytest

from preflight.outcomes import Passed, check
from preflight.runner import Suite, World
from preflight.seams import UsageError
from preflight.selection import choose, refuse_unknown, selection


def question(check_id, *, gate=False):
    @check(check_id, "A title", gate=gate)
    def asked(promised, world):
        """Why."""
        return Passed("seen")

    return asked


LOGIN, BUCKET = (question(f"cloud-{name}", gate=True) for name in ("login", "bucket"))
KEY, REGION, ROLE = (question(f"cloud-{name}") for name in ("bucket-key", "bucket-region", "role"))
NAME = question("requests-name")
KNOWN = [one.id for one in (LOGIN, BUCKET, KEY, REGION, ROLE, NAME)]


def suites():
    world = World(lambda: None)
    return [
        Suite("any", "file", (NAME,), None, world),
        Suite("any", "bucket", (LOGIN, BUCKET, KEY, REGION), None, world),
        Suite("any", "role", (LOGIN, ROLE), None, world),
    ]


def chosen(only=None, skip=None):
    return choose(suites(), selection(only, skip))


def ids(found):
    return {suite.name: [one.id for one in suite.checks] for suite in found.suites}


def test_without_a_choice_everything_is_asked_and_nothing_is_said():
    found = chosen()
    assert ids(found) == ids(chosen([], [""]))
    assert sum(len(suite.checks) for suite in found.suites) == 7
    assert (found.left_out, found.scope) == ((), ())


def test_only_what_is_named_is_asked_and_the_gates_before_it():
    found = chosen(["cloud-bucket-key"])
    assert ids(found) == {"bucket": ["cloud-login", "cloud-bucket", "cloud-bucket-key"]}
    assert found.left_out == ("requests-name", "cloud-bucket-region", "cloud-role")
    (sentence,) = found.scope
    assert sentence.startswith("3 checks left out by --only cloud-bucket-key: all but ")


def test_patterns_commas_and_repetition_add_up():
    found = chosen(["cloud-bucket-*", "requests-name, cloud-role"])
    assert found.left_out == ()
    found = chosen(["cloud-bucket-*,requests-name"])
    assert found.left_out == ("cloud-role",)


def test_what_is_skipped_is_left_out_and_named():
    found = chosen(None, ["cloud-bucket-region", "requests-*"])
    assert ids(found) == {
        "bucket": ["cloud-login", "cloud-bucket", "cloud-bucket-key"],
        "role": ["cloud-login", "cloud-role"],
    }
    assert found.left_out == ("requests-name", "cloud-bucket-region")
    (sentence,) = found.scope
    assert sentence.startswith("2 checks left out by --skip cloud-bucket-region,requests-*: ")
    assert sentence.endswith(": requests-name, cloud-bucket-region")


def test_a_skipped_gate_is_asked_where_something_needs_it_and_that_is_said():
    found = chosen(None, ["cloud-bucket", "cloud-bucket-key"])
    assert ids(found)["bucket"] == ["cloud-login", "cloud-bucket", "cloud-bucket-region"]
    assert found.left_out == ("cloud-bucket-key",)
    assert found.scope[1] == "nothing less for --skip cloud-bucket: what stays needs its answer"


def test_a_skipped_gate_that_nothing_needs_is_left_out():
    found = chosen(None, ["cloud-bucket*"])
    assert ids(found)["bucket"] == ["cloud-login"]
    assert set(found.left_out) == {"cloud-bucket", "cloud-bucket-key", "cloud-bucket-region"}


def test_skip_wins_over_only():
    found = chosen(["cloud-bucket-*"], ["cloud-bucket-key"])
    assert ids(found) == {"bucket": ["cloud-login", "cloud-bucket", "cloud-bucket-region"]}


@pytest.mark.parametrize(("only", "skip"), [(["cloud-role"], ["cloud-*"]), (None, ["*"])])
def test_a_choice_that_leaves_nothing_is_wrong_usage(only, skip):
    with pytest.raises(UsageError, match="leaves no check to ask"):
        chosen(only, skip)


@pytest.mark.parametrize(
    ("pattern", "remedy"),
    [
        ("cloud-buket", "did you mean cloud-bucket?"),
        ("cloud-bucket-kye", "did you mean cloud-bucket-key?"),
        ("zzz", "`preflight list` names them all"),
        ("Cloud-*", "`preflight list` names them all"),
    ],
)
def test_a_pattern_that_means_no_check_is_wrong_usage(pattern, remedy):
    for only, skip, option in (
        (["cloud-role", pattern], None, "--only"),
        (None, [pattern], "--skip"),
    ):
        with pytest.raises(UsageError) as caught:
            refuse_unknown(selection(only, skip), KNOWN)
        assert caught.value.where == f"{option} {pattern}"
        assert remedy in caught.value.remedy or "did you mean" in caught.value.remedy


def test_known_ids_and_patterns_are_taken():
    refuse_unknown(selection(["cloud-*", "requests-name"], ["*-role"]), KNOWN)
