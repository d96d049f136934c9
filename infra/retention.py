"""How long requests and results stay in a bucket, and why not shorter."""

LONGEST_JOB_DAYS = 7
"""A Bedrock job may be given 168 hours, the longest of all. Source: its timeoutDurationInHours."""

GRACE_DAYS = 7
"""How long results stay after that at the least: time to fetch them after a week away."""

SHORTEST_RESULT_DAYS = LONGEST_JOB_DAYS + GRACE_DAYS

ABORT_UPLOAD_DAYS = 7
"""Parts of an upload that never finished are billed until removed; no upload takes that long."""
