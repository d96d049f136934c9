"""How the checks of a request file name lines, counts and sizes."""

import shlex

from preflight.limits import MB
from preflight.outcomes import Failed
from preflight.requests.fault import Fault
from preflight.requests.identifier import sent_id
from preflight.requests.scan import Scan
from preflight.requests.tally import FIRST_LINES, Seen

FOLDER, SPOOLED = "preflight-", "standard-input.jsonl"
"""How the file begins and is called in which a command keeps standard input, until it ends."""


def none_of(scan: Scan, codes: tuple[str, ...], remedy: str) -> Failed | None:
    """Failed with the first lines, where there is any such fault."""
    faults = scan.of(*codes)
    if not faults:
        return None
    where = dict.fromkeys(fault.line for fault in faults)
    kinds = dict.fromkeys(fault.code for fault in faults)
    said = "; ".join(first(scan.of(code), scan.total(code)) for code in kinds)
    return Failed(said, remedy, tuple(where)[:FIRST_LINES], codes=codes)


def first(faults: tuple[Fault, ...], total: int) -> str:
    """The first fault of a kind in words, and where the others are."""
    earliest, *others = faults
    said = f"line {earliest.line}: {earliest.message}"
    if not others:
        return said
    where = dict.fromkeys(str(fault.line) for fault in others[: FIRST_LINES - 1])
    dots = ", ..." if total > FIRST_LINES else ""
    word = "line" if len(where) == 1 and not dots else "lines"
    return f"{said} (and {total - 1:,} more: {word} {', '.join(where)}{dots})"


def or_repaired(scan: Scan, remedy: str) -> str:
    """The command that makes a repair which cannot go wrong, or what to do by hand.

    A file that is stored elsewhere is repaired where it is written.
    """
    name = str(scan.path)
    if ":/" in name:
        return remedy
    if scan.path.name == SPOOLED and scan.path.parent.name.startswith(FOLDER):
        return f"preflight fix - --to FILE, or {remedy}"
    file = shlex.quote(f"./{name}" if name.startswith("-") else name)
    return f"preflight fix {file} --in-place, or {remedy}"


def lines(seen: Seen) -> str:
    """`line 3`, or `4,000 lines (1, 2, 3, 4, 5, ...)`."""
    if seen.count == 1:
        return f"line {seen.lines[0]}"
    dots = ", ..." if seen.count > len(seen.lines) else ""
    return f"{seen.count:,} lines ({', '.join(map(str, seen.lines))}{dots})"


def counted(number: int) -> str:
    """`1 request`, `4,000 requests`."""
    return "1 request" if number == 1 else f"{number:,} requests"


def features(scan: Scan) -> str:
    """`tools and response_format`, or the one of them that the file uses."""
    return " and ".join(str(feature) for feature in scan.features)


def mb(size: int) -> str:
    """Bytes as `1.5 MB`, the unit of the providers' own pages; small files by the byte."""
    return f"{size / MB:,.1f} MB" if size >= MB // 10 else f"{size:,} bytes"


def as_shards(whole: int, most: int, each: str) -> str:
    """`sent as 3 shards of at most 50,000 requests`; by other limits they may be more."""
    return f"sent as {-(-whole // most):,} shards of at most {each}"


def renaming(scan: Scan, line: int) -> str:
    """How a run calls the requests where the provider may not carry the custom_id on this line."""
    minded = ("id_number", "id_first", "id_characters")
    why = next((f.message for f in scan.of(*minded) if f.line == line), "custom_id may not be kept")
    return (
        f"line {line}: {why}; a run sends the requests as {sent_id(0)}, {sent_id(1)}, ..., and "
        "gives the results their own custom_ids again"
    )
