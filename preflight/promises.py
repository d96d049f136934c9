"""Where promises come from: the Pulumi stack, a file, or standard input; parsed strictly."""

import json
import shutil
import sys
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Any, TypeGuard, TypeVar, cast, get_origin, get_type_hints

from preflight.contract import CLASSES, GUARDS, PROVIDERS, VERSION, Gateway, Promises, Target
from preflight.seams import PromiseError, UsageError
from preflight.targets import place

SECRET = "[secret]"  # noqa: S105 - the word that Pulumi prints in a secret's place
STACK_SECONDS = 60
"""How long `pulumi stack output` may take: it may have to reach a state backend."""

Section = TypeVar("Section")


def from_stack(stack: str) -> Promises:
    """Ask Pulumi for a stack's outputs. Raises UsageError (no Pulumi) or PromiseError."""
    pulumi = shutil.which("pulumi")
    if pulumi is None:
        raise UsageError(
            f"stack {stack}",
            "the pulumi command is not on the PATH",
            "install Pulumi, or write the outputs to a file and use --promises FILE",
        )
    import subprocess  # noqa: PLC0415 - only where Pulumi is asked

    command = [pulumi, "stack", "output", "--json", "--stack", stack, "--non-interactive"]
    try:
        done = subprocess.run(  # noqa: S603 - no shell; the stack's name is one argument
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=STACK_SECONDS,
            check=False,
        )
    except OSError as error:
        raise UsageError(
            pulumi, f"does not start ({error.strerror})", "repair the pulumi command on the PATH"
        ) from error
    except subprocess.TimeoutExpired:
        raise PromiseError(
            f"stack {stack}",
            f"pulumi gave no answer within {STACK_SECONDS} s",
            "try `pulumi stack output` by hand",
        ) from None
    if done.returncode != 0:
        raise PromiseError(
            f"stack {stack}",
            f"pulumi does not give its outputs ({_why(done.stderr)})",
            "see `pulumi stack ls` for the stacks there are",
        )
    return parse(done.stdout, f"stack {stack}")


def _why(said: str) -> str:
    """Pulumi's own reason: warnings (of a newer version, of a missing login) may come before it."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("error:")]
    found = (errors or lines or ["no reason given"])[0]
    return found.removeprefix("error:").strip()


def from_file(name: str) -> Promises:
    """Read a promise file; "-" is standard input. Raises PromiseError."""
    where = "standard input" if name == "-" else name
    try:
        raw = _standard_input() if name == "-" else Path(name).read_bytes()
        text = raw.decode()
    except UnicodeDecodeError:
        raise PromiseError(where, "is not UTF-8 text", "save it as UTF-8") from None
    except OSError as error:
        raise PromiseError(
            where,
            f"cannot be read ({error.strerror})",
            "write it with `pulumi stack output --json > FILE`",
        ) from None
    if not text.strip():
        raise PromiseError(where, "is empty", "write it with `pulumi stack output --json`")
    return parse(text, where)


def _standard_input() -> bytes:
    if sys.stdin is None:  # closed before the command began (`<&-`)
        return b""
    return sys.stdin.buffer.read()


def parse(text: str, where: str) -> Promises:
    """Parse a stack's outputs. Raises PromiseError at the first value that is not as it must be."""
    try:
        outputs = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PromiseError(
            where, f"is not JSON ({error})", "write it with `pulumi stack output --json`"
        ) from None
    if not isinstance(outputs, dict):
        raise PromiseError(where, "is not a JSON object", "use the outputs of one stack")
    _refuse_extra(outputs, {"version", "gateway", *PROVIDERS}, where)
    if "version" not in outputs:
        raise PromiseError(
            f"{where}: version", "is missing", f'add "version": {VERSION}, or run `pulumi up`'
        )
    if outputs["version"] != VERSION or isinstance(outputs["version"], bool):
        raise PromiseError(
            f"{where}: version",
            f"is {_shown(outputs['version'])}, and this preflight reads {VERSION}",
            "run `pulumi up` with the program of this preflight's version",
        )
    if "gateway" not in outputs:
        raise PromiseError(f"{where}: gateway", "is missing", "run `pulumi up`")
    targets: dict[str, Any] = {
        name: _targets(kind, outputs[name], f"{where}: {name}")
        for name, kind in CLASSES.items()
        if outputs.get(name) is not None
    }
    return Promises(_section(Gateway, outputs["gateway"], f"{where}: gateway"), **targets)


def _targets(kind: type[Target], value: object, where: str) -> tuple[Target, ...]:
    if not isinstance(value, list) or not value:
        raise PromiseError(
            where,
            f"is {_shown(value)}",
            "it must be a list with an object for each model and region; leave out what is off",
        )
    found = tuple(_section(kind, entry, f"{where}[{number}]") for number, entry in enumerate(value))
    for number, target in enumerate(found):
        if place(target) in map(place, found[:number]):
            raise PromiseError(
                f"{where}[{number}]",
                f"has the model and the region of another one ({place(target)})",
                "remove one of the two",
            )
    return found


def _section(kind: type[Section], value: object, where: str) -> Section:
    if not isinstance(value, dict):
        raise PromiseError(where, f"is {_shown(value)}, not an object", "run `pulumi up`")
    hints = get_type_hints(kind)
    wanted = fields(kind)  # type: ignore[arg-type]
    _refuse_extra(value, {field.name for field in wanted}, where)
    return kind(**{field.name: _value(value, field, hints[field.name], where) for field in wanted})


def _value(
    section: Mapping[str, object], field: Field[Any], hint: Any, where: str
) -> str | tuple[str, ...] | None:
    here = f"{where}.{field.name}"
    value = section.get(field.name)
    if value is None and field.default is not MISSING:
        return cast("tuple[str, ...] | None", field.default)
    if field.name not in section:
        raise PromiseError(here, "is missing", "run `pulumi up`, or add it to the file")
    if value == SECRET:
        raise PromiseError(
            here,
            "is hidden as a secret",
            "nothing in the contract is secret: remove the secret from the setting it comes from",
        )
    if get_origin(hint) is tuple:
        known = GUARDS if field.name == "guards" else None
        return _names(value, here, known, least=int(field.default is MISSING))
    if not _is_text(value):
        raise PromiseError(here, f"is {_shown(value)}", "it must be text, not empty")
    return value


def _names(
    value: object, here: str, known: tuple[str, ...] | None, *, least: int
) -> tuple[str, ...]:
    if (
        not isinstance(value, list)
        or len(value) < least
        or not all(_is_text(entry) for entry in value)
    ):
        raise PromiseError(
            here, f"is {_shown(value)}", f"it must be a list of names{', not empty' * least}"
        )
    for entry in value:
        if known and entry not in known:
            raise PromiseError(
                here, f"holds {_shown(entry)}", f"known here: {', '.join(sorted(known))}"
            )
    return tuple(value)


def _is_text(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and bool(value.strip()) and value.isprintable()


def _refuse_extra(section: Mapping[str, object], known: set[str], where: str) -> None:
    extra = sorted(set(section) - known)
    if extra:
        raise PromiseError(
            f"{where}: {_shown(extra[0])}",
            "is not part of the contract",
            f"remove it; known here: {', '.join(sorted(known))}",
        )


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=True)
    limit = 60
    return text if len(text) <= limit else text[:limit] + "..."
