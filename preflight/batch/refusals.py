"""What may come of a call to the gateway other than its answer."""

from preflight.seams import RunError, Unreachable

UNAUTHORIZED, FORBIDDEN, NOT_FOUND, NO_SUCH_CALL = 401, 403, 404, 405
REQUEST_TIMEOUT, TOO_MANY, SERVER_FAULT = 408, 429, 500


class Lost(Unreachable):
    """A call that may or may not have been carried out: its answer did not arrive."""


class Declined(RunError):
    """A call that the gateway or the provider refused, in its own words.

    `status` is that of HTTP; `wait` the seconds that it asked to be left alone, or None.
    """

    def __init__(
        self, where: str, what: str, remedy: str, status: int = 0, wait: float | None = None
    ) -> None:
        """Keep the status and the time beside the sentence."""
        super().__init__(where, what, remedy)
        self.status = status
        self.wait = wait


class Blind(RunError):
    """A list that does not tell whether a certain batch exists."""
