"""Outgoing mail as bytes: readable by any client, and nothing smuggled in."""

from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import SendFailed
from chalicelib.gateways.mime import address, build, header_value
from chalicelib.gateways.ports import Attachment, Mail

SENDER = "Tổng đài 1022 Đồng Tháp <1022@dongthap.example>"
SUBJECT = "[1022] Hồ sơ 482 177 306: đường vào chợ Sa Đéc ổ gà, cần xử lý trước 16:30 ngày 12/02/2026"


@pytest.fixture
def make_mail():
    def make(**changes):
        fields = {
            "message_id": "482177306-2-assignment",
            "to": "focal@soxaydung.example",
            "subject": SUBJECT,
            "text": "Kính gửi đơn vị,\nĐường vào chợ ổ gà.",
            "html": "<p>Kính gửi đơn vị,<br>Đường vào chợ ổ gà.</p>",
        }
        return Mail(**{**fields, **changes})

    return make


def parsed(mail, sender=SENDER, region="ap-southeast-1"):
    raw = build(mail, sender=sender, region=region).as_bytes()
    assert raw.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"")
    return message_from_bytes(raw, policy=default)


def test_vietnamese_survives_in_names_subject_text_and_html(make_mail):
    mail = parsed(make_mail())
    assert (mail["From"].addresses[0].display_name, mail["From"].addresses[0].addr_spec) == (
        "Tổng đài 1022 Đồng Tháp",
        "1022@dongthap.example",
    )
    assert mail["Subject"] == SUBJECT
    assert mail.get_content_type() == "multipart/alternative"
    assert "Đường vào chợ ổ gà." in mail.get_body(("plain",)).get_content()
    assert "Đường vào chợ ổ gà." in mail.get_body(("html",)).get_content()


def test_a_mail_says_that_a_machine_wrote_it(make_mail):
    mail = parsed(make_mail())
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "OOF" in mail["X-Auto-Response-Suppress"]


def test_copies_reply_address_and_thread_are_named(make_mail):
    mail = parsed(
        make_mail(
            cc=("Lãnh đạo Sở <leader@soxaydung.example>", "office@dongthap.example"),
            reply_to="case+482177306-a1-0123456789abcdef0123@in.dongthap.example",
            in_reply_to="010e0199c0ffee00-0123abcd-4567-89ab-cdef-0123456789ab-000000",
        )
    )
    assert [one.addr_spec for one in mail["Cc"].addresses] == [
        "leader@soxaydung.example",
        "office@dongthap.example",
    ]
    assert mail["Reply-To"] == "case+482177306-a1-0123456789abcdef0123@in.dongthap.example"
    known_as = "<010e0199c0ffee00-0123abcd-4567-89ab-cdef-0123456789ab-000000@ap-southeast-1.amazonses.com>"
    assert mail["In-Reply-To"].strip() == mail["References"].strip() == known_as


def test_a_message_id_of_another_system_is_kept(make_mail):
    assert parsed(make_mail(in_reply_to="<abc@mail.example>"))["In-Reply-To"] == "<abc@mail.example>"


def test_files_keep_their_vietnamese_names(make_mail):
    sheet = Attachment("Báo cáo 6 tháng/2020.xlsx", "application/vnd.ms-excel", b"PK\x03\x04\xff")
    (part,) = parsed(make_mail(attachments=(sheet,))).iter_attachments()
    assert part.get_filename() == "Báo cáo 6 tháng-2020.xlsx"
    assert part.get_content_type() == "application/vnd.ms-excel"
    assert part.get_content() == b"PK\x03\x04\xff"


@pytest.mark.parametrize(
    "content_type", ["", "nonsense", "text/html\r\nX-A: b", "message/rfc822", "multipart/mixed"]
)
def test_a_file_of_an_odd_type_is_plain_bytes(make_mail, content_type):
    (part,) = parsed(make_mail(attachments=(Attachment("a", content_type, b"x"),))).iter_attachments()
    assert part.get_content_type() == "application/octet-stream"


INJECTED = "x\r\nBcc: victim@other.example\r\n\r\n<script>"


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"subject": INJECTED}, id="in the subject"),
        pytest.param({"subject": "Hồ sơ\nBcc: victim@other.example"}, id="in a Vietnamese subject"),
        pytest.param({"subject": "a\u2028Bcc: victim@other.example"}, id="by a line separator"),
        pytest.param({"headers": {"X-Case": INJECTED}}, id="in a header"),
        pytest.param({"headers": {"X: y\r\nBcc": "victim@other.example"}}, id="in a header's name"),
        pytest.param({"headers": {"Bcc": "victim@other.example"}}, id="as a header"),
        pytest.param({"in_reply_to": INJECTED}, id="in the thread"),
        pytest.param({"to": f"{INJECTED} <focal@soxaydung.example>"}, id="in a name"),
        pytest.param({"attachments": (Attachment(INJECTED, "text/plain", b""),)}, id="in a file's name"),
        pytest.param({"message_id": INJECTED}, id="in our id"),
    ],
)
def test_no_header_can_be_smuggled_in(make_mail, changes):
    mail = parsed(make_mail(**changes))
    assert mail["Bcc"] is None
    assert mail["To"].addresses[0].addr_spec == "focal@soxaydung.example"
    assert "Kính gửi" in mail.get_body(("plain",)).get_content()


@pytest.mark.parametrize(
    "to",
    [
        "",
        "nobody",
        "a@b",
        "a@b@",
        "a b@c.example",
        "a@c.example, d@e.example",
        "đ@c.example",
        "a@c.example\r\nBcc: d@e.example",
    ],
)
def test_an_address_that_is_none_is_a_failure_for_good(make_mail, to):
    with pytest.raises(SendFailed) as refused:
        build(make_mail(to=to), sender=SENDER)
    assert refused.value.retry is False
    assert "@" not in str(refused.value)


def test_an_internationalised_domain_goes_out_in_ascii():
    local, _, domain = address("a@đồngtháp.example").addr_spec.partition("@")
    assert (local, domain.isascii()) == ("a", True)
    assert domain.encode().decode("idna") == "đồngtháp.example"


def test_a_name_with_a_comma_is_one_name(make_mail):
    mail = parsed(make_mail(to="Sở Xây dựng, phòng Hạ tầng <focal@soxaydung.example>"))
    assert [one.addr_spec for one in mail["To"].addresses] == ["focal@soxaydung.example"]


@given(st.text(max_size=200))
def test_any_subject_and_text_can_be_sent(text):
    mail = Mail(message_id="a-1", to="a@b.example", subject=text, text=text, html=text)
    message = build(mail, sender=SENDER)
    raw = message.as_bytes()
    assert raw.isascii()
    read = str(make_header(decode_header(message_from_bytes(raw)["Subject"])))
    assert read == str(message["Subject"])


def test_a_header_can_be_had_on_one_line(make_mail):
    value = header_value(build(make_mail(), sender=SENDER), "From")
    assert value.isascii()
    assert value.endswith(" <1022@dongthap.example>")
