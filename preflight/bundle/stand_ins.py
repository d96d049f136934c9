"""Who somebody is, replaced by stand-ins: the same one for the same name, wherever it stands.

What a judgement rests on stays: a service agent's number is still its project's, a role's ARN still
of its account. Names that people choose stay as well: of buckets, roles, deployments, models.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from preflight.contract import Promises

_IDS = re.compile(
    r"(?P<uuid>[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})"
    r"|(?P<email>[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,})"
    r"|(?P<unique>\b(?:AIDA|AROA|AGPA|ANPA|AKIA|ASIA)[A-Z0-9]{12,}\b)"
    r"|(?P<account>(?<![0-9A-Za-z])[0-9]{12}(?![0-9A-Za-z]))"
)
"""Entra's object ids and subscriptions, e-mails, AWS's unique ids, account and project numbers."""

_GOOGLES_ACCOUNT = ".gserviceaccount.com"
_OF_A_PROJECT = ".iam.gserviceaccount.com"
_NUMBER = re.compile(r"(?<![0-9])[0-9]{6,}(?![0-9])")
_DIGITS = 12


class StandIns:
    """Of one bundle. Each kind is counted from 1."""

    def __init__(self, promises: Promises) -> None:
        """Learn the names that only the promises tell to be names."""
        self._given: dict[str, str] = {}
        self._counts: dict[str, int] = {}
        projects = {target.project for target in promises.vertex}
        numbers = {target.project_number for target in promises.vertex}
        subjects = {
            (target.federation or "").partition("/subject/")[2] for target in promises.vertex
        }
        self._projects = projects
        known = [
            *(rf"(?<=projects/){re.escape(name)}(?![\w-])" for name in sorted(projects)),
            *(rf"(?<=project ){re.escape(name)}(?![\w-])" for name in sorted(projects)),
            *(rf"(?<![0-9A-Za-z]){re.escape(number)}(?![0-9A-Za-z])" for number in sorted(numbers)),
            *(rf"(?<![\w-]){re.escape(one)}(?![\w-])" for one in sorted(subjects - {""})),
        ]
        self._numbers, self._subjects = numbers, subjects
        self._known = re.compile("|".join(known)) if known else None

    def text(self, text: str) -> str:
        """The text with stand-ins."""
        if text in self._projects:
            return self._of(text, "project")
        text = _IDS.sub(self._id, text)
        return self._known.sub(self._name, text) if self._known else text

    def _id(self, found: re.Match[str]) -> str:
        kind = found.lastgroup or ""
        return self._email(found[0]) if kind == "email" else self._of(found[0], kind)

    def _name(self, found: re.Match[str]) -> str:
        if found[0] in self._numbers:
            return self._of(found[0], "account")
        return self._of(found[0], "subject" if found[0] in self._subjects else "project")

    def _email(self, email: str) -> str:
        local, _, domain = email.partition("@")
        if not domain.endswith(_GOOGLES_ACCOUNT):
            return self._of(email, "person")
        if number := _NUMBER.search(local):
            # Google's own agents are named after the project's number.
            return f"{_NUMBER.sub(self._of(number[0], 'account'), local)}@{self._home(domain)}"
        return f"{self._of(email, 'identity')}@{self._home(domain)}"

    def _home(self, domain: str) -> str:
        project = domain.removesuffix(_OF_A_PROJECT)
        return (
            f"{self._of(project, 'project')}{_OF_A_PROJECT}"
            if project in self._projects
            else domain
        )

    def _of(self, name: str, kind: str) -> str:
        """The stand-in of a name, made when it is first met."""
        if name in self._given:
            return self._given[name]
        number = self._counts[kind] = self._counts.get(kind, 0) + 1
        self._given[name] = {
            "uuid": f"ffffffff-0000-4000-8000-{number:0{_DIGITS}}",
            "unique": f"{name[:4]}{number:0{_DIGITS + 4}}",
            "account": f"9{number:0{max(len(name), 2) - 1}}",
            "person": f"person-{number}@redacted.example",
        }.get(kind, f"{kind}-{number}")
        return self._given[name]


def mapped(tree: Any, change: Callable[[str], str]) -> Any:
    """The tree of plain values with each text changed, keys too."""
    if isinstance(tree, str):
        return change(tree)
    if isinstance(tree, Mapping):
        return {change(name): mapped(value, change) for name, value in tree.items()}
    if isinstance(tree, list | tuple):
        return [mapped(value, change) for value in tree]
    return tree
