"""What the mail service tells of a mail that left reaches the outbox, and the desk when nobody got the mail."""

from datetime import timedelta

from chalicelib import wiring
from chalicelib.domain.message import Delivery
from chalicelib.entrypoints import jobs


def test_a_bounced_assignment_is_put_on_the_desks_table_once(deployed):
    deployed.text("duong o ga phuong cao lanh")
    (code,) = deployed.codes()
    message_id = f"{code}-2-assignment"
    outbox = wiring.outbox_store()
    outbox.lease(message_id, now=deployed.now, until=deployed.now + timedelta(minutes=2))
    outbox.settle(message_id, expected={Delivery.SENDING}, status=Delivery.SENT, provider_id="0102")
    bounce = {
        "detail": {
            "eventType": "Bounce",
            "mail": {"messageId": "0102", "tags": {"message_id": [message_id]}},
            "bounce": {"bounceType": "Permanent", "bounceSubType": "NoEmail"},
        }
    }

    assert jobs.take_mail_event(bounce) == {"failed": 1}
    assert jobs.take_mail_event(bounce) == {"known": 1}
    assert outbox.get(message_id).status is Delivery.FAILED
    told = [outbox.get(each) for each in deployed.messages() if outbox.get(each).purpose == "desk"]
    assert [message.params["reason"] for message in told] == ["message_failed"]
