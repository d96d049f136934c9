"""`preflight init` by flags, and the file that it writes."""

from pathlib import Path

import pytest
import yaml
from infra_world import Recorder, run
from init_world import GUID, NEEDED, files, flags, project, written

from preflight.commands.init import ASKED
from preflight.settings import SETTINGS

__all__ = ["project"]


@pytest.mark.parametrize("chosen", [*([name] for name in NEEDED), list(NEEDED)], ids="+".join)
def test_what_flags_write_the_program_takes(preflight, project, chosen):
    code, out, err = preflight("init", "--stack", "dev", *flags(*chosen))
    assert code == 0, err
    assert out == f"{project / 'Pulumi.dev.yaml'}\n"
    assert "pulumi stack init dev" in err
    config = written(project)
    asked = {key for key in ASKED if SETTINGS[key].provider in {"", *chosen}}
    asked -= {"gatewayAwsExternalId"}  # which may be empty, and then is no setting
    assert set(config) == asked | {f"{name}Enabled" for name in chosen}
    provisioned = GUID if "azure" in chosen else ""
    _, outputs = run(config, Recorder(subscription=provisioned))
    assert set(outputs) == {"version", "gateway", *chosen}


def test_a_date_stays_text_and_a_number_a_number(preflight, project):
    capacity, version = ("--set", "azureCapacity=50"), ("--set", "azureApiVersion=2024-10-21")
    preflight("init", "--stack", "dev", *flags("azure"), *capacity, *version)
    assert written(project)["azureApiVersion"] == "2024-10-21"
    assert written(project)["azureCapacity"] == 50


@pytest.mark.parametrize(
    "typed", ["us-east-1, us-west-2", "us-east-1,us-west-2", '["us-east-1", "us-west-2"]']
)
def test_a_list_is_given_with_commas_or_as_json(preflight, project, typed):
    regions = ("--set", f"bedrockRegions={typed}")
    code, _, err = preflight("init", "--stack", "dev", *flags("bedrock"), *regions)
    assert code == 0, err
    assert written(project)["bedrockRegions"] == ["us-east-1", "us-west-2"]


REFUSED = {
    "no stack": (flags("openai"), "names no stack; add --stack NAME"),
    "no provider": (["--stack", "dev"], "names no provider; add --provider NAME"),
    "no path": (["--stack", "../x", *flags("openai")], "is no stack's name"),
    "all that is missing": (
        ["--stack", "dev", "--provider", "vertex", "--provider", "bedrock"],
        (
            "lacks vertexProject (must be a project's id, not its number or its display name) and "
            "gatewayAwsPrincipalArn (must be the ARN of an IAM role, a user or an account's root, "
            "or gatewayAwsIdentityArn that of the role or user that the gateway is already); "
            'add --set vertexProject="$(gcloud config get-value project)" '
            "--set gatewayAwsPrincipalArn=arn:aws:iam::ACCOUNT:role/NAME"
        ),
    ),
    "a wrong value": (
        ["--stack", "dev", *flags("openai"), "--set", "openaiModels=a*b"],
        (
            '--set openaiModels: is ["a*b"], but must be a list of OpenAI\'s ids of models, '
            "without blanks; "
            "give --set openaiModels=gpt-4o-mini"
        ),
    ),
    "one wrong entry": (
        ["--stack", "dev", *flags("bedrock"), "--set", "bedrockRegions=us-east-1,everywhere"],
        (
            '--set bedrockRegions: is ["us-east-1", "everywhere"], but must be a list of AWS '
            "regions; give --set bedrockRegions=us-west-2"
        ),
    ),
    "an empty list": (
        ["--stack", "dev", *flags("bedrock"), "--set", "bedrockRegions="],
        "--set bedrockRegions: is not set, but must be a list of AWS regions",
    ),
    "no such setting": (
        ["--stack", "dev", *flags("openai"), "--set", "openaiModle=x"],
        "--set openaiModle: is no KEY=VALUE",
    ),
    "a flag": (
        ["--stack", "dev", *flags("openai"), "--set", "azureEnabled=true"],
        "--provider turns a provider on",
    ),
    "another provider's": (
        ["--stack", "dev", *flags("openai"), "--set", "vertexProject=abcdef"],
        "is for vertex, which is not asked for; add --provider vertex",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_written_is_said_and_nothing_is_written(preflight, project, case):
    arguments, sentence = REFUSED[case]
    code, out, err = preflight("init", *arguments)
    assert (code, out) == (2, "")
    assert sentence in err
    assert files(project) == ["Pulumi.yaml"]


def test_credentials_in_an_address_are_not_repeated(preflight, project):
    url = "gatewayUrl=https://me:hunter2@gateway.example.com"
    code, out, err = preflight("init", "--stack", "dev", *flags("openai"), "--set", url)
    assert code == 2
    assert "holds credentials" in err
    assert "hunter2" not in out + err


def test_outside_a_project_it_says_where_to_run_it(preflight, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, _, err = preflight("init", "--stack", "dev", *flags("openai"))
    assert code == 2
    assert "is in no Pulumi project" in err
    assert "add --yes" in err
    assert preflight("init", "--stack", "dev", *flags("openai"), "--yes")[0] == 0
    assert (tmp_path / "preflight.toml").is_file()


def test_a_file_that_is_there_is_left_as_it_is(preflight, project):
    there = project / "Pulumi.dev.yaml"
    there.write_text("mine")
    code, out, err = preflight("init", "--stack", "dev", *flags("openai"))
    assert (code, out) == (2, "")
    assert "exists already and is left as it is; add --force" in err
    assert there.read_text() == "mine"
    assert len(files(project)) == 2


def test_a_file_that_comes_while_it_asks_is_left_as_it_is(preflight, project, monkeypatch):
    there = project / "Pulumi.dev.yaml"
    link = Path.hardlink_to

    def first_somebody_else(path, target):
        there.write_text("theirs")
        link(path, target)

    monkeypatch.setattr(Path, "hardlink_to", first_somebody_else)
    code, _, err = preflight("init", "--stack", "dev", *flags("openai"))
    assert code == 2
    assert "exists already" in err
    assert there.read_text() == "theirs"
    assert len(files(project)) == 2


def test_force_replaces_the_settings_and_keeps_what_is_not_ours(preflight, project):
    (project / "Pulumi.dev.yaml").write_text(
        "# of the batch team\n"
        "encryptionsalt: v1:abc\n"
        "config:\n"
        "  aws:profile: batch # sandbox account\n"
        "  batch-preflight:vertexEnabled: true\n"
        "  batch-preflight:vertexProject: old-project\n"
        "  batch-preflight:openaiEnabled: false # since May\n"
    )
    code, _, err = preflight("init", "--stack", "dev", "--force", *flags("openai"))
    assert code == 0, err
    written = (project / "Pulumi.dev.yaml").read_text()
    assert written.startswith("# of the batch team\n")
    assert "  aws:profile: batch # sandbox account\n" in written
    assert "# since May\n" in written
    assert written.index(":openaiEnabled:") < written.index(":gatewayUrl:")  # where it was
    content = yaml.safe_load(written)
    assert content["encryptionsalt"] == "v1:abc"
    assert content["config"].pop("aws:profile") == "batch"
    assert set(content["config"]) == {
        "batch-preflight:gatewayUrl",
        "batch-preflight:openaiEnabled",
        "batch-preflight:openaiModels",
    }


@pytest.mark.parametrize("content", ["- a list", "config: [", "\xff"])
def test_force_does_not_replace_what_it_cannot_read(preflight, project, content):
    there = project / "Pulumi.dev.yaml"
    there.write_bytes(content.encode("latin-1"))
    code, _, err = preflight("init", "--stack", "dev", "--force", *flags("openai"))
    assert code == 2
    assert "repair the file" in err
    assert there.read_bytes() == content.encode("latin-1")


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(28, "No space left on device")])
def test_what_ends_the_writing_leaves_nothing_behind(preflight, project, monkeypatch, error):
    def fail(_):
        raise error

    monkeypatch.setattr("preflight.settings.stack_file.os.fsync", fail)
    code, out, err = preflight("init", "--stack", "dev", *flags("openai"))
    assert code in {2, 130}
    assert out == ""
    assert err.count("\n") == 1
    assert files(project) == ["Pulumi.yaml"]
