"""What a connection says, where a task's run is kept, how errors are worded; without Airflow."""

from types import SimpleNamespace

import pytest

import preflight.airflow
from preflight.airflow.access import access
from preflight.airflow.asking import Job
from preflight.airflow.place import Task, open_address, place
from preflight.airflow.provider import get_provider_info
from preflight.airflow.saying import hopeless, sentence
from preflight.batch.ledger import Busy
from preflight.batch.refusals import Declined, Lost
from preflight.seams import CredentialsMissing, PreflightError, RunError, UsageError

KEY = "the-gateways-key"


def connection(password=KEY, **fields):
    return SimpleNamespace(
        **{"host": None, "schema": None, "port": None, **fields}, password=password
    )


@pytest.mark.parametrize(
    ("fields", "url"),
    [
        ({}, None),
        ({"host": "  "}, None),
        ({"host": "https://gateway.example/api/llm/"}, "https://gateway.example/api/llm"),
        ({"host": "gateway.example/api/llm"}, "https://gateway.example/api/llm"),
        ({"host": "127.0.0.1", "schema": "http", "port": 8080}, "http://127.0.0.1:8080"),
        ({"host": "https://gateway.example/v1", "port": 8443}, "https://gateway.example:8443/v1"),
        ({"host": "https://gateway.example:1/v1", "port": 8443}, "https://gateway.example:1/v1"),
    ],
)
def test_a_connection_names_the_key_and_perhaps_the_gateway(fields, url):
    found = access(connection(**fields), "c")
    assert (found.key, found.base_url) == (KEY, url)
    assert KEY not in repr(found)


@pytest.mark.parametrize("password", [None, "", "  ", "two words", "a\nb", "kéy"])
def test_a_connection_without_a_usable_key_is_refused_and_the_key_not_told(password):
    with pytest.raises(UsageError, match=r"^connection c: holds ") as error:
        access(connection(password), "c")
    assert "password" in error.value.remedy
    assert not (password or "").strip() or password not in str(error.value)


@pytest.mark.parametrize(
    "host", ["ftp://gateway.example", "https://", "https://me:pw@host", "http://[", "http://h:x"]
)
def test_a_host_that_is_no_gateways_url_is_refused(host):
    with pytest.raises(UsageError, match="no URL of a gateway") as error:
        access(connection(host=host), "c")
    assert "pw" not in str(error.value)


def test_each_task_of_each_run_has_a_place_of_its_own_whatever_its_try():
    run = "manual__2026-11-23T00:00:00+00:00"
    tasks = [
        Task("dag", run, "task"),
        Task("dag", run, "task", 0),
        Task("dag", run, "task", 1),
        Task("dag", run.replace(":", "-"), "task"),
        Task("dag", "other", "task"),
        Task("dag", run, "group.task"),
        Task("../dag", run, "task"),
        Task(".", run, "task"),
        Task("x" * 200 + "a", run, "task"),
        Task("x" * 200 + "b", run, "task"),
    ]
    folders = [place("/runs", task).folder for task in tasks]
    assert len(set(folders)) == len(tasks)
    assert place("/runs", tasks[1]).folder == folders[1]
    for task, folder in zip(tasks, folders, strict=True):
        assert folder.resolve().parents[len(task.parts) - 1].as_posix() == "/runs"
        assert all(len(part) < 100 for part in folder.parts)
    assert place("/runs", tasks[0]).name == "/".join(tasks[0].parts)


def test_a_folder_that_came_out_empty_is_refused():
    with pytest.raises(UsageError, match=r"^folder: is empty"):
        place(" ", Task("d", "r", "t"))


def test_the_address_of_a_ledger_is_shown_nowhere_and_named_without_a_password():
    held = place("/runs", Task("d", "r", "t"), "postgresql://me:hidden@host/db")
    assert "hidden" not in repr(held)
    assert open_address("postgresql://me@host/db") == "postgresql://me@host/db"
    with pytest.raises(UsageError, match="ledger_conn_id") as error:
        open_address("postgresql://me:hidden@host/db")
    assert "hidden" not in str(error.value)


@pytest.mark.parametrize(
    ("error", "for_good"),
    [
        (UsageError("a", "b", "c"), True),
        (CredentialsMissing("a", "b", "c"), True),
        (Declined("a", "b", "c", 401), True),
        (Declined("a", "b", "c", 403), True),
        (Declined("a", "b", "c", 429), False),
        (Declined("a", "b", "c", 400), False),
        (Lost("a", "b", "c"), False),
        (RunError("a", "b", "c"), False),
        (Busy("a", "b", "c"), False),
    ],
)
def test_what_a_person_must_repair_is_not_tried_again(error, for_good):
    assert hopeless(error) is for_good


@pytest.mark.parametrize(
    ("remedy", "worded"),
    [
        ("name one with --provider NAME", "name one with provider=NAME"),
        ("choose with --region and --model", "choose with region= and model="),
        ("name another folder with --out", "name another folder with folder="),
        ("send without a rehearsal: --no-rehearsal", "send without a rehearsal: rehearsal=False"),
        ("pulumi up --refresh", "pulumi up --refresh"),
        ("check TFY_API_KEY", "check the connection's password"),
    ],
)
def test_a_remedy_names_the_operators_arguments_and_not_the_commands_options(remedy, worded):
    assert sentence(PreflightError("--provider x", "is wrong", remedy)).endswith(f"; {worded}")


@pytest.mark.parametrize(
    ("job", "words"),
    [
        (Job(), "names no stack"),
        (Job(stack="a", promises="b"), "two sources"),
        (Job(stack="a", provider=("azur",)), "is not known"),
        (Job(promises="{no json"), "no JSON"),
    ],
)
def test_a_job_that_contradicts_itself_is_refused(job, words):
    with pytest.raises(UsageError, match=words):
        job.arguments()


def test_the_package_offers_its_names_without_loading_airflow():
    assert "PreflightBatchOperator" in preflight.airflow.__all__
    with pytest.raises(AttributeError, match="no attribute 'Operator'"):
        _ = preflight.airflow.Operator
    assert get_provider_info()["package-name"] == "batch-preflight"
