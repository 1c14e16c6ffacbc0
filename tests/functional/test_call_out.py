"""Call a citizen back: one press at the desk, the officer's phone, the citizen's, and the ladder of further tries."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain.message import Delivery
from chalicelib.domain.script import HangUp, Listen, Ring
from chalicelib.domain.stats import PROVINCE, contribution
from chalicelib.errors import ActionNotAllowed, MalformedRequest, SendFailed, SendUncertain
from chalicelib.gateways.ports import DeliveryReport
from chalicelib.usecases import notices
from chalicelib.usecases.call_out import placing
from chalicelib.usecases.call_status import spell_slowly
from chalicelib.usecases.send import Sending, sweep
from chalicelib.usecases.take_delivery import take_delivery
from tests.hotline import PHONE, Hotline
from tests.telephone import Telephone, queue
from tests.unit.worktime import written

OFFICERS = ("+84900000391", "+84900000393", "+84900000394")
DESK = "+84900000390"


class Dialled:
    """A voice provider that only remembers whom it rang."""

    name = "dialled"

    def __init__(self) -> None:
        self.calls: list[tuple[str, str]] = []
        self.problem: Exception | None = None

    def call(self, *, to: str, message_id: str) -> str:
        if self.problem is not None:
            raise self.problem
        self.calls.append((to, message_id))
        return f"CA{len(self.calls)}"


class Desk:
    """A hotline whose desk calls back."""

    def __init__(self) -> None:
        self.line = Hotline()
        self.dialled = Dialled()
        self._calls = 0

    def sending(self) -> Sending:
        stores, line = self.line.stores, self.line
        return Sending(
            outbox=stores.outbox,
            sms=lambda: None,  # type: ignore[arg-type,return-value]
            email=lambda: None,  # type: ignore[arg-type,return-value]
            compose=lambda message: None,  # type: ignore[arg-type,return-value]
            tell_desk=self.tell_desk,
            civil=lambda at: notices.civil_at(line.directory, at),
            voice=lambda: self.dialled,  # type: ignore[arg-type,return-value]
            placing=lambda message: placing(
                message,
                cases=stores.cases,
                inbox=stores.inbox,
                commit=stores.commit,
                directory=line.directory,
                now=line.now,
            ),
        )

    def tell_desk(self, message: Any) -> None:
        from chalicelib.usecases.message_failed import tell_desk_of_failure

        stores = self.line.stores
        tell_desk_of_failure(
            message,
            cases=stores.cases,
            commit=stores.commit,
            directory=self.line.directory,
            now=self.line.now,
        )

    def sweep(self) -> dict[str, int]:
        for message in self.line.messages():
            if message.channel != "call":  # this test looks at calls only
                self.line.stores._messages[message.id] = _sent(message)
        return sweep(sending=self.sending(), now=self.line.now)

    def officer(self) -> Telephone:
        """The officer's phone of the last call is picked up."""
        self._calls += 1
        to, about = self.dialled.calls[-1]
        return Telephone(
            self.line, caller="+842771022", called=to, id=f"twilio#out{self._calls}", about=about
        )

    def not_picked_up(self) -> None:
        """The officer's phone of the last call rang in vain."""
        self._calls += 1
        to, about = self.dialled.calls[-1]
        call = Telephone(
            self.line, caller="+842771022", called=to, id=f"twilio#out{self._calls}", about=about, start=False
        )
        call.did("ended", result="no-answer")

    def press(self, phone: str = "") -> None:
        self.line.desk("call", phone)

    @property
    def results(self) -> list[str]:
        return [
            event.data["result"] for event in self.line.case().events if event.data.get("contact") == "out"
        ]

    @property
    def tries(self) -> list[Any]:
        return self.line.messages(purpose="call_back")


def _sent(message: Any) -> Any:
    from dataclasses import replace

    return replace(message, status=Delivery.SENT)


@pytest.fixture
def desk() -> Desk:
    """A caller who hung up at the menu waits for a call."""
    desk = Desk()
    Telephone(desk.line, caller=PHONE).did("ended")
    return desk


def reach(desk: Desk, **how: Any) -> Telephone:
    call = desk.officer()
    call.did("keys", keys="1")
    desk.line.later(minutes=2)
    call.did("rung", **how)
    call.did("ended", result="completed")
    return call


def test_one_press_rings_the_officer_and_then_the_citizen(desk: Desk) -> None:
    desk.press(OFFICERS[1])
    assert desk.sweep()["sent"] == 1
    assert [to for to, _ in desk.dialled.calls] == [OFFICERS[1]]
    call = desk.officer()
    assert isinstance(call.last, Listen)
    assert spell_slowly(desk.line.case().code) in call.said
    assert PHONE not in call.said
    call.did("keys", keys="1")
    ring = call.last
    assert isinstance(ring, Ring)
    assert (ring.numbers, ring.screened) == ((PHONE,), False)
    desk.line.later(minutes=2)
    call.did("rung", result="completed", seconds=95)
    call.did("ended", result="completed")
    talk = desk.line.case().events[-1]
    assert desk.results == ["talked"]
    assert (talk.data["by"], talk.data["seconds"]) == (OFFICERS[1], 95)
    assert "1 phút 35 giây" in talk.note
    assert len(desk.tries) == 1
    assert queue(desk.line).held == ()


def test_a_form_sent_twice_rings_once(desk: Desk) -> None:
    desk.press()
    desk.press()
    assert len(desk.tries) == 1


def test_only_phones_of_the_pack_may_ring(desk: Desk) -> None:
    with pytest.raises(MalformedRequest, match="phone"):
        desk.press("+84900000666")


def test_who_left_no_number_cannot_be_called() -> None:
    line = Hotline()
    Telephone(line, caller="").did("ended")
    with pytest.raises(ActionNotAllowed):
        line.desk("call")


def test_a_landline_is_called_back_on_the_number_it_called_from() -> None:
    desk = Desk()
    Telephone(desk.line, caller="+842773851234").did("ended")
    desk.press()
    desk.sweep()
    call = desk.officer()
    call.did("keys", keys="1")
    assert call.last.numbers == ("+842773851234",)  # type: ignore[union-attr]


def test_the_officer_who_talks_is_not_rung_and_is_kept_from_callers_meanwhile(desk: Desk) -> None:
    caller = Telephone(desk.line, id="twilio#CA2", caller="+84900000102")
    caller.did("keys", keys="0")
    caller.officer_accepts(OFFICERS[0])
    desk.press()
    desk.sweep()
    assert desk.dialled.calls[0][0] == OFFICERS[1]
    other = Telephone(desk.line, id="twilio#CA3", caller="+84900000103")
    other.did("keys", keys="0")
    assert other.last.numbers == (OFFICERS[2],)  # type: ignore[union-attr]


def test_while_every_officer_talks_the_call_waits_a_minute(desk: Desk) -> None:
    desk.press(OFFICERS[0])
    caller = Telephone(desk.line, id="twilio#CA2", caller="+84900000102")
    caller.did("keys", keys="0")
    caller.officer_accepts(OFFICERS[0])
    assert desk.sweep() == {"waits": 1}
    caller.did("rung", result="completed", seconds=50)
    desk.line.later(minutes=1)
    assert desk.sweep()["sent"] == 1


def test_not_reached_is_tried_again_by_the_ladder_and_then_the_desk_decides(desk: Desk) -> None:
    desk.press()
    due = []
    for result in ("no-answer", "busy", "failed", "no-answer"):
        desk.sweep()
        reach(desk, result=result)
        if desk.tries[-1].status is Delivery.PENDING:
            due.append(written(desk.tries[-1].due_at))
            desk.line.now = desk.tries[-1].due_at
    assert due == ["Mon 02/03/2026 08:47", "Mon 02/03/2026 10:49", "Tue 03/03/2026 07:30"]
    assert desk.results == ["no-answer", "busy", "failed", "no-answer"]
    assert desk.line.desk_reasons() == ["call_back", "call_back_failed"]
    assert len(desk.tries) == 4


def test_the_ladder_begins_anew_when_the_desk_presses_again(desk: Desk) -> None:
    test_not_reached_is_tried_again_by_the_ladder_and_then_the_desk_decides(desk)
    desk.line.later(hours=1)
    desk.press()
    desk.sweep()
    reach(desk, result="no-answer")
    assert len(desk.tries) == 6


def test_nobody_is_called_again_outside_civil_hours(desk: Desk) -> None:
    desk.line.at("Mon 02/03/2026 20:50")
    desk.press()
    desk.sweep()
    reach(desk, result="no-answer")
    assert written(desk.tries[-1].due_at) == "Tue 03/03/2026 07:00"


@pytest.mark.parametrize("how", ["never picked up", "hung up", "no key"])
def test_an_officer_who_does_not_take_the_call_is_a_try_too(desk: Desk, how: str) -> None:
    desk.press()
    desk.sweep()
    if how == "never picked up":
        desk.not_picked_up()
    else:
        call = desk.officer()
        if how == "no key":
            call.did("silence")
            call.did("silence")
            assert isinstance(call.last, HangUp)
        call.did("ended", result="completed")
    assert desk.results == ["officer"]
    assert len(desk.tries) == 2
    assert queue(desk.line).held == ()


def test_a_citizen_who_was_reached_meanwhile_is_not_called_again(desk: Desk) -> None:
    desk.press()
    desk.sweep()
    reach(desk, result="busy")
    desk.press()  # a colleague is quicker than the ladder
    desk.line.later(minutes=3)
    desk.press()
    desk.sweep()
    reach(desk, result="completed", seconds=40)
    desk.line.later(minutes=30)
    before = len(desk.dialled.calls)
    assert desk.sweep()["dropped"] >= 1
    assert len(desk.dialled.calls) == before


def test_an_officer_who_hangs_up_first_after_a_talk_leaves_one_contact_and_no_further_try(desk: Desk) -> None:
    desk.press()
    desk.sweep()
    call = desk.officer()
    call.did("keys", keys="1")
    call.did("ended", result="completed")
    assert desk.results == []  # taken by the officer; how the citizen's phone rang is told by itself
    assert queue(desk.line).held == ()
    call.did("rung", result="completed", seconds=80)
    assert desk.results == ["talked"]
    assert len(desk.tries) == 1


def test_an_officer_who_hangs_up_while_it_rings_has_not_reached_the_citizen(desk: Desk) -> None:
    desk.press()
    desk.sweep()
    call = desk.officer()
    call.did("keys", keys="1")
    call.did("ended", result="completed")
    call.did("rung", result="no-answer")
    assert desk.results == ["no-answer"]
    assert len(desk.tries) == 2


def test_a_talk_told_after_the_end_counts_and_stops_the_ladder(desk: Desk) -> None:
    desk.press()
    desk.sweep()
    call = desk.officer()
    call.did("keys", keys="1")
    call.did("ended", result="failed")
    call.did("rung", result="completed", seconds=80)
    assert desk.results == ["failed", "talked"]
    desk.line.later(minutes=20)
    assert desk.sweep() == {"dropped": 1, "oldest_seconds": 300}


def test_a_provider_that_refuses_is_asked_again_and_one_that_is_silent_leaves_it_to_the_desk(
    desk: Desk,
) -> None:
    desk.press()
    desk.dialled.problem = SendFailed("busy", retry=True)
    assert desk.sweep() == {"retry": 1}
    desk.line.later(minutes=3)
    desk.dialled.problem = SendUncertain()
    assert desk.sweep()["uncertain"] == 1
    desk.line.later(minutes=3)
    desk.dialled.problem = None
    assert desk.sweep()["failed"] == 1  # it may have rung: never twice by itself
    assert desk.dialled.calls == []
    assert desk.line.desk_reasons()[-1] == "message_failed"


def test_the_providers_report_on_a_placed_call_orders_no_second_one(desk: Desk) -> None:
    desk.press()
    desk.sweep()
    report = DeliveryReport(desk.tries[0].id, "CA1", "failed", error="twilio: busy", retry=True)
    assert take_delivery(report, sending=desk.sending(), now=desk.line.now) == "delivered"
    assert desk.line.stores.outbox.get(desk.tries[0].id).status is Delivery.DELIVERED  # type: ignore[union-attr]


def test_every_call_is_counted_as_a_contact(desk: Desk) -> None:
    desk.press()
    desk.sweep()
    reach(desk, result="busy")
    desk.line.later(minutes=15)
    desk.sweep()
    reach(desk, result="completed", seconds=30)
    counted = contribution(desk.line.case())[PROVINCE, "2026-03-02"]
    assert {name: n for name, n in counted.items() if name.startswith("contacts")} == {
        "contacts": 2,
        "contacts.out.busy": 1,
        "contacts.out.talked": 1,
    }


def test_a_call_about_a_case_that_is_gone_hangs_up(desk: Desk) -> None:
    call = Telephone(desk.line, called=OFFICERS[0], id="twilio#out9", about="111111118-2-call")
    assert isinstance(call.last, HangUp)
    call.did("ended", result="completed")
