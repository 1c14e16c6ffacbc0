"""Reach a person: who rings, who waits and is told what, who is called back, what stands in the case afterwards."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest

from chalicelib.domain.contact import number_of
from chalicelib.domain.ladder import next_step
from chalicelib.domain.script import HangUp, Leave, Listen, Record, Ring, Wait
from tests.hotline import Hotline
from tests.telephone import Telephone, queue
from tests.unit.worktime import at, written

OFFICERS = ("+84900000391", "+84900000393", "+84900000394")
"""Of Đồng Tháp's centre since two tiers, rung together."""

EVENING = "Mon 02/03/2026 21:30"


@pytest.fixture
def line() -> Hotline:
    return Hotline()


@pytest.fixture
def dial(line: Hotline) -> Any:
    number = count(1)

    def dialled(**given: Any) -> Telephone:
        n = next(number)
        return Telephone(line, **{"caller": f"+849000001{n:02}", "id": f"twilio#CA{n}", **given})

    return dialled


@pytest.fixture
def busy(line: Hotline, dial: Any) -> list[Telephone]:
    """All three officers talk."""
    calls = []
    for officer in OFFICERS:
        call = dial()
        call.did("keys", keys="0")
        assert isinstance(call.last, Ring)
        call.officer_accepts(officer)
        calls.append(call)
    line.later(seconds=30)
    return calls


def waiting(dial: Any) -> Telephone:
    call = dial()
    call.did("keys", keys="0")
    assert isinstance(call.last, Wait)
    call.did("waiting")
    return call


def test_the_officers_on_duty_ring_together_and_hear_who_calls_about_what(dial: Any) -> None:
    call = dial(caller="+84900000789")
    assert "nối máy" in call.did("keys", keys="0")
    ring = call.last
    assert isinstance(ring, Ring)
    assert (ring.numbers, ring.in_order, ring.screened) == (OFFICERS, False, True)
    assert "7 8 9" in ring.whisper
    assert "84900000789" not in ring.whisper


def test_on_a_holiday_those_on_duty_ring_one_after_the_other(line: Hotline, dial: Any) -> None:
    line.at("Wed 18/02/2026 09:00")  # the second day of Tết
    call = dial()
    call.did("keys", keys="0")
    assert isinstance(call.last, Ring)
    assert (call.last.numbers, call.last.in_order) == (("+84900000392", "+84900000390"), True)


def test_the_officer_hears_what_case_the_caller_already_has(line: Hotline, dial: Any) -> None:
    line.text("Den duong hong truoc cho Sa Dec, phuong Sa Dec")
    call = dial()
    call.did("keys", keys="3")
    call.did("keys", keys=line.case().code)
    call.did("keys", keys="0")
    assert "đã có hồ sơ về phường Sa Đéc" in call.last.whisper


def test_a_talk_leaves_a_case_to_fill_in_with_the_talk_in_its_history(line: Hotline, dial: Any) -> None:
    call = dial()
    call.did("keys", keys="0")
    call.officer_accepts(OFFICERS[1])
    line.later(minutes=4)
    assert isinstance((call.did("rung", result="completed", seconds=230), call.last)[1], HangUp)
    call.did("ended")
    assert len(line.cases) == 1
    assert line.desk_reasons() == ["talked"]
    talk = line.case().events[-1]
    assert (talk.data["contact"], talk.data["result"], talk.data["seconds"], talk.data["by"]) == (
        "in",
        "talked",
        230,
        OFFICERS[1],
    )
    assert "3 phút 50 giây" in talk.note
    assert queue(line).held == ()


def test_a_talk_about_a_case_stands_in_that_case(line: Hotline, dial: Any) -> None:
    line.text("Den duong hong truoc cho Sa Dec, phuong Sa Dec")
    call = dial()
    call.did("keys", keys="3")
    call.did("keys", keys=line.case().code)
    call.did("keys", keys="0")
    call.officer_accepts(OFFICERS[0])
    call.did("rung", result="completed", seconds=60)
    call.did("ended")
    assert len(line.cases) == 1
    assert line.case().events[-1].data["result"] == "talked"
    assert line.desk_reasons() == []


@pytest.mark.parametrize("first", ["rung", "ended"])
def test_a_talk_is_recorded_once_whatever_is_told_first(line: Hotline, dial: Any, first: str) -> None:
    call = dial()
    call.did("keys", keys="0")
    call.officer_accepts(OFFICERS[0])
    line.later(minutes=1)
    told: tuple[dict[str, Any], ...] = (
        {"kind": "rung", "result": "completed", "seconds": 60},
        {"kind": "ended"},
    )
    for what in told if first == "rung" else told[::-1]:
        call.did(**what)
    assert [event.data.get("result") for event in line.case().events if "contact" in event.data] == ["talked"]
    assert line.desk_reasons() == ["talked"]


def test_a_private_voicemail_never_counts_as_a_talk(line: Hotline, dial: Any) -> None:
    """Who picked up and pressed nothing is told as completed too, after the whisper's few seconds."""
    call = dial()
    call.did("keys", keys="0")
    assert "chưa nghe máy" in call.did("rung", result="completed", seconds=9)
    assert line.cases == []


def test_nobody_picks_up_three_times_and_the_caller_leaves_word(line: Hotline, dial: Any) -> None:
    call = dial()
    call.did("keys", keys="0")
    for _ in range(2):
        call.did("rung", result="no-answer")
        assert isinstance(call.last, Wait)  # these officers are left alone for a minute
        line.later(seconds=61)
        call.did("waiting")
        assert isinstance(call.last, Leave)
        call.did("left", result="leave")
        assert isinstance(call.last, Ring)
    call.did("rung", result="busy")
    assert isinstance(call.last, Record)
    call.did("recorded", recording="RE1", seconds=12)
    assert line.desk_reasons() == ["call_back"]
    assert line.case().events[0].data["recording"] == "RE1"


def test_the_officers_who_rang_in_vain_for_one_are_free_for_the_next(line: Hotline, dial: Any) -> None:
    call, other = dial(), dial()
    call.did("keys", keys="0")
    call.officer_accepts(OFFICERS[1])
    other.did("keys", keys="0")
    assert other.last.numbers == (OFFICERS[0], OFFICERS[2])


@pytest.mark.usefixtures("busy")
def test_who_waits_is_told_the_place_and_the_time_in_changing_words(line: Hotline, dial: Any) -> None:
    first, second = waiting(dial), waiting(dial)
    assert "người tiếp theo" in first.said
    assert "khoảng 1 phút" in first.said
    assert "còn 1 người" in second.said
    assert "khoảng 2 phút" in second.said
    assert isinstance(second.last, Listen)  # a key is taken while it is said
    said = []
    for _ in range(3):
        line.later(seconds=15)
        said.append(second.did("waiting"))
    assert len(set(said)) == 3


def test_first_come_first_served(line: Hotline, dial: Any, busy: list[Telephone]) -> None:
    first, second = waiting(dial), waiting(dial)
    busy[0].did("rung", result="completed", seconds=40)
    line.later(seconds=5)
    second.did("waiting")
    assert isinstance(second.last, Listen)  # the officer is the first one's
    newcomer = dial()
    newcomer.did("keys", keys="0")
    assert isinstance(newcomer.last, Wait)
    first.did("waiting")
    assert isinstance(first.last, Leave)
    first.did("left", result="leave")
    assert first.last.numbers == (OFFICERS[0],)
    assert "người tiếp theo" in second.did("waiting")


def test_two_callers_who_see_one_officer_free_at_once_do_not_both_get_them(
    line: Hotline, dial: Any, busy: list[Telephone]
) -> None:
    first, second = waiting(dial), waiting(dial)
    busy[0].did("rung", result="completed", seconds=40)
    read = line.stores.inbox.queue
    seen = []

    def interrupted(name: str) -> Any:
        found = read(name)
        if not seen:  # between this caller's look and their writing the first caller gets the officer
            seen.append(name)
            first.did("waiting")
        return found

    line.stores.inbox.queue = interrupted  # type: ignore[method-assign]
    newcomer_or_second = second.did("waiting")
    assert newcomer_or_second
    assert isinstance(first.last, Leave)
    assert isinstance(second.last, Listen)
    assert sum(OFFICERS[0] in hold.phones for hold in queue(line).held) == 1


@pytest.mark.usefixtures("busy")
def test_key_1_in_the_queue_keeps_the_place_as_a_call_back(line: Hotline, dial: Any) -> None:
    before = len(line.cases)
    call = waiting(dial)
    asked_at = line.now
    line.later(minutes=3)
    assert "Thứ tự của bạn được giữ" in call.did("keys", keys="1")
    assert isinstance(call.last, Leave)
    call.did("left", result="leave")
    assert isinstance(call.last, HangUp)
    call.did("ended")
    assert len(line.cases) == before + 1
    assert line.desk_reasons()[-1] == "call_back"
    assert line.case().received_at == asked_at  # when the call began, not when the key was pressed
    assert all(waiter.call_id != call.id for waiter in queue(line).waiting)


@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize("told", [("left", "ended"), ("ended",), ("ended", "left")])
def test_who_hangs_up_while_waiting_is_called_back_once(
    line: Hotline, dial: Any, told: tuple[str, ...]
) -> None:
    call, behind = waiting(dial), waiting(dial)
    before = len(line.cases)
    for kind in told:
        call.did(kind, result="hangup")
    assert len(line.cases) == before + 1
    assert line.desk_reasons()[-1] == "call_back"
    assert queue(line).ahead(behind.id, line.now) == 0


@pytest.mark.parametrize("step", range(4))
def test_hanging_up_at_any_step_leaves_one_case_and_nobody_held(line: Hotline, dial: Any, step: int) -> None:
    call = dial()
    for did in (
        {"kind": "keys", "keys": "0"},
        {"kind": "rung", "result": "no-answer"},
        {"kind": "waiting"},
    )[:step]:
        call.did(**did)
    call.did("ended")
    assert len(line.cases) == 1
    assert all(hold.call_id == "" for hold in queue(line).held)
    assert queue(line).waiting == ()


def test_out_of_hours_the_caller_hears_when_somebody_calls_back_and_the_desk_is_reminded_then(
    line: Hotline, dial: Any
) -> None:
    line.at(EVENING)
    call = dial()
    assert "từ 07:00 thứ Ba 03/03/2026" in call.did(
        "keys", keys="0"
    )  # from 06:30 they are there, but people sleep
    assert isinstance(call.last, Record)
    assert "từ 07:00 thứ Ba 03/03/2026" in call.did("recorded", recording="RE1", seconds=20)
    call.did("ended")
    assert len(line.cases) == 1
    case = line.case()
    step = next_step(case, line.directory)
    assert step is not None
    assert (step.name, written(step.at)) == ("call_back", "Tue 03/03/2026 07:00")
    assert case.wake_at == step.at
    line.at("Tue 03/03/2026 07:00").wake()
    line.wake()
    assert line.desk_reasons() == ["call_back", "call_back"]


def test_hanging_up_instead_of_leaving_word_is_called_back_all_the_same(line: Hotline, dial: Any) -> None:
    line.at(EVENING)
    call = dial()
    call.did("keys", keys="0")
    call.did("ended")
    assert written(line.case().wake_at) == "Tue 03/03/2026 07:00"  # type: ignore[arg-type]


@pytest.mark.usefixtures("busy")
def test_a_line_that_closes_while_somebody_waits_lets_them_leave_word(line: Hotline, dial: Any) -> None:
    line.at("Mon 02/03/2026 20:59")
    call = dial()
    line.stores._queues.clear()
    call.did("keys", keys="0")
    call.officer_accepts(OFFICERS[0])
    other = dial()
    other.did("keys", keys="0")
    other.officer_accepts(OFFICERS[1])
    third = dial()
    third.did("keys", keys="0")
    third.officer_accepts(OFFICERS[2])
    fourth = waiting(dial)
    line.at("Mon 02/03/2026 21:00")
    fourth.did("waiting")
    assert isinstance(fourth.last, Leave)
    fourth.did("left", result="leave")
    assert isinstance(fourth.last, Record)


@pytest.mark.usefixtures("busy")
def test_who_hides_the_number_is_asked_where_to_call(line: Hotline, dial: Any) -> None:
    call = dial(caller="")
    call.did("keys", keys="0")
    call.did("waiting")
    call.did("keys", keys="1")
    assert "bấm số điện thoại" in call.did("left", result="leave")
    assert "ghi số gọi lại" in call.did("keys", keys="0900000555")
    call.did("ended")
    assert number_of(line.case()) == "+84900000555"


def test_a_hidden_number_hears_no_digits_whispered(dial: Any) -> None:
    call = dial(caller="")
    call.did("keys", keys="0")
    assert "giấu số" in call.last.whisper


@pytest.mark.parametrize("given", ["0900000555", "84900000555", "900000555"])
def test_a_number_left_by_keypad_is_called_however_it_is_written(
    line: Hotline, dial: Any, given: str
) -> None:
    line.at(EVENING)
    call = dial(caller="")
    call.did("keys", keys="0")
    call.did("recorded", recording="RE1", seconds=5)
    call.did("keys", keys=given)
    assert number_of(line.case()) == "+84900000555"


def test_late_news_of_a_queue_left_behind_changes_nothing(line: Hotline, dial: Any) -> None:
    call = dial()
    call.did("keys", keys="0")
    call.did("waiting")
    assert isinstance(call.last, Leave)
    assert call.state.step == "person.rung"


def test_an_officer_who_accepts_an_unknown_or_ended_call_changes_nothing(line: Hotline, dial: Any) -> None:
    Telephone(line, id="twilio#CA404", start=False).officer_accepts(OFFICERS[0])
    call = dial()
    call.did("ended")
    before = line.stores.everything()
    call.officer_accepts(OFFICERS[0])
    assert line.stores.everything() == before
    assert at("Mon 02/03/2026 08:30") == line.now
