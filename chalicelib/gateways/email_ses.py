"""Email by Amazon SES (v2), or by anything that answers its SendEmail. The mail is built here, byte for byte."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from chalicelib.errors import SendFailed, SendUncertain
from chalicelib.gateways.ports import Mail
from chalicelib.gateways.transport import CONNECT_SECONDS, READ_SECONDS, never_left

_TAG = re.compile(r"[^A-Za-z0-9_-]")
"""What the value of an email tag must not contain."""

# (retry, alarm) for each error SES names. Source: SES API v2 reference, "SendEmail", and the SES guide on sending
# quotas. What ops can cure is retried *and* raises an alarm: nothing was sent yet.
ERRORS: dict[str, tuple[bool, bool]] = {
    "TooManyRequestsException": (True, False),  # too fast, or the day's quota is used up
    "ThrottlingException": (True, False),
    "Throttling": (True, False),
    "LimitExceededException": (True, True),
    "ServiceUnavailable": (True, False),
    "AccountSuspendedException": (True, True),
    "SendingPausedException": (True, True),
    "MailFromDomainNotVerifiedException": (True, True),
    "NotFoundException": (True, True),  # the configuration set
    "AccessDeniedException": (True, True),
    "ExpiredTokenException": (True, True),
    "InvalidClientTokenId": (True, True),
    "UnrecognizedClientException": (True, True),
    "InvalidSignatureException": (True, True),
    "MessageRejected": (False, True),  # a virus, or an address not verified while in the sandbox
    "BadRequestException": (False, True),  # we built something it cannot read
}


class SesEmail:
    """An `EmailGateway` on SES."""

    name = "ses"

    def __init__(
        self, sender: str, configuration_set: str | None, region: str, endpoint_url: str | None = None
    ) -> None:
        """
        Remember the account; nothing is opened before the first mail.

        Args:
            sender: `Tổng đài 1022 Đồng Tháp <1022@…>`; the domain is verified with SES.
            configuration_set: Reports bounces and complaints; None where there is none.
            region: Of the mail service.
            endpoint_url: Another address for it (the simulator).
        """
        self._sender = sender
        self._configuration_set = configuration_set
        self._region = region
        self._endpoint_url = endpoint_url
        self._opened: Any = None

    def send(self, mail: Mail) -> str:
        """
        Hand one mail to SES; return its id, which is also the Message-ID the recipient sees.

        Raises:
            SendFailed: SES refused it, was never reached, or an address is none.
            SendUncertain: No answer, or none that tells; it may have gone out.
        """
        from botocore.exceptions import BotoCoreError, ClientError

        from chalicelib.gateways.mime import build, header_value

        message = build(mail, sender=self._sender, region=self._region)
        request: dict[str, Any] = {
            "FromEmailAddress": header_value(message, "From"),
            "Destination": {"ToAddresses": [a.addr_spec for a in message["To"].addresses]},
            "Content": {"Raw": {"Data": message.as_bytes()}},
            # bounces and complaints come back with this tag
            "EmailTags": [{"Name": "message_id", "Value": _TAG.sub("_", mail.message_id)[:256]}],
        }
        if message["Cc"]:
            request["Destination"]["CcAddresses"] = [a.addr_spec for a in message["Cc"].addresses]
        if self._configuration_set:
            request["ConfigurationSetName"] = self._configuration_set
        try:
            provider_id = self._client().send_email(**request).get("MessageId")
        except ClientError as problem:
            raise _meaning(problem) from problem
        except BotoCoreError as problem:
            kind = type(problem).__name__
            if never_left(problem):
                lost_keys = kind == "NoCredentialsError"
                raise SendFailed(
                    f"mail service not reached: {kind}", retry=True, alarm=lost_keys
                ) from problem
            raise SendUncertain(f"mail service did not answer: {kind}") from problem
        if not provider_id:
            raise SendUncertain("mail service answered without a MessageId")
        return str(provider_id)

    def find(self, *, message_id: str, since: datetime) -> str | None:
        """Raise SendUncertain: SES cannot list what it sent; only its events tell."""
        raise SendUncertain(f"SES cannot be asked about {message_id}")

    def _client(self) -> Any:
        if self._opened is None:
            import boto3  # 110 ms: only where mail is sent
            from botocore.config import Config

            # One attempt: botocore's own retries after a lost answer would send the mail twice.
            config = Config(
                connect_timeout=CONNECT_SECONDS, read_timeout=READ_SECONDS, retries={"total_max_attempts": 1}
            )
            self._opened = boto3.client(
                "sesv2", region_name=self._region, endpoint_url=self._endpoint_url, config=config
            )
        return self._opened


def _meaning(problem: Any) -> SendFailed | SendUncertain:
    code = str(problem.response.get("Error", {}).get("Code", ""))
    status = int(problem.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) or 0)
    if code in ERRORS:
        retry, alarm = ERRORS[code]
        return SendFailed(f"ses: {code}", retry=retry, alarm=alarm)
    if status in (429, 503):
        return SendFailed(f"ses: {code or status}", retry=True)
    if status in (401, 403):
        return SendFailed(f"ses: {code or status}", retry=True, alarm=True)
    if status >= 500:
        return SendUncertain(f"ses answered {status}")
    return SendFailed(f"ses: {code or status}", retry=False, alarm=True)
