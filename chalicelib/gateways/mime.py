"""A mail as bytes: MIME in pure ASCII, Vietnamese in encoded words, nothing that could smuggle in a header."""

from __future__ import annotations

import re
from email.errors import HeaderParseError
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from typing import Any

from chalicelib.errors import SendFailed
from chalicelib.gateways.ports import Attachment, Mail

_BREAKS = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_NAMED = re.compile(r"\s*(?P<name>.*?)\s*<(?P<address>[^<>]*)>\s*", re.DOTALL)
_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}")
_CONTENT_TYPE = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+-]*")

_ID = re.compile(r"[^A-Za-z0-9._-]")

# Set by us or by the provider; a template that names one of them is not listened to.
_OURS = frozenset(
    {
        "from",
        "to",
        "cc",
        "bcc",
        "sender",
        "reply-to",
        "subject",
        "date",
        "message-id",
        "in-reply-to",
        "references",
    }
    | {
        "return-path",
        "received",
        "mime-version",
        "auto-submitted",
        "content-type",
        "content-transfer-encoding",
    }
)


class WholeWords(EmailPolicy):
    """
    Headers encoded as a whole, one encoded word after the other.

    Python's own folding loses the space between two Vietnamese words on different lines (python/cpython#92081).
    """

    def fold(self, name: str, value: Any) -> str:
        """Return one header as text."""
        if name.lower().startswith("content-"):
            return str(super().fold(name, value))
        return f"{name}: {self._encoded(name, value)}{self.linesep}"

    def fold_binary(self, name: str, value: Any) -> bytes:
        """Return one header as bytes."""
        return self.fold(name, value).encode("ascii")

    def _encoded(self, name: str, value: Any) -> str:
        if not hasattr(value, "addresses"):
            return _words(str(value), name, self.linesep)
        return f",{self.linesep} ".join(_mailbox(one, name, self.linesep) for one in value.addresses)


WHOLE_WORDS = WholeWords(linesep="\r\n", cte_type="7bit")


def _words(text: str, name: str, linesep: str) -> str:
    if (
        text.isascii() and len(text) < 900
    ):  # a line may have 998 (RFC 5322 §2.1.1); a Message-ID must not be broken
        return text
    return Header(text, "utf-8", maxlinelen=76, header_name=name).encode(linesep=linesep)


def _mailbox(one: Address, name: str, linesep: str) -> str:
    if one.display_name.isascii():
        return str(one)  # quoted where it needs to be
    return f"{_words(one.display_name, name, linesep)}{linesep} <{one.addr_spec}>"


def header_value(message: EmailMessage, name: str) -> str:
    """Return a header as it goes out, on one line."""
    return re.sub(r"\r?\n[ \t]+", " ", WHOLE_WORDS.fold(name, message[name])).partition(":")[2].strip()


def build(mail: Mail, *, sender: str, region: str = "") -> EmailMessage:
    """
    Return *mail* as a MIME message of pure ASCII: text, HTML, files; Vietnamese in encoded words.

    Line breaks and control characters in subject, names and headers become spaces: no header can be smuggled in.

    Args:
        mail: What to say, and to whom.
        sender: As given to `SesEmail`.
        region: Of the mail service; turns an id it gave into the Message-ID its recipients know.

    Raises:
        SendFailed: An address is none; a later try would not help.
    """
    message = EmailMessage(policy=WHOLE_WORDS)
    origin = address(sender)
    message["From"] = origin
    message["To"] = address(mail.to)
    if mail.cc:
        message["Cc"] = [address(one) for one in mail.cc]
    if mail.reply_to:
        message["Reply-To"] = address(mail.reply_to)
    message["Subject"] = line(mail.subject)
    message["Message-ID"] = f"<{_ID.sub('_', mail.message_id)}@{origin.domain}>"  # SES puts its own there
    if mail.in_reply_to:
        message["In-Reply-To"] = message["References"] = _message_id(mail.in_reply_to, region)
    # RFC 3834, and Exchange's own word: no out-of-office answers to us, please
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    for name, value in mail.headers.items():
        if _HEADER_NAME.fullmatch(name) and name.lower() not in _OURS and name not in message:
            message[name] = line(value)
    message.set_content(_encodable(mail.text) or "\n", charset="utf-8")
    if mail.html:
        message.add_alternative(_encodable(mail.html), subtype="html", charset="utf-8")
    for attachment in mail.attachments:
        maintype, subtype = _content_type(attachment)
        message.add_attachment(
            attachment.content, maintype=maintype, subtype=subtype, filename=_file_name(attachment)
        )
    return message


def address(text: str) -> Address:
    """
    Return `Tên <a@b>` or `a@b` as a mail address, an internationalised domain in its ASCII form.

    Raises:
        SendFailed: It is none.
    """
    named = _NAMED.fullmatch(text)
    name, spec = (named["name"].strip(' "'), named["address"]) if named else ("", text)
    local, _, domain = spec.strip().rpartition("@")
    try:
        if re.search(r"[\s,;<>()\x00-\x1f]", spec.strip()) or not local.isascii():
            raise ValueError(spec)
        domain = domain if domain.isascii() else domain.encode("idna").decode("ascii")
        if "." not in domain and domain != "localhost":
            raise ValueError(spec)
        return Address(display_name=line(name), addr_spec=f"{local}@{domain}")
    except (ValueError, IndexError, HeaderParseError) as problem:
        raise SendFailed("not a mail address", retry=False) from problem


def line(text: str) -> str:
    """Return *text* as one line without control characters, fit for a header."""
    return _BREAKS.sub(" ", _encodable(text)).strip()


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def _message_id(given: str, region: str) -> str:
    given = _BREAKS.sub("", given)
    if given.startswith("<") or not region:
        return given
    host = "email" if region == "us-east-1" else region
    return f"<{given}>" if "@" in given else f"<{given}@{host}.amazonses.com>"


def _content_type(attachment: Attachment) -> tuple[str, str]:
    given = attachment.content_type.split(";")[0].strip().lower()
    if not _CONTENT_TYPE.fullmatch(given) or given.startswith(("multipart/", "message/")):
        given = "application/octet-stream"
    maintype, _, subtype = given.partition("/")
    return maintype, subtype


def _file_name(attachment: Attachment) -> str:
    return line(attachment.name).replace("/", "-").replace("\\", "-")[:150] or "file"
