"""The connection to the gateway, and to a ledger that workers share."""

from typing import Any

from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowNotFoundException
from sqlalchemy import URL

from preflight.airflow import access
from preflight.airflow.access import Access
from preflight.airflow.provider import CONNECTION
from preflight.cloud import gateway
from preflight.contract import Gateway, OpenAI
from preflight.seams import NOT_THE_GATEWAY, PreflightError, UsageError

_OK = 200
_UNAUTHORIZED = 401


class PreflightHook(BaseHook):
    """The gateway, as an Airflow connection of the type `preflight` (or `http`) names it.

    Its password is the gateway's key; its host the gateway's URL, or empty for the one that the
    stack promises.
    """

    conn_name_attr = "gateway_conn_id"
    default_conn_name = access.DEFAULT
    conn_type = CONNECTION
    hook_name = "AI gateway (preflight)"

    def __init__(self, gateway_conn_id: str = access.DEFAULT) -> None:
        """Nothing is asked yet."""
        super().__init__()
        self.gateway_conn_id = gateway_conn_id

    def get_conn(self) -> Access:
        """The key and the URL. Raises UsageError where the connection is missing or unusable."""
        try:
            connection = self.get_connection(self.gateway_conn_id)
        except AirflowNotFoundException:
            raise missing(self.gateway_conn_id) from None
        return access.access(connection, self.gateway_conn_id)

    async def aget_conn(self) -> Access:
        """The same, where the event loop must not be held up."""
        try:
            connection = await self.aget_connection(self.gateway_conn_id)
        except AirflowNotFoundException:
            raise missing(self.gateway_conn_id) from None
        return access.access(connection, self.gateway_conn_id)

    def test_connection(self) -> tuple[bool, str]:
        """Whether the gateway takes the key: what the connection form's button asks."""
        try:
            found = self.get_conn()
            if found.base_url is None:
                return True, "it has a key; the gateway is the one that a stack promises: not asked"
            client = gateway.connect(Gateway(found.base_url), found.environ)
            answer = client.models(OpenAI(provider_name="", model=""))
        except PreflightError as error:
            return False, str(error)
        if answer.status == _UNAUTHORIZED:
            return False, f"{found.base_url}: refuses the key; set the password to a key of it"
        if answer.code == NOT_THE_GATEWAY:
            return False, f"{found.base_url}: is no gateway ({answer.message}); correct the host"
        return True, f"{found.base_url} takes the key"


def missing(name: str) -> UsageError:
    """The sentence about a connection that does not exist."""
    return UsageError(
        f"connection {name}",
        "does not exist",
        f"`airflow connections add {name} --conn-type {CONNECTION} --conn-password KEY`, or name "
        "another with gateway_conn_id",
    )


def ledger_address(ledger_conn_id: str) -> str:
    """The address of the database that a connection of the type `postgres` names.

    Of its extras those about TLS count (`sslmode`, ...). Raises UsageError where there is none.
    """
    try:
        connection: Any = BaseHook.get_connection(ledger_conn_id)
    except AirflowNotFoundException:
        raise UsageError(
            f"connection {ledger_conn_id}",
            "does not exist",
            f"`airflow connections add {ledger_conn_id} --conn-uri postgresql://...`",
        ) from None
    return URL.create(
        "postgresql",
        connection.login or None,
        connection.password or None,
        connection.host or None,
        connection.port,
        connection.schema or None,
        {name: str(value) for name, value in connection.extra_dejson.items() if "ssl" in name},
    ).render_as_string(hide_password=False)
