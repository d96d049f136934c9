"""Who asks, of what, and the documents that decide it."""

from preflight.iam import Holdings, Kind, Principal, Request, Resource, Unreadable, decide

MINE, THEIRS = "123456789012", "999999999999"
ROLE = f"arn:aws:iam::{MINE}:role/svc/job"
USER = f"arn:aws:iam::{MINE}:user/ann"
ROOT = f"arn:aws:iam::{MINE}:root"
SESSION = f"arn:aws:sts::{MINE}:assumed-role/job/today"
OBJECT = "arn:aws:s3:::bucket/in/a.jsonl"
KEY = f"arn:aws:kms:us-west-2:{MINE}:key/k1"
JOB = Principal.of_arn(ROLE)
TODAY = Principal(Kind.ROLE, ROLE, MINE, session="today")
ANN = Principal.of_arn(USER)
BEDROCK = Principal(Kind.SERVICE, "bedrock.amazonaws.com")
HIDDEN = Unreadable("the look was refused")


def policy(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(**elements):
    return {"Effect": "Allow", "Action": "*", "Resource": "*"} | elements


ALL = policy(allow())
NOTHING = policy(allow(Action="ec2:*"))
DENIED = policy(allow(), allow(Effect="Deny", Sid="No"))
PERHAPS = policy(allow(Condition={"StringEquals": {"aws:SourceVpce": "vpce-1"}}))
PERHAPS_NOT = policy(
    allow(), allow(Effect="Deny", Condition={"StringEquals": {"aws:SourceVpce": "vpce-1"}})
)


def to(principal, **elements):
    return policy(allow(Principal=principal, **elements))


def on(resource, holdings=None, asker=JOB, action="s3:GetObject", name=OBJECT, **more):
    return decide(Request(action, name, asker, **more), holdings or Holdings(), resource)


def of_bucket(bucket_policy, holdings=None, asker=JOB, owner=MINE, **more):
    return on(Resource.bucket(bucket_policy, owner), holdings, asker, **more)


def of_key(key_policy, holdings=None, asker=JOB, owner=MINE):
    return on(Resource.key(key_policy, owner), holdings, asker, "kms:Decrypt", KEY)


def of_role(trust, holdings=None, asker=JOB, owner=MINE):
    return on(Resource.role(trust, owner), holdings, asker, "sts:AssumeRole", f"{ROLE}-2")
