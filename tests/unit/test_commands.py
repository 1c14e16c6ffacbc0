"""Words that make a message a command; everything else is what a citizen has to say."""

import pytest

from chalicelib.domain.commands import read_agency_command, read_citizen_command

CODE = "482177306"

CITIZEN = [
    # written                              name        code  rating text
    ("TRA CUU 482177306", "lookup", CODE, None, ""),
    ("Tra cứu mã 482 177 306.", "lookup", CODE, None, ""),
    ("tracuu482177306", "lookup", CODE, None, ""),
    ("TC: 482-177-306", "lookup", CODE, None, ""),
    ("xem hồ sơ 482177306", "lookup", CODE, None, ""),
    ("tra cuu", "lookup", None, None, ""),
    ("HUY", "withdraw", None, None, ""),
    ("Hủy 482177306", "withdraw", CODE, None, ""),
    ("huy phan anh ma so 482177306", "withdraw", CODE, None, ""),
    ("rút phản ánh", "withdraw", None, None, ""),
    ("MO LAI 482177306 van con ngap", "object", CODE, None, "van con ngap"),
    ("Mở lại: đường vẫn hư", "object", None, None, "đường vẫn hư"),
    ("mo lai", "object", None, None, ""),
    ("HOI 105", "published", None, None, "105"),
    ("Hỏi 105?", "published", None, None, "105"),
    ("hoi so 1051.", "published", None, None, "1051"),
    ("hỏi đáp 105", "published", None, None, "105"),
    ("HOI105", "published", None, None, "105"),
    ("ASK 105", "published", None, None, "105"),
    ("hd 105", "published", None, None, "105"),
    ("HOI lam lai cccd", "asked", None, None, "lam lai cccd"),
    ("Hỏi: đăng ký kết hôn?", "asked", None, None, "đăng ký kết hôn"),
    ("ASK birth certificate", "asked", None, None, "birth certificate"),
    ("hoi thu tuc", "asked", None, None, "thu tuc"),
    ("HD", "help", None, None, ""),
    ("Hướng dẫn!", "help", None, None, ""),
    ("?", "help", None, None, ""),
    ("1", "rate", None, 1, ""),
    (" 3 .", "rate", None, 3, ""),
    ("danh gia 2", "rate", None, 2, ""),
    ("3 hai long", "rate", None, 3, ""),
    ("2 482177306", "rate", CODE, 2, ""),
    ("DG 482177306 1", "rate", CODE, 1, ""),
]


@pytest.mark.parametrize(
    ("written", "name", "code", "rating", "text"), CITIZEN, ids=[row[0] for row in CITIZEN]
)
def test_a_citizen_s_command(written, name, code, rating, text):
    command = read_citizen_command(written)
    assert command is not None
    assert (command.name, command.code, command.rating, command.text) == (name, code, rating, text)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "hỏi 2 vấn đề: đất đai và khai sinh",
        "hoi 1022",
        "hoi 1022 may gio lam viec",
        "hoi 114",
        "hỏi 115 ở đâu",
        "hoi 105 duong Hung Vuong",
        "hoi 12",
        "hoi 10500",
        "hoi",
        "HOI cccd",
        "huy hop dong dien thi lam sao",
        "Xem giúp đường bị ngập",
        "huy bo quy hoach treo",
        "huong dan thu tuc khai sinh",
        "4",
        "10",
        "1 cay do chan duong",
        "2 hom nay mat nuoc",
        "ma 482177306 sao roi",
        "mo laichi",
        "tra cuu quy hoach dat",
        "0900000123",
    ],
)
def test_ordinary_sentences_are_no_commands(written):
    assert read_citizen_command(written) is None


AGENCY = [
    ("NHAN 482177306", "accept", ""),
    ("Nhận 482 177 306", "accept", ""),
    ("TRA 482177306 không thuộc thẩm quyền", "return", "không thuộc thẩm quyền"),
    ("TL 482177306: Đã vá xong\nngày 4/3", "answer", "Đã vá xong\nngày 4/3"),
    ("tra loi 482177306 da xong", "answer", "da xong"),
    ("HOI 482177306 số nhà mấy?", "ask", "số nhà mấy?"),
    ("gia hạn 482177306 chờ vật tư", "extend", "chờ vật tư"),
    ("GH 482177306 mua", "extend", "mua"),
    ("TD 482177306 đang làm", "progress", "đang làm"),
    ("TL 482177306", "answer", ""),
]


@pytest.mark.parametrize(("written", "name", "text"), AGENCY, ids=[row[0] for row in AGENCY])
def test_an_agency_s_command(written, name, text):
    command = read_agency_command(written)
    assert command is not None
    assert (command.name, command.code, command.text) == (name, CODE, text)


@pytest.mark.parametrize(
    "written", ["", "NHAN", "TRA CUU 482177306", "nhan duoc roi", "TL da xong", "TL 4821773069 x"]
)
def test_what_names_no_code_is_no_agency_command(written):
    assert read_agency_command(written) is None


@pytest.mark.parametrize(
    "text", ["TRA CUU 1234", "tra cuu ma 48217730", "HUY 12345678", "HUY 4821773061", "MO LAI 1234 chua xong"]
)
def test_a_command_with_a_slip_in_its_code_looks_for_that_code_and_finds_nothing(text):
    command = read_citizen_command(text)
    assert command.name == "lookup" and command.code.isdigit() and len(command.code) != 9


@pytest.mark.parametrize("text", ["huy 2 cay xanh truoc nha", "mo lai 1 lan duong", "tra cuu thu tuc 123"])
def test_a_number_in_a_sentence_makes_no_command(text):
    command = read_citizen_command(text)
    assert command is None or command.code is None
