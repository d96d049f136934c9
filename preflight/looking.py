"""Which rights the looks of a check need, read from the check itself."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from types import FunctionType, ModuleType
from typing import Any

from preflight.looks import Look, looks, other_ways
from preflight.outcomes import Check

_CHECKS = "preflight.checks"


def looks_of(check: Check, provider: str) -> tuple[Look, ...]:
    """The rights that the check's questions to the provider need; none where it asks none."""
    asked = frozenset(_asked(check.function, set()))
    rows = (*looks(provider), *other_ways(provider))
    return tuple(look for look in rows if asked.intersection(look.questions))


def _asked(function: Callable[..., Any], seen: set[str]) -> Iterator[str]:
    """The name of each method that it calls, itself or by the functions of the checks it uses."""
    if not isinstance(function, FunctionType) or function.__qualname__ in seen:
        return
    seen.add(function.__qualname__)
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func.attr
        named = _named(node, function.__globals__)
        # A table of functions is used with all of them.
        for used in named.values() if isinstance(named, dict) else (named,):
            one = used.function if isinstance(used, Check) else used
            if getattr(one, "__module__", "").startswith(_CHECKS):
                yield from _asked(one, seen)


def _named(node: ast.AST, known: dict[str, Any]) -> Any:
    """What a name, or a name of a module, stands for; None where it is neither."""
    if isinstance(node, ast.Name):
        return known.get(node.id)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        module = known.get(node.value.id)
        return getattr(module, node.attr, None) if isinstance(module, ModuleType) else None
    return None
