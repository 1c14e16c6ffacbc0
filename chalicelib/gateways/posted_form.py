"""A form as other systems post it: urlencoded, or multipart with text fields. Every value of each name is kept."""

from __future__ import annotations

from email.parser import BytesParser
from email.policy import HTTP

from chalicelib.errors import MalformedRequest
from chalicelib.gateways.ports import MAX_BODY_BYTES
from chalicelib.gateways.twilio_webhooks import MAX_FORM_FIELDS, parse_form, readable

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"


def read_form(raw: bytes, content_type: str) -> tuple[dict[str, list[str]], bool]:
    """
    Return the fields of a form, and whether it brought a file, which API Gateway would have mangled.

    Args:
        raw: The body.
        content_type: Its header; anything but multipart is read as urlencoded.

    Raises:
        MalformedRequest: It is too long, has too many fields, or is not what its header says.
    """
    if content_type.split(";")[0].strip().lower() == MULTIPART:
        return _multipart(raw, content_type)
    form = parse_form(raw)
    return {readable(name): [readable(value) for value in form.getall(name)] for name in form}, False


def _multipart(raw: bytes, content_type: str) -> tuple[dict[str, list[str]], bool]:
    if len(raw) > MAX_BODY_BYTES:
        raise MalformedRequest(f"form longer than {MAX_BODY_BYTES} bytes")
    head = f"Content-Type: {content_type}\r\n\r\n".encode("latin-1", "replace")
    message = BytesParser(policy=HTTP).parsebytes(head + raw)
    if not message.is_multipart():
        raise MalformedRequest("multipart without parts")
    fields: dict[str, list[str]] = {}
    brought_file = False
    for number, part in enumerate(message.iter_parts()):
        if number >= MAX_FORM_FIELDS:
            raise MalformedRequest(f"form with more than {MAX_FORM_FIELDS} fields")
        content = part.get_payload(decode=True)
        content = content if isinstance(content, bytes) else b""
        if part.get_filename():
            brought_file = brought_file or bool(content.strip())
            continue
        name = part.get_param("name", header="content-disposition")
        if isinstance(name, str) and name:
            fields.setdefault(name, []).append(content.decode("utf-8", "replace"))
    return fields, brought_file
