"""Sending mail by SMTP, to a real server on this machine."""

from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from urllib.parse import urlsplit

import pytest
from aiosmtpd.controller import Controller

from chalicelib import settings, wiring
from chalicelib.errors import SendFailed, SendUncertain, SettingMissing
from chalicelib.gateways.email_smtp import SmtpEmail
from tests.functional.gateway_server import closed_port_url
from tests.functional.test_gateways_email import MAIL

SENDER = "Tổng đài 1022 Đồng Tháp <1022@dongthap.example>"


class Post:
    """What the server got, and what it is to say."""

    def __init__(self):
        self.got = []
        self.recipient = {}
        self.data = "250 taken"

    async def handle_RCPT(self, server, session, envelope, address, options):
        answer = self.recipient.get(address, "250 fine")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):
        self.got.append(envelope)
        if self.data == "cut":
            server.transport.abort()
        return self.data


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def url(post) -> Iterator[str]:
    address = urlsplit(closed_port_url())
    controller = Controller(post, hostname="127.0.0.1", port=address.port)
    controller.start()
    yield f"smtp://{address.netloc}"
    controller.stop()


def test_a_mail_goes_out_to_all_it_is_for_under_the_id_that_is_returned(post, url):
    id = SmtpEmail(SENDER, url).send(MAIL)
    (envelope,) = post.got
    assert envelope.mail_from == "1022@dongthap.example"
    assert envelope.rcpt_tos == ["focal@soxaydung.example", "leader@soxaydung.example"]
    mail = message_from_bytes(envelope.content, policy=default)
    assert mail["Message-ID"] == id == "<482177306-2-assignment@dongthap.example>"
    assert mail["Subject"] == "Hồ sơ 482 177 306"
    assert mail.get_body(("plain",)).get_content().strip() == "Kính gửi đơn vị"


@pytest.mark.parametrize("code, again", [(450, True), (550, False)])
def test_a_refused_recipient_is_tried_again_only_where_it_may_help(post, url, code, again):
    post.recipient = {"focal@soxaydung.example": f"{code} no"}
    with pytest.raises(SendFailed, match=str(code)) as refused:
        SmtpEmail(SENDER, url).send(MAIL)
    assert refused.value.retry is again and post.got == []


def test_a_refused_copy_does_not_hold_up_the_mail(post, url):
    post.recipient = {"leader@soxaydung.example": "550 no"}
    SmtpEmail(SENDER, url).send(MAIL)
    assert post.got[0].rcpt_tos == ["focal@soxaydung.example"]


@pytest.mark.parametrize("code, again", [(451, True), (554, False)])
def test_a_mail_refused_whole_has_not_been_sent(post, url, code, again):
    post.data = f"{code} no"
    with pytest.raises(SendFailed, match=str(code)) as refused:
        SmtpEmail(SENDER, url).send(MAIL)
    assert refused.value.retry is again


def test_a_connection_cut_after_the_mail_leaves_the_outcome_open(post, url):
    post.data = "cut"
    with pytest.raises(SendUncertain):
        SmtpEmail(SENDER, url).send(MAIL)
    assert len(post.got) == 1


def test_a_server_that_is_not_there_is_tried_again():
    with pytest.raises(SendFailed) as failed:
        SmtpEmail(SENDER, closed_port_url().replace("http", "smtp")).send(MAIL)
    assert failed.value.retry


def test_a_password_is_never_sent_without_tls(post, url):
    with pytest.raises(SendFailed, match="no password was sent") as failed:
        SmtpEmail(SENDER, url.replace("//", "//user:secret@")).send(MAIL)
    assert failed.value.alarm and post.got == []


def test_an_smtp_server_cannot_be_asked():
    with pytest.raises(SendUncertain):
        SmtpEmail(SENDER, "smtp://127.0.0.1").find(message_id="x", since=datetime(2026, 3, 2, tzinfo=UTC))


def test_the_settings_choose_the_server(monkeypatch):
    monkeypatch.setenv("EMAIL_PROVIDER", "smtp")
    monkeypatch.setenv("SMTP_URL", "smtps://mail.example")
    wiring.email_gateway.cache_clear()
    assert wiring.email_gateway().name == "smtp"
    wiring.email_gateway.cache_clear()


@pytest.mark.parametrize(
    "url", ["", "http://mail.example", "mail.example", "smtp://", "smtp://mail.example:x"]
)
def test_a_wrong_address_of_the_server_is_told_without_its_password(monkeypatch, url):
    monkeypatch.setenv("SMTP_URL", url.replace("//", "//user:secret@"))
    with pytest.raises(SettingMissing, match="SMTP_URL") as told:
        settings.smtp_url()
    assert "secret" not in str(told.value)
