"""The library's public names, by their signatures and their docstrings."""

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from enum import Enum
from importlib import import_module
from typing import Any

import preflight
from preflight.render.pages.markdown import code, fenced, table

PARTS = {
    "Allowance": "batch.allowance",
    "Bound": "batch.room",
    "Fault": "requests.fault",
    "Money": "batch.estimate",
    "RequestFile": "report",
    "Room": "batch.room",
    "Shard": "batch.shards",
    "Spread": "requests.spread",
    "Time": "batch.estimate",
}
"""What is in answers: class -> its module under `preflight`."""

_HEADS = {"Args": "Parameter", "Attributes": "Attribute", "Raises": "Raises"}
_NAMED = re.compile(r"    (\w+): (.*)")
_MODULES = re.compile(r"\b(?:preflight|collections|datetime|pathlib|os)(?:\.\w+)*\.(?=[A-Z])")


@dataclass(slots=True)
class _Said:
    """A docstring: its text, and what it says one by one."""

    text: list[str] = field(default_factory=list)
    parts: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    returns: str = ""


def _public(wanted: Callable[[Any], bool]) -> Iterator[tuple[str, Any]]:
    for name in preflight.__all__:
        found = getattr(preflight, name)
        if wanted(found):
            yield name, found


def _is_error(found: Any) -> bool:
    return inspect.isclass(found) and issubclass(found, Exception)


def index() -> str:
    """A table: each function and what it does."""
    rows = (
        (f"[{name}](#preflight{name})", _said(found).text[0])
        for name, found in _public(inspect.isfunction)
    )
    return table(("Function", "What it does"), rows)


def functions() -> str:
    """A section for each function."""
    return "\n".join(_function(*one) for one in _public(inspect.isfunction))


def types() -> str:
    """A section for each class of an answer."""
    answers = _public(lambda found: inspect.isclass(found) and not _is_error(found))
    return "\n".join(_class(*one) for one in answers)


def parts() -> str:
    """A section for each class that is in an answer, and that nobody needs to name."""
    found = (getattr(import_module(f"preflight.{module}"), name) for name, module in PARTS.items())
    return "\n".join(_class(kind.__name__, kind, "") for kind in found)


def errors() -> str:
    """The tree of errors, each with its exit code and what it is."""
    return table(("Error", "Exit code", "What it is"), _branch(preflight.PreflightError, 0))


def _branch(kind: type[preflight.PreflightError], depth: int) -> Iterator[tuple[str, str, str]]:
    exit_code = "1 or 3" if kind is preflight.NotReady else str(kind.exit_code)
    shown = f"{'— ' * depth}{code(kind.__name__)}"
    yield shown, exit_code, " ".join(_said(kind).text[:1])
    for name in preflight.__all__:
        found = getattr(preflight, name)
        if _is_error(found) and found.__bases__[0] is kind:
            yield from _branch(found, depth + 1)


def _function(name: str, function: Any) -> str:
    said = _said(function)
    parts = [f"### preflight.{name}\n", fenced("python", _signature(name, function))]
    parts += [f"{paragraph}\n" for paragraph in said.text]
    parts += [f"{_listed(said, 'Args')}"]
    if said.returns:
        word = "Yields" if inspect.isasyncgenfunction(function) else "Returns"
        parts.append(f"**{word}** {said.returns[0].lower()}{said.returns[1:]}\n")
    parts.append(_listed(said, "Raises"))
    return "\n".join(parts)


def _class(name: str, kind: type, package: str = "preflight.") -> str:
    said = _said(kind)
    parts = [f"### {package}{name}\n", *(f"{paragraph}\n" for paragraph in said.text)]
    if is_dataclass(kind):
        told = dict(said.parts.get("Attributes", ()))
        rows = [(code(f.name), _type(f.type), told.get(f.name, "")) for f in fields(kind)]
        rows += [(code(n), _type(_returned(p)), _first(p)) for n, p in _properties(vars(kind))]
        parts.append(table(("Attribute", "Type", "What it is"), rows))
    elif issubclass(kind, Enum):
        parts.append(f"One of {', '.join(code(str(one.name)) for one in kind)}.\n")
    return "\n".join(parts)


def _properties(members: Mapping[str, Any]) -> Iterator[tuple[str, property]]:
    for name, found in members.items():
        if isinstance(found, property):
            yield name, found


def _returned(found: property) -> object:
    return inspect.signature(found.fget).return_annotation if found.fget else ""


def _first(found: property) -> str:
    return (found.__doc__ or "").partition("\n")[0]


def _listed(said: _Said, part: str) -> str:
    rows = [(code(name), words) for name, words in said.parts.get(part, [])]
    return table((_HEADS[part], "What it is" if part == "Args" else "When"), rows) if rows else ""


def _signature(name: str, function: Any) -> str:
    """One parameter a line, as it is called."""
    signature = inspect.signature(function)
    lines, keywords = [], False
    for parameter in signature.parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and not keywords:
            keywords = True
            lines.append("    *,")
        default = "" if parameter.default is parameter.empty else f" = {parameter.default!r}"
        lines.append(f"    {parameter.name}: {_bare(parameter.annotation)}{default},")
    before = "async def" if inspect.isasyncgenfunction(function) else "def"
    shown = "\n".join(lines)
    return f"{before} {name}(\n{shown}\n) -> {_bare(signature.return_annotation)}"


def _type(annotation: object) -> str:
    return code(_bare(annotation))


def _bare(annotation: object) -> str:
    """The type as a reader would write it: without the modules that it is from."""
    named = annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)
    return _MODULES.sub("", named).replace("typing.", "").replace("StrPath", "str | PathLike[str]")


def _said(of: Any) -> _Said:
    """The docstring's parts, each paragraph on one line."""
    said = _Said()
    for block in inspect.cleandoc(of.__doc__ or "").split("\n\n"):
        head, _, rest = block.partition("\n")
        part = head.removesuffix(":")
        if part in {"Returns", "Yields"} and head.endswith(":"):
            said.returns = " ".join(rest.split())
        elif part in _HEADS and head.endswith(":"):
            said.parts[part] = list(_one_by_one(rest))
        else:
            said.text.append(" ".join(block.split()))
    return said


def _one_by_one(text: str) -> Iterator[tuple[str, str]]:
    name, words = "", ""
    for line in text.splitlines():
        if found := _NAMED.fullmatch(line):
            if name:
                yield name, words
            name, words = found.groups()
        else:
            words += f" {line.strip()}"
    yield name, words
