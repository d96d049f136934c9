"""What a terminal shows: at any width, with colours or without; and what a log gets."""

import pytest
from cli_world import ended, started
from terminal import LINES, SHOWN, WIDTHS, on_terminal, plain, without_styles, wrong_files

CHECK = tuple(LINES["check"].split())


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    wrong_files(tmp_path)
    return tmp_path


@pytest.mark.parametrize("columns", WIDTHS)
@pytest.mark.parametrize("name", LINES)
def test_it_shows_what_somebody_has_looked_at(name, columns):
    kept = (SHOWN / f"{name}-{columns}.txt").read_text()
    assert plain(name, columns) == kept, "renew it: python tests/terminal.py, and look at it"


@pytest.mark.parametrize("columns", [20, *WIDTHS, 200])
@pytest.mark.parametrize(
    "line", ["check broken.jsonl --offline --promises promises.json", "list --provider openai"]
)
def test_no_line_is_wider_than_the_terminal(columns, line):
    _, shown = on_terminal(columns, *line.split())
    text = without_styles(shown).replace("\r\n", "\n")
    wide = [one for one in text.splitlines() if len(one) > columns]
    assert not [one for one in wide if " " in one.strip()]  # an id is never broken


COLOURS = [
    ({}, True),
    ({"NO_COLOR": "1"}, False),
    ({"TERM": "dumb"}, False),
    ({"CI": "true"}, True),
]


@pytest.mark.parametrize(("environment", "coloured"), COLOURS)
def test_colours_are_for_terminals_that_take_them(environment, coloured):
    _, shown = on_terminal(80, *CHECK, **environment)
    assert ("\x1b[" in shown and "\x1b[1;31m" in shown) is coloured
    assert "NOT READY" in shown


@pytest.mark.parametrize(("environment", "coloured"), [({}, False), ({"FORCE_COLOR": "1"}, True)])
def test_a_file_gets_colours_where_they_are_forced_alone(environment, coloured):
    code, out, err = ended(started(*CHECK, env=environment))
    assert (code, err) == (1, "")
    assert ("\x1b[" in out) is coloured
