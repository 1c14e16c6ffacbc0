"""The signed-JSON gateway's webhooks: signature, replay window, and what the bodies say."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import MalformedRequest, SignatureNotValid
from chalicelib.gateways.ports import DeliveryReport, InboundSms
from chalicelib.gateways.sms_json import check_gateway_signature, read_gateway, reply_body, sign

EVENTS = Path(__file__).parent.parent / "events" / "gateway"
NOW = datetime(2026, 2, 12, 9, 30, tzinfo=UTC)
SECRET = "test-gateway-secret"
BODY = b'{"id": "7"}'


def check(**changes):
    given_all = {"body": BODY, "headers": sign(BODY, secret=SECRET, now=NOW), "secrets": [SECRET], "now": NOW}
    check_gateway_signature(**{**given_all, **changes})


def test_the_documented_example_is_accepted():
    """The example of docs/sms-gateway.md."""
    event = json.loads((EVENTS / "documented.json").read_text())
    sent_at = datetime.fromtimestamp(int(event["headers"]["X-1022-Timestamp"]), UTC)
    check(body=event["body"].encode(), headers=event["headers"], secrets=[event["secret"]], now=sent_at)


def test_header_names_may_be_written_in_any_case():
    check(headers={name.lower(): value for name, value in sign(BODY, secret=SECRET, now=NOW).items()})


def test_during_a_rotation_either_secret_counts():
    check(secrets=["new", SECRET])


@pytest.mark.parametrize("minutes", [-5, 5])
def test_a_clock_five_minutes_off_is_accepted(minutes):
    check(now=NOW + timedelta(minutes=minutes))


GOOD = sign(BODY, secret=SECRET, now=NOW)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"headers": {}}, id="no headers"),
        pytest.param({"headers": {**GOOD, "X-1022-Signature": ""}}, id="signature empty"),
        pytest.param({"headers": {**GOOD, "X-1022-Signature": "0" * 64}}, id="signature wrong"),
        pytest.param({"headers": {**GOOD, "X-1022-Signature": "ő" * 64}}, id="signature is no ASCII"),
        pytest.param({"headers": {**GOOD, "X-1022-Timestamp": "soon"}}, id="timestamp is no number"),
        pytest.param({"headers": {**GOOD, "X-1022-Timestamp": "9" * 400}}, id="timestamp is endless"),
        pytest.param({"headers": {**GOOD, "X-1022-Timestamp": "١٧٧٠٨٨٨٦٠٠"}}, id="timestamp in other digits"),
        pytest.param(
            {"headers": {**GOOD, "X-1022-Timestamp": str(int(NOW.timestamp()) + 1)}}, id="timestamp altered"
        ),
        pytest.param({"body": b'{"id": "8"}'}, id="body altered"),
        pytest.param({"secrets": ["another"]}, id="another secret"),
        pytest.param({"secrets": []}, id="no secret configured"),
        pytest.param({"now": NOW + timedelta(minutes=5, seconds=1)}, id="replayed later"),
        pytest.param({"now": NOW - timedelta(minutes=5, seconds=1)}, id="from the future"),
    ],
)
def test_anything_else_is_refused(change):
    with pytest.raises(SignatureNotValid):
        check(**change)


def test_an_empty_secret_does_not_open_the_door():
    forged = sign(BODY, secret="", now=NOW)
    with pytest.raises(SignatureNotValid):
        check(headers=forged, secrets=["", SECRET])


@given(st.dictionaries(st.sampled_from(list(GOOD)), st.text(max_size=70)), st.binary(max_size=50))
def test_no_header_can_crash_the_check(headers, body):
    with pytest.raises(SignatureNotValid):
        check(headers=headers, body=body)


SMS = {
    "id": "MO-20260212-000017",
    "from": "84900000123",
    "to": "1022",
    "text": "Đường vào chợ ổ gà",
    "sent_at": "2026-02-12T16:30:00+07:00",
}
REPORT = {"id": "gw-1", "report": {"message_id": "482177306-2-assignment", "status": "delivered"}}


def as_body(content):
    return json.dumps(content).encode()


def test_a_message_is_read():
    assert read_gateway(as_body(SMS)) == InboundSms(
        id="gateway#MO-20260212-000017", sender="+84900000123", recipient="1022", text="Đường vào chợ ổ gà"
    )


@pytest.mark.parametrize("name", ["id", "from", "to", "text", "sent_at"])
@pytest.mark.parametrize("value", [None, 7, ["x"], {}])
def test_a_field_that_is_missing_or_no_text_is_named(name, value):
    with pytest.raises(MalformedRequest, match=f"^{name}$"):
        read_gateway(as_body({**SMS, name: value}))


def test_a_message_without_text_is_still_a_message():
    assert read_gateway(as_body({**SMS, "text": ""})).text == ""


@pytest.mark.parametrize("sent_at", ["yesterday", "2026-02-12T16:30:00", "1770888600"])
def test_a_time_without_its_zone_is_refused(sent_at):
    with pytest.raises(MalformedRequest, match=r"^sent_at$"):
        read_gateway(as_body({**SMS, "sent_at": sent_at}))


def test_our_own_message_played_back_is_never_taken_for_a_citizens():
    ours = {
        "id": "482177306-2-assignment",
        "from": "1022",
        "to": "+84900000123",
        "text": "Ma ho so 482 177 306",
    }
    with pytest.raises(MalformedRequest):
        read_gateway(as_body(ours))


def test_hostile_text_is_kept_as_far_as_it_is_text():
    text = read_gateway(
        b'{"id":"1","from":"a","to":"b","sent_at":"2026-02-12T09:30:00Z","text":"\\ud800 \\u0000 \\u202e"}'
    ).text
    assert text.encode().decode() == "\ufffd\ufffd\ufffd \0 \u202e"


@pytest.mark.parametrize(
    "report, expected",
    [
        pytest.param({"status": "accepted"}, None, id="on the way is no news"),
        pytest.param({"status": "delivered"}, ("delivered", "", False, False), id="delivered"),
        pytest.param(
            {"status": "sent", "error": "x"},
            ("sent", "", False, False),
            id="an error only counts with failed",
        ),
        pytest.param(
            {"status": "failed", "error": "phone off", "retry": True},
            ("failed", "gateway: phone off", True, False),
            id="failed for now",
        ),
        pytest.param(
            {"status": "failed", "retry": "yes", "alarm": True},
            ("failed", "", False, True),
            id="retry must be true or false",
        ),
    ],
)
def test_a_delivery_report_is_read(report, expected):
    found = read_gateway(
        as_body({"id": "gw-1", "report": {"message_id": "482177306-2-assignment", **report}})
    )
    if expected is None:
        assert found is None
    else:
        word, error, retry, alarm = expected
        assert found == DeliveryReport("482177306-2-assignment", "gw-1", word, error, retry, alarm)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\xff\xfe", id="no UTF-8"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b"null", id="null"),
        pytest.param(b"[" * 60_000, id="nested without end"),
        pytest.param(b'"' + b"a" * 70_000 + b'"', id="too long"),
        pytest.param(as_body({**REPORT, "report": "delivered"}), id="a report that is a word"),
        pytest.param(as_body({**REPORT, "report": {"status": "sent"}}), id="a report about nothing"),
        pytest.param(as_body({**SMS, "id": "a b"}), id="an id with a blank"),
    ],
)
def test_anything_that_is_no_such_json_is_malformed(body):
    with pytest.raises(MalformedRequest):
        read_gateway(body)


@given(st.binary(max_size=200) | st.recursive(st.none() | st.text() | st.integers(), st.lists).map(as_body))
def test_no_body_raises_anything_else(body):
    with pytest.raises(MalformedRequest):
        read_gateway(body)


def test_the_reply_is_json():
    assert json.loads(reply_body('Mã hồ sơ "482"')) == {"reply": 'Mã hồ sơ "482"'}
    assert json.loads(reply_body("")) == {"reply": ""}
