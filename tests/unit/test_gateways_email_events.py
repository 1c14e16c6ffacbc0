"""What SES tells of a mail that left."""

import json

import pytest

from chalicelib.gateways.email_events import read_ses_events


def told(kind: str, tags: dict | None = None, **detail) -> dict:
    tags = {"message_id": ["482177306-2-assignment"]} if tags is None else tags
    return {"eventType": kind, "mail": {"messageId": "0102", "tags": tags}, **detail}


def by_sns(*messages: dict) -> dict:
    return {"Records": [{"Sns": {"Message": json.dumps(message)}} for message in messages]}


@pytest.mark.parametrize(
    ("event", "status", "retry"),
    [
        pytest.param(told("Delivery"), "delivered", False, id="delivered"),
        pytest.param(
            told("Bounce", bounce={"bounceType": "Permanent", "bounceSubType": "NoEmail"}),
            "failed",
            False,
            id="no such mailbox",
        ),
        pytest.param(
            told("Bounce", bounce={"bounceType": "Transient", "bounceSubType": "MailboxFull"}),
            "failed",
            True,
            id="mailbox full",
        ),
        pytest.param(
            told("Bounce", bounce={"bounceType": "Transient", "bounceSubType": "MessageTooLarge"}),
            "failed",
            False,
            id="too large",
        ),
        pytest.param(told("Reject"), "failed", False, id="rejected by the service"),
    ],
)
@pytest.mark.parametrize("carrier", [lambda told: {"detail": told}, by_sns], ids=["EventBridge", "SNS"])
def test_news_becomes_a_delivery_report(carrier, event, status, retry):
    (report,) = read_ses_events(carrier(event))
    assert (report.message_id, report.provider_id) == ("482177306-2-assignment", "0102")
    assert (report.status, report.retry) == (status, retry)


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"detail": told("Open")},
        {"detail": told("Complaint")},
        {"detail": told("Delivery", tags={})},
        {"Records": [{"Sns": {"Message": "no JSON"}}, {"Sns": {}}, {}]},
        by_sns({"eventType": "Delivery"}),
    ],
    ids=["nothing", "opened", "complained of", "not ours", "garbage", "no mail"],
)
def test_what_is_no_news_is_left_out(event):
    assert list(read_ses_events(event)) == []
