import asyncio
import subprocess
import sys
import threading

import pytest
from infra_world import ALL, BEDROCK, OPENAI, ROOT, Recorder, run

from preflight.sandbox.program import program_folder, stack_settings
from preflight.sandbox.provision import SECRET, SIGNATURE, SandboxHandlers, plain, provision
from preflight.seams import UsageError


def test_every_resource_is_told_with_its_type_its_name_and_its_id():
    told = []
    recorder, _ = run(ALL, progress=lambda *what: told.append(what))
    assert {(token, name) for token, name, _ in told} == {
        (it.token, it.name) for it in recorder.resources
    }
    assert (
        "aws:s3/bucket:Bucket",
        "batch-bedrock-us-west-2-data",
        "batch-bedrock-us-west-2-data-1a2b3c4",
    ) in told
    assert not [token for token, _, _ in told if token.startswith("batch-preflight:")]


class Broken(Recorder):
    """The bucket cannot be made."""

    def create(self, token):
        make = super().create(token)

        def fail(name, inputs):
            if token == "aws:s3/bucket:Bucket":
                raise BucketTaken(name)
            return make(name, inputs)

        return fail


class BucketTaken(Exception):
    pass


def test_what_a_handler_raises_comes_out_as_itself():
    with pytest.raises(BucketTaken, match=r"^batch-bedrock-us-west-2-data$"):
        run(ALL, Broken())


def test_a_failure_leaves_no_thread_and_no_complaint_behind(capfd):
    before = set(threading.enumerate())
    with pytest.raises(BucketTaken):
        run(ALL, Broken())
    assert set(threading.enumerate()) == before
    assert capfd.readouterr() == ("", "")


def test_a_success_leaves_no_thread_and_no_complaint_behind(capfd):
    before = set(threading.enumerate())
    run(ALL)
    assert set(threading.enumerate()) == before
    assert capfd.readouterr() == ("", "")


def test_it_runs_beside_a_loop_that_is_already_running():
    async def main():
        return run(OPENAI)[1]

    assert asyncio.run(main())["openai"][0]["model"] == "gpt-4o-mini"


def test_one_run_leaves_nothing_to_the_next():
    run(ALL | {"gatewayUrl": "https://one.example.com"})
    _, outputs = run(OPENAI)
    assert set(outputs) == {"version", "gateway", "openai"}
    assert outputs["gateway"]["base_url"] == "https://gateway.truefoundry.ai"


@pytest.mark.parametrize(
    ("token", "kind"),
    [("aws:sqs/queue:Queue", "resource type"), ("azure:core/group:Group", "resource type")],
)
def test_a_type_without_a_handler_is_named(token, kind):
    env = {"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_DEFAULT_REGION": "us-west-2"}
    with pytest.raises(UsageError) as refused:
        SandboxHandlers(env).create(token)
    assert refused.value.where == token
    assert kind in refused.value.what


def test_a_function_without_a_handler_is_named():
    with pytest.raises(UsageError, match=r"^random:index/now:now: is a function"):
        SandboxHandlers({}).invoke("random:index/now:now")


def test_a_setting_that_is_not_declared_is_named():
    with pytest.raises(UsageError, match=r"^bedrockRegoin: is no setting of Pulumi\.yaml"):
        run(BEDROCK | {"bedrockRegoin": "us-west-2"})


def test_a_setting_without_default_has_to_be_given(tmp_path):
    (tmp_path / "Pulumi.yaml").write_text("name: p\nconfig:\n  needed: {type: string}\n")
    with pytest.raises(UsageError, match=r"^needed: is needed"):
        stack_settings(tmp_path, {})
    assert stack_settings(tmp_path, {"needed": "x"})[1] == {"p:needed": "x"}


def test_settings_reach_the_program_as_pulumi_would_write_them():
    _, settings = stack_settings(ROOT, {"openaiEnabled": True, "bedrockRegions": ["eu"]})
    assert settings["batch-preflight:openaiEnabled"] == "true"
    assert settings["batch-preflight:bedrockRegions"] == '["eu"]'
    assert settings["batch-preflight:resultDays"] == "30"
    assert settings["aws:region"] == "us-west-2"


def test_the_program_is_found_from_any_folder_within_the_project(monkeypatch):
    monkeypatch.chdir(ROOT / "preflight" / "sandbox")
    assert program_folder() == ROOT


def test_outside_the_project_it_is_said_that_there_is_no_program(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=r"holds no Pulumi\.yaml"):
        program_folder()
    with pytest.raises(UsageError, match=r"holds no Pulumi\.yaml"):
        provision({}, {}, program=ROOT / "preflight")


def test_numbers_are_whole_again_and_nothing_else_changes():
    wire = {"a": [50.0, 0.5, True, "1.0", None], "b": {"c": 3.0}}
    assert plain(wire) == {"a": [50, 0.5, True, "1.0", None], "b": {"c": 3}}
    assert isinstance(plain(wire)["b"]["c"], int)
    assert plain({"a": {SIGNATURE: SECRET, "value": ["hush"]}}) == {"a": ["hush"]}
    assert plain(wire)["a"][2] is True


def test_importing_it_loads_neither_pulumi_nor_a_cloud_sdk():
    loaded = "import sys, preflight.sandbox.provision as _; print(*sys.modules)"
    done = subprocess.run(  # our own interpreter, a constant program
        [sys.executable, "-c", loaded], capture_output=True, text=True, check=True
    )
    names = {name.partition(".")[0] for name in done.stdout.split()}
    assert not names & {"pulumi", "pulumi_aws", "boto3", "yaml", "infra"}
