"""Events as Lambda hands them to the functions: API Gateway, schedules, the mail service, SNS."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from infra.container.schedule import scheduled_event

ACCOUNT = "123456789012"

Event = dict[str, Any]


def http(
    method: str, path: str, *, host: str, headers: Mapping[str, str] | None = None, body: str | None = None
) -> Event:
    """A call through a REST API with proxy integration (payload 1.0)."""
    given = {"Host": host, "X-Forwarded-Proto": "https", **(headers or {})}
    now = datetime.now(UTC)
    return {
        "resource": path,
        "path": path,
        "httpMethod": method,
        "headers": given,
        "multiValueHeaders": {name: [value] for name, value in given.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {
            "resourceId": "abc123",
            "resourcePath": path,
            "httpMethod": method,
            "extendedRequestId": "abcdefghijkl=",
            "requestTime": f"{now:%d/%b/%Y:%H:%M:%S} +0000",
            "requestTimeEpoch": int(now.timestamp() * 1000),
            "path": f"/api{path}",
            "accountId": ACCOUNT,
            "protocol": "HTTP/1.1",
            "stage": "api",
            "domainPrefix": host.partition(".")[0],
            "domainName": host,
            "requestId": "00000000-0000-0000-0000-000000000001",
            "apiId": "abcdefghij",
            "identity": {"sourceIp": "127.0.0.1", "userAgent": given.get("User-Agent", "")},
        },
        "body": body,
        "isBase64Encoded": False,
    }


def twilio_sms(sid: str, sender: str, text: str, *, public_url: str, account: str, token: str) -> Event:
    """A text message as Twilio posts it, truly signed."""
    form = {
        "AccountSid": account,
        "ApiVersion": "2010-04-01",
        "Body": text,
        "From": sender,
        "MessageSid": sid,
        "NumMedia": "0",
        "NumSegments": "1",
        "SmsSid": sid,
        "To": "1022",
    }
    signed = f"{public_url}/twilio/sms" + "".join(name + form[name] for name in sorted(form))
    signature = base64.b64encode(hmac.digest(token.encode(), signed.encode(), hashlib.sha1)).decode()
    return http(
        "POST",
        "/twilio/sms",
        host=public_url.removeprefix("https://"),
        headers={
            "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
            "User-Agent": "TwilioProxy/1.1",
            "X-Twilio-Signature": signature,
        },
        body=urlencode(form),
    )


def schedule(region: str) -> Event:
    """A rule of EventBridge whose time has come."""
    return scheduled_event("here", datetime.now(UTC), region=region, account=ACCOUNT)


def mail_came(message_id: str, sender: str, recipient: str) -> Event:
    """A mail the mail service has put into the bucket, all its checks passed."""
    checks = ("spam", "virus", "spf", "dkim", "dmarc")
    receipt = {
        "timestamp": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.000Z}",
        "processingTimeMillis": 500,
        "recipients": [recipient],
        **{f"{check}Verdict": {"status": "PASS"} for check in checks},
        "action": {"type": "Lambda", "functionArn": "here", "invocationType": "Event"},
    }
    mail = {"messageId": message_id, "source": sender, "destination": [recipient], "headersTruncated": False}
    return {
        "Records": [
            {"eventSource": "aws:ses", "eventVersion": "1.0", "ses": {"mail": mail, "receipt": receipt}}
        ]
    }


def mail_bounced(message_id: str, provider_id: str, recipient: str, region: str) -> Event:
    """A mail that came back for good, as the mail service tells it over SNS."""
    told = {
        "eventType": "Bounce",
        "mail": {"messageId": provider_id, "destination": [recipient], "tags": {"message_id": [message_id]}},
        "bounce": {
            "bounceType": "Permanent",
            "bounceSubType": "NoEmail",
            "bouncedRecipients": [{"emailAddress": recipient, "action": "failed", "status": "5.1.1"}],
        },
    }
    topic = f"arn:aws:sns:{region}:{ACCOUNT}:mail-events"
    notification = {
        "Type": "Notification",
        "MessageId": "00000000-0000-0000-0000-000000000003",
        "TopicArn": topic,
        "Subject": "Amazon SES Email Event Notification",
        "Message": json.dumps(told),
        "Timestamp": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.000Z}",
        "MessageAttributes": {},
    }
    return {
        "Records": [
            {
                "EventSource": "aws:sns",
                "EventVersion": "1.0",
                "EventSubscriptionArn": topic,
                "Sns": notification,
            }
        ]
    }
