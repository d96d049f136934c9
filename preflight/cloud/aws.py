"""The real client of `seams.Aws`: boto3 in, plain answers out."""

from collections.abc import Mapping
from os import environ

from preflight.cloud import aws_forms
from preflight.cloud.aws_bedrock import Models
from preflight.cloud.aws_bucket import Buckets
from preflight.cloud.aws_documents import Documents
from preflight.contract import Bedrock
from preflight.iam import role_of_session
from preflight.seams import Aws, Caller, Decision, Role

OWNER_PROFILE = "PREFLIGHT_BUCKET_OWNER_PROFILE"
"""Names the AWS profile to look at a bucket of another account with."""

_NO_ENTITY = "NoSuchEntity"


def connect(promised: Bedrock) -> Aws:
    """A client for the promised region, with the credentials of the environment.

    Nothing is imported or asked before the first question.
    """
    foreign = promised.bucket_account is not None
    profile = environ.get(OWNER_PROFILE, "") if foreign else ""
    return AwsClient(promised.region, profile, foreign=foreign)


class AwsClient(Buckets, Models, Documents):
    """Read-only questions to AWS. May be shared by threads."""

    def caller(self) -> Caller:
        """Who is asking."""

        def look() -> Caller:
            answer = self._client("sts").get_caller_identity()
            return Caller(answer["Account"], answer["Arn"])

        found = self._told(look, "AWS", "sts:GetCallerIdentity")
        self._who = found.name
        return found

    def role(self, arn: str) -> Role | None:
        """The role of exactly that ARN; a namesake with another path is another role."""
        wanted = role_of_session(arn)

        def look() -> Role:
            found = self._client("iam").get_role(RoleName=wanted.rsplit("/", 1)[-1])["Role"]
            return Role(found["Arn"], aws_forms.document(found["AssumeRolePolicyDocument"]))

        found = self._asked(look, wanted, "iam:GetRole", _NO_ENTITY)
        return found if found and found.arn == wanted else None

    def may(
        self, principal: str, action: str, resource: str, context: Mapping[str, str]
    ) -> Decision | None:
        """What IAM's simulator says of one action on one resource.

        It takes a role and no session of one, whose ARN leaves out the role's path: where a role
        of that plain name is missing, it is looked up.
        """
        wanted = role_of_session(principal)
        found = self._simulated(wanted, action, resource, context)
        if found is not None or wanted == principal:
            return found
        role = self._entity("role", wanted.rpartition("/")[2], wanted)
        return None if role is None else self._simulated(role["Arn"], action, resource, context)

    def _simulated(
        self, principal: str, action: str, resource: str, context: Mapping[str, str]
    ) -> Decision | None:
        def look() -> Decision:
            answer = self._client("iam").simulate_principal_policy(
                PolicySourceArn=principal,
                ActionNames=[action],
                ResourceArns=[resource],
                ContextEntries=aws_forms.context_entries(context),
            )
            return aws_forms.decision(answer, action, resource)

        return self._asked(look, principal, "iam:SimulatePrincipalPolicy", _NO_ENTITY)
