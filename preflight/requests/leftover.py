"""What is still wrong with a request file once what can be repaired safely is repaired."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from preflight.requests.fault import KEPT_PER_CODE, Fault, Faults, quoted
from preflight.requests.relabel import legal
from preflight.requests.repair import Repair
from preflight.requests.scan import Scan
from preflight.requests.single import read_line

WHY = {
    "bom": "it is UTF-16: only who wrote it knows that all of it is; save it as UTF-8",
    "invalid_utf8": "what the bytes stand for is not known; save the file as UTF-8",
    "invalid_json": "what was meant is not known; write one JSON object on the line",
    "not_an_object": "what was meant is not known; write one JSON object on the line",
    "too_deep": "what was meant is not known; write it less deep",
    "line_too_long": "nothing of a request may be left out; make it shorter",
    "custom_id_missing": "an id that is made up joins the result to nothing of yours; give it one",
    "custom_id_empty": "an id that is made up joins the result to nothing of yours; give it one",
    "custom_id_type": "only a text, or a whole number, names a request; give it one",
    "duplicate_custom_id": "which answer is whose could not be told by its id; give it one of its "
    "own",
    "body_missing": "there is nothing to ask; write the body",
    "prompt_missing": "there is nothing to ask; write the prompt",
    "prompt_empty": "there is nothing to ask; write the prompt",
    "stream": "who asked for a stream may expect one; remove it from the body",
}
"""Why a fault is not repaired, and what to do about it."""

OTHERWISE = "what was meant is not known; correct it where the file is written"

_OBSERVED = ("id_", "import_")


@dataclass(frozen=True, slots=True)
class Leftover:
    """Faults that hold a file back: those with a place, in file order, and how many of each code.

    The lines are those of the file that was looked at.
    """

    faults: tuple[Fault, ...]
    totals: Mapping[str, int]

    @property
    def count(self) -> int:
        """How many there are."""
        return sum(self.totals.values())


def leftover(scan: Scan, providers: Collection[str]) -> Leftover:
    """What holds a file that was scanned back; at Vertex AI also what its importer minds."""
    totals = {code: count for code, count in scan.totals.items() if _minded(code, providers)}
    return Leftover(tuple(one for one in scan.faults if one.code in totals), totals)


def _minded(code: str, providers: Collection[str]) -> bool:
    if code.startswith("import_"):
        return "vertex" in providers
    return not code.startswith(_OBSERVED)


@dataclass(slots=True)
class Expected:
    """The same of a file as it would be after its repairs, without writing that.

    `scan` is of the file as it is; each repair is to be taken. Memory holds
    each custom_id that is a number.
    """

    scan: Scan
    totals: dict[str, int] = field(init=False)
    _shown: frozenset[int] = field(init=False)
    _repaired: set[int] = field(default_factory=set)
    _more: Faults = field(default_factory=Faults)
    _numbers: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Start from what is wrong now."""
        self.totals = dict(self.scan.totals)
        self._shown = frozenset(one.line for one in self.scan.faults)

    def take(self, repair: Repair) -> None:
        """Take one."""
        line, offset = repair.line, repair.offset
        _, before = read_line(repair.before.removesuffix(b"\n"), line, offset)
        after: list[Fault] = []
        if repair.after:
            after = read_line(repair.after.removesuffix(b"\n"), line, offset)[1]
        if isinstance(repair.custom_id, int):
            first = self._numbers.setdefault(repair.custom_id, line)
            if first != line:
                name = quoted(legal(repair.custom_id))
                message = f"custom_id {name} is also on line {first}"
                after.append(Fault("duplicate_custom_id", line, offset, message))
        for one in before:
            self.totals[one.code] = self.totals.get(one.code, 0) - 1
        for one in after:
            self.totals[one.code] = self.totals.get(one.code, 0) + 1
            self._more.add(one)
        if line in self._shown:
            self._repaired.add(line)

    def leftover(self, providers: Collection[str]) -> Leftover:
        """What would be left."""
        of_pairs = ("duplicate_custom_id", "import_")
        kept = [
            one
            for one in self.scan.faults
            if one.line not in self._repaired or one.code.startswith(of_pairs)
        ]
        totals = {
            code: count
            for code, count in self.totals.items()
            if count > 0 and _minded(code, providers)
        }
        faults = Faults(KEPT_PER_CODE)
        faults.extend(sorted((*kept, *self._more.kept), key=lambda one: one.line))
        return Leftover(tuple(one for one in faults.in_file_order() if one.code in totals), totals)
