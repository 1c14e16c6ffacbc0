"""A mail that came in, reduced to what counts: who, which token, what is new in it, and whether to listen at all."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from email.utils import getaddresses
from typing import Any

from chalicelib.errors import MalformedRequest
from chalicelib.gateways.mail_html import text_of
from chalicelib.gateways.mail_reply import new_part
from chalicelib.gateways.ports import InboundMail

MAX_BYTES = 10 * 1024 * 1024
"""A longer mail is read this far: its text comes before its attachments."""
MAX_PART_BYTES = 1024 * 1024
MAX_PARTS = 200
MAX_HEADER_CHARACTERS = 2_000
MAX_SUBJECT_CHARACTERS = 300

_TOKEN = re.compile(r"[^@+\s]+\+(?P<token>[A-Za-z0-9._=-]{4,64})@", re.ASCII)
_ADDRESS = re.compile(r"[!-?A-~]+@[A-Za-z0-9.-]+")
_RECIPIENT_HEADERS = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To")

# Of Python's codecs only those that mail is written in: some others (punycode) take for ever on a long hostile part.
_CHARSET = re.compile(
    r"utf[-_]?(7|8|16|32)([-_][bl]e)?|iso[-_]?8859[-_]\d+|(windows|cp)[-_]?\d+|koi8[-_][ru]|gb(k|2312|18030)|big5"
    r"|shift[-_]jis|euc[-_](jp|kr)|iso[-_]2022[-_](jp|kr)|macintosh",
    re.IGNORECASE,
)
_SAY_NOTHING = ("us-ascii", "ascii", "iso-8859-1", "latin1", "")

_AUTOMATIC_SENDER = re.compile(
    r"(mailer-daemon|mail-daemon|postmaster|no-?reply|do-?not-?reply|auto-?reply|bounces?)(\+[^@]*)?@",
    re.IGNORECASE,
)
# Compared without marks and in lower case, after Re:, Fwd: …
_AUTOMATIC_SUBJECT = re.compile(
    r"(tu dong tra loi|tra loi tu dong|thu tra loi tu dong|thu tu dong|vang mat|thong bao vang mat|ngoai van phong"
    r"|out of (the )?office|automatic reply|auto(matic)? ?-?(reply|response)|auto ?:|autoreply"
    r"|undeliver(ed|able)|delivery status notification|mail delivery (failed|failure|subsystem)|delivery failure"
    r"|returned mail|failure notice|khong the gui|thu khong gui duoc)\b"
)
_REPLY_PREFIX = re.compile(r"((re|fw|fwd|tl|tra loi|ve)\s*:\s*)+")


def read_mail(raw: bytes, *, id: str, verdicts: Mapping[str, Any] | None) -> InboundMail:
    """
    Return what a mail says.

    Args:
        raw: The mail as received. Beyond `MAX_BYTES` it is not read.
        id: Provider and its message id: `ses#…`.
        verdicts: Of the receiving mail service (SES: `spamVerdict`, `virusVerdict`, `spfVerdict`, `dkimVerdict`,
            `dmarcVerdict`, each `PASS`, `FAIL`, `GRAY` … or `{"status": …}`); None when nobody has looked.

    Raises:
        MalformedRequest: It is no mail: nobody sent it. Nothing else is ever raised.
    """
    try:
        message = BytesParser(policy=compat32).parsebytes(raw[:MAX_BYTES])
        return _read(message, id, verdicts or {})
    except MalformedRequest:
        raise
    except (
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        AssertionError,
        RecursionError,
        HeaderParseError,
    ) as problem:
        # the standard library's parser gives up on some malformed mail in ways of its own
        raise MalformedRequest("mail cannot be read") from problem


def _read(message: Message, id: str, verdicts: Mapping[str, Any]) -> InboundMail:
    senders = _addresses(message, "From")
    if not senders:
        raise MalformedRequest("From")
    recipients = tuple(dict.fromkeys(one for name in _RECIPIENT_HEADERS for one in _addresses(message, name)))
    subject = _header(message, "Subject")[:MAX_SUBJECT_CHARACTERS]
    one_sender = len(senders) == 1 and len(_raw(message, "From")) == 1
    return InboundMail(
        id=id,
        sender=senders[0].lower(),
        recipients=recipients,
        subject=subject,
        text=new_part(_text(message)),
        token=next((found["token"] for one in recipients if (found := _TOKEN.match(one))), ""),
        automatic=_is_automatic(message, senders[0], subject),
        trusted=one_sender and _is_trusted(verdicts),
    )


def _is_trusted(verdicts: Mapping[str, Any]) -> bool:
    """
    Tell whether the receiving service vouches for a mail.

    Spam and virus must have passed. Of SPF, DKIM and DMARC none may have failed and at least one must have passed:
    many offices publish no DMARC rule or sign nothing (GRAY), and their mail still has to count.
    """
    status = {}
    for name, value in verdicts.items():
        given = value.get("status", "") if isinstance(value, Mapping) else value
        status[str(name).lower().removesuffix("verdict")] = str(given).upper()
    origin = [status.get(name, "") for name in ("spf", "dkim", "dmarc")]
    clean = status.get("spam") == "PASS" and status.get("virus") == "PASS"
    return clean and "PASS" in origin and all(one in ("PASS", "GRAY") for one in origin)


def _is_automatic(message: Message, sender: str, subject: str) -> bool:
    """Tell a machine's mail from a person's (RFC 3834 and the habits of older software)."""
    submitted = _header(message, "Auto-Submitted").split(";")[0].strip().lower()
    if submitted not in ("", "no"):
        return True
    if _header(message, "Precedence").strip().lower() in ("bulk", "junk", "list", "auto_reply", "auto-reply"):
        return True
    if any(
        message.get(name)
        for name in ("X-Autoreply", "X-Autorespond", "X-Auto-Reply", "List-Id", "X-Failed-Recipients")
    ):
        return True
    if _header(message, "Return-Path").strip() == "<>" or _AUTOMATIC_SENDER.match(sender):
        return True
    if message.get_content_type() == "multipart/report":
        return True
    folded = _folded(subject)
    return bool(_AUTOMATIC_SUBJECT.match(_REPLY_PREFIX.sub("", folded)) and not _REPLY_PREFIX.match(folded))


def _text(message: Message) -> str:
    """Return the text a person wrote: the plain part, else the HTML part as text."""
    plain: list[str] = []
    html: list[str] = []
    for part in _parts(message):
        kind = part.get_content_type()
        attached = str(part.get("Content-Disposition", "")).strip().lower().startswith("attachment")
        if attached or part.is_multipart() or kind not in ("text/plain", "text/html"):
            continue
        (plain if kind == "text/plain" else html).append(_content(part))
    written = "\n".join(plain).strip()
    return written or text_of("\n".join(html))


def _parts(message: Message) -> Iterator[Message]:
    """Walk the parts without recursion, leaving out mails within the mail: those are quoted or bounced."""
    waiting = [message]
    for _ in range(MAX_PARTS):
        if not waiting:
            return
        part = waiting.pop()
        yield part
        if part.is_multipart() and part.get_content_maintype() == "multipart":
            inner: Any = part.get_payload()
            waiting.extend(one for one in reversed(inner) if isinstance(one, Message))


def _content(part: Message) -> str:
    charset, flow = str(part.get_content_charset() or ""), str(part.get_param("format", ""))
    payload = part.get_payload(decode=True)
    content = payload[:MAX_PART_BYTES] if isinstance(payload, bytes) else b""
    text = _decoded(content, charset)
    return _unflowed(text) if flow.lower() == "flowed" else text


def _decoded(content: bytes, charset: str) -> str:
    """Decode by the declared charset, then by what Vietnamese mail comes in."""
    # what claims to be ASCII or Latin-1, or claims nothing, and is valid UTF-8 is UTF-8
    claimed = [charset] if charset.lower() not in _SAY_NOTHING and _CHARSET.fullmatch(charset) else []
    for name in [*claimed, "utf-8", "cp1258"]:
        try:
            return unicodedata.normalize("NFC", content.decode(name))
        except (LookupError, ValueError):
            continue
    return content.decode("utf-8", "replace")


def _unflowed(text: str) -> str:
    """Join the soft line breaks of `format=flowed` (RFC 3676): a line that ends in a space goes on."""
    lines: list[str] = []
    goes_on = False
    for line in text.replace("\r\n", "\n").split("\n"):
        if goes_on and not line.startswith(">"):
            lines[-1] += line
        else:
            lines.append(line)
        goes_on = line.endswith(" ") and line != "-- " and not line.startswith(">")
    return "\n".join(lines)


def _raw(message: Message, name: str) -> list[str]:
    """Return every header *name* as it came; bytes that are no ASCII in the encoding they most likely are."""
    values = [value for given, value in message.raw_items() if given.lower() == name.lower()]
    return [
        _decoded(str(value)[:MAX_HEADER_CHARACTERS].encode("utf-8", "surrogateescape"), "")
        for value in values
    ]


def _header(message: Message, name: str) -> str:
    values = _raw(message, name)
    return _words(values[0]) if values else ""


def _words(value: str) -> str:
    """Return a header in Unicode, on one line, whatever its encoded words claim."""
    try:
        pieces = decode_header(value)
    except (HeaderParseError, ValueError):
        pieces = [(value, None)]
    text = "".join(
        piece
        if isinstance(piece, str)
        else _decoded(piece, charset)
        if charset
        else piece.decode("raw-unicode-escape", "replace")
        for piece, charset in pieces
    )
    text = text.encode("utf-8", "replace").decode("utf-8")
    return re.sub(r"[\s\x00-\x1f\x7f]+", " ", unicodedata.normalize("NFC", text)).strip()


def _addresses(message: Message, name: str) -> list[str]:
    found = [address.strip() for _, address in getaddresses(_raw(message, name))]
    return [one for one in found if _ADDRESS.fullmatch(one) or _AUTOMATIC_SENDER.match(f"{one}@")]


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(one for one in plain if not unicodedata.combining(one)).strip()
