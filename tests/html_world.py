"""Reports as a browser is to show them: ready, not ready, not known; one target, and many."""

import json
import random
from argparse import Namespace
from dataclasses import replace
from datetime import UTC, date, datetime

from request_files import PROMISED

from preflight.catalog import yours
from preflight.checklist import checklist
from preflight.commands.plan import of_report
from preflight.outcomes import Failed, Passed, Skipped, Unknown
from preflight.report import Report, RequestFile, Result, Waiver
from preflight.requests.scan import scan
from preflight.targets import place

TARGETS = PROMISED | {
    "vertex": replace(
        PROMISED["vertex"],
        federation="principal://iam.googleapis.com/projects/123456789/locations/global/"
        "workloadIdentityPools/gateway/subject/system:serviceaccount:gateway:gateway",
    ),
    "bedrock": replace(
        PROMISED["bedrock"],
        bucket="acme-batches-us-west-2-4f1c",
        job_role_arn="arn:aws:iam::123456789012:role/batch/acme-batch-us-west-2-jobs",
        gateway_principal_arn="arn:aws:iam::123456789012:role/truefoundry-gateway",
        kms_key_arn="arn:aws:kms:us-west-2:123456789012:key/1b6f3a2e-6f0d-4a43-9f0e-1f8f5b2f9f10",
    ),
}
WRONG = {
    "bedrock-gateway-pass-role": Failed(
        "arn:aws:iam::123456789012:role/truefoundry-gateway may not hand over "
        "arn:aws:iam::123456789012:role/batch/acme-batch-us-west-2-jobs: no statement allows "
        "iam:PassRole on it where iam:PassedToService is bedrock.amazonaws.com",
        "pulumi up --refresh",
        by="IAM's simulator",
    ),
    "bedrock-bucket-expiry": Failed(
        "objects under requests/ are deleted after 1 day, and a job may take 3",
        "pulumi config set resultDays 14, then pulumi up",
    ),
    "requests-max-tokens": Failed(
        "line 17: max_tokens is 16,384, and the model gives at most 8,192",
        "set max_tokens to 8192 or less on these lines",
        (17, 18, 204),
    ),
    "bedrock-quota-maximum": Failed(
        "12 open jobs of at most 10", "ask AWS for more in Service Quotas"
    ),
}
DOUBT = {
    "bedrock-bucket-key": Unknown(
        "the key's policy could not be read: AccessDenied", "kms:GetKeyPolicy on the key"
    ),
    "vertex-agent-bucket": Unknown(
        "the bucket's policy could not be read", "storage.buckets.getIamPolicy on the bucket"
    ),
}
UNASKED = {"bedrock-job-role-bucket": Skipped("decided by bedrock-job-role")}
WAIVER = Waiver("the quota is raised on Monday", "platform team", date(2026, 12, 31), 38)


def results(provider, target, wrong):
    made = []
    for one in checklist():
        if provider not in one.providers or one.suites == ("canary",):
            continue
        outcome = wrong.get(one.check.id, Passed(f"as promised: {one.check.title.lower()}"))
        waiver = WAIVER if one.check.id == "bedrock-quota-maximum" else None
        if isinstance(outcome, Passed):
            waiver = None
        suite, title = one.suites[0], one.check.title
        made.append(
            Result(provider, suite, one.check.id, title, outcome, 0.1, place(target), waiver)
        )
    return made


def write_requests(path, count, models=("gpt-4o-mini",)):
    """Requests whose sizes are spread as prompts are: many short ones, and a few very long."""
    at = random.Random(7)
    with path.open("w") as file:
        for number in range(count):
            words = "lorem ipsum " * max(1, int(at.lognormvariate(3.2, 0.9)))
            body = {
                "model": models[int(at.random() ** 2 * len(models))],
                "messages": [{"role": "user", "content": words}],
                "max_tokens": 500,
            }
            line = {"custom_id": f"{number}", "method": "POST", "url": "/v1/chat/completions"}
            file.write(json.dumps(line | {"body": body}) + "\n")
    return path


def report(
    path, targets, wrong=None, *, count=2_000, tables="", models=("gpt-4o-mini",), planned=True
):
    """The report of a file that is written to `path`, for these targets: provider -> several."""
    write_requests(path, count, models)
    if tables:
        own = path.with_name("tables.toml")
        own.write_text(tables)
        yours.use(str(own))
    found = scan(path)
    made = Report(
        tuple(
            result
            for provider, several in targets.items()
            for target in several
            for result in results(provider, target, wrong or {})
        ),
        seconds=3.2,
        promises="Pulumi.dev.yaml",
        file=RequestFile(
            path.name,
            found.bytes,
            found.sha256,
            found.requests,
            found.tokens,
            tuple((model or "", seen.count) for model, seen in found.models.items()),
            lengths=found.lengths,
            prompts=found.prompts,
            longest_line=found.longest_line,
        ),
        at=datetime(2026, 11, 22, 18, 3, 4, tzinfo=UTC),
        calls=61,
        longest_chain=7,
        gateway="https://gateway.truefoundry.ai/api/llm/batches",
        promised=targets,
    )
    if planned:
        asked = Namespace(no_split=False, offline=True)
        made = replace(made, plans=of_report(made, found, asked))
    return made


def healthy(folder):
    return report(folder / "requests.jsonl", {"bedrock": (TARGETS["bedrock"],)})


def failing(folder):
    wrong = WRONG | DOUBT | UNASKED
    return report(folder / "requests.jsonl", {"bedrock": (TARGETS["bedrock"],)}, wrong)


def cannot_tell(folder):
    return report(folder / "requests.jsonl", {"vertex": (TARGETS["vertex"],)}, DOUBT)


def everything(folder):
    """Four providers, a file that each must divide, and prices for each."""
    tables = "\n".join(
        f'[{name}]\nmax_requests = {most}\nprices = {{ "{priced}" = {{ input = {price}, '
        f"output = {4 * price} }} }}"
        for name, most, priced, price in (
            ("openai", 300, "gpt-4o-mini", 0.075),
            ("azure", 900, "gpt-4o-mini", 0.08),
            ("vertex", 2_000, "gemini-2.5-flash", 0.15),
            ("bedrock", 250, "anthropic.claude-3-5-haiku-20241022-v1:0", 0.4),
        )
    )
    tables += '\n[gateway]\nmax_open_batches = 3\n[openai.queue_requests]\n"gpt-4o-mini" = 900\n'
    models = ("gpt-4o-mini", "gpt-4.1", "gpt-4.1-mini", "an-in-house-model")
    targets = {name: (target,) for name, target in TARGETS.items()}
    wrong = WRONG | DOUBT
    return report(
        folder / "requests.jsonl", targets, wrong, count=5_000, tables=tables, models=models
    )


WORLDS = {
    "healthy": healthy,
    "failing": failing,
    "cannot-tell": cannot_tell,
    "everything": everything,
}
