"""What Google Cloud says about a customer's key, and who may use it."""

from preflight.cloud.gcp_forms import bindings
from preflight.cloud.gcp_session import GoogleSession
from preflight.cloud.one_moment import once
from preflight.seams import Binding, GcpKey


class Keys(GoogleSession):
    """The questions of `seams.Gcp` about keys."""

    @once
    def kms_key(self, name: str) -> GcpKey | None:
        """See `seams.Gcp`. A key without a primary version can encrypt nothing."""
        found = self._find(f"{self._host('cloudkms')}/v1/{name}", name, "cloudkms.cryptoKeys.get")
        return None if found is None else GcpKey(name, found.get("primary", {}).get("state", ""))

    @once
    def key_bindings(self, name: str) -> tuple[Binding, ...]:
        """See `seams.Gcp`."""
        return self._of(name, "cloudkms.cryptoKeys.getIamPolicy")

    @once
    def ring_bindings(self, name: str) -> tuple[Binding, ...]:
        """See `seams.Gcp`."""
        return self._of(name, "cloudkms.keyRings.getIamPolicy")

    def _of(self, name: str, permission: str) -> tuple[Binding, ...]:
        # Alone among Google's APIs this one takes its question by GET.
        url = f"{self._host('cloudkms')}/v1/{name}:getIamPolicy?options.requestedPolicyVersion=3"
        policy = self._find(url, name, permission)
        return tuple(bindings((policy or {}).get("bindings", [])))
