"""A script as TwiML: what Twilio says and waits for. Pure.

Decisions, with their reasons:

- Every address is absolute: a relative one is resolved against the document and loses the stage of an API gateway.
- Silence is a webhook too (`actionOnEmptyResult`), so that no document goes on by itself and no step is asked twice.
- What would exceed a limit of Twilio is cut here: a caller hears less rather than an error message.
- Speech is not censored (`profanityFilter`): an operator has to read what was said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from chalicelib.domain.script import (
    HangUp,
    Leave,
    Listen,
    Pause,
    Play,
    Prompt,
    Record,
    Ring,
    Say,
    Script,
    Verb,
    Wait,
)
from chalicelib.domain.spoken import spoken
from chalicelib.gateways.twilio_voice_webhooks import (
    ACCEPT,
    QUIT,
    RECORDING_PATH,
    SCREEN,
    WAIT,
    step_path,
)
from chalicelib.gateways.twilio_webhooks import NOT_XML

LOCALES = {"vi": "vi-VN", "en": "en-US"}

MOST_SPOKEN = 40_000
"""Bytes of all that is said in one document; the whole may have 64 kB (Twilio, error 11750)."""
MOST_IN_A_SAY = 3000
"""Characters in one Say: no voice takes less."""
MOST_HINTS, LONGEST_HINT, MOST_HINTED = 500, 100, 12_000
"""Phrases, characters of one (Twilio, Gather), bytes of all."""
MOST_RUNG = 10
"""Phones that one Dial rings (Twilio, Dial)."""
SPEECH_SECONDS = 2
"""Silence that ends a sentence. More feels like a dead line; `auto` needs a speech model of its own (warning 13335)."""
SCREEN_SECONDS = 8
NEWS_SECONDS = 10
"""Silence between two pieces of news for one who waits."""
LONGEST_PAUSE = 60
LONGEST_WAIT_FOR_KEYS = 60
QUEUE = "hotline"

_NUMBER = re.compile(r"\+?[0-9]{3,15}")
_SIP = re.compile(r"sips?:[^\s<>\"]{3,240}")


def to_twiml(
    script: Script,
    *,
    turn: int,
    public_url: str,
    voices: Mapping[str, str],
    caller_id: str = "",
    waiting: bool = False,
) -> str:
    """
    Return the TwiML of a script.

    Args:
        script: What is said; whatever stands behind the verb that decides is never reached and left out.
        turn: Number of the step that follows.
        public_url: Where the hotline is reached.
        voices: Language → voice that speaks it.
        caller_id: Number shown to officers; the caller's own when empty.
        waiting: The document is heard in the queue (a path that ends in `wait`), where only some verbs may stand.

    Raises:
        ValueError: A verb in the queue that may not stand there.
    """
    page = _Page(turn, public_url.rstrip("/"), voices, caller_id, waiting)
    for verb in script:
        if isinstance(verb, Prompt):
            page.prompts(page.response, (verb,))
        else:
            page.decide(verb)
            break
    return str(page.response)


def screen_twiml(ring: Ring, *, language: str, turn: int, public_url: str, voices: Mapping[str, str]) -> str:
    """Return what an officer hears who picks up: who calls, and that key 1 takes the call. No key, no call."""
    page = _Page(turn, public_url.rstrip("/"), voices, "", False)
    gather = Gather(
        input="dtmf",
        num_digits=1,
        timeout=SCREEN_SECONDS,
        action=page.at(ACCEPT),
        method="POST",
        action_on_empty_result=True,
    )
    page.prompts(gather, (Say(ring.whisper, language),))
    page.response.append(gather)
    page.response.hangup()
    return str(page.response)


def accepted_twiml(accepted: bool) -> str:
    """Return the answer to an officer's key: nothing more to say connects the call, hanging up does not."""
    response = VoiceResponse()
    if not accepted:
        response.hangup()
    return str(response)


class _Page:
    """One document while it is made."""

    def __init__(
        self, turn: int, public_url: str, voices: Mapping[str, str], caller_id: str, waiting: bool
    ) -> None:
        self.response = VoiceResponse()
        self._turn = turn
        self._public_url = public_url
        self._voices = voices
        self._caller_id = caller_id if _NUMBER.fullmatch(caller_id) else ""
        self._waiting = waiting
        self._room = MOST_SPOKEN

    def at(self, where: str = "") -> str:
        """Address of the next step."""
        return self._public_url + step_path(self._turn, where)

    def prompts(self, into: Any, prompts: Iterable[Prompt]) -> None:
        """Say, play or pause."""
        for prompt in prompts:
            if isinstance(prompt, Pause):
                if prompt.seconds > 0:
                    into.pause(length=min(prompt.seconds, LONGEST_PAUSE))
            elif isinstance(prompt, Play):
                self._room -= _size(prompt.url)
                if self._room >= 0:
                    into.play(NOT_XML.sub("", prompt.url))
            else:
                self._say(into, prompt)

    def decide(self, verb: Verb) -> None:
        """Write the verb on which the call goes on."""
        if self._waiting and isinstance(verb, Record | Ring):
            raise ValueError(f"{type(verb).__name__} may not stand in the queue; leave it first.")
        if isinstance(verb, Record | Ring | Wait | HangUp):
            self.prompts(self.response, verb.prompts)
        _WRITE[type(verb)](self, verb)

    def on_silence(self) -> None:
        """Ask for the next step although nothing came in."""
        self.response.redirect(self.at(WAIT if self._waiting else ""), method="POST")

    def _say(self, into: Any, said: Say) -> None:
        language = said.language if said.language in self._voices and said.language in LOCALES else "vi"
        for part in _parts(spoken(NOT_XML.sub(" ", said.text), language)):
            self._room -= _size(part) + 80
            if self._room >= 0:
                into.say(part, language=LOCALES[language], voice=self._voices.get(language))

    # -- one method a verb ------------------------------------------------------------------------------

    def listen(self, verb: Listen) -> None:
        settings: dict[str, Any] = {
            "input": "dtmf speech" if verb.speech else "dtmf",
            "action": self.at(WAIT if self._waiting else ""),
            "method": "POST",
            "timeout": min(max(verb.seconds, 1), LONGEST_WAIT_FOR_KEYS),
            "action_on_empty_result": True,
            # One key of a menu may be # itself; more end by #.
            "finish_on_key": "" if verb.keys == 1 else "#",
        }
        if verb.keys > 0:
            settings["num_digits"] = verb.keys
        if verb.speech:
            settings |= {
                "language": LOCALES.get(verb.language, LOCALES["vi"]),
                "speech_timeout": SPEECH_SECONDS,
                "profanity_filter": False,
                "hints": _hints(verb.hints) or None,
            }
        gather = Gather(**settings)
        # Said inside: a key or a word is taken meanwhile, nobody has to wait for the end of a sentence.
        self.prompts(gather, verb.prompts)
        self.response.append(gather)

    def record(self, verb: Record) -> None:
        self.response.record(
            action=self.at(),
            method="POST",
            max_length=max(verb.max_seconds, 1),
            timeout=max(verb.silence_seconds, 1),
            finish_on_key="#",
            play_beep=True,
            trim="trim-silence",
            recording_status_callback=self._public_url + RECORDING_PATH,
            recording_status_callback_event="completed absent",
            recording_status_callback_method="POST",
        )
        self.on_silence()  # Record asks for its action only when something was said

    def ring(self, verb: Ring) -> None:
        dial = Dial(
            action=self.at(),
            method="POST",
            timeout=min(max(verb.seconds, 5), 600),
            answer_on_bridge=True,
            caller_id=self._caller_id or None,
            sequential=True if verb.in_order else None,
        )
        screen = {"url": self.at(SCREEN), "method": "POST"} if verb.screened else {}
        for number in dict.fromkeys(verb.numbers):
            if len(dial.verbs) < MOST_RUNG and _NUMBER.fullmatch(number):
                dial.number(number, **screen)
            elif len(dial.verbs) < MOST_RUNG and _SIP.fullmatch(number):
                dial.sip(NOT_XML.sub("", number), **screen)
        if dial.verbs:
            self.response.append(dial)
        else:
            self.on_silence()  # nobody to ring: as if nobody had answered

    def wait(self, verb: Wait) -> None:
        if not self._waiting:
            self.response.enqueue(
                QUEUE, action=self.at(QUIT), method="POST", wait_url=self.at(WAIT), wait_url_method="POST"
            )
            return
        self.response.pause(length=NEWS_SECONDS)
        self.on_silence()  # without it Twilio plays this very document again, and its news grow stale

    def leave(self, verb: Leave) -> None:
        if self._waiting:
            self.response.leave()
        else:
            self.on_silence()

    def hang_up(self, verb: HangUp) -> None:
        self.response.hangup()


_WRITE: dict[type, Any] = {
    Listen: _Page.listen,
    Record: _Page.record,
    Ring: _Page.ring,
    Wait: _Page.wait,
    Leave: _Page.leave,
    HangUp: _Page.hang_up,
}


def _parts(text: str) -> list[str]:
    """Split what is too long for one Say, at the end of a sentence or word if there is one."""
    text = " ".join(text.split())
    parts = []
    while len(text) > MOST_IN_A_SAY:
        head = text[:MOST_IN_A_SAY]
        cut = head.rfind(". ") + 1 or max(head.rfind(" "), 0) or MOST_IN_A_SAY
        parts.append(text[:cut].strip())
        text = text[cut:].strip()
    return [part for part in [*parts, text] if part]


def _hints(words: Iterable[str]) -> str:
    """Return phrases with commas between; a comma inside one would make two of it."""
    kept: list[str] = []
    room = MOST_HINTED
    for word in words:
        plain = " ".join(NOT_XML.sub(" ", word).replace(",", " ").split())[:LONGEST_HINT].strip()
        room -= _size(plain) + 1
        if len(kept) == MOST_HINTS or room < 0:
            break
        if plain:
            kept.append(plain)
    return ",".join(kept)


def _size(text: str) -> int:
    """Bytes of a text in XML."""
    marks = sum(map(text.count, '&<>"'))
    return len(text.encode("utf-8", "replace")) + 5 * marks  # &quot; and its like
