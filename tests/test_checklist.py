"""All the checks there are: how they are named, that each is tested, and the rights they ask."""

import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from bedrock_world import WITH_KEY as BEDROCK
from bedrock_world import encrypted
from request_files import PROMISED

from infra import grants
from preflight.checklist import WORLDS, checklist, every_suite
from preflight.contract import PROVIDERS
from preflight.outcomes import Failed, Skipped, Unknown
from preflight.permissions import PERMISSIONS, Identity, arns, condition
from preflight.runner import World, run
from preflight.sandbox.azure.roles import ROLES as AZURE_ROLES
from preflight.sandbox.gcp.roles import ROLES as GOOGLE_ROLES
from preflight.seams import Binding, CredentialsMissing, GcpKey, GcsBucket, RoleDefinition

NUMBER = PROMISED["vertex"].project_number
VERTEX = replace(
    PROMISED["vertex"],
    kms_key="projects/p/locations/r/keyRings/a/cryptoKeys/b",
    storage_agent=f"service-{NUMBER}@gs-project-accounts.iam.gserviceaccount.com",
    federation="principal://iam.googleapis.com/projects/1/pool/subject/gateway",
)
MOST = PROMISED | {"bedrock": BEDROCK, "vertex": VERTEX}
"""With all that a stack may promise."""

LISTED = checklist()
IDS = [listed.check.id for listed in LISTED]
COMMANDS = {"check", "verify", "ensure", "test", "validate", "look", "ask", "confirm", "make"}
HERE = Path(__file__)
OTHER_TESTS = "".join(
    path.read_text() for path in HERE.parent.glob("test_*.py") if path.name != HERE.name
)
BY_THEIR_TUPLE = {
    "azure-capacity": "SIZED_CHECKS",
    "bedrock-quota-minimum": "QUOTA_CHECKS",
    "bedrock-quota-maximum": "QUOTA_CHECKS",
}
"""Those that their tests take out of a tuple, which names them without their id."""


def test_listing_the_checks_connects_to_nothing(monkeypatch):
    def connect(*_):
        raise AssertionError("it connects")

    for client in ("aws", "azure", "gateway", "gcp"):
        monkeypatch.setattr(f"preflight.worlds.{client}.connect", connect)
    # Some checks are made anew each time, of the targets they are about.
    assert [one.check.id for one in checklist()] == [one.check.id for one in LISTED]


def test_there_are_as_many_checks_as_there_are_ways_to_fail():
    assert len(LISTED) >= 70
    assert {listed.world for listed in LISTED} == set(WORLDS)
    asked = {provider for listed in LISTED for provider in listed.providers}
    assert asked == set(PROVIDERS)


def test_an_id_has_one_meaning_wherever_it_is_asked():
    meanings = {}
    for suite in every_suite():
        for check in suite.checks:
            meanings.setdefault(check.id, set()).add((check.title, check.explanation))
    assert {id_: found for id_, found in meanings.items() if len(found) != 1} == {}


def test_no_title_or_explanation_serves_two_checks_of_one_world():
    for what in (lambda check: check.title, lambda check: check.explanation):
        said = [(listed.world, what(listed.check)) for listed in LISTED]
        assert len(said) == len(set(said))


@pytest.mark.parametrize("listed", LISTED, ids=IDS)
def test_an_id_begins_with_the_world_that_its_check_is_about(listed):
    assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)+", listed.check.id)
    module = listed.check.function.__module__.rpartition(".")[2]
    # How models end is one concept, with one check a provider.
    assert module == "retirement" or listed.world == module.partition("_")[0]


@pytest.mark.parametrize("listed", LISTED, ids=IDS)
def test_a_title_states_the_healthy_state(listed):
    title = listed.check.title
    assert title[0].isupper()
    assert title[-1].isalnum() or title[-1] in ")_"
    assert title.split()[0].lower() not in COMMANDS
    assert " not " not in f" {title} " or listed.check.id == "requests-size"


@pytest.mark.parametrize("listed", LISTED, ids=IDS)
def test_an_explanation_says_why_in_whole_sentences(listed):
    first = listed.check.explanation.split("\n\n")[0]
    assert first.endswith((".", "?"))
    assert first.removesuffix(".") != listed.check.title


@pytest.mark.parametrize("check_id", [one for one in IDS if not one.endswith("-credentials")])
def test_a_check_is_named_in_a_test(check_id):
    name = BY_THEIR_TUPLE.get(check_id, f'"{check_id}"')
    assert name in OTHER_TESTS


@pytest.mark.parametrize(
    ("provider", "gate"),
    [
        ("azure", "azure-credentials"),
        ("vertex", "vertex-credentials"),
        ("bedrock", "bedrock-credentials"),
    ],
)
def test_where_nobody_can_be_asked_as_only_the_credentials_are_unknown(provider, gate):
    def connect():
        raise CredentialsMissing("here", "there is nobody", "log in")

    asked = [
        suite
        for suite in every_suite()
        # Those that begin at the gateway are decided by the gateway's own gates.
        if suite.name.startswith(f"{provider} ") and suite.checks[0].id.startswith(provider)
    ]
    results = run([suite._replace(world=World(connect)) for suite in asked]).results
    by_kind = {}
    for result in results:
        by_kind.setdefault(type(result.outcome), set()).add(result.check_id)
    alone = {listed.check.id for listed in LISTED if listed.world == provider and not listed.needs}
    assert by_kind[Unknown] == alone
    assert gate in alone
    assert by_kind.keys() == {Unknown, Skipped}


def test_a_gate_decides_something():
    needed = {gate for listed in LISTED for gate in listed.needs}
    gates = {listed.check.id for listed in LISTED if listed.check.gate}
    assert gates <= needed <= set(IDS)


# --- every right of the permission table is asked for by a check, and granted by the program -----


def failures(provider, world):
    """What the provider's checks find wrong, those that need no more than this world shows."""
    for listed in LISTED:
        if listed.world != provider:
            continue
        try:
            answer = listed.check(MOST[provider], world)
        except AttributeError:
            continue  # it looks at something else
        if isinstance(answer, Failed):
            yield answer


def lacking(lost):
    """A world in which everything is held but this one right."""
    rows = [row for row in PERMISSIONS if row.provider == lost.provider and row != lost]
    if lost.provider == "bedrock":
        gateway = lost.identity is Identity.GATEWAY
        who = BEDROCK.gateway_principal_arn if gateway else BEDROCK.job_role_arn
        world = encrypted()
        for arn in arns(BEDROCK, lost.on):
            del world.rights[who, lost.action, arn]
        return world
    if lost.provider == "azure":
        role = RoleDefinition("a role", tuple(row.action for row in rows))
        return SimpleNamespace(roles_of=lambda *_: (role,), denials_of=lambda _: ())
    held = {
        f"roles/{identity.name}": frozenset(row.action for row in rows if row.identity is identity)
        for identity in Identity
    }
    gateway = held["roles/GATEWAY"]
    bucket = GcsBucket(VERTEX.bucket, "", "", VERTEX.project_number, True, "", VERTEX.kms_key)
    agent, storage, workload = (
        Binding(f"roles/{identity.name}", member)
        for identity, member in (
            (Identity.SERVICE_AGENT, f"serviceAccount:{VERTEX.service_agent}"),
            (Identity.STORAGE_AGENT, f"serviceAccount:{VERTEX.storage_agent}"),
            (Identity.WORKLOAD, VERTEX.federation),
        )
    )
    return SimpleNamespace(
        bucket_grants=lambda _bucket, asked, _identity: gateway & set(asked),
        project_grants=lambda _project, asked, _identity: gateway & set(asked),
        bucket=lambda _: bucket,
        bucket_bindings=lambda _: (agent,),
        project_bindings=lambda _: (),
        role_permissions=held.get,
        kms_key=lambda name: GcpKey(name, "ENABLED"),
        key_bindings=lambda _: (storage,),
        ring_bindings=lambda _: (),
        account_bindings=lambda _: (workload,),
    )


def name_of(row):
    return f"{row.provider} {row.identity} {row.action} {row.on}"


@pytest.mark.parametrize("row", PERMISSIONS, ids=name_of)
def test_a_right_that_is_missing_is_named_with_its_reason(row):
    problems = [failed.problem for failed in failures(row.provider, lacking(row))]
    assert any(row.action in problem and row.why in problem for problem in problems), problems


@pytest.mark.parametrize("row", PERMISSIONS, ids=name_of)
def test_a_right_is_granted_by_the_program(row):
    if row.provider == "bedrock":
        assert any(
            row.action in statement["Action"]
            and list(arns(BEDROCK, row.on)) == statement["Resource"]
            and condition(row, BEDROCK) == statement.get("Condition", {}).get("StringEquals", {})
            for statement in grants.identity_policy(BEDROCK, row.identity)["Statement"]
        )
        return
    assert row.granted_by in grants.roles(row.provider, row.identity, row.on)
    if row.provider == "vertex":
        assert row.action in GOOGLE_ROLES[row.granted_by]
    else:
        role = grants.azure_role_id(row.granted_by, "any").rpartition("/")[2]
        assert AZURE_ROLES[role].name == row.granted_by
        assert AZURE_ROLES[role].holds_data(row.action)
