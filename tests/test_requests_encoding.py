"""Whether bytes are UTF-8, asked piece by piece, is what Python says of them as a whole."""

import random

import pytest

from preflight.requests import encoding
from preflight.requests.encoding import is_utf8

PIECES = (
    *("a", "é", "日", "😀", "\u0800", "\uffff", "\U0010ffff", "\x00", "\x7f"),
    *(b"\xff", b"\xc3", b"\xe6\x97", b"\xf0\x9f\x98", b"\xc0\xaf", b"\xed\xa0\x80", b"\x80"),
    b"\xf4\x90\x80\x80",
)


def says_python(raw):
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


@pytest.mark.parametrize("size", [4, 5, 7, 64])
def test_it_is_what_python_says_wherever_it_is_cut(monkeypatch, size):
    monkeypatch.setattr(encoding, "AT_ONCE", size)
    chance = random.Random(size)
    answers = []
    for _ in range(3_000):
        some = chance.choices(
            PIECES[: 9 if chance.random() < 0.5 else None], k=chance.randrange(40)
        )
        raw = b"".join(one.encode() if isinstance(one, str) else one for one in some)
        assert is_utf8(raw) is says_python(raw), raw
        answers.append(is_utf8(raw))
    assert 500 < sum(answers) < 2_900


@pytest.mark.parametrize("at", [0, 1, 32_767, 32_768, 65_535, 99_998])
def test_one_wrong_byte_is_found_wherever_it_is(at):
    raw = bytearray("日".encode() * 33_333)
    assert is_utf8(bytes(raw))
    raw[at] = 0xFF
    assert not is_utf8(bytes(raw))


@pytest.mark.parametrize("missing", [1, 2])
def test_a_character_that_is_cut_off_at_the_end_is_none(missing):
    assert not is_utf8(("日" * 20_000).encode()[:-missing])
