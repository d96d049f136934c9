"""Reports to be rendered: one with an outcome of each kind, and the same full of a given text."""

from datetime import UTC, date, datetime

from preflight.outcomes import Failed, Passed, Skipped, Unknown
from preflight.report import Report, RequestFile, Result, Waiver

DIGEST = "9f" * 32


def filled(text, *, path="jobs/requests.jsonl", scope=()):
    """A report in which every text from outside holds this one."""

    def said(words):
        return f"{words} {text} end"

    def result(check_id, outcome, waiver=None, provider="bedrock"):
        return Result(
            provider,
            said("suite"),
            check_id,
            said(check_id.replace("-", " ")),
            outcome,
            0.25,
            said("us-west-2"),
            waiver,
        )

    waiver = Waiver(said("reason"), said("owner"), date(2030, 1, 31), 9)
    results = (
        result("requests-json", Failed(said("line 3"), said("rewrite"), (3, 7, 9))),
        result("requests-json", Failed(said("line 3"), said("rewrite"), (3, 7, 9)), None, "vertex"),
        result("bedrock-bucket-region", Failed(said("elsewhere"), said("move it"))),
        result("bedrock-quota-jobs", Failed(said("too many"), said("wait")), waiver),
        result("bedrock-job-role-trust", Unknown(said("refused"), said("iam:GetRole"))),
        result("bedrock-model-access", Skipped(said("decided by another"))),
        result("gateway-reachable", Passed(said("answers"), said("slowly"))),
        result("gateway-key", Passed(said("is taken"))),
    )
    models = ((said("model"), 4), ("", 1))
    return Report(
        results,
        scope=(*scope, said("clouds")) if text else scope,
        seconds=1.5,
        promises="Pulumi.dev.yaml",
        file=RequestFile(path, 1_234, DIGEST, 5, 67, models),
        at=datetime(2026, 11, 22, 18, 3, 4, 567, tzinfo=UTC),
        notes=(said("a waiver is idle"),) if text else (),
    )


EVERY_KIND = filled("")
EMPTY = Report(())
READY = Report(
    (Result("openai", "openai", "openai-key", "The key is taken", Passed("it is"), 0.1, "gpt"),)
)
