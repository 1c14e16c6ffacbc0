"""
A form as other systems post it: urlencoded, or multipart with text fields. Every value of each name is kept.

Anybody may send one. Python's parser of mail reads multipart too, but takes a minute over 64 kB that are made for it
and breaks on parts within parts. What text fields need of multipart (RFC 7578) is little, and read here within limits.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable

from chalicelib.errors import MalformedRequest
from chalicelib.gateways.form import parse_form, readable
from chalicelib.gateways.ports import MAX_BODY_BYTES

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"

MOST_CONTENT_TYPE = 300
"""Characters of the request's Content-Type; a boundary has 70 at most (RFC 2046 §5.1.1)."""

MOST_HEAD = 1_000
"""Bytes of a part's header lines; those of a field have about 60."""

MOST_PARTS = 200

_BOUNDARY = re.compile(r';\s{0,9}boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))', re.IGNORECASE)
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_FOLD = re.compile(r"\r?\n[ \t]+")
_PARAMETER = re.compile(r';\s*([a-z*]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))', re.IGNORECASE)

_DECODED: dict[str, Callable[[bytes], bytes]] = {
    "base64": binascii.a2b_base64,
    "quoted-printable": binascii.a2b_qp,
}
"""Content-Transfer-Encoding → how it is read; RFC 7578 does without, some programs do not."""


def read_form(raw: bytes, content_type: str) -> tuple[dict[str, list[str]], bool]:
    """
    Return the fields of a form, and whether it brought a file, which API Gateway would have mangled.

    Args:
        raw: The body.
        content_type: Its header; anything but multipart is read as urlencoded.

    Raises:
        MalformedRequest: It is too long, has too many fields, or is not what its header says.
    """
    if len(content_type) > MOST_CONTENT_TYPE:
        raise MalformedRequest(f"Content-Type longer than {MOST_CONTENT_TYPE} characters")
    if content_type.split(";")[0].strip().lower() == MULTIPART:
        return _multipart(raw, content_type)
    form = parse_form(raw)
    return {readable(name): [readable(value) for value in form.getall(name)] for name in form}, False


def _multipart(raw: bytes, content_type: str) -> tuple[dict[str, list[str]], bool]:
    if len(raw) > MAX_BODY_BYTES:
        raise MalformedRequest(f"form longer than {MAX_BODY_BYTES} bytes")
    fields: dict[str, list[str]] = {}
    brought_file = False
    for part in _parts(raw, content_type):
        lines, content = _split(part)
        disposition = lines.get("content-disposition", "")
        parameters = {
            name.lower(): quoted or plain for name, quoted, plain in _PARAMETER.findall(disposition)
        }
        if parameters.get("filename") or parameters.get("filename*"):
            brought_file = brought_file or bool(content.strip())
        elif name := re.sub(r"\\(.)", r"\1", parameters.get("name", "")):
            fields.setdefault(name, []).append(content.decode("utf-8", "replace"))
    return fields, brought_file


def _parts(raw: bytes, content_type: str) -> list[bytes]:
    """What stands between the boundaries, each with the line break its header lines begin after."""
    named = _BOUNDARY.search(content_type)
    if named is None:
        raise MalformedRequest("multipart without a boundary")
    boundary = re.escape((named[1] or named[2]).encode("latin-1", "replace"))
    line = re.compile(rb"(?:\A|\r?\n)--" + boundary + rb"(?:--|[ \t]{0,99}(?=\r?\n))")
    parts: list[bytes] = []
    begins = None
    for found in line.finditer(raw):
        if begins is not None:
            parts.append(raw[begins : found.start()])
        begins = found.end()
        if len(parts) > MOST_PARTS:
            raise MalformedRequest(f"form with more than {MOST_PARTS} parts")
        if found[0].endswith(b"--"):
            break
    else:
        parts += [raw[begins:]] if begins is not None else []
    if not parts:
        raise MalformedRequest("multipart without parts")
    return parts


def _split(part: bytes) -> tuple[dict[str, str], bytes]:
    """The header lines of a part by lower-case name, and its content."""
    blank = _BLANK_LINE.search(part, 0, MOST_HEAD + len("\r\n\r\n\r\n"))
    if blank is None:
        raise MalformedRequest(f"part without a head of at most {MOST_HEAD} bytes")
    lines = _head(part[: blank.start()].lstrip(b"\r\n"))
    if lines.get("content-type", "").lower().startswith("multipart/"):
        raise MalformedRequest("parts within parts")
    content = part[blank.end() :]
    decode = _DECODED.get(lines.get("content-transfer-encoding", "").lower())
    try:
        return lines, decode(content) if decode else content
    except ValueError as problem:
        raise MalformedRequest("part that is not encoded as it says") from problem


def _head(head: bytes) -> dict[str, str]:
    unfolded = _FOLD.sub(" ", head.decode("utf-8", "replace"))
    named = (line.partition(":") for line in unfolded.splitlines())
    return {name.strip().lower(): value.strip() for name, _, value in named}
