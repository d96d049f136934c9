"""The document evaluator against an independent one, over seeded random documents.

Where the two disagree, a row of EXPLAINED must say why, with AWS's documentation as the judge: with
that feature taken out of the documents, and with nothing else changed, the two must agree.
"""

import random
from collections import Counter
from dataclasses import replace

import iam_edits as edits
import pytest
from iam_cases import ASKED, ASKERS, KEYS, MINE, OPERATORS, PRINCIPALS, VALUES, cases, features
from ministack.core import iam_evaluator

from preflight.iam import Effect

CASES = 3000
POSSIBLE = [value for values, _ in VALUES.values() for value in values]
EFFECTS = {"Allow": Effect.ALLOW, "Deny": Effect.DENY, "ImplicitDeny": Effect.NONE}


def theirs(one):
    """The other evaluator's answer: its own documents, the resource's, then the organization's."""
    action, resource = ASKED[one.kind]
    asker = ASKERS[one.asker][1]
    context = {
        key.lower(): list(value) if isinstance(value, tuple) else value
        for key, value in one.context.items()
    }
    asked = iam_evaluator.EvalContext(
        principal_arn=asker,
        principal_type="User" if one.asker == "user" else "AssumedRole",
        principal_account=MINE,
        action=action,
        resource_arn=resource,
        region="us-west-2",
        service_context=context,
    )

    def parsed(documents):
        return [iam_evaluator.parse_policy_document(document) for document in documents]

    if one.asker in {"service", "federated"}:
        service = asker if one.asker == "service" else None
        return EFFECTS[
            iam_evaluator.evaluate_resource_policy(one.policy, asked, service=service).decision
        ]
    limits = tuple(parsed(limit) for limit in (filled(one.boundary), one.session) if limit)
    result = iam_evaluator.evaluate(asked, parsed(one.identity), *limits)
    if one.kind != "plain":
        result = iam_evaluator.combine_resource_policy(
            result,
            asked,
            one.policy,
            one.owner,
            required=one.kind in {"key", "role"},
            limits=limits,
        )
    elif one.owner != MINE and result.decision == "Allow":
        result.decision = "ImplicitDeny"
    levels = {iam_evaluator.evaluate(asked, parsed(level)).decision for level in one.control}
    for worse in ("Deny", "ImplicitDeny"):
        if worse in {result.decision, *levels}:
            return EFFECTS[worse]
    return EFFECTS[result.decision]


def filled(document):
    return [document] if document else []


EXPLAINED = (
    (edits.without_variables, 150, "it fills in none; IAM does (elements: variables and tags)"),
    (edits.without_not_principal, 100, "it takes none; IAM does (elements: NotPrincipal)"),
    (edits.without_several_values, 10, "without a set operator IAM defines nothing for them"),
    (edits.without_any_value_if_exists, 20, "which of the two wins, IAM does not say"),
    (edits.without_stars_over_colons, 40, "IAM compares ARNs part by part (operators: ARN)"),
    (edits.without_other_partitions, 30, "it takes them for its own; no ARN reaches across"),
    (edits.without_anyone_of_aws, 30, "what AWS: * is to a service is up to that service"),
    (edits.without_limits, 10, "whether they limit what * is granted IAM does not say"),
    (edits.with_the_session_named, 30, "it is asked with the name; ours does not know it yet"),
    (edits.without_providers, 10, "it knows them only where a web identity assumes a role"),
)
"""The edit that takes a feature away, how many cases it may explain, and why they disagree."""


@pytest.fixture(scope="module")
def generated():
    return cases(seed=2026, number=CASES)


def test_two_independent_evaluators_agree_on_random_documents(generated):
    explained, agreed = Counter(), Counter()
    for one in generated:
        ours, other = one.decided(), theirs(one)
        if ours.effect is other:
            agreed[other] += 1
            continue
        row = edits.explanation(one, EXPLAINED, lambda it: it.decided().effect is theirs(it))
        assert row, (one, ours, other)
        explained[row[0].__name__] += 1
    for edit, most, why in EXPLAINED:
        assert 0 < explained[edit.__name__] <= most, (edit, why, explained)
    assert min(agreed[effect] for effect in EFFECTS.values()) > CASES // 12, agreed
    assert agreed.total() > CASES * 9 // 10


def test_the_random_documents_reach_everything(generated):
    reached = set().union(*map(features, generated))
    wanted = {*OPERATORS, "Null", "IfExists", "ForAnyValue", "ForAllValues", "single-valued"}
    wanted |= {"Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal"}
    wanted |= {f"names {entry}" for entry in PRINCIPALS} | {*ASKED, "across", "within"}
    wanted |= {f"asker {asker}" for asker in ASKERS} | {"Allow", "Deny", "key of another case"}
    wanted |= {f"has {name}" for name in ("identity", "boundary", "session", "control", "policy")}
    wanted |= {"variable in Resource", "variable ${aws:username, 'ann'} in 2012-10-17"}
    wanted |= {"variable bed${*} in 2012-10-17", "variable ${aws:username} in 2008-10-17"}
    assert wanted <= reached, wanted - reached


def test_a_key_that_is_not_known_never_changes_a_certain_answer(generated):
    """With a key unknown the answer is UNKNOWN, or what it is whatever the key turns out to be."""
    dice, doubted = random.Random(7), 0
    for one in generated[:1000]:
        keys = {key.lower() for _, key, _, _ in one.conditions}
        unknown = dice.choice([key for key in sorted(KEYS) if key.lower() in keys] or sorted(KEYS))
        effect = one.decided(unknown={unknown}).effect
        doubted += effect is Effect.UNKNOWN
        values = {one.context.get(unknown), None, *dice.sample(POSSIBLE, 3)}
        for value in values if effect is not Effect.UNKNOWN else ():
            context = {key: has for key, has in one.context.items() if key != unknown}
            known = replace(one, context=context | ({unknown: value} if value else {})).decided()
            # That nothing allows it stays true where a deny comes to stand beside.
            also = {Effect.DENY} if effect is Effect.NONE else set()
            assert known.effect in {effect, *also}, (one, unknown, value, known)
    assert doubted > 50


def test_the_order_of_statements_and_documents_decides_nothing(generated):
    dice = random.Random(8)
    for one in generated[:500]:
        identity = dice.sample(one.identity, len(one.identity))
        shuffled = [
            document | {"Statement": dice.sample(document["Statement"], len(document["Statement"]))}
            for document in identity
        ]
        assert replace(one, identity=shuffled).decided().effect is one.decided().effect
