# ruff: noqa: E501 - sentences that a user reads whole
"""Settings of Vertex AI that cannot be used, alone or together: one sentence each."""

import pytest
from infra_google import ISSUER, POOL, SUBJECT, THEIR_KEY
from infra_world import VERTEX, Recorder, run

from infra.config import SettingsError


@pytest.mark.parametrize("tag", ["Team=platform", "team=Platform", "team=a.b", "team=a b"])
def test_a_tag_that_cannot_be_a_label_is_refused_where_vertex_is_on(tag):
    with pytest.raises(SettingsError, match=r"^tags is "):
        run(VERTEX | {"tags": [tag]})


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (
            {"gatewayGcpIssuer": ISSUER},
            (
                "gatewayGcpSubject is not set, but must be who the gateway is in the issuer's tokens:"
                " pulumi config set gatewayGcpSubject system:serviceaccount:NAMESPACE:NAME"
            ),
        ),
        (
            {"gatewayGcpSubject": SUBJECT},
            (
                "gatewayGcpIssuer is not set, but must be who issues the gateway's tokens:"
                " pulumi config set gatewayGcpIssuer https://ISSUER"
            ),
        ),
        (
            {"vertexCustomerKey": True, "vertexKeyNames": [THEIR_KEY]},
            (
                'vertexCustomerKey is "true", but must be false where vertexKeyNames are given:'
                " pulumi config set vertexCustomerKey false"
            ),
        ),
        (
            {"vertexCustomerKey": True, "vertexBuckets": ["theirs"]},
            (
                'vertexCustomerKey is "true", but must be false where the buckets are existing ones:'
                " pulumi config set vertexCustomerKey false"
            ),
        ),
        (
            {"vertexKeyNames": [THEIR_KEY], "vertexBuckets": ["theirs"]},
            (
                f'vertexKeyNames is ["{THEIR_KEY}"], but must be none where the buckets are existing'
                " ones: pulumi config set vertexKeyNames '[]'"
            ),
        ),
        (
            {"vertexKeyNames": [THEIR_KEY], "vertexRegions": ["us-central1"]},
            (
                f'vertexKeyNames is ["{THEIR_KEY}"], but must name a key in us-central1 for the bucket'
                " there: pulumi config set --path 'vertexKeyNames[0]'"
                " projects/PROJECT/locations/REGION/keyRings/RING/cryptoKeys/KEY"
            ),
        ),
        (
            {"vertexBuckets": ["a-bucket", "b-bucket"]},
            (
                'vertexBuckets is ["a-bucket", "b-bucket"], but must name one for each of 1 regions, or'
                " none: pulumi config set --path 'vertexBuckets[0]' BUCKET"
            ),
        ),
        (
            {"vertexBuckets": ["gs://theirs"]},
            (
                'vertexBuckets is ["gs://theirs"], but must be a list of names of buckets, without'
                " gs://, one for each region: pulumi config set --path 'vertexBuckets[0]' BUCKET"
            ),
        ),
        (
            {"vertexKeyNames": ["key"]},
            (
                'vertexKeyNames is ["key"], but must be a list of full names of keys, one for each'
                " region: pulumi config set --path 'vertexKeyNames[0]'"
                " projects/PROJECT/locations/REGION/keyRings/RING/cryptoKeys/KEY"
            ),
        ),
        (
            {"gatewayGcpServiceAccount": "gateway"},
            (
                'gatewayGcpServiceAccount is "gateway", but must be the e-mail address of a service'
                " account: pulumi config set gatewayGcpServiceAccount"
                " NAME@PROJECT.iam.gserviceaccount.com"
            ),
        ),
        (
            POOL | {"gatewayGcpIssuer": "http://issuer.example.com"},
            (
                'gatewayGcpIssuer is "http://issuer.example.com", but must be the https address of an'
                " OIDC issuer, as its tokens name it: pulumi config set gatewayGcpIssuer https://ISSUER"
            ),
        ),
        (
            POOL | {"gatewayGcpSubject": 'a" || true'},
            (
                'gatewayGcpSubject is "a\\" || true", but must be 1 to 127 letters, digits and'
                " ._:/@|=+,-: pulumi config set gatewayGcpSubject"
                " system:serviceaccount:NAMESPACE:NAME"
            ),
        ),
        (
            POOL | {"gatewayGcpAudience": "two words"},
            (
                'gatewayGcpAudience is "two words", but must be 1 to 256 characters without blanks:'
                " pulumi config set gatewayGcpAudience AUDIENCE"
            ),
        ),
        (
            {"bedrockSeparateOutput": True},
            (
                'bedrockSeparateOutput is "true", but must be false where Bedrock is off: at Vertex AI'
                " results lie beside the requests: pulumi config set bedrockSeparateOutput false"
            ),
        ),
        (
            {"vertexCustomerKey": "yes"},
            (
                'vertexCustomerKey is "yes", but must be true or false:'
                " pulumi config set vertexCustomerKey true"
            ),
        ),
        (
            {"tags": ["Team=a"]},
            (
                'tags is ["Team=a"], but must hold labels where Vertex AI is on, small letters, digits,'
                " _ and - with a letter first, and Team=a is none: pulumi config set --path 'tags[0]'"
                " team=platform"
            ),
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else "",
)
def test_a_bad_value_is_told_before_anything_is_asked_or_made(settings, sentence):
    recorder = Recorder()
    with pytest.raises(SettingsError) as refused:
        run(VERTEX | settings, recorder)
    assert sentence in str(refused.value).splitlines()
    assert not recorder.resources
    assert not recorder.calls
