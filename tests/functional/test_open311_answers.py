"""Open311: what is found by which query, and what is said of every mistake. One hotline with three cases for all."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import timedelta
from time import process_time

import pytest
from werkzeug.test import Client

from chalicelib.domain.case import Actor
from chalicelib.storage.commit import commit
from tests.functional.open311_room import Room, application, shared

__all__ = ["shared"]


@pytest.fixture(scope="module")
def room(shared):
    return Room(Client(application()))


def told(answer):
    """Code and description of every error."""
    return [(error["code"], error["description"]) for error in json.loads(answer.data)]


# -- finding --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def three(room, shared):
    """A case a day, oldest first: two of roads, one of lights; the first is answered."""
    codes = []
    for service in ("giao_thong", "chieu_sang", "giao_thong"):
        codes.append(room.filed(service_code=service, external_id=str(len(codes))))
        shared.now += timedelta(days=1)
    case = shared.case(codes[0])
    commit(
        cases=[
            replace(
                case.act("answer", actor=Actor.AGENCY, at=shared.now, note="Xong."),
                answered_at=shared.now,
            )
        ]
    )
    return codes


QUERIES = [
    pytest.param("", [2, 1, 0], id="everything, newest first"),
    pytest.param("service_code=chieu_sang", [1], id="a service"),
    pytest.param("service_code=chieu_sang,giao_thong", [2, 1, 0], id="services"),
    pytest.param("service_code=chieu_sang,%20y_te", [1], id="services with a space between"),
    pytest.param("status=open", [2, 1], id="open"),
    pytest.param("status=closed", [0], id="closed"),
    pytest.param("status=open,closed", [2, 1, 0], id="open and closed"),
    pytest.param("status=OPEN", [2, 1], id="upper case"),
    pytest.param("status=closed&service_code=chieu_sang", [], id="nothing fits"),
    pytest.param("start_date=2026-03-03T00:00:00%2B07:00", [2, 1], id="from a moment"),
    pytest.param(
        "start_date=2026-03-03T00:00:00+07:00", [2, 1], id="a plus that arrives as a space (trap 6)"
    ),
    pytest.param("start_date=2026-03-02T17:00:00Z", [2, 1], id="in UTC"),
    pytest.param("end_date=2026-03-02T08:30:00%2B07:00", [0], id="up to a moment, inclusive"),
    pytest.param("start_date=2026-03-03&end_date=2026-03-03", [1], id="a day in Việt Nam"),
    pytest.param("start_date=2026-03-03T08:30:00Z&end_date=2026-03-04T01:29:59Z", [], id="between"),
    pytest.param("start_date=&end_date=&status=&service_code=", [2, 1, 0], id="blank is not sent"),
    pytest.param("page=1&page_size=2", [2, 1], id="first page (trap 5)"),
    pytest.param("page=2&page_size=2", [0], id="second page"),
    pytest.param("page=3&page_size=2", [], id="past the end"),
    pytest.param("page=999999999&page_size=1000", [], id="far past the end"),
    pytest.param("page=2", [], id="a page without a size"),
    pytest.param("page_size=5000", [2, 1, 0], id="a size beyond the limit"),
    pytest.param("page=2&page_size=1&status=open", [1], id="a page of what fits"),
    pytest.param("updated_after=2026-03-05T00:00:00Z", [0], id="updated after (trap 5)"),
    pytest.param("updated_before=2026-03-03T12:00:00%2B07:00", [1], id="updated before"),
    pytest.param("unknown=1&format=x", [2, 1, 0], id="a parameter nobody knows"),
]


@pytest.mark.parametrize("query, found", QUERIES)
def test_requests_are_found_by(room, three, query, found):
    listed = room.json("requests", query)
    assert [three.index(one["service_request_id"]) for one in listed] == found
    assert len(room.xml("requests", query)) == len(found)


def test_ids_override_everything_else_and_come_in_the_order_asked(room, three):
    query = {
        "service_request_id": f"{three[0]},482177306, {three[2]}",
        "status": "open",
        "start_date": "nonsense",
    }
    assert [one["service_request_id"] for one in room.json("requests", query)] == [three[0], three[2]]


# -- what is wrong --------------------------------------------------------------------------------------

LONG = "a" * 501

ERRORS = [
    pytest.param({"key": None}, 403, "Thiếu khóa", id="no key"),
    pytest.param({"key": "wrong"}, 403, "không đúng", id="a wrong key"),
    pytest.param({"key": ""}, 403, "Thiếu khóa", id="a blank key"),
    pytest.param(
        {"jurisdiction_id": "can-tho"}, 404, "jurisdiction_id", id="another jurisdiction, in the body"
    ),
    pytest.param({"service_code": None}, 400, "Thiếu service_code", id="no service"),
    pytest.param({"service_code": "abc"}, 404, "service_code", id="an unknown service"),
    pytest.param({"lat": None, "long": None}, 400, "Thiếu vị trí", id="no place"),
    pytest.param({"long": None}, 400, "lat và long", id="half a pin"),
    pytest.param({"lat": "mười"}, 400, "lat và long", id="a pin in words"),
    pytest.param({"lat": "NaN"}, 400, "lat và long", id="a pin that is no number"),
    pytest.param({"lat": "1e1"}, 400, "lat và long", id="a pin in powers"),
    pytest.param({"lat": "21.03", "long": "105.85"}, 400, "ngoài địa bàn", id="Hà Nội"),
    pytest.param({"lat": "105.76", "long": "10.29"}, 400, "ngoài địa bàn", id="lat and long exchanged"),
    pytest.param({"address_id": "999"}, 400, "address_id", id="an unknown unit"),
    pytest.param({"description": "a" * 4001}, 400, "4000", id="too many words"),
    pytest.param({"address_string": "a" * 501}, 400, "address_string", id="too long an address"),
    pytest.param({"email": "an(at)thu"}, 400, "email", id="no mail address"),
    pytest.param({"email": "a,b@thu.example"}, 400, "email", id="two mail addresses"),
    pytest.param({"email": "án@thu.example"}, 400, "email", id="a mail address SES cannot write to"),
    pytest.param({"email": "an@thu.example, b"}, 400, "email", id="more than a mail address"),
    pytest.param({"phone": "không có"}, 400, "phone", id="no phone"),
    pytest.param({"phone": "+1 900 555 0100"}, 400, "phone", id="a number abroad"),
    pytest.param({"phone": "1022"}, 400, "phone", id="a short number"),
    pytest.param({"phone": "an@thu.example"}, 400, "phone", id="a mail address for a phone"),
    pytest.param({"email": "0900000123"}, 400, "email", id="a phone for a mail address"),
    pytest.param({"external_id": LONG}, 400, "external_id", id="a long id"),
    pytest.param({"attribute[external_id]": LONG}, 400, "attribute[external_id]", id="a long id, attribute"),
    pytest.param({"attribute[fixmystreet_id]": LONG}, 400, "attribute[fixmystreet_id]", id="FixMyStreet's"),
    pytest.param({"headers": {"Idempotency-Key": LONG}}, 400, "Idempotency-Key", id="a long id, header"),
    pytest.param(
        {"service_code": "chieu_sang", "attribute[so_den]": " " * 500 + "3"},
        400,
        "number",
        id="a long number",
    ),
    pytest.param({"attribute[dau_hieu][]": ["o_ga"] * 200}, 400, "attribute[dau_hieu]", id="200 answers"),
    pytest.param({f"attribute[x{n}]": "1" for n in range(60)}, 400, "50", id="many attributes"),
    pytest.param({"media_url": "javascript:alert(1)"}, 400, "media_url", id="a script for a link"),
    pytest.param({"media_url": "http://[::1"}, 400, "media_url", id="a broken link"),
    pytest.param({"attribute[topic]": "abc"}, 400, "attribute[topic]", id="a value not in the list"),
    pytest.param({"attribute[abc]": "1"}, 400, "attribute[abc]", id="an attribute not asked"),
    pytest.param({"attribute[topic][]": ["den_hong", "lap_moi"]}, 400, "attribute[topic]", id="two of one"),
    pytest.param({"service_code": "chieu_sang", "attribute[so_den]": "nhiều"}, 400, "number", id="no number"),
    pytest.param({"service_code": "dien", "attribute[tu_luc]": "hôm qua"}, 400, "datetime", id="no moment"),
    pytest.param(
        {"service_code": "chieu_sang", "attribute[so_cot]": "a\nb"}, 400, "string", id="two lines in a string"
    ),
    pytest.param({"headers": {"Content-Type": "application/json"}}, 415, "x-www-form-urlencoded", id="JSON"),
    pytest.param({"headers": {"Content-Type": "text/xml"}}, 415, "x-www-form-urlencoded", id="XML"),
    pytest.param(
        {"headers": {"Content-Type": "multipart/form-data"}},
        400,
        "Không đọc được",
        id="multipart without parts",
    ),
    pytest.param({f"x{number}": "1" for number in range(301)}, 400, "Không đọc được", id="too many fields"),
]


@pytest.mark.parametrize("sent, status, said", ERRORS)
@pytest.mark.parametrize("ending", ["json", "xml"])
def test_a_post_that_is_wrong_is_told_so_and_stores_nothing(room, shared, three, sent, status, said, ending):
    answer = room.file(**sent, path=f"v2/requests.{ending}")
    assert answer.status_code == status, answer.text
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    if ending == "json":
        found = told(answer)
    else:
        found = [(one.findtext("code"), one.findtext("description")) for one in ET.fromstring(answer.data)]
        assert ET.fromstring(answer.data).tag == "errors"
    assert any(code == str(status) and said in description for code, description in found), found
    assert sorted(three) == shared.codes()


@pytest.mark.parametrize(
    "sent", [{"headers": {"X-Api-Key": "wrong"}}, {"query": {"api_key": "wrong"}}], ids=["header", "query"]
)
def test_a_key_outside_the_body_is_looked_at_before_the_body_is_read(room, sent):
    too_many = {f"x{number}": "1" for number in range(301)}
    assert room.file(too_many, key=None, **sent).status_code == 403


HOSTILE = [
    pytest.param("Content-Type: ", "a;", id="a type of semicolons"),
    pytest.param('Content-Disposition: form-data; name="', ";", id="a quote that never ends"),
]


@pytest.mark.parametrize("start, again", HOSTILE)
def test_a_body_made_to_be_slow_is_refused_at_once(room, start, again):
    body = f"--b\r\n{start}{again * 30_000}\r\n\r\n1\r\n--b--"
    began = process_time()
    answer = room.client.post(
        "/open311/v2/requests.json", data=body, headers={"Content-Type": "multipart/form-data; boundary=b"}
    )
    assert answer.status_code == 400 and process_time() - began < 1


def test_everything_that_is_wrong_is_told_at_once(room):
    answer = room.file(service_code=None, lat="x", email="y", media_url="z", description="a" * 5000)
    assert answer.status_code == 400 and len(told(answer)) == 5


def test_messages_come_in_english_on_request(room):
    assert told(room.file(key=None, query={"lang": "en"})) == [("403", "api_key is missing.")]


READ_ERRORS = [
    pytest.param("GET", "v2/requests/482177306.json", 404, id="an unknown request"),
    pytest.param("GET", "v2/requests/abc.json", 404, id="no code at all"),
    pytest.param("GET", "v2/requests/%3Cb%3E.json", 404, id="markup for a code"),
    pytest.param("GET", "v2/tokens/abc.json", 404, id="an unknown token"),
    pytest.param("GET", "v2/services/abc.json", 404, id="an unknown service"),
    pytest.param("GET", "v2/services.json?jurisdiction_id=can-tho", 404, id="another jurisdiction"),
    pytest.param("GET", "v2/requests.json?service_code=abc", 404, id="a query for an unknown service"),
    pytest.param("GET", "v2/services.yml", 404, id="an unknown format"),
    pytest.param("GET", "v2/services", 404, id="no format"),
    pytest.param("GET", "v2/.json", 404, id="no name"),
    pytest.param("GET", "v2/nothing.json", 404, id="an unknown address"),
    pytest.param("GET", "v2/nothing/1.json", 404, id="an unknown address below"),
    pytest.param("GET", "v3/services.json", 404, id="an unknown version"),
    pytest.param("GET", "v2/openapi.xml", 404, id="the description in XML"),
    pytest.param("GET", "v2/requests.json?status=done", 400, id="an unknown state"),
    pytest.param("GET", "v2/requests.json?start_date=yesterday", 400, id="no moment"),
    pytest.param("GET", "v2/requests.json?start_date=2026-03-02T00:00:00", 400, id="no zone"),
    pytest.param(
        "GET", "v2/requests.json?start_date=2026-03-02T00:00:00%2B0700", 400, id="a zone without colon"
    ),
    pytest.param("GET", "v2/requests.json?start_date=2026-02-30T00:00:00Z", 400, id="no such day"),
    pytest.param("GET", "v2/requests.json?end_date=0001-01-01T00:00:00Z", 400, id="the year one"),
    pytest.param("GET", "v2/requests.json?start_date=2026-03-02&end_date=2026-03-01", 400, id="turned round"),
    pytest.param("GET", "v2/requests.json?page=0", 400, id="page nought"),
    pytest.param("GET", "v2/requests.json?page_size=-1", 400, id="a negative size"),
    pytest.param("GET", "v2/requests.json?page=x", 400, id="a page in letters"),
    pytest.param("POST", "v2/services.json", 405, id="filing where one reads"),
    pytest.param("PUT", "v2/requests.json", 405, id="PUT"),
    pytest.param("PATCH", "v2/requests/482177306.json", 405, id="PATCH"),
    pytest.param("DELETE", "v2/requests/482177306.xml", 405, id="DELETE"),
]


@pytest.mark.parametrize("method, path, status", READ_ERRORS)
def test_a_read_that_is_wrong_is_answered_in_shape(room, method, path, status):
    answer = room.client.open(f"/open311/{path}", method=method)
    assert answer.status_code == status
    assert answer.headers["Access-Control-Allow-Origin"] == "*"  # trap 9
    if ".json" in path:
        assert told(answer)[0][0] == str(status) and told(answer)[0][1]
    else:
        root = ET.fromstring(answer.data)
        assert (root.tag, root.findtext("error/code")) == ("errors", str(status))
    if status == 405:
        assert "GET" in answer.headers["Allow"]


def test_200_ids_are_the_most_of_one_query(room):
    ids = ",".join(str(number) for number in range(201))
    assert room.ask("v2/requests.json", {"service_request_id": ids}).status_code == 400


def test_an_error_without_a_format_follows_accept(room):
    answer = room.ask("v2/services", headers={"Accept": "application/json"})
    assert told(answer)[0][0] == "404"
