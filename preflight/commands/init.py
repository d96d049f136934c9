"""`preflight init`: ask a few questions, or take flags, and write a stack's settings."""

import json
import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from preflight.contract import PROVIDERS
from preflight.render.printable import printable
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
    """Write `Pulumi.STACK.yaml` beside Pulumi.yaml, and print where it is."""
    project = Project.nearest()
    asking = sys.stdin.isatty() and not arguments.yes
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
    project.write(stack, answers.settings(), force=arguments.force)
    print(path)
    _say(f"next: pulumi stack init {stack}, then pulumi up --stack {stack}")
    return 0


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
        _say(f"\n{self.project.descriptions[setting.key]}.")
        while True:
            answer = _read(setting.key, default)
            try:
                return self._parsed(setting, answer)
            except WrongSetting as wrong:
                _say(f"  it {wrong.found}, but {wrong.allowed}")


def _ask_stack(project: Project) -> str:
    while True:
        name = _read("Name of the stack", _STACK)
        try:
            project.stack_file(name)
        except UsageError as error:
            _say(f"  {error.what}")
        else:
            return name


def _ask_providers() -> tuple[str, ...]:
    while True:
        answer = _read(f"Providers ({', '.join(PROVIDERS)}; with commas between them)", "")
        names = answer.lower().replace(",", " ").split()
        if names and set(names) <= set(PROVIDERS):
            return tuple(names)
        _say(f"  name one or more of {', '.join(PROVIDERS)}")


def _read(question: str, default: str) -> str:
    """One answer; Enter takes the default. Raises UsageError where there is no more to read."""
    shown = f" [{default}]" if default else ""
    print(f"{question}{shown}: ", end="", file=sys.stderr, flush=True)
    line = sys.stdin.readline()
    if not line:
        raise UsageError(
            "the answers", "ended before the last question", "answer all, or use --set KEY=VALUE"
        )
    return line.strip() or default


def _say(sentence: str) -> None:
    """Talk goes to standard error; line breaks of our own stay."""
    print("\n".join(map(printable, sentence.split("\n"))), file=sys.stderr)
