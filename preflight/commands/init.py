"""`preflight init`: a few questions, or flags; a stack's settings, and what a team sets once."""

import json
import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from preflight.commands.asking import answer, say
from preflight.commands.init_team import Team, wanted
from preflight.contract import PROVIDERS
from preflight.seams import UsageError
from preflight.settings import (
    SETTINGS,
    Setting,
    Takes,
    Value,
    WrongSetting,
    parse,
)
from preflight.settings.stack_file import Project, refuse_to_overwrite

VERSION = 1
_STACK = "dev"

ASKED = (
    "gatewayUrl",
    "openaiModels",
    "azureSubscriptionId",
    "gatewayAzurePrincipalId",
    "azureRegions",
    "azureModels",
    "vertexProject",
    "vertexRegions",
    "vertexModels",
    "gatewayAwsPrincipalArn",
    "gatewayAwsExternalId",
    "bedrockRegions",
    "bedrockModels",
)
"""What is asked, and written even where it is the default: a later default must move no bucket."""


def init(arguments: Namespace) -> int:
    """Write a stack's settings beside Pulumi.yaml, and what a team sets once; print where."""
    asking = sys.stdin.isatty() and not arguments.yes and not arguments.quiet
    project = _project(arguments, asking=asking)
    stack, settings = "", None
    if project is not None:
        stack, settings = _settings(project, arguments, asking=asking)
    folder = project.folder if project else Path.cwd()
    team = None
    # A script that asks for a stack's settings gets these; --yes, --promises and people get all.
    by_all = asking or arguments.yes or arguments.promises
    if by_all and wanted(folder, arguments, asking=asking, alone=settings is None):
        team = Team(folder, arguments, stack or arguments.stack or "", asking=asking)
    written: list[Path] = []
    if project is not None and settings is not None:
        written.append(project.write(stack, settings, force=arguments.force))
    if team is not None:
        # Who was asked has agreed to replace what is there.
        written += team.write(replace=arguments.force or asking)
    if arguments.json:
        files = [str(path) for path in written]
        shape = {"format": "preflight-init", "version": VERSION, "files": files, "exit_code": 0}
        print(json.dumps(shape, indent=2))
    else:
        print(*written, sep="\n", end="\n" * bool(written))
    if settings is not None:
        say(f"next: pulumi stack init {stack}, then pulumi up --stack {stack}")
    if team is not None:
        say("next: preflight config, then preflight check REQUESTS.jsonl")
    return 0


def _project(arguments: Namespace, *, asking: bool) -> Project | None:
    """The Pulumi project; None where a team's own file is all that is to be written.

    Raises UsageError where there is none, and settings of a stack are asked for.
    """
    if arguments.promises:
        if arguments.set:
            raise UsageError("--set", "is of a stack, and --promises of a file", "leave out one")
        return None
    try:
        return Project.nearest()
    except UsageError as none:
        if arguments.set:
            raise
        if not (asking or arguments.yes):
            raise UsageError(
                none.where, none.what, f"{none.remedy}, or add --yes to write what a team sets once"
            ) from None
        say("no Pulumi project is here or above: no settings of a stack are written")
        return None


def _settings(
    project: Project, arguments: Namespace, *, asking: bool
) -> tuple[str, Mapping[str, Value]]:
    """The stack's name, and its settings by flags and answers. Raises UsageError."""
    stack = arguments.stack or (_ask_stack(project) if asking else "")
    if not stack:
        raise UsageError("the command line", "names no stack", "add --stack NAME")
    path = project.stack_file(stack)
    if not arguments.force:
        refuse_to_overwrite(path)
    chosen = tuple(dict.fromkeys(arguments.provider or (_ask_providers() if asking else ())))
    if not chosen:
        raise UsageError("the command line", "names no provider", "add --provider NAME")
    answers = _Answers(project, chosen, dict(_given(arguments.set or (), chosen)))
    answers.complete(asking=asking)
    arguments.provider = list(chosen)  # the team's file has the same
    return stack, answers.settings()


def _given(texts: tuple[str, ...], chosen: tuple[str, ...]) -> Iterator[tuple[str, Value]]:
    """The settings of the command line. Raises UsageError at the first that cannot be."""
    for text in texts:
        key, equals, value = text.partition("=")
        setting = SETTINGS.get(key)
        if setting is None or setting.takes is Takes.FLAG or not equals:
            raise UsageError(
                f"--set {key}",
                "is no KEY=VALUE with a setting of the program",
                "see docs/infrastructure.md for the settings; --provider turns a provider on",
            )
        if setting.provider and setting.provider not in chosen:
            raise UsageError(
                f"--set {key}",
                f"is for {setting.provider}, which is not asked for",
                f"add --provider {setting.provider}",
            )
        try:
            yield key, parse(key, _as_kept(setting, value))
        except WrongSetting as wrong:
            raise UsageError(
                f"--set {key}", f"{wrong.found}, but {wrong.allowed}", f"give {_set(key)}"
            ) from None


def _set(key: str) -> str:
    """The option with a good value, or the command that finds one."""
    _, _, good = SETTINGS[key].example.rpartition("]' ")
    return f"--set {key}={good}"


def _as_kept(setting: Setting, text: str) -> str:
    """A list is typed with commas, and kept as JSON."""
    if setting.takes is not Takes.TEXTS or text.startswith("["):
        return text
    return json.dumps([entry for entry in text.replace(",", " ").split() if entry])


def _as_typed(setting: Setting, kept: str) -> str:
    """The other way round."""
    return ",".join(json.loads(kept)) if setting.takes is Takes.TEXTS else kept


@dataclass(slots=True)
class _Answers:
    """The settings of the chosen providers, as far as they are known."""

    project: Project
    chosen: tuple[str, ...]
    known: dict[str, Value] = field(default_factory=dict)

    def complete(self, *, asking: bool) -> None:
        """Ask for what is not known, or take its default. Raises UsageError where it has none."""
        missing: dict[str, str] = {}
        for key in ASKED:
            setting = SETTINGS[key]
            if self.known.get(key) or setting.provider not in {"", *self.chosen}:
                continue
            if self.known.get(setting.unless):
                continue
            try:
                self.known[key] = self._ask(setting) if asking else self._default(setting)
            except WrongSetting as wrong:
                missing[key] = wrong.allowed
        if missing:
            raise UsageError(
                "the command line",
                f"lacks {' and '.join(f'{key} ({what})' for key, what in missing.items())}",
                f"add {' '.join(map(_set, missing))}",
            )

    def settings(self) -> Mapping[str, Value]:
        """Everything to be written, in the order of the table; an empty text is no setting."""
        values: dict[str, Value] = {f"{name}Enabled": True for name in self.chosen} | self.known
        return {key: values[key] for key in SETTINGS if values.get(key) not in {None, "", ()}}

    def _parsed(self, setting: Setting, text: str) -> Value:
        return parse(setting.key, _as_kept(setting, text))

    def _default(self, setting: Setting) -> Value:
        return self._parsed(setting, self.project.defaults[setting.key])

    def _ask(self, setting: Setting) -> Value:
        """Until the answer is one that the program takes."""
        default = _as_typed(setting, self.project.defaults[setting.key])
        say(f"\n{self.project.descriptions[setting.key]}.")
        while True:
            typed = answer(setting.key, default)
            try:
                return self._parsed(setting, typed)
            except WrongSetting as wrong:
                say(f"  it {wrong.found}, but {wrong.allowed}")


def _ask_stack(project: Project) -> str:
    while True:
        name = answer("Name of the stack", _STACK)
        try:
            project.stack_file(name)
        except UsageError as error:
            say(f"  {error.what}")
        else:
            return name


def _ask_providers() -> tuple[str, ...]:
    while True:
        typed = answer(f"Providers ({', '.join(PROVIDERS)}; with commas between them)", "")
        names = typed.lower().replace(",", " ").split()
        if names and set(names) <= set(PROVIDERS):
            return tuple(names)
        say(f"  name one or more of {', '.join(PROVIDERS)}")
