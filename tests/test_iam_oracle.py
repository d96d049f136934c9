"""The document evaluator against @cloud-copilot/iam-simulate, installed on the fly.

Run with `pytest -m oracle`: it needs npm and the network, and is no part of `make test`. What it
installs (AGPL-3.0) lives in a temporary folder only, is started as a program of its own, and is
neither shipped nor required.
"""

import json
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import iam_edits as edits
import pytest
from iam_cases import ASKED, ASKERS, cases

from preflight.iam import Effect

pytestmark = pytest.mark.oracle

CASES = 3000
PACKAGE = "@cloud-copilot/iam-simulate@0.1.173"
SCRIPT = Path(__file__).parent / "data" / "iam_oracle.cjs"
EFFECTS = {
    "Allowed": Effect.ALLOW,
    "ExplicitlyDenied": Effect.DENY,
    "ImplicitlyDenied": Effect.NONE,
}
EXPLAINED = (
    (edits.without_old_variables, 40, "version 2008-10-17 has none (elements: Version)"),
    (edits.without_variables, 40, "one without a value is unequal to all (Policy variables)"),
    (edits.without_not_principal_of_accounts, 40, "who is listed in part may be meant or not"),
    (edits.without_several_values, 10, "without a set operator IAM defines nothing for them"),
    (edits.without_any_value_if_exists, 20, "which of the two wins, IAM does not say"),
    (edits.without_stars_over_colons, 20, "what is no ARN of six parts IAM does not define"),
    (edits.without_mixed_addresses, 10, "one of version 6 is in no network of version 4"),
    (edits.without_seconds, 60, "it takes seconds since 1970 for milliseconds"),
    (edits.without_anyone_of_aws, 30, "what AWS: * is to a service is up to that service"),
    (edits.with_the_session_named, 30, "it is asked with the name; ours does not know it yet"),
    (edits.without_providers, 10, "it takes a provider for an identity of another account"),
    (edits.without_session, 10, "a grant to the session itself is not limited by its policy"),
    (edits.without_limits, 20, "whether they limit what * is granted IAM does not say"),
)
"""The edit that takes a feature away, how many cases it may explain, and why they disagree."""


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """A function from cases to the oracle's effects."""
    folder = tmp_path_factory.mktemp("oracle")
    npm, node = shutil.which("npm"), shutil.which("node")
    if not npm or not node:
        pytest.skip("there is no npm here")
    install = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", PACKAGE]
    run = subprocess.run(install, cwd=folder, capture_output=True, text=True, check=False)
    if run.returncode:
        pytest.skip(f"npm could not install {PACKAGE}")

    def answered(asked):
        questions = [
            {
                "action": ASKED[one.kind][0],
                "resource": ASKED[one.kind][1],
                "asker": ASKERS[one.asker][1],
                "owner": one.owner,
                "context": one.context,
                "identity": one.identity,
                "boundary": one.boundary,
                "session": one.session,
                "control": one.control,
                "policy": one.policy,
            }
            for one in asked
        ]
        (folder / "questions.json").write_text(json.dumps(questions))
        command = [node, SCRIPT, folder, folder / "questions.json", folder / "answers.json"]
        subprocess.run(command, check=True, timeout=100)
        told = json.loads((folder / "answers.json").read_text())
        return [EFFECTS.get(effect, effect) for effect in told]

    return answered


def test_an_outside_evaluator_agrees_on_random_documents(answers):
    generated = cases(seed=2027, number=CASES)
    agreed, rest = Counter(), []
    for one, other in zip(generated, answers(generated), strict=True):
        if one.decided().effect is other:
            agreed[other] += 1
        else:
            rest.append(one)
    # Every edit of every disagreement is asked about in one go: the oracle's start is what costs.
    tried = [edited for one in rest for edited in edits.attempts(one, EXPLAINED)]
    told = {id(edited): other for edited, other in zip(tried, answers(tried), strict=True)}
    agrees = {id(edited): edited.decided().effect is told[id(edited)] for edited in tried}
    explained, attempts = Counter(), iter(tried)
    for one in rest:
        mine = [next(attempts) for _ in range(2 * len(EXPLAINED))]
        row = next((number for number, it in enumerate(mine) if agrees[id(it)]), None)
        assert row is not None, (one, one.decided())
        explained[EXPLAINED[row % len(EXPLAINED)][0].__name__] += 1
    for edit, most, why in EXPLAINED:
        assert explained[edit.__name__] <= most, (edit, why, explained)
    assert min(agreed[effect] for effect in EFFECTS.values()) > CASES // 12, agreed
    assert agreed.total() > CASES * 9 // 10
