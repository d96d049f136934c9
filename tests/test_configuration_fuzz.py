"""Whatever stands in a configuration file or a variable: it is understood, or refused in words."""

import random

import pytest

from preflight.configuration.file import parsed
from preflight.configuration.layers import settings
from preflight.configuration.table import COMMANDS, OPTIONS
from preflight.seams import UsageError

CASES = 1500
NAMES = [option.name for option in OPTIONS] + [*COMMANDS, "api_key", "tool", "nonsense"]
VALUES = ["true", "1", "-1", "1.5", "inf", "nan", '"a"', '""', '"\\u0000"', "[]", '["openai"]']
VALUES += ['["a", 1]', "[[1]]", "{a = 1}", "1979-05-27", "07:32:00", "'''\nstack = 1\n'''", "1e400"]
VALUES += ['"postgresql://a:b@c/d"', '"https://[x"', '["text", "json:a"]', '"sarif:"', "9" * 30]
GOOD = ["[check]", "[run]", 'stack = "a"', "quiet = true", "deadline = 1", "skip = []", "jobs = 2"]


def statement(chance):
    kind = chance.random()
    if kind < 0.6:
        return chance.choice(GOOD)
    if kind < 0.7:
        brackets = chance.choice(("[]", "[[]]"))
        half = len(brackets) // 2
        return f"{brackets[:half]}{chance.choice(NAMES)}{brackets[half:]}"
    name = chance.choice(NAMES)
    if kind > 0.95:
        name = f"{name}.{chance.choice(NAMES)}"
    return f"{name} = {chance.choice(VALUES)}"


def damaged(text, chance):
    content = bytearray(text.encode())
    for _ in range(chance.randint(1, 3)):
        content[chance.randrange(len(content))] = chance.randrange(256)
    return bytes(content)


@pytest.mark.parametrize("seed", range(3))
def test_no_content_of_a_file_or_a_variable_breaks_it(tmp_path, seed):
    chance, understood = random.Random(seed), 0
    for _ in range(CASES // 3):
        text = "\n".join(statement(chance) for _ in range(chance.randint(1, 4)))
        content = damaged(text, chance) if chance.random() < 0.3 else text.encode()
        some = chance.sample(OPTIONS, 3)
        environment = {
            option.environment: chance.choice([*VALUES, "openai", "5"]) for option in some
        }
        try:
            file = parsed(tmp_path / "preflight.toml", content)
            understood += 1
            for setting in settings(chance.choice(COMMANDS), {}, environment, file).values():
                assert setting.holds.where
        except UsageError:
            continue
    assert understood > CASES // 30
