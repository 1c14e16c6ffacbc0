"""Each case is counted once, whatever the stream does."""

from datetime import date, timedelta
from itertools import permutations

import pytest

from bench.meter import measured
from chalicelib.storage.stats_store import StatsStore

pytestmark = pytest.mark.usefixtures("engine")

DAY, NEXT = date(2026, 3, 2), date(2026, 3, 3)
RECEIVED = {("province", DAY): {"received": 1, "received.kind.question": 1}}
ANSWERED = {**RECEIVED, ("province", NEXT): {"handled": 1}, ("agency#sxd", NEXT): {"handled": 1}}
MOVED = {("province", DAY): {"received": 1, "received.kind.complaint": 1}}


def counted():
    return StatsStore().read("province", DAY, NEXT)


def test_a_case_adds_what_it_contributes():
    assert StatsStore().apply("1", 2, RECEIVED)
    assert StatsStore().apply("2", 1, RECEIVED)
    assert counted() == {DAY: {"received": 2, "received.kind.question": 2}}


def test_the_same_record_twice_counts_once():
    assert StatsStore().apply("1", 2, RECEIVED)
    assert not StatsStore().apply("1", 2, RECEIVED)
    assert counted() == {DAY: {"received": 1, "received.kind.question": 1}}


@pytest.mark.parametrize("order", list(permutations([1, 2, 3])), ids=str)
def test_records_in_any_order_end_with_the_last_version(order):
    contributions = {1: RECEIVED, 2: ANSWERED, 3: MOVED}
    for version in (*order, *order):
        StatsStore().apply("1", version, contributions[version])
    assert counted() == {DAY: {"received": 1, "received.kind.complaint": 1}}
    assert StatsStore().contribution("1") == (3, {("province", DAY): MOVED["province", DAY]})


def test_an_older_record_does_not_count_after_a_newer_one_that_changed_nothing():
    StatsStore().apply("1", 1, RECEIVED)
    assert StatsStore().apply("1", 3, RECEIVED)
    assert not StatsStore().apply("1", 2, MOVED)
    assert counted() == {DAY: {"received": 1, "received.kind.question": 1}}


def test_what_is_counted_anew_since_the_last_deploy_is_added_at_the_version_known():
    fuller = {**RECEIVED, ("area#29869", DAY): {"received": 1}}
    StatsStore().apply("1", 2, RECEIVED)
    assert StatsStore().apply("1", 2, fuller)
    assert not StatsStore().apply("1", 2, fuller)
    assert StatsStore().read("area#29869", DAY, DAY) == {DAY: {"received": 1}}
    assert counted() == {DAY: RECEIVED["province", DAY]}
    assert StatsStore().contribution("1") == (2, fuller)
    StatsStore().apply("1", 3, fuller)
    assert StatsStore().read("area#29869", DAY, DAY) == {DAY: {"received": 1}}


def test_a_record_that_is_known_costs_one_read():
    StatsStore().apply("1", 1, RECEIVED)
    with measured() as meter:
        assert not StatsStore().apply("1", 1, RECEIVED)
    assert meter.operations == ["GetItem"]


def test_a_fuller_count_of_one_version_in_several_hands_counts_once(at_once):
    StatsStore().apply("1", 1, RECEIVED)
    outcomes = at_once(*[lambda: StatsStore().apply("1", 1, ANSWERED)] * 4)
    assert sorted(outcomes) == [False, False, False, True]
    assert counted()[NEXT] == {"handled": 1}


def test_a_record_that_changes_nothing_costs_one_plain_write():
    StatsStore().apply("1", 1, RECEIVED)
    with measured() as meter:
        StatsStore().apply("1", 2, RECEIVED)
    assert meter.operations == ["GetItem", "PutItem"]


def test_the_same_record_in_several_hands_counts_once(at_once):
    outcomes = at_once(*[lambda: StatsStore().apply("1", 1, RECEIVED)] * 4)
    assert sorted(outcomes) == [False, False, False, True]
    assert counted() == {DAY: {"received": 1, "received.kind.question": 1}}


def test_many_cases_at_once_are_all_counted(at_once):
    outcomes = at_once(*[lambda code=code: StatsStore().apply(str(code), 1, RECEIVED) for code in range(4)])
    assert outcomes == [True] * 4
    assert counted()[DAY]["received"] == 4


def test_a_report_reads_days_and_not_cases():
    for number in range(20):
        day = DAY + timedelta(days=number)
        StatsStore().apply(
            str(number), 1, {("province", day): {"received": 1}, ("agency#sxd", day): {"received": 1}}
        )

    with measured() as meter:
        days = StatsStore().read("province", DAY, DAY + timedelta(days=9))
    assert meter.operations == ["Query"]
    assert list(days) == [DAY + timedelta(days=number) for number in range(10)]


def test_a_day_can_be_set_right():
    StatsStore().apply("1", 1, RECEIVED)
    StatsStore().add("province", DAY, {"received": 6, "received.kind.question": -1})
    assert counted() == {DAY: {"received": 7}}


def test_nothing_counted_is_nothing():
    assert counted() == {}
    assert StatsStore().contribution("1") == (0, {})


@pytest.mark.parametrize("name", ["a.b", "a-b", "a b", "size", "đất đai", "rated.3", "day2"])
def test_a_counter_may_have_any_name(name):
    StatsStore().apply("1", 1, {("province", DAY): {name: 2}})
    StatsStore().apply("1", 2, {("province", DAY): {name: 5}})
    assert counted() == {DAY: {name: 5}}


def test_the_scopes_that_have_counters_are_known():
    stats = StatsStore()
    stats.apply("111111118", 1, {("province", "2026-03-02"): {"received": 1}})
    stats.apply("222222226", 1, {("agency#so-y-te", "2026-03-02"): {"received": 1}})

    assert stats.scopes() == {"province", "agency#so-y-te"}
