"""What Twilio would refuse, or do otherwise than meant, in a TwiML document for a call. Loud on purpose.

Verbs and attributes are those of Twilio's own library; the rest is docs/providers.md, “Twilio voice”.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urljoin, urlsplit
from xml.etree import ElementTree

from twilio.twiml import lower_camel
from twilio.twiml.voice_response import Dial, VoiceResponse

MOST_BYTES = 64 * 1024
MOST_HINTS, LONGEST_HINT = 500, 100
LONGEST_SAY = 4096
MOST_RUNG = 10

_ROOT_VERBS: dict[str, Callable[..., Any]] = {
    "Say": VoiceResponse.say,
    "Play": VoiceResponse.play,
    "Pause": VoiceResponse.pause,
    "Gather": VoiceResponse.gather,
    "Record": VoiceResponse.record,
    "Dial": VoiceResponse.dial,
    "Enqueue": VoiceResponse.enqueue,
    "Redirect": VoiceResponse.redirect,
    "Reject": VoiceResponse.reject,
    "Hangup": VoiceResponse.hangup,
    "Leave": VoiceResponse.leave,
}
_DIALLED: dict[str, Callable[..., Any]] = {
    "Number": Dial.number,
    "Sip": Dial.sip,
    "Queue": Dial.queue,
    "Conference": Dial.conference,
}
_PROMPTS = frozenset({"Say", "Play", "Pause"})
_INSIDE: dict[str, frozenset[str]] = {
    "Response": frozenset(_ROOT_VERBS),
    "Gather": _PROMPTS,
    "Dial": frozenset(_DIALLED),
    "Say": frozenset({"break", "emphasis", "lang", "p", "phoneme", "prosody", "s", "say-as", "sub", "w"}),
}
IN_QUEUE = _PROMPTS | {"Gather", "Redirect", "Leave", "Hangup"}
"""Verbs that a document heard in a queue may hold (Twilio, Enqueue, waitUrl)."""
ON_SCREEN = _PROMPTS | {"Gather", "Redirect", "Hangup", "Reject"}
"""What the party that was dialled may hear before it is connected (Twilio, Number, url)."""

_ADDRESSES = frozenset(
    {"action", "url", "waitUrl", "recordingStatusCallback", "statusCallback", "partialResultCallback"}
)
_COUNTS: dict[str, tuple[int, int]] = {
    "numDigits": (1, 1000),
    "maxLength": (1, 14400),
    "maxSpeechTime": (1, 600),
    "length": (1, 600),
    "loop": (0, 1000),
    "maxQueueSize": (0, 5000),
    "timeLimit": (1, 86400),
}
_VIETNAMESE_VOICES = re.compile(
    r"Google\.vi-VN-(Standard-[A-D]|Wavenet-[A-D]|Neural2-[AD]"
    r"|Chirp3-HD-(Aoede|Charon|Fenrir|Kore|Leda|Orus|Puck|Zephyr))"
)
_VIETNAMESE_LETTERS = re.compile("[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", re.IGNORECASE)
_LOCALE = re.compile(r"[a-z]{2,3}-[A-Z]{2}")
_NUMBER = re.compile(r"\+?[0-9]{3,15}")
_FINISH = re.compile(r"[0-9*#]*")


@dataclass
class Checked:
    """A document and what is wrong with it."""

    root: ElementTree.Element | None
    """None when Twilio could not play it at all: the caller hears an error and the call ends."""
    faults: list[str] = field(default_factory=list)


def check_twiml(
    body: str,
    *,
    content_type: str = "text/xml",
    status: int = 200,
    address: str,
    allowed: frozenset[str] | None = None,
) -> Checked:
    """
    Check a document.

    Args:
        body: As answered.
        content_type, status: Of the answer.
        address: Where it was fetched; relative addresses are resolved against it, plain http may pass on its host.
        allowed: Verbs that may stand here; None = all. `IN_QUEUE`, `ON_SCREEN`.
    """
    if not 200 <= status < 300:
        return Checked(None, [f"11200: {_path(address)} answered {status or 'nothing'}."])
    kind = content_type.split(";")[0].strip().lower()
    if kind not in ("text/xml", "application/xml", "text/html"):
        return Checked(None, [f"12300: content type {kind or '(none)'} is no TwiML; answer text/xml."])
    size = len(body.encode("utf-8", "surrogatepass"))
    if size > MOST_BYTES:
        return Checked(None, [f"11750: the document has {size} bytes; {MOST_BYTES} are the most."])
    try:
        root = ElementTree.fromstring(body)
    except (ElementTree.ParseError, ValueError) as problem:
        return Checked(None, [f"12100: the document is no XML ({problem})."])
    if root.tag != "Response":
        return Checked(None, [f"12200: the root is <{root.tag}>, not <Response>."])
    return Checked(root, [*_root(root, address, allowed)])


def _root(root: ElementTree.Element, address: str, allowed: frozenset[str] | None) -> Iterator[str]:
    if (root.text or "").strip():
        yield "12200: text stands in <Response> outside any verb."
    for verb in root:
        if verb.tag not in _INSIDE["Response"]:
            yield f"12200: <{verb.tag}> is no verb of a call that is played here."
            continue
        if allowed is not None and verb.tag not in allowed:
            yield f"<{verb.tag}> may not stand here; only {', '.join(sorted(allowed))} may."
        yield from _verb(verb, address, _ROOT_VERBS[verb.tag])


def _verb(verb: ElementTree.Element, address: str, known: Callable[..., Any]) -> Iterator[str]:
    name = verb.tag
    for attribute in verb.attrib:
        if attribute not in _attributes(known):
            yield f"12200: {name} has no attribute {attribute}."
    yield from _values(verb, address)
    yield from _OWN_RULES.get(name, lambda verb, address: iter(()))(verb, address)
    inside = _INSIDE.get(name, frozenset())
    for child in verb:
        if child.tag not in inside:
            yield f"12200: <{child.tag}> may not stand in <{name}>."
        elif name in ("Gather", "Dial"):
            yield from _verb(child, address, {**_ROOT_VERBS, **_DIALLED}[child.tag])


@cache
def _attributes(method: Callable[..., Any]) -> frozenset[str]:
    """The attributes Twilio's library knows for a verb, in their spelling on the wire."""
    return frozenset(
        lower_camel(name.rstrip("_")) for name in inspect.signature(method).parameters if name != "self"
    )


def _values(verb: ElementTree.Element, address: str) -> Iterator[str]:
    for name, value in verb.attrib.items():
        if name in _ADDRESSES:
            yield from _address(f"{verb.tag} {name}", value, address)
        elif name in ("method", "waitUrlMethod", "recordingStatusCallbackMethod") and value not in (
            "GET",
            "POST",
        ):
            yield f"12200: {verb.tag} {name} is {value!r}; GET or POST."
        elif name in _COUNTS:
            least, most = _COUNTS[name]
            if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
                yield f"12200: {verb.tag} {name} is {value!r}; {least} to {most}."
        elif name == "finishOnKey" and not _FINISH.fullmatch(value):
            yield f"12200: {verb.tag} finishOnKey is {value!r}; keys are 0-9, * and #."


def _address(what: str, given: str, base: str) -> Iterator[str]:
    parts = urlsplit(given)
    if not parts.scheme:
        yield f"{what} is relative ({given or 'empty'}): behind a stage or another path it leads elsewhere."
    elif parts.scheme not in ("http", "https") or not parts.hostname:
        yield f"11100: {what} is no address."
    elif parts.scheme == "http" and parts.netloc != urlsplit(base).netloc:
        yield f"{what} is plain http: whoever is on the way hears and changes the call."
    if parts.hostname and "_" in parts.hostname:
        yield f"{what}: a host with an underscore is not called by Twilio."


def _say(verb: ElementTree.Element, address: str) -> Iterator[str]:
    text = "".join(verb.itertext()).strip()
    voice, language = verb.get("voice", ""), verb.get("language", "")
    if not text:
        yield "13520: a Say has nothing to say."
    if len(text) > LONGEST_SAY:
        yield f"13520: a Say has {len(text)} characters; {LONGEST_SAY} are the most."
    if language and not _LOCALE.fullmatch(language):
        yield f"13512: {language} is no language of Say."
        return
    spoken = re.match(r"(?:Google|Polly)\.([a-z]{2,3}-[A-Z]{2})-", voice)
    if spoken and language and spoken[1] != language:
        yield f"13511: voice {voice} does not speak {language}."
    elif (language or (spoken and spoken[1])) == "vi-VN" and not _VIETNAMESE_VOICES.fullmatch(voice):
        yield f"13511: voice {voice or '(none)'} does not speak vi-VN; only Google.vi-VN-… voices do."
    elif not language and not spoken and _VIETNAMESE_LETTERS.search(text):
        yield "A Say without language reads Vietnamese words as if they were English."


def _play(verb: ElementTree.Element, address: str) -> Iterator[str]:
    if verb.get("digits") is None:
        if not (verb.text or "").strip():
            yield "13420: a Play has no address."
        else:
            yield from _address("Play", (verb.text or "").strip(), address)


def _gather(verb: ElementTree.Element, address: str) -> Iterator[str]:
    if not verb.get("action"):
        yield "Gather has no action: the same document is fetched again and again."
    inputs = (verb.get("input") or "dtmf").split()
    if not inputs or set(inputs) - {"dtmf", "speech"}:
        yield f"13330: Gather input is {verb.get('input')!r}; dtmf, speech or both."
    for name in ("timeout", "speechTimeout"):
        value = verb.get(name, "")
        if value and value != "auto" and not re.fullmatch(r"[1-9][0-9]{0,2}", value):
            yield f"13314: Gather {name} is {value!r}; seconds or auto."
    if verb.get("speechTimeout") == "auto" and verb.get("speechModel", "default") == "default":
        yield "13335: speechTimeout=auto does not go with the default speech model; set seconds."
    if "speech" in inputs and not _LOCALE.fullmatch(verb.get("language", "en-US")):
        yield f"13331: {verb.get('language')} is no language of speech recognition."
    hints = [hint for hint in (verb.get("hints") or "").split(",") if hint.strip()]
    if len(hints) > MOST_HINTS:
        yield f"13332: Gather has {len(hints)} hints; {MOST_HINTS} are the most."
    if (longest := max(map(len, hints), default=0)) > LONGEST_HINT:
        yield f"13332: a hint of Gather has {longest} characters; {LONGEST_HINT} are the most."


def _record(verb: ElementTree.Element, address: str) -> Iterator[str]:
    if not verb.get("action"):
        yield "Record has no action: the same document is fetched again and records in a loop."
    if verb.get("transcribe") == "true":
        yield "Record transcribe understands English only."
    if not re.fullmatch(r"[1-9][0-9]{0,3}", verb.get("timeout", "5")):
        yield f"13617: Record timeout is {verb.get('timeout')!r}; seconds."


def _dial(verb: ElementTree.Element, address: str) -> Iterator[str]:
    called = [child for child in verb if child.tag in _DIALLED]
    plain = (verb.text or "").strip()
    if not called and not plain:
        yield "13225: Dial rings nobody."
    if plain and not _NUMBER.fullmatch(plain):
        yield f"13223: Dial rings {plain!r}, which is no number."
    if len(called) > MOST_RUNG:
        yield f"Dial rings {len(called)} phones; {MOST_RUNG} are the most."
    if len({child.tag for child in called} & {"Queue", "Conference"}) and len(called) > 1:
        yield "12200: Queue and Conference stand alone in a Dial."
    if (
        not re.fullmatch(r"[1-9][0-9]{0,2}", verb.get("timeout", "30"))
        or int(verb.get("timeout", "30")) > 600
    ):
        yield f"13212: Dial timeout is {verb.get('timeout')!r}; 1 to 600 seconds."
    if verb.get("callerId") and not _NUMBER.fullmatch(verb.get("callerId", "")):
        yield f"13214: Dial callerId {verb.get('callerId')!r} is no number."


def _number(verb: ElementTree.Element, address: str) -> Iterator[str]:
    if not _NUMBER.fullmatch((verb.text or "").strip()):
        yield f"13224: {(verb.text or '').strip()!r} is no number."


def _sip(verb: ElementTree.Element, address: str) -> Iterator[str]:
    given = (verb.text or "").strip()
    if not re.fullmatch(r"sips?:[^\s@]+@[^\s]+", given) or len(given) > 255:
        yield f"13224: {given!r} is no SIP address."


def _redirect(verb: ElementTree.Element, address: str) -> Iterator[str]:
    given = (verb.text or "").strip()
    yield from _address("Redirect", given, address)
    if urljoin(address, given) == address:
        yield "Redirect leads to the document it stands in: a loop."


def _named(verb: ElementTree.Element, address: str) -> Iterator[str]:
    if not (verb.text or "").strip():
        yield f"12200: {verb.tag} has no name."


_OWN_RULES: dict[str, Callable[[ElementTree.Element, str], Iterator[str]]] = {
    "Say": _say,
    "Play": _play,
    "Gather": _gather,
    "Record": _record,
    "Dial": _dial,
    "Number": _number,
    "Sip": _sip,
    "Redirect": _redirect,
    "Queue": _named,
    "Conference": _named,
}


def _path(address: str) -> str:
    return urlsplit(address).path
