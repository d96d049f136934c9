"""IAM as the sandbox offers it: ministack, but with its own SimulatePrincipalPolicy.

Ministack's answers to that one call ignore the context and every resource but the first, among
others; all other calls are passed on as they came, so that their signatures stay good.
"""

from collections.abc import Iterable
from http.client import HTTPConnection
from urllib.parse import urlsplit
from uuid import uuid4
from xml.sax.saxutils import escape

from flask import Flask, Response, request

from preflight.sandbox.aws.authority import Authority, AwsError
from preflight.sandbox.aws.clients import Clients
from preflight.sandbox.aws.principals import Principal, read_principal
from preflight.sandbox.aws.simulator import Evaluation, simulate

_NAMESPACE = "https://iam.amazonaws.com/doc/2010-05-08/"
_ACTION = "iam:SimulatePrincipalPolicy"
_HOP_BY_HOP = {"connection", "transfer-encoding", "keep-alive"}


def iam_front(authority: Authority, operator: Clients) -> Flask:
    """The application. `operator` reads the policies: straight from ministack, as root."""
    app = Flask("sandbox-iam")

    @app.route("/", methods=["GET", "POST"])
    def call() -> Response:
        # The body is read before the form: parsing would use it up, and the signature covers it.
        body = request.get_data(cache=True)
        if request.form.get("Action") != "SimulatePrincipalPolicy":
            return _passed_on(authority.endpoint, body)
        return _simulated(authority, operator)

    @app.errorhandler(AwsError)
    def refused(error: AwsError) -> Response:
        body = (
            f'<ErrorResponse xmlns="{_NAMESPACE}"><Error><Type>Sender</Type>'
            f"<Code>{error.code}</Code><Message>{escape(error.message)}</Message></Error>"
            f"<RequestId>{uuid4()}</RequestId></ErrorResponse>"
        )
        return Response(body, error.status, content_type="text/xml")

    return app


def _passed_on(endpoint: str, body: bytes) -> Response:
    connection = HTTPConnection(urlsplit(endpoint).netloc, timeout=60)
    try:
        connection.request(
            request.method, request.environ["REQUEST_URI"], body, dict(request.headers)
        )
        answer = connection.getresponse()
        content = answer.read()
    finally:
        connection.close()
    headers = [
        (name, value) for name, value in answer.getheaders() if name.lower() not in _HOP_BY_HOP
    ]
    return Response(content, answer.status, headers)


def _simulated(authority: Authority, operator: Clients) -> Response:
    caller = authority.caller(request, "iam")
    source = request.form.get("PolicySourceArn", "")
    try:
        authority.require(caller.access_key_id, _ACTION, source, caller.region)
    except AwsError as error:
        # IAM's own name of the error that most services call AccessDeniedException.
        raise AwsError("AccessDenied", error.message, error.status) from error
    principal = read_principal(operator, source)
    results = simulate(
        principal,
        extra=tuple(_members("PolicyInputList")),
        actions=tuple(_members("ActionNames")),
        resources=tuple(_members("ResourceArns")) or ("*",),
        context=dict(_context()),
    )
    members = "".join(_member(result, principal) for result in results)
    body = (
        f'<SimulatePrincipalPolicyResponse xmlns="{_NAMESPACE}"><SimulatePrincipalPolicyResult>'
        f"<EvaluationResults>{members}</EvaluationResults><IsTruncated>false</IsTruncated>"
        f"</SimulatePrincipalPolicyResult><ResponseMetadata><RequestId>{uuid4()}</RequestId>"
        "</ResponseMetadata></SimulatePrincipalPolicyResponse>"
    )
    return Response(body, content_type="text/xml")


def _members(name: str) -> Iterable[str]:
    number = 1
    while (value := request.form.get(f"{name}.member.{number}")) is not None:
        yield value
        number += 1


def _context() -> Iterable[tuple[str, list[str]]]:
    number = 1
    while name := request.form.get(f"ContextEntries.member.{number}.ContextKeyName"):
        yield name, list(_members(f"ContextEntries.member.{number}.ContextKeyValues"))
        number += 1


def _member(result: Evaluation, principal: Principal) -> str:
    matched = "".join(
        f"<member><SourcePolicyId>{escape(policy.name)}</SourcePolicyId>"
        f"<SourcePolicyType>IAM Policy</SourcePolicyType></member>"
        for policy in result.matched
    )
    missing = "".join(f"<member>{escape(key)}</member>" for key in result.missing)
    boundary = ""
    if principal.boundary is not None:
        boundary = (
            "<PermissionsBoundaryDecisionDetail><AllowedByPermissionsBoundary>"
            f"{str(result.within_boundary).lower()}"
            "</AllowedByPermissionsBoundary></PermissionsBoundaryDecisionDetail>"
        )
    return (
        f"<member><EvalActionName>{escape(result.action)}</EvalActionName>"
        f"<EvalResourceName>{escape(result.resource)}</EvalResourceName>"
        f"<EvalDecision>{result.decision}</EvalDecision>"
        f"<MatchedStatements>{matched}</MatchedStatements>"
        f"<MissingContextValues>{missing}</MissingContextValues>{boundary}</member>"
    )
