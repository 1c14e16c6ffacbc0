"""The lists that screens and jobs work through: complete, in order, with an end, and as cheap as promised."""

from base64 import urlsafe_b64encode
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest

from bench.meter import measured
from chalicelib.domain.case import Actor, Kind, Priority
from chalicelib.errors import CaseNotFound, MalformedRequest
from chalicelib.storage import case_store
from chalicelib.storage.case_store import CaseStore
from chalicelib.storage.commit import commit
from chalicelib.storage.page import cursor_of

pytestmark = pytest.mark.usefixtures("engine")


def codes(cases):
    return [case.code for case in cases]


def pages(read):
    """All pages of a list, read to its end."""
    found, after = [], None
    while True:
        page = read(after)
        found.append(codes(page.items))
        after = page.next
        if after is None:
            return found


def test_an_unknown_code_is_not_found():
    with pytest.raises(CaseNotFound):
        CaseStore().get("482177306")


def test_open_cases_of_an_agency_come_by_due_time(make_assigned, now):
    commit(cases=[make_assigned("111111111", due_in=30), make_assigned("222222222", due_in=10)])
    commit(cases=[make_assigned("333333333", due_in=20), make_assigned("444444444", agency="cong-an")])

    assert codes(CaseStore().open_for_agency("so-xay-dung").items) == ["222222222", "333333333", "111111111"]


def test_an_answered_case_leaves_the_agencys_list(make_assigned, now):
    commit(cases=[make_assigned()])
    commit(cases=[CaseStore().get("482177306").act("answer", actor=Actor.AGENCY, at=now, note="Da va xong")])

    assert CaseStore().open_for_agency("so-xay-dung").items == ()


def test_cases_of_a_list_carry_all_but_their_history(make_assigned):
    case = make_assigned(place="cho Sa Dec", service="giao-thong")
    commit(cases=[case])

    (listed,) = CaseStore().open_for_agency("so-xay-dung").items
    assert (listed.events, listed.version, listed.stored_version) == ((), 2, 2)
    assert (listed.place, listed.due_at, listed.status) == (case.place, case.due_at, case.status)


@pytest.mark.parametrize(
    "limit, shape",
    [
        pytest.param(2, [2, 2, 1], id="the last page is short"),
        pytest.param(5, [5], id="exactly one page has no next"),
        pytest.param(100, [5], id="more room than cases"),
    ],
)
def test_pages_end(make_assigned, limit, shape):
    for number in range(5):
        commit(cases=[make_assigned(f"11111111{number}", due_in=10 + number)])

    found = pages(lambda after: CaseStore().open_for_agency("so-xay-dung", limit=limit, after=after))

    assert [len(page) for page in found] == shape
    assert [code for page in found for code in page] == [f"11111111{number}" for number in range(5)]


def test_the_page_after_a_case_that_left_the_list_goes_on_where_it_stood(make_assigned, now):
    for number in range(3):
        commit(cases=[make_assigned(f"11111111{number}", due_in=10 + number)])
    first = CaseStore().open_for_agency("so-xay-dung", limit=1)
    commit(cases=[CaseStore().get("111111110").act("answer", actor=Actor.AGENCY, at=now)])

    second = CaseStore().open_for_agency("so-xay-dung", limit=1, after=first.next)
    assert codes(second.items) == ["111111111"]


ALTERED = {
    "no base64": "x",
    "no letters of it": "!!",
    "an empty list": "W10",
    "empty words": "WyIiLCAiIl0",
    "no list": "eyJhIjoxfQ",
    "a place that is none": cursor_of("a", "111111110"),
    "a lone surrogate": cursor_of("2026-03-02T01:30:00.000000Z", "11111111\ud800"),
    "a lone surrogate for a place": cursor_of("\ud800", "111111110"),
    "digits of another script": cursor_of("2026-03-02T01:30:00.000000Z", "١١١١١١١١٠"),
    "a key of another table": cursor_of("2026-03-02T01:30:00.000000Z", "twilio#SM1"),
    "a long one": cursor_of("2026-03-02T01:30:00.000000Z", "1" * 3000),
    "a deep one": urlsafe_b64encode(b"[" * 90_000).decode(),
}


@pytest.mark.parametrize("cursor", ALTERED.values(), ids=ALTERED)
def test_an_altered_page_cursor_is_refused(cursor, now):
    for read in (
        CaseStore().desk_queue,
        partial(CaseStore().open_for_agency, "so-xay-dung"),
        partial(CaseStore().received_on, now.date()),
        CaseStore().latest_published,
    ):
        with pytest.raises(MalformedRequest):
            read(after=cursor)


def test_a_cursor_of_one_agency_shows_nothing_of_it_to_another(make_assigned):
    for number in range(3):
        commit(cases=[make_assigned(f"11111111{number}", due_in=10 + number)])
    commit(cases=[make_assigned("999999999", agency="cong-an", due_in=99)])
    cursor = CaseStore().open_for_agency("so-xay-dung", limit=1).next

    assert codes(CaseStore().open_for_agency("cong-an", after=cursor).items) == ["999999999"]


def test_the_desk_sees_urgent_cases_and_emergencies_first(make_case, now):
    commit(cases=[make_case("111111111", at=now)])
    commit(cases=[make_case("222222222", at=now + timedelta(minutes=1), priority=Priority.URGENT)])
    commit(cases=[make_case("333333333", at=now + timedelta(minutes=2), emergency=True)])

    queue = CaseStore().desk_queue(limit=2)
    assert codes(queue.items) == ["222222222", "333333333"]
    assert codes(CaseStore().desk_queue(limit=2, after=queue.next).items) == ["111111111"]


def test_a_case_leaves_the_desks_queue_with_its_assignment_and_comes_back_when_returned(make_case, now):
    commit(cases=[make_case()])
    commit(
        cases=[
            CaseStore()
            .get("482177306")
            .act("assign", actor=Actor.DESK, at=now, agency="so-xay-dung", due_at=now + timedelta(hours=9))
        ]
    )
    assert CaseStore().desk_queue().items == ()
    commit(
        cases=[
            CaseStore().get("482177306").act("return", actor=Actor.AGENCY, at=now, agency=None, due_at=None)
        ]
    )
    assert codes(CaseStore().desk_queue().items) == ["482177306"]


def test_a_reporter_has_all_cases_newest_first_and_nobody_elses(make_case, make_assigned, now):
    commit(cases=[make_case("111111111", at=now), make_case("222222222", at=now + timedelta(days=1))])
    commit(
        cases=[
            make_case("333333333", at=now + timedelta(days=2)),
            make_case("444444444", reporter_id="other"),
        ]
    )

    assert codes(CaseStore().of_reporter("reporter-1")) == ["333333333", "222222222", "111111111"]
    assert codes(CaseStore().of_reporter("reporter-1", 1)) == ["333333333"]


def test_children_are_found_among_what_their_reporter_sent_before_and_after(make_case, now):
    parent = make_case("222222222", at=now)
    commit(cases=[make_case("111111111", at=now - timedelta(hours=1)), parent])
    commit(cases=[make_case("333333333", at=now, parent=parent.code)])
    commit(cases=[make_case("444444444", at=now + timedelta(minutes=2), parent=parent.code)])
    commit(cases=[make_case("555555555", at=now + timedelta(hours=1))])
    commit(cases=[make_case("666666666", at=now, parent=parent.code, reporter_id="somebody-else")])

    assert codes(CaseStore().children(parent)) == ["333333333", "444444444"]
    assert CaseStore().children(make_case(reporter_id="", reporter_address="")) == []


def test_a_case_without_an_address_is_stored_and_belongs_to_no_reporter(make_case):
    commit(cases=[make_case(reporter_id="", reporter_address="")])
    assert CaseStore().get("482177306").reporter_id == ""
    assert CaseStore().of_reporter("") == []


def test_a_day_is_a_day_in_viet_nam(make_case):
    last_minute = datetime(2026, 3, 2, 16, 59, tzinfo=UTC)
    commit(cases=[make_case("111111111", at=last_minute)])
    commit(cases=[make_case("222222222", at=last_minute + timedelta(minutes=1))])

    assert codes(CaseStore().received_on(date(2026, 3, 2)).items) == ["111111111"]
    assert codes(CaseStore().received_on(date(2026, 3, 3)).items) == ["222222222"]


def test_cases_wake_when_their_time_has_come_longest_due_first(make_assigned, now):
    commit(cases=[make_assigned("111111111", due_in=40), make_assigned("222222222", due_in=20)])
    commit(cases=[make_assigned("333333333", due_in=80)])

    assert CaseStore().wake_due(now) == []
    assert CaseStore().wake_due(now + timedelta(hours=10)) == ["222222222"]
    assert CaseStore().wake_due(now + timedelta(hours=20)) == ["222222222", "111111111"]
    assert CaseStore().wake_due(now + timedelta(hours=20), limit=1) == ["222222222"]


def test_a_case_that_is_put_off_wakes_later_and_is_otherwise_the_same(make_assigned, now):
    commit(cases=[make_assigned("111111111", due_in=10)])
    before = CaseStore().get("111111111")
    due, later = now + timedelta(hours=5), now + timedelta(hours=6)

    assert CaseStore().put_off("111111111", now=due, until=later)
    assert CaseStore().wake_due(due) == []
    assert CaseStore().wake_due(later) == ["111111111"]
    assert CaseStore().get("111111111") == replace(before, wake_at=later)
    commit(cases=[CaseStore().get("111111111").act("note", actor=Actor.SYSTEM, at=now)])


def test_a_case_somebody_has_just_moved_on_is_not_put_off(make_assigned, now):
    commit(cases=[make_assigned("111111111", due_in=10)])
    moved = CaseStore().get("111111111").wake_at
    assert not CaseStore().put_off("111111111", now=now, until=now + timedelta(days=9))
    assert not CaseStore().put_off("999999999", now=now, until=now + timedelta(days=9))
    assert CaseStore().get("111111111").wake_at == moved
    with pytest.raises(CaseNotFound):
        CaseStore().get("999999999")


def test_a_case_with_nothing_to_come_never_wakes(make_assigned, now):
    commit(cases=[make_assigned()])
    commit(cases=[CaseStore().get("482177306").act("withdraw", actor=Actor.CITIZEN, at=now, wake_at=None)])
    assert CaseStore().wake_due(now + timedelta(days=999)) == []


def test_the_reminder_job_reads_no_more_when_more_cases_are_open(make_assigned, now):
    def cost():
        with measured() as meter:
            due = CaseStore().wake_due(now + timedelta(hours=5))
        return due, meter.operations

    commit(cases=[make_assigned("111111111", due_in=10)])
    few = cost()
    for first in range(0, 60, 20):
        commit(
            cases=[make_assigned(f"2222222{number:02d}", due_in=100) for number in range(first, first + 20)]
        )

    assert cost() == few == (["111111111"], ["Query"])


def test_a_case_with_its_history_is_one_read(make_assigned):
    commit(cases=[make_assigned()])
    with measured() as meter:
        CaseStore().get("482177306")
    assert meter.operations == ["Query"]


def test_cases_by_code_come_in_the_order_asked(make_assigned):
    commit(cases=[make_assigned("111111111"), make_assigned("222222222")])
    assert codes(CaseStore().heads(["222222222", "000000000", "111111111", "222222222"])) == [
        "222222222",
        "111111111",
    ]


def listed(services, **asked):
    since, until = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
    return codes(
        CaseStore().listed(services, **({"since": since, "until": until, "skip": 0, "limit": 100} | asked))
    )


def test_cases_for_other_systems_come_newest_first_over_all_fields(make_case, now):
    made = []
    for hours, service in enumerate(("giao_thong", "dien", "giao_thong", None)):
        at = now + timedelta(hours=hours)
        made.append(make_case(f"{hours}82177306", at=at, service=service, channel="open311"))
        commit(cases=made[-1:])
    roads, power, roads_again, none = codes(made)
    assert listed(("giao_thong", "dien", "khac")) == [none, roads_again, power, roads]
    assert listed(("giao_thong",)) == [roads_again, roads]
    assert listed(("giao_thong", "dien"), skip=1, limit=1) == [power]
    assert listed(("khac",)) == [none]
    within = {"since": now + timedelta(hours=1), "until": now + timedelta(hours=2)}
    assert listed(("giao_thong", "dien"), **within) == [roads_again, power]
    assert listed(("giao_thong", "dien"), wants=lambda case: case.code == roads) == [roads]
    assert listed(("giao_thong",), skip=1000) == []
    assert listed(()) == []


@pytest.mark.parametrize("channel", ["sms", "open311"])
def test_denunciations_and_advertisements_are_in_no_list_for_other_systems(make_assigned, channel):
    commit(cases=[make_assigned("111111111", kind=Kind.DENUNCIATION, service="dien", channel=channel)])
    commit(cases=[make_assigned("222222222", spam=True, service="dien", channel=channel)])
    assert listed(("dien",)) == []


def test_a_case_is_listed_while_it_is_not_with_the_desk(make_case, now):
    commit(
        cases=[
            make_case("111111111", service="dien"),
            make_case("222222222", service="dien", channel="open311"),
        ]
    )
    assert listed(("dien",)) == ["222222222"]
    due = now + timedelta(days=3)
    case = CaseStore().get("111111111").act("assign", actor=Actor.DESK, at=now, agency="dien-luc", due_at=due)
    commit(cases=[case])
    assert listed(("dien",)) == ["222222222", "111111111"]
    back = CaseStore().get("111111111").act("return", actor=Actor.AGENCY, at=now, agency=None, due_at=None)
    commit(cases=[back])
    assert listed(("dien",)) == ["222222222"]


def test_nothing_is_looked_at_behind_the_newest(make_assigned, now, monkeypatch):
    monkeypatch.setattr(case_store, "MOST_LISTED", 3)
    all_codes = [f"{number}82177306" for number in range(6)]
    for number, code in enumerate(all_codes):
        commit(cases=[make_assigned(code, due_in=99, at=now + timedelta(hours=number), service="dien")])
    newest = all_codes[:2:-1]
    asked = []
    assert listed(("dien",)) == newest
    assert listed(("dien",), wants=lambda case: asked.append(case.code)) == [] and asked == newest
    assert listed(("dien",), skip=2, limit=1000) == newest[2:]
    with measured() as meter:
        assert listed(("dien",), skip=3) == [] == listed(("dien",), skip=999_999_000, limit=1000)
        assert listed(("dien",), skip=3, wants=lambda case: True) == []
    assert meter.operations == []


def test_a_case_stays_in_the_list_and_moves_with_its_field(make_assigned, now):
    case = make_assigned(service="dien")
    commit(cases=[case])
    kept = CaseStore().get(case.code)
    commit(cases=[replace(kept.act("describe", actor=Actor.DESK, at=now), service="giao_thong")])
    assert (listed(("dien",)), listed(("giao_thong",))) == ([], [case.code])
