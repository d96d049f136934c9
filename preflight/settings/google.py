"""The settings of Vertex AI, and what each may be."""

import re

from preflight.settings import forms

_REGION = re.compile(r"[a-z]+-[a-z]+\d{1,2}")
_PROJECT = re.compile(r"([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]")
_MEMBER = re.compile(
    r"(user|group|serviceAccount):[^\s:@]+@[^\s:@]+"
    r"|principal(Set)?://iam\.googleapis\.com/[\w./:@-]+"
)

GOOGLE = (
    forms.enabled("vertex"),
    forms.account("vertex"),
    forms.text(
        "vertex",
        "vertexProject",
        _PROJECT,
        "must be a project's id, not its number or its display name",
        '"$(gcloud config get-value project)"',
    ),
    forms.texts(
        "vertex",
        "vertexRegions",
        _REGION,
        "must be a list of single regions, as a bucket has to be in the model's",
        "europe-west4",
    ),
    forms.names("vertex", "vertexModels", "Google's ids of models", "gemini-2.5-flash"),
    forms.optional(
        "vertex",
        "auditorGcpMember",
        _MEMBER,
        "must be one user:, group: or serviceAccount: with an e-mail address, or a principal://"
        " of a workload identity pool",
        "serviceAccount:NAME@PROJECT.iam.gserviceaccount.com",
    ),
)
"""What is needed at the least comes first."""
