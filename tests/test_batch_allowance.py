"""What a shard and a run may have: asked, by the user's tables, by the dated ones."""

import pytest

from preflight.batch.allowance import Asked, allowance
from preflight.batch.room import Bound
from preflight.contract import PROVIDERS
from preflight.limits import LIMITS

MODEL = "gpt-4o-mini"


@pytest.mark.parametrize("provider", PROVIDERS)
def test_by_default_the_dated_tables_decide_and_are_named(provider):
    found, table = allowance(provider, MODEL, {}), LIMITS[provider]
    assert found.limits.min_requests == table.min_requests
    assert found.limits.max_requests == table.max_requests
    assert found.limits.max_bytes == table.max_bytes
    assert found.limits.max_tokens is None
    for bound in (found.min_requests, found.max_requests, found.max_bytes):
        assert table.source in bound.source
        assert table.read_on in bound.source


def test_open_jobs_are_limited_at_bedrock_and_files_at_azure():
    rooms = {name: allowance(name, MODEL, {}).room for name in PROVIDERS}
    jobs = {name: room.max_jobs and room.max_jobs.amount for name, room in rooms.items()}
    assert jobs == {"openai": None, "azure": None, "vertex": None, "bedrock": 20}
    files = {name: room.max_files and room.max_files.amount for name, room in rooms.items()}
    assert files == {"openai": None, "azure": 500, "vertex": None, "bedrock": None}
    assert rooms["openai"].max_requests.amount == 1_000_000
    assert rooms["openai"].max_tokens is None


def test_what_was_asked_stands_before_the_tables():
    asked = "Service Quotas"
    live = {
        Asked.MIN_REQUESTS: Bound(50, asked),
        Asked.MAX_REQUESTS: Bound(100_000, asked),
        Asked.MAX_BYTES: Bound(2_000, asked),
        Asked.OPEN_JOBS: Bound(3, asked),
    }
    found = allowance("bedrock", MODEL, live)
    assert (found.min_requests, found.max_requests) == (Bound(50, asked), Bound(100_000, asked))
    assert found.max_bytes == Bound(2_000, asked)
    assert found.room.max_jobs == Bound(3, asked)


def test_a_tenth_of_a_queue_of_tokens_stays_free():
    found = allowance("azure", MODEL, {Asked.QUEUE_TOKENS: Bound(1000, "deployment batch")})
    assert found.limits.max_tokens == found.room.max_tokens.amount == 900
    assert found.max_tokens.source == "of 1,000 by deployment batch; a tenth stays free"


def test_the_users_own_rows_bound_it_further(tables):
    tables(
        'openai.queue_tokens = { "gpt-4o-mini" = 50 }\n'
        'openai.queue_requests = { "gpt-4o-mini" = 7 }\n'
        "bedrock.max_requests = 10\nvertex.max_bytes = 5000\n"
        "gateway.max_bytes = 4000\ngateway.max_open_batches = 2\n"
    )
    openai = allowance("openai", "gpt-4o-mini-2024-07-18", {})
    assert (openai.limits.max_tokens, openai.room.max_tokens.amount) == (45, 45)
    assert openai.limits.max_requests == openai.room.max_requests.amount == 7
    assert "tables.toml" in openai.max_requests.source
    live = {Asked.MAX_REQUESTS: Bound(99, "asked"), Asked.OPEN_JOBS: Bound(20, "asked")}
    bedrock = allowance("bedrock", MODEL, live)
    assert bedrock.limits.max_requests == 10
    assert bedrock.room.max_jobs.amount == 2
    assert allowance("vertex", MODEL, {}).limits.max_bytes == 4000
