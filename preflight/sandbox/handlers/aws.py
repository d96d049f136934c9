"""The AWS resources and functions of the Pulumi program, by real calls to the sandbox's AWS."""

from collections.abc import Mapping

from preflight.sandbox.aws.clients import Clients
from preflight.sandbox.handlers import Handler, Invoke
from preflight.sandbox.handlers.aws_bucket_settings import SETTINGS, BucketSetting
from preflight.sandbox.handlers.aws_functions import functions
from preflight.sandbox.handlers.aws_iam import Role
from preflight.sandbox.handlers.aws_iam_policies import RolePolicy, UserPolicy
from preflight.sandbox.handlers.aws_kms import Alias, Key
from preflight.sandbox.handlers.aws_s3 import Bucket


def handlers(env: Mapping[str, str]) -> dict[str, Handler]:
    """Resource type -> who looks after it, with the operator's credentials in `env`."""
    clients = Clients(env)
    return {
        "aws:s3/bucket:Bucket": Bucket(clients),
        "aws:iam/role:Role": Role(clients),
        "aws:iam/rolePolicy:RolePolicy": RolePolicy(clients),
        "aws:iam/userPolicy:UserPolicy": UserPolicy(clients),
        "aws:kms/key:Key": Key(clients),
        "aws:kms/alias:Alias": Alias(clients),
        **{kind: BucketSetting(clients, calls) for kind, calls in SETTINGS.items()},
    }


def invokes(env: Mapping[str, str]) -> dict[str, Invoke]:
    """Function token -> how it is answered."""
    return functions(Clients(env))
