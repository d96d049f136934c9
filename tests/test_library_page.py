"""docs/library.md, whose programs are run as they stand on the page."""

import asyncio
import json
import re
from pathlib import Path

import pytest
from cli_world import write_requests
from library_world import IDS, KEY, ids, promises, timing, upstream

import preflight

__all__ = ["promises", "timing", "upstream"]

PAGE = (Path(__file__).parents[1] / "docs" / "library.md").read_text()
BLOCKS = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def here(promises, tmp_path, monkeypatch):
    """A folder with what the page speaks of."""
    (tmp_path / "promises.json").write_text(json.dumps(promises))
    write_requests(tmp_path / "broken.jsonl", ("same", "same"))
    monkeypatch.setenv("TFY_API_KEY", KEY)
    return tmp_path


def test_the_programs_of_the_page_do_what_it_says(here, upstream, capsys):
    names = {}
    first, resumed, refused, written, watched = BLOCKS
    exec(first, names)
    assert ids(here / "runs" / "today" / "results.jsonl") == IDS
    assert "Summary(requests=40, results=40" in capsys.readouterr().out
    exec(resumed, names)
    assert names["finished"].complete
    exec(refused, names)
    assert capsys.readouterr().out == "NOT READY frozenset({'requests-unique'})\n"
    exec(written, names)
    assert json.loads(names["document"])["version"] == "2.1.0"
    exec(watched, names)
    assert asyncio.run(names["until_it_ended"]("runs/today")).complete
    assert capsys.readouterr().out == "1 completed None\n"
    assert len(upstream.batches) == 1


def test_the_page_names_every_function():
    functions = {name for name in preflight.__all__ if name.islower()}
    assert functions == {name for name in functions if f"`{name}`" in PAGE}
