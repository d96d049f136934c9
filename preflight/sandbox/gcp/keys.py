"""Cloud KMS's key rings, keys and versions, as far as Cloud Storage asks for them."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime

from preflight.sandbox.gcp.errors import ApiError
from preflight.sandbox.gcp.policy import Policy
from preflight.sandbox.gcp.regions import DUAL_REGIONS, REGIONS

ENABLED, DISABLED = "ENABLED", "DISABLED"
DESTROY_SCHEDULED = "DESTROY_SCHEDULED"

MULTI_REGIONS = {"us": "us", "europe": "eu", "asia": "asia"}
"""Where KMS keeps keys for several regions -> what Cloud Storage calls that place."""

LOCATIONS = REGIONS | DUAL_REGIONS | set(MULTI_REGIONS) | {"global"}

_ID = re.compile(r"[a-zA-Z0-9_-]{1,63}")
_KEY = re.compile(r"projects/([^/]+)/locations/([^/]+)/keyRings/[^/]+/cryptoKeys/[^/]+")


def now() -> str:
    """This moment as Google writes it."""
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


@dataclass(slots=True)
class Ring:
    """A key ring. Nobody can delete it."""

    name: str
    created: str = field(default_factory=now)
    policy: Policy = field(default_factory=lambda: Policy("key"))


@dataclass(slots=True)
class Key:
    """A symmetric key: versions have states, and it has none of its own.

    Attributes:
        settings: what may be set of it, as Google's API spells it.
        versions: state of each version, the first one first.
    """

    name: str
    ring: Ring
    settings: dict[str, object]
    versions: list[str]
    created: str = field(default_factory=now)
    policy: Policy = field(default_factory=lambda: Policy("key"))

    @property
    def project(self) -> str:
        """The id of the project that has it."""
        return self.name.split("/")[1]

    def version_name(self, number: int) -> str:
        """The name of the version; they are counted from 1."""
        return f"{self.name}/cryptoKeyVersions/{number}"


def key_place(name: str) -> str:
    """Where Cloud Storage has buckets for the key of that name; "" for what is no key's name."""
    match = _KEY.fullmatch(name)
    return MULTI_REGIONS.get(match[2], match[2]) if match else ""


def new_id(asked: str) -> str:
    """The id of a new key ring or key. Raises ApiError 400 for one that cannot be."""
    if not _ID.fullmatch(asked):
        raise ApiError(400, f"The id {asked!r} does not match [a-zA-Z0-9_-]{{1,63}}.")
    return asked
