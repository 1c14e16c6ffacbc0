"""What is taken out of a message before others read it, and what stays."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.code import new_code, spell_code
from chalicelib.domain.masking import mask
from chalicelib.domain.text import fold

PHONES = [
    "0900000214",
    "0900 000 214",
    "0900.000.214",
    "0900-000-214",
    "090 000 0214",
    "0 9 0 0 0 0 0 2 1 4",
    "+84900000214",
    "+84 900 000 214",
    "+84 (0)900 000 214",
    "(+84) 900.000.214",
    "84900000214",
    "0084 900000214",
    "O900000214",
    "0251 3822 501",
    "(0251) 3822501",
    "0251.3822.501",
    "02773851431",
    "061 3822501",
    "0163 900 0214",
]


@pytest.mark.parametrize("phone", PHONES)
def test_every_shape_of_a_phone_number_goes(phone):
    assert mask(f"Mất nước, gọi {phone} nha") == "Mất nước, gọi [số điện thoại] nha"
    assert mask(phone) == "[số điện thoại]"
    assert mask(f"sdt:{phone}.") == "sdt:[số điện thoại]."


@pytest.mark.parametrize(
    "text, masked",
    [
        ("so may 3822501 ban ngay", "so may [số điện thoại] ban ngay"),
        ("lh 900000214", "lh [số điện thoại]"),
        ("ông Tư (0900000214) ở đây", "ông [tên] [số điện thoại] ở đây"),
        ("(gọi 0900000214) nha", "(gọi [số điện thoại]) nha"),
        ("zalo toi 0900000214 hoac 0900000215", "zalo toi [số điện thoại] hoac [số điện thoại]"),
        ("goi toi 0900000214 3 lan", "goi toi [số điện thoại] 3 lan"),
        ("thư về lan.nguyen+1022@thu.example nhé", "thư về [email] nhé"),
        ("CMND 272123456 cấp 2010", "CMND [số giấy tờ] cấp 2010"),
        ("cccd so 079123456789", "cccd so [số giấy tờ]"),
        ("căn cước 079 123 456 789", "căn cước [số giấy tờ]"),
        ("hộ chiếu B1234567", "hộ chiếu [số giấy tờ]"),
        ("079123456789", "[số giấy tờ]"),
        ("ma khach hang PB05010012345", "ma khach hang PB[dãy số]"),
        ("stk 10203040506070", "stk [số giấy tờ]"),
        ("xe ben 60A-123.45 chở đất", "xe ben [biển số] chở đất"),
        ("xe 66-B1 123.45 lạng lách", "xe [biển số] lạng lách"),
        ("xe 66B1-12345, 60C12345", "xe [biển số], [biển số]"),
        ("bien so 66F1 1234", "bien so [biển số]"),
        ("xe 60LD-123.45", "xe [biển số]"),
        ("xe 66-MĐ1 123.45", "xe [biển số]"),
    ],
)
def test_numbers_that_lead_to_a_person_go(text, masked):
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text, masked",
    [
        ("số nhà 15, tổ 3", "[số nhà], tổ 3"),
        ("so nha 15 Hung Vuong", "[số nhà] Hung Vuong"),
        ("nhà 88/4 khu phố 2", "nhà [số nhà] khu phố 2"),
        ("15 Hùng Vương ngập", "[số nhà] Hùng Vương ngập"),
        ("truoc nha 15 Hung Vuong TT Gia Ray", "truoc nha [số nhà] Hung Vuong TT Gia Ray"),
        ("cống trước nhà số 33 nghẹt", "cống trước [số nhà] nghẹt"),
        ("88/4 duong 30/4 p. Trung Dung", "[số nhà] duong 30/4 p. Trung Dung"),
        ("be ong truoc nha 215/3 QL20", "be ong truoc nha [số nhà] QL20"),
        ("215/3 QL20 xa Gia Tan 2", "[số nhà] QL20 xa Gia Tan 2"),
        ("số 12 Nguyễn Huệ, phường 3", "[số nhà] Nguyễn Huệ, phường 3"),
        ("12A đường Lê Lợi", "[số nhà] đường Lê Lợi"),
        ("15 hung vuong mat dien", "[số nhà] hung vuong mat dien"),
        ("địa chỉ: 45/2 ấp Tân Phú", "địa chỉ: [số nhà] ấp Tân Phú"),
    ],
)
def test_house_numbers_go_and_the_road_stays(text, masked):
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text, masked",
    [
        ("tôi tên Nguyễn Văn A ở ấp 2", "tôi tên [tên] ở ấp 2"),
        ("toi ten nguyen van a o ap 2", "toi ten [tên] o ap 2"),
        ("TOI TEN NGUYEN VAN A O AP 2", "TOI TEN [tên] O AP 2"),
        ("Họ tên: Lê Văn Tám. SĐT: 0900000215", "Họ tên: [tên]. SĐT: [số điện thoại]"),
        ("tôi là Trần Thị Bé, sinh năm 1980", "tôi là [tên], sinh năm 1980"),
        ("ông Tư xây lấn", "ông [tên] xây lấn"),
        ("Tôi, Lê Văn Út, CCCD 079123456789", "Tôi, [tên], CCCD [số giấy tờ]"),
        ("Nguyễn Văn A và Trần Thị B đánh nhau", "[tên] và [tên] đánh nhau"),
        ("My name is John Smith and I live here", "My name is [tên] and I live here"),
        ("ông tư hàng xóm", "ông [tên] hàng xóm"),
        ("ong Tu ben canh", "ong [tên] ben canh"),
        ("bà Nguyễn Thị B xây nhà", "bà [tên] xây nhà"),
        ("ba Nguyen Thi B xay nha", "ba [tên] xay nha"),
        ("ong nguyen van bay lan dat", "ong [tên] lan dat"),
        ("nhà anh Hùng hát to", "nhà anh [tên] hát to"),
        ("cô giáo Lan đánh học sinh", "cô giáo [tên] đánh học sinh"),
        ("gap anh Tu 0900000214", "gap anh [tên] [số điện thoại]"),
        ("LH Nguyễn Văn A 0900000214", "LH [tên] [số điện thoại]"),
    ],
)
def test_names_introduced_as_such_go(text, masked):
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "nha 6 nguoi ko co nuoc 4 ngay roi",
        "nhà 2 tầng xây lấn hẻm",
        "QL20 ngập, ĐT 848 cũng vậy",
        "đường 30/4 phường Trung Dũng",
        "đường số 9 khu phố 3",
        "hẻm 373 tổ 6 ấp Tân Thành",
        "To 10 KP11 p An Binh BH ho ga sau",
        "Khu phố 2 Tân Vạn: đèn đường hư 5 bóng",
        "phường 3 Sa Đéc",
        "xã Gia Tân 2 Thống Nhất",
        "cau go kenh 2 ap 4 xa Lang Bien",
        "Khu dân cư 6, ấp 7, xã Phú Ngọc",
        "phí 1tr5, 60k, 1.500.000 đồng hay 1.500.000.000 đồng",
        "đất 50m2 20000 đồng, 100m2",
        "ngày 30/4/2026 lúc 7h30, 02.03.2026 08:30, 02-03-2026 10 giờ",
        "quyết định 15/2020/QĐ-TTg, nghị định 356/2025/NĐ-CP",
        "gọi 1022, 113, 114, 115, 112, 19001006, 1800 1090",
        "mã DT-251220-0310 và DN-2026-000871 của cổng quốc gia",
        "le 30/4 duong nguyen hue dong xe",
        "ngày 20/11 Sở Giáo dục nghỉ",
        "be ong sau nha, be ong nuoc 2 duong ong",
        "phan anh Duong Hung Vuong ngap",
        "cầu Ông Bố, chợ Bà Chiểu, đường Hai Bà Trưng, Bà Rịa",
        "Đường Nguyễn Văn Cừ tối, đường Trần Hưng Đạo sáng",
        "Ngã tư Nguyễn Văn Cừ, trường Nguyễn Thị Minh Khai, hẻm Lê Văn Sỹ",
        "Tôi, người dân ấp 2, báo đường Nguyễn Huệ ngập",
        "Kính gửi Anh Chị, nhờ anh chị báo giùm",
        "co ai khong, chi cuc thue o dau, ba nam nay",
        "sai tên lót, Dung noi ten toi nha",
        "KCN Ho Nai 3, Trang Bom, hon 100 cn",
        "Trường thiếu GV dồn lớp 50 em",
        "năm 2026 Ủy ban nói 3 tháng, 2 tuần, 12km",
    ],
)
def test_places_dates_money_and_public_numbers_stay(text):
    assert mask(text) == text


@pytest.mark.parametrize("said", ["mã", "ma so", "phản ánh", "tra cuu", "HUY", "hồ sơ số:"])
def test_a_case_code_stays_where_a_word_calls_it_one(said):
    assert mask(f"{said} 482177302") == f"{said} 482177302"
    assert mask(f"{said} 482 177 302") == f"{said} 482 177 302"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("482177302", id="nine digits that nothing calls a code"),
        pytest.param("ma 482177306", id="a wrong check digit"),
        pytest.param("CMND 482177302", id="an identity number that happens to check"),
    ],
)
def test_other_nine_digits_go(text):
    assert "[số giấy tờ]" in mask(text)


def test_the_officer_who_has_to_find_the_place_sees_the_house_number():
    text = "nhà số 33, 15 Hùng Vương, ông Tư, sdt 0900000214"
    assert mask(text, keep_places=True) == "nhà số 33, 15 Hùng Vương, ông [tên], sdt [số điện thoại]"


def test_nothing_else_of_the_text_changes():
    text = "Dòng một\n\nDòng hai: gọi 0900000214 😀"
    assert mask(text) == "Dòng một\n\nDòng hai: gọi [số điện thoại] 😀"
    assert mask("") == ""


_words = st.sampled_from(
    "nhà số 15 88/4 Hùng Vương đường ông Tư bà Nguyễn Thị tôi tên sdt lh gọi mã cmnd ở tổ ấp 2 , . : xe 60A-123.45"
    " 482177302 0900000214 09 00 [tên] [số nhà] so nha a@b.vn 30/4 QL20 +84 đồng".split()
)
_texts = st.one_of(
    st.text(max_size=80),
    st.lists(_words, max_size=14).map(" ".join),
    st.text("0123456789 .-()+/ABabnhàsố@", max_size=40),
)


@given(_texts)
def test_masking_what_is_masked_changes_nothing(text):
    assert mask(mask(text)) == mask(text)


_separator = st.sampled_from(["", " ", ".", "-"])


@given(
    st.sampled_from(["0", "+84", "84", "0084", "+84 (0)"]),
    st.sampled_from("35789"),
    st.lists(st.tuples(_separator, st.integers(0, 9)), min_size=8, max_size=8),
    st.sampled_from(["", "sdt ", "nhà 15 ", "tổ 3, ", "LH: ", "15 Hùng Vương "]),
    st.sampled_from(["", " nha", ", tổ 3", ". Cảm ơn", " gap"]),
)
def test_no_mobile_number_survives(prefix, first, rest, before, after):
    phone = prefix + first + "".join(f"{separator}{digit}" for separator, digit in rest)
    left = re.sub(r"\D", "", mask(before + phone + after))
    assert len(left) <= 3, "at most the numbers of the house and the tổ around it"


@given(st.integers(0, 10**8 - 1))
def test_every_code_stays_when_called_one(number):
    code = new_code(lambda below: number)
    assert code in mask(f"mã {code}")
    assert spell_code(code) in mask(f"Mã số {spell_code(code)} ạ")


@given(st.text(max_size=200))
def test_no_text_makes_it_fail_and_nothing_personal_is_invented(text):
    without = re.sub(r"\[[^\]]*\]", "", mask(text))
    assert len(fold(without)) <= len(fold(text)) * 2


def test_a_hostile_text_is_masked_in_time():
    hostile = ["0 " * 5000, "nhà " * 2500, "1/" * 5000, "a@" * 5000, "Nguyễn Văn " * 900, "ông Tư " * 1400]
    for text in hostile:
        assert len(mask(text)) > 0
