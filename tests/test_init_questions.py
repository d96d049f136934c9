"""`preflight init` asks for what no flag says."""

from init_world import ARN, DECLARED, Terminal, files, flags, project, typing, written

__all__ = ["project", "typing"]


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
