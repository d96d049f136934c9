"""Where promises come from: the Pulumi stack, a file, or standard input; parsed strictly."""

import json
import shutil
import subprocess
import sys
import types
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

from preflight.contract import PROVIDERS, VERSION, Gateway, Promises
from preflight.seams import PromiseError, UsageError

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
    sections = {
        name: _section(provider_class(name), outputs[name], f"{where}: {name}")
        for name in PROVIDERS
        if outputs.get(name) is not None
    }
    return Promises(_section(Gateway, outputs["gateway"], f"{where}: gateway"), **sections)


def provider_class(provider: str) -> type[Any]:
    """The contract's dataclass for a provider's name."""
    hint = get_type_hints(Promises)[provider]
    (kind,) = (kind for kind in get_args(hint) if kind is not types.NoneType)
    return cast("type[Any]", kind)


def _section(kind: type[Section], value: object, where: str) -> Section:
    if not isinstance(value, dict):
        raise PromiseError(where, f"is {_shown(value)}, not an object", "run `pulumi up`")
    hints = get_type_hints(kind)
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    _refuse_extra(value, set(names), where)
    return kind(**{name: _value(value, name, hints[name], where) for name in names})


def _value(section: Mapping[str, object], name: str, hint: Any, where: str) -> Any:
    here = f"{where}.{name}"
    if name not in section:
        raise PromiseError(here, "is missing", "run `pulumi up`, or add it to the file")
    value = section[name]
    if value == SECRET:
        raise PromiseError(
            here,
            "is hidden as a secret",
            "nothing in the contract is secret: remove the secret from the setting it comes from",
        )
    if get_origin(hint) is tuple:
        if isinstance(value, list) and value and all(_is_text(entry) for entry in value):
            return tuple(value)
        raise PromiseError(here, f"is {_shown(value)}", "it must be a list of names, not empty")
    if not _is_text(value):
        raise PromiseError(here, f"is {_shown(value)}", "it must be text, not empty")
    return value


def _is_text(value: object) -> bool:
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
