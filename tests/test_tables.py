"""The dated tables: how old they are, and the user's own rows before them."""

from datetime import date

import pytest

from preflight.catalog import source, yours
from preflight.catalog.batchable import batchable
from preflight.catalog.bedrock_models import batch_models
from preflight.catalog.limits import limits, limits_source
from preflight.catalog.source import Source
from preflight.limits import LIMITS
from preflight.seams import UsageError


def ruled(tmp_path, text):
    path = tmp_path / "tables.toml"
    path.write_text(text)
    yours.use(str(path))
    return str(path)


@pytest.mark.parametrize(
    ("day", "said", "old"),
    [
        (date(2026, 10, 30), "a page, read 2026-10, this month", False),
        (date(2026, 10, 31), "a page, read 2026-10, 1 month ago", False),
        (date(2027, 3, 30), "a page, read 2026-10, 6 months ago", False),
        (date(2027, 3, 31), "a page, read 2026-10, 6 months ago", True),
        (date(2026, 1, 1), "a page, read 2026-10, this month", False),
    ],
)
def test_a_source_says_how_old_it_is_and_warns_after_half_a_year(monkeypatch, day, said, old):
    monkeypatch.setattr(source, "today", lambda: day)
    page = Source("a page", "2026-10")
    assert str(page) == said
    assert bool(page.warning) == old
    assert not old or "181 days old" in page.warning


def test_a_source_of_a_day_counts_from_that_day_and_one_without_is_not_dated():
    assert Source("a page", "2026-08-31").days == 1
    assert Source("a page").days is None
    assert not Source("a page").warning


def test_rows_of_the_users_own_stand_before_the_tables(tmp_path):
    assert not batchable("openai").lists("gpt-99")
    assert batchable("openai").why_not("whisper-1")
    file = ruled(
        tmp_path,
        """
        [openai]
        takes = ["gpt-99", "whisper-1"]
        refused = { "gpt-4*" = "is not for us" }
        max_requests = 7
        [bedrock]
        takes = ["my.model-v1:0"]
        """,
    )
    table = batchable("openai")
    assert table.lists("gpt-99")
    assert not table.why_not("whisper-1")
    assert table.why_not("gpt-4o") == "is not for us"
    assert str(table).startswith(f"your tables {file} over OpenAI's")
    assert "my.model-v1:0" in batch_models().models
    assert str(batch_models()).startswith(f"your tables {file} over ")
    assert limits("openai").max_requests == 7
    assert limits("openai").max_bytes == LIMITS["openai"].max_bytes
    assert str(limits_source("openai", "max_requests")) == f"your tables {file}"
    assert "read 2026-10" in str(limits_source("openai", "max_bytes"))
    assert str(batchable("vertex")).startswith("Vertex AI's")


def test_the_users_own_tables_have_an_age_too_where_they_say_when_they_were_read(tmp_path):
    file = ruled(tmp_path, "read_on = 2026-01-31\n[azure]\nmax_bytes = 5")
    said = limits_source("azure", "max_bytes")
    assert str(said) == f"your tables {file}, read 2026-01-31, 7 months ago"
    assert "days old" in said.warning


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[opnai]", "has opnai, which means nothing; did you mean openai?"),
        (
            "[openai]\nretire = {}",
            "openai.retire, which means nothing; did you mean openai.retires",
        ),
        ("[azure]\nqueue_tokens = {}", "azure.queue_tokens"),
        ("gateway = 5", "something else than a table: [gateway] at gateway"),
        ('[openai]\ntakes = "gpt-4o"', "a list of names at openai.takes"),
        ('[openai]\ntakes = ["a", 5]', "a name at openai.takes[1]"),
        ('[openai]\nretires = { "m" = "2026-01-01" }', 'at openai.retires."m"'),
        ('[openai]\nretires = { "m" = 2026-01-01T00:00:00Z }', 'at openai.retires."m"'),
        ('[openai]\nretires = { "m" = true }', 'at openai.retires."m"'),
        ('[openai]\nqueue_tokens = { "m" = 0 }', 'above 0 at openai.queue_tokens."m"'),
        ("[openai]\nqueue_tokens = 5", "at openai.queue_tokens"),
        ("[openai]\nrefused = { a = '' }", 'a reason at openai.refused."a"'),
        ("[gateway]\nmax_bytes = true", "at gateway.max_bytes"),
        ("[gateway]\nmax_open_batches = -1", "at gateway.max_open_batches"),
        ("[gateway]\ncounts_tokens = 1", "true or false at gateway.counts_tokens"),
        ("read_on = false", "at read_on"),
        ("[gateway", "is no TOML"),
    ],
)
def test_a_row_that_means_nothing_is_refused_with_its_place(tmp_path, text, words):
    with pytest.raises(UsageError) as caught:
        ruled(tmp_path, text)
    assert words in str(caught.value)


def test_a_file_that_is_not_there_or_no_text_is_refused(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        yours.use(str(tmp_path / "none.toml"))
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="no UTF-8"):
        yours.use(str(tmp_path / "binary"))


def test_the_command_takes_the_file_by_option_and_by_variable(preflight, tmp_path, monkeypatch):
    promises = tmp_path / "promises.json"
    promises.write_text(
        '{"version": 2, "gateway": {"base_url": "http://127.0.0.1:9"},'
        ' "openai": [{"provider_name": "openai-main", "model": "gpt-4o-mini"}]}'
    )
    requests = tmp_path / "requests.jsonl"
    requests.write_text(
        '{"custom_id": "a", "method": "POST", "url": "/v1/chat/completions", "body": '
        '{"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Hello"}]}}\n'
    )
    tables = tmp_path / "tables.toml"
    tables.write_text("gateway.max_bytes = 10")
    asked = ("check", requests, "--offline", "--promises", promises)
    assert preflight(*asked)[0] == 0
    code, out, _ = preflight(*asked, "--tables", tables)
    assert code == 1
    assert "(your tables" in " ".join(out.split())
    monkeypatch.setenv("PREFLIGHT_TABLES", str(tables))
    assert preflight(*asked)[0] == 1
    tables.write_text("gateway.max_byte = 10")
    code, _, err = preflight(*asked)
    assert code == 2
    assert "did you mean gateway.max_bytes?" in err
