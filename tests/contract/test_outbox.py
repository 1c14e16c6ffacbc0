"""A message goes out once: one sender has it at a time, and what is final stays final."""

from datetime import timedelta

import pytest

from chalicelib.domain.message import Delivery
from chalicelib.storage.commit import commit
from chalicelib.storage.message_record import MessageRecord
from chalicelib.storage.outbox_store import OutboxStore

pytestmark = pytest.mark.usefixtures("engine")

PENDING, SENDING, UNCERTAIN = Delivery.PENDING, Delivery.SENDING, Delivery.UNCERTAIN
SENT, DELIVERED, FAILED = Delivery.SENT, Delivery.DELIVERED, Delivery.FAILED


def ids(messages):
    return [message.id for message in messages]


def lease(message_id, now, minutes=2):
    return OutboxStore().lease(message_id, now=now, until=now + timedelta(minutes=minutes))


def test_a_message_keeps_all_it_needs_to_be_sent(make_message):
    message = make_message(
        channel="email",
        to="sxd@hotline.example",
        subject="Hồ sơ mới",
        html="<p>ổ gà</p>",
        params={"due": "09/03", "list": [1, 2]},
        case_code="482177306",
        cc=("a@hotline.example", "b@hotline.example"),
        reply_to="token@hotline.example",
        attachments=("files/1.jpg",),
        language="en",
        civil_hours=True,
    )
    commit(messages=[message])
    assert OutboxStore().get(message.id) == message


def test_the_sweep_finds_what_is_due_longest_due_first(make_message, now):
    commit(messages=[make_message("late", due_at=now - timedelta(hours=1)), make_message("now")])
    commit(messages=[make_message("tomorrow", due_at=now + timedelta(days=1))])

    assert ids(OutboxStore().due(now)) == ["late", "now"]
    assert ids(OutboxStore().due(now, 1)) == ["late"]
    assert ids(OutboxStore().due(now + timedelta(days=1))) == ["late", "now", "tomorrow"]


def test_only_one_of_many_senders_gets_a_message(at_once, make_message, now):
    commit(messages=[make_message("m")])

    outcomes = at_once(*[lambda: lease("m", now)] * 5)

    (won,) = [outcome for outcome in outcomes if outcome is not None]
    assert (won.status, won.attempts, won.due_at) == (SENDING, 1, now + timedelta(minutes=2))
    assert won.text == "Ho so 482 177 306"


def test_a_message_that_is_not_due_or_not_there_cannot_be_leased(make_message, now):
    commit(messages=[make_message("later", due_at=now + timedelta(seconds=1))])
    assert lease("later", now) is None
    assert lease("unknown", now) is None
    assert OutboxStore().get("unknown") is None


def test_a_message_in_a_senders_hands_is_due_again_only_when_its_lease_is_over(make_message, now):
    commit(messages=[make_message("m"), make_message("n")])
    lease("m", now)

    assert ids(OutboxStore().due(now + timedelta(minutes=1))) == ["n"]
    over = OutboxStore().due(now + timedelta(minutes=2))
    assert {(message.id, message.status) for message in over} == {("m", SENDING), ("n", PENDING)}


def test_leased_messages_at_the_front_do_not_hide_those_behind(make_message, now):
    for number in range(6):
        commit(messages=[make_message(f"m{number}", due_at=now + timedelta(seconds=number))])
        if number < 4:
            lease(f"m{number}", now + timedelta(seconds=number), minutes=60)

    assert ids(OutboxStore().due(now + timedelta(minutes=1), 2)) == ["m4", "m5"]


def test_a_message_that_cannot_be_read_does_not_hide_the_others(make_message, now):
    commit(messages=[make_message("broken"), make_message("good", due_at=now + timedelta(seconds=1))])
    MessageRecord("broken").update([MessageRecord.status.set("no such state")])

    assert ids(OutboxStore().due(now + timedelta(minutes=1), 1)) == ["good"]


def test_a_sent_message_is_not_due_any_more(make_message, now):
    commit(messages=[make_message("m")])
    lease("m", now)
    assert OutboxStore().settle("m", expected={SENDING}, status=SENT, provider_id="SM1", sent_at=now)

    assert OutboxStore().due(now + timedelta(days=9)) == []
    sent = OutboxStore().get("m")
    assert (sent.status, sent.provider_id, sent.sent_at, sent.attempts) == (SENT, "SM1", now, 1)


def test_a_failed_try_is_due_again_at_its_new_time(make_message, now):
    commit(messages=[make_message("m")])
    lease("m", now)
    later = now + timedelta(minutes=10)
    assert OutboxStore().settle("m", expected={SENDING}, status=PENDING, due_at=later, error="busy")

    assert OutboxStore().due(later - timedelta(seconds=1)) == []
    (again,) = OutboxStore().due(later)
    assert (again.status, again.attempts, again.error) == (PENDING, 1, "busy")


def test_a_pass_that_does_not_count_is_forgotten(make_message, now):
    commit(messages=[make_message("m")])
    for _ in range(2):
        lease("m", now)
        OutboxStore().settle("m", expected={SENDING}, status=PENDING, due_at=now, attempts=0)
    assert OutboxStore().get("m").attempts == 0
    assert lease("m", now).attempts == 1


def test_an_uncertain_message_waits_to_be_settled_and_is_marked_for_good(make_message, now):
    commit(messages=[make_message("m")])
    lease("m", now)
    later = now + timedelta(minutes=5)
    OutboxStore().settle("m", expected={SENDING}, status=UNCERTAIN, due_at=later, was_uncertain=True)

    assert ids(OutboxStore().due(later)) == ["m"]
    assert lease("m", later) is None
    OutboxStore().settle("m", expected={UNCERTAIN}, status=PENDING, due_at=later)
    assert lease("m", later).was_uncertain


@pytest.mark.parametrize(
    "known, told, kept",
    [
        pytest.param(SENT, DELIVERED, DELIVERED, id="delivered after sent"),
        pytest.param(UNCERTAIN, DELIVERED, DELIVERED, id="delivered settles uncertain"),
        pytest.param(SENDING, DELIVERED, DELIVERED, id="the callback is faster than the sender"),
        pytest.param(DELIVERED, SENT, DELIVERED, id="the sender writes after the callback"),
        pytest.param(DELIVERED, FAILED, DELIVERED, id="a late failure does not undo delivery"),
        pytest.param(FAILED, SENT, FAILED, id="given up stays given up"),
        pytest.param(FAILED, PENDING, FAILED, id="given up is never sent again"),
    ],
)
def test_a_late_word_never_turns_back_what_is_final(make_message, now, known, told, kept):
    commit(messages=[make_message("m", status=known)])

    changed = OutboxStore().settle("m", expected=set(Delivery), status=told, due_at=now)

    assert OutboxStore().get("m").status is kept
    assert changed is (known is not kept)


def test_a_message_in_another_state_than_expected_is_left_alone(make_message, now):
    commit(messages=[make_message("m")])
    assert not OutboxStore().settle("m", expected={SENDING}, status=SENT)
    assert not OutboxStore().settle("unknown", expected={PENDING}, status=SENT)
    assert not OutboxStore().settle("m", expected={DELIVERED}, status=SENT)
    assert OutboxStore().get("m").status is PENDING
    assert OutboxStore().get("unknown") is None
