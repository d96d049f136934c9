"""Google Cloud, read-only: `seams.Gcp` answered by Google's own clients."""

import os

from preflight.cloud.gcp_identity import Identities
from preflight.cloud.gcp_keys import Keys
from preflight.cloud.gcp_project import Projects
from preflight.cloud.gcp_storage import Buckets
from preflight.cloud.one_moment import once
from preflight.contract import VertexAI
from preflight.seams import Caller

ENDPOINT_VARIABLE = "PREFLIGHT_GOOGLE_ENDPOINT"


def connect(promised: VertexAI) -> "GoogleCloud":
    """A client for the promised project. Credentials are looked for at the first question."""
    return GoogleCloud(promised.project, os.environ.get(ENDPOINT_VARIABLE, "").rstrip("/"))


class GoogleCloud(Buckets, Projects, Identities, Keys):
    """`seams.Gcp` over the network. Threads may share it; it asks each question once."""

    @once
    def caller(self) -> Caller:
        """See `seams.Gcp`. A user's e-mail is asked of Google; a workload may have none."""
        source, project = self._source()
        name = getattr(source, "service_account_email", "") or ""
        if not name:
            url = f"{self._host('openidconnect')}/v1/userinfo"
            name = self._get(url, "the credentials in use", "openid email").get("email", "")
        return Caller(project, name or "application default credentials without an e-mail")
