"""Policies in few words, and what they say of one request."""

from preflight.iam import Kind, Principal, Request, evaluate

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/svc/job"
USER = f"arn:aws:iam::{ACCOUNT}:user/ann"
OBJECT = "arn:aws:s3:::bucket/in/a.jsonl"
BEDROCK = Principal(Kind.SERVICE, "bedrock.amazonaws.com")


def policy(*statements, version="2012-10-17"):
    return {"Version": version, "Statement": list(statements)}


def allow(**elements):
    return {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"} | elements


def deny(**elements):
    return allow(Effect="Deny", **elements)


def says(document, context=None, absent=(), principal=None, resource=OBJECT):
    request = Request("s3:GetObject", resource, principal, context or {}, frozenset(absent))
    return evaluate(document, request)


def condition(operator, value, key="test:key"):
    return policy(allow(Condition={operator: {key: value}}))


def trusts(principal, asker, **elements):
    return says(policy(allow(Principal=principal, **elements)), principal=asker)
