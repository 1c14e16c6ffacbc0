"""Secrets in the parameter store: read with one call, and a store that fails is a 503 that loses nothing."""

import boto3
import pytest
from moto import mock_aws

from chalicelib import settings, wiring
from chalicelib.errors import SecretsUnavailable
from chalicelib.gateways.parameters import read_parameters

PATH, REGION = "/hotline/dong-thap/", "ap-southeast-1"


def test_parameters_come_decrypted_by_their_names_and_missing_ones_are_left_out():
    with mock_aws():
        ssm = boto3.client("ssm", REGION)
        ssm.put_parameter(Name=f"{PATH}SECRET_KEY", Type="SecureString", Value="held")
        ssm.put_parameter(Name=f"{PATH}PUBLIC_URL", Type="String", Value="https://pilot.example")
        found = read_parameters(PATH, ("SECRET_KEY", "PUBLIC_URL", "TWILIO_AUTH_TOKEN_SECONDARY"), REGION)
    assert found == {"SECRET_KEY": "held", "PUBLIC_URL": "https://pilot.example"}


def test_a_store_that_does_not_answer_is_named_without_its_values(monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL_SSM", "http://127.0.0.1:9")
    with pytest.raises(
        SecretsUnavailable, match=rf"below {PATH} could not be read \(EndpointConnectionError\)"
    ):
        read_parameters(PATH, ("SECRET_KEY",), REGION)


def test_a_refusal_is_told_in_the_stores_own_word(monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    with pytest.raises(SecretsUnavailable, match="NoCredentialsError"):
        read_parameters(PATH, ("SECRET_KEY",), REGION)


@pytest.fixture
def parameters(deployed, monkeypatch):
    """The deployed hotline with the Twilio token as a parameter; a list of what the store is asked, and answers."""
    monkeypatch.delenv("TWILIO_AUTH_TOKEN")
    monkeypatch.setenv("PARAMETERS", PATH)
    monkeypatch.setenv("SECRET_NAMES", "TWILIO_AUTH_TOKEN,TWILIO_AUTH_TOKEN_SECONDARY")
    asked: list[object] = []

    def read(path, names, region):
        asked.append(names)
        if not answers:
            raise SecretsUnavailable(f"The parameters below {path} could not be read (ThrottlingException).")
        return answers[0]

    answers: list[dict[str, str]] = []
    settings.read_parameters_with(read)
    return asked, answers


def test_a_webhook_whose_secrets_cannot_be_read_is_asked_to_come_again(deployed, parameters, log):
    _, answers = parameters
    before = deployed.everything()
    assert deployed.text("duong o ga phuong cao lanh")["statusCode"] == 503
    assert deployed.everything() == before
    (refused,) = [record for record in log.records if record.getMessage() == "webhook refused"]
    assert refused.reason == "SecretsUnavailable" and PATH in refused.detail

    answers.append({"TWILIO_AUTH_TOKEN": "test-twilio-token"})
    assert deployed.text("duong o ga phuong cao lanh")["statusCode"] == 200
    assert len(deployed.codes()) == 1


def test_only_the_first_webhook_of_a_process_asks_for_secrets(deployed, parameters):
    asked, answers = parameters
    answers.append({"TWILIO_AUTH_TOKEN": "test-twilio-token"})
    for number in range(3):
        assert deployed.text("duong o ga phuong cao lanh", sid=f"SM{number}")["statusCode"] == 200
    assert len(asked) == 1


def test_the_real_store_is_behind_the_settings_of_a_deployed_process(deployed, monkeypatch):
    monkeypatch.setenv("PARAMETERS", PATH)
    monkeypatch.setenv("SECRET_NAMES", "GATEWAY_SECRET")
    monkeypatch.delenv("GATEWAY_SECRET")
    wiring.forget()
    with mock_aws():
        ssm = boto3.client("ssm", REGION)
        ssm.put_parameter(Name=f"{PATH}GATEWAY_SECRET", Type="SecureString", Value="new,old")
        assert settings.gateway_secrets() == ("new", "old")
