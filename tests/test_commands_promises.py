import dataclasses
import json

import pytest
import yaml
from infra_world import ROOT, Recorder, all_four, run

from preflight.contract import CLASSES, PROVIDERS, VERSION
from preflight.example_promises import EXAMPLE
from preflight.promises import parse


@pytest.fixture
def outputs(tmp_path):
    """A file of the program's own outputs."""
    path = tmp_path / "promises.json"
    path.write_text(json.dumps(all_four()[1]))
    return path


@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_example_is_a_promise_file_of_that_provider(preflight, provider):
    code, out, err = preflight("promises", "--example", provider)
    assert (code, err) == (0, "")
    assert set(json.loads(out)) == {"version", "gateway", provider}
    assert getattr(parse(out, "the example"), provider) == getattr(EXAMPLE, provider)


def test_the_example_of_all_has_every_field_that_the_program_writes(preflight):
    _, out, _ = preflight("promises", "--example", "all")
    example, made = json.loads(out), all_four()[1]
    assert example["version"] == made["version"] == VERSION
    assert set(example) == set(made)
    for name in PROVIDERS:
        assert set(example[name][0]) <= set(made[name][0])
        optional = {
            field.name
            for field in dataclasses.fields(CLASSES[name])
            if field.default != dataclasses.MISSING
        }
        assert set(made[name][0]) - set(example[name][0]) <= optional
    assert parse(out, "the example") == EXAMPLE


def test_the_names_in_an_example_are_told_from_real_ones():
    for provider in ("azure", "vertex", "bedrock"):
        section = dataclasses.asdict(EXAMPLE.of(provider)[0])
        yours = [name for name, value in section.items() if "your-" in str(value)]
        assert len(yours) >= 3, provider


def test_an_example_is_judged_by_check_like_any_promise(preflight, tmp_path):
    path = tmp_path / "promises.json"
    path.write_text(preflight("promises", "--example", "openai")[1])
    requests = tmp_path / "requests.jsonl"
    body = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Hello"}]}
    line = {"custom_id": "a", "method": "POST", "url": "/v1/chat/completions", "body": body}
    requests.write_text(json.dumps(line) + "\n")
    code, out, err = preflight("check", requests, "--promises", path, "--offline")
    assert code == 0, out + err


def test_a_promise_file_is_printed_as_it_was_understood(preflight, outputs):
    code, out, err = preflight("promises", "--promises", outputs)
    assert (code, err) == (0, "")
    assert json.loads(out) == json.loads(outputs.read_text())
    again = outputs.with_name("again.json")
    again.write_text(out)
    assert preflight("promises", "--promises", again) == (0, out, "")


def test_the_file_of_the_environment_is_read_where_none_is_named(preflight, outputs, monkeypatch):
    monkeypatch.setenv("PREFLIGHT_PROMISES", str(outputs))
    code, out, _ = preflight("promises")
    assert (code, json.loads(out)) == (0, json.loads(outputs.read_text()))


def test_a_file_that_promises_nothing_usable_is_refused_with_its_sentence(preflight, outputs):
    wrong = json.loads(outputs.read_text())
    wrong["vertex"][0]["bukcet"] = wrong["vertex"][0].pop("bucket")
    outputs.write_text(json.dumps(wrong))
    code, out, err = preflight("promises", "--promises", outputs)
    assert (code, out) == (2, "")
    assert 'vertex[0]: "bukcet": is not part of the contract; remove it' in err
    assert err.count("\n") == 1


def test_without_a_source_it_says_which_there_are(preflight):
    code, out, err = preflight("promises")
    assert (code, out) == (2, "")
    assert "add --stack NAME or --promises FILE" in err


def test_an_example_and_a_file_exclude_each_other(preflight, outputs):
    code, _, err = preflight("promises", "--example", "all", "--promises", outputs)
    assert code == 2
    assert "not allowed with" in err


def test_a_stack_is_asked_of_pulumi(preflight, outputs, tmp_path, monkeypatch):
    command = tmp_path / "pulumi"
    command.write_text(f"#!/bin/sh\ncat {outputs}\n")
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    code, out, _ = preflight("promises", "--stack", "dev")
    assert (code, json.loads(out)) == (0, json.loads(outputs.read_text()))


# --- the example stacks --------------------------------------------------------------------------

STACKS = sorted((ROOT / "examples" / "stacks").glob("Pulumi.*.yaml"))


def settings_of(path):
    config = yaml.safe_load(path.read_text())["config"]
    assert all(key.startswith("batch-preflight:") for key in config)
    return {key.removeprefix("batch-preflight:"): value for key, value in config.items()}


@pytest.mark.parametrize("path", STACKS, ids=lambda path: path.name)
def test_what_an_example_stack_promises_is_read_by_preflight(path):
    settings = settings_of(path)
    _, outputs = run(settings, Recorder(subscription=settings.get("azureSubscriptionId", "")))
    promises = parse(json.dumps(outputs), path.name)
    on = {name for name in PROVIDERS if settings.get(f"{name}Enabled")}
    assert {name for name in PROVIDERS if getattr(promises, name)} == on


def test_there_is_a_stack_for_each_provider_alone_and_for_all_four():
    on = [
        {name for name in PROVIDERS if settings_of(path).get(f"{name}Enabled")} for path in STACKS
    ]
    assert all({name} in on for name in PROVIDERS)
    assert set(PROVIDERS) in on
