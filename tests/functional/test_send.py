"""The outbox on its way out: tried again with patience, never sent twice where it can be known, never silent."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.message import Delivery, Message
from chalicelib.errors import CaseConflict, SecretsUnavailable, SettingMissing, StorageUnavailable
from chalicelib.gateways.ports import DeliveryReport
from chalicelib.usecases.compose import compose
from chalicelib.usecases.message_failed import tell_desk_of_failure
from chalicelib.usecases.send import BACKOFF_SECONDS, LEASE_SECONDS, Sending, send_new, sweep
from chalicelib.usecases.take_delivery import take_delivery
from tests.fakes import FakeEmail, FakeSms
from tests.hotline import PHONE, Hotline
from tests.unit.worktime import at


class Post:
    """A hotline with gateways that fail when told to."""

    def __init__(self) -> None:
        self.line = Hotline()
        self.sms, self.email = FakeSms(), FakeEmail()
        self.line.text("duong o ga phuong cao lanh")
        self.sweep()
        self.line.agency("answer", "Đã vá")
        self.id = self.line.messages(purpose="answer")[0].id

    @property
    def sending(self) -> Sending:
        line = self.line

        def tell_desk(message: Message) -> None:
            stores = line.stores
            tell_desk_of_failure(
                message, cases=stores.cases, commit=stores.commit, directory=line.directory, now=line.now
            )

        return Sending(
            outbox=line.stores.outbox,
            sms=lambda: self.sms,
            email=lambda: self.email,
            compose=lambda message: compose(message, line.composer()),
            tell_desk=tell_desk,
        )

    def sweep(self) -> dict[str, int]:
        """Run the sweep; returns what it did, without how long anything had waited."""
        counts = sweep(sending=self.sending, now=self.line.now)
        counts.pop("oldest_seconds", None)
        return counts

    def later(self, **span: float) -> dict[str, int]:
        """Let time pass and the sweep run."""
        self.line.later(**span)
        return self.sweep()

    def report(self, status: str, *, provider_id: str = "SM1", **more: object) -> str:
        report = DeliveryReport(self.id, provider_id, status, **more)  # type: ignore[arg-type]
        return take_delivery(report, sending=self.sending, now=self.line.now)

    @property
    def message(self) -> Message:
        return self.line.stores.outbox.get(self.id)

    @property
    def texts(self) -> list[str]:
        return self.sms.texts_to(PHONE)


@pytest.fixture
def post():
    return Post()


def test_a_new_message_is_sent_at_once_and_once(post):
    sent = [send_new([post.id], sending=post.sending, now=post.line.now) for _ in range(3)]
    assert sent == [{"sent": 1}, {"left": 1}, {"left": 1}]
    assert len(post.texts) == 1 and post.message.status is Delivery.SENT
    assert post.sweep() == {}


def test_many_senders_at_once_send_once(post, at_once):
    at_once(*[lambda: send_new([post.id], sending=post.sending, now=post.line.now)] * 4)
    assert len(post.texts) == 1


def test_a_busy_provider_is_tried_again_with_growing_patience(post):
    post.sms.refuse(len(BACKOFF_SECONDS))
    assert post.sweep() == {"retry": 1}
    for wait in BACKOFF_SECONDS[:-1]:
        assert post.later(seconds=wait - 1) == {}
        assert post.later(seconds=1) == {"retry": 1}
    assert post.later(seconds=BACKOFF_SECONDS[-1]) == {"sent": 1}
    assert len(post.texts) == 1 and post.message.attempts == len(BACKOFF_SECONDS) + 1


def test_after_the_last_try_the_desk_is_told_once(post):
    post.sms.refuse(20)
    post.sweep()
    for wait in BACKOFF_SECONDS:
        post.later(seconds=wait)
    assert (post.message.status, post.message.error) == (Delivery.FAILED, "fake: busy")
    assert post.line.desk_reasons() == ["message_failed"]
    assert post.line.case().events[-1].note == "fake: busy"
    post.later(days=1)
    assert post.report("failed") == "known"
    assert post.line.desk_reasons() == ["message_failed"] and post.texts == []


def test_a_number_that_takes_no_message_is_not_tried_again(post):
    post.sms.refuse(retry=False)
    assert post.sweep() == {"failed": 1}
    assert post.line.desk_reasons() == ["message_failed"]


def test_an_unknown_outcome_that_is_found_is_not_sent_again(post):
    post.sms.lose_answer()
    assert post.sweep() == {"uncertain": 1}
    assert post.message.was_uncertain
    assert post.later(seconds=119) == {}
    assert post.later(seconds=1) == {"found": 1}
    assert post.message.status is Delivery.SENT and len(post.texts) == 1


def test_an_unknown_outcome_that_is_not_found_is_sent_again(post):
    post.sms.lose_request()
    post.sweep()
    assert post.later(seconds=120) == {"sent": 1}
    assert len(post.texts) == 1


def test_a_sender_that_died_leaves_a_lease_that_is_settled_first(post):
    post.line.stores.outbox.lease(
        post.id,
        now=post.line.now,
        until=post.line.now.replace(minute=post.line.now.minute + LEASE_SECONDS // 60),
    )
    assert post.later(seconds=LEASE_SECONDS - 1) == {}
    assert post.later(seconds=1) == {"uncertain": 1}
    assert post.later(seconds=120) == {"sent": 1}
    assert len(post.texts) == 1


def test_while_the_provider_cannot_tell_nothing_is_sent_again(post):
    post.sms.lose_answer()
    post.sweep()
    post.sms.can_find = False
    for _ in range(100):
        post.later(minutes=2)
    assert len(post.texts) == 1
    post.sms.can_find = True
    assert post.later(minutes=2) == {"found": 1}


def test_a_day_of_not_knowing_ends_with_the_desk(post):
    post.sms.lose_answer()
    post.sweep()
    post.sms.can_find = False
    assert post.later(hours=25) == {"failed": 1}
    assert post.line.desk_reasons() == ["message_failed"] and len(post.texts) == 1


def test_a_mail_nobody_can_ask_about_is_sent_again(post):
    post.email.can_find = False
    post.line.text("duong o ga phuong sa dec", sender="+84900000009")
    post.email.lose_request()
    post.sweep()
    assert post.later(minutes=30)["sent"] == 1


@pytest.mark.parametrize("status", ["sent", "delivered"])
def test_a_callback_settles_what_was_unknown(post, status):
    post.sms.lose_answer()
    post.sweep()
    assert post.report(status) == status
    assert post.later(hours=1) == {} and len(post.texts) == 1


def test_reports_that_come_late_or_twice_never_step_back(post):
    post.sweep()
    assert post.report("delivered") == "delivered"
    assert [post.report(status) for status in ("sent", "delivered", "failed")] == ["known"] * 3
    assert post.message.status is Delivery.DELIVERED


def test_a_phone_that_is_off_gets_it_once_more_and_then_the_desk_is_told(post):
    post.sweep()
    first = post.message.provider_id
    assert post.report("failed", provider_id=first, error="30003", retry=True) == "retry"
    assert post.later(hours=1) == {"sent": 1}
    second = post.message.provider_id
    assert post.report("failed", provider_id=first, error="30003", retry=True) == "known", (
        "the first try's, again"
    )
    assert post.message.status is Delivery.SENT
    assert post.report("failed", provider_id=second, error="30003", retry=True) == "failed"
    assert post.line.desk_reasons() == ["message_failed"]
    assert post.report("failed", provider_id=second, error="30003") == "known"
    assert post.line.desk_reasons() == ["message_failed"]


def test_a_report_on_nothing_of_ours_is_no_news(post):
    unknown = DeliveryReport("no-such-message", "SM1", "failed")
    assert take_delivery(unknown, sending=post.sending, now=post.line.now) == "known"
    assert post.report("queued") == "no news"


def test_one_broken_mail_does_not_hold_up_the_others(post):
    outbox = post.line.stores._messages
    broken = replace(
        post.message, id="broken", channel="email", text="", purpose="no_such_letter", to="x@thu.example"
    )
    outbox["broken"] = broken
    outbox[post.id] = outbox.pop(post.id)  # behind the broken one
    assert post.sweep() == {"retry": 1, "sent": 1}
    assert outbox["broken"].error.startswith("cannot be written")


def test_a_mail_of_a_case_that_was_erased_is_given_up(post):
    outbox = post.line.stores._messages
    outbox["gone"] = replace(
        post.message, id="gone", channel="email", text="", purpose="progress", case_code="000000000"
    )
    post.sweep()
    assert outbox["gone"].status is Delivery.FAILED


def test_a_fault_nobody_foresaw_leaves_the_rest_of_the_sweep_alone(post):
    def explode(**_: object) -> str:
        raise RuntimeError("surprise")

    post.sms.send = explode  # type: ignore[method-assign]
    post.line.text("duong o ga phuong sa dec", sender="+84900000009")
    assert post.sweep() == {"broken": 1, "sent": 1}


def make_many_broken(post, count: int) -> None:
    """Put messages in front of the good one of which the provider's list cannot be asked for an unforeseen reason."""
    outbox, now = post.line.stores._messages, post.line.now
    good = outbox.pop(post.id)
    for number in range(count):
        name = f"broken-{number}"
        outbox[name] = replace(
            good, id=name, status=Delivery.UNCERTAIN, due_at=now - timedelta(hours=1), text=f"broken {number}"
        )
    outbox[post.id] = good

    def find(**_: object) -> str:
        raise RuntimeError("surprise")

    post.sms.find = find  # type: ignore[method-assign]


def test_messages_that_always_break_do_not_starve_the_others(post):
    make_many_broken(post, 250)
    assert post.sweep() == {"broken": 200}
    assert post.later(minutes=1) == {"broken": 50, "sent": 1}
    assert post.later(minutes=1) == {}, "they wait their quarter of an hour"


def test_a_message_that_breaks_for_a_day_is_given_up_and_the_desk_is_told(post):
    make_many_broken(post, 1)
    for _ in range(30):
        post.later(hours=1)
    broken = post.line.stores.outbox.get("broken-0")
    assert (broken.status, broken.error) == (Delivery.FAILED, "broken: RuntimeError")
    assert [mail.id for mail in post.line.messages(purpose="desk")] == ["broken-0-failed"]


def test_while_the_database_is_away_no_message_is_put_off(post):
    def away(*_: object, **__: object) -> None:
        raise StorageUnavailable("away")

    post.line.stores.outbox.lease = away
    before = post.message
    assert post.sweep() == {"broken": 1}
    assert post.message == before


def test_a_retry_of_a_text_waits_for_civil_hours(post):
    morning = at("Tue 03/03/2026 07:00")
    post.sms.refuse()
    sweep(sending=replace(post.sending, civil=lambda moment: morning), now=post.line.now)
    assert post.message.due_at == morning


def test_a_mail_no_case_stands_behind_is_missed_in_the_log_when_it_is_given_up(post, log):
    digest = Message(
        "digest-w-2026-03-02", "email", "a@b.example", "digest", post.line.now, post.line.now, text="x"
    )
    post.line.stores.commit(messages=(digest,))
    post.email.refuse(retry=False)
    assert post.sweep()["failed"] == 1
    assert [record.message_id for record in log.records if record.levelname == "ERROR"] == [digest.id]


def test_a_desk_that_could_not_be_told_is_an_error_not_a_silence(post):
    def changing(**_: object) -> None:
        raise CaseConflict("somebody was faster")

    stores, line = post.line.stores, post.line
    with pytest.raises(CaseConflict, match="not told"):
        tell_desk_of_failure(
            post.message, cases=stores.cases, commit=changing, directory=line.directory, now=line.now
        )


class Crash(BaseException):
    """The process ends here: nothing in it runs on."""


def crash_at_failed(post, monkeypatch):
    """Let the process die once, where it would write that the message failed."""
    outbox = post.line.stores.outbox
    settle = outbox.settle

    def die(message_id: str, **change: object) -> bool:
        if change["status"] is Delivery.FAILED:
            monkeypatch.setattr(outbox, "settle", settle)
            raise Crash
        return bool(settle(message_id, **change))

    monkeypatch.setattr(outbox, "settle", die)


@pytest.mark.parametrize("refusal", [{"retry": False}, {"times": 20}], ids=["refused", "busy to the end"])
def test_a_crash_while_giving_up_ends_in_one_mail_to_the_desk_and_a_failed_message(
    post, monkeypatch, refusal
):
    post.sms.refuse(**refusal)
    crash_at_failed(post, monkeypatch)
    with pytest.raises(Crash):
        for _ in range(10):
            post.later(hours=6)
    assert post.message.status is Delivery.SENDING
    assert post.line.desk_reasons() == ["message_failed"], (
        "told before it is given up, never the other way round"
    )
    post.sms.refuse(**refusal)
    for _ in range(10):
        post.later(minutes=30)
    assert post.message.status is Delivery.FAILED
    assert post.line.desk_reasons() == ["message_failed"]
    assert [mail.id for mail in post.line.messages(purpose="desk")] == [f"{post.id}-failed"]


@pytest.mark.parametrize(
    "problem", [SettingMissing("TWILIO_AUTH_TOKEN is missing."), SecretsUnavailable("no answer")]
)
def test_a_message_waits_while_the_provider_s_secrets_cannot_be_had(post, problem):
    def no_secrets():
        raise problem

    assert sweep(sending=replace(post.sending, sms=no_secrets), now=post.line.now) == {"retry": 1}
    assert post.message.status is Delivery.PENDING and not post.message.was_uncertain
    assert post.later(seconds=BACKOFF_SECONDS[0]) == {"sent": 1}
