"""A file of several models: to whom it goes, what is said of it, and what bounds its shards."""

from dataclasses import replace

import pytest
from request_files import PROMISED, line, request, write

from preflight.batch.plan import make, read
from preflight.batch.plan import write as write_plan
from preflight.batch.room import Bound, Room, Rooms, waves
from preflight.batch.shards import whole
from preflight.checks.requests import checks_for
from preflight.contract import Gateway, OpenAI, Promises
from preflight.outcomes import Failed, Passed
from preflight.requests.scan import scan
from preflight.targets import by_model, for_requests, matching, named_model, of_shard

SMALL, LARGE = OpenAI("openai-main", "gpt-4o-mini"), OpenAI("openai-main", "gpt-4.1")
AZURE = tuple(replace(PROMISED["azure"], deployment=f"batch-{n}", model=n) for n in ("a", "b"))
SNAPSHOT = "gpt-4o-mini-2024-07-18"


def said(tmp_path, targets, models, *, split=True, provider="openai", about=0):
    rows = [line(request(n, provider, model=model)) for n, model in enumerate(models)]
    found = scan(write(tmp_path / "requests.jsonl", rows))
    (check,) = (
        each
        for each in checks_for(provider, split=split, targets=targets)
        if each.id == "requests-model"
    )
    return check(targets[about], found)


# --- to whom it goes ------------------------------------------------------------------------------


def test_a_file_that_names_the_models_of_one_account_goes_to_all_that_it_names():
    three = (SMALL, LARGE, OpenAI("openai-main", "gpt-5"))
    assert for_requests(three, {"gpt-4.1", "gpt-4o-mini"}, "r.jsonl") == (SMALL, LARGE)
    assert for_requests(three, {"gpt-4.1", "unheard-of", SNAPSHOT}, "r.jsonl") == (SMALL, LARGE)
    assert for_requests(AZURE, {"batch-a", "batch-b"}, "r.jsonl") == AZURE


@pytest.mark.parametrize(
    "targets",
    [
        (SMALL, replace(LARGE, provider_name="openai-other")),
        (AZURE[0], replace(AZURE[1], region="eastus2")),
        (AZURE[0], replace(AZURE[1], account="another")),
        (AZURE[0], replace(AZURE[1], api_version="2025-01-01")),
        (SMALL, SMALL),
        tuple(replace(PROMISED["vertex"], model=name) for name in ("a", "b")),
        tuple(replace(PROMISED["bedrock"], model=name) for name in ("a", "b")),
    ],
)
def test_what_the_gateway_is_told_otherwise_is_not_mixed(targets):
    with pytest.raises(Exception, match="goes to one target"):
        for_requests(targets, {named_model(target) for target in targets}, "r.jsonl")


def test_a_snapshot_is_for_its_own_target_where_there_is_one_else_for_its_models():
    dated = OpenAI("openai-main", SNAPSHOT)
    assert matching((SMALL, dated), SNAPSHOT) == (dated,)
    assert matching((SMALL, LARGE), SNAPSHOT) == (SMALL,)
    assert matching((SMALL,), "gpt-4o-mini-high") == ()
    assert matching((SMALL,), "-2024-07-18") == ()
    assert of_shard((LARGE, SMALL), SNAPSHOT) == SMALL
    assert of_shard((LARGE, SMALL), None) == LARGE


def test_it_is_divided_only_where_each_of_several_models_is_promised():
    two = (SMALL, LARGE)
    assert by_model(two, {"gpt-4o-mini": 1, "gpt-4.1": 1})
    assert by_model((SMALL,), {"gpt-4o-mini": 1, SNAPSHOT: 1})
    assert not by_model(two, {"gpt-4o-mini": 1})
    assert not by_model(two, {"gpt-4o-mini": 1, "gpt-4.1": 1, "gpt-5": 1})
    assert not by_model(two, {"gpt-4o-mini": 1, "gpt-4.1": 1, None: 1})
    vertex = tuple(replace(PROMISED["vertex"], model=name) for name in ("a", "b"))
    assert not by_model(vertex, {"a": 1, "b": 1})


# --- what is said of it ---------------------------------------------------------------------------


def test_promised_models_pass_each_with_its_own_requests(tmp_path):
    models = ["gpt-4o-mini", "gpt-4.1", SNAPSHOT, "gpt-4.1", "gpt-4.1"]
    first = said(tmp_path, (SMALL, LARGE), models)
    assert isinstance(first, Passed)
    assert first.detail.startswith(f"gpt-4o-mini and {SNAPSHOT} on 2 requests; the file names 3")
    second = said(tmp_path, (SMALL, LARGE), models, about=1)
    assert isinstance(second, Passed)
    assert second.detail.startswith("gpt-4.1 on 3 requests")


def test_a_model_that_nobody_promised_fails_by_its_name_and_its_lines(tmp_path):
    models = ["gpt-4o-mini", "gpt-4.1", "gpt-5", "gpt-5"]
    answer = said(tmp_path, (SMALL, LARGE), models)
    assert isinstance(answer, Failed)
    assert answer.problem == (
        'the file mixes 3 models: body.model is "gpt-5" on 2 lines (3, 4), which is promised '
        "nowhere here"
    )
    assert answer.remedy == "set body.model to gpt-4o-mini or gpt-4.1 on every line"
    assert answer.lines == (3, 4)


def test_a_model_for_a_deployment_is_told_so(tmp_path):
    answer = said(tmp_path, AZURE, ["batch-a", "batch-b", "a"], provider="azure")
    assert isinstance(answer, Failed)
    assert '"a" on line 3, the model; Azure OpenAI wants the deployment' in answer.problem


def test_lines_without_a_model_are_no_ones(tmp_path):
    answer = said(tmp_path, (SMALL, LARGE), ["gpt-4o-mini", "gpt-4.1", None])
    assert isinstance(answer, Failed)
    assert answer.problem == "body.model is left out on line 3"


def test_more_models_than_are_kept_apart_fail(tmp_path):
    many = tuple(OpenAI("openai-main", f"model-{n}") for n in range(120))
    answer = said(tmp_path, many, [target.model for target in many])
    assert isinstance(answer, Failed)
    assert answer.problem == "the file mixes 100 models or more"


@pytest.mark.parametrize("provider", ["vertex", "bedrock"])
def test_where_the_job_has_the_model_a_mix_fails(tmp_path, provider):
    targets = tuple(replace(PROMISED[provider], model=name) for name in ("a", "b"))
    answer = said(tmp_path, targets, ["a", "b"], provider=provider)
    assert isinstance(answer, Failed)
    assert answer.problem.startswith("the file mixes 2 models: ")


def test_as_one_job_a_mix_fails_though_all_is_promised(tmp_path):
    answer = said(tmp_path, (SMALL, LARGE), ["gpt-4o-mini", "gpt-4.1"], split=False)
    assert isinstance(answer, Failed)
    assert answer.problem.startswith("the file mixes 2 models: ")


# --- the plan and its bounds ----------------------------------------------------------------------


class Kept:
    """A ledger's plan, without the ledger."""

    folder = None
    values = None

    def plan(self):
        return self.values

    def claim_plan(self, values):
        self.values = self.values or values


def planned(tmp_path, first, *others):
    promises = Promises(Gateway("http://127.0.0.1:9"))
    how = {"sha256": "0" * 64, "count": 1, "size": 1}
    return make(promises, "openai", first, tmp_path / "r.jsonl", others=others, **how)


def test_a_plan_for_one_model_has_the_key_and_the_shape_it_always_had(tmp_path):
    plan, ledger = planned(tmp_path, SMALL), Kept()
    ledger.folder = tmp_path
    assert plan.key == "5ffac244eb0418a1"
    write_plan(ledger, plan)
    assert "others" not in ledger.values
    assert read(ledger).others == ()


def test_a_plan_for_several_has_one_key_whatever_their_order_and_is_read_again(tmp_path):
    plan, ledger = planned(tmp_path, SMALL, LARGE), Kept()
    ledger.folder = tmp_path
    assert plan.key == planned(tmp_path, LARGE, SMALL).key
    assert plan.key not in {planned(tmp_path, one).key for one in (SMALL, LARGE)}
    write_plan(ledger, plan)
    assert read(ledger).others == (LARGE,)
    shard = replace(whole(1, 1, 1), model="gpt-4.1")
    assert read(ledger).target(shard) == LARGE


def test_each_model_has_a_queue_of_its_own_and_jobs_count_together():
    def bound(amount):
        return Bound(amount, "a table")

    small, large = Room(bound(3), bound(100)), Room(bound(3), bound(1000))
    rooms = Rooms(small, {"small": small, "small-dated": small, "large": large})

    def shard(model, tokens):
        return replace(whole(1, 1, tokens), model=model)

    assert rooms.admits([shard("large", 950)], 0, shard("small", 100))
    assert not rooms.admits([shard("small-dated", 50)], 0, shard("small", 51))
    assert not rooms.admits([shard(None, 50)], 0, shard("small", 51))
    assert not rooms.admits([shard("large", 1)] * 3, 0, shard("small", 1))
    four = [shard("small", 90), shard("large", 90), shard("small", 90), shard("large", 90)]
    assert [len(wave) for wave in waves(four, rooms)] == [2, 2]
