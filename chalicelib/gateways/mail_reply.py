"""The new part of a mail: what the person wrote, without the mail it answers and without the signature. Pure."""

from __future__ import annotations

import re
import unicodedata

MAX_CHARACTERS = 20_000
_READ_CHARACTERS = 200_000
"""Looked at before the quote is cut off; nobody types that much above it."""

_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad]")
_SPACES = re.compile("[\u00a0\u2000-\u200a\u202f\u3000\t]")

# The line a client puts above the mail it quotes. Gmail breaks it over two or three lines; `_joined` mends that.
_WROTE = re.compile(
    r"(On\b.{4,300}\bwrote:"  # Gmail, Apple Mail, Thunderbird in English
    r"|(Vào|Lúc|Trên|Ngày)\b.{4,300}\bviết:)",  # the same in Vietnamese: "Vào Th 2, 5 thg 1, 2026 … đã viết:"
    re.IGNORECASE,
)
_WROTE_BEGINS = re.compile(r"(On|Vào|Lúc|Trên|Ngày)\b.*\d", re.IGNORECASE)
_WROTE_LINES = 4
_NAMES_A_MAIL = re.compile(r"@|\b\d{1,2}:\d{2}\b")
"""A client names the sender's address or the minute; "ngày 5/1 người dân viết:" in an answer has neither."""

_ORIGINAL = re.compile(
    r"[-_ ]{2,}\s*(Original (Message|Appointment)|Tin nhắn gốc|Thư gốc|Tin nhắn ban đầu|Forwarded message"
    r"|Thư (được )?chuyển tiếp|Tin nhắn (được )?chuyển tiếp)\s*[-_ ]{2,}"
    r"|Begin forwarded message:|Bắt đầu thư (được )?chuyển tiếp:",
    re.IGNORECASE,
)

# Outlook quotes with a block of header lines instead: at least three of them, one of which says who wrote.
_HEADER = re.compile(
    r"\*?(?P<label>From|Từ|Người gửi|Sent|Đã gửi|Gửi|Ngày|Date|To|Đến|Tới|Người nhận|Cc|Subject|Chủ đề|Tiêu đề)"
    r"\s*:\*?\s*\S",
    re.IGNORECASE,
)
_WHO = ("from", "từ", "người gửi")
_WHAT = ("subject", "chủ đề", "tiêu đề")
_HEADER_LINES = 3

_QUOTED = re.compile(r"\s*>")
_DASHES = re.compile(r"--\s*")
_FROM_DEVICE = re.compile(
    r"(Sent from (my |Mail|Yahoo|Outlook|Zalo|Samsung).{0,60}|Get Outlook for .{0,40}|Sent via .{0,40}"
    r"|(Được )?gửi từ (iPhone|iPad|điện thoại|thiết bị|Thư|Outlook|Yahoo|máy).{0,60}|(Được )?gửi từ .{1,20} của tôi"
    r"|(Tải|Lấy|Nhận) Outlook cho .{0,40})[.!]?",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"((Xin )?Trân trọng( (kính chào|cảm ơn))?( và (kính chào|cảm ơn))?|Tran trong( (kinh chao|cam on))?"
    r"|Kính (thư|chào)|Thân (ái|mến)|(Best|Kind|Warm)?\s*regards|Sincerely|Thanks (and|&) (best )?regards)[\s,.!;]*",
    re.IGNORECASE,
)
_SIGNATURE_LINES = 10
_SIGNATURE_WIDTH = 120


def new_part(text: str) -> str:
    """
    Return what the sender wrote, cut off from quoted mail and signature; empty when there is nothing else.

    Understands how Gmail, Outlook, Apple Mail and Thunderbird quote, in Vietnamese and English. What is written
    below or between quoted lines (`>`) is kept: it is new too. When in doubt a line is kept: an answer with a
    signature too many does less harm than half an answer.
    """
    text = unicodedata.normalize("NFC", text[:_READ_CHARACTERS]).replace("\r\n", "\n").replace("\r", "\n")
    text = _SPACES.sub(" ", _INVISIBLE.sub("", text))
    lines = [line.rstrip() for line in text.split("\n")]
    lines = _without_quotes(lines)
    lines = _without_signature(lines)
    kept = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    return kept[:MAX_CHARACTERS]


def _without_quotes(lines: list[str]) -> list[str]:
    kept: list[str] = []
    position = 0
    while position < len(lines):
        line = lines[position].strip()
        if _ORIGINAL.fullmatch(line) or _is_header_block(lines, position):
            if kept and re.fullmatch(r"[_\-]{5,}", kept[-1].strip()):
                kept.pop()  # Outlook rules a line above its block
            return kept
        length = _wrote_length(lines, position)
        if length:
            if _next_is_quoted(lines, position + length):
                position += length
                continue
            if _NAMES_A_MAIL.search(" ".join(lines[position : position + length])):
                return kept  # an HTML quote without its marks
        if not _QUOTED.match(lines[position]):
            kept.append(lines[position])
        position += 1
    return kept


def _wrote_length(lines: list[str], position: int) -> int:
    """Return over how many lines an "On … wrote:" runs from here; 0 when there is none."""
    if not _WROTE_BEGINS.match(lines[position].lstrip("> ")):
        return 0
    joined = ""
    for length in range(1, _WROTE_LINES + 1):
        if position + length > len(lines) or (length > 1 and not lines[position + length - 1].strip()):
            return 0
        joined = f"{joined} {lines[position + length - 1].lstrip('> ').strip()}".strip()
        if _WROTE.fullmatch(joined):
            return length
    return 0


def _next_is_quoted(lines: list[str], position: int) -> bool:
    following = next((line for line in lines[position:] if line.strip()), "")
    return bool(_QUOTED.match(following))


def _is_header_block(lines: list[str], position: int) -> bool:
    first = _HEADER.match(lines[position].strip())
    if not first or first["label"].lower() not in _WHO:
        return False
    labels = set()
    for line in lines[position : position + 8]:
        if not line.strip():
            continue  # Outlook on the web leaves blank lines between them
        header = _HEADER.match(line.strip())
        if not header:
            break
        labels.add(header["label"].lower())
    return len(labels) >= _HEADER_LINES and bool(labels & set(_WHAT))


def _without_signature(lines: list[str]) -> list[str]:
    for position in _tail(lines):
        line = lines[position].strip()
        rest = [other for other in lines[position + 1 :] if other.strip()]
        short = all(len(other) <= _SIGNATURE_WIDTH for other in rest)
        before = any(other.strip() for other in lines[:position])
        if (
            (_FROM_DEVICE.fullmatch(line) and len(rest) <= 2)
            or (_DASHES.fullmatch(line) and short)
            or (_CLOSING.fullmatch(line) and short and before)
        ):
            return lines[:position]
    return lines


def _tail(lines: list[str]) -> range:
    """Return the positions a signature can begin at: with few lines after them."""
    written = 0
    for position in range(len(lines) - 1, -1, -1):
        written += bool(lines[position].strip())
        if written > _SIGNATURE_LINES + 1:
            return range(position + 1, len(lines))
    return range(len(lines))
