"""Senders that die and streams that stop: every message goes out, none twice unless that was uncertain."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from tests.running import Province, code_in

WARD = "dau-moi@phuong-sa-dec.dong-thap.example"
POTHOLES = "Duong vao cho Sa Dec o ga nhieu qua, xe hay te"


@pytest.fixture
def province(start_province: Callable[..., Province]) -> Province:
    return start_province(START="2026-03-02T08:00")


def assigned(province: Province, sender: str) -> tuple[str, dict[str, Any]]:
    """Open a case; return its code and the agency's mail."""
    code = code_in(province.text(sender, POTHOLES)[0])
    (mail,) = [mail for mail in province.mails(WARD) if code in mail["subject"].replace(" ", "")]
    return code, mail


def rows(province: Province, **wanted: str) -> list[dict[str, Any]]:
    return [
        row for row in province.call("outbox") if all(row[name] == value for name, value in wanted.items())
    ]


def test_a_sender_killed_after_the_provider_took_the_text_sends_it_once(province: Province) -> None:
    _, mail = assigned(province, "0900000201")
    province.faults(sms="die_after_send", callbacks="off")
    link = province.link(mail)
    province.act(link, "accept")
    province.act(link, "answer", "Da va xong o ga truoc cho Sa Dec.")
    before = province.texts("0900000201")
    (answer,) = [text for text in before if "Da va xong" in text]
    (row,) = [row for row in rows(province, channel="sms") if row["purpose"] == "answer"]
    assert row["status"] == "sending"  # nobody could write down that it went out
    province.faults(sms="ok", callbacks="on")
    province.advance(hours=1)
    assert province.texts("0900000201").count(answer) == 1
    (row,) = [row for row in rows(province, channel="sms") if row["purpose"] == "answer"]
    assert row["status"] in ("sent", "delivered")
    assert row["was_uncertain"]


@pytest.mark.parametrize("fault", ["timeout", "lost", "down"])
def test_a_text_the_provider_did_not_confirm_arrives_once(province: Province, fault: str) -> None:
    _, mail = assigned(province, "0900000202")
    province.faults(sms=fault, callbacks="off")
    province.act(province.link(mail), "answer", "Da va xong o ga truoc cho Sa Dec.")
    province.messages()
    province.faults(sms="ok", callbacks="on")
    province.advance(hours=2)
    answers = [text for text in province.texts("0900000202") if "Da va xong" in text]
    assert len(answers) == 1


def test_a_delivery_report_settles_what_was_uncertain(province: Province) -> None:
    _, mail = assigned(province, "0900000203")
    province.faults(sms="timeout")
    province.act(province.link(mail), "answer", "Da va xong o ga truoc cho Sa Dec.")
    province.messages()
    (row,) = [row for row in rows(province, channel="sms") if row["purpose"] == "answer"]
    assert row["status"] == "delivered"


def test_a_mail_sender_that_died_is_marked_uncertain_before_it_sends_again(province: Province) -> None:
    province.faults(email="die_after_send")
    code = code_in(province.text("0900000204", POTHOLES)[0])
    assert len([mail for mail in province.mails(WARD) if code in mail["subject"].replace(" ", "")]) == 1
    province.faults(email="ok")
    province.advance(hours=2)
    mails = [mail for mail in province.mails(WARD) if f"{code}" in mail["subject"].replace(" ", "")]
    (row,) = rows(province, purpose="assignment")
    assert row["status"] in ("sent", "delivered")
    assert row["was_uncertain"]
    assert 1 <= len(mails) <= 2


def test_with_the_stream_off_for_an_hour_every_message_goes_out_once(province: Province) -> None:
    province.faults(stream="off")
    codes = [code_in(province.text(f"09000003{number:02}", POTHOLES)[0]) for number in range(5)]
    assert province.mails(WARD) == []
    province.advance(hours=1)
    seen = Counter(mail["subject"] for mail in province.mails(WARD))
    assert len(seen) == 5
    assert set(seen.values()) == {1}
    province.faults(stream="on")
    province.advance(minutes=10)
    assert Counter(mail["subject"] for mail in province.mails(WARD)) == seen
    assert all(any(code in subject.replace(" ", "") for subject in seen) for code in codes)
