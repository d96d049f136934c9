"""The Google Cloud resources and functions of the program, by real calls to the sandbox."""

from collections.abc import Mapping

from preflight.sandbox.gcp.client import Operator
from preflight.sandbox.handlers import Handler
from preflight.sandbox.handlers.gcp_functions import invokes
from preflight.sandbox.handlers.gcp_keys import CryptoKey, KeyRing
from preflight.sandbox.handlers.gcp_members import (
    AccountMember,
    BucketMember,
    KeyMember,
    ProjectMember,
)
from preflight.sandbox.handlers.gcp_pools import Pool, PoolProvider
from preflight.sandbox.handlers.gcp_project import Account, Service, ServiceIdentity
from preflight.sandbox.handlers.gcp_roles import CustomRole
from preflight.sandbox.handlers.gcp_storage import Bucket

__all__ = ["handlers", "invokes"]


def handlers(env: Mapping[str, str]) -> dict[str, Handler]:
    """Resource type -> who looks after it, as the operator of `env`."""
    operator = Operator(env)
    return {
        "gcp:iam/workloadIdentityPool:WorkloadIdentityPool": Pool(operator),
        "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider": PoolProvider(operator),
        "gcp:kms/cryptoKey:CryptoKey": CryptoKey(operator),
        "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember": KeyMember(operator),
        "gcp:kms/keyRing:KeyRing": KeyRing(operator),
        "gcp:projects/service:Service": Service(operator),
        "gcp:projects/serviceIdentity:ServiceIdentity": ServiceIdentity(operator),
        "gcp:projects/iAMCustomRole:IAMCustomRole": CustomRole(operator),
        "gcp:projects/iAMMember:IAMMember": ProjectMember(operator),
        "gcp:serviceaccount/account:Account": Account(operator),
        "gcp:serviceaccount/iAMMember:IAMMember": AccountMember(operator),
        "gcp:storage/bucket:Bucket": Bucket(operator),
        "gcp:storage/bucketIAMMember:BucketIAMMember": BucketMember(operator),
    }
