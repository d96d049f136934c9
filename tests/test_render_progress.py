"""What is shown of a batch that goes on: true counts, a time where there is one, no noise."""

import io
import re

import pytest

from preflight.batch.answers import Batch
from preflight.render.progress import in_words, progress

COLOUR = re.compile(r"\x1b\[[\d;]*(?:3[0-8]|4[0-8]|9[0-7])[\d;]*m")


class Terminal(io.StringIO):
    def isatty(self):
        return True


def batch(status="in_progress", done=None, total=20):
    return Batch("b", status, total=total, completed=done, failed=0 if done is not None else None)


def on_terminal(monkeypatch, *looks, **environ):
    for name in ("NO_COLOR", "FORCE_COLOR", "CI"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"TERM": "xterm-256color", "COLUMNS": "120", **environ}.items():
        monkeypatch.setenv(name, value)
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    with progress(20) as show:
        for look in looks:
            show(*look)
    return terminal.getvalue()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, ""),
        (0.2, "less than a minute left"),
        (59, "less than a minute left"),
        (61, "about 1 min left"),
        (3560, "about 59 min left"),
        (3599, "about 1 h left"),
        (2 * 3600 + 8 * 60, "about 2 h 10 min left"),
        (23 * 3600 + 58 * 60, "about 24 h left"),
        (49 * 3600, "about 2 days left"),
    ],
)
def test_a_time_is_no_more_exact_than_it_is(seconds, words):
    assert in_words(seconds) == words


def test_a_log_has_a_line_for_each_change_and_none_for_a_time_alone(capsys):
    with progress(20) as show:
        show(batch("validating", 0, total=0))
        show(batch("validating", 0, total=0))
        show(batch(done=0))
        show(batch(done=5), 400.0)
        show(batch(done=5), 500.0)
        show(batch("a\x1b[2J", None))
    assert capsys.readouterr().err.splitlines() == [
        "validating",
        "in_progress: 0 of 20",
        "in_progress: 5 of 20, about 7 min left",
        "a\\x1b[2J",
    ]


def test_the_bar_counts_nothing_before_something_is_counted(monkeypatch):
    shown = on_terminal(monkeypatch, (batch("validating", 0, total=0),))
    assert "validating" in shown
    assert "0 of" not in shown
    assert "left" not in shown


def test_the_bar_has_the_count_and_the_time_that_is_left(monkeypatch):
    shown = on_terminal(monkeypatch, (batch(done=5), 400.0))
    assert "5 of 20" in shown
    assert "about 7 min left" in shown
    assert COLOUR.search(shown)


def test_without_colour_there_is_none(monkeypatch):
    shown = on_terminal(monkeypatch, (batch(done=5), 400.0), NO_COLOR="1")
    assert "about 7 min left" in shown
    assert not COLOUR.search(shown)


def test_a_terminal_that_cannot_go_back_gets_lines(monkeypatch):
    shown = on_terminal(monkeypatch, (batch(done=5), 400.0), (batch(done=9), 90.0), TERM="dumb")
    assert shown == (
        "in_progress: 5 of 20, about 7 min left\nin_progress: 9 of 20, about 2 min left\n"
    )


@pytest.mark.parametrize(
    ("completed", "failed", "total", "done"),
    [
        (None, None, 20, None),
        (0, 0, 0, None),
        (0, 0, None, None),
        (0, None, 20, 0),
        (None, 3, None, 3),
        (5, 2, 0, 7),
    ],
)
def test_counts_that_mean_nothing_yet_are_none(completed, failed, total, done):
    assert Batch("b", "s", total=total, completed=completed, failed=failed).done == done
