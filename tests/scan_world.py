"""Request files to scan, and the report without its times."""

import json
import random

from request_files import good_lines, line, request


def timeless(text):
    """A JSON report without what differs from run to run: its times."""

    def strip(value):
        if isinstance(value, dict):
            return {k: strip(v) for k, v in value.items() if k not in {"seconds", "at"}}
        return [strip(one) for one in value] if isinstance(value, list) else value

    return json.dumps(strip(json.loads(text)), indent=1)


def evenly(stretches):
    """What cuts a file into so many stretches, whoever reads it."""

    def cuts(size, _):
        places = {size * number // stretches for number in range(1, stretches)}
        return (0, *sorted(places - {0, size}), size)

    return cuts


def escaped(text):
    """A line with its custom_id in another spelling: each character as an escape."""
    number = json.loads(text)
    spelled = "".join(f"\\u{ord(one):04x}" for one in number["custom_id"])
    return text.replace(json.dumps(number["custom_id"]).encode(), f'"{spelled}"'.encode(), 1)


def straddling(count=160, size=9_000, seed=3):
    """Lines of unlike lengths, some of them wrong, some ids repeated, one in another spelling."""
    chance = random.Random(seed)
    every = [
        line(request(number, user="u" * chance.randrange(size))) for number in range(1, count + 1)
    ]
    for at in chance.sample(range(count), 8):
        every[at] = line(request(chance.randrange(1, count)))
    every[count // 3] = escaped(line(request(count - 5)))
    every[count // 2] = b'{"custom_id": "cut off'
    every[count // 4] = b""
    every[-1] = line(request(count, stream=True))
    tool = {"type": "function", "function": {"name": "f", "parameters": {"a": {}}}}
    every[count // 5] = line(request(count // 5 + 1, tools=[tool]))
    return every


def orderly(first, last):
    """Good lines whose ids rise."""
    return good_lines(last)[first - 1 :]
