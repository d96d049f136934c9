"""Built-in roles: what each holds in Resource Manager and on the data plane.

Source: Azure's built-in roles, "AI + machine learning" and "General", read October 2026. Where a
role holds more than is of use here (the assistants, the fine-tuning), that is left out.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

_OPENAI = "Microsoft.CognitiveServices/accounts/OpenAI"
_ROLE_READS = (
    "Microsoft.Authorization/roleAssignments/read",
    "Microsoft.Authorization/roleDefinitions/read",
)


@dataclass(frozen=True, slots=True)
class Role:
    """One role definition.

    `*` in an action stands for anything, slashes too; case does not matter.
    """

    guid: str
    name: str
    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    data_actions: tuple[str, ...] = ()

    def holds(self, action: str) -> bool:
        """Whether it carries a management action."""
        return matches(self.actions, action) and not matches(self.not_actions, action)

    def holds_data(self, action: str) -> bool:
        """Whether it carries a data action."""
        return matches(self.data_actions, action)

    def shape(self, scope: str) -> dict[str, Any]:
        """As Resource Manager shows it at that scope."""
        permission = {
            "actions": self.actions,
            "notActions": self.not_actions,
            "dataActions": self.data_actions,
            "notDataActions": [],
        }
        return {
            "id": f"{scope}/providers/Microsoft.Authorization/roleDefinitions/{self.guid}",
            "type": "Microsoft.Authorization/roleDefinitions",
            "name": self.guid,
            "properties": {
                "roleName": self.name,
                "type": "BuiltInRole",
                "description": "",
                "assignableScopes": ["/"],
                "permissions": [permission],
            },
        }


OWNER = Role("8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "Owner", ("*",))
OPENAI_USER = Role(
    "5e0bd9bd-7b93-4f28-af87-19fc36ad61bd",
    "Cognitive Services OpenAI User",
    ("Microsoft.CognitiveServices/*/read", *_ROLE_READS),
    data_actions=(
        f"{_OPENAI}/*/read",
        f"{_OPENAI}/engines/completions/action",
        f"{_OPENAI}/engines/search/action",
        f"{_OPENAI}/engines/generate/action",
        f"{_OPENAI}/deployments/completions/action",
        f"{_OPENAI}/deployments/chat/completions/action",
        f"{_OPENAI}/deployments/embeddings/action",
        f"{_OPENAI}/deployments/audio/action",
        f"{_OPENAI}/images/generations/action",
    ),
)
OPENAI_CONTRIBUTOR = Role(
    "a001fd3d-188f-4b5d-821b-7da978bf7442",
    "Cognitive Services OpenAI Contributor",
    (
        "Microsoft.CognitiveServices/*/read",
        "Microsoft.CognitiveServices/accounts/deployments/write",
        "Microsoft.CognitiveServices/accounts/deployments/delete",
        *_ROLE_READS,
    ),
    data_actions=(f"{_OPENAI}/*",),
)

ROLES = {
    role.guid: role
    for role in (
        OWNER,
        Role(
            "b24988ac-6180-42a0-ab88-20f7382dd24c",
            "Contributor",
            ("*",),
            ("Microsoft.Authorization/*/delete", "Microsoft.Authorization/*/write"),
        ),
        Role("acdd72a7-3385-48ef-bd42-f606fba81ae7", "Reader", ("*/read",)),
        OPENAI_USER,
        OPENAI_CONTRIBUTOR,
        Role(
            "25fbc0a9-bd7c-42a3-aa1a-3b75d497ee68",
            "Cognitive Services Contributor",
            ("Microsoft.CognitiveServices/*", "Microsoft.Resources/*/read", *_ROLE_READS),
        ),
        Role(
            "a97b65f3-24c7-4388-baec-2e87135dc908",
            "Cognitive Services User",
            (
                "Microsoft.CognitiveServices/*/read",
                "Microsoft.CognitiveServices/accounts/listkeys/action",
                *_ROLE_READS,
            ),
            data_actions=("Microsoft.CognitiveServices/*",),
        ),
        Role(
            "bba48692-92b0-4667-a9ad-c31c7b334ac2",
            "Cognitive Services Usages Reader",
            ("Microsoft.CognitiveServices/locations/usages/read",),
        ),
    )
}
"""By the GUID of the definition, which is the same in every tenant."""


def matches(patterns: Sequence[str], action: str) -> bool:
    """Whether any of the patterns stands for the action."""
    return any(_pattern(pattern).fullmatch(action) for pattern in patterns)


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, text.split("*"))), re.IGNORECASE)
