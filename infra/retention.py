"""How long what was never finished stays in a bucket."""

ABORT_UPLOAD_DAYS = 7
"""Parts of an upload that never finished are billed until removed; no upload takes that long."""
