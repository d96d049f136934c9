"""The edges of Vertex AI's project, its APIs and its model: each asked past its gates."""

from dataclasses import replace

import pytest
from request_files import PROMISED as FILES
from vertex_world import (
    FEDERATED,
    PROMISED,
    WITH_KEY,
    FakeGcp,
    ask,
)

from preflight.outcomes import Failed, Passed


def test_a_number_that_is_not_the_promised_one_names_both():
    failed = ask("vertex-project", FakeGcp(number="1"))
    assert "has number 1, but 123456789 is promised" in failed.problem
    assert isinstance(ask("vertex-project"), Passed)


@pytest.mark.parametrize(
    ("promised", "apis"),
    [
        (PROMISED, ["aiplatform", "storage"]),
        (FEDERATED, ["aiplatform", "storage", "sts"]),
        (WITH_KEY, ["aiplatform", "storage", "cloudkms"]),
        (replace(WITH_KEY, project="another"), ["aiplatform", "storage"]),
        (replace(WITH_KEY, project="sandbox"), ["aiplatform", "storage"]),
    ],
)
def test_the_apis_that_are_looked_up_are_those_that_the_job_uses(promised, apis):
    enabled = ", ".join(f"{api}.googleapis.com" for api in apis)
    assert ask("vertex-apis", promised=promised).detail == f"enabled: {enabled}"


def test_every_api_that_is_off_is_named():
    world = FakeGcp(apis={"aiplatform.googleapis.com": False, "storage.googleapis.com": False})
    problem = ask("vertex-apis", world).problem
    assert problem.endswith("aiplatform.googleapis.com, storage.googleapis.com")


def test_the_service_agent_is_that_of_the_projects_number():
    assert isinstance(ask("vertex-agent-name"), Passed)
    other = replace(PROMISED, project_number="42")
    failed = ask("vertex-agent-name", promised=other)
    assert "service-42@gcp-sa-aiplatform.iam.gserviceaccount.com, but" in failed.problem


def test_the_model_is_asked_for_in_the_promised_region():
    assert isinstance(ask("vertex-model"), Passed)
    failed = ask("vertex-model", promised=replace(PROMISED, region="us-central1"))
    assert failed.problem == "model gemini-2.5-flash is not published in us-central1"


def test_a_model_that_takes_no_batches_says_why_and_what_to_change():
    failed = ask("vertex-model-batch", promised=replace(FILES["vertex"], model="gemini-1.5-pro"))
    assert isinstance(failed, Failed)
    assert failed.remedy.startswith("in vertexModels of the stack's settings, put a model")


def test_a_project_that_does_not_exist_is_told_from_one_of_another_number():
    assert ask("vertex-project", FakeGcp(number=None)).problem == (
        "project sandbox-project does not exist, or is being deleted"
    )
