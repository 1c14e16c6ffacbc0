"""Sending mail by SES, through the real SDK over plain http to a provider on this machine."""

import base64
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import pytest

from chalicelib.errors import SendFailed, SendUncertain
from chalicelib.gateways.email_ses import ERRORS, SesEmail
from chalicelib.gateways.ports import Mail
from tests.functional.gateway_server import closed_port_url, running_provider

MAIL = Mail(
    message_id="482177306-2-assignment",
    to="Sở Xây dựng <focal@soxaydung.example>",
    subject="Hồ sơ 482 177 306",
    text="Kính gửi đơn vị",
    html="<p>Kính gửi đơn vị</p>",
    cc=("leader@soxaydung.example",),
)


@pytest.fixture
def provider():
    with running_provider() as running:
        yield running


@pytest.fixture
def make_email(provider, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")

    def make(endpoint_url=provider.url):
        sender = "Tổng đài 1022 Đồng Tháp <1022@dongthap.example>"
        return SesEmail(sender, "hotline", "ap-southeast-1", endpoint_url=endpoint_url)

    return make


def test_a_mail_goes_out_as_raw_mime_with_our_id_as_its_tag(provider, make_email):
    provider.answers = [(200, {"MessageId": "010e-1"})]
    assert make_email().send(MAIL) == "010e-1"
    (asked,) = provider.asked
    assert (asked.method, asked.path) == ("POST", "/v2/email/outbound-emails")
    assert asked.json["Destination"] == {
        "ToAddresses": ["focal@soxaydung.example"],
        "CcAddresses": ["leader@soxaydung.example"],
    }
    assert asked.json["FromEmailAddress"].endswith("<1022@dongthap.example>")
    assert asked.json["EmailTags"] == [{"Name": "message_id", "Value": "482177306-2-assignment"}]
    assert asked.json["ConfigurationSetName"] == "hotline"
    mail = message_from_bytes(base64.b64decode(asked.json["Content"]["Raw"]["Data"]), policy=default)
    assert mail["Subject"] == "Hồ sơ 482 177 306"


@pytest.mark.parametrize("code", sorted(ERRORS))
def test_each_known_refusal_says_whether_to_try_again(provider, make_email, code):
    provider.answers = [(400, {"__type": code, "message": "no"})]
    with pytest.raises(SendFailed, match=code) as refused:
        make_email().send(MAIL)
    assert (refused.value.retry, refused.value.alarm) == ERRORS[code]
    assert len(provider.asked) == 1


@pytest.mark.parametrize(
    "status, retry, alarm",
    [
        pytest.param(429, True, False, id="throttled"),
        pytest.param(503, True, False, id="unavailable"),
        pytest.param(403, True, True, id="forbidden"),
        pytest.param(400, False, True, id="refused without a reason"),
    ],
)
def test_a_refusal_without_a_name_is_judged_by_its_status(provider, make_email, status, retry, alarm):
    provider.answers = [(status, {})]
    with pytest.raises(SendFailed) as refused:
        make_email().send(MAIL)
    assert (refused.value.retry, refused.value.alarm) == (retry, alarm)


@pytest.mark.parametrize("answer", ["cut", (500, {}), (502, b"<html>"), (200, {}), (200, b"no json")])
def test_an_outcome_nobody_knows_is_uncertain_and_never_repeated(provider, make_email, answer):
    provider.answers = [answer]
    with pytest.raises(SendUncertain):
        make_email().send(MAIL)
    assert len(provider.asked) == 1


def test_a_service_that_was_never_reached_may_be_tried_again(make_email):
    with pytest.raises(SendFailed, match="not reached") as failed:
        make_email(closed_port_url()).send(MAIL)
    assert failed.value.retry is True


def test_ses_cannot_be_asked_what_it_sent(make_email):
    with pytest.raises(SendUncertain):
        make_email().find(message_id=MAIL.message_id, since=datetime(2026, 2, 12, tzinfo=UTC))
