"""Good request files of each provider, and the checks of one, asked for."""

import pytest
from request_files import PROMISED, good_lines, line, write

from preflight.checks.requests import checks_for
from preflight.contract import PROVIDERS
from preflight.requests.scan import Scan, scan

COUNT = 120


@pytest.fixture(scope="session")
def healthy(tmp_path_factory) -> dict[str, Scan]:
    """A good file for each provider; no test changes it."""
    folder = tmp_path_factory.mktemp("healthy")
    return {
        provider: scan(write(folder / f"{provider}.jsonl", good_lines(COUNT, provider)))
        for provider in PROVIDERS
    }


def asked(provider, found):
    return {check.id: check(PROMISED[provider], found) for check in checks_for(provider)}


def judged(check_id, provider, found):
    return asked(provider, found)[check_id]


def of_a_file(tmp_path, *every):
    return scan(write(tmp_path / "some.jsonl", [line(one) for one in every]))
