"""Which of a stack's targets is judged, and sent to: by the file's model, --region and --model."""

import json
from dataclasses import asdict, replace

import pytest
from cli_world import IDS, one_sentence, outputs, request, world, write_promises
from gateway_double import Double, lines, result
from request_files import PROMISED

from preflight.contract import AzureOpenAI, Bedrock, Gateway, OpenAI, Promises
from preflight.seams import UsageError
from preflight.targets import choose, for_requests, named_model, place

SMALL, LARGE = "gpt-4o-mini", "gpt-4.1"


def bedrock(region, model="amazon.nova-lite-v1:0"):
    return replace(PROMISED["bedrock"], region=region, model=model)


def azure(region, model):
    return replace(PROMISED["azure"], region=region, model=model, deployment=f"batch-{model}")


STACK = Promises(
    Gateway("http://127.0.0.1:9"),
    openai=(OpenAI("openai-main", SMALL), OpenAI("openai-main", LARGE)),
    azure=tuple(azure(place, it) for place in ("swedencentral", "eastus") for it in (SMALL, LARGE)),
    bedrock=(bedrock("us-west-2"), bedrock("eu-west-1"), bedrock("us-west-2", "other.model-v1:0")),
)


def chosen(provider, region=None, model=None):
    return [place(it) for it in choose(STACK, provider, asked_region=region, asked_model=model)]


def test_without_a_wish_every_target_of_the_provider_is_meant():
    assert chosen("openai") == [SMALL, LARGE]
    assert chosen("azure") == [
        "swedencentral batch-gpt-4o-mini",
        "swedencentral batch-gpt-4.1",
        "eastus batch-gpt-4o-mini",
        "eastus batch-gpt-4.1",
    ]


def test_a_region_and_a_model_leave_the_targets_that_have_them():
    assert chosen("bedrock", region="us-west-2") == [
        "us-west-2 amazon.nova-lite-v1:0",
        "us-west-2 other.model-v1:0",
    ]
    assert chosen("bedrock", model="amazon.nova-lite-v1:0") == [
        "us-west-2 amazon.nova-lite-v1:0",
        "eu-west-1 amazon.nova-lite-v1:0",
    ]
    assert chosen("bedrock", "eu-west-1", "amazon.nova-lite-v1:0") == [
        "eu-west-1 amazon.nova-lite-v1:0"
    ]


def test_azures_target_is_named_by_its_model_as_by_its_deployment():
    assert chosen("azure", "eastus", LARGE) == chosen("azure", "eastus", f"batch-{LARGE}")
    assert chosen("azure", "eastus", LARGE) == ["eastus batch-gpt-4.1"]


@pytest.mark.parametrize(
    ("provider", "region", "model", "sentence"),
    [
        (
            "bedrock",
            "us-east-1",
            None,
            (
                "--region us-east-1: is no target of bedrock; the stack promises us-west-2"
                " amazon.nova-lite-v1:0; eu-west-1 amazon.nova-lite-v1:0; us-west-2"
                " other.model-v1:0"
            ),
        ),
        (
            "openai",
            None,
            "gpt-5",
            "--model gpt-5: is no target of openai; the stack promises gpt-4o-mini; gpt-4.1",
        ),
        (
            "bedrock",
            "eu-west-1",
            "other.model-v1:0",
            "--region eu-west-1 --model other.model-v1:0: is no target of bedrock",
        ),
        ("openai", "us-west-2", None, "--region us-west-2: is no target of openai"),
    ],
)
def test_what_the_stack_does_not_promise_is_refused_with_what_it_does(
    provider, region, model, sentence
):
    with pytest.raises(UsageError) as refused:
        choose(STACK, provider, asked_region=region, asked_model=model)
    assert str(refused.value).startswith(sentence)


def test_a_file_goes_to_the_target_whose_model_its_lines_name():
    for target in STACK.openai:
        assert for_requests(STACK.openai, {named_model(target)}, "r.jsonl") == (target,)
    here = STACK.azure[:2]
    assert for_requests(here, {f"batch-{LARGE}"}, "r.jsonl") == here[1:]


def test_a_file_of_another_model_is_judged_against_the_only_target_there_is():
    assert for_requests(STACK.openai[:1], {"gpt-5"}, "r.jsonl") == STACK.openai[:1]
    assert for_requests(STACK.openai[:1], {None}, "r.jsonl") == STACK.openai[:1]


@pytest.mark.parametrize(
    ("targets", "models", "listed"),
    [
        (STACK.openai, {None}, "gpt-4o-mini; gpt-4.1"),
        (STACK.openai, {"gpt-5"}, "gpt-4o-mini; gpt-4.1"),
        # Azure OpenAI wants the deployment's name: a model's name is no target's.
        (STACK.azure[:2], {SMALL}, "swedencentral batch-gpt-4o-mini; swedencentral batch-gpt-4.1"),
        (
            STACK.bedrock,
            {"amazon.nova-lite-v1:0"},
            "us-west-2 amazon.nova-lite-v1:0; eu-west-1 amazon.nova-lite-v1:0",
        ),
    ],
)
def test_a_file_that_can_be_meant_for_several_targets_is_refused_with_the_list(
    targets, models, listed
):
    with pytest.raises(UsageError) as refused:
        for_requests(targets, models, "r.jsonl")
    assert str(refused.value) == (
        f"r.jsonl: goes to one target, and these are {listed}; choose with --region and --model"
    )


# --- at the command line -------------------------------------------------------------------------

DONE = {"status": "completed", "output_file_id": "out"}


@pytest.fixture
def double():
    return Double(states=[DONE], content={"out": lines(*map(result, IDS))})


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch, double):
    """A gateway, requests for the first of two models at OpenAI, and a stack that promises both."""
    with world(tmp_path, monkeypatch, double) as url:
        two = [{"provider_name": "openai-main", "model": model} for model in (SMALL, LARGE)]
        write_promises(tmp_path / "promises.json", url, openai=two)
        yield tmp_path


def write_for(folder, model):
    asked = [request(custom_id) for custom_id in IDS]
    for one in asked:
        one["body"]["model"] = model
    (folder / "requests.jsonl").write_bytes(lines(*asked))


def judged(out):
    return {check["target"] for check in json.loads(out)["checks"]}


def test_without_a_file_every_target_is_judged_and_the_report_names_each(preflight):
    code, out, err = preflight("check")
    assert (code, err) == (0, "")
    lines_of_targets = [line for line in out.splitlines() if line.startswith("openai ")]
    assert [line.partition("  ")[0] for line in lines_of_targets] == [
        f"openai {SMALL}",
        f"openai {LARGE}",
    ]
    assert all("READY" in line for line in lines_of_targets)
    code, out, _ = preflight("check", "--format", "json")
    assert (code, judged(out)) == (0, {SMALL, LARGE})


def test_where_there_is_one_target_the_report_names_the_provider_alone(preflight):
    code, out, err = preflight("check", "--model", LARGE)
    assert (code, err) == (0, "")
    assert [line for line in out.splitlines() if line.startswith("openai")] == [
        line for line in out.splitlines() if line.startswith("openai  ")
    ]


@pytest.mark.parametrize("model", [SMALL, LARGE])
def test_the_files_model_chooses_what_is_judged_and_sent_to(preflight, folder, double, model):
    write_for(folder, model)
    code, out, err = preflight("check", "requests.jsonl", "--format", "json")
    assert (code, judged(out)) == (0, {model}), err
    code, out, err = preflight("run", "requests.jsonl")
    assert code == 0, out + err
    (sent,) = double.uploads
    assert {json.loads(line)["body"]["model"] for line in sent[1].splitlines()} == {model}


def test_the_same_file_for_another_target_is_another_run(preflight, folder):
    write_for(folder, "")
    asked = ("submit", "requests.jsonl", "--offline", "--force")
    for model in (SMALL, LARGE):
        code, out, err = preflight(*asked, "--model", model)
        assert code == 0, out + err
    assert len(list((folder / "preflight-runs").iterdir())) == 2


@pytest.mark.parametrize("command", ["check", "run", "submit"])
def test_a_file_for_nobody_is_refused_with_the_list_and_sent_nowhere(
    preflight, folder, double, command
):
    write_for(folder, "gpt-5")
    code, out, err = preflight(command, "requests.jsonl")
    assert (code, out) == (2, "")
    assert one_sentence(err)
    assert err == (
        "preflight: requests.jsonl: goes to one target, and these are gpt-4o-mini; gpt-4.1;"
        " choose with --region and --model\n"
    )
    assert not double.uploads


def test_a_file_whose_model_is_wrong_is_judged_against_the_target_that_was_chosen(
    preflight, folder
):
    write_for(folder, "gpt-5")
    code, out, _ = preflight("check", "requests.jsonl", "--model", LARGE, "--format", "json")
    failed = [it["id"] for it in json.loads(out)["checks"] if it["outcome"] == "failed"]
    assert (code, judged(out), failed) == (1, {LARGE}, ["requests-model"])


def test_a_model_and_a_region_that_are_not_promised_are_refused(preflight):
    for option, value in (("--model", "gpt-5"), ("--region", "us-west-2")):
        code, out, err = preflight("check", "requests.jsonl", option, value)
        assert (code, out) == (2, "")
        assert one_sentence(err)
        assert f"{option} {value}: is no target of openai; the stack promises gpt-4o-mini" in err


@pytest.mark.parametrize("kind", [AzureOpenAI, Bedrock])
def test_of_two_regions_with_one_model_the_region_chooses(preflight, folder, kind):
    name = {AzureOpenAI: "azure", Bedrock: "bedrock"}[kind]
    two = STACK.azure[::2] if kind is AzureOpenAI else STACK.bedrock[:2]
    promised = outputs(**{name: [asdict(target) for target in two]})
    for target in promised[name]:
        target.update({key: ["arn:1"] for key in target if key == "model_arns"})
    del promised["openai"]
    (folder / "two.json").write_text(json.dumps(promised))
    write_for(folder, named_model(two[0]))
    asked = ("check", "requests.jsonl", "--promises", "two.json", "--offline", "--format", "json")
    code, _, err = preflight(*asked)
    assert code == 2
    assert f"these are {place(two[0])}; {place(two[1])}; choose with --region and --model" in err
    for target in two:
        _, out, err = preflight(*asked, "--region", target.region)
        assert judged(out) == {place(target)}, err
