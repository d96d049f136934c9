"""The small wrong changes that can be made to a module, one at a time."""

import ast
import builtins
from collections.abc import Iterator
from copy import copy, deepcopy
from dataclasses import dataclass

_COMPARED = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_CALCULATED = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitAnd: ast.BitOr,
}
_PAIRS = [
    ("any", "all"),
    ("min", "max"),
    ("startswith", "endswith"),
    ("removeprefix", "removesuffix"),
    ("partition", "rpartition"),
    ("lower", "upper"),
]
_NAMED = dict(_PAIRS) | {after: before for before, after in _PAIRS}
_LEFT_OUT = {"lower", "upper", "casefold", "strip", "rstrip", "removeprefix", "removesuffix"}
_OUTCOMES = {
    "Passed": ("Failed",),
    "Failed": ("Passed", "Unknown"),
    "Unknown": ("Passed", "Failed"),
}
_NO_CODE = {"annotation", "returns", "bases", "type_params"}
_ASSERTED = {"strict", "encoding"}
"""Arguments that say what is so in any case here: of lists of one length, of a machine of today."""
_TEXTS = (ast.Compare, ast.Set, ast.Subscript)


@dataclass(frozen=True)
class Mutant:
    """A module after one change: the line, the element before and after, the whole text."""

    line: int
    was: str
    becomes: str
    text: str


def plain(source: str) -> str:
    """A module's text without layout and comments, as mutants are written."""
    return ast.unparse(ast.parse(source))


def mutants(source: str) -> Iterator[Mutant]:
    """Every change to the code of a module, but annotations, docstrings and dataclasses' own."""
    tree = ast.parse(source)
    seen = {ast.unparse(tree)}
    for parent, name, at, node in list(_places(tree)):
        for other in _changes(node, parent):
            _put(parent, name, at, other)
            text = ast.unparse(ast.fix_missing_locations(tree))
            _put(parent, name, at, node)
            if text not in seen and _compiles(text):
                seen.add(text)
                line = getattr(node, "lineno", getattr(parent, "lineno", 0))
                yield Mutant(line, ast.unparse(node), ast.unparse(other), text)


def _compiles(text: str) -> bool:
    try:
        compile(text, "mutant", "exec", dont_inherit=True)
    except SyntaxError:
        return False
    return True


def _put(parent: ast.AST, name: str, at: int | None, node: ast.AST) -> None:
    if at is None:
        setattr(parent, name, node)
    else:
        getattr(parent, name)[at] = node


def _places(parent: ast.AST) -> Iterator[tuple[ast.AST, str, int | None, ast.AST]]:
    """Each node: its parent, the field that holds it, its number in that field, and itself."""
    for name, value in ast.iter_fields(parent):
        if name in _NO_CODE or (name == "slice" and _is_type(parent.value)):
            continue
        for at, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(node, ast.AST) or _is_words(node, parent) or _is_said_only(node):
                continue
            if name == "decorator_list" and "dataclass" in ast.unparse(node):
                continue
            if isinstance(node, ast.keyword) and node.arg in _ASSERTED:
                continue
            yield parent, name, at, node
            yield from _places(node)


def _is_type(node: ast.AST) -> bool:
    """Whether what stands before brackets is a type."""
    return isinstance(node, ast.Name) and (node.id[0].isupper() or node.id in dir(builtins))


def _is_said_only(node: ast.AST) -> bool:
    """Whether it is for readers and the type checker alone: nothing runs by it."""
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return True
    if not isinstance(node, ast.Assign):
        return False
    union = isinstance(node.value, ast.BinOp) and isinstance(node.value.op, ast.BitOr)
    names = [one.id for one in ast.walk(node.value) if isinstance(one, ast.Name)]
    types = union and not any(isinstance(one, ast.Call | ast.Set) for one in ast.walk(node.value))
    constants = any(name.isupper() for name in names)
    return ast.unparse(node.targets[0]) == "__all__" or (types and not constants)


def _is_words(node: ast.AST, parent: ast.AST) -> bool:
    """Whether it is a docstring, or the fixed part of a sentence."""
    fixed = isinstance(node, ast.Constant) and isinstance(node.value, str)
    text = node.value if isinstance(node, ast.Expr) else None
    return (fixed and isinstance(parent, ast.JoinedStr)) or isinstance(text, ast.Constant)


def _with(node: ast.AST, **fields: object) -> ast.AST:
    changed = copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def _without(items: list, at: int) -> list:
    return items[:at] + items[at + 1 :]


def _changes(node: ast.AST, parent: ast.AST) -> Iterator[ast.AST]:  # noqa: C901, PLR0912 - a table
    match node:
        case ast.Compare(ops=ops):
            for at, op in enumerate(ops):
                other = _COMPARED[type(op)]()
                yield _with(node, ops=[*ops[:at], other, *ops[at + 1 :]])
        case ast.BoolOp(op=op, values=values):
            yield _with(node, op=ast.Or() if isinstance(op, ast.And) else ast.And())
            for at in range(len(values)):
                left = _without(values, at)
                yield _with(node, values=left) if len(left) > 1 else left[0]
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield operand
        case ast.If() | ast.IfExp():
            yield _with(node, test=ast.Constant(value=True))
            yield _with(node, test=ast.Constant(value=False))
        case ast.While():
            yield _with(node, test=ast.Constant(value=False))
        case ast.For():
            yield _with(node, iter=ast.Tuple(elts=[], ctx=ast.Load()))
        case ast.comprehension(ifs=ifs):
            for at in range(len(ifs)):
                yield _with(node, ifs=_without(ifs, at))
        case ast.Constant(value=value):
            yield from (ast.Constant(value=other) for other in _values(value, parent))
        case ast.BinOp(op=op, left=left, right=right):
            if type(op) in _CALCULATED and not _joins(left, right):
                yield _with(node, op=_CALCULATED[type(op)]())
            if isinstance(op, ast.BitOr) and not isinstance(parent, ast.Assign):
                yield left
                yield right
        case ast.Call():
            yield from _calls(node)
        case ast.Return(value=ast.AST() as value):
            yield _with(node, value=ast.Constant(value=None))
        case ast.Expr() | ast.AugAssign() | ast.Raise() | ast.Continue() | ast.Break():
            yield ast.Pass()
        case ast.Tuple(elts=elements, ctx=ast.Load()) | ast.List(elts=elements, ctx=ast.Load()):
            if len(elements) > 1:
                yield from (_with(node, elts=_without(elements, at)) for at in range(len(elements)))
        case ast.Set(elts=elements):
            if len(elements) > 1:
                yield from (_with(node, elts=_without(elements, at)) for at in range(len(elements)))
        case ast.Dict(keys=keys, values=values):
            for at in range(len(keys)):
                yield _with(node, keys=_without(keys, at), values=_without(values, at))


def _joins(*sides: ast.AST) -> bool:
    """Whether texts or tuples are joined, where a minus is no mistake that anybody makes."""
    return any(
        isinstance(side, ast.JoinedStr | ast.Tuple)
        or (isinstance(side, ast.Constant) and isinstance(side.value, str))
        for side in sides
    )


def _values(value: object, parent: ast.AST) -> tuple[object, ...]:
    if isinstance(value, bool):
        return (not value,)
    if isinstance(value, int):
        return (value + 1, value - 1) if value > 1 else (value + 1,)
    decides = isinstance(parent, _TEXTS) or isinstance(getattr(parent, "func", None), ast.Attribute)
    return (f"{value}XX",) if isinstance(value, str) and decides else ()


def _calls(node: ast.Call) -> Iterator[ast.AST]:
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    for other in _OUTCOMES.get(name, ()):
        called = ast.parse(f"__import__('preflight.outcomes').outcomes.{other}", mode="eval").body
        texts = node.args[:1] if other == "Passed" else [*node.args[:1], ast.Constant(value="x")]
        yield _with(node, func=called, args=texts, keywords=[])
    if name == "Passed" and len(node.args) > 1:
        yield _with(node, args=node.args[:1])
    if name not in ("Failed", "Unknown"):
        for at, keyword in enumerate(node.keywords):
            if keyword.arg not in _ASSERTED:
                yield _with(node, keywords=_without(node.keywords, at))
    if name in _NAMED:
        yield _with(node, func=_with(node.func, id=_NAMED[name]))
    if isinstance(node.func, ast.Attribute):
        if node.func.attr in _NAMED:
            yield _with(node, func=_with(node.func, attr=_NAMED[node.func.attr]))
        if node.func.attr in _LEFT_OUT:
            yield deepcopy(node.func.value)
