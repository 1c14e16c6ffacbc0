"""A message is understood: what kind, which field, where, and how urgent."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import packs
from chalicelib.domain.understanding import KINDS, PRIORITIES, Reader

TODAY = date(2026, 7, 1)
BEFORE_THE_REFORM = date(2020, 3, 2)


@pytest.fixture(scope="module")
def both():
    return Reader([packs.read_directory(slug) for slug in packs.slugs()])


@pytest.fixture(scope="module")
def dong_thap():
    return Reader([packs.read_directory("dong-thap")])


@pytest.mark.parametrize(
    "text, kind, service",
    [
        pytest.param(
            "Duong vao cho Sa Dec o ga nhieu qua, xe hay te", "complaint", "giao_thong", id="without marks"
        ),
        pytest.param("ddefn dduwowngf hư hết rồi", "complaint", "chieu_sang", id="Telex left over"),
        pytest.param("§Ìn ®­êng kh«ng s¸ng c¶ tuÇn nay", "complaint", "chieu_sang", id="pasted from TCVN3"),
        pytest.param("lam khai sinh cho con can giay to gi", "question", "hanh_chinh", id="procedure"),
        pytest.param(
            "tu sang toi gio cup nuoc, may gio co lai vay", "question", "cap_thoat_nuoc", id="when it is back"
        ),
        pytest.param(
            "rac do day duong ko ai don, hoi thui qua", "complaint", "moi_truong", id="nobody comes"
        ),
        pytest.param(
            "Đề nghị đầu tư xây dựng kè chống sạt lở", "petition", "nong_nghiep", id="to build something"
        ),
        pytest.param(
            "Đề nghị kiểm tra, xử lý quán karaoke ồn ào", "complaint", "an_ninh", id="to put it right"
        ),
        pytest.param("KHONG HAI LONG, tra loi qua loa", "status", None, id="about the answer"),
        pytest.param("phieu 482 177 306 xu ly toi dau roi", "status", None, id="about a case"),
        pytest.param("vay tien nhanh lai suat thap lh zalo", "spam", None, id="advert"),
        pytest.param("nohu88 nap lan dau tang 100%, no hu", "spam", None, id="gambling, no explosion"),
        pytest.param("alo", "spam", None, id="greeting"),
        pytest.param("Đường hỏng", "complaint", "giao_thong", id="two words: what, and that it is broken"),
        pytest.param("duong hong.", "complaint", "giao_thong", id="two words without marks"),
        pytest.param("đường", "spam", None, id="one word that names nothing wrong"),
        pytest.param("hỏng", "spam", None, id="one word that names no thing"),
        pytest.param("Street lights are out near the school", "complaint", "chieu_sang", id="English"),
    ],
)
def test_kind_and_field(both, text, kind, service):
    understood = both.read(text, on=TODAY)
    assert understood.kind == kind
    if service:
        assert understood.service == service


@pytest.mark.parametrize(
    "text, numbers",
    [
        pytest.param("CHAY NHA o cho Cai Be, lua lan qua nha ben", {"114"}, id="fire"),
        pytest.param("Cháy lớn ở kho vải, khói mù mịt", {"114"}, id="fire with marks"),
        pytest.param("ba toi bat tinh, can xe cap cuu gap", {"115"}, id="unconscious"),
        pytest.param("hai thang cam dao ruot chem nguoi ngoai cho", {"113"}, id="knives"),
        pytest.param("sat lo bo song, 3 nha troi, co nguoi bi cuon", {"112", "114"}, id="bank collapses"),
        pytest.param("day dien dut roi xuong duong dang xet lua", {"114"}, id="live wire"),
        pytest.param("xe khach lat, nhieu nguoi bi thuong nang", {"115"}, id="crash"),
        pytest.param("There is a fire at the warehouse", {"114"}, id="English"),
    ],
)
def test_emergencies_get_their_numbers(both, text, numbers):
    understood = both.read(text, on=TODAY)
    assert understood.kind == "emergency" and understood.priority == "urgent"
    assert numbers <= set(understood.emergency_numbers)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("chay bong den truoc cong, thay gium", id="a bulb"),
        pytest.param("xăng cháy hàng cả tuần", id="sold out"),
        pytest.param("gao cuu tro bao gio phat", id="relief rice"),
        pytest.param("hoi thu tuc xin giay phep pccc cho karaoke", id="fire safety papers"),
        pytest.param("nha toi bi chay tuan truoc, xin giay xac nhan", id="last week"),
        pytest.param("day dien vong thap, toi so co ngay chay no", id="feared"),
        pytest.param("xe dang chay thi sup o ga", id="running, not burning"),
        pytest.param("cau sap gay roi, xin sua", id="about to, without marks"),
        pytest.param("cây mục sắp ngã, xin đốn", id="about to"),
        pytest.param("doc nay tai nan hoai, xin lam ho lan", id="again and again"),
    ],
)
def test_no_alarm_without_danger_now(both, text):
    understood = both.read(text, on=TODAY)
    assert understood.kind != "emergency" and understood.emergency_numbers == ()


ALARMS = (Path(__file__).parent / "data" / "alarms.tsv").read_text("utf-8").splitlines()[1:]


@pytest.mark.parametrize("line", ALARMS)
def test_alarms_told_in_other_words(both, line):
    """Emergencies as bystanders tell them, and everyday matters that use the same words."""
    raises, text = line.split("\t")
    assert (both.read(text, on=TODAY).kind == "emergency") is (raises == "yes")


@pytest.mark.parametrize(
    "text, numbers",
    [
        pytest.param("nha chay o cho cao lanh", ("114",), id="a house on fire, or a restless market"),
        pytest.param("chay lon o cho sa dec", ("114",), id="no advert"),
        pytest.param("nha bi chay", ("114",), id="nothing else said"),
        pytest.param("toi bi danh truoc cong cho", ("113",), id="nobody says when"),
        pytest.param("Hàng xóm thường đánh vợ", (), id="again and again"),
        pytest.param("cho hoi nha chay thi xin giay to gi", (), id="papers"),
        pytest.param("duong o ga nhieu qua", (), id="no danger"),
    ],
)
def test_words_that_may_tell_of_danger_raise_no_alarm_and_name_numbers(both, text, numbers):
    understood = both.read(text, on=TODAY)
    assert understood.kind != "emergency" and understood.perhaps_numbers == numbers
    assert not numbers or not (understood.spam or understood.empty)


@pytest.mark.parametrize(
    "text, numbers",
    [
        pytest.param("cháu bé bị cha dượng đánh đập", ("111", "113"), id="a child"),
        pytest.param("be gai bi xam hai", ("111", "113"), id="a girl"),
        pytest.param("chong danh toi", ("113",), id="a wife, no fire"),
        pytest.param("cuu toi voi", ("113", "114", "115"), id="nobody knows what"),
    ],
)
def test_whom_to_call_is_who_can_help(both, text, numbers):
    assert both.read(text, on=TODAY).emergency_numbers == numbers


@pytest.mark.parametrize(
    "text, accused",
    [
        pytest.param("can bo dia chinh doi 30 trieu moi ky ho so", True, id="a bribe"),
        pytest.param("toi khieu nai quyet dinh thu hoi dat so 123", True, id="a formal complaint"),
        pytest.param("to cao chu tich xa nhan hoi lo", True, id="said in so many words"),
        pytest.param("toi khieu nai tien nuoc thang nay tang gap 3", False, id="everyday khiếu nại"),
        pytest.param("can bo lam viec khong dang hoang", False, id="conduct only"),
        pytest.param("toi to nha hang xom hat karaoke", False, id="everyday tố"),
        pytest.param("thu tuc to cao nop o dau", False, id="asks how"),
        pytest.param("danh bai an tien moi toi", False, id="money at cards"),
    ],
)
def test_denunciations(both, text, accused):
    understood = both.read(text, on=TODAY)
    assert understood.denunciation is accused and (understood.kind == "denunciation") is accused


def name_of(reader, unit):
    return reader.areas[unit].full_name


@pytest.mark.parametrize(
    "text, unit",
    [
        pytest.param("xa Tan Phu huyen Thanh Binh", "xã Tân Phú", id="commune and district"),
        pytest.param("p An Binh BH", "phường An Bình", id="initials of the city"),
        pytest.param("Loc An LT", "xã Lộc An", id="bare name and initials"),
        pytest.param("Dai Phuoc Nhon Trach cup nuoc", "xã Đại Phước", id="bare names"),
        pytest.param("TT Gia Ray", "thị trấn Gia Ray", id="town"),
        pytest.param("ở Biên Hòa", "thành phố Biên Hòa", id="a former city, not today's ward"),
        pytest.param("phường Biên Hòa", "phường Biên Hòa", id="today's ward"),
        pytest.param("xã Tân Kiều (nay Đốc Binh Kiều)", "xã Tân Kiều", id="then and now"),
        pytest.param("Trang Bon Dong Nai, h. Trang Bon", "huyện Trảng Bom", id="a letter off"),
    ],
)
def test_places_are_found(both, text, unit):
    area = both.read(f"den duong hu o {text}", on=TODAY).area
    assert area is not None and name_of(both, area.units[0]) == unit and area.today


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("mat nuoc p1", id="many wards 1"),
        pytest.param("den duong hu o xa loc thanh", id="Lộc Thành or Lộc Thạnh"),
        pytest.param("den duong hu xa Xuan Tam huyen Xuan Loc", id="a commune that was split"),
    ],
)
def test_what_has_to_be_asked(both, text):
    area = both.read(text, on=TODAY).area
    assert area is not None and area.ambiguous and len(area.today) > 1


def test_another_province_is_outside(both):
    assert both.read("den duong quan Binh Tan TPHCM hu", on=TODAY).area.outside


def test_the_neighbour_is_outside_for_one_province_alone(dong_thap):
    area = dong_thap.read("den duong hu o Bien Hoa", on=TODAY).area
    assert area.outside and area.units == ()


def test_the_way_there_is_not_the_place(both):
    assert both.read("xe khach di Sai Gon chay may gio", on=TODAY).area is None


def test_a_road_is_not_a_commune(both):
    assert both.read("ngap nuoc duong Long Khanh", on=TODAY).area is None


def test_before_the_reform_units_are_those_of_the_day(both):
    area = both.read("den duong hu, xa Tan Phu huyen Thanh Binh", on=BEFORE_THE_REFORM).area
    assert area.today == area.units[:1] and area.today[0].startswith("old-") and not area.ambiguous


def test_a_place_name_says_nothing_about_the_field(both):
    assert both.read("xã Thanh Lương đèn đường hư", on=TODAY).service == "chieu_sang"


def test_address_words_are_kept(both):
    assert both.read("To 10 KP11 p An Binh ho ga ko nap", on=TODAY).address == "To 10 KP11"
    assert "215/3 QL20" in both.read("be ong nuoc truoc nha 215/3 QL20 xa Gia Tan 2", on=TODAY).address


def test_topics_decide_who_answers(both):
    topics = {
        "thu tuc huong bao hiem that nghiep": "lao_dong",
        "me toi khuyet tat nang huong tro cap bao nhieu": "bao_tro",
        "than nhan liet si huong che do gi": "nguoi_co_cong",
        "rut bhxh 1 lan can giay to gi": "bao_hiem",
        "cty ngung viec vi dich, cong nhan dc ho tro 1tr8 khong": "ho_tro_covid",
        "quan karaoke tam dung hoat dong toi bao gio duoc mo cua": "tam_dung_mua_dich",
    }
    found = {text: both.read(text, on=BEFORE_THE_REFORM) for text in topics}
    assert {text: (read.service, read.topic) for text, read in found.items()} == {
        text: ("lao_dong_xa_hoi", topic) for text, topic in topics.items()
    }


def test_two_matters_are_told_apart(both):
    understood = both.read("Đèn đường hư 5 bóng. Cống trước nhà số 33 nghẹt nước tràn vô nhà.", on=TODAY)
    assert [matter.service for matter in understood.matters] == ["chieu_sang", "cap_thoat_nuoc"]


def test_one_matter_is_not_split(both):
    assert both.read("Cống nghẹt, nước thải tràn ra đường hôi thối quá", on=TODAY).matters == ()


def test_a_message_without_a_matter_is_empty(both):
    assert both.read("alo 1022 oi", on=TODAY).empty
    assert both.read("giup toi voi", on=TODAY).empty
    assert not both.read("mat nuoc", on=TODAY).empty


def test_language(both):
    assert both.read("No water in our street since last night", on=TODAY).language == "en"
    assert both.read("mat nuoc tu toi qua", on=TODAY).language == "vi"


@settings(max_examples=120, deadline=None)
@given(st.text(st.characters(codec=None, categories=None), max_size=300))
def test_any_text_is_read(both, text):
    understood = both.read(text, on=TODAY)
    assert understood.kind in KINDS and understood.priority in PRIORITIES


WORDS = "p xa huyen tp Tan Phu Cao Lanh 1 , . cu nay chay dang tai nan khong de nghi to cao ap so hai ngap".split()


@settings(max_examples=80, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join))
def test_any_order_of_known_words_is_read(both, text):
    both.read(text, on=TODAY)


@pytest.mark.parametrize("piece", ["chay ", "xa ", "1/", "ấp hai ", "aaaa", "de nghi ", "p1 ", "® ", "a6"])
def test_long_texts_take_no_longer_than_their_length(both, piece):
    both.read(piece * 3000, on=TODAY)


def test_reading_holds_nothing_back(both):
    text = "den duong hu o xa loc thanh"
    first = both.read(text, on=TODAY)
    both.read("p1 Sa Dec", on=BEFORE_THE_REFORM)
    assert both.read(text, on=TODAY) == first
