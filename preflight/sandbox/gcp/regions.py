"""FACTS: where Cloud Storage keeps buckets and where Google publishes its models. Read 2026-10.

The models' regions are the sandbox's own short table: enough for a region that has the model and
one that has not.
"""

MULTI_REGIONS = frozenset({"us", "eu", "asia"})
DUAL_REGIONS = frozenset({"nam4", "eur4", "eur5", "eur7", "eur8", "asia1"})
REGIONS = frozenset(
    {
        "africa-south1", "asia-east1", "asia-east2", "asia-northeast1", "asia-northeast2",
        "asia-northeast3", "asia-south1", "asia-south2", "asia-southeast1", "asia-southeast2",
        "australia-southeast1", "australia-southeast2", "europe-central2", "europe-north1",
        "europe-north2", "europe-southwest1", "europe-west1", "europe-west2", "europe-west3",
        "europe-west4", "europe-west6", "europe-west8", "europe-west9", "europe-west10",
        "europe-west12", "me-central1", "me-central2", "me-west1", "northamerica-northeast1",
        "northamerica-northeast2", "northamerica-south1", "southamerica-east1",
        "southamerica-west1",
        "us-central1", "us-east1", "us-east4", "us-east5", "us-south1", "us-west1", "us-west2",
        "us-west3", "us-west4",
    }
)  # fmt: skip

GLOBAL = "global"
"""The location without a place: its jobs read and write any bucket."""

_WIDE = frozenset(
    {
        GLOBAL, "us-central1", "us-east1", "us-east4", "us-east5", "us-south1", "us-west1",
        "us-west4", "europe-central2", "europe-north1", "europe-southwest1", "europe-west1",
        "europe-west4", "europe-west8", "europe-west9",
    }
)  # fmt: skip

SERVED = (_WIDE - {GLOBAL}) | {"asia-northeast1", "asia-southeast1", "australia-southeast1"}
"""The regions of Vertex AI, abridged as well."""

MODELS = {
    "gemini-2.5-pro": _WIDE,
    "gemini-2.5-flash": _WIDE,
    "gemini-2.5-flash-lite": _WIDE,
    "gemini-2.0-flash-001": _WIDE,
    "gemini-3-pro-preview": frozenset({GLOBAL}),
}
"""Publisher model -> the locations that have it."""
