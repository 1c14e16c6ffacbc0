"""One change is stored whole or not at all, and only once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.case import Actor
from chalicelib.domain.inbox import Received, Talk
from chalicelib.errors import AlreadyReceived, CaseConflict, CaseNotFound
from chalicelib.storage.case_store import CaseStore
from chalicelib.storage.commit import commit
from chalicelib.storage.inbox_store import InboxStore
from chalicelib.storage.outbox_store import OutboxStore

pytestmark = pytest.mark.usefixtures("engine")


@pytest.fixture
def received(now):
    return Received(
        "twilio#SM1", now, "sms", "reporter-1", "o ga", "Ma 482 177 306", "482177306", "new_matter"
    )


def test_a_change_comes_back_as_it_was_stored(make_assigned, make_message, received, now):
    case, message = make_assigned(), make_message()
    talk = Talk(
        "reporter-1",
        now,
        1,
        case_code=case.code,
        asked="area",
        asked_at=now,
        options=("a", "b"),
        language="en",
    )

    commit(cases=[case], messages=[message], received=received, talk=talk)

    assert CaseStore().get(case.code) == replace(case, stored_version=2)
    assert OutboxStore().get(message.id) == message
    assert InboxStore().read(received.id, "reporter-1") == (received, replace(talk, stored_version=1))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Đường vào chợ Sa Đéc ổ gà", id="Vietnamese"),
        pytest.param("trước\x00sau", id="NUL"),
        pytest.param("cảm ơn 👍🏽🇻🇳", id="emoji"),
        pytest.param("\u202eabc\u200f", id="right-to-left marks"),
        pytest.param("ẻ" * 1600, id="1,600 letters"),
    ],
)
def test_text_of_people_comes_back_letter_by_letter(make_case, make_message, received, text):
    case = make_case(text=text, place=text, data={"said": text})
    commit(
        cases=[case],
        messages=[make_message(text=text, params={"said": text})],
        received=replace(received, text=text),
    )

    loaded = CaseStore().get(case.code)
    assert (loaded.text, loaded.place, loaded.events[0].data) == (text, text, {"said": text})
    assert OutboxStore().get("482177306-2-assignment").text == text
    assert InboxStore().received("twilio#SM1").text == text


def test_half_a_letter_is_kept_as_far_as_it_is_text(make_case):
    commit(cases=[make_case(text="a\ud83dz \ud83d\ude00")])
    assert CaseStore().get("482177306").text == "a\ufffdz 😀"


def test_the_same_webhook_again_changes_nothing(make_assigned, make_message, received, now):
    commit(
        cases=[make_assigned()], messages=[make_message()], received=received, talk=Talk("reporter-1", now, 1)
    )

    with pytest.raises(AlreadyReceived):
        commit(
            cases=[make_assigned("111111111")],
            messages=[make_message("other")],
            received=replace(received, reply="another reply"),
            talk=Talk("reporter-1", now, 2, 1),
        )

    assert InboxStore().read(received.id, "reporter-1")[0] == received
    assert InboxStore().read(received.id, "reporter-1")[1].version == 1
    assert OutboxStore().get("other") is None
    with pytest.raises(CaseNotFound):
        CaseStore().get("111111111")


def test_five_times_the_same_webhook_at_once_is_one_case(at_once, make_assigned, make_message, received, now):
    codes = [f"48217730{number}" for number in range(5)]

    def take(code):
        def call():
            commit(
                cases=[make_assigned(code)],
                messages=[make_message(f"{code}-2-assignment")],
                received=replace(received, case_code=code),
                talk=Talk("reporter-1", now, 1, case_code=code),
            )
            return code

        return call

    outcomes = at_once(*map(take, codes))

    stored = [outcome for outcome in outcomes if isinstance(outcome, str)]
    assert len(stored) == 1
    assert [type(outcome) for outcome in outcomes].count(AlreadyReceived) == 4
    assert [case.code for case in CaseStore().of_reporter("reporter-1", 10)] == stored
    assert [message.case_code or message.id[:9] for message in OutboxStore().due(now)] == stored
    came, talk = InboxStore().read(received.id, "reporter-1")
    assert (came.case_code, talk.case_code) == (stored[0], stored[0])


def test_a_code_that_is_taken_is_never_overwritten(make_case):
    commit(cases=[make_case(text="first")])
    with pytest.raises(CaseConflict):
        commit(cases=[make_case(text="second")])
    assert CaseStore().get("482177306").text == "first"


def test_two_who_act_at_once_get_one_success_and_one_conflict(at_once, make_assigned, make_message, now):
    commit(cases=[make_assigned()])
    loaded = CaseStore().get("482177306")

    def act(action, purpose):
        after = loaded.act(action, actor=Actor.AGENCY, at=now, by="so-xay-dung")
        return lambda: commit(cases=[after], messages=[make_message(f"482177306-3-{purpose}")])

    outcomes = at_once(act("accept", "accepted"), act("return", "returned"))

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["CaseConflict", "NoneType"]
    case = CaseStore().get("482177306")
    assert (case.version, [event.number for event in case.events]) == (3, [1, 2, 3])
    written = [
        OutboxStore().get(f"482177306-3-{purpose}") is not None for purpose in ("accepted", "returned")
    ]
    assert written.count(True) == 1


def test_a_case_loaded_before_another_change_cannot_be_saved(make_assigned, now):
    commit(cases=[make_assigned()])
    old = CaseStore().get("482177306")
    commit(cases=[old.act("accept", actor=Actor.AGENCY, at=now)])

    with pytest.raises(CaseConflict):
        commit(cases=[old.act("return", actor=Actor.AGENCY, at=now)])


def test_a_change_of_two_cases_is_one_change(make_case, make_assigned, now):
    commit(cases=[make_case("111111111")])
    stored = CaseStore().get("111111111")

    with pytest.raises(CaseConflict):
        commit(
            cases=[
                make_assigned("222222222"),
                replace(stored, stored_version=7, version=7).act("decline", actor=Actor.DESK, at=now),
            ]
        )

    with pytest.raises(CaseNotFound):
        CaseStore().get("222222222")


def test_two_messages_of_one_sender_cannot_both_change_the_conversation(now):
    commit(talk=Talk("reporter-1", now, 1))
    _, talk = InboxStore().read("none", "reporter-1")
    commit(talk=replace(talk, version=2, asked="area"))

    with pytest.raises(CaseConflict):
        commit(talk=replace(talk, version=2, asked=None))
    assert InboxStore().read("none", "reporter-1")[1].asked == "area"


def test_a_message_made_twice_is_one_message(make_message):
    commit(messages=[make_message()])
    with pytest.raises(CaseConflict):
        commit(messages=[make_message(text="again")])
    with pytest.raises(CaseConflict):
        commit(messages=[make_message(text="again"), make_message("other")])
    assert OutboxStore().get("other") is None
    assert OutboxStore().get("482177306-2-assignment").text == "Ho so 482 177 306"


def test_a_time_without_a_zone_is_refused(make_message, now):
    with pytest.raises(ValueError, match="zone"):
        commit(messages=[make_message(due_at=now.replace(tzinfo=None))])


def test_a_change_without_anything_does_nothing():
    commit()


def test_a_received_message_is_forgotten_after_its_time(received, now):
    commit(received=received)
    assert InboxStore().received(received.id, now=now + timedelta(days=29)) == received
    assert InboxStore().received(received.id, now=now + timedelta(days=31)) is None
