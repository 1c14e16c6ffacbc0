"""Open311 GeoReport v2, rule by rule: who may read and file what, in which shape, and what is said when it is wrong."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import timedelta

import pytest
from werkzeug.test import Client

from chalicelib import wiring
from chalicelib.domain.case import Actor, Kind, Status
from chalicelib.domain.code import is_valid_code
from chalicelib.domain.limits import LIMITS
from chalicelib.domain.open311 import TRIAL_CODE
from chalicelib.errors import StorageUnavailable
from chalicelib.storage.commit import commit
from chalicelib.usecases.agency_action import act_for_agency
from chalicelib.usecases.publish_case import publish_case
from local.client_system import KEY
from tests.functional.open311_room import MATTER, PIN, Room, application, as_text

REQUEST_KEYS = (
    "service_request_id status status_notes service_name service_code description agency_responsible service_notice "
    "requested_datetime updated_datetime expected_datetime address address_id zipcode lat long media_url"
).split()


@pytest.fixture
def room(deployed):
    return Room(Client(application()))


def told(answer):
    """Code and description of every error."""
    return [(error["code"], error["description"]) for error in json.loads(answer.data)]


# -- shape ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending, content_type", [("xml", "text/xml"), ("json", "application/json")])
@pytest.mark.parametrize("path", ["discovery", "services", "services/giao_thong", "requests"])
def test_every_read_comes_in_both_formats_as_utf8(room, path, ending, content_type):
    answer = room.ask(f"v2/{path}.{ending}")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, f"{content_type}; charset=utf-8")
    if ending == "xml":
        assert answer.data.startswith(b'<?xml version="1.0" encoding="UTF-8"?>')
        assert "xmlns" not in answer.text


@pytest.mark.parametrize(
    "path", ["discovery", "services", "services/giao_thong", "services/dien", "requests"]
)
def test_both_formats_say_the_same(room, path):
    room.filed(external_id="1")
    room.filed(external_id="2", lat=None, long=None, address_string="phường Sa Đéc")
    assert room.xml(path) == as_text(room.json(path))


def test_a_list_of_one_is_a_list_and_an_empty_one_too(room):
    assert room.json("requests") == [] == room.xml("requests")
    code = room.filed()
    assert [one["service_request_id"] for one in room.json("requests")] == [code]
    assert isinstance(room.json(f"requests/{code}"), list)
    assert isinstance(room.json("services/giao_thong"), dict)
    assert (
        ET.fromstring(room.ask("v2/services/giao_thong.xml").data).find("attributes/attribute") is not None
    )  # trap 8


def test_head_answers_as_get_without_a_body(room):
    answer = room.ask("v2/services.json", method="HEAD")
    assert (answer.status_code, answer.data) == (200, b"")
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"


def test_a_get_may_carry_any_content_type(room):
    assert room.ask("v2/services.json", headers={"Content-Type": "text/xml"}).status_code == 200


@pytest.mark.parametrize("path", ["v2", "v2/", "test"])
def test_a_person_who_opens_the_address_is_told_what_it_is(room, path):
    answer = room.ask(path)
    assert answer.status_code == 200 and "Open311" in answer.text and "discovery.json" in answer.text


# -- discovery and services -----------------------------------------------------------------------------


def test_discovery_lists_a_production_and_a_test_endpoint_with_both_formats(room):
    found = room.json("discovery")
    assert [one["type"] for one in found["endpoints"]] == ["production", "test"]
    for endpoint in found["endpoints"]:
        assert endpoint["specification"] == "http://wiki.open311.org/GeoReport_v2"
        assert endpoint["formats"] == ["text/xml", "application/json"]
        assert endpoint["url"].endswith("/")  # trap 11: clients append services.xml
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", endpoint["changeset"])  # trap 10
    assert found["contact"] and found["key_service"] and found["changeset"]


def test_the_list_of_services_is_whole_and_fit_for_strict_clients(room):
    services = room.json("services")
    assert [one["service_code"] for one in services] == list(wiring.directory().services)  # trap 12
    for one in services:
        assert all(isinstance(one[key], str) and one[key] for key in ("service_name", "description", "group"))
        assert one["type"] == "realtime" and one["metadata"] is True
        words = one["keywords"].split(",")
        assert words == [word.strip() for word in words]
        assert not {"private", "staff", "inactive", "waste_only"} & set(words)


def test_services_are_named_in_english_on_request(room):
    names = [one["service_name"] for one in room.json("services", {"lang": "en"})]
    assert "Street lighting" in names


def test_a_definition_asks_in_order_beginning_with_one(room):
    asked = room.json("services/dien")["attributes"]
    assert [one["order"] for one in asked] == [1, 2, 3, 4]
    assert [one["code"] for one in asked] == ["topic", "nguy_hiem", "ma_khach_hang", "tu_luc"]
    assert asked[1]["values"] == [{"key": "co", "name": "Có"}, {"key": "khong", "name": "Không"}]
    assert all(one["variable"] is True and one["required"] is False for one in asked)


# -- filing ---------------------------------------------------------------------------------------------


def test_a_request_filed_is_a_case_with_its_agency(room, deployed):
    answer = room.file(first_name="Nguyễn", last_name="Văn An", phone="0900 000 123", email="an@thu.example")
    (made,) = json.loads(answer.data)
    assert answer.status_code == 201
    assert set(made) == {"service_request_id", "service_notice", "account_id"}  # never a token beside it
    case = deployed.case(made["service_request_id"])
    assert is_valid_code(case.code) and case.channel == "open311"
    assert (case.service, case.lat, case.long) == ("giao_thong", 10.329, 105.7391)
    assert case.area == "29905" and case.agency
    assert case.reporter_address == "+84900000123"
    assert case.reporter_name == "Nguyễn Văn An"  # trap 14: not re-ordered
    data = case.events[0].data
    assert (data["first_name"], data["last_name"], data["email"], data["client"]) == (
        "Nguyễn",
        "Văn An",
        "an@thu.example",
        "local",
    )
    assert not case.identity_shown


def test_attributes_are_read_by_the_agency_and_the_topic_routes(room, deployed):
    code = room.filed(
        **{
            "attribute[topic]": "duong_tinh_quoc_lo",
            "attribute[dau_hieu][]": ["o_ga", "vat_can"],
            "media_url": "https://anh.example/1.jpg",
        }
    )
    case = deployed.case(code)
    assert case.topic == "duong_tinh_quoc_lo"
    assert case.text.endswith(
        "Có gì ở đó?: Ổ gà, mặt đường hỏng, Vật cản trên đường\nhttps://anh.example/1.jpg"
    )
    data = case.events[0].data
    assert data["attributes"] == {"topic": ["duong_tinh_quoc_lo"], "dau_hieu": ["o_ga", "vat_can"]}
    assert data["media_url"] == "https://anh.example/1.jpg"


@pytest.mark.parametrize(
    "where, area",
    [
        pytest.param({"address_string": "số 5 đường Nguyễn Huệ, phường Sa Đéc"}, "29905", id="an address"),
        pytest.param({"address_id": "29905"}, "29905", id="a unit of ours"),
        pytest.param({**PIN, "address_string": "chợ Sa Đéc"}, "29905", id="both"),
    ],
)
def test_a_place_may_be_told_in_three_ways(room, deployed, where, area):
    code = room.filed(**({"lat": None, "long": None} | where))
    assert deployed.case(code).area == area


def test_a_request_without_words_is_named_by_its_service(room, deployed):
    assert deployed.case(room.filed(description=None)).text == "Giao thông"


def test_under_other_the_words_decide(room, deployed):
    case = deployed.case(room.filed(service_code="khac"))
    assert case.service == "giao_thong"


def test_html_and_line_breaks_are_text(room, deployed):
    """Trap 14: CRLF; and what looks like markup stays letters."""
    code = room.filed(description="<b>Ổ gà</b>\r\n<script>alert(1)</script> lớn")
    assert deployed.case(code).text == "<b>Ổ gà</b>\n<script>alert(1)</script> lớn"


def test_multipart_is_read_too(room):
    """Trap 4."""
    answer = room.client.post(
        "/open311/v2/requests.json", data={**MATTER, "api_key": KEY}, content_type="multipart/form-data"
    )
    assert answer.status_code == 201


def test_a_file_is_refused_with_the_way_out(room, deployed):
    from io import BytesIO

    data = {**MATTER, "api_key": KEY, "media": (BytesIO(b"\xff\xd8\xff"), "a.jpg")}
    answer = room.client.post("/open311/v2/requests.json", data=data, content_type="multipart/form-data")
    assert answer.status_code == 400 and "media_url" in answer.text
    assert deployed.codes() == []


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param({"key": KEY}, id="body"),
        pytest.param({"key": None, "query": {"api_key": KEY}}, id="query (trap 3)"),
        pytest.param({"key": None, "headers": {"X-Api-Key": KEY}}, id="header"),
    ],
)
def test_the_key_may_come_in_body_query_or_header(room, sent):
    assert room.file(**sent).status_code == 201


@pytest.mark.parametrize("name", ["dong-thap", "1022.dong-thap.example", "1022.Dong-Thap.example", ""])
@pytest.mark.parametrize("where", ["query", "body"])
def test_the_one_jurisdiction_may_be_named_anywhere(room, name, where):
    """Trap 3; and a blank parameter is as if it had not been sent."""
    if where == "query":
        assert room.file(query={"jurisdiction_id": name}).status_code == 201
        assert room.ask("v2/services.json", {"jurisdiction_id": name}).status_code == 200
    else:
        assert room.file(jurisdiction_id=name).status_code == 201


OWN_IDS = [
    pytest.param({"external_id": "FMS-17"}, id="external_id"),
    pytest.param({"headers": {"Idempotency-Key": "FMS-17"}}, id="Idempotency-Key"),
    pytest.param({"attribute[external_id]": "FMS-17"}, id="attribute"),
    pytest.param({"attribute[fixmystreet_id]": "FMS-17"}, id="FixMyStreet's attribute"),
]


@pytest.mark.parametrize("own_id", OWN_IDS)
def test_the_same_id_of_the_other_system_is_the_same_case(room, deployed, own_id):
    first = room.filed(**own_id)
    deployed.now += timedelta(days=20)
    again = room.file(**own_id, description="Bổ sung: sâu hơn hôm qua.")
    assert (again.status_code, json.loads(again.data)[0]["service_request_id"]) == (201, first)
    assert deployed.codes() == [first]
    assert room.filed(**_other(own_id)) != first


def _other(own_id):
    return json.loads(json.dumps(own_id).replace("FMS-17", "FMS-18"))


def test_without_an_id_the_same_form_on_the_same_day_is_the_same_case(room, deployed):
    first = room.filed()
    assert room.filed() == first
    assert room.filed(description="Đèn giao thông bị hỏng.") != first
    deployed.now += timedelta(days=1)
    assert room.filed() != first


def test_two_tries_at_the_same_moment_make_one_case(room, deployed, at_once):
    answers = at_once(*[lambda: room.file(external_id="1")] * 3)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.data for answer in answers}) == 1 == len(deployed.codes())


# -- the test address -----------------------------------------------------------------------------------


def test_the_test_address_checks_in_earnest_and_stores_nothing(room, deployed):
    good = room.file(path="test/requests.json")
    assert good.status_code == 201 and json.loads(good.data)[0]["service_request_id"] == TRIAL_CODE
    assert room.file(path="test/requests.json", lat="0").status_code == 400
    assert room.file(path="test/requests.json", key="wrong").status_code == 403
    assert deployed.rows("cases") == [] == deployed.rows("outbox")
    sample = json.loads(room.ask(f"test/requests/{TRIAL_CODE}.json").data)
    assert sample[0]["service_request_id"] == TRIAL_CODE and set(sample[0]) == set(REQUEST_KEYS)
    assert room.ask(f"v2/requests/{TRIAL_CODE}.json").status_code == 404


@pytest.mark.parametrize("path", ["v2/requests.json", "test/requests.json"])
def test_danger_to_life_is_answered_with_whom_to_call_before_anything_else(room, path):
    fire = "Cháy nhà có người mắc kẹt, 12 Nguyễn Huệ"
    notices = [
        json.loads(room.file(path=path, description=fire, **more).data)[0]["service_notice"]
        for more in ({}, {}, {"lang": "en"})
    ]
    assert notices[0].startswith("NGUY HIỂM: xin gọi ngay 114") and "Mã" in notices[0]
    assert notices[1] == notices[0], "sent once more, it is told once more"
    assert notices[2].startswith("DANGER: please call 114") and "now" in notices[2]


@pytest.mark.parametrize("path", ["v2/requests.json", "test/requests.json"])
def test_who_files_a_denunciation_is_told_where_a_signed_one_goes(room, path):
    notice = json.loads(room.file(path=path, description=DENUNCIATION).data)[0]["service_notice"]
    assert "có ký tên" in notice and notice.endswith("Thanh tra tỉnh.")
    assert "ký tên" not in room.file(path=path).text


# -- what a request shows -------------------------------------------------------------------------------


def test_a_request_shows_every_key_and_nothing_of_the_reporter(room, deployed):
    """Trap 1 and 2: ids are text, address never null, lat and long always numbers."""
    code = room.filed(
        phone="0900000123",
        first_name="An",
        last_name="Nguyễn",
        address_string="số 5 đường Nguyễn Huệ, phường Sa Đéc",
    )
    answer = room.ask(f"v2/requests/{code}.json")
    ((one,), whole) = json.loads(answer.data), answer.text
    assert list(one) == REQUEST_KEYS
    assert one["service_request_id"] == code and isinstance(one["service_code"], str)
    assert (one["status"], one["status_notes"]) == ("open", "Đã chuyển xử lý")
    assert one["address"] == "phường Sa Đéc, tỉnh Đồng Tháp" and one["address_id"] == "29905"
    assert (one["lat"], one["long"]) == (10.329, 105.7391)
    assert one["requested_datetime"] == "2026-03-02T08:30:00+07:00" == one["updated_datetime"]
    assert one["expected_datetime"] == "2026-03-09T17:00:00+07:00"
    assert one["description"] is None is one["media_url"]
    for secret in ("Nguyễn Huệ", "0900000123", "84900000123", "Nguyễn An", "ổ gà"):
        assert secret not in whole


def test_the_words_of_a_case_are_shown_once_the_desk_has_confirmed_them(room, deployed):
    code = room.filed(phone="0900000123")
    agency = deployed.case(code)
    context = {"directory": wiring.directory(), "now": deployed.now, "commit": commit}
    act_for_agency(agency, "answer", "Đã vá chiều nay.", **context)
    (before,) = room.json("requests", {"service_request_id": code})
    assert (before["description"], before["status_notes"]) == (None, "Đã trả lời")
    publish_case(
        deployed.case(code),
        "Ổ gà trên đường",
        "Đã vá.",
        cases=wiring.case_store(),
        commit=commit,
        now=deployed.now,
    )
    (after,) = room.json("requests", {"service_request_id": code})
    assert (after["description"], after["status_notes"]) == ("Ổ gà trên đường", "Đã trả lời: Đã vá.")
    assert room.xml("requests")[0]["description"] == "Ổ gà trên đường"


def test_a_case_by_text_is_shown_in_the_middle_of_its_unit(room, deployed):
    """Trap 2: such cases have no pin, and clients need one; how exact it is, is told on request."""
    deployed.text("Đường trước nhà 12 Hùng Vương, phường Sa Đéc có ổ gà lớn")
    (one,) = room.json("requests", {"extensions": "true"})
    area = wiring.directory().areas["29905"]
    assert (one["lat"], one["long"]) == (area.lat, area.long)
    assert one["extended_attributes"] == {"location": "area_centre"}
    assert "Hùng Vương" not in json.dumps(one, ensure_ascii=False)
    assert room.xml("requests", {"extensions": "true"})[0]["extended_attributes"] == {
        "location": "area_centre"
    }


def test_a_citizens_own_pin_is_rounded(room, deployed):
    deployed.text("Đường Hùng Vương, phường Sa Đéc có ổ gà lớn")
    case = deployed.case()
    commit(cases=[replace(case.act("note", actor=Actor.DESK, at=deployed.now), lat=10.29374, long=105.76049)])
    (one,) = room.json("requests", {"extensions": "true"})
    assert (one["lat"], one["long"]) == (10.294, 105.76)
    assert one["extended_attributes"] == {"location": "rounded"}


def test_a_case_of_no_place_is_shown_in_the_middle_of_the_province(room, deployed):
    deployed.text("Tiền trợ cấp thất nghiệp tháng này chưa có")
    (one,) = room.json("requests", {"extensions": "true"})
    assert one["extended_attributes"] == {"location": "province_centre"}
    assert 9.9 < one["lat"] < 11 and 105 < one["long"] < 107
    assert one["address"] == "tỉnh Đồng Tháp"


def test_a_case_without_a_field_stands_under_other(room, deployed):
    room.filed(service_code="khac", description=None)
    listed = room.json("requests")
    assert [(one["service_code"], one["service_name"]) for one in listed] == [("khac", "Lĩnh vực khác")]
    assert room.json("requests", {"service_code": "khac"}) == listed


DENUNCIATION = "Tôi tố cáo ông chủ tịch xã Mỹ An Hưng nhận hối lộ 50 triệu tiền đất"
ADVERTISEMENT = "Vay tiền nhanh lãi suất thấp 0%, gọi ngay 0900000999 nhận tiền liền"
WITH_THE_DESK = "Tôi hỏi về chuyện hôm trước ở phường Sa Đéc"


def without_id(shown):
    return {name: value for name, value in shown.items() if name != "service_request_id"}


def close(deployed, code):
    """What becomes of a case later: an agency, a due time, an answer."""
    deployed.now += timedelta(days=3)
    ended = deployed.case(code).act("note", actor=Actor.DESK, at=deployed.now)
    facts = {
        "agency": "so_xay_dung",
        "due_at": deployed.now,
        "answered_at": deployed.now,
        "lat": 10.3,
        "long": 105.7,
    }
    commit(cases=[replace(ended, status=Status.CLOSED, area="29905", service="dat_dai", **facts)])


def test_a_denunciation_and_an_advertisement_look_like_any_case_with_the_desk(room, deployed):
    """The page of the case says the same of all three."""
    codes = []
    for number, words in enumerate((WITH_THE_DESK, DENUNCIATION, ADVERTISEMENT)):
        deployed.text(words, sid=f"SM{number}", sender=f"+8490000000{number}")
        (code,) = set(deployed.codes()) - set(codes)
        codes.append(code)
    ordinary, denunciation, advertisement = (deployed.case(code) for code in codes)
    assert ordinary.status is Status.RECEIVED and ordinary.kind is not Kind.DENUNCIATION and not ordinary.spam
    assert denunciation.kind is Kind.DENUNCIATION and advertisement.spam
    for code in codes[1:]:
        close(deployed, code)

    first, *others = (room.json(f"requests/{code}", {"extensions": "true"})[0] for code in codes)
    assert [without_id(one) for one in others] == [without_id(first)] * 2
    assert (first["service_code"], first["status_notes"], first["address"]) == (
        "khac",
        "Đã tiếp nhận",
        "tỉnh Đồng Tháp",
    )
    assert room.json("requests", {"service_request_id": ",".join(codes)})[1]["agency_responsible"] is None
    assert room.json(f"tokens/{codes[1]}") == [{"service_request_id": codes[1], "token": codes[1]}]
    assert room.json("requests", "start_date=2026-03-01") == []


def test_a_denunciation_another_system_filed_looks_like_its_other_cases_with_the_desk(room, deployed):
    sent = {"service_code": "dat_dai", "address_id": "29905", "lat": None, "long": None}
    ordinary = room.filed(external_id="1", **sent)
    denunciation = room.filed(external_id="2", description=DENUNCIATION, **sent)
    returned = deployed.case(ordinary).act("note", actor=Actor.DESK, at=deployed.now)
    commit(cases=[replace(returned, status=Status.RECEIVED, agency=None, due_at=None)])
    assert deployed.case(denunciation).kind is Kind.DENUNCIATION
    close(deployed, denunciation)
    commit(
        cases=[
            replace(
                deployed.case(denunciation).act("note", actor=Actor.DESK, at=deployed.now),
                service="dat_dai",
                lat=None,
                long=None,
            )
        ]
    )

    one, other = (room.json(f"requests/{code}")[0] for code in (ordinary, denunciation))
    assert without_id(one) == without_id(other) and one["service_code"] == "dat_dai"
    listed = [one["service_request_id"] for one in room.json("requests", "start_date=2026-03-01")]
    assert listed == [ordinary]


def test_a_case_of_another_way_is_listed_once_it_has_left_the_desk(room, deployed):
    deployed.text(WITH_THE_DESK)
    code = deployed.case().code
    assert room.json("requests") == [] == room.json("requests", "status=open")
    assert room.json(f"requests/{code}")[0]["status"] == "open"
    assigned = deployed.case(code).act("assign", actor=Actor.DESK, at=deployed.now, agency="so_xay_dung")
    commit(cases=[assigned])
    assert [one["service_request_id"] for one in room.json("requests")] == [code]


def test_who_reads_too_much_is_asked_to_wait(room, monkeypatch):
    monkeypatch.setitem(LIMITS, "list_network", replace(LIMITS["list_network"], most=3))
    code = room.filed()
    assert room.json("requests") and room.json(f"requests/{code}") and room.json(f"tokens/{code}")
    for path in ("requests", f"requests/{code}", f"tokens/{code}"):
        answer = room.ask(f"v2/{path}.json")
        assert answer.status_code == 429 and told(answer)[0][0] == "429" and answer.headers["Retry-After"]
    assert room.json("services")


def test_a_case_that_turns_out_a_denunciation_leaves_the_list(room, deployed):
    code = room.filed()
    case = deployed.case(code)
    commit(cases=[replace(case.act("note", actor=Actor.DESK, at=deployed.now), kind=Kind.DENUNCIATION)])
    assert room.json("requests") == []


def test_an_answered_case_is_closed_since_its_answer(room, deployed):
    code = room.filed()
    deployed.now += timedelta(hours=5)
    case = deployed.case(code)
    answered = replace(
        case.act("answer", actor=Actor.AGENCY, at=deployed.now, note="Đã vá xong."), answered_at=deployed.now
    )
    commit(cases=[answered])
    (one,) = room.json(f"requests/{code}")
    assert (one["status"], one["status_notes"]) == ("closed", "Đã trả lời")
    assert one["updated_datetime"] == "2026-03-02T13:30:00+07:00"
    assert "Đã vá xong" not in json.dumps(one, ensure_ascii=False)


def test_a_token_is_the_id_itself(room):
    """Every service is realtime: POST gives ids only, so a token asked for can only be one."""
    code = room.filed()
    assert room.json(f"tokens/{code}") == [{"service_request_id": code, "token": code}]


def test_the_last_90_days_are_shown_and_older_ones_on_request(room, deployed):
    """Trap 7: one bound is completed to 90 days, a longer range keeps its last 90."""
    old = room.filed(external_id="old")
    deployed.now += timedelta(days=91)
    new = room.filed(external_id="new")

    def found(query):
        return [one["service_request_id"] for one in room.json("requests", query)]

    assert found("") == [new]
    assert found("start_date=2026-03-01T00:00:00Z") == [old]
    assert found("end_date=2026-03-20T00:00:00Z") == [old]
    assert found("start_date=2026-03-01T00:00:00Z&end_date=2026-06-02T00:00:00Z") == [new]


def test_a_system_that_files_too_much_is_asked_to_wait(room, monkeypatch):
    monkeypatch.setitem(LIMITS, "client", replace(LIMITS["client"], most=1))
    assert room.file(external_id="1").status_code == 201
    answer = room.file(external_id="2")
    assert answer.status_code == 429 and told(answer)[0][0] == "429" and answer.headers["Retry-After"]


def test_a_phone_has_the_same_limit_whatever_hands_a_case_in_with_it(room, monkeypatch):
    monkeypatch.setitem(LIMITS, "file_sender", replace(LIMITS["file_sender"], most=1))
    assert room.file(external_id="1", phone="0900000123").status_code == 201
    assert room.file(external_id="1", phone="0900000123").status_code == 201, "the same request again"
    assert room.file(external_id="2", phone="0900 000 123").status_code == 429
    assert room.file(external_id="3", phone="0900000124").status_code == 201


@pytest.mark.parametrize(
    "problem, status", [(StorageUnavailable("slow"), 503), (RuntimeError("boom 0900000123"), 500)]
)
def test_what_breaks_on_our_side_is_told_without_detail(room, monkeypatch, problem, status):
    def broken(*_, **__):
        raise problem

    monkeypatch.setattr(wiring.case_store(), "listed", broken)
    answer = room.ask("v2/requests.json")
    assert answer.status_code == status and told(answer)[0][0] == str(status)
    assert "boom" not in answer.text


def test_browsers_may_read_from_anywhere_and_not_file(room):
    assert room.ask("v2/services.json").headers["Access-Control-Allow-Origin"] == "*"
    preflight = room.ask("v2/requests.json", method="OPTIONS")
    assert preflight.status_code == 204
    assert preflight.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert "Access-Control-Allow-Origin" not in room.file().headers


def test_no_log_line_holds_a_key_or_a_person(room, log):
    room.file(phone="0900000123", email="an@thu.example", query={"api_key": KEY})
    room.file(key="a-wrong-key", phone="0900000123")
    lines = " ".join(str(record.__dict__) for record in log.records)
    assert log.records
    for secret in (KEY, "a-wrong-key", "900000123", "an@thu.example", "ổ gà"):
        assert secret not in lines
