"""Mail that comes in, in the shapes real clients give it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import MalformedRequest
from chalicelib.gateways.email_inbound import MAX_BYTES, read_mail
from chalicelib.gateways.mail_html import text_of
from chalicelib.gateways.mail_reply import MAX_CHARACTERS, new_part

MAILS = Path(__file__).parent.parent / "events" / "mail"
TOKEN = "482177306-a1-0123456789abcdef0123"
ANSWER = "Sở đã kiểm tra hiện trường.\nMặt đường sẽ được vá xong trước 16:30 ngày 13/02/2026."
PASSED = {f"{name}Verdict": {"status": "PASS"} for name in ("spam", "virus", "spf", "dkim", "dmarc")}


def read(name, verdicts=None):
    return read_mail((MAILS / name).read_bytes(), id="ses#1", verdicts=verdicts)


@pytest.mark.parametrize(
    "name, text",
    [
        pytest.param("gmail-vi.eml", ANSWER, id="Gmail in Vietnamese"),
        pytest.param("gmail-html-only.eml", ANSWER, id="Gmail, HTML only"),
        pytest.param("gmail-en-signature.eml", ANSWER, id="Gmail in English, with a signature"),
        pytest.param("outlook-vi.eml", ANSWER, id="Outlook in Vietnamese, with a closing"),
        pytest.param("outlook-html-en.eml", ANSWER, id="Outlook in English, HTML only"),
        pytest.param("outlook-original.eml", ANSWER, id="Outlook, original message"),
        pytest.param("iphone-vi.eml", ANSWER, id="iPhone in Vietnamese"),
        pytest.param("iphone-en.eml", ANSWER, id="iPhone in English"),
        pytest.param(
            "thunderbird-inline.eml",
            "Sở đã nhận.\n\nSở đã kiểm tra hiện trường, mặt đường sẽ được vá xong trước 16:30 ngày 13/02/2026.",
            id="Thunderbird, answers between the lines",
        ),
        pytest.param("with-photo.eml", ANSWER, id="with a photo and a text file"),
        pytest.param(
            "windows-1258.eml",
            "Sở đã kiểm tra, sẽ vá đường trước ngày 13/02/2026.",
            id="an old Windows encoding",
        ),
        pytest.param(
            "utf8-called-latin1.eml", "Sở đã kiểm tra, sẽ vá đường trước ngày 13/02/2026.", id="a wrong label"
        ),
        pytest.param("token-in-delivered-to.eml", "Đã nhận.", id="forwarded by a mailbox"),
    ],
)
def test_only_what_is_new_is_kept(name, text):
    mail = read(name)
    assert mail.text == text
    assert mail.token == TOKEN
    assert mail.sender == "focal@soxaydung.example"
    assert not mail.automatic


@pytest.mark.parametrize(
    "name", ["auto-outlook-vi.eml", "auto-gmail-vacation.eml", "auto-subject-only.eml", "bounce.eml"]
)
def test_machines_are_told_from_people(name):
    assert read(name).automatic


def simple(headers="", body="Đã nhận.", subject="x", sender="a@b.example"):
    to = f"case+{TOKEN}@in.example"
    text = f"From: {sender}\nTo: {to}\nSubject: {subject}\n{headers}Content-Type: text/plain; charset=utf-8\n\n{body}"
    return text.encode()


@pytest.mark.parametrize(
    "raw, automatic",
    [
        pytest.param(simple("Auto-Submitted: no\n"), False, id="a person says so"),
        pytest.param(
            simple("Auto-Submitted: auto-replied; owner=x\n"), True, id="auto-replied with an owner"
        ),
        pytest.param(simple("X-Auto-Response-Suppress: All\n"), False, id="Outlook asks for no answers"),
        pytest.param(simple("Return-Path: <>\n"), True, id="nobody to return to"),
        pytest.param(simple("List-Id: <x.example>\n"), True, id="a mailing list"),
        pytest.param(
            simple(subject="Re: Out of office: thay bảng tên"), False, id="an answer to such a subject"
        ),
        pytest.param(simple(subject="Vắng mặt tại cuộc họp"), True, id="absent"),
        pytest.param(
            simple(subject="Autos parked on the pavement"), False, id="a word that only begins alike"
        ),
        pytest.param(simple(sender="no-reply@b.example"), True, id="an address that takes no answers"),
        pytest.param(simple(sender="noreplyfan@b.example"), False, id="a name that only looks so"),
    ],
)
def test_signs_of_a_machine(raw, automatic):
    assert read_mail(raw, id="ses#1", verdicts=None).automatic is automatic


@pytest.mark.parametrize(
    "change, trusted",
    [
        pytest.param({}, True, id="all passed"),
        pytest.param(
            {"dmarcVerdict": {"status": "GRAY"}, "dkimVerdict": {"status": "GRAY"}},
            True,
            id="an office with SPF only",
        ),
        pytest.param(
            {"spfVerdict": {"status": "GRAY"}, "dkimVerdict": "GRAY", "dmarcVerdict": "GRAY"},
            False,
            id="nobody vouches",
        ),
        pytest.param({"dmarcVerdict": {"status": "FAIL"}}, False, id="the domain disowns it"),
        pytest.param({"spfVerdict": {"status": "FAIL"}}, False, id="sent from elsewhere"),
        pytest.param({"virusVerdict": {"status": "FAIL"}}, False, id="a virus"),
        pytest.param({"spamVerdict": {"status": "GRAY"}}, False, id="spam not decided"),
        pytest.param(
            {"dkimVerdict": {"status": "PROCESSING_FAILED"}}, False, id="a check that failed to run"
        ),
        pytest.param({"dkimVerdict": {}}, False, id="a verdict without a status"),
    ],
)
def test_trust_needs_the_receiving_services_word(change, trusted):
    assert read("gmail-vi.eml", {**PASSED, **change}).trusted is trusted


def test_without_verdicts_nothing_is_trusted():
    assert not read("gmail-vi.eml").trusted


def test_short_verdict_names_are_understood():
    assert read(
        "gmail-vi.eml", {"spam": "pass", "virus": "PASS", "spf": "PASS", "dkim": "PASS", "dmarc": "PASS"}
    ).trusted


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"From: boss@b.example\n" + simple(), id="two From headers"),
        pytest.param(simple(sender="a@b.example, boss@b.example"), id="two senders in one"),
    ],
)
def test_a_mail_with_two_senders_is_not_trusted(raw):
    assert not read_mail(raw, id="ses#1", verdicts=PASSED).trusted


@pytest.mark.parametrize(
    "to, token",
    [
        pytest.param(f"Tổng đài <case+{TOKEN}@in.example>", TOKEN, id="with a name"),
        pytest.param(f"other@x.example, case+{TOKEN}@in.example", TOKEN, id="among others"),
        pytest.param("1022@in.example", "", id="none"),
        pytest.param("case+@in.example", "", id="empty"),
        pytest.param(f"case+{'a' * 200}@in.example", "", id="longer than an address can be"),
        pytest.param(f'"case+{TOKEN}@in.example" <x@y.example>', "", id="only in the name"),
    ],
)
def test_the_token_comes_from_an_address(to, token):
    raw = f"From: a@b.example\nTo: {to}\nSubject: x\n\ny".encode()
    assert read_mail(raw, id="ses#1", verdicts=None).token == token


def test_a_subject_is_read_whatever_its_encoding():
    raw = simple(subject="=?utf-8?B?SOG7kyBzxqE=?= =?utf-8?q?_s=E1=BB=91_1?=\n =?bad?x?y?=")
    assert read_mail(raw, id="ses#1", verdicts=None).subject.startswith("Hồ sơ số 1")


@pytest.mark.parametrize("raw", [b"", b"\0\xff\xfe", b"hello", b"Subject: x\n\nbody", b"From: nobody\n\nx"])
def test_what_nobody_sent_is_malformed(raw):
    with pytest.raises(MalformedRequest):
        read_mail(raw, id="ses#1", verdicts=None)


def test_a_huge_mail_is_read_as_far_as_its_text():
    raw = simple() + b"\n-- \n" + b"x" * (MAX_BYTES + 1)
    assert read_mail(raw, id="ses#1", verdicts=None).text.startswith("Đã nhận.")


def test_mail_nested_without_end_is_no_trouble():
    raw = b"From: a@b.example\nContent-Type: multipart/mixed; boundary=b0\n\n" + b"".join(
        b"--b%d\nContent-Type: multipart/mixed; boundary=b%d\n\n" % (depth, depth + 1)
        for depth in range(1000)
    )
    try:
        read_mail(raw, id="ses#1", verdicts=None)
    except MalformedRequest:
        pass


@pytest.mark.parametrize("charset", ["punycode", "idna", "zlib", "unicode_escape", "x-nothing", "utf-8"])
def test_a_strange_charset_is_not_believed(charset):
    raw = f"From: a@b.example\nContent-Type: text/plain; charset={charset}\n\nĐã nhận.".encode()
    assert read_mail(raw, id="ses#1", verdicts=None).text == "Đã nhận."


def read_or_refuse(raw):
    try:
        mail = read_mail(raw, id="ses#1", verdicts=PASSED)
    except MalformedRequest:
        return
    mail.text.encode()
    mail.subject.encode()
    mail.sender.encode()


@given(st.binary(max_size=400))
def test_no_bytes_crash_it(raw):
    read_or_refuse(raw)


PIECES = [
    b"From: a@b.example\n", b"To: =?utf-8?b?////?= <c@d>\n", b"Subject: =?x-unknown?q?=ff?=\n", b"Subject: \xff\n",
    b"Content-Type: multipart/mixed; boundary=b\n", b"Content-Type: text/plain; charset=x-nothing\n", b"=FF=\n",
    b"Content-Type: text/html; charset*=utf-8''%FF\n", b"Content-Transfer-Encoding: base64\n", b"\n", b"--b\n",
    b"--b--\n", b"Content-Transfer-Encoding: x-uuencode\n", b"begin 644 x\n!!!\n", b"On 1 wrote:\n", b"> \n",
    b'From: "a\n', b"\xf0\x9f\x98", b"Content-Type: text/plain; format=flowed; charset=utf-16\n", b"&#xD800;",
    b"-- \n", b"<p><blockquote>",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=14).map(b"".join))
def test_no_mix_of_mail_pieces_crashes_it(raw):
    read_or_refuse(b"From: a@b.example\n" + raw)


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(
            "Đơn vị tiếp nhận.\n\nTrân trọng cảm ơn người dân đã phản ánh.\n\nKết quả: đã sửa.",
            id="a closing word in a sentence",
        ),
        pytest.param("Từ: ngày 5/1\nĐến: ngày 10/1\nthi công xong.", id="from and to as plain words"),
        pytest.param("Ngày 5/1 người dân viết:\nđường hư.\nSở trả lời: đã sửa.", id="wrote: in an answer"),
        pytest.param("Kết quả:\n- đã vá\n-- đợt 1\n-- đợt 2", id="dashes as a list"),
        pytest.param("Trân trọng,", id="nothing but a closing"),
        pytest.param(
            "Trân trọng,\n" + "\n".join(f"Điều {n}: nội dung" for n in range(20)),
            id="a closing far from the end",
        ),
        pytest.param("Gửi từ kho vật tư ra công trường hôm nay.", id="sent from, in a sentence"),
    ],
)
def test_what_only_looks_like_a_quote_or_signature_stays(written):
    assert new_part(written) == written


@pytest.mark.parametrize(
    "tail",
    [
        "\n\n-- \nSở Xây dựng",
        "\n\nTrân trọng,\nĐầu mối\nSở Xây dựng",
        "\n\nTrân trọng cảm ơn!",
        "\n\nTran trong,\nDau moi",
        "\n\nBest regards,\nFocal point",
        "\n\nSent from my iPhone",
        "\n\nGửi từ iPhone của tôi",
        "\n\nTải Outlook cho iOS",
        "\n\nGửi từ Thư cho Windows",
        "\n\n-----Tin nhắn gốc-----\nTừ: a",
        "\n\nBegin forwarded message:\n\n> x",
        "\n\nOn Thu, 12 Feb 2026 at 09:40, <case+x@in.example> wrote:\n\n> x\n> y",
        "\n\nVào 12/02/2026 09:40, Tổng đài 1022 viết:\n> x",
        "\n\nVào lúc 09:40 Th 5, 12 thg 2, 2026 1022\n<case+x@in.example> đã viết:\nx",
        "\n\n*Từ:* 1022\n*Đã gửi:* hôm nay\n*Đến:* a\n*Chủ đề:* b\n\nx",
        "\n\nFrom: 1022 <a@b.example>\n\nDate: today\n\nTo: c\n\nSubject: d\n\nx",
    ],
)
def test_known_quotes_and_signatures_are_cut_off(tail):
    assert new_part("Đã sửa xong." + tail) == "Đã sửa xong."


@given(st.text(max_size=300))
def test_cutting_twice_changes_nothing_more_than_cutting_once_and_never_fails(text):
    assert len(new_part(text)) <= MAX_CHARACTERS
    assert new_part("") == ""


def test_a_megabyte_of_hostile_lines_is_cut_in_one_pass():
    for line in ("-- \n", "> \n", "On 1\n", "From: a\n", "Trân trọng,\n", "Vào 1 " * 20 + "\n"):
        new_part(line * (1_000_000 // len(line)))


@pytest.mark.parametrize(
    "html, text",
    [
        pytest.param("<p>a</p><p>b</p>", "a\n\nb", id="paragraphs"),
        pytest.param("a<br>b<div>c</div>", "a\nb\nc", id="lines"),
        pytest.param("<style>x</style><script>y</script>a", "a", id="what nobody sees"),
        pytest.param("a &amp; b &lt;c&gt; &#7891;", "a & b <c> ồ", id="entities"),
        pytest.param(
            "<blockquote type='cite'><div>old<blockquote>x</blockquote></div></blockquote>new",
            "new",
            id="a quote",
        ),
        pytest.param("new<div class='gmail_quote'><div>old</div></div>", "new", id="Gmail's quote"),
        pytest.param("<blockquote>said</blockquote>", "said", id="an indented paragraph is no quote"),
        pytest.param("<p>a<p>b", "a\n\nb", id="elements left open"),
        pytest.param("</div></p>a</b>", "a", id="elements closed too often"),
        pytest.param("<p>a\u00a0 b\n   c", "a b c", id="runs of blanks"),
    ],
)
def test_html_becomes_the_lines_a_reader_sees(html, text):
    assert text_of(html).replace("\u00a0", " ").replace("  ", " ").replace("\n\n\n", "\n\n") == text


@given(st.text(st.sampled_from("<>/pdivblockquote \"'=&;#x!-[]CDATA\n"), max_size=200))
def test_no_html_crashes_it(html):
    text_of(html)
