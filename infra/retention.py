"""How long what is no longer of use stays in a bucket."""

ABORT_UPLOAD_DAYS = 7
"""Parts of an upload that never finished are billed until removed; no upload takes that long."""

ACCESS_LOG_DAYS = 90
"""Access logs outlive what they tell of: who read a result is often asked after it is deleted."""
