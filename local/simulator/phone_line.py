"""The simulated telephone: calls that come in, calls placed by API, phones that ring, queues and recordings.

Signed webhooks go to the hotline as Twilio's do; what Twilio would refuse is kept as a fault of the call.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element

from chalicelib import settings
from local.simulator.delivered import Delivered, Item
from local.simulator.phone_call import ENDED, HIDDEN, RINGING, TALKING, Given, PhoneCall, Recording, tone
from local.simulator.phones import e164
from local.simulator.twiml_check import ON_SCREEN, check_twiml
from local.simulator.twiml_player import HungUp, Player
from local.simulator.webhooks import Answer, post_signed
from local.simulator.wire import new_sid

log = logging.getLogger("local.phone")

VOICE_PATH, STATUS_PATH = "/twilio/voice", "/twilio/voice-status"
"""What a province's number is set to (docs/providers.md)."""

UNANSWERED = ("no-answer", "busy", "failed", "canceled")


class PhoneLine:
    """Every call of this machine. Safe to use from any thread: one step at a time."""

    def __init__(
        self, delivered: Delivered, *, post: Callable[[str, dict[str, str]], Answer] = post_signed
    ) -> None:
        self._delivered = delivered
        self._post = post
        self._lock = threading.RLock()
        self._due: deque[tuple[str, dict[str, str]]] = deque()
        self._queues: dict[str, dict[str, datetime]] = {}
        self.calls: dict[str, PhoneCall] = {}
        self.recordings: dict[str, Recording] = {}
        self.words: dict[str, str] = {}
        """What was said in a recording; kept when the recording is deleted, for whoever writes it down."""

    # -- what people do ---------------------------------------------------------------------------------

    def call_in(self, caller: str, to: str = "", *, copies: int = 1) -> PhoneCall:
        """A phone calls the hotline; an empty or wordy number is hidden."""
        number = e164(caller)
        with self._lock:
            call = self._new(
                caller=number if number.startswith(("+", "sip:")) else HIDDEN,
                to=to or settings.sms_sender(),
                direction="inbound",
                address=settings.public_url() + VOICE_PATH,
                callback=settings.public_url() + STATUS_PATH,
                copies=copies,
            )
            self._answer(call)
            return call

    def step(self, call: PhoneCall, given: Given) -> PhoneCall:
        """Somebody on this leg does something: answers, presses, speaks, hangs up, or waits."""
        with self._lock:
            call.copies = int(given.get("copies", call.copies))
            if call.state == RINGING:
                if given.get("answer"):
                    self._answer(call)
                elif given.get("decline") or given.get("hangup"):
                    self.end(call, "busy")
                elif given.get("no_answer"):
                    self.end(call, "no-answer")
            elif call.state == TALKING and call.connected and call.parent:
                if given.get("hangup"):
                    self.end(call, "completed")
            elif call.state == TALKING:
                self._drive(call, given)
            self._look_after(call)
            return call

    def tick(self) -> int:
        """Post what is due and let phones stop ringing; return how much was done."""
        done = 0
        with self._lock:
            for call in list(self.calls.values()):
                rung = (self._delivered.now() - call.started_at).total_seconds()
                if call.state == RINGING and rung > call.ring_seconds:
                    self.end(call, "no-answer")
                    self._look_after(call)
                    done += 1
            while self._due:
                address, fields = self._due.popleft()
                answer = self._post(address, fields)
                if answer.status >= 400 or not answer.status:
                    self._fault(
                        self.calls.get(fields.get("CallSid", "")), f"11200: {address} → {answer.status}"
                    )
                done += 1
        return done

    def place(self, form: dict[str, str], events: list[str]) -> PhoneCall:
        """A call is placed by API: its phone rings until somebody does something about it."""
        with self._lock:
            return self._new(
                caller=form.get("From", ""),
                to=form.get("To", ""),
                direction="outbound-api",
                address=form.get("Url", ""),
                callback=form.get("StatusCallback", ""),
                events=frozenset(events or ["completed"]),
                ring_seconds=int(form.get("Timeout", "60")),
            )

    # -- legs -------------------------------------------------------------------------------------------

    def _new(self, **values: Any) -> PhoneCall:
        call = PhoneCall(sid=new_sid("CA"), started_at=self._delivered.now(), **values)
        self.calls[call.sid] = call
        at = call.started_at.isoformat(timespec="seconds")
        way = "in" if call.direction == "inbound" else "out"
        self._delivered.add(Item(call.sid, "call", way, call.to, call.caller, "", at, call.status))
        return call

    def _answer(self, call: PhoneCall) -> None:
        if call.direction == "inbound":
            # Twilio asks what to do while it still rings; what is answered picks up.
            call.state, call.answered_at = TALKING, self._delivered.now()
            call.playing = Player(self, call).play(call.address, {})
            call.status = "ringing"
        else:
            call.state, call.status, call.answered_at = TALKING, "in-progress", self._delivered.now()
            self._event(call, "answered")
            if not call.address:
                call.connected = True
                return
            call.playing = Player(self, call, allowed=ON_SCREEN if call.parent else None).play(
                call.address, {}
            )
        self._drive(call, None)

    def _drive(self, call: PhoneCall, given: Given | None) -> None:
        """Let a leg's player go on until it wants something again."""
        if call.playing is None:
            return
        try:
            call.wants = next(call.playing) if given is None else call.playing.send(given)
        except HungUp:
            self.end(call, "completed")
        except StopIteration:
            # The document is at its end: a dialled phone is connected then, any other call is over.
            if call.parent:
                call.playing, call.wants, call.connected = None, {"kind": "talk"}, True
            else:
                self.end(call, "completed")
        self._delivered.change(call.sid, text=call.transcript(), status=call.status)

    def _look_after(self, call: PhoneCall) -> None:
        """Let the other side of a leg see what became of it."""
        parent = self.calls.get(call.parent)
        if parent is not None and parent.state == TALKING:
            self._drive(parent, {"look": True})
            self._look_after(parent)
            return
        for other in list(self.calls.values()):
            # whoever talks with a caller taken out of a queue notices that the caller is gone
            if (
                other.state == TALKING
                and call.state == ENDED
                and (other.wants or {}).get("with") == call.caller
            ):
                self._drive(other, {"look": True})

    def pick_up(self, leg: PhoneCall) -> None:
        """An officer picks up and takes the call by key 1."""
        if leg.state == RINGING:
            self._answer(leg)
        if leg.state == TALKING and not leg.connected and (leg.wants or {}).get("kind") == "keys":
            self._drive(leg, {"digits": "1"})

    def ring(self, call: PhoneCall, number: Element, dial: Element, address: str) -> PhoneCall:
        """Ring a phone for a call."""
        url = number.get("url")
        return self._new(
            caller=dial.get("callerId") or call.caller,
            to=e164((number.text or "").strip()),
            direction="outbound-dial",
            parent=call.sid,
            address=urljoin(address, url) if url else "",
            callback=number.get("statusCallback", ""),
            events=frozenset(number.get("statusCallbackEvent", "completed").split()),
            ring_seconds=int(dial.get("timeout", "30")),
            copies=call.copies,
        )

    def end(self, call: PhoneCall, status: str) -> None:
        """A leg is over; what Twilio posts then is posted."""
        if call.state == ENDED:
            return
        answered = call.state == TALKING
        call.state, call.status, call.wants = ENDED, status, None
        call.ended_at = self._delivered.now()
        playing, call.playing = call.playing, None
        if playing is not None:
            try:
                playing.close()
            except ValueError:  # it is the player itself that ends the call
                pass
        self._delivered.change(call.sid, text=call.transcript(), status=status)
        if call.direction == "inbound" and answered:
            self._tell(call, call.callback, {})
        else:
            self._event(call, "completed")

    def _event(self, call: PhoneCall, event: str) -> None:
        if call.callback and call.direction != "inbound" and event in call.events:
            self._tell(call, call.callback, {"SequenceNumber": "0", "CallbackSource": "call-progress-events"})

    def _tell(self, call: PhoneCall, address: str, more: dict[str, str]) -> None:
        for _ in range(call.copies):
            answer = self._post(address, call.fields(self._delivered.now()) | more)
        if answer.status >= 400 or not answer.status:
            self._fault(call, f"11200: {urlsplit(address).path} answered {answer.status or 'nothing'}.")

    # -- what the player asks for -----------------------------------------------------------------------

    def fetch(
        self, call: PhoneCall, address: str, fields: dict[str, str], allowed: frozenset[str] | None
    ) -> Element | None:
        """Post a webhook; return what it answers, None when that cannot be played."""
        if urlsplit(address).netloc != urlsplit(settings.public_url()).netloc:
            self._fault(call, f"11200: {urlsplit(address).netloc or 'no host'} is not the hotline.")
            return None
        posted = call.fields(self._delivered.now()) | fields
        answers = [self._post(address, posted) for _ in range(call.copies)]
        if len({answer.body for answer in answers}) > 1:
            self._fault(call, f"{urlsplit(address).path} answered the same webhook differently.")
        answer = answers[0]
        if call.state == TALKING:
            call.status = "in-progress"
        checked = check_twiml(
            answer.body,
            content_type=answer.content_type,
            status=answer.status,
            address=address,
            allowed=allowed,
        )
        for fault in checked.faults:
            self._fault(call, f"{fault} ({urlsplit(address).path})")
        return checked.root

    def _fault(self, call: PhoneCall | None, fault: str) -> None:
        log.warning("Twilio would complain: %s", fault)
        if call is not None:
            call.faults.append(fault)

    def record(self, call: PhoneCall, verb: Element, address: str, given: Given) -> dict[str, str] | None:
        """Keep a recording and return what is posted with it; None when nothing was said."""
        seconds = min(max(int(given.get("record_seconds") or 0), 0), int(verb.get("maxLength", "3600")))
        callback = verb.get("recordingStatusCallback", "")
        events = verb.get("recordingStatusCallbackEvent", "completed").split()
        sid = new_sid("RE")
        account = settings.twilio_account_sid()
        fields = {
            "RecordingSid": sid,
            "RecordingUrl": f"{settings.twilio_api_url()}/2010-04-01/Accounts/{account}/Recordings/{sid}",
            "RecordingDuration": str(seconds),
        }
        status = "completed" if seconds else "absent"
        if seconds:
            sound = given.get("sound") or tone(seconds)
            self.words[sid] = str(given.get("speech") or "")
            self.recordings[sid] = Recording(sid, call.sid, seconds, sound, self._delivered.now())
        if callback and status in events:
            more = {"RecordingStatus": status, "RecordingChannels": "1", "RecordingSource": "RecordVerb"}
            posted = {name: call.fields(self._delivered.now())[name] for name in ("AccountSid", "CallSid")}
            self._due.append((urljoin(address, callback), posted | fields | more))
        return fields | {"Digits": str(given.get("digits", ""))[:1]} if seconds else None

    def enter_queue(self, name: str, call: PhoneCall) -> None:
        """The last place is this call's."""
        self._queues.setdefault(name, {})[call.sid] = self._delivered.now()

    def leave_queue(self, name: str, call: PhoneCall) -> None:
        """The place is free again."""
        self._queues.get(name, {}).pop(call.sid, None)

    def queue_fields(self, name: str, call: PhoneCall) -> dict[str, str]:
        """What Twilio posts about a queue."""
        queue = self._queues.get(name, {})
        place = list(queue).index(call.sid) + 1 if call.sid in queue else 0
        waited = int((self._delivered.now() - queue.get(call.sid, self._delivered.now())).total_seconds())
        return {"QueuePosition": str(place), "CurrentQueueSize": str(len(queue)), "QueueTime": str(waited)}

    def first_in(self, name: str) -> PhoneCall | None:
        """Who has waited longest."""
        return next(
            (self.calls[sid] for sid in self._queues.get(name, {}) if not self.calls[sid].connected), None
        )

    def release(self, member: PhoneCall) -> None:
        """A talk with somebody taken out of a queue is over."""
        self._drive(member, {"taken": True})
