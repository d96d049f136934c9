"""The settings of Vertex AI, and what each may be."""

import re

from preflight.settings import forms

_REGION = re.compile(r"[a-z]+-[a-z]+\d{1,2}")
_PROJECT = re.compile(r"([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]")
_MEMBER = re.compile(
    r"(user|group|serviceAccount):[^\s:@]+@[^\s:@]+"
    r"|principal(Set)?://iam\.googleapis\.com/[\w./:@-]+"
)

_ACCOUNT = re.compile(r"[^\s@]+@[a-z0-9.-]+\.gserviceaccount\.com")
# Google takes https only; the sandbox's own issuer is on loopback.
_ISSUER = re.compile(r"https://[^\s@?#\"]+|http://127\.0\.0\.1:\d+")
_SUBJECT = re.compile(r"[\w.:/@|=+,-]{1,127}", re.ASCII)
_AUDIENCE = re.compile(r"[^\s\"]{1,256}")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]")
_KEY = re.compile(
    r"projects/[a-z0-9.:-]+/locations/(?P<region>[a-z0-9-]+)"
    r"/keyRings/[\w-]{1,63}/cryptoKeys/[\w-]{1,63}",
    re.ASCII,
)
_LABEL_NAME = re.compile(r"[a-z][a-z0-9_-]{0,62}")
_LABEL_VALUE = re.compile(r"[a-z0-9_-]{0,63}")


def key_region(name: str) -> str:
    """The region of a key's full name; "" for what is none."""
    match = _KEY.fullmatch(name)
    return match["region"] if match else ""


def no_label(name: str, value: str) -> str:
    """Why Google Cloud cannot take the tag as a label; "" where it can."""
    if _LABEL_NAME.fullmatch(name) and _LABEL_VALUE.fullmatch(value):
        return ""
    return (
        "must hold labels where Vertex AI is on, small letters, digits, _ and - with a letter"
        f" first, and {name}={value} is none"
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
    forms.names("vertex", "vertexModels", "Google's ids of models", "gemini-3.5-flash-lite"),
    forms.optional(
        "vertex",
        "auditorGcpMember",
        _MEMBER,
        "must be one user:, group: or serviceAccount: with an e-mail address, or a principal://"
        " of a workload identity pool",
        "serviceAccount:NAME@PROJECT.iam.gserviceaccount.com",
    ),
    forms.optional(
        "vertex",
        "gatewayGcpServiceAccount",
        _ACCOUNT,
        "must be the e-mail address of a service account",
        "NAME@PROJECT.iam.gserviceaccount.com",
    ),
    forms.optional(
        "vertex",
        "gatewayGcpIssuer",
        _ISSUER,
        "must be the https address of an OIDC issuer, as its tokens name it",
        "https://ISSUER",
    ),
    forms.optional(
        "vertex",
        "gatewayGcpSubject",
        _SUBJECT,
        "must be 1 to 127 letters, digits and ._:/@|=+,-",
        "system:serviceaccount:NAMESPACE:NAME",
    ),
    forms.optional(
        "vertex",
        "gatewayGcpAudience",
        _AUDIENCE,
        "must be 1 to 256 characters without blanks",
        "AUDIENCE",
    ),
    forms.texts(
        "vertex",
        "vertexBuckets",
        _BUCKET,
        "must be a list of names of buckets, without gs://, one for each region",
        "BUCKET",
        may_be_empty=True,
    ),
    forms.flag("vertex", "vertexCustomerKey"),
    forms.texts(
        "vertex",
        "vertexKeyNames",
        _KEY,
        "must be a list of full names of keys, one for each region",
        "projects/PROJECT/locations/REGION/keyRings/RING/cryptoKeys/KEY",
        may_be_empty=True,
    ),
)
"""What is needed at the least comes first."""
