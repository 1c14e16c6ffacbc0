"""Forms of other systems: what is read of them, and that no form, however it is made, takes long."""

from __future__ import annotations

import re
from time import process_time

import pytest

from chalicelib.errors import MalformedRequest
from chalicelib.gateways import posted_form
from chalicelib.gateways.ports import MAX_BODY_BYTES
from chalicelib.gateways.posted_form import MOST_CONTENT_TYPE, MOST_HEAD, MOST_PARTS, read_form

BOUNDARY = "multipart/form-data; boundary=b"
NAMED = 'Content-Disposition: form-data; name="x"'

MOST_SECONDS = 0.3
"""Of processor time for 64 kB; milliseconds are usual, what was wrong took 6 to 63 seconds."""


def multipart(*parts: str, end: str = "--b--\r\n") -> bytes:
    return ("".join(f"--b\r\n{part}\r\n" for part in parts) + end).encode()


def field(name: str, value: str, *heads: str) -> str:
    return "\r\n".join((f'Content-Disposition: form-data; name="{name}"', *heads, "", value))


# -- what is read ---------------------------------------------------------------------------------------


def test_fields_come_in_order_with_every_value_and_every_line():
    sent = multipart(field("a", "một\r\nhai"), field("b", ""), field("a", "--b ba"))
    assert read_form(sent, BOUNDARY) == ({"a": ["một\r\nhai", "--b ba"], "b": [""]}, False)


@pytest.mark.parametrize(
    "content_type",
    [
        pytest.param('Multipart/Form-Data; boundary="b"', id="quoted"),
        pytest.param("multipart/form-data; charset=utf-8; Boundary=b; x=1", id="among others"),
        pytest.param("multipart/form-data;boundary=b", id="without a space"),
    ],
)
def test_the_boundary_is_found(content_type):
    assert read_form(multipart(field("a", "1")), content_type) == ({"a": ["1"]}, False)


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"for old readers\r\n" + multipart(field("a", "1")) + b"and after", id="words around"),
        pytest.param(multipart(field("a", "1"), end="--b--"), id="no line break at the end"),
        pytest.param(multipart(field("a", "1"), end=""), id="no end"),
        pytest.param(multipart(field("a", "1")).replace(b"\r\n", b"\n"), id="bare line feeds"),
        pytest.param(
            multipart(field("a", "1")).replace(b"--b\r", b"--b \t\r"), id="space after the boundary"
        ),
        pytest.param(multipart("content-disposition:form-data;\r\n\tname=a\r\n\r\n1"), id="folded, unquoted"),
        pytest.param(multipart(field("a", "MQ==", "Content-Transfer-Encoding: BASE64")), id="base64"),
        pytest.param(multipart(field("a", "=31", "Content-Transfer-Encoding: quoted-printable")), id="qp"),
        pytest.param(multipart(field("a", "1"), "\r\nnameless"), id="a part without a head"),
    ],
)
def test_what_programs_send_is_read(sent):
    fields, brought_file = read_form(sent, BOUNDARY)
    assert {name: [value.strip() for value in values] for name, values in fields.items()} == {"a": ["1"]}
    assert not brought_file


def test_quotes_and_semicolons_in_a_name_belong_to_it():
    part = 'Content-Disposition: form-data; other="; name=\\"b\\""; name="a;\\"c"\r\n\r\n1'
    assert read_form(multipart(part), BOUNDARY) == ({'a;"c': ["1"]}, False)


@pytest.mark.parametrize("named", ['filename="a.jpg"', "filename*=UTF-8''a.jpg"])
def test_a_file_is_told_and_not_read(named):
    part = f'Content-Disposition: form-data; name="media"; {named}\r\nContent-Type: image/jpeg\r\n\r\nabc'
    assert read_form(multipart(part), BOUNDARY) == ({}, True)


def test_a_file_field_left_empty_is_no_file():
    part = 'Content-Disposition: form-data; name="media"; filename="a.jpg"\r\n\r\n'
    assert read_form(multipart(part), BOUNDARY) == ({}, False)


# -- what is refused ------------------------------------------------------------------------------------


def nested(depth: int) -> bytes:
    deep = "".join(
        f"--{number or 'b'}\r\nContent-Type: multipart/mixed; boundary={number + 1}\r\n\r\n"
        for number in range(depth)
    )
    return deep.encode()[:MAX_BODY_BYTES]


REFUSED = [
    pytest.param(b"", BOUNDARY, id="empty"),
    pytest.param(b"a=1", BOUNDARY, id="no multipart"),
    pytest.param(multipart(field("a", "1")), "multipart/form-data", id="no boundary"),
    pytest.param(multipart(field("a", "1")), f"{BOUNDARY}; x={'a' * 300}", id="a long type"),
    pytest.param(b"a=1", f"application/x-www-form-urlencoded; x={'a' * 300}", id="a long type of a form"),
    pytest.param(multipart(*[field("a", "1")] * (MOST_PARTS + 1)), BOUNDARY, id="too many parts"),
    pytest.param(multipart(f"{NAMED}\r\nX: {'a' * MOST_HEAD}\r\n\r\n1"), BOUNDARY, id="a long head"),
    pytest.param(multipart(f"{NAMED}\r\n"), BOUNDARY, id="a head without an end"),
    pytest.param(
        multipart(f"{NAMED}\r\nContent-Type: Multipart/mixed; boundary=c\r\n\r\n1"), BOUNDARY, id="nested"
    ),
    pytest.param(multipart(field("a", "M", "Content-Transfer-Encoding: base64")), BOUNDARY, id="no base64"),
    pytest.param(b"x" * (MAX_BODY_BYTES + 1), BOUNDARY, id="too long"),
    pytest.param(nested(1_100), BOUNDARY, id="1,100 within each other"),
]


@pytest.mark.parametrize(("sent", "content_type"), REFUSED)
def test_what_no_client_needs_is_refused(sent, content_type):
    with pytest.raises(MalformedRequest):
        read_form(sent, content_type)


# -- how long it takes ----------------------------------------------------------------------------------


def filled(start: str, again: str, end: str = "\r\n\r\n1\r\n--b--") -> bytes:
    room = MAX_BODY_BYTES - len(start) - len(end)
    return (start + again * (room // len(again)) + end).encode()


LONG_HEADS = {
    "Content-Type: a;a;a;…": ("Content-Type: ", "a;"),
    "a disposition of many parameters": (f"{NAMED}; ", "a=b; "),
    "a quote that never ends": (f'{NAMED}; a="', ";"),
    "quotes and backslashes": (f'{NAMED}; a="', '\\"; a="'),
    "folded lines": (f"{NAMED};", "\r\n "),
    "many lines": (NAMED, "\r\na: b"),
    "spaces": (f"{NAMED};", " "),
    "a name of stars": (f"{NAMED};", "a*"),
}


@pytest.mark.parametrize("hostile", LONG_HEADS.values(), ids=LONG_HEADS)
def test_a_head_is_looked_at_up_to_its_limit(hostile, monkeypatch):
    looked_at = []
    read_head = posted_form._head
    monkeypatch.setattr(posted_form, "_head", lambda head: looked_at.append(len(head)) or read_head(head))
    start, again = hostile
    with pytest.raises(MalformedRequest):
        read_form(filled(f"--b\r\n{start}", again), BOUNDARY)
    assert looked_at == []
    short = f"{start}{again * 1000}"[:MOST_HEAD]
    read_form(multipart(f"{short}\r\n\r\n1"), BOUNDARY)
    assert len(looked_at) == 1 and 0 < looked_at[0] <= MOST_HEAD


WHOLE = {
    "boundaries": filled("", "--b\r\n"),
    "boundaries without parts": filled("", "\r\n--b"),
    "line breaks": filled("--b\r\n", "\r\n"),
    "carriage returns": filled(f"--b\r\n{NAMED}\r\n\r\n", "\r"),
    "nearly boundaries": filled(f"--b\r\n{NAMED}\r\n\r\n", "\r\n--"),
    "spaces after boundaries": filled("", "\r\n--b" + " " * 300),
    "the longest heads": multipart(
        *[f'{NAMED}; a="{";" * (MOST_HEAD - 60)}\r\n\r\n1'] * (MAX_BODY_BYTES // (MOST_HEAD + 60))
    ),
    "heads of backslashes": multipart(
        *[NAMED + ';a="\\"' * 150 + "\r\n\r\n1"] * (MAX_BODY_BYTES // (MOST_HEAD + 60))
    ),
    "within each other": nested(1_100),
}


@pytest.mark.parametrize("sent", WHOLE.values(), ids=WHOLE)
@pytest.mark.parametrize("boundary", ["b", "=", "-"])
def test_a_form_made_to_be_slow_is_not(sent, boundary):
    sent = re.sub(rb"--b(?=[\r ])", f"--{boundary}".encode(), sent)[:MAX_BODY_BYTES]
    began = process_time()
    try:
        read_form(sent, f'multipart/form-data; boundary="{boundary}"')
    except MalformedRequest:
        pass
    assert process_time() - began < MOST_SECONDS


@pytest.mark.parametrize("again", ["boundary=", ";", " ", 'boundary="', ';boundary="b'])
def test_a_long_content_type_is_not_looked_at(again):
    for length in (MOST_CONTENT_TYPE, MAX_BODY_BYTES):
        content_type = f"multipart/form-data;{again * length}"[:length]
        began = process_time()
        with pytest.raises(MalformedRequest):
            read_form(multipart(field("a", "1")), content_type)
        assert process_time() - began < MOST_SECONDS
