"""Where a batch stands, told from the clock alone: nothing runs in the background."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timing:
    """How long each stage lasts, in seconds. Hours at the real services."""

    validating: float = 0.3
    running: float = 0.6
    finalizing: float = 0.3
    cancelling: float = 0.2


@dataclass(frozen=True, slots=True)
class Course:
    """What decides a batch's course. Times are seconds since the epoch.

    `rejected`: validation will refuse the file. `expires_at_share`: the window closes when this
    share of the requests is done (0..1); None: in time.
    """

    created: float
    rejected: bool = False
    expires_at_share: float | None = None
    cancel_asked: float | None = None


TERMINAL = frozenset({"completed", "failed", "expired", "cancelled"})

Stamps = dict[str, float]
"""Status word -> when it was reached (or will be): the `..._at` fields of a batch."""


def stamps(course: Course, timing: Timing) -> Stamps:
    """When each status is reached, in order, as far as the course is decided."""
    validated = course.created + timing.validating
    whole: Stamps = {"validating": course.created}
    if course.rejected:
        whole["failed"] = validated
    else:
        whole["in_progress"] = validated
        if course.expires_at_share is not None:
            whole["expired"] = validated + timing.running * course.expires_at_share
        else:
            whole["finalizing"] = validated + timing.running
            whole["completed"] = validated + timing.running + timing.finalizing
    if course.cancel_asked is None:
        return whole
    reached = {word: at for word, at in whole.items() if at <= course.cancel_asked}
    return reached | {
        "cancelling": course.cancel_asked,
        "cancelled": course.cancel_asked + timing.cancelling,
    }


def status(course: Course, timing: Timing, now: float) -> str:
    """The status word at that time."""
    return [word for word, at in stamps(course, timing).items() if at <= now][-1]


def share_done(course: Course, timing: Timing, now: float) -> float:
    """The share of the requests that have been run by then, 0..1.

    A cancelled batch stops where it was.
    """
    if course.rejected:
        return 0.0
    until = now if course.cancel_asked is None else min(now, course.cancel_asked)
    share = (until - course.created - timing.validating) / timing.running
    ceiling = 1.0 if course.expires_at_share is None else course.expires_at_share
    return min(max(share, 0.0), ceiling)
