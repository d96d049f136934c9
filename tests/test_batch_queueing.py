"""A provider's queue that is full, and a shard that is larger than all of it."""

import pytest

from preflight.batch.queueing import full, too_large

OPENAI = (
    "token_limit_exceeded: Enqueued token limit reached for gpt-4o-mini in organization org-1."
    " Limit: 2,000,000 enqueued tokens. Please try again once some batches have been completed."
)
AZURE = (
    "token_limit_exceeded: The number of enqueued tokens has surpassed the configured limit of 30K"
    " for the deployment 'gpt-4.1-batch'. Please either increase the limit or try again once the"
    " current jobs have finished."
)
REQUESTS = (
    "Enqueued request limit reached for text-embedding-3-small in organization org-1."
    " Limit: 1,000,000 enqueued requests."
)


@pytest.mark.parametrize(
    ("words", "limit"),
    [
        (OPENAI, 2_000_000),
        (AZURE, 30_000),
        (AZURE.replace("30K", "1.35M"), 1_350_000),
        (AZURE.replace("30K", "900"), 900),
    ],
)
def test_a_shard_above_the_size_that_the_refusal_names_never_fits(words, limit):
    assert full([words])
    assert too_large([words], limit) is None
    told = too_large([words], limit + 1)
    assert f"a queue of {limit:,}, though it be empty" in told
    assert f"queue_tokens = {limit}," in told


@pytest.mark.parametrize("words", [REQUESTS, "token_limit_exceeded: Enqueued token limit reached"])
def test_where_no_size_in_tokens_is_named_it_may_fit_later(words):
    assert too_large([words], 10**12) is None
