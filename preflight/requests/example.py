"""A request file to try things with: what do the functions of Python's standard library do?

Every Python has the docstrings, nobody has to download anything, and the answers can be judged by
reading. The sources are parsed, never imported.
"""

import ast
import json
import os
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain, islice
from pathlib import Path
from typing import Any

from preflight.routes import CHAT
from preflight.seams import RequestFileError, UsageError

PROVIDER_MODELS = {
    "openai": "gpt-4o-mini",
    "azure": "batch-gpt-4o-mini",
    "vertex": "gemini-2.5-flash",
    "bedrock": "anthropic.claude-3-5-haiku-20241022-v1:0",
}
"""By provider, the model of the example; for Azure OpenAI the deployment's name."""

COUNT = 1000
MAX_TOKENS = 60
LONGEST_DOCSTRING = 2000
"""Characters; a page-long docstring says no more than its beginning."""

QUESTIONS = (
    "Say in one sentence what {name} does, going by its documentation:\n\n{docstring}",
    "Name one situation in which {name} is the right choice, given this:\n\n{docstring}",
    "Which mistake do people make with {name}? Its documentation reads:\n\n{docstring}",
)
"""Asked of every docstring in turn: a longer file asks the next question of all of them."""

SKIPPED = frozenset({"test", "tests", "idlelib", "lib2to3", "site-packages", "dist-packages"})


@dataclass(frozen=True, slots=True)
class Documented:
    """A function, method or class, and what its docstring says."""

    name: str
    docstring: str


def documented() -> Iterator[Documented]:
    """Everything public in the standard library that has a docstring, always in the same order."""
    root = Path(sysconfig.get_path("stdlib"))
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in SKIPPED and _public(name))
        for name in sorted(files):
            path = Path(folder, name)
            if path.suffix == ".py" and _public(name):
                module = ".".join(path.relative_to(root).with_suffix("").parts)
                yield from _in_module(module, path)


def _public(name: str) -> bool:
    return not name.startswith(("_", "."))


@cache
def _in_module(name: str, path: Path) -> tuple[Documented, ...]:
    found = []
    todo: list[tuple[str, ast.AST]] = [(name, ast.parse(path.read_bytes()))]
    while todo:
        outer, node = todo.pop(0)
        for child in ast.iter_child_nodes(node):
            if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                continue
            if child.name.startswith("_"):
                continue
            here = f"{outer}.{child.name}"
            docstring = ast.get_docstring(child)
            if docstring:
                found.append(Documented(here, docstring[:LONGEST_DOCSTRING]))
            if isinstance(child, ast.ClassDef):
                todo.append((here, child))
    return tuple(found)


def requests(provider: str, model: str | None = None) -> Iterator[dict[str, Any]]:
    """Requests for this provider, in the OpenAI form that the gateway takes for all of them.

    The ids are letters and digits, starting with a letter: that suits every provider.

    Raises:
        UsageError: there is no such provider.
    """
    if provider not in PROVIDER_MODELS:
        raise UsageError(
            f"provider {provider!r}", "is not known", f"name one of {', '.join(PROVIDER_MODELS)}"
        )
    url = "/chat/completions" if provider == "azure" else CHAT
    asked = chain.from_iterable(
        (question.format(name=item.name, docstring=item.docstring) for item in documented())
        for question in QUESTIONS
    )
    for number, prompt in enumerate(asked, 1):
        yield {
            "custom_id": f"r{number:06d}",
            "method": "POST",
            "url": url,
            "body": {
                "model": model or PROVIDER_MODELS[provider],
                "messages": [{"role": "user", "content": prompt}],
                "max_tokens": MAX_TOKENS,
            },
        }


def write_requests(
    path: Path, provider: str, *, count: int = COUNT, model: str | None = None
) -> None:
    """Write a request file; a file of that name appears only when it is complete.

    Args:
        path: of the file; its name should end in .jsonl.
        provider: as in `preflight.contract.PROVIDERS`.
        count: how many requests.
        model: the model (Azure OpenAI: the deployment); None takes PROVIDER_MODELS.

    Raises:
        UsageError: there is no such provider.
        RequestFileError: this Python's library has fewer docstrings, or the file cannot be written.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    written = 0
    try:
        with beside.open("w", encoding="utf-8", newline="\n") as file:
            for request in islice(requests(provider, model), count):
                file.write(json.dumps(request, ensure_ascii=False) + "\n")
                written += 1
        if written == count:
            beside.replace(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise RequestFileError(
            str(path), f"cannot be written ({reason})", "name a file in a writable folder"
        ) from error
    finally:
        beside.unlink(missing_ok=True)
    if written < count:
        raise RequestFileError(
            str(path), f"would need {count:,} requests", f"ask for at most {written:,}"
        )
