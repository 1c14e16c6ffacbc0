"""Officers and waiting callers on the real tables and by Twilio's webhooks, and the desk's page that calls back."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from chalicelib import wiring
from chalicelib.domain.waiting import Queue, ring_window
from chalicelib.errors import CaseConflict
from chalicelib.storage.commit import commit

OFFICERS = ("+84900000391", "+84900000393", "+84900000394")
WINDOW = ring_window(3, in_order=False)


def twilio(deployed: Any, path: str, sid: str = "CA1", **params: str) -> str:
    form = {"CallSid": sid, "From": "+84900000001", "To": "+842771022", **params}
    for _ in range(3):
        answer = deployed.twilio(f"/twilio/{path}", form) if "/" not in path else _step(deployed, path, form)
    assert answer["statusCode"] == 200
    return str(answer["body"])


def _step(deployed: Any, path: str, form: dict[str, str]) -> dict[str, Any]:
    from urllib.parse import urlencode

    from twilio.request_validator import RequestValidator

    from tests.functional.conftest import PUBLIC_URL, TWILIO_TOKEN

    kind, _, rest = path.partition("/")
    names = ("message_id",) if kind == "call" else ("turn", "where")
    parts = dict(zip(names, rest.split("/"), strict=False))
    resource = f"/twilio/{kind}/" + "/".join(f"{{{name}}}" for name in parts)
    signature = RequestValidator(TWILIO_TOKEN).compute_signature(f"{PUBLIC_URL}/twilio/{path}", form)
    headers = {"content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature}
    return deployed.call(  # type: ignore[no-any-return]
        "POST",
        f"/twilio/{path}",
        body=urlencode(form),
        headers=headers,
        resource=resource,
        path_parameters=parts,
    )


def test_a_queue_comes_back_as_it_was_stored(deployed: Any) -> None:
    store, now = wiring.inbox_store(), deployed.now
    queue = store.queue("centre").joined("twilio#CA1", now, now).holding("twilio#CA2", OFFICERS, now, WINDOW)
    commit(queue=replace(queue, mean_seconds=61.25, talks=3))
    assert store.queue("centre") == replace(queue, mean_seconds=61.25, talks=3, version=1, stored_version=1)
    assert store.queue("ubnd_29905") == Queue("ubnd_29905")


def test_of_two_who_saw_the_same_queue_only_one_writes(deployed: Any) -> None:
    store, now = wiring.inbox_store(), deployed.now
    first, second = store.queue("centre"), store.queue("centre")
    commit(queue=first.holding("twilio#CA1", OFFICERS[:1], now, WINDOW))
    with pytest.raises(CaseConflict):
        commit(queue=second.holding("twilio#CA2", OFFICERS[:1], now, WINDOW))
    third, fourth = store.queue("centre"), store.queue("centre")
    commit(queue=third.joined("twilio#CA2", now, now))
    with pytest.raises(CaseConflict):
        commit(queue=fourth.joined("twilio#CA3", now, now))


def test_a_caller_is_put_through_by_webhooks(deployed: Any) -> None:
    twilio(deployed, "voice")
    rings = twilio(deployed, "voice/1", Digits="0")
    assert [number for number in OFFICERS if number in rings] == list(OFFICERS)
    leg = {"ParentCallSid": "CA1", "To": OFFICERS[1]}
    assert "0 0 1" in twilio(deployed, "voice/2/screen", "CA2", **leg)
    twilio(deployed, "voice/2/accept", "CA2", Digits="1", **leg)
    (hold,) = wiring.inbox_store().queue("centre").held
    assert (hold.phones, hold.taken) == ((OFFICERS[1],), True)
    twilio(deployed, "voice/2", DialCallStatus="completed", DialCallDuration="12")
    twilio(deployed, "voice-status", CallStatus="completed")
    assert deployed.case().events[-1].data["by"] == OFFICERS[1]
    assert wiring.inbox_store().queue("centre").held == ()


def test_the_desk_has_a_citizen_called_by_one_press(deployed: Any) -> None:
    twilio(deployed, "voice")
    twilio(deployed, "voice-status", CallStatus="completed")
    token = deployed.link("desk")
    page = deployed.page(token)["body"]
    assert "Gọi lại ngay" in page
    assert all(f"<option>{number}</option>" in page for number in OFFICERS)
    for _ in range(2):  # pressed twice
        assert "sắp đổ chuông" in deployed.page(token, {"act": "call", "text": OFFICERS[0]})["body"]
    (message,) = [row for row in deployed.rows("outbox") if row["channel"]["S"] == "call"]
    id = message["id"]["S"]
    assert re.fullmatch(r"\d{9}-2-call", id)
    assert "bấm Gọi lại ngay" in deployed.page(token)["body"]  # the history says it in words
    said = twilio(deployed, f"call/{id}", "CA9", From="+842771022", To=OFFICERS[0])
    assert "gọi lại cho người dân" in said.lower()
    rings = twilio(deployed, "voice/1", "CA9", From="+842771022", To=OFFICERS[0], Digits="1")
    assert "+84900000001</Number>" in rings
    assert "screen" not in rings
    twilio(deployed, "voice/2", "CA9", DialCallStatus="completed", DialCallDuration="75")
    assert deployed.case().events[-1].data["result"] == "talked"


def test_a_phone_that_is_not_the_packs_is_refused_on_the_page(deployed: Any) -> None:
    twilio(deployed, "voice")
    twilio(deployed, "voice-status", CallStatus="completed")
    refused = deployed.page(deployed.link("desk"), {"act": "call", "text": "+84900000666"})
    assert refused["statusCode"] == 400
    assert "Xin chọn một máy trong danh sách." in refused["body"]
    assert "Xin nhập nội dung" not in refused["body"]
    assert [row for row in deployed.rows("outbox") if row["channel"]["S"] == "call"] == []


def test_the_end_of_a_placed_call_nobody_answered_orders_the_next_try(deployed: Any) -> None:
    twilio(deployed, "voice")
    twilio(deployed, "voice-status", CallStatus="completed")
    deployed.page(deployed.link("desk"), {"act": "call", "text": ""})
    (first,) = [row["id"]["S"] for row in deployed.rows("outbox") if row["channel"]["S"] == "call"]
    end = {"CallSid": "CA9", "From": "+842771022", "To": OFFICERS[0], "CallStatus": "no-answer"}
    for _ in range(3):
        assert deployed.twilio("/twilio/voice-status", end, query={"id": first})["statusCode"] == 200
    tries = [row["id"]["S"] for row in deployed.rows("outbox") if row["channel"]["S"] == "call"]
    assert len(tries) == 2
