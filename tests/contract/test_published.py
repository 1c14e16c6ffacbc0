"""Published words: stored with their event, gone with the step that takes them off, listed at one cost for ever."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bench.meter import measured
from chalicelib.domain.case import Actor, Case, Kind, Status
from chalicelib.domain.published import Published
from chalicelib.errors import CaseConflict, MalformedRequest
from chalicelib.storage.case_store import CaseStore
from chalicelib.storage.commit import commit
from chalicelib.storage.page import cursor_of
from chalicelib.storage.tables import RECORDS, from_stream_image
from local.database import client

pytestmark = pytest.mark.usefixtures("engine")

CODE = "482177306"


@pytest.fixture
def publish(make_assigned, now):
    """Store a case that was answered, then published some minutes later."""

    def make(code: str = CODE, minutes: int = 5, **fields) -> Case:
        commit(
            cases=[make_assigned(code, **fields).act("answer", actor=Actor.AGENCY, at=now, answered_at=now)]
        )
        return put(code, minutes)

    def put(code: str, minutes: int) -> Case:
        at = now + timedelta(minutes=minutes)
        case = CaseStore().get(code).act("publish", actor=Actor.DESK, at=at, published_at=at)
        commit(cases=[case], published=Published(code, f"Ổ gà {code}", "Đã vá", at))
        return case

    return make


def test_words_are_read_by_code_and_what_is_not_published_is_left_out(publish, make_assigned, now):
    commit(cases=[make_assigned("111111118")])
    publish()
    at = now + timedelta(minutes=5)
    assert CaseStore().published([CODE, "111111118", "000000000", CODE]) == {
        CODE: Published(CODE, f"Ổ gà {CODE}", "Đã vá", at)
    }
    assert CaseStore().published([]) == {}
    assert CaseStore().get(CODE).published_at == at


@pytest.mark.parametrize(
    ("action", "actor", "to"),
    [
        ("unpublish", Actor.DESK, Status.ANSWERED),
        ("object", Actor.CITIZEN, Status.ASSIGNED),
        ("object", Actor.CITIZEN, Status.RECEIVED),
    ],
)
def test_a_step_that_takes_it_off_takes_the_words_with_it(publish, now, engine, action, actor, to):
    publish()
    changes = {"published_at": None} if action == "unpublish" else {}
    commit(cases=[CaseStore().get(CODE).act(action, actor=actor, at=now, to=to, **changes)])

    assert CaseStore().published([CODE]) == {}
    assert CaseStore().latest_published().items == ()
    assert CaseStore().get(CODE).published_at is None
    assert "Ổ gà" not in stored_text(engine)


def stored_text(engine) -> str:
    from chalicelib import settings

    found = client(settings.dynamodb_endpoint() or "").scan(TableName=engine["cases"])["Items"]
    return str([item for item in found if item["item"]["S"] == "public"])


def test_a_rating_leaves_it_published(publish, now):
    publish()
    rated = CaseStore().get(CODE).act("rate", actor=Actor.CITIZEN, at=now, data={"rating": 3}, rating=3)
    commit(cases=[rated])
    ((case, words),) = CaseStore().latest_published().items
    assert (case.rating, words.answer) == (3, "Đã vá")


def test_a_case_that_was_taken_off_can_be_published_again(publish, now):
    publish()
    commit(cases=[CaseStore().get(CODE).act("unpublish", actor=Actor.DESK, at=now, published_at=None)])
    at = now + timedelta(minutes=9)
    again = CaseStore().get(CODE).act("publish", actor=Actor.DESK, at=at, published_at=at)
    commit(cases=[again], published=Published(CODE, "Ổ gà", "Đã vá lại", at))
    assert CaseStore().published([CODE])[CODE].answer == "Đã vá lại"


def test_of_two_who_publish_at_once_one_is_told(publish, at_once, make_assigned, now):
    commit(cases=[make_assigned().act("answer", actor=Actor.AGENCY, at=now, answered_at=now)])
    at = now + timedelta(minutes=1)

    def put(words: str) -> None:
        case = CaseStore().get(CODE).act("publish", actor=Actor.DESK, at=at, published_at=at)
        both_have_read.wait(timeout=10)
        commit(cases=[case], published=Published(CODE, words, words, at))

    from threading import Barrier

    both_have_read = Barrier(2)
    outcomes = at_once(lambda: put("một"), lambda: put("hai"))
    assert sorted(type(one).__name__ for one in outcomes) == ["CaseConflict", "NoneType"]
    stood = "một" if outcomes[0] is None else "hai"
    assert CaseStore().published([CODE])[CODE].matter == stood


def test_words_of_a_case_that_moved_on_are_not_stored(publish, make_assigned, now):
    commit(cases=[make_assigned().act("answer", actor=Actor.AGENCY, at=now, answered_at=now)])
    seen = CaseStore().get(CODE)
    commit(cases=[seen.act("object", actor=Actor.CITIZEN, at=now, to=Status.ASSIGNED)])
    with pytest.raises(CaseConflict):
        commit(
            cases=[seen.act("publish", actor=Actor.DESK, at=now, published_at=now)],
            published=Published(CODE, "x", "y", now),
        )
    assert CaseStore().published([CODE]) == {}


@pytest.mark.parametrize("limit", [2, 5, 6])
def test_the_list_comes_newest_first_and_ends(publish, limit):
    for number in range(5):
        publish(f"11111111{number}", minutes=number)
    found, after, rounds = [], None, 0
    while rounds == 0 or after is not None:
        page = CaseStore().latest_published(limit=limit, after=after)
        found += [(case.code, words.code) for case, words in page.items]
        after, rounds = page.next, rounds + 1
    assert found == [(f"11111111{number}", f"11111111{number}") for number in (4, 3, 2, 1, 0)]
    assert rounds == -(-5 // limit)


def test_a_page_may_begin_at_any_moment_and_at_nothing_else(publish, make_assigned):
    """Its cursor is public: it names no code, and whoever makes one up gets a page of the list or none."""
    for number in range(2):
        publish(f"11111111{number}", minutes=number)
    ours = CaseStore().latest_published(limit=1).next
    assert ours.isdigit() and "11111111" not in ours
    assert [len(CaseStore().latest_published(after=one).items) for one in ("0", ours, "9" * 16)] == [0, 1, 2]
    agencys = cursor_of("2026-03-02T01:30:00.000000Z", "111111110")
    for foreign in (agencys, "9" * 17, "-1", "1.5", "٣", "\ud800", "null", "1\n"):
        with pytest.raises(MalformedRequest):
            CaseStore().latest_published(after=foreign)


def test_a_page_costs_three_calls_however_many_are_published(publish):
    for number in range(6):
        publish(f"11111111{number}", minutes=number)
    with measured() as meter:
        CaseStore().latest_published(limit=2)
    assert meter.operations == ["Query", "BatchGetItem", "BatchGetItem"]


@pytest.mark.parametrize("fields", [{"kind": Kind.DENUNCIATION}, {"spam": True}], ids=str)
def test_what_may_not_be_published_is_never_listed_whatever_was_stored(publish, fields):
    publish(**fields)
    assert CaseStore().latest_published().items == ()


def test_a_stream_image_of_published_words_is_nothing_to_count(publish, engine):
    publish()
    from chalicelib import settings

    items = client(settings.dynamodb_endpoint() or "").scan(TableName=engine["cases"])["Items"]
    image = next(item for item in items if item["item"]["S"] == "public")
    assert from_stream_image(image) is None


def test_an_index_of_published_cases_holds_keys_only():
    described = RECORDS["cases"].table_schema()["GlobalSecondaryIndexes"]
    index = next(one for one in described if one["IndexName"] == "by_published")
    assert index["Projection"] == {"ProjectionType": "KEYS_ONLY"}
