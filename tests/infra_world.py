"""The program run over clouds that only remember: no account, no server, no file."""

import threading
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import infra_amazon
import infra_google

from preflight.sandbox.provision import provision

ROOT = Path(__file__).parents[1]
ACCOUNT = "123456789012"
SUBSCRIPTION = "00000000-0000-0000-0000-00000000a2e0"
PRINCIPAL = "00000000-0000-0000-0000-00000000ca7e"
GATEWAY_ARN = "arn:aws:iam::999999999999:role/gateway"

OPENAI = {"openaiEnabled": True}
AZURE = {
    "azureEnabled": True,
    "azureSubscriptionId": SUBSCRIPTION,
    "gatewayAzurePrincipalId": PRINCIPAL,
    "azureModels": ["gpt-4o-mini@2024-07-18"],
}
VERTEX = {
    "vertexEnabled": True,
    "vertexProject": "sandbox-project",
    "vertexModels": ["gemini-2.5-flash"],
}
BEDROCK = {
    "bedrockEnabled": True,
    "gatewayAwsPrincipalArn": GATEWAY_ARN,
    "bedrockModels": ["anthropic.claude-3-5-haiku-20241022-v1:0"],
}
ALL = OPENAI | AZURE | VERTEX | BEDROCK
AUDITORS = {
    "auditorAwsPrincipalArn": "arn:aws:iam::999999999999:role/ci",
    "auditorGcpMember": "serviceAccount:ci@sandbox-project.iam.gserviceaccount.com",
    "auditorAzurePrincipalId": "00000000-0000-0000-0000-00000000a0d1",
}
EVERYTHING = ALL | AUDITORS | infra_google.OPTIONS | infra_amazon.OPTIONS


@dataclass
class Recorded:
    token: str
    name: str
    inputs: dict


@dataclass
class Recorder:
    """Acts for every provider: keeps the inputs and makes up what the provider computes."""

    partition: str = "aws"
    subscription: str = SUBSCRIPTION
    accounts: dict = field(default_factory=dict)
    resources: list = field(default_factory=list)
    calls: list = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    google: dict = field(default_factory=infra_google.answers)

    def create(self, token):
        def make(name, inputs):
            with self.lock:
                self.resources.append(Recorded(token, name, inputs))
            made = infra_google.identity(token, inputs, f"{name}-1a2b3c4")
            if token in self.ids:
                made = self.ids[token](inputs, made)
            return made, inputs | self.computed(token, inputs, made)

        return make

    def invoke(self, token):
        if token == "aws:bedrock/getInferenceProfile:getInferenceProfile":
            return self.profile
        if token == "aws:s3/getBucket:getBucket":
            return infra_amazon.bucket
        if token == "azure-native:cognitiveservices:getAccount":
            return self.account
        answers = {
            "aws:index/getCallerIdentity:getCallerIdentity": {"accountId": ACCOUNT},
            "aws:index/getPartition:getPartition": {"partition": self.partition},
            **self.google,
            "azure-native:authorization:getClientConfig": {"subscriptionId": self.subscription},
        }

        def answer(arguments):
            with self.lock:
                self.calls.append((token, arguments))
            return answers[token]

        return answer

    def account(self, asked):
        """An account of Azure OpenAI that is there already, by its name."""
        with self.lock:
            self.calls.append(("azure-native:cognitiveservices:getAccount", asked))
        if asked["accountName"] not in self.accounts:
            raise RuntimeError("ResourceNotFound: The Resource was not found.")
        return self.accounts[asked["accountName"]]

    def profile(self, asked):
        """Every profile routes to two regions."""
        start, (_, _, model) = (
            f"arn:{self.partition}:bedrock",
            asked["inferenceProfileId"].partition("."),
        )
        arns = [f"{start}:{region}::foundation-model/{model}" for region in self.routed]
        with self.lock:
            self.calls.append(("profile", asked))
        return {
            "inferenceProfileArn": f"{start}:{asked['region']}:{ACCOUNT}:inference-profile"
            f"/{asked['inferenceProfileId']}",
            "models": [{"modelArn": arn} for arn in arns],
        }

    routed = ("us-east-1", "us-west-2")

    ids = {  # noqa: RUF012 - a table, not a field
        "azure-native:resources:ResourceGroup": lambda _inputs, made: (
            f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{made}"
        ),
        "azure-native:cognitiveservices:Account": lambda inputs, _made: (
            f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{inputs['resourceGroupName']}"
            f"/providers/Microsoft.CognitiveServices/accounts/{inputs['accountName']}"
        ),
    }

    def computed(self, token, inputs, made):
        last = made.rpartition("/")[2]
        if (google := infra_google.computed(token, inputs)) is not None:
            return google
        match token:
            case "aws:iam/role:Role":
                return {"arn": f"arn:{self.partition}:iam::{ACCOUNT}:role/{made}"}
            case "aws:kms/key:Key":
                return {"arn": infra_amazon.key_arn(inputs, made)}
            case "azure-native:cognitiveservices:Deployment":
                return {"name": inputs["deploymentName"]}
        return {"name": last}

    def of(self, token):
        return [it for it in self.resources if it.token == token]

    def one(self, token):
        (found,) = self.of(token)
        return found.inputs


def run(config, recorder=None, **options):
    """(recorder, outputs) of one run of the program."""
    recorder = recorder or Recorder()
    return recorder, provision(config, {}, program=ROOT, handlers=recorder, **options)


@cache
def all_four():
    return run(ALL)


def every_type():
    """The types of all resources that the program can make: no one stack has them all."""
    user = {"gatewayAwsPrincipalArn": "", "gatewayAwsIdentityArn": f"arn:aws:iam::{ACCOUNT}:user/g"}
    return {it.token for config in (EVERYTHING, BEDROCK | user) for it in run(config)[0].resources}
