"""A request file in which one line is changed, and what the checks say of it."""

from request_files import PROMISED, line, request, write

from preflight.checks.requests import checks_for
from preflight.outcomes import Failed
from preflight.requests.scan import scan

COUNT = 120
AT = 60


def asked(tmp_path, provider, all_lines, name="requests.jsonl"):
    """Each check's id and what it came out as."""
    result = scan(write(tmp_path / name, all_lines))
    return {check.id: check(PROMISED[provider], result) for check in checks_for(provider)}


def failing(answers):
    return {check_id for check_id, answer in answers.items() if isinstance(answer, Failed)}


def changed(provider, **fields):
    return line(request(AT, provider) | fields)


def body(provider, **fields):
    return line(request(AT, provider, **fields))
