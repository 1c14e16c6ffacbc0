"""A simulated hour of 200 callers against five officers: nobody is lost, and what the waiting are told is true."""

from __future__ import annotations

from collections import Counter

import pytest

from bench.queue import CALLERS, Hour, simulate, table
from chalicelib.domain.contact import talked_since


@pytest.fixture(scope="module")
def hour() -> Hour:
    return simulate()


def test_every_caller_was_answered_called_back_or_is_queued_for_it(hour: Hour) -> None:
    assert len(hour.callers) == CALLERS
    assert hour.ends[""] == 0
    for caller in hour.callers:
        (case,) = hour.case_of(caller)  # one, never two
        asked_for = [
            event for event in case.events if event.data.get("call_back") or event.data.get("talked")
        ]
        assert len(asked_for) == 1
        if caller.end == "answered":
            assert talked_since(case, case.received_at)
    told_the_desk = Counter(message.case_code for message in hour.messages if message.purpose == "desk")
    assert all(told_the_desk[case.code] for case in hour.cases)


def test_most_of_those_who_wait_for_a_call_are_called_in_the_hours_after(hour: Hour) -> None:
    owed = [case for case in hour.cases if case.events[0].data.get("call_back")]
    called = [case for case in owed if talked_since(case, case.received_at)]
    assert len(called) > 0.8 * len(owed)
    tried = {message.case_code for message in hour.messages if message.purpose == "call_back"}
    assert {case.code for case in owed} == tried


def test_callers_are_called_back_in_the_order_in_which_they_called(hour: Hour) -> None:
    first_tries: dict[str, int] = {}
    for n, message in enumerate(message for message in hour.messages if message.purpose == "call_back"):
        first_tries.setdefault(message.case_code or "", n)
    by_code = {case.code: case for case in hour.cases}
    came = [by_code[code].received_at for code in first_tries]
    assert came == sorted(came)


def test_no_officer_is_rung_while_talking(hour: Hour) -> None:
    assert hour.double_talks == 0


def test_every_place_that_was_told_was_the_place(hour: Hour) -> None:
    news = [news for caller in hour.callers for news in caller.news]
    assert len(news) > 1000
    assert [one for one in news if one.ahead != one.really_ahead] == []


def test_the_time_that_was_told_was_the_time_or_little_less(hour: Hour) -> None:
    told = [(real, minutes) for real, minutes in hour.kept if minutes is not None]
    kept = [real <= minutes for real, minutes in told]
    assert sum(kept) > 0.75 * len(kept)
    assert max(real - minutes for real, minutes in told) < 3
    # nor is anybody scared away: people ahead who give up make it shorter than told, not several times so
    assert sum(minutes - real for real, minutes in told) / len(told) < 3


def test_officers_are_kept_busy_while_people_wait(hour: Hour) -> None:
    """Five officers can have no more than some 115 talks of two and a half minutes in the hour."""
    assert hour.ends["answered"] > 100


def test_the_hour_is_told_as_a_table(hour: Hour) -> None:
    rows = dict(table(hour))
    assert rows["callers"] == "200"
    assert rows["  lost"] == "0"


def test_told_everything_three_times_the_hour_is_the_same() -> None:
    once, thrice = (simulate(40, 2, hours=1.5, repeats=repeats) for repeats in (1, 3))
    assert once.ends == thrice.ends
    assert [(case.status, case.version) for case in once.cases] == [
        (case.status, case.version) for case in thrice.cases
    ]
    assert [message.id for message in once.messages] == [message.id for message in thrice.messages]
