"""The clients of one AWS account, and how each is asked."""

from collections.abc import Callable
from functools import cache
from os import environ
from threading import Lock
from typing import Any, TypeVar

from preflight.cloud import aws_calls
from preflight.cloud.wire import AT_ONCE
from preflight.seams import Unreachable
from preflight.seams.calls import called

T = TypeVar("T")


class AwsSession:
    """Clients that are made when first needed. May be shared by threads."""

    def __init__(self, region: str, owner_profile: str = "", *, foreign: bool = False) -> None:
        """Keep both. Nothing is imported or asked.

        Args:
            region: to ask in where a question names none.
            foreign: whether the bucket is another account's.
            owner_profile: the AWS profile to look at the bucket with; "" for who looks at the rest.
        """
        self._region = region
        self._owner_profile = owner_profile
        self._stranger = foreign and not owner_profile
        self._lock = Lock()
        self._sessions: dict[str, Any] = {}
        self._clients: dict[tuple[str, str, str], Any] = {}
        self._who = "the identity running preflight"

    def _asked(self, look: Callable[[], T], where: str, permission: str, *missing: str) -> T | None:
        return aws_calls.told(look, where, permission, *missing, who=self._who)

    def _told(self, look: Callable[[], T], where: str, permission: str) -> T:
        """The answer to a question that always has one."""
        found = self._asked(look, where, permission)
        if found is None:
            raise Unreachable(where, f"{permission} answered nothing", "try again")
        return found

    def _client(self, service: str, region: str = "", profile: str = "") -> Any:
        """The client of a service in a region, made once. Raises what boto3 raises.

        `profile` is the AWS profile to ask with, "" for the environment's credentials.
        """
        from botocore.config import Config  # noqa: PLC0415 - instant start-up

        key = (service, region or self._region, profile)
        with self._lock:
            # Neither a session nor the making of clients is safe to share.
            if profile not in self._sessions:
                self._sessions[profile] = _session(profile)
                # Every client of a session takes over its events.
                self._sessions[profile].events.register("before-send", called)
            if key not in self._clients:
                # An endpoint of one's own has no name per bucket.
                own = environ.get("AWS_ENDPOINT_URL") or environ.get("AWS_ENDPOINT_URL_S3")
                self._clients[key] = self._sessions[profile].client(
                    service,
                    region_name=key[1],
                    config=Config(
                        max_pool_connections=AT_ONCE,
                        connect_timeout=aws_calls.CONNECT_SECONDS,
                        read_timeout=aws_calls.READ_SECONDS,
                        retries={"mode": "standard", "total_max_attempts": aws_calls.TRIES},
                        s3={"addressing_style": "path"} if own else None,
                    ),
                )
            return self._clients[key]


def _session(profile: str) -> Any:
    """A session with that profile, "" for none; the models are read once for all sessions."""
    import boto3  # noqa: PLC0415 - instant start-up
    from botocore.session import Session  # noqa: PLC0415

    session = Session(profile=profile or None)
    models = _models(session.get_config_variable("data_path"))
    session.register_component("data_loader", models)
    return boto3.Session(botocore_session=session)


@cache
def _models(path: str | None) -> Any:
    """What botocore reads its services' models with; `path` is where else to look for them.

    To read them takes longer than to ask: several regions, or several accounts, share them.
    """
    from botocore.loaders import create_loader  # noqa: PLC0415 - instant start-up

    return create_loader(path)
