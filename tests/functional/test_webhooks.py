"""What providers post, as they post it: signed, twice, forged, malformed, at once, and with the database gone."""

import json
import logging
import sys
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from chalicelib import wiring
from chalicelib.entrypoints import _JsonLines, jobs
from chalicelib.errors import CalendarGap
from chalicelib.gateways.files_folder import FolderFiles
from chalicelib.gateways.sms_json import sign
from tests.functional.conftest import GATEWAY_SECRET, Deployed
from tests.unit.worktime import at

EVENTS = Path(__file__).parent.parent / "events" / "twilio"
MESSAGES = ["sms-pothole", "sms-unaccented", "sms-emoji", "sms-without-text"]
POTHOLE = "Duong o ga, phuong Cao Lanh"


def replay(deployed: Deployed, name: str) -> dict:
    event = json.loads((EVENTS / f"{name}.json").read_text())
    path, _, query = event["url"].removeprefix("https://1022.dongthap.example").partition("?")
    headers = {key.lower(): value for key, value in event["headers"].items()}
    return deployed.call("POST", path, body=event["body"], headers=headers, query=dict(parse_qsl(query)))


@pytest.mark.parametrize("name", MESSAGES)
def test_a_recorded_message_is_taken_once_though_posted_twice(deployed, name):
    first = replay(deployed, name)
    assert first["statusCode"] == 200
    assert first["headers"]["Content-Type"].startswith("text/xml") and "<Message>" in first["body"]
    before = deployed.everything()
    deployed.at("Wed 04/03/2026 08:30")
    assert replay(deployed, name)["body"] == first["body"]
    assert deployed.everything() == before


def test_a_recorded_message_becomes_a_case_with_its_agency(deployed):
    reply = replay(deployed, "sms-pothole")["body"]
    case = deployed.case()
    assert (case.status, case.service, case.agency) == ("assigned", "giao_thong", "ubnd_29905")
    assert case.code in reply and "17:00 09/03" in reply
    assert [event.number for event in case.events] == [1, 2]


@pytest.mark.parametrize("name", ["status-delivered", "status-undelivered"])
def test_a_report_on_nothing_of_ours_changes_nothing(deployed, name):
    before = deployed.everything()
    assert [replay(deployed, name)["statusCode"] for _ in range(2)] == [200, 200]
    assert deployed.everything() == before


def test_a_delivery_report_settles_its_message(deployed):
    deployed.text("Mat dien phuong Cao Lanh")
    text = next(each for each in deployed.messages() if each.endswith("-sms"))
    now = deployed.now
    wiring.outbox_store().lease(text, now=now, until=now.replace(hour=9))
    form = {"MessageSid": "SM9", "MessageStatus": "delivered", "To": "+84900000459", "From": "1022"}
    for _ in range(2):
        assert deployed.twilio("/twilio/sms-status", form, query={"id": text})["statusCode"] == 200
    assert wiring.outbox_store().get(text).status == "delivered"


@pytest.mark.parametrize("signature", ["", "x", "AAAA", "é", "BlQmf7jVoewSHwft+uOCKFxuGl0="])
@pytest.mark.parametrize("path", ["/twilio/sms", "/twilio/sms-status"])
def test_a_forged_webhook_is_refused_and_writes_nothing(deployed, path, signature):
    form = {"MessageSid": "SM1", "From": "+84900000001", "To": "1022", "Body": POTHOLE}
    before = deployed.everything()
    assert deployed.twilio(path, form, signature=signature)["statusCode"] == 403
    assert deployed.everything() == before


def test_a_webhook_without_a_signature_is_refused(deployed):
    assert deployed.call("POST", "/twilio/sms", body="Body=x")["statusCode"] == 403
    assert deployed.call("POST", "/gateway/sms", body="{}")["statusCode"] == 403


def test_a_message_altered_on_its_way_is_refused(deployed):
    event = json.loads((EVENTS / "sms-pothole.json").read_text())
    headers = {key.lower(): value for key, value in event["headers"].items()}
    body = event["body"].replace("900000123", "900000124")
    assert deployed.call("POST", "/twilio/sms", body=body, headers=headers)["statusCode"] == 403
    assert deployed.codes() == []


@pytest.mark.parametrize(
    "form",
    [{}, {"MessageSid": "SM1"}, {"From": "+84900000001", "Body": "x"}],
    ids=["nothing", "no sender", "no id"],
)
def test_a_malformed_webhook_is_refused_without_repeating_it(deployed, form):
    answer = deployed.twilio("/twilio/sms", form)
    assert (answer["statusCode"], answer["body"]) == (400, "")
    assert deployed.codes() == [] and deployed.rows("inbox") == []


def test_a_body_that_is_too_large_is_refused(deployed):
    answer = deployed.twilio(
        "/twilio/sms", {"MessageSid": "SM1", "From": "+84900000001", "Body": "x" * 70_000}
    )
    assert answer["statusCode"] == 400 and deployed.rows("inbox") == []


def test_the_log_names_the_reason_and_nobody(deployed, log):
    deployed.twilio("/twilio/sms", {"MessageSid": "SM1", "From": "", "Body": "bi mat 0900000777"})
    deployed.text("duong o ga phuong cao lanh, sdt 0900000777")
    said = "\n".join(json.dumps(vars(record), default=str, ensure_ascii=False) for record in log.records)
    assert '"reason": "MalformedRequest", "detail": "From"' in said
    assert "0900000777" not in said and "+84900000001" not in said


def test_a_database_that_is_gone_is_told_to_the_provider_and_nothing_is_half_written(deployed, monkeypatch):
    deployed.text("duong o ga phuong cao lanh", sid="SM0")
    before = deployed.everything()
    with monkeypatch.context() as gone:
        gone.setenv("DYNAMODB_ENDPOINT", "http://127.0.0.1:9")
        assert deployed.text("mat dien phuong sa dec", sid="SM1")["statusCode"] == 503
    assert deployed.everything() == before


def test_five_copies_at_once_make_one_case_and_one_reply(deployed, at_once):
    answers = at_once(*[lambda: deployed.text("duong o ga phuong cao lanh", sid="SM5")] * 5)
    assert {answer["statusCode"] for answer in answers} == {200}
    assert len({answer["body"] for answer in answers}) == 1
    assert len(deployed.codes()) == 1 and len(deployed.messages()) == 1


def test_the_next_message_of_the_same_phone_is_part_of_the_same_conversation(deployed):
    assert "xa/phuong" in deployed.text("duong o ga")["body"]
    deployed.text("o phuong Cao Lanh", sid="SM2")
    assert deployed.case().agency == "ubnd_29869"
    assert deployed.case().text == "duong o ga\no phuong Cao Lanh"


# --- the domestic gateway


def gateway(
    deployed: Deployed, content: object, *, secret: str = GATEWAY_SECRET, signed_at: str = ""
) -> dict:
    body = content if isinstance(content, str) else json.dumps(content)
    headers = sign(body.encode(), secret=secret, now=at(signed_at) if signed_at else datetime.now(UTC))
    return deployed.call(
        "POST", "/gateway/sms", body=body, headers={k.lower(): v for k, v in headers.items()}
    )


MESSAGE = {
    "id": "m-1",
    "from": "0900000001",
    "to": "1022",
    "text": "duong o ga phuong cao lanh",
    "sent_at": "2026-03-02T08:29:59+07:00",
}


def test_a_message_by_the_domestic_gateway_is_taken_once(deployed):
    first = gateway(deployed, MESSAGE)
    assert first["statusCode"] == 200 and deployed.case().code in json.loads(first["body"])["reply"]
    before = deployed.everything()
    assert gateway(deployed, MESSAGE)["body"] == first["body"]
    assert deployed.everything() == before


@pytest.mark.parametrize(
    ("content", "secret", "signed_at"),
    [
        pytest.param(MESSAGE, "another-secret", "", id="another secret"),
        pytest.param(MESSAGE, GATEWAY_SECRET, "Sun 01/03/2020 08:30", id="long ago"),
    ],
)
def test_a_forged_message_of_the_gateway_is_refused(deployed, content, secret, signed_at):
    assert gateway(deployed, content, secret=secret, signed_at=signed_at)["statusCode"] == 403
    assert deployed.codes() == []


def test_a_mail_that_is_none_is_counted_and_the_next_one_is_taken(deployed, monkeypatch, tmp_path):
    monkeypatch.setenv("FILES_FOLDER", str(tmp_path))
    files = FolderFiles(tmp_path)
    files.put("inbound/m1", b"\x00 no mail", "message/rfc822")
    files.put("inbound/m2", b"From: an@thu.example\nSubject: o ga\n\nO ga, phuong Cao Lanh", "message/rfc822")
    passed = {f"{name}Verdict": {"status": "PASS"} for name in ("spam", "virus", "spf", "dkim", "dmarc")}
    came = [{"ses": {"mail": {"messageId": name}, "receipt": passed}} for name in ("m1", "m2")]
    assert jobs.receive_email({"Records": came}) == {"malformed": 1, "new_matter": 1}
    assert deployed.case().reporter_address == "an@thu.example"


def test_the_hotline_says_that_it_stands(deployed):
    answer = deployed.call("GET", "/health")
    assert answer["statusCode"] == 200 and province_version() in answer["body"]
    home = deployed.call("GET", "/")
    assert home["statusCode"] == 200 and "1022" in home["body"] and "<script>" not in home["body"]


def test_a_front_page_without_a_database_is_still_a_page(deployed, monkeypatch):
    wiring.forget()
    monkeypatch.setenv("DYNAMODB_ENDPOINT", "http://127.0.0.1:9")
    home = deployed.call("GET", "/")
    assert home["statusCode"] == 503 and "<html" in home["body"]


def test_a_missing_setting_is_named_in_the_log(deployed, log, monkeypatch):
    monkeypatch.delenv("TWILIO_AUTH_TOKEN")
    assert deployed.text("duong o ga")["statusCode"] == 500
    (refused,) = [record for record in log.records if record.getMessage() == "webhook refused"]
    assert refused.levelname == "ERROR" and "TWILIO_AUTH_TOKEN" in refused.detail


def test_a_logged_error_tells_its_remedy_but_never_what_a_person_wrote():
    def logged(error: Exception) -> dict:
        try:
            raise error
        except Exception:
            record = logging.LogRecord("hotline", logging.ERROR, "", 0, "failed", (), sys.exc_info())
        return json.loads(_JsonLines().format(record))

    assert "calendar.yaml" in logged(CalendarGap("fill years: 2028 in calendar.yaml"))["detail"]
    said = logged(ValueError("0900000777"))
    assert said["error"] == "ValueError" and "0900000777" not in json.dumps(said)


def province_version() -> str:
    from tests.hotline import province

    return province().version


def test_health_names_the_directory_and_the_code_in_force(deployed, monkeypatch):
    assert health(deployed) == (200, {"status": "ok", "directory": province_version(), "code": None})
    monkeypatch.setenv("CODE_VERSION", "7f3a9c1")
    assert health(deployed)[1]["code"] == "7f3a9c1"


def test_health_says_that_nothing_is_published(deployed):
    wiring.forget()
    assert health(deployed) == (503, {"status": "nothing published", "directory": None, "code": None})


def test_health_says_that_the_database_does_not_answer(deployed, monkeypatch):
    wiring.forget()
    monkeypatch.setenv("DYNAMODB_ENDPOINT", "http://127.0.0.1:9")
    assert health(deployed) == (503, {"status": "database unavailable", "directory": None, "code": None})


def health(deployed: Deployed) -> tuple[int, dict]:
    answer = deployed.call("GET", "/health")
    return answer["statusCode"], json.loads(answer["body"])
