"""The deadline for all questions together, and endpoints that accept and never answer."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

import pytest

from preflight.bundle.outcomes import error_of, refused
from preflight.outcomes import Passed, Skipped, Unknown, check
from preflight.report import Verdict
from preflight.runner import Suite, World, run
from preflight.seams import LookError, NotInTime


@contextmanager
def silent():
    """A server that accepts and never answers."""
    taken = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept():
            while True:
                try:
                    taken.append(server.accept()[0])
                except OSError:
                    return

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
    for connection in taken:
        connection.close()


def hanging(check_id, release, *, gate=False):
    @check(check_id, "It answers", gate=gate)
    def hangs(promised, world):
        release.wait(20)
        return Passed("late")

    return hangs


@pytest.fixture
def release():
    event = threading.Event()
    yield event
    event.set()


def suite(*checks):
    return Suite("any", "all", checks, object(), World(lambda: None))


def test_what_has_no_answer_when_all_time_is_up_is_unknown_with_the_reason(release):
    start = time.monotonic()
    report = run([suite(hanging("slow", release))], overall_seconds=0.2)
    assert time.monotonic() - start < 5
    assert report.results[0].outcome == Unknown(
        "no answer within 0.2 s for all questions together",
        "a provider that answers in time; or a longer --overall-deadline",
    )


def test_the_shorter_of_both_deadlines_is_named(release):
    report = run([suite(hanging("slow", release))], deadline_seconds=0.1, overall_seconds=5)
    assert report.results[0].outcome.reason == "no answer within 0.1 s"
    assert "--deadline" in report.results[0].outcome.needs


def test_gates_one_after_the_other_end_with_the_overall_deadline(release):
    @check("slow", "It takes its time", gate=True)
    def slow(promised, world):
        time.sleep(0.3)
        return Passed("at last")

    asked = []

    @check("after", "It is asked")
    def after(promised, world):
        asked.append(1)
        return Passed("asked")

    report = run([suite(slow, after)], deadline_seconds=5, overall_seconds=0.2)
    assert [type(result.outcome) for result in report.results] == [Unknown, Skipped]
    assert asked == []


def test_what_was_not_asked_before_all_time_was_up_is_not_asked(release):
    @check("open", "It stands open", gate=True)
    def gate(promised, world):
        return Passed("open")

    asked = []

    @check("after", "It is asked")
    def after(promised, world):
        asked.append(1)
        return Passed("asked")

    report = run([suite(gate, after)], overall_seconds=0.0)
    assert asked == []
    assert report.verdict is Verdict.CANNOT_TELL


def test_a_late_answer_comes_out_of_a_bundle_in_the_same_words(release):
    late = error_of(refused(NotInTime("q", 30, "--overall-deadline")))

    @check("late", "It answers")
    def raises(promised, world):
        raise late

    live = run([suite(hanging("late", release))], overall_seconds=0.1).results[0].outcome
    again = run([suite(raises)]).results[0].outcome
    assert again.reason.replace("30 s", "0.1 s") == live.reason
    assert again.needs == live.needs
    assert isinstance(late, LookError)


def outputs(url):
    cloud = {"region": "us-west-2", "model": "m", "provider_name": "p", "bucket": "b"}
    return {
        "version": 2,
        "gateway": {"base_url": url},
        "openai": [{"provider_name": "openai-main", "model": "gpt-4o-mini"}],
        "azure": [
            {
                "provider_name": "azure-main",
                "subscription_id": "00000000-0000-0000-0000-00000000a2e0",
                "resource_group": "g",
                "account": "a",
                "region": "swedencentral",
                "deployment": "batch",
                "model": "gpt-4o-mini",
                "sku": "GlobalBatch",
                "api_version": "2024-10-21",
                "gateway_principal_id": "00000000-0000-0000-0000-00000000ca7e",
            }
        ],
        "bedrock": [
            cloud
            | {
                "partition": "aws",
                "account": "123456789012",
                "model_arns": ["arn:aws:bedrock:us-west-2::foundation-model/m"],
                "job_role_arn": "arn:aws:iam::123456789012:role/j",
                "gateway_principal_arn": "arn:aws:iam::123456789012:role/g",
            }
        ],
    }


def command(tmp_path, url, *arguments):
    promises = tmp_path / "p.json"
    promises.write_text(json.dumps(outputs(url)))
    env = dict(os.environ) | {
        "TFY_API_KEY": "key-of-a-test",
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "a-secret-of-a-test",
        "PREFLIGHT_ARM_ENDPOINT": url,
        "IDENTITY_ENDPOINT": f"{url}/token",
        "IDENTITY_HEADER": "a-header-of-a-test",
    }
    start = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "preflight", *arguments, "--promises", promises],
        capture_output=True,
        text=True,
        env=env,
        timeout=60,
        check=False,
    )
    return done, time.monotonic() - start


def test_the_command_ends_with_its_verdict_though_every_endpoint_hangs(tmp_path):
    with silent() as url:
        done, took = command(
            tmp_path, url, "check", "--format", "json", "--overall-deadline", "2.5"
        )
    assert done.returncode == 3, done.stderr
    report = json.loads(done.stdout)
    reasons = {one["reason"] for one in report["checks"] if one["outcome"] == "unknown"}
    assert "no answer within 2.5 s for all questions together" in reasons
    assert report["seconds"] < 4
    assert took < 15
    assert report["calls"] >= 1


def test_collecting_ends_too_and_the_bundle_says_what_did_not_answer(tmp_path, preflight):
    bundle = tmp_path / "b.json"
    with silent() as url:
        done, _ = command(tmp_path, url, "collect", "--out", bundle, "--overall-deadline", "2")
    assert done.returncode == 0, done.stderr
    code, out, _ = preflight("check", "--from-bundle", bundle, "--format", "json")
    assert code == 3
    assert "no answer within 2 s for all questions together" in out
