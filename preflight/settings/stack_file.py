"""The files that Pulumi reads: what the project declares, and a stack's own settings."""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from preflight.seams import UsageError
from preflight.settings import Value

_PROJECT_FILE = "Pulumi.yaml"
_STACK_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")


@dataclass(frozen=True, slots=True)
class Project:
    """A Pulumi project: where it is, its name, and per setting its description and its default."""

    folder: Path
    name: str
    descriptions: Mapping[str, str]
    defaults: Mapping[str, str]

    @classmethod
    def nearest(cls) -> "Project":
        """The one of the working directory, or upwards. Raises UsageError where there is none."""
        here = Path.cwd()
        for folder in (here, *here.parents):
            if (folder / _PROJECT_FILE).is_file():
                return cls.at(folder)
        raise UsageError(
            "the working directory",
            f"is in no Pulumi project: no {_PROJECT_FILE} here or above",
            "run it in a checkout of the project",
        )

    @classmethod
    def at(cls, folder: Path) -> "Project":
        """The one of this folder. Raises UsageError where its file cannot be read."""
        read = _load(folder / _PROJECT_FILE)
        declared = {
            key: schema for key, schema in read.get("config", {}).items() if "default" in schema
        }
        return cls(
            folder,
            str(read["name"]),
            {key: str(schema.get("description", "")) for key, schema in declared.items()},
            {key: _as_text(schema["default"]) for key, schema in declared.items()},
        )

    def stack_file(self, stack: str) -> Path:
        """Where a stack's settings are kept. Raises UsageError for what is no stack's name."""
        if not _STACK_NAME.fullmatch(stack):
            raise UsageError(
                f"--stack {stack}",
                "is no stack's name: letters, digits, _, - and dots, at most 100",
                "choose a name such as dev",
            )
        return self.folder / f"Pulumi.{stack}.yaml"

    def write(self, stack: str, settings: Mapping[str, Value], *, force: bool) -> Path:
        """Write the whole file or nothing; the file.

        With `force` an existing file's settings for this project are replaced. What else it holds
        stays: the stack's encryption key, the settings of Pulumi's own providers, comments.

        Raises UsageError where the file exists already, or cannot be written.
        """
        path = self.stack_file(stack)
        content = _load(path) if force and path.exists() else {}
        if not content.get("config"):
            content["config"] = {}
        config = content["config"]
        plain = {
            f"{self.name}:{key}": list(value) if isinstance(value, tuple) else value
            for key, value in settings.items()
        }
        for key in [key for key in config if key.startswith(f"{self.name}:") and key not in plain]:
            del config[key]
        config.update(plain)
        write_whole(path, _dump(content), force=force)
        return path


def refuse_to_overwrite(path: Path) -> None:
    """Raise UsageError where the file exists."""
    if path.exists():
        raise UsageError(
            path.name, "exists already and is left as it is", "add --force, or name another stack"
        )


def write_whole(path: Path, text: str, *, force: bool) -> None:
    """Write it in one step: a reader, or whoever comes after a crash, finds all of it or nothing.

    Raises UsageError where it exists, but for `force`, or cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with temporary.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if force:
            temporary.replace(path)
        else:
            path.hardlink_to(temporary)  # which, unlike a rename, never replaces
    except FileExistsError:
        refuse_to_overwrite(path)
    except OSError as error:
        raise UsageError(
            str(path),
            f"cannot be written ({error.strerror})",
            "free some room, or make its folder writable",
        ) from None
    finally:
        temporary.unlink(missing_ok=True)


def _load(path: Path) -> Any:
    """The file's mapping, with its comments."""
    try:
        read = _yaml().load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, _yaml_error()) as error:
        raise UsageError(path.name, f"cannot be read ({error})", "repair the file") from None
    if not isinstance(read, dict):
        raise UsageError(path.name, "is no YAML mapping", "repair the file")
    return read


def _dump(content: Any) -> str:
    text = StringIO()
    _yaml().dump(content, text)
    return text.getvalue()


def _yaml() -> Any:
    """What reads and writes YAML and loses no comment."""
    try:
        from ruamel.yaml import YAML  # noqa: PLC0415 - of an extra
    except ImportError:
        raise UsageError(
            "preflight init", "needs the infra extra", "pip install 'batch-preflight[infra]'"
        ) from None
    yaml = YAML()
    yaml.width = 1000
    return yaml


def _yaml_error() -> type[Exception]:
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415 - of an extra

    return YAMLError


def _as_text(default: object) -> str:
    """As Pulumi hands it to a program: JSON for all but text."""
    return default if isinstance(default, str) else json.dumps(default)
