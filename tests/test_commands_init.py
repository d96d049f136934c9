import io
import json
import shutil
from pathlib import Path

import pytest
import yaml
from infra_world import ROOT, Recorder, run

from infra.config import SettingsError, load
from preflight import settings
from preflight.commands.init import ASKED
from preflight.settings import SETTINGS, Takes, WrongSetting

DECLARED = {
    key: schema
    for key, schema in yaml.safe_load((ROOT / "Pulumi.yaml").read_text())["config"].items()
    if "default" in schema
}
ARN = "arn:aws:iam::123456789012:role/gateway"
GUID = "00000000-0000-0000-0000-00000000a2e0"
NEEDED = {
    "openai": (),
    "azure": (f"azureSubscriptionId={GUID}", f"gatewayAzurePrincipalId={GUID}"),
    "vertex": ("vertexProject=sandbox-project",),
    "bedrock": (f"gatewayAwsPrincipalArn={ARN}",),
}


class Terminal(io.StringIO):
    """Somebody who types these lines, and then closes the terminal."""

    def isatty(self):
        return True


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A checkout with its Pulumi.yaml; the working directory is within it."""
    shutil.copy(ROOT / "Pulumi.yaml", tmp_path)
    within = tmp_path / "docs"
    within.mkdir()
    monkeypatch.chdir(within)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    return tmp_path


@pytest.fixture
def typing(monkeypatch):
    def type_(*lines):
        monkeypatch.setattr("sys.stdin", Terminal("".join(f"{line}\n" for line in lines)))

    return type_


def flags(*providers):
    given = [("--provider", name) for name in providers]
    given += [("--set", text) for name in providers for text in NEEDED[name]]
    return [word for pair in given for word in pair]


def written(project, stack="dev"):
    content = yaml.safe_load((project / f"Pulumi.{stack}.yaml").read_text())["config"]
    assert all(key.startswith("batch-preflight:") for key in content)
    return {key.removeprefix("batch-preflight:"): value for key, value in content.items()}


def files(project):
    return sorted(path.name for path in project.iterdir() if path.is_file())


# --- the rules are the program's -----------------------------------------------------------------


def test_every_setting_of_the_project_has_a_rule_and_no_other():
    assert set(SETTINGS) == set(DECLARED)
    kinds = {
        "string": {Takes.TEXT, Takes.URL},
        "integer": {Takes.NUMBER},
        "boolean": {Takes.FLAG},
        "array": {Takes.TEXTS},
    }
    for key, setting in SETTINGS.items():
        assert setting.takes in kinds[DECLARED[key]["type"]], key
        assert not setting.provider or f"{setting.provider}Enabled" in SETTINGS


VALUES = {
    Takes.TEXT: (
        "||a|a b|*|us-west-2|europe-west4|US|swedencentral|Standard|GlobalBatch|DataZoneBatch"
        "|2024-10-21|2025-03-01-preview|latest|example.com:sandbox-project|sandbox-project|123456789"
        "|amazon.nova-lite-v1:0|Claude 3.5|https://me:hunter2@example.com|\u00e9|tenant-7|a\nb| a"
        f"|{GUID}|{ARN}|{ARN}\n|arn:aws-us-gov:iam::123456789012:user/tfy/gateway|{'x' * 2000}"
        "|arn:aws:iam::123456789012:root"
    ),
    Takes.TEXTS: (
        '|[]|["us-east-1"]|["everywhere"]|us-east-1|{"a": 1}|[1]|[""]|["a b"]|["a", "a"]|["a", "b"]'
        '|["europe-west4"]|["swedencentral", "eastus"]|["gpt-4o@2024-08-06"]|["team=ml"]|["=ml"]'
        '|["gpt-4o@2024-08-06", "gpt-4o@2024-11-20"]|["gpt-4o-mini@"]|["@1"]'
        '|["amazon.nova-lite-v1:0", "us.amazon.nova-lite-v1:0"]|[["a"]]|["a-bucket"]'
    ),
    Takes.FLAG: "|true|false|TRUE|yes|1|False ",
    Takes.NUMBER: "|0|1|13|14|1000|-1|1.5|9999999999|x",
    Takes.URL: (
        "|https://a.example.com/|a.example.com|ftp://a|https://a/?b|https://|https://[a"
        "|https://me:hunter2@example.com|https://a:0|http://127.0.0.1:80/llm"
    ),
}
"""Good and bad ones, with bars between them."""


class Values(dict):
    """pulumi.Config, as far as the program uses it."""


def by_the_program(key, value):
    """What the Pulumi program says about the value: its sentences about this key."""
    provider = SETTINGS[key].provider
    texts = {
        name: default if isinstance(default := schema["default"], str) else json.dumps(default)
        for name, schema in DECLARED.items()
    }
    needed = [text.partition("=") for text in NEEDED.get(provider, ())]
    texts |= {name: text for name, _, text in needed}
    if provider:
        texts[f"{provider}Enabled"] = "true"
    try:
        load(Values(texts | {key: value}))
    except SettingsError as refused:
        return [line for line in str(refused).splitlines() if line.startswith(f"{key} ")]
    return []


def by_init(key, value):
    try:
        settings.parse(key, value)
    except WrongSetting as wrong:
        return [str(wrong)]
    return []


@pytest.mark.parametrize("key", SETTINGS)
def test_init_says_of_every_value_what_the_program_says(key, monkeypatch):
    # Which values go together is judged by the program alone.
    monkeypatch.setattr("infra.reader.Reader.refuse", lambda *_: None)
    for value in VALUES[SETTINGS[key].takes].split("|"):
        assert by_init(key, value) == by_the_program(key, value), value


# --- by flags ------------------------------------------------------------------------------------


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


# --- the file ------------------------------------------------------------------------------------


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
    )
    code, _, err = preflight("init", "--stack", "dev", "--force", *flags("openai"))
    assert code == 0, err
    written = (project / "Pulumi.dev.yaml").read_text()
    assert written.startswith("# of the batch team\n")
    assert "  aws:profile: batch # sandbox account\n" in written
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


# --- by questions --------------------------------------------------------------------------------


def test_questions_are_asked_on_standard_error_and_enter_takes_the_default(
    preflight, project, typing
):
    typing("", "vertex", "", "sandbox-project", "", "", "n")
    code, out, err = preflight("init")
    assert code == 0, err
    assert out == f"{project / 'Pulumi.dev.yaml'}\n"
    assert written(project) == {
        "gatewayUrl": "https://gateway.truefoundry.ai",
        "vertexEnabled": True,
        "vertexProject": "sandbox-project",
        "vertexRegions": ["europe-west4"],
        "vertexModels": ["gemini-3.5-flash-lite"],
    }
    assert DECLARED["vertexProject"]["description"] in err
    assert "vertexRegions [europe-west4]: " in err


def test_a_wrong_answer_is_told_and_asked_again(preflight, project, typing):
    typing(
        *("../x", "prod", "cohere", "vertex", "gateway", "", "123456", "sandbox-project", "US"),
        *("", "", "n"),
    )
    code, _, err = preflight("init")
    assert code == 0, err
    assert "is no stack's name" in err
    assert "name one or more of openai, azure, vertex, bedrock" in err
    assert 'it is "123456", but must be a project\'s id' in err
    assert 'it is ["US"], but must be a list of single regions' in err
    assert written(project, "prod")["vertexProject"] == "sandbox-project"


def test_a_list_is_asked_for_and_typed_with_commas(preflight, project, typing):
    typing("", ARN, "", "us-east-1, everywhere", "us-east-1, us-west-2", "", "n")
    code, _, err = preflight("init", "--stack", "dev", "--provider", "bedrock")
    assert code == 0, err
    assert 'it is ["us-east-1", "everywhere"], but must be a list of AWS regions' in err
    assert written(project)["bedrockRegions"] == ["us-east-1", "us-west-2"]
    assert "gatewayAwsExternalId" not in written(project)


def test_what_flags_say_is_not_asked(preflight, project, typing):
    typing("", "n")
    code, _, err = preflight(
        "init", "--stack", "dev", *flags("openai"), "--set", "openaiModels=gpt-x"
    )
    assert code == 0, err
    assert err.count("]: ") == 2
    assert written(project)["openaiModels"] == ["gpt-x"]


def test_yes_asks_nothing(preflight, project, typing):
    typing()
    code, _, err = preflight("init", "--yes", "--stack", "dev", *flags("openai"))
    assert code == 0, err
    assert "]: " not in err


def test_answers_that_end_too_soon_leave_nothing_behind(preflight, project, typing):
    typing("dev", "vertex")
    code, out, err = preflight("init")
    assert (code, out) == (2, "")
    assert "ended before the last question" in err
    assert files(project) == ["Pulumi.yaml"]


def test_an_interrupted_question_leaves_nothing_behind(preflight, project, typing, monkeypatch):
    typing("dev")
    read = Terminal.readline
    lines = []

    def interrupted(stream):
        if lines:
            raise KeyboardInterrupt
        lines.append(read(stream))
        return lines[-1]

    monkeypatch.setattr(Terminal, "readline", interrupted, raising=False)
    code, out, err = preflight("init")
    assert (code, out) == (130, "")
    assert "interrupted" in err
    assert files(project) == ["Pulumi.yaml"]
