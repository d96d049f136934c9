import pulumi
import pytest
from infra_refusals import refusal
from infra_world import ALL, AZURE, BEDROCK, OPENAI, VERTEX, Recorder, run

from infra.config import SettingsError
from preflight.limits import LIMITS

SENTENCES = [
    (
        {"gatewayUrl": "gateway.example.com"},
        (
            'gatewayUrl is "gateway.example.com", but must be an http or https address without'
            " credentials, query or fragment:"
            " pulumi config set gatewayUrl https://gateway.truefoundry.ai"
        ),
    ),
    (
        {"resultDays": 13},
        (
            'resultDays is "13", but must be a whole number, 14 or more:'
            " pulumi config set resultDays 14"
        ),
    ),
    (
        {"openaiEnabled": "yes"},
        ('openaiEnabled is "yes", but must be true or false: pulumi config set openaiEnabled true'),
    ),
    (
        OPENAI | {"openaiProviderName": "openai main"},
        (
            'openaiProviderName is "openai main", but must be the name of a provider account at the'
            " gateway, without blanks: pulumi config set openaiProviderName openai-main"
        ),
    ),
    (
        OPENAI | {"openaiModels": [""]},
        (
            'openaiModels is [""], but must be a list of OpenAI\'s ids of models, without blanks:'
            " pulumi config set --path 'openaiModels[0]' gpt-4o-mini"
        ),
    ),
    (
        AZURE | {"azureSku": "Standard"},
        (
            'azureSku is "Standard", but only GlobalBatch and DataZoneBatch deployments run batch'
            " jobs: pulumi config set azureSku GlobalBatch"
        ),
    ),
    (
        AZURE | {"azureRegions": ["Sweden Central"]},
        (
            'azureRegions is ["Sweden Central"], but must be a list of regions\' short names, small'
            " letters without blanks: pulumi config set --path 'azureRegions[0]' swedencentral"
        ),
    ),
    (
        AZURE | {"azureCapacity": 0},
        (
            'azureCapacity is "0", but must be a whole number, 1 or more:'
            " pulumi config set azureCapacity 1"
        ),
    ),
    (
        AZURE | {"azureApiVersion": "latest"},
        (
            'azureApiVersion is "latest", but must be a date, with or without -preview:'
            " pulumi config set azureApiVersion 2024-10-21"
        ),
    ),
    (
        AZURE | {"azureSubscriptionId": ""},
        (
            "azureSubscriptionId is not set, but must be a GUID: pulumi config set"
            ' azureSubscriptionId "$(az account show --query id --output tsv)"'
        ),
    ),
    (
        AZURE | {"gatewayAzurePrincipalId": "gateway"},
        (
            'gatewayAzurePrincipalId is "gateway", but must be a GUID, the object id of the'
            " gateway's service principal: pulumi config set gatewayAzurePrincipalId"
            ' "$(az ad sp show --id APPLICATION_ID --query id --output tsv)"'
        ),
    ),
    (
        VERTEX | {"vertexProject": "123456789"},
        (
            'vertexProject is "123456789", but must be a project\'s id, not its number or its'
            ' display name: pulumi config set vertexProject "$(gcloud config get-value project)"'
        ),
    ),
    (
        VERTEX | {"vertexRegions": ["US"]},
        (
            'vertexRegions is ["US"], but must be a list of single regions, as a bucket has to be'
            " in the model's: pulumi config set --path 'vertexRegions[0]' europe-west4"
        ),
    ),
    (
        VERTEX | {"vertexRegions": ["global"]},
        (
            'vertexRegions is ["global"], but must be a list of single regions, as a bucket has to'
            " be in the model's: pulumi config set --path 'vertexRegions[0]' europe-west4"
        ),
    ),
    (
        AZURE | {"azureRegions": ["swedencentral", "eastus"]},
        (
            'azureProviderNames is ["azure-main"], but must name another one for each of 2 regions,'
            " as each region's account has an address of its own: pulumi config set --path"
            " 'azureProviderNames[0]' azure-main"
        ),
    ),
    (
        AZURE | {"azureResourceGroup": "/subscriptions/x/resourceGroups/batches"},
        (
            'azureResourceGroup is "/subscriptions/x/resourceGroups/batches", but must be a'
            " resource group's name, not its id: pulumi config set azureResourceGroup batches"
        ),
    ),
    (
        AZURE | {"azureResourceGroup": "batches", "azureAccounts": ["my/account"]},
        (
            'azureAccounts is ["my/account"], but must be a list of accounts\' names, not their'
            " ids: pulumi config set --path 'azureAccounts[0]' my-account"
        ),
    ),
    (
        AZURE | {"azureModels": ["gpt-4o-mini"]},
        (
            'azureModels is ["gpt-4o-mini"], but must be a list of models, each with its version:'
            " pulumi config set --path 'azureModels[0]' gpt-5-mini@2025-08-07"
        ),
    ),
    (
        AZURE | {"azureModels": ["gpt-4o@2024-08-06", "gpt-4o@2024-11-20"]},
        (
            'azureModels is ["gpt-4o@2024-08-06", "gpt-4o@2024-11-20"], but must name one version'
            " of each model, and not two of gpt-4o: pulumi config set --path 'azureModels[0]'"
            " gpt-5-mini@2025-08-07"
        ),
    ),
    (
        VERTEX | {"auditorGcpMember": "allUsers"},
        (
            'auditorGcpMember is "allUsers", but must be one user:, group: or serviceAccount: with'
            " an e-mail address, or a principal:// of a workload identity pool: pulumi config set"
            " auditorGcpMember serviceAccount:NAME@PROJECT.iam.gserviceaccount.com"
        ),
    ),
    (
        AZURE | {"auditorAzurePrincipalId": "me@example.com"},
        (
            'auditorAzurePrincipalId is "me@example.com", but must be a GUID, the object id of who'
            " runs preflight check: pulumi config set auditorAzurePrincipalId"
            ' "$(az ad signed-in-user show --query id --output tsv)"'
        ),
    ),
    (
        AZURE | {"auditorAzurePrincipalType": "Application"},
        (
            'auditorAzurePrincipalType is "Application", but must be ServicePrincipal, User or'
            " Group: pulumi config set auditorAzurePrincipalType ServicePrincipal"
        ),
    ),
    (
        {"tags": ["Team"]},
        (
            'tags is ["Team"], but must be a list of NAME=VALUE: a letter, then at most 62 letters,'
            " digits, _ and -; at most 63 letters, digits and _.:/@+-:"
            " pulumi config set --path 'tags[0]' team=platform"
        ),
    ),
    (
        {"tags": ["team=a", "team=b"]},
        (
            'tags is ["team=a", "team=b"], but must give each tag one value, and not two to team:'
            " pulumi config set --path 'tags[0]' team=platform"
        ),
    ),
]


@pytest.mark.parametrize(
    ("config", "sentence"), SENTENCES, ids=[text.split()[0] for _, text in SENTENCES]
)
def test_a_bad_value_is_told_in_one_sentence_with_the_command_that_repairs_it(config, sentence):
    assert refusal(config) == sentence


def test_all_bad_values_are_told_at_once_and_before_anything_is_made():
    recorder = Recorder()
    bad = {
        "gatewayUrl": "x",
        "azureSku": "Standard",
        "vertexRegions": ["eu"],
        "bedrockRegions": ["eu"],
    }
    with pytest.raises(SettingsError) as refused:
        run(ALL | bad, recorder)
    assert [line.split()[0] for line in str(refused.value).splitlines()] == list(bad)
    assert not recorder.resources
    assert not recorder.calls


def test_pulumi_shows_the_sentences_without_a_traceback():
    assert issubclass(SettingsError, pulumi.RunError)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://gateway.example.com",
        "https://",
        "https://gateway.example.com/api?key=1",
        "https://gateway.example.com:port",
        "https://gateway.example.com:0",
        "https://gateway.example.com/a b",
        "https://[gateway",
        "",
    ],
)
def test_what_is_no_plain_address_is_refused(url):
    with pytest.raises(SettingsError, match=r"^gatewayUrl "):
        run({"gatewayUrl": url})


def test_credentials_in_the_address_are_refused_and_not_repeated():
    with pytest.raises(SettingsError) as refused:
        run({"gatewayUrl": "https://me:hunter2@gateway.example.com"})
    assert str(refused.value).startswith("gatewayUrl holds credentials, but must be")
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8080", "https://control.example.com/api/llm", "https://[::1]:8443"]
)
def test_an_address_is_kept_as_it_is_but_for_the_slash_at_its_end(url):
    assert run({"gatewayUrl": f"{url}/"})[1]["gateway"] == {"base_url": url}
    assert run({"gatewayUrl": url})[1]["gateway"] == {"base_url": url}


def test_results_stay_longer_than_the_longest_job_of_any_provider_and_a_week():
    assert all(limits.window_hours <= 168 for limits in LIMITS.values())
    assert run(VERTEX | {"resultDays": 14})
    with pytest.raises(SettingsError):
        run(VERTEX | {"resultDays": 168 // 24 + 6})


@pytest.mark.parametrize(
    ("config", "good"),
    [
        (BEDROCK, {"bedrockRegions": ["us-gov-west-1"]}),
        (BEDROCK, {"bedrockRegions": ["eusc-de-east-1"]}),
        (BEDROCK, {"bedrockModels": ["meta.llama3-1-70b-instruct-v1:0"]}),
        (BEDROCK, {"bedrockModels": ["openai.gpt-oss-120b-1:0"]}),
        (BEDROCK, {"bedrockModels": ["amazon.titan-embed-text-v2:0:8k"]}),
        (BEDROCK, {"gatewayAwsPrincipalArn": "arn:aws-us-gov:iam::123456789012:user/tfy/gateway"}),
        (BEDROCK, {"gatewayAwsPrincipalArn": "arn:aws:iam::123456789012:root"}),
        (VERTEX, {"vertexRegions": ["northamerica-northeast1"]}),
        (VERTEX, {"vertexProject": "example.com:sandbox-project"}),
        (VERTEX, {"auditorGcpMember": "group:platform-team@example.com"}),
        (
            VERTEX,
            {
                "auditorGcpMember": "principalSet://iam.googleapis.com/projects/1/locations/global"
                "/workloadIdentityPools/ci/attribute.repository/me/it"
            },
        ),
        (AZURE, {"azureRegions": ["westus3"], "azureApiVersion": "2025-03-01-preview"}),
    ],
)
def test_unusual_but_real_values_are_taken(config, good):
    run(config | good)


def test_what_is_off_is_not_judged():
    off = {"azureSku": "Standard", "bedrockRegions": ["nowhere"], "vertexProject": ""}
    _, outputs = run(OPENAI | off)
    assert set(outputs) == {"version", "gateway", "openai"}
