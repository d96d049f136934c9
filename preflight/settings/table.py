"""Every setting of the stack, and what it may be.

Names, defaults and descriptions are in Pulumi.yaml; a test holds the two together.
"""

import re
from collections.abc import Mapping

from preflight.settings import forms
from preflight.settings.aws import AWS
from preflight.settings.azure import AZURE
from preflight.settings.google import GOOGLE
from preflight.settings.setting import Setting, Takes

LONGEST_JOB_DAYS = 7
"""A Bedrock job may be given 168 hours, the longest of all. Source: its timeoutDurationInHours."""

GRACE_DAYS = 7
"""How long results stay after that at the least: time to fetch them after a week away."""

SHORTEST_RESULT_DAYS = LONGEST_JOB_DAYS + GRACE_DAYS

_TAG = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,62}=[A-Za-z0-9_.:/@+-]{0,63}", re.ASCII)
"""What every cloud takes for a tag's name; AWS and Azure take more in its value than Google."""

SETTINGS: Mapping[str, Setting] = {
    setting.key: setting
    for setting in (
        Setting(
            "gatewayUrl",
            "",
            Takes.URL,
            "must be an http or https address without credentials, query or fragment",
            "https://gateway.truefoundry.ai",
        ),
        forms.number("", "resultDays", SHORTEST_RESULT_DAYS),
        forms.texts(
            "",
            "tags",
            _TAG,
            "must be a list of NAME=VALUE: a letter, then at most 62 letters, digits, _ and -;"
            " at most 63 letters, digits and _.:/@+-",
            "team=platform",
            may_be_empty=True,
        ),
        forms.flag("", "accessLogs"),
        forms.enabled("openai"),
        forms.account("openai"),
        forms.names("openai", "openaiModels", "OpenAI's ids of models", "gpt-4o-mini"),
        *AZURE,
        *GOOGLE,
        *AWS,
    )
}
"""By key, the providers' in the order of reading."""
