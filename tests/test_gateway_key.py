"""The gateway key: where it comes from, and to whom it is not given."""

import pytest

from preflight.cloud import gateway
from preflight.contract import Gateway
from preflight.gateway_key import gateway_key
from preflight.seams import CredentialsMissing

HTTPS = "https://gateway.example.com"
HELD = {"TFY_API_KEY": "tfy-very-secret"}


def test_it_is_read_from_the_environment_or_from_a_file_that_goes_first(tmp_path):
    file = tmp_path / "key"
    file.write_text("tfy-of-the-file\n")
    assert gateway_key(HTTPS, HELD) == "tfy-very-secret"
    assert gateway_key(HTTPS, HELD | {"TFY_API_KEY_FILE": str(file)}) == "tfy-of-the-file"


def test_the_check_looks_with_the_key_of_the_file_as_the_run_does(tmp_path):
    file = tmp_path / "key"
    file.write_text("tfy-of-the-file")
    assert gateway.connect(Gateway(HTTPS), {"TFY_API_KEY_FILE": str(file)})


@pytest.mark.parametrize(
    "url",
    [
        HTTPS,
        "HTTPS://gateway.example.com",
        "http://127.0.0.1:8080/api",
        "http://127.8.0.1",
        "http://[::1]:80",
        "http://localhost:3000",
        "http://gateway.localhost",
    ],
)
def test_it_goes_to_an_encrypted_gateway_and_to_one_on_this_machine(url):
    assert gateway_key(url, HELD) == "tfy-very-secret"


@pytest.mark.parametrize(
    "url",
    [
        "http://gateway.example.com",
        "HTTP://gateway.example.com/api",
        "http://10.0.0.7",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
        "http://127.0.0.1@example.com",
    ],
)
def test_it_goes_nowhere_else_over_plain_http(url):
    with pytest.raises(CredentialsMissing, match="over plain http") as refused:
        gateway_key(url, HELD)
    assert "write https in gatewayUrl" in refused.value.remedy
    assert "secret" not in str(refused.value)


def test_a_network_of_ones_own_is_named_by_its_gateways_host():
    inside = HELD | {"TFY_PLAIN_HTTP_HOST": "Gateway.internal"}
    assert gateway_key("http://gateway.INTERNAL:8080", inside) == "tfy-very-secret"
    with pytest.raises(CredentialsMissing, match="TFY_PLAIN_HTTP_HOST=other"):
        gateway_key("http://other.internal", inside)


def test_what_is_no_address_is_left_to_the_call_that_needs_one():
    assert gateway_key("http://[", HELD) == "tfy-very-secret"
