"""Twilio's webhooks: the signature and what the forms say."""

import base64
import hmac
import json
from pathlib import Path
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from chalicelib.errors import MalformedRequest, SignatureNotValid
from chalicelib.gateways.form import parse_form
from chalicelib.gateways.phone import e164
from chalicelib.gateways.ports import DeliveryReport, InboundSms
from chalicelib.gateways.twilio_webhooks import (
    check_twilio_signature,
    read_twilio_sms,
    read_twilio_status,
    status_callback_url,
    twiml_reply,
)

EVENTS = Path(__file__).parent.parent / "events" / "twilio"
URL = "https://1022.dongthap.example/twilio/sms"
TOKEN = "test-twilio-token"

# The example of Twilio's own documentation and SDK.
DOCUMENTED = {
    "url": "https://mycompany.com/myapp.php?foo=1&bar=2",
    "params": {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675309",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
    },
    "signature": "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
    "tokens": ["12345"],
}


def recorded(name):
    event = json.loads((EVENTS / name).read_text())
    return event["body"].encode(), event["url"], event["headers"]["X-Twilio-Signature"]


def sign(url, params, token=TOKEN, algorithm=None):
    return RequestValidator(token).compute_signature(url, params, algorithm)


def test_the_documented_example_is_accepted():
    check_twilio_signature(**DOCUMENTED)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"signature": None}, id="header missing"),
        pytest.param({"signature": ""}, id="header empty"),
        pytest.param({"signature": "not base64 ő"}, id="header is no ASCII"),
        pytest.param({"signature": "RSOYDt4T1cUTdK1PDd93/VVr8B8"}, id="padding missing"),
        pytest.param({"signature": "RSOY DDt4T1cUTdK1PDd93/VVr8B8="}, id="header with a blank inside"),
        pytest.param({"signature": ["RSOYDt4T1cUTdK1PDd93/VVr8B8="]}, id="header came as a list"),
        pytest.param({"signature": base64.b64encode(b"\0" * 20).decode()}, id="another signature"),
        pytest.param({"url": "https://mycompany.com/myapp.php?bar=2&foo=1"}, id="query in another order"),
        pytest.param({"url": "http://mycompany.com/myapp.php?foo=1&bar=2"}, id="another scheme"),
        pytest.param({"tokens": ["12346"]}, id="another token"),
        pytest.param({"tokens": []}, id="no token configured"),
        pytest.param({"tokens": [""]}, id="an empty token never counts"),
        pytest.param({"params": {}}, id="body missing"),
        pytest.param({"params": {**DOCUMENTED["params"], "Digits": "1235"}}, id="a value altered"),
        pytest.param({"params": {**DOCUMENTED["params"], "Extra": "1"}}, id="a field added"),
        pytest.param({"algorithm": "HMAC_SHA256"}, id="weaker algorithm than configured"),
    ],
)
def test_anything_else_is_refused_with_one_error(change):
    with pytest.raises(SignatureNotValid):
        check_twilio_signature(**{**DOCUMENTED, **change})


def test_an_empty_token_does_not_open_the_door():
    params = {"From": "+84900000123"}
    with pytest.raises(SignatureNotValid):
        check_twilio_signature(
            url=URL, params=params, signature=sign(URL, params, token=""), tokens=["", TOKEN]
        )


def test_during_a_rotation_either_token_counts():
    params = {"From": "+84900000123"}
    for token in ("old", "new"):
        check_twilio_signature(
            url=URL, params=params, signature=sign(URL, params, token), tokens=["new", "old"]
        )


def test_an_account_with_shared_key_signing_is_configured_not_detected():
    params = {"From": "+84900000123"}
    made = sign(URL, params, algorithm="HMAC_SHA256")
    check_twilio_signature(url=URL, params=params, signature=made, tokens=[TOKEN], algorithm="HMAC_SHA256")
    with pytest.raises(SignatureNotValid):
        check_twilio_signature(url=URL, params=params, signature=made, tokens=[TOKEN])


@pytest.mark.parametrize("signed", ["https://h.example:443/twilio/sms", "https://h.example/twilio/sms"])
@pytest.mark.parametrize("configured", ["https://h.example:443/twilio/sms", "https://h.example/twilio/sms"])
def test_a_standard_port_may_be_named_or_not(signed, configured):
    check_twilio_signature(url=configured, params={}, signature=sign(signed, {}), tokens=[TOKEN])


def test_a_local_address_with_its_port_is_signed_as_it_is():
    url = "http://127.0.0.1:8022/twilio/sms"
    check_twilio_signature(url=url, params={"a": "b"}, signature=sign(url, {"a": "b"}), tokens=[TOKEN])


def test_unknown_and_blank_fields_of_a_recorded_message_are_signed_over():
    raw, url, signature = recorded("sms-pothole.json")
    params = parse_form(raw)
    assert params["FromCity"] == ""
    assert "SomethingTwilioAddsNextYear" in params
    check_twilio_signature(url=url, params=params, signature=signature, tokens=[TOKEN])


names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8)
pairs = st.lists(st.tuples(names, st.text(st.characters(codec="utf-8"), max_size=12)), max_size=8)


@given(pairs, st.sampled_from(["HMAC_SHA1", "HMAC_SHA256"]))
def test_signature_agrees_with_twilios_own_code_on_any_form(fields, algorithm):
    params = parse_form(urlencode(fields).encode())
    made = RequestValidator(TOKEN).compute_signature(URL, params, algorithm)
    check_twilio_signature(url=URL, params=params, signature=made, tokens=[TOKEN], algorithm=algorithm)


@given(st.binary(max_size=300), st.text(max_size=60))
def test_no_body_and_no_header_can_crash_the_check(raw, signature):
    with pytest.raises(SignatureNotValid):
        check_twilio_signature(url=URL, params=parse_form(raw), signature=signature, tokens=[TOKEN])


def test_a_body_that_is_no_utf8_is_signed_byte_for_byte_and_shown_safely():
    params = parse_form(b"From=%2B84900000123&To=1022&MessageSid=SM1&Body=ng%ED%A0%80%E1%BA%ADp\xff%00%FE")
    made = base64.b64encode(
        hmac.new(
            TOKEN.encode(),
            URL.encode() + b"Bodyng\xed\xa0\x80\xe1\xba\xadp\xff\0\xfeFrom+84900000123MessageSidSM1To1022",
            "sha1",
        ).digest()
    ).decode()
    check_twilio_signature(url=URL, params=params, signature=made, tokens=[TOKEN])
    text = read_twilio_sms(params).text
    assert text == "ng\ufffd\ufffd\ufffdập\ufffd\0\ufffd"
    text.encode("utf-8")


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"Body=" + b"a" * 70_000, id="longer than any text"),
        pytest.param(
            b"&".join(b"a%d=1" % number for number in range(400)), id="more fields than any webhook"
        ),
    ],
)
def test_an_oversized_form_is_malformed(raw):
    with pytest.raises(MalformedRequest):
        parse_form(raw)


def test_a_recorded_message_is_read():
    raw, _, _ = recorded("sms-pothole.json")
    assert read_twilio_sms(parse_form(raw)) == InboundSms(
        id="twilio#SM00000000000000000000000000000101",
        sender="+84900000123",
        recipient="1022",
        text="Đường vào chợ Sa Đéc ổ gà nhiều quá, xe hay té & ngập",
    )


COMPLETE = {"MessageSid": "SM1", "From": "+84900000123", "To": "1022", "Body": "a"}


@pytest.mark.parametrize("missing", ["MessageSid", "From", "To", "Body"])
def test_a_missing_field_is_named(missing):
    params = {name: value for name, value in COMPLETE.items() if name != missing}
    with pytest.raises(MalformedRequest, match=f"^{missing}$"):
        read_twilio_sms(params)


def test_an_older_name_of_the_message_id_and_an_empty_text_are_fine():
    params = {"SmsSid": "SM2", "From": "+84900000123", "To": "1022", "Body": ""}
    assert read_twilio_sms(params).id == "twilio#SM2"


@pytest.mark.parametrize(
    "given_number, kept",
    [
        pytest.param("+84900000123", "+84900000123", id="as Twilio sends it"),
        pytest.param("0900 000 123", "+84900000123", id="as people write it"),
        pytest.param("84900000123", "+84900000123", id="as aggregators send it"),
        pytest.param("+84 (0)900 000 123", "+84900000123", id="with the zero kept"),
        pytest.param("(0277) 385 1022", "+842773851022", id="a landline"),
        pytest.param("+14158675309", "+14158675309", id="abroad"),
        pytest.param("1022", "1022", id="a short code stays"),
        pytest.param("VIETTEL", "VIETTEL", id="a sender name stays"),
        pytest.param("whatsapp:+84900000123", "whatsapp:+84900000123", id="another channel stays"),
        pytest.param("+", "+", id="nothing"),
    ],
)
def test_numbers_have_one_spelling(given_number, kept):
    assert e164(given_number) == kept


@given(st.text(max_size=40))
def test_any_sender_is_kept_or_normalised_but_never_refused(number):
    assert e164(e164(number)) == e164(number)


@pytest.mark.parametrize(
    "status, code, expected",
    [
        pytest.param("queued", "", None, id="queued is no news"),
        pytest.param("sending", "", None, id="sending is no news"),
        pytest.param("from the future", "", None, id="an unknown status is no news"),
        pytest.param("sent", "", ("sent", "", False, False), id="handed to the carrier"),
        pytest.param("delivered", "", ("delivered", "", False, False), id="delivered"),
        pytest.param(
            "undelivered",
            "30003",
            ("failed", "twilio 30003: handset off or out of reach", True, False),
            id="phone off",
        ),
        pytest.param(
            "undelivered",
            "30005",
            ("failed", "twilio 30005: number unknown", False, False),
            id="no such number",
        ),
        pytest.param(
            "failed",
            "30007",
            ("failed", "twilio 30007: filtered by the carrier", False, True),
            id="filtered: ops must look",
        ),
        pytest.param("failed", "", ("failed", "twilio: refused", False, True), id="failed without a code"),
        pytest.param(
            "failed", "x" * 50, ("failed", "twilio: refused", False, True), id="failed with an odd code"
        ),
    ],
)
def test_a_delivery_report_is_read(status, code, expected):
    params = {"MessageSid": "SM9", "MessageStatus": status, "ErrorCode": code}
    report = read_twilio_status(params, "482177306-2-assignment")
    if expected is None:
        assert report is None
    else:
        word, error, retry, alarm = expected
        assert report == DeliveryReport("482177306-2-assignment", "SM9", word, error, retry, alarm)


@pytest.mark.parametrize(
    "params, message_id, missing",
    [
        pytest.param({"MessageStatus": "sent"}, "a-1", "MessageSid", id="no message"),
        pytest.param({"MessageSid": "SM1"}, "a-1", "MessageStatus", id="no status"),
        pytest.param({"MessageSid": "SM1", "MessageStatus": "sent"}, "", "id", id="no id of ours"),
        pytest.param(
            {"MessageSid": "SM1", "MessageStatus": "sent"}, "../../x", "id", id="an id we never gave"
        ),
    ],
)
def test_an_incomplete_delivery_report_names_what_is_missing(params, message_id, missing):
    with pytest.raises(MalformedRequest, match=f"^{missing}$"):
        read_twilio_status(params, message_id)


def test_a_recorded_delivery_report_passes_and_is_read():
    raw, url, signature = recorded("status-undelivered.json")
    params = parse_form(raw)
    message_id = "482177306-2-assignment"
    assert status_callback_url("https://1022.dongthap.example/", message_id) == url
    check_twilio_signature(url=url, params=params, signature=signature, tokens=[TOKEN])
    assert read_twilio_status(params, message_id).retry is True


@pytest.mark.parametrize("message_id", ["", "a b", "a&b", "a/b", "đ", "a" * 200, "a\n"])
def test_a_callback_address_holds_only_characters_no_gateway_rewrites(message_id):
    with pytest.raises(MalformedRequest, match=r"^id$"):
        status_callback_url("https://1022.dongthap.example", message_id)


@pytest.mark.parametrize("text", ["", "  \n", "\0\x01"])
def test_no_reply_is_an_empty_response(text):
    assert ElementTree.fromstring(twiml_reply(text).encode()).findall("Message") == []


def test_a_reply_is_escaped():
    reply = ElementTree.fromstring(twiml_reply('Ho so <1> & "2"\r\nnhan \']]>').encode())
    assert [message.text for message in reply] == ['Ho so <1> & "2"\nnhan \']]>']


@given(st.text(st.characters(), max_size=40))
def test_any_reply_is_well_formed_xml(text):
    reply = ElementTree.fromstring(twiml_reply(text).encode("utf-8"))
    assert len(reply) <= 1
