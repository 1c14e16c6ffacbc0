"""Plays TwiML as Twilio would, verb by verb, until something is wanted of a person."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Protocol
from urllib.parse import urljoin
from xml.etree.ElementTree import Element

from local.simulator.phone_call import ENDED, Given, PhoneCall, Playing, Wants
from local.simulator.twiml_check import IN_QUEUE

MOST_DOCUMENTS = 25
"""Fetched one after the other without anything given: a loop. A real one goes on at the province's cost."""
STOCK_ERROR = "We are sorry, an application error has occurred. Goodbye."
TALK_SECONDS = 60
"""A talk told by `dial_status` alone lasts so long."""

Next = tuple[str, dict[str, str]] | None
"""Where the call goes on, with what is posted; None = the document is at its end."""


class Exchange(Protocol):
    """What the player needs of the telephone line."""

    def fetch(
        self, call: PhoneCall, address: str, fields: dict[str, str], allowed: frozenset[str] | None
    ) -> Element | None: ...
    def record(self, call: PhoneCall, verb: Element, address: str, given: Given) -> dict[str, str] | None: ...
    def ring(self, call: PhoneCall, number: Element, dial: Element, address: str) -> PhoneCall: ...
    def pick_up(self, leg: PhoneCall) -> None: ...
    def end(self, call: PhoneCall, status: str) -> None: ...
    def enter_queue(self, name: str, call: PhoneCall) -> None: ...
    def leave_queue(self, name: str, call: PhoneCall) -> None: ...
    def queue_fields(self, name: str, call: PhoneCall) -> dict[str, str]: ...
    def first_in(self, name: str) -> PhoneCall | None: ...
    def release(self, member: PhoneCall) -> None: ...


class HungUp(Exception):
    """The person on this leg, or the hotline, has hung up."""


class _Left(Exception):
    """The caller leaves the queue."""


class _Taken(Exception):
    """Somebody took the caller out of the queue, and that talk is over."""


class Player:
    """Plays the documents of one leg."""

    def __init__(self, line: Exchange, call: PhoneCall, *, allowed: frozenset[str] | None = None) -> None:
        self._line = line
        self._call = call
        self._allowed = allowed
        self._rung: list[PhoneCall] = []
        self._told_seconds: int | None = None

    def play(self, address: str, fields: dict[str, str]) -> Playing:
        """Play from *address* to the end; what each step wants is yielded."""
        following: Next = (address, fields)
        while following:
            following = yield from self._page(*following, self._allowed)

    def _page(self, address: str, fields: dict[str, str], allowed: frozenset[str] | None) -> Playing:
        self._call.documents += 1
        if self._call.documents > MOST_DOCUMENTS:
            self._call.faults.append(f"{MOST_DOCUMENTS} documents without any input: a loop.")
            raise HungUp
        root = self._line.fetch(self._call, address, fields, allowed)
        if root is None:
            self._call.hear(STOCK_ERROR, "en-US")
            raise HungUp
        for verb in root:
            if verb.tag in (*_AT_ONCE, *_LASTING) and (allowed is None or verb.tag in allowed):
                if verb.tag in _AT_ONCE:
                    following = _AT_ONCE[verb.tag](self, verb, address)
                else:
                    following = yield from _LASTING[verb.tag](self, verb, address)
                if following is not None:
                    return following
        return None

    def _ask(self, wants: Wants) -> Playing:
        """Want something; whoever hangs up instead ends the call."""
        given = yield wants
        self._call.documents = 0
        if given.get("taken"):
            raise _Taken
        if given.get("hangup") and "record_seconds" not in given:
            raise HungUp
        return given

    # -- speaking ---------------------------------------------------------------------------------------

    def _say(self, verb: Element, address: str) -> Next:
        text = " ".join("".join(verb.itertext()).split())
        language = verb.get("language") or verb.get("voice", "").partition(".")[2][:5]
        for _ in range(min(int(verb.get("loop", "1") or 1), 3) or 1):
            self._call.hear(text, language)
        return None

    def _play(self, verb: Element, address: str) -> Next:
        self._call.hear(f"♪ {urljoin(address, (verb.text or '').strip())}")
        return None

    def _nothing(self, verb: Element, address: str) -> Next:
        return None

    # -- listening --------------------------------------------------------------------------------------

    def _gather(self, verb: Element, address: str) -> Playing:
        for prompt in verb:
            if prompt.tag in ("Say", "Play"):
                _AT_ONCE[prompt.tag](self, prompt, address)
        inputs = (verb.get("input") or "dtmf").split()
        given = yield from self._ask(
            {
                "kind": "keys" if "dtmf" in inputs else "speech",
                "input": [{"dtmf": "digits"}.get(one, one) for one in inputs],
                "num_digits": int(verb.get("numDigits", "0")) or None,
                "finish_on_key": verb.get("finishOnKey", "#"),
                "timeout": verb.get("timeout", "5"),
                "language": verb.get("language", ""),
            }
        )
        fields: dict[str, str] = {}
        digits = _digits(verb, str(given.get("digits", ""))) if "dtmf" in inputs else ""
        speech = str(given.get("speech") or "").strip() if "speech" in inputs else ""
        if digits:
            self._call.hear(digits, who="caller")
            fields["Digits"] = digits
        elif speech:
            self._call.hear(speech, who="caller")
            fields |= {"SpeechResult": speech, "Language": verb.get("language", "en-US")}
            if given.get("confidence", 0.9) is not None:
                fields["Confidence"] = str(given.get("confidence", 0.9))
        elif verb.get("actionOnEmptyResult") == "true":
            fields["Digits"] = ""
        else:
            return None
        return urljoin(address, verb.get("action", "")), fields

    def _record(self, verb: Element, address: str) -> Playing:
        given = yield from self._ask(
            {
                "kind": "record",
                "max_seconds": int(verb.get("maxLength", "3600")),
                "finish_on_key": verb.get("finishOnKey", "1234567890*#"),
            }
        )
        fields = self._line.record(self._call, verb, address, given)
        if fields is None:
            return None
        self._call.hear(f"● {fields['RecordingDuration']} s", who="caller")
        action = urljoin(address, verb.get("action", ""))
        if given.get("hangup"):
            # The webhook still comes, and what it answers is heard by nobody.
            self._line.end(self._call, "completed")
            self._line.fetch(self._call, action, fields | {"Digits": "hangup"}, None)
            raise HungUp
        return action, fields

    # -- ringing ----------------------------------------------------------------------------------------

    def _dial(self, verb: Element, address: str) -> Playing:
        line, call = self._line, self._call
        self._rung = []
        named = [one for one in verb if one.tag in ("Queue", "Conference")]
        numbers = [one for one in verb if one.tag in ("Number", "Sip")]
        if (verb.text or "").strip() and not numbers:
            number = Element("Number")
            number.text = verb.text
            numbers = [number]
        try:
            if named:
                status, seconds, leg = yield from self._talk_in(named[0], (named[0].text or "").strip())
            else:
                status, seconds, leg = yield from self._ring(verb, numbers, address)
        except HungUp:
            told = {"DialCallStatus": "canceled"}
            for leg in self._rung:
                line.end(leg, "completed" if leg.connected else "canceled")
                if leg.connected:
                    told = {
                        "DialCallStatus": "completed",
                        "DialCallSid": leg.sid,
                        "DialCallDuration": str(leg.seconds(leg.started_at)),
                    }
            line.end(call, "completed")
            if verb.get("action"):
                line.fetch(call, urljoin(address, verb.get("action", "")), told, None)
            raise
        call.connected = False
        fields = {"DialCallStatus": status}
        if leg:
            fields |= {"DialCallSid": leg, "DialCallDuration": str(seconds)}
        if verb.get("action"):
            return urljoin(address, verb.get("action", "")), fields
        return None

    def _ring(self, verb: Element, numbers: list[Element], address: str) -> Playing:
        """Ring phones until one is connected or none is left; return status, seconds and leg."""
        line, call = self._line, self._call
        waiting, legs = list(numbers), self._rung
        while True:
            if waiting and not [leg for leg in legs if leg.state != ENDED]:
                now = waiting[:1] if verb.get("sequential") == "true" else waiting
                waiting = waiting[len(now) :]
                legs += [line.ring(call, number, verb, address) for number in now]
            taken = next((leg for leg in legs if leg.connected), None)
            if taken is not None:
                for other in legs:
                    if other is not taken:
                        line.end(other, "canceled")
                seconds = yield from self._talk(taken)
                return "completed", seconds, taken.sid
            alive = [leg for leg in legs if leg.state != ENDED]
            if not alive:
                status = legs[-1].status if legs else "failed"
                if waiting:
                    continue
                return status if status != "completed" else "no-answer", 0, legs[-1].sid if legs else ""
            given = yield from self._ask(
                {
                    "kind": "ring",
                    "phones": [{"sid": leg.sid, "to": leg.to, "state": leg.state} for leg in alive],
                }
            )
            asked = str(given.get("dial_status") or ("" if given.get("look") else "no-answer"))
            if asked in ("completed", "answered"):
                line.pick_up(alive[0])
                if alive[0].connected:
                    alive[0].wants = None
                    self._told_seconds = int(given.get("seconds", TALK_SECONDS))
            elif asked:
                waiting = []  # the word is that of the whole Dial
                for leg in alive:
                    line.end(leg, asked)

    def _talk(self, leg: PhoneCall) -> Playing:
        """Two people talk until one hangs up; return the seconds."""
        self._call.connected = True
        if self._told_seconds is not None:
            seconds, self._told_seconds = self._told_seconds, None
            self._line.end(leg, "completed")
            return seconds
        given: Given = {}
        while leg.state != ENDED and not given.get("dial_status"):
            given = yield from self._ask({"kind": "talk", "with": leg.to, "sid": leg.sid})
        self._line.end(leg, "completed")
        return int(given.get("seconds", leg.seconds(leg.ended_at or leg.started_at)))

    def _talk_in(self, verb: Element, name: str) -> Playing:
        """Talk with the first of a queue, or in a conference; return status, seconds and leg."""
        member = self._line.first_in(name) if verb.tag == "Queue" else None
        wants = {"kind": "talk", "with": member.caller if member else f"{verb.tag.lower()} {name}"}
        if member is not None:
            member.connected, member.wants = True, {"kind": "talk", "with": self._call.to}
        given: Given = {}
        try:
            while not given.get("dial_status") and (member is None or member.state != ENDED):
                given = yield from self._ask(wants)
        finally:
            if member is not None and member.state != ENDED:
                member.connected = False
                self._line.release(member)
        return "completed", int(given.get("seconds", TALK_SECONDS)), member.sid if member else ""

    # -- waiting ----------------------------------------------------------------------------------------

    def _enqueue(self, verb: Element, address: str) -> Playing:
        line, call = self._line, self._call
        name = (verb.text or "").strip() or "queue"
        wait_url = urljoin(address, verb.get("waitUrl", "")) if verb.get("waitUrl") else ""
        line.enter_queue(name, call)
        hung_up = False
        try:
            yield from self._wait(name, wait_url)
        except _Left:
            result = "leave"
        except _Taken:
            result = "bridged"
        except HungUp:
            result, hung_up = "hangup", True
        fields = {"QueueResult": result, **line.queue_fields(name, call)}
        line.leave_queue(name, call)
        if hung_up:
            line.end(call, "completed")
            if verb.get("action"):  # posted all the same; what it answers is heard by nobody
                line.fetch(call, urljoin(address, verb.get("action", "")), fields, None)
            raise HungUp
        return (urljoin(address, verb.get("action", "")), fields) if verb.get("action") else None

    def _wait(self, name: str, wait_url: str) -> Playing:
        """Hear the waiting document, over and over, until somebody leaves, hangs up or is taken."""
        following: Next = None
        while True:
            if wait_url:
                where, fields = following or (wait_url, {})
                fields = fields | self._line.queue_fields(name, self._call)
                following = yield from self._page(where, fields, IN_QUEUE)
                if following is not None and "Digits" in following[1]:
                    continue  # a key was pressed, or not: its answer comes at once
            yield from self._ask({"kind": "wait", "queue": name})

    def _leave(self, verb: Element, address: str) -> Next:
        raise _Left

    def _redirect(self, verb: Element, address: str) -> Next:
        return urljoin(address, (verb.text or "").strip()), {}

    def _hang_up(self, verb: Element, address: str) -> Next:
        raise HungUp

    def _reject(self, verb: Element, address: str) -> Next:
        self._line.end(self._call, "busy" if verb.get("reason") == "busy" else "no-answer")
        raise HungUp


_AT_ONCE: dict[str, Callable[[Player, Element, str], Next]] = {
    "Say": Player._say,
    "Play": Player._play,
    "Pause": Player._nothing,
    "Redirect": Player._redirect,
    "Leave": Player._leave,
    "Hangup": Player._hang_up,
    "Reject": Player._reject,
}
_LASTING: dict[str, Callable[[Player, Element, str], Playing]] = {
    "Gather": Player._gather,
    "Record": Player._record,
    "Dial": Player._dial,
    "Enqueue": Player._enqueue,
}


def _digits(verb: Element, pressed: str) -> str:
    """Return the keys a Gather takes; what is pressed after its end is lost."""
    keys = re.sub(r"[^0-9*#]", "", pressed)
    most = int(verb.get("numDigits", "0")) or len(keys)
    taken = ""
    for key in keys:
        if key in verb.get("finishOnKey", "#") or len(taken) == most:
            break
        taken += key
    return taken
