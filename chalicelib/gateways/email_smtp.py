"""Email by any SMTP server (RFC 5321): a province's own mail server, where there is no SES."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from chalicelib.errors import SendFailed, SendUncertain
from chalicelib.gateways.ports import Mail
from chalicelib.gateways.transport import READ_SECONDS

_log = logging.getLogger("hotline.email")

DEFAULT_PORTS = {"smtp": 587, "smtps": 465}
"""Submission with STARTTLS, and with TLS from the first byte (RFC 8314)."""

DONE = 250


class SmtpEmail:
    """An `EmailGateway` on an SMTP server. A mail it took counts as sent: bounces come to a mailbox, not to us."""

    name = "smtp"

    def __init__(self, sender: str, url: str, *, timeout_seconds: float = READ_SECONDS) -> None:
        """
        Remember the server; nothing is opened before the first mail.

        Args:
            sender: `Tổng đài 1022 Đồng Tháp <1022@…>`; the server must let us send as it.
            url: `smtps://user:password@host:465`, or `smtp://…` that turns to TLS where the server offers it.
                User and password, percent-encoded, are never sent without TLS.
            timeout_seconds: Of each answer.
        """
        parts = urlsplit(url)
        self._sender = sender
        self._tls_at_once = parts.scheme == "smtps"
        self._host = parts.hostname or ""
        self._port = parts.port or DEFAULT_PORTS[parts.scheme]
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._timeout = timeout_seconds

    def send(self, mail: Mail) -> str:
        """
        Hand one mail to the server; return its Message-ID.

        A copy (Cc) to an address that the server refuses is left out and told in the log.

        Raises:
            SendFailed: It was refused, the server was not reached, or an address is none.
            SendUncertain: The server did not answer after the mail had gone to it.
        """
        import smtplib

        from chalicelib.gateways.mime import address, build

        message = build(mail, sender=self._sender)
        try:
            server = self._connect()
        except smtplib.SMTPAuthenticationError as problem:
            raise SendFailed("smtp: user or password refused", retry=True, alarm=True) from problem
        except (OSError, smtplib.SMTPException) as problem:  # nothing has left yet
            raise SendFailed(f"mail server not reached: {type(problem).__name__}", retry=True) from problem
        try:
            self._name_addresses(server, address(self._sender).addr_spec, message)
            _hand_over(server, message.as_bytes())
        finally:
            server.close()
        return str(message["Message-ID"])

    def find(self, *, message_id: str, since: datetime) -> str | None:
        """Raise SendUncertain: an SMTP server cannot be asked."""
        raise SendUncertain(f"an SMTP server cannot be asked about {message_id}")

    def _connect(self) -> Any:
        import smtplib
        import ssl

        context = ssl.create_default_context()
        if self._tls_at_once:
            server: Any = smtplib.SMTP_SSL(self._host, self._port, timeout=self._timeout, context=context)
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=self._timeout)
        try:
            server.ehlo()
            if not self._tls_at_once and server.has_extn("starttls"):
                server.starttls(context=context)
                server.ehlo()
            elif not self._tls_at_once and self._user:
                raise SendFailed("smtp: no TLS, so no password was sent", retry=True, alarm=True)
            if self._user:
                server.login(self._user, self._password)
        except BaseException:
            server.close()
            raise
        return server

    def _name_addresses(self, server: Any, sender: str, message: Any) -> None:
        import smtplib

        try:
            code, _ = server.mail(sender)
            if code != DONE:
                raise SendFailed(f"smtp: sender refused ({code})", retry=True, alarm=True)
            for one in message["To"].addresses:
                code, _ = server.rcpt(one.addr_spec)
                if code not in (DONE, 251):
                    raise SendFailed(f"smtp: recipient refused ({code})", retry=code < 500)
            for one in message["Cc"].addresses if message["Cc"] else ():
                code, _ = server.rcpt(one.addr_spec)
                if code not in (DONE, 251):
                    _log.warning("copy refused", extra={"code": code})
        except (OSError, smtplib.SMTPException) as problem:
            raise SendFailed(f"mail server hung up: {type(problem).__name__}", retry=True) from problem


def _hand_over(server: Any, content: bytes) -> None:
    import smtplib

    try:
        code, _ = server.data(content)
    except smtplib.SMTPDataError as refusal:  # before the first byte of the mail
        raise SendFailed(f"smtp: {refusal.smtp_code}", retry=refusal.smtp_code < 500) from refusal
    except (OSError, smtplib.SMTPException) as problem:
        raise SendUncertain(f"mail server did not answer: {type(problem).__name__}") from problem
    if code != DONE:
        raise SendFailed(f"smtp: {code}", retry=code < 500, alarm=code >= 500)
