"""The edges of the user's own tables: what a row may be, and what is said of one that may not."""

import pytest

from preflight.catalog import yours
from preflight.catalog.limits import limits
from preflight.seams import UsageError


@pytest.mark.parametrize(
    "row",
    [
        "openai.max_requests = 1",
        "gateway.max_open_batches = 0",
        "gateway.counts_tokens = false",
        "gateway.counts_tokens = true",
        "gateway.lists_models = false",
        "gateway.max_bytes = 1",
        "openai.takes = []",
        'openai.refused = { a = "b" }',
        "openai.retires = { m = 2026-01-31 }",
        "openai.retires = { m = false }",
        "openai.most_output = { m = 1 }",
        "openai.queue_requests = { m = 1 }",
        "azure.prices = { m = { input = 0, output = 1.5 } }",
        "read_on = 2026-01-31",
        "",
    ],
)
def test_a_row_at_the_edge_of_its_kind_is_taken(tables, row):
    tables(row)
    assert yours.yours().file.endswith("tables.toml")


@pytest.mark.parametrize(
    "row",
    [
        "openai.max_requests = 0",
        "openai.max_requests = 1.5",
        'openai.max_requests = "1"',
        "gateway.max_open_batches = true",
        "gateway.counts_tokens = 0",
        "gateway.lists_models = 1",
        "gateway.max_bytes = 0",
        "openai.takes = [1]",
        'openai.takes = [""]',
        "openai.refused = []",
        "openai.refused = { a = 1 }",
        "openai.retires = { m = true }",
        "openai.retires = []",
        "openai.most_output = { m = true }",
        "openai.most_output = { m = 0 }",
        "azure.queue_requests = { m = 1 }",
        "azure.prices = { m = { input = 1 } }",
        "azure.prices = { m = { input = 1, output = 1, more = 1 } }",
        "azure.prices = { m = { input = -0.1, output = 1 } }",
        "azure.prices = { m = { input = inf, output = 1 } }",
        "azure.prices = { m = { input = nan, output = 1 } }",
        "azure.prices = { m = { input = true, output = 1 } }",
        'azure.prices = { m = { input = "1", output = 1 } }',
        "azure.prices = { m = 1 }",
        "read_on = 2026-01-31T00:00:00",
        'read_on = "2026-01-31"',
        "xyzzy.row = 1",
        "openai.xyzzy = 1",
    ],
)
def test_a_row_that_is_not_of_its_kind_is_refused(tables, row):
    with pytest.raises(UsageError):
        tables(row)


def test_a_file_that_was_refused_leaves_the_one_in_force(tables, tmp_path):
    tables("openai.max_requests = 7")
    with pytest.raises(UsageError):
        yours.use(str(tmp_path / "none.toml"))
    assert limits("openai").max_requests == 7
    yours.use("")
    assert limits("openai").max_requests == 50_000


def test_a_name_that_is_like_none_is_answered_with_all_there_are(tables):
    with pytest.raises(UsageError) as caught:
        tables("gateway.xyzzy = 1")
    assert "it knows max_bytes, max_open_batches, counts_tokens" in str(caught.value)


def test_a_file_that_is_not_there_is_told_from_one_that_is_no_text(tmp_path):
    with pytest.raises(UsageError, match=r"cannot be read \(No such file"):
        yours.use(str(tmp_path / "none.toml"))


def test_the_day_of_reading_is_a_row_that_is_known(tables):
    with pytest.raises(UsageError) as caught:
        tables("red_on = 2026-01-31")
    assert "did you mean read_on?" in str(caught.value)
