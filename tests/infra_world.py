"""The program run over clouds that only remember: no account, no server, no file."""

import threading
from dataclasses import dataclass, field
from pathlib import Path

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
}
VERTEX = {"vertexEnabled": True, "vertexProject": "sandbox-project"}
BEDROCK = {"bedrockEnabled": True, "gatewayAwsPrincipalArn": GATEWAY_ARN}
ALL = OPENAI | AZURE | VERTEX | BEDROCK


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
    resources: list = field(default_factory=list)
    calls: list = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def create(self, token):
        def make(name, inputs):
            with self.lock:
                self.resources.append(Recorded(token, name, inputs))
            made, computed = self.computed(token, name, inputs)
            return made, inputs | computed

        return make

    def invoke(self, token):
        answers = {
            "aws:index/getCallerIdentity:getCallerIdentity": {"accountId": ACCOUNT},
            "aws:index/getPartition:getPartition": {"partition": self.partition},
            "gcp:organizations/getProject:getProject": {"number": "123456789"},
            "azure-native:authorization:getClientConfig": {"subscriptionId": self.subscription},
        }

        def answer(arguments):
            with self.lock:
                self.calls.append((token, arguments))
            return answers[token]

        return answer

    def computed(self, token, name, inputs):
        made = f"{name}-1a2b3c4"
        group = f"/subscriptions/{SUBSCRIPTION}/resourceGroups"
        match token:
            case "aws:iam/role:Role":
                return made, {"arn": f"arn:{self.partition}:iam::{ACCOUNT}:role/{made}"}
            case "gcp:serviceaccount/account:Account":
                return made, {
                    "email": f"{inputs['accountId']}@{inputs['project']}.iam.gserviceaccount.com"
                }
            case "gcp:projects/serviceIdentity:ServiceIdentity":
                email = "service-123456789@gcp-sa-aiplatform.iam.gserviceaccount.com"
                return made, {"email": email, "member": f"serviceAccount:{email}"}
            case "gcp:storage/bucket:Bucket":
                return made, {"name": made}
            case "azure-native:resources:ResourceGroup":
                return f"{group}/{made}", {"name": made}
            case "azure-native:cognitiveservices:Account":
                return (
                    f"{group}/{inputs['resourceGroupName']}/providers"
                    f"/Microsoft.CognitiveServices/accounts/{inputs['accountName']}",
                    {"name": inputs["accountName"]},
                )
            case "azure-native:cognitiveservices:Deployment":
                return made, {"name": inputs["deploymentName"]}
        return made, {}

    def of(self, token):
        return [it for it in self.resources if it.token == token]

    def one(self, token):
        (found,) = self.of(token)
        return found.inputs


def run(config, recorder=None, **options):
    """(recorder, outputs) of one run of the program."""
    recorder = recorder or Recorder()
    return recorder, provision(config, {}, program=ROOT, handlers=recorder, **options)
